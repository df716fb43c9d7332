"""Misses at the endpoint, counted per address and per MAC."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from sqlite3 import Row

from helpdesk_tui.backend.model.failures import Failures, SubjectKind
from helpdesk_tui.backend.store.database import Database, moment, stamp


class FailureTable:
    """Who asked for what is not theirs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, subject: str) -> Failures | None:
        """The failures of this address or MAC."""
        with self._database.read() as connection:
            row = connection.execute("SELECT * FROM failures WHERE subject = ?", [subject]).fetchone()
        return _failures(row) if row else None

    def save(self, failures: Failures) -> None:
        """Add or replace the failures of a subject."""
        until = failures.throttled_until
        with self._database.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO failures (subject, kind, count, first_at, last_at, last_file, throttled_until)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    *(failures.subject, failures.kind.value, failures.count),
                    *(stamp(failures.first_at), stamp(failures.last_at), failures.last_file),
                    stamp(until) if until else None,
                ],
            )

    def of(self, subjects: Iterable[str], since: datetime) -> tuple[Failures, ...]:
        """Those of these subjects that went on after a moment."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT * FROM failures WHERE last_at >= ? AND subject IN (SELECT value FROM json_each(?))",
                [stamp(since), json.dumps(list(subjects))],
            )
            return tuple(_failures(row) for row in rows)

    def of_phones(self, since: datetime, limit: int = 200) -> tuple[Failures, ...]:
        """Those of the MACs of phones here that went on after a moment, the latest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT failures.* FROM failures JOIN phones ON phones.mac = replace(subject, ':', '')"
                " WHERE kind = ? AND last_at >= ? ORDER BY last_at DESC LIMIT ?",
                [SubjectKind.MAC.value, stamp(since), limit],
            )
            return tuple(_failures(row) for row in rows)

    def of_others(self, known: Iterable[str], since: datetime, now: datetime, limit: int) -> tuple[Failures, ...]:
        """Those of all subjects but these that went on after a moment, first who is throttled, then the latest."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT * FROM failures WHERE last_at >= ? AND subject NOT IN (SELECT value FROM json_each(?))"
                " ORDER BY coalesce(throttled_until > ?, 0) DESC, last_at DESC LIMIT ?",
                [stamp(since), json.dumps(list(known)), stamp(now), limit],
            )
            return tuple(_failures(row) for row in rows)

    def throttled(self, now: datetime) -> dict[str, datetime]:
        """The subjects that are throttled, and until when."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT subject, throttled_until FROM failures WHERE throttled_until > ?", [stamp(now)]
            )
            return {row[0]: datetime.fromisoformat(row[1]) for row in rows}

    def forget(self, subject: str) -> bool:
        """Forget the failures of a subject; False when there were none."""
        with self._database.write() as connection:
            return bool(connection.execute("DELETE FROM failures WHERE subject = ?", [subject]).rowcount)

    def prune(self, before: datetime, rows: int) -> None:
        """Forget what is older than a moment, and all but the latest `rows`."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM failures WHERE last_at < ?", [stamp(before)])
            connection.execute(
                "DELETE FROM failures WHERE subject NOT IN"
                " (SELECT subject FROM failures ORDER BY last_at DESC LIMIT ?)",
                [rows],
            )


def _failures(row: Row) -> Failures:
    return Failures(
        subject=row["subject"],
        kind=SubjectKind(row["kind"]),
        count=row["count"],
        first_at=datetime.fromisoformat(row["first_at"]),
        last_at=datetime.fromisoformat(row["last_at"]),
        last_file=row["last_file"],
        throttled_until=moment(row["throttled_until"]),
    )
