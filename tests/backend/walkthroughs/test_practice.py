"""Practice: callers who answer, obey, or do otherwise, with phones that boot over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle

import pytest

from helpdesk_tui.assets import asset
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.step import Step
from helpdesk_tui.backend.use_cases.walkthroughs import FIX, View
from helpdesk_tui.backend.virtual_phone.caller import Caller
from helpdesk_tui.backend.virtual_phone.practice import Practice, Scenario, read_practices
from helpdesk_tui.backend.walkthroughs.actions import Action
from helpdesk_tui.backend.walkthroughs.definition import LANGUAGES
from tests.backend.endpoint.served import until
from tests.backend.offices import SNOM, YEALINK, add_phone, add_user, in_service
from tests.backend.walkthroughs.runs import Walk
from tests.backend.walkthroughs.test_shipped_walkthroughs import LIBRARY
from tests.frozen_clock import FrozenClock

PRACTICES = read_practices(asset("practice.toml").read_text(encoding="utf-8"))
SCENARIOS = {scenario.id: scenario for scenario in PRACTICES.scenarios}
MODELS = ((SNOM, "D735"), (YEALINK, "T46S"))
PHONES = pytest.mark.parametrize(("mac", "model"), MODELS, ids=["snom", "yealink"])
PATIENCE = 40
"""Moves within which every practice is over."""


@pytest.fixture
def caller(desk: Helpdesk) -> Iterator[Caller]:
    caller = Caller(desk, pause=lambda seconds: None)
    yield caller
    caller.close()


def begin(desk: Helpdesk, caller: Caller, clock: FrozenClock, scenario: Scenario, mac: str, model: str) -> Walk:
    """The caller is on the line, and their walkthrough is open."""
    new = scenario.walkthrough == "first-start"
    phone = (add_phone if new else in_service)(desk, mac, model, **({} if new else {"last_address": "127.0.0.1"}))
    if scenario.id == "firewall":
        other = in_service(desk, f"{mac[:-1]}7", model)
        desk.store.phones.update(other.id, {"last_address": "127.0.0.1"})
    desk.store.phones.update(phone.id, {"last_address": "127.0.0.1"})
    clock.advance(timedelta(minutes=1))
    caller.call(scenario, desk.phones.get(phone.id))
    walk = Walk(desk, desk.phones.get(phone.id), scenario.walkthrough, clock)
    caller.follow(walk.view)
    return walk


def follow(walk: Walk, caller: Caller) -> View:
    """See what has happened, also to the phone, and let the caller answer."""
    caller.settle()
    until(lambda: walk.phone.pending is None)
    view = walk.look()
    if view.standing.leads_to:
        run = walk.desk.walkthroughs.resume_or_start(walk.phone, view.standing.leads_to)
        walk.run, walk.view = run, walk.desk.walkthroughs.advance(run)
    caller.follow(walk.view)
    return walk.view


def lead(walk: Walk, caller: Caller) -> None:
    """What an operator does who listens to the caller and reads the screen."""
    step, practice = walk.view.standing.step, caller.practice
    assert step and practice
    go = practice.answer.go
    if any(choice.go == go for choice in walk.view.standing.choices):
        walk.choose(go)
    elif Action.ACTIVATE in step.actions and walk.phone.step is not Step.ACTIVE:
        walk.act(Action.ACTIVATE)
    elif walk.view.standing.may_confirm and "fetched" not in step.checks and "quiet_30s" not in step.checks:
        walk.confirm()
    else:
        caller.settle()
        until(lambda: walk.at != step.id or walk.view.standing.left is not None)
        walk.wait(seconds=31)


@pytest.mark.parametrize(("scenario", "phone"), zip(PRACTICES.scenarios, cycle(MODELS), strict=False), ids=[*SCENARIOS])
def test_whoever_listens_finds_what_is_really_wrong(
    desk: Helpdesk, caller: Caller, clock: FrozenClock, scenario: Scenario, phone: tuple[str, str]
) -> None:
    walk = begin(desk, caller, clock, scenario, *phone)
    assert walk.view.language == "nl" and caller.words.startswith(scenario.complaint.shown("nl"))
    for _ in range(PATIENCE):
        if caller.over:
            break
        lead(walk, caller)
        follow(walk, caller)
    assert caller.over == f"The practice is over. You found it: {scenario.truth.shown('en')}", (walk.at, caller.words)
    assert caller.practice is None and caller.words == ""


def test_whoever_does_not_listen_is_told_what_it_was(desk: Helpdesk, caller: Caller, clock: FrozenClock) -> None:
    object.__setattr__(desk.environment, "operator_language", "nl")
    walk = begin(desk, caller, clock, SCENARIOS["no-dns"], SNOM, "D735")
    for move in (walk.confirm, lambda: walk.choose("dark"), lambda: walk.choose("questions"), walk.confirm):
        move()
        follow(walk, caller)
    assert walk.at == "handed-over"
    assert caller.over.startswith("De oefening is voorbij. U hebt het gemist: de naamserver")


@PHONES
def test_who_resets_before_activate_finds_nobody_and_resets_again(
    desk: Helpdesk, caller: Caller, clock: FrozenClock, mac: str, model: str
) -> None:
    walk = begin(desk, caller, clock, SCENARIOS["too-soon"], mac, model)
    caller.settle()
    assert walk.at == "register" and desk.phones.requests(walk.phone) == ()
    assert "Ik heb het zelf al gereset" in caller.words


@PHONES
def test_who_touches_the_phone_starts_the_quiet_time_again(
    desk: Helpdesk, caller: Caller, clock: FrozenClock, mac: str, model: str
) -> None:
    walk = begin(desk, caller, clock, SCENARIOS["hasty"], mac, model)
    walk.act(Action.ACTIVATE)
    walk.confirm()
    assert walk.at == "start"
    follow(walk, caller)
    assert "de stekker er nog eens uit" in caller.words
    until(lambda: len(desk.phones.requests(walk.phone)) >= 3)  # two of the first boot, and of the second


def test_what_is_wrong_stays_until_it_is_put_right(desk: Helpdesk, caller: Caller, clock: FrozenClock) -> None:
    walk = begin(desk, caller, clock, SCENARIOS["firewall"], SNOM, "D735")
    assert walk.at == "site" and "router met een firewall" in caller.words  # nobody of the site is heard of
    walk.choose("firewall")
    walk.choose("restart")
    walk.confirm()
    follow(walk, caller)
    caller.settle()
    until(lambda: walk.at == "works")
    assert len(desk.phones.requests(walk.phone)) == 1


def test_a_caller_does_it_when_told_to_and_not_twice(desk: Helpdesk, caller: Caller, clock: FrozenClock) -> None:
    walk = begin(desk, caller, clock, SCENARIOS["obeys"], SNOM, "D735")
    walk.act(Action.ACTIVATE)
    follow(walk, caller)
    assert walk.at == "reset"
    caller.obey()
    caller.obey()
    caller.settle()
    until(lambda: walk.at == "start" and walk.view.standing.left is not None)
    until(lambda: walk.phone.step is Step.DISABLED)
    walk.wait(seconds=31)
    assert walk.at == "mended"


def test_what_was_done_before_the_call_is_not_done_again() -> None:
    walk = LIBRARY.walkthroughs[FIX]
    practice, deeds = Practice(SCENARIOS["obeys"]).follow(walk.id, "start", ())
    assert deeds == () and practice.place == "start"


def test_all_that_callers_answer_has_its_place_and_is_in_both_languages() -> None:
    walkthroughs = LIBRARY.walkthroughs.values()
    places = {step.id for w in walkthroughs for step in w.steps} | {end.id for w in walkthroughs for end in w.ends}
    places |= {f"{w.id}/{step.id}" for w in walkthroughs for step in w.steps}
    known = places | {f"walkthrough:{name}" for name in LIBRARY.walkthroughs} | {"otherwise", ""}
    for scenario in PRACTICES.scenarios:
        assert scenario.found <= known and scenario.walkthrough in LIBRARY.walkthroughs
        assert scenario.answers.keys() | scenario.usual.keys() <= known
        for place, answer in {**scenario.usual, **scenario.answers}.items():
            assert answer.go in _ways(place) | {""}, place
            assert set(answer.words.by_language) == set(LANGUAGES)
        assert set(scenario.complaint.by_language) == set(scenario.truth.by_language) == set(LANGUAGES)


def _ways(place: str) -> set[str]:
    walkthrough, _, step_id = place.rpartition("/")
    found = [w.step(step_id) for w in LIBRARY.walkthroughs.values() if walkthrough in ("", w.id)]
    return {choice.go for step in found if step for choice in step.choices}


def test_a_caller_logs_in_by_themselves(desk: Helpdesk, caller: Caller, clock: FrozenClock) -> None:
    phone = in_service(desk)
    add_user(desk, phone.organisation_id, "201", "Anna Jansen")
    clock.advance(timedelta(minutes=1))
    walk = Walk(desk, phone, "still-does-not-work", clock)
    caller.call(SCENARIOS["obeys"], phone)
    caller.follow(walk.view)
    walk.choose("login")
    caller.follow(walk.view)
    caller.settle()
    assert walk.at == "works" and walk.phone.user == "Anna Jansen 201"


def test_a_reset_is_offered_for_the_manufacturer_of_the_phone(desk: Helpdesk) -> None:
    one, other = in_service(desk), in_service(desk, YEALINK, "T46S")
    offers = [{walkthrough.id for walkthrough in desk.walkthroughs.offered(phone)} for phone in (one, other)]
    assert offers[0] ^ offers[1] == {"factory-reset-snom", "factory-reset-yealink"}
