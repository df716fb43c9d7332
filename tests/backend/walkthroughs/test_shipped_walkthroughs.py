"""The walkthroughs that travel with the program: whole, in both languages, for every model, true to the document."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk_tui.assets import asset
from helpdesk_tui.backend.helpdesk import catalogue
from helpdesk_tui.backend.model.catalogue import PhoneModel, ResetWay
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.walkthroughs.definition import LANGUAGES, Text, Walkthrough
from helpdesk_tui.backend.walkthroughs.library import Library, read_library

MODELS = catalogue().models
FAMILIES = {model.family for model in MODELS}
ONE_OF_EACH_FAMILY = list({(model.family, model.reset): model for model in MODELS}.values())
NEVER_STUCK = 20
"""Lines between header and footer at 80x24."""
RIGHT_COLUMN = 45
"""Cells of its texts at 80x24."""


def shipped() -> Library:
    files = {str(path): path.read_text(encoding="utf-8") for path in asset("walkthroughs").glob("*.toml")}
    return read_library(files, {}, FAMILIES)


LIBRARY = shipped()
ALL = list(LIBRARY.walkthroughs.values())


def texts(walkthrough: Walkthrough) -> Iterator[Text]:
    yield walkthrough.title
    yield walkthrough.about
    for step in walkthrough.steps:
        yield step.title
        yield from (text for variant in step.variants for text in (variant.say, variant.do))
        yield from (choice.label for choice in step.choices)
        yield from (question.label for question in step.questions)
        yield from (text for text in (step.confirm, *(choice.consequence for choice in step.choices)) if text)
    for end in walkthrough.ends:
        yield from (end.title, end.say, end.do)


def said(walkthrough: str, language: str = "en") -> str:
    return " ".join(text.find(language)[0] for text in texts(LIBRARY.walkthroughs[walkthrough]))


def test_they_are_well_and_they_are_the_eight() -> None:
    assert LIBRARY.problems == ()
    assert list(LIBRARY.walkthroughs) == [
        *("fix-suboptimal-state", "factory-reset-snom", "factory-reset-yealink", "first-start"),
        *("switch-environment", "move-by-hand", "change-firmware", "still-does-not-work"),
    ]


@pytest.mark.parametrize("walkthrough", ALL, ids=lambda w: w.id)
def test_every_text_is_in_both_languages(walkthrough: Walkthrough) -> None:
    for text in texts(walkthrough):
        assert set(text.by_language) == set(LANGUAGES), text


@pytest.mark.parametrize("model", ONE_OF_EACH_FAMILY, ids=lambda m: f"{m.family}-{m.reset}")
def test_every_family_is_offered_everything_and_shown_its_keys(model: PhoneModel) -> None:
    offered = {walkthrough.id for walkthrough in LIBRARY.offered(model)}
    assert f"factory-reset-{model.vendor.value}" in offered and len(offered) == len(ALL) - 1
    for walkthrough in LIBRARY.offered(model):
        step = walkthrough.step("reset")
        if step:
            drawing = LIBRARY.drawings[step.variant(model).drawing]
            for language in LANGUAGES:
                assert drawing.lines(language) and not drawing.lines(language)[0].startswith("[")
    spoken = LIBRARY.walkthroughs["fix-suboptimal-state"].step("reset")
    assert spoken
    variant = spoken.variant(model)
    words = f"{variant.say.find('en')[0]} {variant.do.find('en')[0]}"
    needed = {
        ResetWay.HOLD_HASH_AT_BOOT: ("* * # #", "goes blank", "from the very start of booting", "hold #", "keypad"),
        ResetWay.HOLD_OK: ("fully started", "hold OK, not X", "several seconds", "YES", "buttons near the display"),
        ResetWay.MENU: ("menu", "consult its manual"),
        ResetWay.MANUAL: ("onsult the manual",),
    }[model.reset]
    assert all(fact.lower() in words.lower() for fact in needed), words


def test_every_drawing_is_used() -> None:
    used = {variant.drawing for w in ALL for step in w.steps for variant in step.variants}
    assert used - {""} == set(LIBRARY.drawings)


@pytest.mark.parametrize("walkthrough", ALL, ids=lambda w: w.id)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_fits_at_80_by_24(walkthrough: Walkthrough, language: str) -> None:
    """Title, what is said and done, actions, ways, and two lines of evidence."""
    for step in walkthrough.steps:
        for variant in step.variants:
            lines = [len(textwrap.wrap(text.find(language)[0], RIGHT_COLUMN)) for text in (variant.say, variant.do)]
            ways = bool(step.actions or step.questions) + bool(step.confirm) + len(step.choices)
            height = 2 + sum(lines) + 2 + ways + 1 + 2
            assert height <= NEVER_STUCK, (step.id, height)


def test_every_title_fits_beside_its_number() -> None:
    for walkthrough in ALL:
        for step in walkthrough.steps:
            for language in LANGUAGES:
                assert len(step.title.find(language)[0]) <= 22, step.id


def test_the_hosts_of_the_document_are_named_to_whoever_has_the_firewall() -> None:
    words = said("still-does-not-work")
    for host in ("provisioning.snom.com", "secure-provisioning.snom.com", "rps.yealink.com", "updateyealink.com"):
        assert host in words
    for fact in ("{platform}", "443", "80", "UDP 123", "UDP 53", "TLS inspection"):
        assert fact in words


@pytest.mark.parametrize(
    ("walkthrough", "facts"),
    [
        (
            "fix-suboptimal-state",
            ("Remove the phone and add it again", "several times", "half a minute", "disabled"),
        ),
        ("factory-reset-snom", ("exit all menus", "* * # #", "goes blank shortly after", "right from the start")),
        ("factory-reset-yealink", ("fully started", "menus left", "not X", "several seconds", "YES")),
        ("first-start", ("DHCP", "NTP", "VLAN", "{hosts}", "last 5 digits of its serial number", "*1")),
        ("switch-environment", ("need not remove it", "activated last", "staging")),
        ("move-by-hand", ("Note the MAC", "will be lost", "settings are saved", "migrateToCompany", "200 OK", "once")),
        (
            "change-firmware",
            ("certified", "Use installed firmware", "our own web server", "not always", "188"),
        ),
        ("still-does-not-work", ("word for word", "second-hand", "another PBX", "level 6", "packet capture", "two")),
    ],
)
def test_facts_of_the_document_are_said(walkthrough: str, facts: tuple[str, ...]) -> None:
    words = said(walkthrough).lower()
    assert [fact for fact in facts if fact.lower() not in words] == []


def test_every_reset_is_guarded() -> None:
    """Nothing that starts the clock of a reset can be reached without a proven registration that lasts."""
    for walkthrough in ALL:
        for step in walkthrough.steps:
            if any(v.drawing not in ("", "login") for v in step.variants) and step.id != "fetch":
                assert step.needs == ("registered", "deadline_leaves_time"), (walkthrough.id, step.id)
                assert step.otherwise == "register"
        register = walkthrough.step("register")
        assert register is None or "activate" in register.actions


def test_the_document_with_the_checks_names_them_all() -> None:
    from helpdesk_tui.backend.walkthroughs.actions import Action
    from helpdesk_tui.backend.walkthroughs.checks import CHECKS
    from helpdesk_tui.backend.walkthroughs.words import PLACEHOLDERS

    manual = (Path(__file__).parents[3] / "docs" / "walkthroughs.md").read_text(encoding="utf-8")
    for name in (*CHECKS, *PLACEHOLDERS, *(action.value for action in Action), *(v.value for v in Vendor)):
        assert f"`{name}`" in manual, name
