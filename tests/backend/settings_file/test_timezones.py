"""Time zones as phones want them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.settings_file.timezones import (
    YEALINK_ZONE_NAMES,
    snom_zone,
    yealink_change,
    yealink_offset,
    zone_rule,
)


@pytest.mark.parametrize(
    ("zone", "offset", "start", "end"),
    [
        ("Europe/Amsterdam", "+1", "3/5/7/2", "10/5/7/3"),
        ("Europe/London", "0", "3/5/7/1", "10/5/7/2"),
        ("Europe/Dublin", "0", "3/5/7/1", "10/5/7/2"),
        ("America/New_York", "-5", "3/2/7/2", "11/1/7/2"),
        ("Australia/Adelaide", "+9:30", "10/1/7/2", "4/1/7/3"),
        ("Asia/Kolkata", "+5:30", None, None),
        ("America/Curacao", "-4", None, None),
        ("Europe/Istanbul", "+3", None, None),
        ("America/St_Johns", "-3:30", "3/2/7/2", "11/1/7/2"),
        ("UTC", "0", None, None),
    ],
)
def test_yealink(zone: str, offset: str, start: str | None, end: str | None) -> None:
    rule = zone_rule(zone)
    assert yealink_offset(rule) == offset
    assert (rule.start and yealink_change(rule.start), rule.end and yealink_change(rule.end)) == (start, end)
    assert bool(rule.saving) == (start is not None)


@pytest.mark.parametrize("zone", ["Europe/Amsterdam", "America/New_York", "Australia/Sydney"])
def test_the_rule_says_when_clocks_change(zone: str) -> None:
    """In a year that nobody looked at: an hour before the change the clock is as before, then it has changed."""
    rule = zone_rule(zone)
    assert rule.start
    year, place = 2044, ZoneInfo(zone)
    days = [datetime(year, rule.start.month, 1) + timedelta(days=n) for n in range(31)]
    sundays = [day for day in days if day.month == rule.start.month and day.isoweekday() == rule.start.weekday]
    day = sundays[-1] if rule.start.week == 5 else sundays[rule.start.week - 1]
    change = (day + timedelta(hours=rule.start.hour) - timedelta(minutes=rule.offset)).replace(tzinfo=UTC)
    before, after = (change - timedelta(minutes=1)).astimezone(place), change.astimezone(place)
    assert before.utcoffset() == timedelta(minutes=rule.offset)
    assert after.utcoffset() == timedelta(minutes=rule.offset + rule.saving)


@pytest.mark.parametrize(
    ("zone", "code", "exact"),
    [
        ("Europe/Amsterdam", "NLD+1", True),
        ("Europe/London", "GBR-0", True),
        ("Europe/Dublin", "GBR-0", True),
        ("Asia/Kolkata", "IND+5.5", True),
        ("America/Chicago", "USA-6", True),
        ("Europe/Istanbul", "RUS+3", True),
        ("UTC", "GBR-0", False),
        ("America/Curacao", "CAN-4", False),
    ],
)
def test_snom(zone: str, code: str, exact: bool) -> None:
    assert snom_zone(zone) == (code, exact)


def test_zones_whose_rule_no_phone_can_be_told() -> None:
    rule = zone_rule("Asia/Jerusalem")
    assert rule.saving and rule.start is None


def test_unknown_zones() -> None:
    for name in ("", "Europe/Nergens", "/etc/passwd", "Europe"):
        with pytest.raises(BadInput, match="no time zone"):
            zone_rule(name)


def test_every_named_zone_exists() -> None:
    for name in YEALINK_ZONE_NAMES:
        zone_rule(name)
