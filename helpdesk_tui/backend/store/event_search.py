"""A search in the history, which grows to millions of rows: read backwards, from the newest on, page by page.

The values of one column that an index knows lead, and the smallest do: of each, the index is walked from the newest
event on, and what else is asked for is looked at on the way. Where no index can lead to it (free words, negations),
a page looks at a part of the history only, and says where to go on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Connection, Row

from helpdesk_tui.backend.store.database import stamp

STRETCH = 50_000
"""Events that one page looks at, where no index leads to what is wanted."""

MOST_LEADING = 40
"""Values of one column of which each is looked up by itself."""

ENOUGH = 5_000
"""Counting stops here when the smallest column is looked for."""

GRACE = 10_000
"""Events are in the order of their times, but for clocks that disagree: so many are looked at beyond a time."""


@dataclass(frozen=True, slots=True)
class EventSearch:
    """What is wanted, as it stands in the columns."""

    columns: tuple[tuple[str, frozenset[str]], ...] = ()
    """Column and the values of which it must have one."""
    excluded: tuple[tuple[str, frozenset[str]], ...] = ()
    """Column and the values that it must not have."""
    words: tuple[tuple[str, str, bool], ...] = ()
    """A casefolded text (or empty), the digits of a part of a MAC (or empty), and whether both must be absent."""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def wanders(self) -> bool:
        """Whether much may have to be looked at to find little."""
        return bool(self.words or self.excluded)


@dataclass(frozen=True, slots=True)
class Condition:
    """A part of WHERE, with its values."""

    text: str
    values: tuple[object, ...]


def find(
    connection: Connection, search: EventSearch, after: int, before: int, limit: int
) -> tuple[list[Row], int | None]:
    """The newest events between these ids, and the id before which to go on; None: there are no more."""
    if any(not values for _, values in search.columns):
        return [], None
    floor, top = _bounds(connection, search)
    floor, top = max(floor, after + 1), min(top, before)
    low = max(floor, top - STRETCH) if search.wanders else floor
    if low >= top:
        return [], None
    rows = _rows(connection, search, low, top, limit)
    if len(rows) == limit:
        return rows, rows[-1]["id"]
    return rows, low if low > floor else None


def newest_id(connection: Connection) -> int:
    """The id of the newest event; 0: there is none."""
    return int(connection.execute("SELECT max(id) FROM events").fetchone()[0] or 0)


def _bounds(connection: Connection, search: EventSearch) -> tuple[int, int]:
    """The lowest id that is looked at, and the one above the highest."""
    floor, top = 1, newest_id(connection) + 1
    if search.since is not None:
        first = "SELECT id FROM events WHERE at >= ? ORDER BY at LIMIT 1"
        row = connection.execute(first, [stamp(search.since)]).fetchone()
        floor = max(1, row[0] - GRACE) if row else top
    if search.until is not None:
        last = "SELECT id FROM events WHERE at <= ? ORDER BY at DESC LIMIT 1"
        row = connection.execute(last, [stamp(search.until)]).fetchone()
        top = min(top, row[0] + 1 + GRACE) if row else floor
    return floor, top


def _rows(connection: Connection, search: EventSearch, low: int, top: int, limit: int) -> list[Row]:
    leading = _leading(connection, search, low, top)
    conditions = list(_conditions(search, leading))
    conditions.append(Condition("id >= ? AND id < ?", (low, top)))
    if leading is None:
        arms = [conditions]
    else:
        column, values = leading
        arms = [[Condition(f"{column} = ?", (value,)), *conditions] for value in sorted(values)]
    selects, bound = [], list[object]()
    for arm in arms:
        where = " AND ".join(condition.text for condition in arm)
        selects.append(f"SELECT * FROM (SELECT * FROM events WHERE {where} ORDER BY id DESC LIMIT ?)")
        bound += [*(value for condition in arm for value in condition.values), limit]
    sql = " UNION ALL ".join(selects) + " ORDER BY id DESC LIMIT ?"
    return connection.execute(sql, [*bound, limit]).fetchall()


def _leading(connection: Connection, search: EventSearch, low: int, top: int) -> tuple[str, frozenset[str]] | None:
    """The column whose values lead to the fewest events; None: none that an index knows is asked for."""
    counted = []
    for column, values in search.columns:
        if len(values) > MOST_LEADING:
            continue
        count = 0
        for value in values:
            few = f"SELECT 1 FROM events WHERE {column} = ? AND id >= ? AND id < ? LIMIT {ENOUGH}"
            count += connection.execute(f"SELECT count(*) FROM ({few})", [value, low, top]).fetchone()[0]
            if count >= ENOUGH:
                break
        counted.append((count, column, values))
    if not counted:
        return None
    _, column, values = min(counted, key=lambda each: each[0])
    return column, values


def _conditions(search: EventSearch, leading: tuple[str, frozenset[str]] | None) -> Iterator[Condition]:
    """What the leading column does not say already; a plus keeps SQLite from going by another index."""
    for column, values in search.columns:
        if (column, values) != leading:
            yield Condition(f"+{column} IN ({_marks(values)})", tuple(values))
    for column, values in search.excluded:
        if values:
            yield Condition(f"coalesce(+{column}, '') NOT IN ({_marks(values)})", tuple(values))
    for word, digits, absent in search.words:
        places = [(IN_SENTENCE, word), (IN_MAC, digits)]
        text = " OR ".join(place for place, value in places if value) or "0"
        yield Condition(f"{'NOT ' if absent else ''}({text})", tuple(value for _, value in places if value))
    if search.since is not None:
        yield Condition("+at >= ?", (stamp(search.since),))
    if search.until is not None:
        yield Condition("+at <= ?", (stamp(search.until),))


IN_SENTENCE = "instr(casefold(text || char(10) || operator || char(10) || organisation), ?) > 0"
IN_MAC = "instr(coalesce(mac, ''), ?) > 0"


def _marks(values: frozenset[str]) -> str:
    return ",".join("?" * len(values))


# The different values of a column, each found by one look into its index.
NAMES = """
WITH RECURSIVE names (name) AS (
    SELECT min({column}) FROM events
    UNION ALL SELECT (SELECT min({column}) FROM events WHERE {column} > name) FROM names WHERE name IS NOT NULL)
SELECT name FROM names WHERE name <> ''
"""


def names(connection: Connection, column: str) -> tuple[str, ...]:
    """All operators or organisations that occur in the history, in order."""
    return tuple(row[0] for row in connection.execute(NAMES.format(column=column)))
