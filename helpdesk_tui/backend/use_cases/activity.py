"""The history across all phones: searched, read page by page, and handed out."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from itertools import islice

from helpdesk_tui.backend.model.event import Event, EventKind
from helpdesk_tui.backend.model.event_query import EventField, EventQuery, kinds_named, parse_event_query
from helpdesk_tui.backend.store.event_search import EventSearch
from helpdesk_tui.backend.store.events import EventPage
from helpdesk_tui.backend.use_cases.context import Context
from helpdesk_tui.backend.use_cases.documents import event_document

PAGE = 1000
"""Events that are read at once while the history is handed out."""


class Form(StrEnum):
    """How the history is written down."""

    CSV = "csv"
    JSON = "json"


class Activity:
    """Everything that happened in one environment."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._events = context.store.events

    def query(self, text: str) -> EventQuery:
        """What somebody typed in the search field; see `parse_event_query`."""
        return parse_event_query(text, self._context.clock())

    def page(self, query: EventQuery, before_id: int | None = None, limit: int = 200) -> EventPage:
        """The newest events that fit, before this id. It never looks at all of a long history at once."""
        return self._events.page(self._search(query), 0, before_id, limit)

    def newer(self, query: EventQuery, after_id: int, limit: int = 200) -> EventPage:
        """The newest events that fit and came after this id: cheap, however long the history is."""
        return self._events.page(self._search(query), after_id, None, limit)

    def events(self, query: EventQuery) -> Iterator[Event]:
        """All events that fit, newest first, read as they are wanted."""
        search, before = self._search(query), None
        while True:
            page = self._events.page(search, 0, before, PAGE)
            yield from page.events
            before = page.older
            if before is None:
                return

    def unknown(self, query: EventQuery) -> str:
        """Which name of a query nobody and nothing in the history has, in one sentence; empty: there is none."""
        for term in query.terms:
            if term.field is EventField.KIND and not kinds_named(term.text):
                return f"No kind of event is called {term.text[:40]!r}: there are {', '.join(EventKind)}."
            if term.field in _COLUMNS and not _named(self._names(term.field), term.text):
                return f"{_NOBODY[term.field]} {term.text[:40]!r}: write a part of the name."
        return ""

    def _names(self, field: EventField) -> tuple[str, ...]:
        return self._events.operators() if field is EventField.OPERATOR else self._events.organisations()

    def operators(self) -> tuple[str, ...]:
        """Everybody who did something, by name."""
        return self._events.operators()

    def organisations(self) -> tuple[str, ...]:
        """All organisations of which something is told, also those that are gone or have another name now."""
        return self._events.organisations()

    def export(self, query: EventQuery, form: Form, write: Callable[[str], object], limit: int | None = None) -> int:
        """Write down all events that fit, newest first, a few at a time; returns how many."""
        events = islice(self.events(query), limit)
        return _as_csv(events, write) if form is Form.CSV else _as_json(events, write)

    def _search(self, query: EventQuery) -> EventSearch:
        """Names and parts of names, looked up in what there is."""
        columns: list[tuple[str, frozenset[str]]] = []
        excluded: list[tuple[str, frozenset[str]]] = []
        words: list[tuple[str, str, bool]] = []
        for term in query.terms:
            side = excluded if term.negated else columns
            if term.field in _COLUMNS:
                side.append((_COLUMNS[term.field], _named(self._names(term.field), term.text)))
            elif term.field is EventField.MAC and len(term.text) == WHOLE_MAC:
                side.append(("mac", frozenset({term.text})))
            elif term.field in (EventField.MAC, EventField.ANYTHING):
                word = "" if term.field is EventField.MAC else term.text
                words.append((word, _digits(term.text), term.negated))
        if any(term.field is EventField.KIND for term in query.terms):
            columns.append(("kind", frozenset(query.kinds())))
        return EventSearch(tuple(columns), tuple(excluded), tuple(words), query.since, query.until)


WHOLE_MAC = 12
"""Hexadecimal digits."""

_COLUMNS = {EventField.OPERATOR: "operator", EventField.ORGANISATION: "organisation"}
_NOBODY = {
    EventField.OPERATOR: "Nobody in the history is called",
    EventField.ORGANISATION: "No organisation in the history is called",
}
_MAC_PART = re.compile(r"[0-9a-f:.-]{1,17}")


def _named(names: Iterable[str], text: str) -> frozenset[str]:
    """The name that this is exactly; else those that it is a part of."""
    exact, parts = set(), set()
    for name in names:
        folded = name.casefold()
        if folded == text:
            exact.add(name)
        elif text in folded:
            parts.add(name)
    return frozenset(exact or parts)


def _digits(text: str) -> str:
    """The text without separators, where it may be part of a MAC; else empty."""
    return re.sub(r"[:.-]", "", text) if _MAC_PART.fullmatch(text) else ""


# -- written down ------------------------------------------------------------------------------------------------------

CELLS = ("at", "operator", "kind", "mac", "organisation", "text")

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: those that begin like one get an apostrophe before them.

    (OWASP, "CSV injection": = + - @, tab and carriage return.) What acts on a terminal is taken out too.
    """
    printable = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in cell)
    return f"'{printable}" if cell.startswith(_FORMULA) else printable


def _as_csv(events: Iterable[Event], write: Callable[[str], object]) -> int:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(CELLS)
    count = 0
    for count, event in enumerate(events, start=1):
        document = event_document(event)
        rows.writerow([harmless(document[name] or "") for name in CELLS])
        if count % PAGE == 0:
            write(text.getvalue())
            text.seek(0)
            text.truncate()
    write(text.getvalue())
    return count


def _as_json(events: Iterable[Event], write: Callable[[str], object]) -> int:
    """One array, written event by event."""
    count = 0
    for count, event in enumerate(events, start=1):
        opening = "[\n" if count == 1 else ",\n"
        write(f"{opening}  {json.dumps(event_document(event), ensure_ascii=False)}")
    write("\n]\n" if count else "[]\n")
    return count
