"""What an operator types to search the history, read into terms; in the style of the search for phones. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.mac import find_mac
from helpdesk_tui.backend.model.query import tokens


class EventField(StrEnum):
    """What a term looks at."""

    ANYTHING = "anything"
    """The sentence, the operator, the organisation, or a part of the MAC."""
    OPERATOR = "by"
    ORGANISATION = "org"
    KIND = "kind"
    MAC = "mac"


@dataclass(frozen=True, slots=True)
class EventTerm:
    """One condition; all terms of a query must hold."""

    field: EventField
    text: str
    """Casefolded."""
    negated: bool = False


@dataclass(frozen=True, slots=True)
class EventQuery:
    """A search in the history. An empty one finds everything."""

    terms: tuple[EventTerm, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    """The last moment that is looked at."""
    problem: str = ""
    """Why a time could not be read, in one sentence; it narrows nothing then."""

    def kinds(self) -> frozenset[EventKind]:
        """The kinds that the terms leave."""
        left = frozenset(EventKind)
        for term in self.terms:
            if term.field is EventField.KIND:
                named = kinds_named(term.text)
                left = left - named if term.negated else left & named
        return left


_FIELDS = {
    **dict.fromkeys(("by", "operator", "who"), EventField.OPERATOR),
    **dict.fromkeys(("org", "organisation", "organization", "company"), EventField.ORGANISATION),
    "kind": EventField.KIND,
    **dict.fromkeys(("mac", "phone"), EventField.MAC),
}
_BEGIN, _END = ("since", "from"), ("until", "to")
_NAMES = frozenset({*_FIELDS, *_BEGIN, *_END})


def parse_event_query(text: str, now: datetime) -> EventQuery:
    """Read a search: words, `by: org: kind: mac: since: until:` tokens (values may be quoted), `!` for not.

    Never fails: a time that cannot be read becomes the query's `problem`.
    """
    whole = find_mac(text)
    if whole is not None:
        return EventQuery((EventTerm(EventField.MAC, whole.hex),))
    terms: list[EventTerm] = []
    times: dict[str, datetime] = {}
    problem = ""
    for negated, name, value in tokens(text, _NAMES):
        if name in (*_BEGIN, *_END):
            try:
                side = "since" if name in _BEGIN else "until"
                times[side] = read_since(value, now) if side == "since" else read_until(value, now)
            except BadInput as error:
                problem = problem or str(error)
        else:
            terms.append(_term(_FIELDS.get(name, EventField.ANYTHING), value, negated))
    return EventQuery(tuple(terms), times.get("since"), times.get("until"), problem)


def _term(field: EventField, value: str, negated: bool) -> EventTerm:
    if field is EventField.MAC:
        mac = find_mac(value)
        value = mac.hex if mac else re.sub(r"[:.\-\s]", "", value)
    return EventTerm(field, value.casefold(), negated)


def kinds_named(text: str) -> frozenset[EventKind]:
    """The kinds of one or several names or parts of names, with commas between: `moved`, `register,firmware`."""
    found: set[EventKind] = set()
    for name in filter(None, (part.strip().replace("-", " ").replace("_", " ") for part in text.split(","))):
        exact = {kind for kind in EventKind if kind.value == name}
        found |= exact or {kind for kind in EventKind if name in kind.value}
    return frozenset(found)


# -- times -------------------------------------------------------------------------------------------------------------

_SPAN = re.compile(r"(\d{1,6}) ?(min|h|d|w)")
_SPANS = {"min": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DAYS = {"today": 0, "yesterday": 1}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
HOW = "write 30min, 3h, 2d, 1w, today, yesterday, 2026-11-24, or 2026-11-24T14:02 (with an offset, or local time)"


def read_since(text: str, now: datetime) -> datetime:
    """The first moment of a time that somebody typed. Raises BadInput."""
    return _read(text, now)[0]


def read_until(text: str, now: datetime) -> datetime:
    """The last moment of a time that somebody typed: of a day its end. Raises BadInput."""
    first, lasts = _read(text, now)
    try:
        return first + lasts
    except OverflowError as error:
        raise BadInput(f"{text[:40]!r} is too far away: {HOW}.") from error


def _read(text: str, now: datetime) -> tuple[datetime, timedelta]:
    """The beginning of what was typed, and how long it lasts."""
    word = text.strip().casefold()
    day = timedelta(days=1) - timedelta(microseconds=1)
    try:
        if span := _SPAN.fullmatch(word):
            return now - timedelta(**{_SPANS[span[2]]: int(span[1])}), timedelta(0)
        if word in _DAYS:
            there = now.astimezone().replace(tzinfo=None) - timedelta(days=_DAYS[word])
            return _local(there.replace(hour=0, minute=0, second=0, microsecond=0)), day
        moment = _local(datetime.fromisoformat(word.upper()))
    except (ValueError, OverflowError, OSError) as error:
        raise BadInput(f"{text[:40]!r} is no time: {HOW}.") from error
    return moment, day if _DATE.fullmatch(word) else timedelta(0)


def _local(moment: datetime) -> datetime:
    """Without an offset, a time is that of this machine; and it must be one that can be told in UTC."""
    aware = moment.astimezone() if moment.tzinfo is None else moment
    (aware - timedelta(days=2), aware + timedelta(days=2))
    return aware
