"""Time zones as the phones want them: offset and daylight saving rule, computed from the zone database.

The rule is read from years far ahead, where the zone database no longer lists single exceptions but applies the
rule that holds from now on. So it depends on the version of the database alone, never on today's date.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from helpdesk_tui.backend.errors import BadInput

_YEARS = range(2101, 2112)
"""Eleven years hold every weekday on every date, so that "fourth" and "last" Sunday can be told apart."""


@dataclass(frozen=True, slots=True)
class Change:
    """When the clocks change, each year, on the wall clock that is valid until then."""

    month: int
    week: int
    """1 to 4; 5: the last of the month."""
    weekday: int
    """Monday is 1, Sunday is 7."""
    hour: int


@dataclass(frozen=True, slots=True)
class ZoneRule:
    """What a zone does every year. Offsets are minutes east of UTC."""

    offset: int
    """Standard time."""
    saving: int = 0
    """Minutes that clocks go forward in summer; 0: never."""
    start: Change | None = None
    """None with `saving`: the zone changes at moments that are no weekday of a month, so phones cannot be told."""
    end: Change | None = None


@cache
def zone_rule(name: str) -> ZoneRule:
    """The yearly rule of this IANA zone. Raises BadInput for an unknown name."""
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadInput(f"{name[:40]!r} is no time zone: use an IANA name such as Europe/Amsterdam.") from error
    changes = [change for year in _YEARS for change in _changes(zone, year)]
    offsets = {_minutes(zone, datetime(_YEARS[0], 1, 1, tzinfo=UTC))} | {after for _, _, after in changes}
    low, high = min(offsets), max(offsets)
    return ZoneRule(
        offset=low,
        saving=high - low,
        start=_weekly([wall for wall, before, after in changes if after > before]),
        end=_weekly([wall for wall, before, after in changes if after < before]),
    )


def _changes(zone: ZoneInfo, year: int) -> Iterator[tuple[datetime, int, int]]:
    """Every change of this year: its wall clock time before it, the offset before and the offset after."""
    months = [datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC) for month in range(13)]
    for low, high in pairwise(months):
        before, after = _minutes(zone, low), _minutes(zone, high)
        if before == after:
            continue
        while high - low > timedelta(minutes=1):
            middle = low + timedelta(minutes=(high - low) // timedelta(minutes=2))
            low, high = (middle, high) if _minutes(zone, middle) == before else (low, middle)
        yield high + timedelta(minutes=before), before, after


def _minutes(zone: ZoneInfo, moment: datetime) -> int:
    offset = moment.astimezone(zone).utcoffset()
    return 0 if offset is None else offset // timedelta(minutes=1)


def _weekly(moments: list[datetime]) -> Change | None:
    """The weekday of a month that all these moments share, or None."""
    weeks = {(m.day - 1) // 7 + 1 for m in moments}
    if moments and all(m.day + 7 > calendar.monthrange(m.year, m.month)[1] for m in moments):
        weeks = {5}
    others = {(m.month, m.isoweekday(), m.hour, m.minute) for m in moments}
    if len(weeks) != 1 or len(others) != 1:
        return None
    month, weekday, hour, minute = others.pop()
    return None if minute else Change(month, weeks.pop(), weekday, hour)


# Snom: a country code with its offset, which implies the country's own rule for summer time. Each code stands beside
# the zone whose rule it has. Source: phone_formats.md section 1.2 and the projects it names, confidence B. Codes of
# countries that changed their rule since (Turkey, Paraguay) are left out: phones with older lists would be wrong.
_SNOM_CODES = {
    "Europe/Amsterdam": "NLD+1",
    "Europe/Brussels": "BEL+1",
    "Europe/Luxembourg": "LUX+1",
    "Europe/Berlin": "GER+1",
    "Europe/Paris": "FRA+1",
    "Europe/Madrid": "ESP+1",
    "Europe/Rome": "ITA+1",
    "Europe/Copenhagen": "DNK+1",
    "Europe/Stockholm": "SWE+1",
    "Europe/Oslo": "NOR+1",
    "Europe/Warsaw": "POL+1",
    "Europe/Prague": "CZE+1",
    "Europe/Budapest": "HUN+1",
    "Europe/Zagreb": "HRV+1",
    "Europe/London": "GBR-0",
    "Europe/Lisbon": "PRT-0",
    "Atlantic/Canary": "ESP-0",
    "Atlantic/Azores": "PRT-1",
    "Europe/Helsinki": "FIN+2",
    "Europe/Tallinn": "EST+2",
    "Europe/Athens": "GRC+2",
    "Europe/Bucharest": "ROU+2",
    "Europe/Kyiv": "UKR+2",
    "Europe/Moscow": "RUS+3",
    "Africa/Nairobi": "EAT+3",
    "Asia/Baghdad": "IRQ+3",
    "Asia/Dubai": "KAZ+4",
    "Asia/Karachi": "PAK+5",
    "Asia/Kolkata": "IND+5.5",
    "Asia/Singapore": "SGP+8",
    "Australia/Perth": "AUS+8",
    "Australia/Adelaide": "AUS+9.5",
    "Australia/Sydney": "AUS+10",
    "Pacific/Auckland": "NZL+12",
    "America/Argentina/Buenos_Aires": "ARG-3",
    "America/St_Johns": "CAN-3.5",
    "America/Halifax": "CAN-4",
    "Atlantic/Bermuda": "BMU-4",
    "America/New_York": "USA-5",
    "America/Toronto": "CAN-5",
    "America/Chicago": "USA-6",
    "America/Denver": "USA-7",
    "America/Los_Angeles": "USA-8",
    "America/Anchorage": "USA-9",
}


@cache
def snom_zone(name: str) -> tuple[str, bool]:
    """The Snom code for this zone, and whether it keeps the same summer time.

    A zone without a code of its own gets that of a zone with the same rule, else of the nearest offset.
    """
    if name in _SNOM_CODES:
        return _SNOM_CODES[name], True
    rule = zone_rule(name)
    for known, code in _SNOM_CODES.items():
        if zone_rule(known) == rule:
            return code, True
    nearest = min(_SNOM_CODES, key=lambda known: abs(zone_rule(known).offset - rule.offset))
    return _SNOM_CODES[nearest], False


YEALINK_ZONE_NAMES = {
    "Europe/Amsterdam": "Netherlands(Amsterdam)",
    "Europe/Luxembourg": "Luxembourg(Luxembourg)",
    "Europe/Berlin": "Germany(Berlin)",
    "Europe/Paris": "France(Paris)",
    "Europe/London": "United Kingdom(London)",
    "Europe/Madrid": "Spain(Madrid)",
    "Atlantic/Canary": "Spain-Canary Islands(Las Palmas)",
    "Europe/Lisbon": "Portugal(Lisboa,Porto,Funchal)",
    "Europe/Rome": "Italy(Rome)",
    "Europe/Copenhagen": "Denmark(Kopenhagen)",
    "Europe/Helsinki": "Finland(Helsinki)",
    "Europe/Prague": "Czech Republic(Prague)",
    "Europe/Budapest": "Hungary(Budapest)",
    "Europe/Athens": "Greece(Athens)",
    "Europe/Bucharest": "Romania(Bucharest)",
    "America/New_York": "United States-Eastern Time",
    "America/Los_Angeles": "United States-Pacific Time",
    "Asia/Kolkata": "India(Calcutta)",
    "Australia/Adelaide": "Australia(Adelaide)",
}
"""Yealink's names of zones (phone_formats.md section 1.2, confidence B). They only name the zone on the display:
offset and summer time are sent as numbers."""


def yealink_offset(rule: ZoneRule) -> str:
    """`+1`, `0`, `-5`, `+5:30`."""
    hours, minutes = divmod(abs(rule.offset), 60)
    sign = "-" if rule.offset < 0 else "+" if rule.offset else ""
    return f"{sign}{hours}:{minutes:02}" if minutes else f"{sign}{hours}"


def yealink_change(change: Change) -> str:
    """`month/week/weekday/hour`, such as `3/5/7/2` for the last Sunday of March at 2."""
    return f"{change.month}/{change.week}/{change.weekday}/{change.hour}"
