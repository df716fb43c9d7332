"""The search in the history, as operators type it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.event_query import (
    EventField,
    EventQuery,
    EventTerm,
    kinds_named,
    parse_event_query,
    read_since,
    read_until,
)

NOW = datetime(2026, 3, 4, 15, 30, tzinfo=UTC)
MAC = "00:04:13:a1:b2:c3"


def parsed(text: str) -> EventQuery:
    return parse_event_query(text, NOW)


def test_an_empty_search_finds_everything() -> None:
    for text in ("", "  ", "by:", "since:", "!"):
        assert parsed(text) == EventQuery()


def test_tokens_as_in_the_search_for_phones() -> None:
    query = parsed('by:Anna !org:"Bakkerij Jansen" kind:moved since:2d phone:A1-B2 Balie !who:platform 12:30')
    assert query.terms == (
        EventTerm(EventField.OPERATOR, "anna"),
        EventTerm(EventField.ORGANISATION, "bakkerij jansen", negated=True),
        EventTerm(EventField.KIND, "moved"),
        EventTerm(EventField.MAC, "a1b2"),
        EventTerm(EventField.ANYTHING, "balie"),
        EventTerm(EventField.OPERATOR, "platform", negated=True),
        EventTerm(EventField.ANYTHING, "12:30"),
    )
    assert (query.since, query.until, query.problem) == (NOW - timedelta(days=2), None, "")


@pytest.mark.parametrize("text", [MAC, "MAC: 00-04-13-A1-B2-C3", "mac:000413A1B2C3", "phone:0004.13a1.b2c3"])
def test_a_whole_mac_is_one_phone(text: str) -> None:
    assert parsed(text).terms == (EventTerm(EventField.MAC, "000413a1b2c3"),)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("moved", {EventKind.MOVED}),
        ("registered", {EventKind.REGISTERED}),
        ("register-failed", {EventKind.REGISTER_FAILED}),
        ("failed", {EventKind.REGISTER_FAILED, EventKind.DEREGISTER_FAILED}),
        ("login,logout", {EventKind.LOGIN, EventKind.LOGOUT}),
        ("nonsense", set()),
        (",", set()),
    ],
)
def test_kinds(text: str, kinds: set[EventKind]) -> None:
    assert kinds_named(text) == kinds
    assert parsed(f"kind:{text}").kinds() == kinds
    assert parsed(f"!kind:{text}").kinds() == set(EventKind) - kinds


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("30min", "2026-03-04T15:00", None),
        ("3h", "2026-03-04T12:30", None),
        ("2d", "2026-03-02T15:30", None),
        ("1w", "2026-02-25T15:30", None),
        ("today", "2026-03-04T00:00", "2026-03-04T23:59:59.999999"),
        ("Yesterday", "2026-03-03T00:00", "2026-03-03T23:59:59.999999"),
        ("2026-02-28", "2026-02-28T00:00", "2026-02-28T23:59:59.999999"),
        ("2026-02-28T14:02", "2026-02-28T14:02", None),
        ("2026-02-28t14:02+01:00", "2026-02-28T13:02", None),
        ("2026-02-28T14:02Z", "2026-02-28T14:02", None),
    ],
)
def test_times(text: str, first: str, last: str | None) -> None:
    assert read_since(text, NOW) == datetime.fromisoformat(first).replace(tzinfo=UTC)
    assert read_until(text, NOW) == datetime.fromisoformat(last or first).replace(tzinfo=UTC)
    assert parsed(f"since:{text}").since == read_since(text, NOW)
    assert parsed(f"until:{text}").until == read_until(text, NOW)


@pytest.mark.parametrize("text", ["soon", "2", "99999999d", "2d3", "0001-01-01", "9999-12-31", "2026-13-01", "-1d"])
def test_what_is_no_time(text: str) -> None:
    for read in (read_since, read_until):
        with pytest.raises(BadInput, match="write 30min, 3h, 2d"):
            read(text, NOW)
    query = parsed(f"by:anna since:{text}")
    assert query.since is None and query.terms == (EventTerm(EventField.OPERATOR, "anna"),)
    assert text in query.problem


@given(st.text())
def test_nothing_that_is_typed_breaks_it(text: str) -> None:
    for query in (parsed(text), parsed(f"since:{text}"), parsed(f"kind:{text} !mac:{text}")):
        for moment in filter(None, (query.since, query.until)):
            assert moment.astimezone(UTC)
        assert query.kinds() <= set(EventKind)


VALUES = st.from_regex(re.compile(r"[a-z][a-z0-9.]{0,8}"), fullmatch=True)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([EventField.OPERATOR, EventField.ORGANISATION]), VALUES)))
def test_what_is_written_is_read(terms: list[tuple[bool, EventField, str]]) -> None:
    text = " ".join(f'{"!" * negated}{field.value}:"{value}"' for negated, field, value in terms)
    if len(text) < 500:
        assert parsed(text).terms == tuple(EventTerm(field, value, negated) for negated, field, value in terms)
