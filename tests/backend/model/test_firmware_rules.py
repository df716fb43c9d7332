"""What is refused, asked about and simply done when a firmware is chosen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.backend.model.catalogue import Catalogue, PhoneModel
from helpdesk_tui.backend.model.firmware_rules import (
    Judgement,
    JudgementKind,
    judge,
    needs_chained_update,
)

CATALOGUE = Catalogue.parse(
    (Path(__file__).parents[3] / "assets" / "models.csv").read_text(encoding="utf-8").splitlines()
)
ALLOW, ASK, REFUSE = JudgementKind.ALLOW, JudgementKind.ASK, JudgementKind.REFUSE


def judged(name: str, installed: str | None, wanted: str, known_problems: str = "") -> Judgement:
    return judge(CATALOGUE.get(name), installed, wanted, CATALOGUE, known_problems)


@pytest.mark.parametrize(
    ("name", "installed", "wanted"),
    [
        ("T46S", "66.86.188.1", "66.86.188.2"),
        ("T46S", "66.86.188.2", "66.86.188.2"),
        ("D735", "10.1.54.13", "10.1.215.13"),
        ("D345", "8.9.3.60", "8.9.3.80"),
        ("T41S", "68.81.0.25", "66.81.0.110"),
        ("T53", "96.86.188.1", "96.86.188.4"),
        # nothing is known of what is installed
        ("T46S", None, "66.86.188.2"),
        ("T46S", "", "66.86.188.2"),
        ("D735", "not a version", "10.1.215.13"),
        ("720", None, "8.9.3.80"),
    ],
)
def test_a_plain_upgrade_is_allowed_without_a_word(name: str, installed: str | None, wanted: str) -> None:
    assert judged(name, installed, wanted) == Judgement(ALLOW)


@pytest.mark.parametrize(
    ("name", "installed", "wanted", "says"),
    [
        ("T46S", "66.86.188.1", "newest", "not a firmware version"),
        ("T46S", None, "10.1.54.13", "firmware of Snom"),
        ("D735", "10.1.54.13", "66.86.188.2", "firmware of Yealink"),
        ("T46S", "66.86.188.1", "36.83.188.2", "for the T41P"),
        ("T46S", "66.86.188.1", "108.86.188.3", "begin with 66"),
        ("D735", "10.1.54.13", "8.9.3.80", "No V8 firmware"),
        ("D335", None, "8.9.3.80", "No V8 firmware"),
        ("D810", None, "10.1.198.19", "older than 10.1.215.13"),
    ],
)
def test_what_cannot_work_is_refused(name: str, installed: str | None, wanted: str, says: str) -> None:
    judgement = judged(name, installed, wanted)
    assert judgement.kind is REFUSE
    assert len(judgement.sentences) == 1
    assert re.search(says, judgement.sentences[0])


@pytest.mark.parametrize(
    ("name", "installed", "wanted", "says"),
    [
        ("T46S", "66.86.188.5", "66.86.188.2", ["may not support the downgrade"]),
        ("T46S", "66.84.188.5", "66.86.188.2", ["from V84 to V86"]),
        ("T46S", "66.86.188.2", "66.84.188.5", ["downgrade", "from V86 to V84"]),
        ("T46S", "66.86.0.15", "66.86.188.2", ["international .* Lydis"]),
        ("T46S", "66.86.188.2", "66.86.0.15", ["Lydis .* international"]),
        ("T46S", "66.86.257.2", "66.86.188.2", ["custom 257 .* Lydis"]),
        ("T46S", "66.86.0.15", "66.84.188.5", ["downgrade", "international .* Lydis", "from V86 to V84"]),
        ("T46S", "28.83.0.120", "66.86.188.2", ["check its model"]),
        ("T46S", "10.1.54.13", "66.86.188.2", ["check its model"]),
        ("D345", "8.9.3.80", "10.1.54.13", ["from V8 to V10"]),
        ("D345", "10.1.54.13", "8.9.3.80", ["downgrade", "from V10 to V8"]),
        ("725", "8.9.3.80", "8.7.5.35", ["intermediate version", "downgrade"]),
        ("725", "8.9.3.80", "8.9.3.60", ["downgrade"]),
        ("720", "8.9.3.80", "10.1.54.13", ["V8 is its last", "from V8 to V10"]),
        ("720", None, "10.1.54.13", ["V8 is its last"]),
        ("T46U", "108.87.188.1", "108.87.188.2", ["without audio"]),
        ("T33G", None, "124.87.0.15", ["without audio"]),
    ],
)
def test_what_is_risky_is_asked_about(name: str, installed: str | None, wanted: str, says: list[str]) -> None:
    judgement = judged(name, installed, wanted)
    assert judgement.kind is ASK
    assert len(judgement.sentences) == len(says)
    for sentence, part in zip(judgement.sentences, says, strict=True):
        assert re.search(part, sentence)


def test_problems_noted_by_the_certifier_are_read_out() -> None:
    judgement = judged("D735", "10.1.54.13", "10.1.215.13", " Loses its wallpaper. ")
    assert judgement == Judgement(ASK, ("Known problems of 10.1.215.13: Loses its wallpaper.",))


def test_the_phone_without_srtp_trouble_is_not_warned() -> None:
    assert judged("T54W", "96.87.188.1", "96.87.188.2").kind is ALLOW


@given(
    model=st.sampled_from(CATALOGUE.models),
    installed=st.one_of(st.none(), st.text(), st.sampled_from(["66.86.188.2", "10.1.54.13", "8.9.3.80", "05.20.0001"])),
    wanted=st.one_of(st.text(), st.sampled_from(["66.84.0.9", "10.1.215.13", "8.9.3.80", "05.20.0001", "124.87.1.1"])),
)
def test_whatever_is_chosen_there_is_a_reason_unless_it_is_allowed(
    model: PhoneModel, installed: str | None, wanted: str
) -> None:
    judgement = judged(model.name, installed, wanted)
    assert bool(judgement.sentences) == (judgement.kind is not ALLOW)


@pytest.mark.parametrize(
    ("name", "version", "needed"),
    [
        ("D735", "10.1.184.15", True),
        ("D735", "10.1.215.13", True),
        ("D735", "10.1.175.16", False),
        ("715", "10.1.184.15", True),
        ("725", "10.1.184.15", False),
        ("D140", "10.1.215.13", False),
        ("D713", "10.1.215.13", False),
        ("D865", "10.1.215.13", False),
        ("T46S", "66.86.188.2", False),
        ("D735", "unreadable", False),
    ],
)
def test_which_updates_go_through_the_intermediate_image(name: str, version: str, needed: bool) -> None:
    assert needs_chained_update(CATALOGUE.get(name), version) is needed
