"""Walkthroughs with a played caller, whose phone boots over real HTTP: both vendors, and callers who do otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.step import Step
from helpdesk_tui.backend.use_cases.walkthroughs import FIX
from helpdesk_tui.backend.virtual_phone.caller import Caller, Manner
from helpdesk_tui.backend.walkthroughs.actions import Action
from helpdesk_tui.backend.walkthroughs.progress import How
from tests.backend.endpoint.served import until
from tests.backend.offices import SNOM, YEALINK, add_organisation, add_phone, in_service
from tests.backend.walkthroughs.runs import Walk
from tests.frozen_clock import FrozenClock

PHONES = pytest.mark.parametrize(("mac", "model"), [(SNOM, "D735"), (YEALINK, "T46S")], ids=["snom", "yealink"])


@pytest.fixture
def caller(desk: Helpdesk) -> Iterator[Caller]:
    caller = Caller(desk, pause=lambda seconds: None)
    yield caller
    caller.close()


def reset(caller: Caller, walk: Walk, manner: str = Manner.OBEYS) -> bool:
    """The caller does it, and what the phone fetched is written down."""
    works = caller.reset(walk.phone, lambda text: None, manner)
    if works:
        until(lambda: walk.phone.step is Step.DISABLED and walk.phone.pending is None)
    return works


def finish(walk: Walk) -> None:
    """The phone is left alone."""
    until(lambda: walk.at == "start" and walk.view.standing.left is not None)
    walk.wait(seconds=31)


def fix(walk: Walk, desk: Helpdesk) -> None:
    walk.act(Action.ACTIVATE)
    walk.confirm()


def add_again(walk: Walk, desk: Helpdesk) -> None:
    walk.act(Action.ADD_AGAIN)
    walk.confirm()


def snom_that_is_on(walk: Walk, desk: Helpdesk) -> None:
    walk.act(Action.ACTIVATE)
    walk.choose("restart")
    walk.confirm()
    walk.confirm()


def snom_that_is_off(walk: Walk, desk: Helpdesk) -> None:
    walk.act(Action.ACTIVATE)
    walk.choose("power-on")
    walk.confirm()
    walk.confirm()


def yealink(walk: Walk, desk: Helpdesk) -> None:
    walk.act(Action.ACTIVATE)
    walk.confirm()
    walk.confirm()


def switch(walk: Walk, desk: Helpdesk) -> None:
    walk.confirm()
    walk.act(Action.ACTIVATE)
    walk.confirm()


def move(walk: Walk, desk: Helpdesk) -> None:
    walk.choose("note-mac")
    walk.confirm()
    walk.act(Action.ADD_ELSEWHERE, add_organisation(desk, "Fietsen De Vries", "devries"))
    assert walk.phone.organisation == "Fietsen De Vries"
    walk.confirm()


Lead = Callable[[Walk, Helpdesk], None]
WAYS: list[tuple[str, str, str, Lead, str]] = [
    (SNOM, "D735", FIX, fix, "mended"),
    (YEALINK, "T46S", FIX, fix, "mended"),
    (SNOM, "D735", FIX, add_again, "mended"),
    (YEALINK, "T46S", FIX, add_again, "mended"),
    (SNOM, "D735", "factory-reset-snom", snom_that_is_on, "mended"),
    (SNOM, "715", "factory-reset-snom", snom_that_is_off, "mended"),
    (YEALINK, "T46S", "factory-reset-yealink", yealink, "mended"),
    (SNOM, "D735", "switch-environment", switch, "switched"),
    (YEALINK, "T46S", "switch-environment", switch, "switched"),
    (SNOM, "D735", "move-by-hand", move, "moved"),
    (YEALINK, "T46S", "move-by-hand", move, "moved"),
]


@pytest.mark.parametrize(
    ("mac", "model", "walkthrough", "lead", "end"), WAYS, ids=[f"{way[1]}-{way[3].__name__}" for way in WAYS]
)
def test_a_reset_phone_ends_in_normal_operation(
    desk: Helpdesk, caller: Caller, clock: FrozenClock, mac: str, model: str, walkthrough: str, lead: Lead, end: str
) -> None:
    phone = in_service(desk, mac, model)
    clock.advance(timedelta(hours=1))
    walk = Walk(desk, phone, walkthrough, clock)
    lead(walk, desk)
    assert walk.at == "start"
    assert reset(caller, walk)
    finish(walk)
    assert walk.at == end
    assert desk.walkthroughs.get(walk.run.id).outcome == end
    assert walk.phone.step is Step.DISABLED and walk.phone.firmware_installed


@PHONES
def test_the_first_start_of_a_new_phone(
    desk: Helpdesk, caller: Caller, clock: FrozenClock, mac: str, model: str
) -> None:
    walk = Walk(desk, add_phone(desk, mac, model), "first-start", clock)
    assert walk.at == "sticker"  # adding has registered it
    walk.confirm()
    walk.choose("plug")
    walk.confirm()
    assert walk.at == "prompt"
    assert reset(caller, walk)
    finish(walk)
    assert walk.at == "login"
    walk.confirm()
    assert walk.at == "mended"


@PHONES
def test_a_caller_who_resets_before_activate(
    desk: Helpdesk, caller: Caller, clock: FrozenClock, mac: str, model: str
) -> None:
    """The phone finds nobody: it must be activated and reset again."""
    walk = Walk(desk, in_service(desk, mac, model), FIX, clock)
    assert not reset(caller, walk)
    assert walk.at == "register"
    walk.act(Action.ACTIVATE)
    walk.confirm()
    assert reset(caller, walk)
    finish(walk)
    assert walk.at == "mended"


@PHONES
def test_a_caller_who_touches_the_phone_too_early(
    desk: Helpdesk, caller: Caller, clock: FrozenClock, mac: str, model: str
) -> None:
    walk = Walk(desk, in_service(desk, mac, model), FIX, clock)
    walk.act(Action.ACTIVATE)
    walk.confirm()
    assert reset(caller, walk)
    until(lambda: walk.at == "start" and walk.view.standing.left is not None)
    walk.wait(seconds=20)
    assert reset(caller, walk, Manner.TOUCHES) is False  # reset once more, now without a registration
    finish(walk)
    assert walk.at == "mended"


@PHONES
@pytest.mark.parametrize("manner", [Manner.OTHER_PHONE, Manner.FIREWALL])
def test_nothing_arrives_and_the_cause_is_looked_for(
    desk: Helpdesk, caller: Caller, clock: FrozenClock, mac: str, model: str, manner: Manner
) -> None:
    walk = Walk(desk, in_service(desk, mac, model), FIX, clock)
    walk.act(Action.ACTIVATE)
    walk.confirm()
    assert not reset(caller, walk, manner)
    assert walk.at == "start" and walk.view.standing.overdue is None
    assert [choice.go for choice in walk.view.standing.choices] == ["register"]
    walk.wait(minutes=9)
    assert walk.at == "start" and walk.view.standing.overdue
    walk.choose("walkthrough:still-does-not-work")
    assert walk.view.run.outcome == "went on with still-does-not-work"
    triage = Walk(desk, walk.phone, "still-does-not-work", clock)
    triage.confirm()
    for go in ("address", "clock", "reach", "firewall", "questions"):
        triage.choose(go)
    desk.walkthroughs.answer(triage.run, "display", "“Network  unavailable”")
    triage.confirm()
    assert triage.at == "handed-over"
    summary = desk.walkthroughs.summary(triage.run)
    assert "What does the display say, word for word? “Network unavailable”" in summary
    assert "Names and firewall: chosen by anna: A firewall blocks them" in summary


@PHONES
def test_a_firmware_is_changed_and_reported(
    desk: Helpdesk, caller: Caller, clock: FrozenClock, mac: str, model: str
) -> None:
    walk = Walk(desk, in_service(desk, mac, model, firmware_installed="1.1.1.1"), "change-firmware", clock)
    assert walk.at == "select"
    desk.store.phones.update(walk.phone.id, {"firmware_selected": "2.2.2.2", "firmware_selected_at": clock()})
    assert walk.at == "ask-idle"
    walk.confirm()
    walk.fetches("1.1.1.1")
    assert walk.at == "installed"
    walk.wait(minutes=16)
    assert walk.at == "installed" and "refused" in {choice.go for choice in walk.view.standing.choices}
    walk.fetches("2.2.2.2")
    assert walk.at == "changed"


HAPPENINGS: tuple[tuple[Callable[[Walk], object], str], ...] = (
    (lambda walk: walk.act(Action.ACTIVATE), "reset"),
    (lambda walk: walk.confirm(), "start"),
    (lambda walk: walk.first_boot(), "start"),
    (lambda walk: walk.wait(seconds=20), "start"),
    (lambda walk: walk.fetches(), "start"),
    (lambda walk: walk.wait(seconds=31), "mended"),
)


@PHONES
@pytest.mark.parametrize("killed_at", range(len(HAPPENINGS) - 1))
def test_a_run_that_is_killed_at_any_step_resumes_there(
    desk: Helpdesk, colleague: Helpdesk, clock: FrozenClock, mac: str, model: str, killed_at: int
) -> None:
    """Another process goes on with what is on disk; the way is that of an undisturbed run."""
    walk = Walk(desk, in_service(desk, mac, model), FIX, clock)
    for number, (happen, place) in enumerate(HAPPENINGS):
        happen(walk)
        assert walk.at == place
        if number == killed_at:
            colleague.walkthroughs.take_over(walk.run)
            walk = Walk(colleague, walk.phone, FIX, clock)
            assert walk.at == place
    assert [walk.how(step) for step in ("register", "reset", "start", "confirm")] == [
        *(How.PROVEN, How.TOLD, How.PROVEN, How.PROVEN)
    ]


def test_a_reset_is_offered_for_the_manufacturer_of_the_phone(desk: Helpdesk) -> None:
    one, other = in_service(desk), in_service(desk, YEALINK, "T46S")
    offers = [{walkthrough.id for walkthrough in desk.walkthroughs.offered(phone)} for phone in (one, other)]
    assert offers[0] ^ offers[1] == {"factory-reset-snom", "factory-reset-yealink"}
