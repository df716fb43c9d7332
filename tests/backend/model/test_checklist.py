"""The four steps that mend a suboptimal state."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from helpdesk_tui.backend.model.checklist import Item, ItemState, State, item_states
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.run import Run
from helpdesk_tui.backend.model.step import Step
from tests.backend.model.phones_for_tests import DEADLINE, NOW, phone

MINUTE = timedelta(minutes=1)


def run(**ticked: datetime) -> Run:
    progress = {name: at.isoformat() for name, at in ticked.items()}
    return Run(1, phone(Step.ACTIVE).mac, "fix", "anna", NOW, NOW, None, "", progress)


def now_at(progress: Run, subject: Phone, moment: datetime = NOW) -> ItemState | None:
    states = item_states(progress, subject, moment)
    assert [state.item for state in states] == list(Item)
    order = [state.state for state in states]
    assert order == sorted(order, key=[State.DONE, State.NOW, State.TO_DO].index)  # one NOW, nothing done after it
    return next((state for state in states if state.state is State.NOW), None)


def test_begins_with_activate() -> None:
    found = now_at(run(), phone(Step.DISABLED))
    assert found and found.item is Item.PREPARE
    assert "strand" in found.blocked
    assert "disabled" in found.evidence


@pytest.mark.parametrize("step", [Step.DISABLED, Step.PROVISION, Step.DEPROVISION])
def test_no_reset_before_it_is_active(step: Step) -> None:
    found = now_at(run(prepare=NOW), phone(step))
    assert found and found.item is Item.PREPARE and found.blocked


def test_an_older_registration_can_be_used() -> None:
    found = now_at(run(), phone(Step.ACTIVE))
    assert found and found.item is Item.PREPARE and not found.blocked


def test_no_reset_just_before_the_deadline() -> None:
    late = DEADLINE - 29 * MINUTE
    found = now_at(run(prepare=late), phone(Step.ACTIVE), late)
    assert found and found.item is Item.PREPARE and "deadline" in found.blocked
    early = DEADLINE - 31 * MINUTE
    found = now_at(run(prepare=early), phone(Step.ACTIVE), early)
    assert found and found.item is Item.RESET


def test_reset_then_hands_off_then_quiet() -> None:
    begun = run(prepare=NOW, reset=NOW)
    found = now_at(begun, phone(Step.ACTIVE, last_seen=NOW - MINUTE))
    assert found and found.item is Item.START and "not called in yet" in found.evidence
    heard = phone(Step.DISABLED, last_seen=NOW + MINUTE)
    found = now_at(begun, heard, NOW + MINUTE + timedelta(seconds=10))
    assert found and found.item is Item.START and found.quiet_left == timedelta(seconds=20)
    assert now_at(begun, heard, NOW + MINUTE + timedelta(seconds=30)) is None


def test_every_call_starts_the_quiet_time_again() -> None:
    begun = run(prepare=NOW, reset=NOW)
    found = now_at(begun, phone(Step.DISABLED, last_seen=NOW + 3 * MINUTE), NOW + 3 * MINUTE)
    assert found and found.quiet_left == timedelta(seconds=30)


def test_the_end_is_proven_by_the_phone() -> None:
    begun = run(prepare=NOW, reset=NOW, start=NOW + MINUTE)
    found = now_at(begun, phone(Step.ACTIVE), NOW + 2 * MINUTE)
    assert found and found.item is Item.CONFIRM and "still active" in found.evidence and found.blocked
    found = now_at(begun, phone(Step.DISABLED, last_seen=NOW - MINUTE), NOW + 2 * MINUTE)
    assert found and found.item is Item.CONFIRM and found.blocked


def test_a_removal_that_failed_after_the_reset_is_no_success() -> None:
    begun = run(prepare=NOW, reset=NOW)
    found = now_at(begun, phone(Step.DEPROVISION, last_seen=NOW + MINUTE), NOW + 3 * MINUTE)
    assert found and found.item is Item.CONFIRM and "deprovision" in found.evidence
