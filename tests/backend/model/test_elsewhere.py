"""What another environment's record of the same phone means here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk_tui.backend.model.elsewhere import explain
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.step import Step
from helpdesk_tui.backend.model.vendor import Vendor

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def phone(step: Step, since: int = 0, seen: int | None = None) -> Phone:
    """In this step for so many minutes before noon, and seen so many minutes before it."""
    last_seen = None if seen is None else NOON - timedelta(minutes=seen)
    at = NOON - timedelta(minutes=since)
    return Phone(1, Mac("000413a1b2c3"), Vendor.SNOM, "D735", 1, "Jansen", step, at, at, last_seen=last_seen)


@pytest.mark.parametrize(
    ("here", "there", "said"),
    [
        (phone(Step.ACTIVE, 10), phone(Step.ACTIVE, 20), "after a reset it comes here"),
        (phone(Step.ACTIVE, 20), phone(Step.ACTIVE, 10), "after a reset the manufacturer sends it there"),
        (phone(Step.DISABLED), phone(Step.ACTIVE), "after a reset it goes there"),
        (phone(Step.ACTIVE), phone(Step.DISABLED, seen=5), "in normal operation there"),
        (phone(Step.DISABLED, seen=10), phone(Step.DISABLED, seen=5), "in normal operation there"),
        (phone(Step.DISABLED, seen=5), phone(Step.DISABLED, seen=10), "before it came here"),
        (phone(Step.DISABLED), phone(Step.DISABLED), "has never fetched its settings there"),
        (phone(Step.ACTIVE), phone(Step.PROVISION), "registering it failed"),
        (phone(Step.ACTIVE), phone(Step.DEPROVISION), "could not be removed"),
    ],
)
def test_every_pair_of_records_is_explained(here: Phone, there: Phone, said: str) -> None:
    assert said in explain(here, there)
