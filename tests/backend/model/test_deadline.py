"""The weekly deadline, across both clock changes."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.deadline import DEFAULT_RULE, WEEKDAYS, WeeklyDeadline

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MIDNIGHT = WeeklyDeadline.parse(DEFAULT_RULE)

moments = st.datetimes(datetime(2020, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))
rules = st.builds(
    "{} {:02}:{:02} {}".format,
    st.sampled_from(WEEKDAYS),
    st.integers(0, 23),
    st.integers(0, 59),
    st.sampled_from(["Europe/Amsterdam", "UTC", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"]),
)


@pytest.mark.parametrize(
    ("now", "deadline"),
    [
        ("2026-03-02T09:00Z", "2026-03-03T23:00Z"),  # winter: midnight is 23:00 UTC
        ("2026-03-03T22:59:59Z", "2026-03-03T23:00Z"),
        ("2026-03-03T23:00Z", "2026-03-10T23:00Z"),  # strictly after
        ("2026-03-25T12:00Z", "2026-03-31T22:00Z"),  # clocks go forward on 29 March
        ("2026-07-01T12:00Z", "2026-07-07T22:00Z"),  # summer: midnight is 22:00 UTC
        ("2026-10-21T12:00Z", "2026-10-27T23:00Z"),  # clocks go back on 25 October
        ("2026-12-30T00:00Z", "2027-01-05T23:00Z"),
    ],
)
def test_wednesday_midnight_in_amsterdam(now: str, deadline: str) -> None:
    assert MIDNIGHT.after(datetime.fromisoformat(now)) == datetime.fromisoformat(deadline)


def test_longest_and_shortest_week() -> None:
    autumn, spring = datetime(2026, 10, 20, 22, tzinfo=UTC), datetime(2026, 3, 24, 23, tzinfo=UTC)
    assert MIDNIGHT.after(autumn) - autumn == timedelta(days=7, hours=1)
    assert MIDNIGHT.after(spring) - spring == timedelta(days=7, hours=-1)


def test_another_rule() -> None:
    rule = WeeklyDeadline.parse("  Wednesday 3:00  Europe/Amsterdam ")
    assert rule.after(datetime(2026, 3, 4, 1, 59, tzinfo=UTC)) == datetime(2026, 3, 4, 2, tzinfo=UTC)
    assert str(rule) == "wednesday 03:00 Europe/Amsterdam"


def test_hour_that_does_not_exist() -> None:
    rule = WeeklyDeadline.parse("sunday 02:30 Europe/Amsterdam")
    assert rule.after(datetime(2026, 3, 28, tzinfo=UTC)) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@given(moments, rules)
def test_strictly_after_and_within_a_week(now: datetime, text: str) -> None:
    rule = WeeklyDeadline.parse(text)
    deadline = rule.after(now)
    assert timedelta(0) < deadline - now <= timedelta(days=7, hours=1)
    assert deadline.utcoffset() == timedelta(0)
    assert deadline.astimezone(rule.zone).weekday() == rule.weekday
    assert rule.after(deadline - timedelta(microseconds=1)) == deadline
    assert WeeklyDeadline.parse(str(rule)) == rule


@given(moments)
def test_wall_clock_says_midnight(now: datetime) -> None:
    local = MIDNIGHT.after(now).astimezone(AMSTERDAM)
    assert (local.weekday(), local.hour, local.minute, local.second) == (2, 0, 0, 0)


@pytest.mark.parametrize(
    "text",
    ["", "wednesday", "wednesday 24:00 UTC", "wednesday 00:60 UTC", "woensdag 00:00 UTC", "wednesday 00:00"]
    + [f"wednesday 00:00 {zone}" for zone in ("Mars/Base", "../../etc/passwd", "Europe", "x" * 300, "\0", "\udc80")],
)
def test_what_is_no_rule(text: str) -> None:
    with pytest.raises(BadInput, match="Europe/Amsterdam"):
        WeeklyDeadline.parse(text)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(BadInput):
        WeeklyDeadline.parse(text)
