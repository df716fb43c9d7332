"""The way out of a suboptimal state as operators do it: guarded, stored at every step, taken over by a colleague."""

from __future__ import annotations

from datetime import timedelta

import pytest

from helpdesk_tui.backend.errors import BadInput, NotFound, Refused
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.reason import Reason
from helpdesk_tui.backend.model.step import Step
from helpdesk_tui.backend.use_cases.walkthroughs import FIX
from helpdesk_tui.backend.walkthroughs.actions import Action
from helpdesk_tui.backend.walkthroughs.engine import WalkState
from helpdesk_tui.backend.walkthroughs.progress import How
from tests.backend.offices import add_phone, fetches, in_service, open_desk, run_due, service
from tests.backend.walkthroughs.runs import Walk
from tests.frozen_clock import FrozenClock

MINUTE = timedelta(minutes=1)


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


def activated(desk: Helpdesk, clock: FrozenClock, phone: Phone | None = None) -> Walk:
    walk = Walk(desk, phone or in_service(desk), FIX, clock)
    walk.act(Action.ACTIVATE)
    assert walk.at == "reset"
    return walk


def test_the_whole_way(desk: Helpdesk, clock: FrozenClock) -> None:
    walk = Walk(desk, suboptimal(desk, clock), FIX, clock)
    assert walk.at == "register" and "strand" in walk.view.standing.blocked
    walk.act(Action.ACTIVATE)
    assert walk.at == "reset"
    walk.confirm()
    assert walk.at == "start"
    walk.wait(minutes=3)
    walk.fetches()
    assert walk.at == "start" and walk.view.standing.left == timedelta(seconds=30)
    walk.wait(seconds=31)
    assert walk.at == "mended"
    assert desk.walkthroughs.get(walk.run.id).outcome == "mended"
    assert walk.phone.step is Step.DISABLED
    texts = [e.text for e in desk.phones.history(walk.mac) if e.kind is EventKind.WALKTHROUGH]
    assert len(texts) == 3 and "normal operation" in texts[0]


@pytest.mark.parametrize("step", [Step.DISABLED, Step.PROVISION, Step.DEPROVISION])
def test_no_reset_before_it_is_active(desk: Helpdesk, clock: FrozenClock, step: Step) -> None:
    phone = in_service(desk)
    desk.store.phones.update(phone.id, {"step": step.value})
    walk = Walk(desk, phone, FIX, clock)
    for other in ("reset", "start", "confirm"):
        with pytest.raises(Refused, match="Another step comes first"):
            desk.walkthroughs.confirm(walk.run, other)
    with pytest.raises(Refused, match="a reset now would strand the phone"):
        walk.confirm()
    with pytest.raises(Refused, match="The next step needs this one"):
        walk.skip()
    assert walk.at == "register" and desk.walkthroughs.get(walk.run.id).progress == {}


def test_no_reset_when_activate_failed(desk: Helpdesk, clock: FrozenClock) -> None:
    walk = Walk(desk, suboptimal(desk, clock), FIX, clock)
    service(desk).fail_next(Reason.UNREACHABLE)
    walk.act(Action.ACTIVATE)
    assert walk.at == "register"


@pytest.mark.parametrize(("minutes", "at"), [(29, "register"), (31, "reset")])
def test_no_reset_just_before_the_deadline(desk: Helpdesk, clock: FrozenClock, minutes: int, at: str) -> None:
    walk = activated(desk, clock)
    deadline = walk.phone.deadline
    assert deadline
    clock.moment = deadline - timedelta(minutes=minutes)
    assert walk.at == at
    if at == "register":
        assert "deadline is too near" in walk.view.standing.blocked
        clock.moment = deadline
        assert walk.at == "register" and "has passed" in walk.view.standing.blocked


def test_no_reset_when_the_registration_ended_meanwhile(desk: Helpdesk, clock: FrozenClock) -> None:
    walk = activated(desk, clock)
    walk.fetches()
    with pytest.raises(Refused, match="Another step comes first"):  # the screen still shows it as active
        desk.walkthroughs.confirm(walk.run, "reset")
    assert walk.at == "register"
    assert "fetched its settings since Activate" in walk.view.standing.proofs[0].sentence
    states = [entry.state for entry in walk.view.standing.way]
    assert states == [WalkState.NOW, WalkState.TO_DO, WalkState.TO_DO, WalkState.TO_DO]


def test_an_older_registration_can_be_used(desk: Helpdesk, clock: FrozenClock) -> None:
    phone = add_phone(desk)
    clock.advance(MINUTE)
    walk = Walk(desk, phone, FIX, clock)
    assert walk.at == "register"
    walk.confirm()
    assert walk.at == "reset"


def test_a_phone_that_comes_by_the_manufacturer_has_been_reset(desk: Helpdesk, clock: FrozenClock) -> None:
    """The caller was quicker than the operator: nothing is lost by that."""
    walk = activated(desk, clock)
    walk.first_boot()
    assert walk.at == "start" and walk.how("reset") is How.PROVEN
    walk.wait(seconds=31)
    assert walk.at == "mended"


def test_every_call_starts_the_quiet_time_again(desk: Helpdesk, clock: FrozenClock) -> None:
    walk = activated(desk, clock)
    walk.confirm()
    walk.first_boot()
    walk.wait(seconds=20)
    walk.fetches()
    assert walk.at == "start" and walk.view.standing.left == timedelta(seconds=30)
    with pytest.raises(Refused, match="Hands off for 29 s more"):
        walk.confirm()


def test_a_display_that_is_idle_without_a_call_is_no_proof(desk: Helpdesk, clock: FrozenClock) -> None:
    walk = activated(desk, clock)
    walk.confirm()
    walk.confirm()
    walk.wait(minutes=10)
    assert walk.at == "confirm" and "still active" in walk.view.standing.proofs[0].sentence
    for refused in (walk.confirm, walk.skip):
        with pytest.raises(Refused):
            refused()
    assert walk.view.standing.overdue
    assert {choice.go for choice in walk.view.standing.choices} == {"walkthrough:still-does-not-work", "register"}


def test_a_removal_that_failed_after_the_reset_is_no_success(desk: Helpdesk, clock: FrozenClock) -> None:
    walk = activated(desk, clock)
    walk.confirm()
    service(desk).fail_next(Reason.UNREACHABLE)
    walk.fetches()
    walk.wait(seconds=31)
    assert walk.at == "confirm" and "deprovision" in walk.view.standing.proofs[0].sentence
    service(desk).recover()
    walk.act(Action.RETRY)
    assert walk.at == "mended"


def test_removed_and_added_again(desk: Helpdesk, clock: FrozenClock) -> None:
    phone = desk.phones.change(suboptimal(desk, clock), {"serial": "SN1", "name": "Balie"})
    walk = Walk(desk, phone, FIX, clock)
    walk.act(Action.ADD_AGAIN)
    assert walk.at == "reset"
    assert (walk.phone.serial, walk.phone.name) == ("SN1", "")  # its settings are lost


def test_not_removed_when_the_manufacturer_cannot_be_told(desk: Helpdesk, clock: FrozenClock) -> None:
    phone = suboptimal(desk, clock)
    walk = Walk(desk, phone, FIX, clock)
    service(desk).fail_next(Reason.UNREACHABLE)
    with pytest.raises(Refused, match="was not removed"):
        walk.act(Action.ADD_AGAIN)
    assert desk.phones.get(phone.id)


def test_a_colleague_takes_over(desk: Helpdesk, colleague: Helpdesk, clock: FrozenClock) -> None:
    mine = activated(desk, clock)
    theirs = Walk(colleague, mine.phone, FIX, clock)
    assert theirs.run.id == mine.run.id and theirs.view.run.operator == "anna"
    with pytest.raises(Refused, match="anna has this walkthrough: take it over first"):
        theirs.confirm()
    colleague.walkthroughs.take_over(theirs.run)
    theirs.confirm()
    with pytest.raises(Refused, match="bert has this walkthrough"):  # the first line comes back
        mine.confirm()
    assert mine.at == "start"
    assert any("Took over" in e.text and "from anna" in e.text for e in desk.phones.history(mine.mac))


def test_starting_over(desk: Helpdesk, clock: FrozenClock) -> None:
    walk = activated(desk, clock)
    clock.advance(MINUTE)
    again = desk.walkthroughs.start_over(walk.run)
    assert again.id != walk.run.id and again.progress == {}
    with pytest.raises(Refused, match="ended this walkthrough"):
        desk.walkthroughs.confirm(walk.run, "reset")


def test_leaving_asks_why(desk: Helpdesk, clock: FrozenClock) -> None:
    walk = activated(desk, clock)
    with pytest.raises(BadInput, match="Say why"):
        desk.walkthroughs.abandon(walk.run, "  ")
    desk.walkthroughs.abandon(walk.run, "the caller hung up")
    assert desk.walkthroughs.open_runs() == ()
    assert desk.walkthroughs.where(walk.run) == "left: the caller hung up"
    assert any("the caller hung up" in e.text for e in desk.phones.history(walk.mac))


def test_a_skipped_step_is_recorded_with_its_reason(desk: Helpdesk, clock: FrozenClock) -> None:
    walk = activated(desk, clock)
    walk.skip("it was reset this morning")
    assert walk.at == "start" and walk.view.standing.way[1].state is WalkState.SKIPPED
    assert "skipped by anna: it was reset this morning" in desk.walkthroughs.summary(walk.run)


def test_a_run_whose_phone_is_gone_can_still_be_left(desk: Helpdesk, clock: FrozenClock) -> None:
    walk = activated(desk, clock)
    desk.phones.remove(walk.phone)
    with pytest.raises(NotFound):
        desk.walkthroughs.look(walk.run)
    assert [run.id for run in desk.walkthroughs.open_runs()] == [walk.run.id]
    desk.walkthroughs.abandon(walk.run, "the phone was sold")
    assert desk.walkthroughs.open_runs() == ()


def test_the_summary_has_no_secret_in_either_form(desk: Helpdesk, clock: FrozenClock) -> None:
    walk = activated(desk, clock)
    walk.confirm()
    for text in (desk.walkthroughs.summary(walk.run), desk.walkthroughs.summary(walk.run, markdown=True)):
        assert "00:04:13:a1:b2:c3" in text and "confirmed by anna" in text and "02 Mar 2026 09:00" in text
        phone = walk.phone
        for secret in (phone.secret, phone.token, phone.sip_password, phone.web_password):
            assert secret not in text


def test_read_only_shows_and_changes_nothing(desk: Helpdesk, clock: FrozenClock) -> None:
    phone = suboptimal(desk, clock)
    looking = open_desk(desk.environment.database.parent, clock, read_only=True)
    walk = Walk(looking, phone, FIX, clock)
    assert walk.at == "register" and len(walk.view.standing.way) == 4
    with pytest.raises(Refused, match="read-only"):
        walk.act(Action.ACTIVATE)
    with pytest.raises(Refused, match="read-only"):
        walk.skip()
    assert desk.walkthroughs.open_runs() == ()
    looking.close()
