"""The settings file that each phone has, as it last fetched it. Holds secrets, like the rest of the database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from helpdesk_tui.backend.store.database import Database, moment, stamp


class FetchedTable:
    """One row for each phone, written only when what it fetched is not what it had."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def etags(self, phone_ids: Sequence[int]) -> dict[int, str]:
        """Which version of its file each of these phones has, where that is known."""
        marks = ",".join("?" * len(phone_ids))
        with self._database.read() as connection:
            rows = connection.execute(f"SELECT phone_id, etag FROM last_fetched WHERE phone_id IN ({marks})", phone_ids)
            return {row["phone_id"]: row["etag"] for row in rows}

    def remember(self, rows: Iterable[tuple[int, datetime, str, bytes]]) -> None:
        """Phones (by id) fetched another file at this moment: its etag, and the file as packed."""
        with self._database.write() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO last_fetched (phone_id, at, etag, data)"
                " SELECT ?1, ?2, ?3, ?4 WHERE EXISTS (SELECT 1 FROM phones WHERE id = ?1)"
                " AND NOT EXISTS (SELECT 1 FROM last_fetched WHERE phone_id = ?1 AND at > ?2)",
                [(phone_id, stamp(at), etag, data) for phone_id, at, etag, data in rows],
            )

    def forget(self, since: Iterable[tuple[int, datetime]]) -> None:
        """It is not known what these phones have since this moment, where nothing newer is."""
        with self._database.write() as connection:
            connection.executemany(
                "DELETE FROM last_fetched WHERE phone_id = ? AND at <= ?",
                [(phone_id, stamp(at)) for phone_id, at in since],
            )

    def get(self, phone_id: int) -> tuple[datetime, bytes] | None:
        """Since when the phone has its file, and the file as packed; None when that is not known."""
        with self._database.read() as connection:
            row = connection.execute("SELECT at, data FROM last_fetched WHERE phone_id = ?", [phone_id]).fetchone()
        at = moment(row["at"]) if row else None
        return (at, row["data"]) if at else None
