"""Phones of every kind, for the pure rules about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.step import Step
from helpdesk_tui.backend.model.vendor import Vendor

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DEADLINE = datetime(2026, 3, 3, 23, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def phone(step: Step, **changes: object) -> Phone:
    """A Snom phone that took this step a day ago, and was never seen."""
    plain = Phone(
        id=1,
        mac=Mac("000413a1b2c3"),
        vendor=Vendor.SNOM,
        model="D735",
        organisation_id=1,
        organisation="Bakkerij Jansen",
        step=step,
        step_since=NOW - DAY,
        added_at=NOW - 30 * DAY,
        deadline=DEADLINE if step is Step.ACTIVE else None,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]
