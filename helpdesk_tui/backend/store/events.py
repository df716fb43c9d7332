"""The append-only history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from sqlite3 import Row
from typing import TYPE_CHECKING

from helpdesk_tui.backend.model.event import Event, EventKind
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.store.database import Database, moment, stamp
from helpdesk_tui.backend.store.event_search import EventSearch, find, names, newest_id

if TYPE_CHECKING:
    from helpdesk_tui.backend.store import Clock


@dataclass(frozen=True, slots=True)
class EventPage:
    """A part of the history, newest first."""

    events: tuple[Event, ...]
    older: int | None
    """Give this as `before` to go on; None: there is nothing older. A page may be empty and still have older ones."""
    newest: int
    """The id of the newest event that there was, whether it fits or not."""


class EventTable:
    """What happened, who did it, and when. Rows are only ever added; the database refuses the rest."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, operator: str, kind: EventKind, text: str, mac: Mac | None = None, organisation: str = "") -> None:
        """Note one thing that happened now; call it inside the transaction that made it happen."""
        self.add_many([(operator, kind, text, mac, organisation)])

    def add_many(self, rows: Iterable[tuple[str, EventKind, str, Mac | None, str]]) -> None:
        """Note several things at once: operator, kind, text, MAC, organisation."""
        at = stamp(self._clock())
        with self._database.write() as connection:
            connection.executemany(
                "INSERT INTO events (at, operator, kind, text, mac, organisation) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (at, operator, kind.value, text, mac.hex if mac else None, organisation)
                    for operator, kind, text, mac, organisation in rows
                ],
            )

    def of_phone(self, mac: Mac, limit: int = 200, before: int | None = None) -> tuple[Event, ...]:
        """The latest events of this MAC, newest first; `before` is an event id to go on from."""
        older = "AND id < ?" if before is not None else ""
        values = [mac.hex, *([before] if before is not None else []), limit]
        with self._database.read() as connection:
            rows = connection.execute(f"SELECT * FROM events WHERE mac = ? {older} ORDER BY id DESC LIMIT ?", values)
            return tuple(_event(row) for row in rows)

    def page(self, search: EventSearch, after: int, before: int | None, limit: int) -> EventPage:
        """The newest events that are wanted, between the events of these ids."""
        with self._database.read() as connection:
            newest = newest_id(connection)
            before = newest + 1 if before is None else before
            rows, older = find(connection, search, after, before, limit)
            return EventPage(tuple(_event(row) for row in rows), older, newest)

    def operators(self) -> tuple[str, ...]:
        """Everybody who did something, by name."""
        with self._database.read() as connection:
            return names(connection, "operator")

    def organisations(self) -> tuple[str, ...]:
        """All organisations of which something is told, also those that are gone or have another name now."""
        with self._database.read() as connection:
            return names(connection, "organisation")

    def latest(self, limit: int = 200) -> tuple[Event, ...]:
        """The latest events of all phones, newest first."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT * FROM events ORDER BY id DESC LIMIT ?", [limit])
            return tuple(_event(row) for row in rows)


def _event(row: Row) -> Event:
    at = moment(row["at"])
    assert at is not None
    return Event(
        id=row["id"],
        at=at,
        operator=row["operator"],
        kind=EventKind(row["kind"]),
        text=row["text"],
        mac=Mac(row["mac"]) if row["mac"] else None,
        organisation=row["organisation"],
    )
