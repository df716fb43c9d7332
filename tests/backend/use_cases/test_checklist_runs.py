"""The checklist as operators do it: with guards, stored at every step, resumed by a colleague."""

from __future__ import annotations

from datetime import timedelta

import pytest

from helpdesk_tui.backend.errors import Refused
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.checklist import Item, State
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.reason import Reason
from helpdesk_tui.backend.model.run import Run
from helpdesk_tui.backend.model.step import Step
from tests.backend.offices import add_phone, fetches, in_service, open_desk, run_due, service
from tests.frozen_clock import FrozenClock

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def at(desk: Helpdesk, run: Run, phone: Phone) -> Item | None:
    """The step that is to be done now; None: all are done."""
    states = desk.checklist.states(desk.checklist.get(run.id), desk.phones.get(phone.id))
    return next((state.item for state in states if state.state is State.NOW), None)


def suboptimal(desk: Helpdesk, clock: FrozenClock) -> Phone:
    """Registered, and yet it fetches, as long as the service does not let it go."""
    phone = add_phone(desk)
    clock.advance(MINUTE)
    service(desk).fail_next(Reason.UNREACHABLE)
    fetches(desk, phone)
    run_due(desk)
    service(desk).recover()
    phone = desk.phones.get(phone.id)
    assert phone.step is Step.DEPROVISION
    return phone


def test_the_whole_way(desk: Helpdesk, clock: FrozenClock) -> None:
    phone = suboptimal(desk, clock)
    run = desk.checklist.resume_or_start(phone)
    assert at(desk, run, phone) is Item.PREPARE
    assert desk.checklist.activate(run, phone).ok
    assert at(desk, run, phone) is Item.RESET
    desk.checklist.tick(run, phone, Item.RESET)
    assert at(desk, run, phone) is Item.START
    clock.advance(3 * MINUTE)
    fetches(desk, phone)
    run_due(desk)
    assert at(desk, run, phone) is Item.START  # hands off
    clock.advance(31 * SECOND)
    assert at(desk, run, phone) is None
    desk.checklist.finish(run, phone)
    assert desk.checklist.get(run.id).outcome == "mended"
    assert desk.phones.get(phone.id).step is Step.DISABLED
    texts = [e.text for e in desk.phones.history(phone.mac) if e.kind is EventKind.WALKTHROUGH]
    assert len(texts) == 4 and "normal operation" in texts[0]


def test_no_step_before_its_turn(desk: Helpdesk, clock: FrozenClock) -> None:
    phone = suboptimal(desk, clock)
    run = desk.checklist.resume_or_start(phone)
    for item in (Item.RESET, Item.START, Item.CONFIRM):
        with pytest.raises(Refused, match="Another step comes first"):
            desk.checklist.tick(run, phone, item)
    with pytest.raises(Refused, match="a reset now would strand the phone"):
        desk.checklist.tick(run, phone, Item.PREPARE)
    with pytest.raises(Refused, match="not in normal operation yet"):
        desk.checklist.finish(run, phone)
    assert desk.checklist.get(run.id).progress == {}


def test_no_reset_when_activate_failed(desk: Helpdesk, clock: FrozenClock) -> None:
    phone = suboptimal(desk, clock)
    run = desk.checklist.resume_or_start(phone)
    service(desk).fail_next(Reason.UNREACHABLE)
    assert not desk.checklist.activate(run, phone).ok
    assert at(desk, run, phone) is Item.PREPARE


def test_no_reset_when_the_registration_ended_meanwhile(desk: Helpdesk, clock: FrozenClock) -> None:
    """The screen still shows it as active."""
    phone = in_service(desk)
    run = desk.checklist.resume_or_start(phone)
    shown = desk.checklist.activate(run, phone).phone
    assert shown is not None
    clock.advance(SECOND)
    fetches(desk, phone)
    run_due(desk)
    with pytest.raises(Refused):
        desk.checklist.tick(run, shown, Item.RESET)


def test_hands_off(desk: Helpdesk, clock: FrozenClock) -> None:
    phone = in_service(desk)
    run = desk.checklist.resume_or_start(phone)
    desk.checklist.activate(run, phone)
    desk.checklist.tick(run, phone, Item.RESET)
    clock.advance(MINUTE)
    fetches(desk, phone)
    with pytest.raises(Refused, match="left alone for another 30 seconds"):
        desk.checklist.tick(run, phone, Item.START)


def test_a_display_that_is_idle_without_a_call_is_no_proof(desk: Helpdesk, clock: FrozenClock) -> None:
    phone = in_service(desk)
    run = desk.checklist.resume_or_start(phone)
    desk.checklist.activate(run, phone)
    desk.checklist.tick(run, phone, Item.RESET)
    desk.checklist.tick(run, phone, Item.START)
    clock.advance(10 * MINUTE)
    assert at(desk, run, phone) is Item.CONFIRM
    with pytest.raises(Refused):
        desk.checklist.tick(run, phone, Item.CONFIRM)


def test_removed_and_added_again(desk: Helpdesk, clock: FrozenClock) -> None:
    phone = suboptimal(desk, clock)
    phone = desk.phones.change(phone, {"serial": "SN1", "name": "Balie"})
    run = desk.checklist.resume_or_start(phone)
    attempt = desk.checklist.add_again(run, phone)
    assert attempt.ok and attempt.phone
    assert (attempt.phone.serial, attempt.phone.name) == ("SN1", "")  # its settings are lost
    assert at(desk, run, attempt.phone) is Item.RESET


def test_not_removed_when_the_manufacturer_cannot_be_told(desk: Helpdesk, clock: FrozenClock) -> None:
    phone = suboptimal(desk, clock)
    run = desk.checklist.resume_or_start(phone)
    service(desk).fail_next(Reason.UNREACHABLE)
    with pytest.raises(Refused, match="was not removed"):
        desk.checklist.add_again(run, phone)
    assert desk.phones.get(phone.id)


def test_a_colleague_goes_on(desk: Helpdesk, colleague: Helpdesk, clock: FrozenClock) -> None:
    phone = in_service(desk)
    mine = desk.checklist.resume_or_start(phone)
    desk.checklist.activate(mine, phone)
    theirs = colleague.checklist.resume_or_start(phone)
    assert theirs.id == mine.id
    done = colleague.checklist.tick(theirs, phone, Item.RESET)
    assert done.operator == "bert"
    # The first line comes back, with what it knew before it was lost.
    clock.advance(MINUTE)
    after = desk.checklist.tick(mine, phone, Item.START)
    assert set(after.progress) == {"prepare", "reset", "start"}
    assert after.progress["reset"] == done.progress["reset"]
    assert [e.operator for e in desk.phones.history(phone.mac) if "caller resets" in e.text] == ["bert"]


def test_starting_over(desk: Helpdesk, colleague: Helpdesk) -> None:
    phone = in_service(desk)
    run = desk.checklist.resume_or_start(phone)
    desk.checklist.activate(run, phone)
    again = desk.checklist.start_over(run, phone)
    assert again.id != run.id and again.progress == {}
    with pytest.raises(Refused, match="ended this checklist"):
        colleague.checklist.tick(run, phone, Item.RESET)


def test_read_only_shows_and_changes_nothing(desk: Helpdesk, clock: FrozenClock) -> None:
    phone = suboptimal(desk, clock)
    looking = open_desk(desk.environment.database.parent, clock, read_only=True)
    run = looking.checklist.resume_or_start(phone)
    assert len(looking.checklist.states(run, phone)) == 4
    with pytest.raises(Refused, match="read-only"):
        looking.checklist.activate(run, phone)
    assert desk.store.runs.open_run(phone.mac, run.walkthrough) is None
    looking.close()
