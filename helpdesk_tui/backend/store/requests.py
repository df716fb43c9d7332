"""What phones fetched."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from sqlite3 import Row
from typing import TYPE_CHECKING

from helpdesk_tui.backend.model.request import Request, Via
from helpdesk_tui.backend.store.database import Database, moment, stamp

if TYPE_CHECKING:
    from helpdesk_tui.backend.store import Clock


# All in one statement, as JSON: see the visits.
ADD_MANY = """
INSERT INTO requests (at, phone_id, address, file, via, status, bytes, user_agent, note)
SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),
       json_extract(value, '$[3]'), json_extract(value, '$[4]'), json_extract(value, '$[5]'),
       json_extract(value, '$[6]'), json_extract(value, '$[7]'), json_extract(value, '$[8]')
FROM json_each(?) WHERE EXISTS (SELECT 1 FROM phones WHERE id = json_extract(value, '$[1]'))
"""


class RequestTable:
    """The log of answered fetches, kept bounded."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add_many(self, requests: Sequence[Request]) -> None:
        """Note several fetches at once; their ids are given by the database."""
        rows = json.dumps(
            [
                (stamp(r.at), r.phone_id, r.address, r.file, r.via.value, r.status, r.bytes, r.user_agent, r.note)
                for r in requests
            ]
        )
        with self._database.write() as connection:
            connection.execute(ADD_MANY, [rows])

    def prune(self, before: datetime, rows: int) -> None:
        """Forget what is older than a moment, and all but the latest `rows`."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM requests WHERE at < ?", [stamp(before)])
            connection.execute("DELETE FROM requests WHERE id <= (SELECT max(id) FROM requests) - ?", [rows])

    def of_phone(self, phone_id: int, limit: int = 100) -> tuple[Request, ...]:
        """The latest fetches of a phone, newest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT * FROM requests WHERE phone_id = ? ORDER BY id DESC LIMIT ?", [phone_id, limit]
            )
            return tuple(_request(row) for row in rows)


def _request(row: Row) -> Request:
    at = moment(row["at"])
    assert at is not None
    return Request(
        id=row["id"],
        at=at,
        phone_id=row["phone_id"],
        address=row["address"],
        file=row["file"],
        via=Via(row["via"]),
        status=row["status"],
        bytes=row["bytes"],
        user_agent=row["user_agent"],
        note=row["note"],
    )
