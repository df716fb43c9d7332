"""The weekly moment at which unused registrations end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from helpdesk_tui.backend.errors import BadInput

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

DEFAULT_RULE = "wednesday 00:00 Europe/Amsterdam"
"""Source: provisioning.txt, note 1 (Wednesday at midnight, CET). Another text of the platform says 03:00."""


@dataclass(frozen=True, slots=True)
class WeeklyDeadline:
    """A weekday and a wall-clock time in a zone. All moments that go in or out are aware and in UTC."""

    weekday: int
    """Monday is 0."""
    at: time
    zone: ZoneInfo

    @classmethod
    def parse(cls, text: str) -> WeeklyDeadline:
        """Read `wednesday 00:00 Europe/Amsterdam`. Raises BadInput."""
        match = re.fullmatch(r"\s*([a-z]+)\s+(\d{1,2}):(\d{2})\s+(\S+)\s*", text, re.I)
        if not match or match[1].lower() not in WEEKDAYS or int(match[2]) > 23 or int(match[3]) > 59:
            raise BadInput(f"{text!r} is no weekly deadline: write it like '{DEFAULT_RULE}'.")
        try:
            zone = ZoneInfo(match[4])
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise BadInput(f"{match[4]!r} is no time zone: use an IANA name such as Europe/Amsterdam.") from error
        return cls(WEEKDAYS.index(match[1].lower()), time(int(match[2]), int(match[3])), zone)

    def after(self, moment: datetime) -> datetime:
        """The first deadline strictly after this moment: at most a week (and an hour, when clocks go back) away."""
        local_day = moment.astimezone(self.zone).date()
        days = (self.weekday - local_day.weekday()) % 7
        for week in (0, 7):
            there = datetime.combine(local_day + timedelta(days=days + week), self.at, self.zone).astimezone(UTC)
            if there > moment:
                return there
        raise AssertionError("one of two consecutive weeks lies ahead")

    def __str__(self) -> str:
        return f"{WEEKDAYS[self.weekday]} {self.at:%H:%M} {self.zone.key}"
