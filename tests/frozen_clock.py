"""A clock that stands still until a test moves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass
class FrozenClock:
    """Stands wherever the program takes a `Clock`. Begins on a Monday, less than two days before a deadline."""

    moment: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, duration: timedelta) -> datetime:
        """Let this much time pass; the new moment."""
        self.moment += duration
        return self.moment
