"""Runs of walkthroughs, stored at every step."""

from __future__ import annotations

import json
from sqlite3 import Row
from typing import TYPE_CHECKING, Any

from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.run import Run
from helpdesk_tui.backend.store.database import Database, moment, stamp

if TYPE_CHECKING:
    from helpdesk_tui.backend.store import Clock


class RunTable:
    """Open and ended runs."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def start(self, mac: Mac, walkthrough: str, operator: str) -> int:
        """Begin a run; returns its id."""
        now = stamp(self._clock())
        with self._database.write() as connection:
            cursor = connection.execute(
                "INSERT INTO walkthrough_runs (mac, walkthrough, operator, started_at, changed_at, progress)"
                " VALUES (?, ?, ?, ?, ?, '{}')",
                [mac.hex, walkthrough, operator, now, now],
            )
            return int(cursor.lastrowid or 0)

    def save(self, run_id: int, operator: str, progress: dict[str, Any]) -> None:
        """Store how far a run has come, and who has it now."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE walkthrough_runs SET operator = ?, progress = ?, changed_at = ? WHERE id = ?",
                [operator, json.dumps(progress), stamp(self._clock()), run_id],
            )

    def end(self, run_id: int, outcome: str) -> None:
        """End a run."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE walkthrough_runs SET ended_at = ?, outcome = ? WHERE id = ?",
                [stamp(self._clock()), outcome, run_id],
            )

    def get(self, run_id: int) -> Run | None:
        """The run of this id."""
        return self._one("id = ?", [run_id])

    def open_run(self, mac: Mac, walkthrough: str) -> Run | None:
        """The run of this walkthrough that is still open for a phone."""
        return self._one("mac = ? AND walkthrough = ? AND ended_at IS NULL ORDER BY id DESC", [mac.hex, walkthrough])

    def open_runs(self) -> tuple[Run, ...]:
        """The runs that nobody has ended, the latest first."""
        return self._all("ended_at IS NULL ORDER BY changed_at DESC", [])

    def of_phone(self, mac: Mac) -> tuple[Run, ...]:
        """All runs of a phone, the latest first."""
        return self._all("mac = ? ORDER BY id DESC", [mac.hex])

    def _all(self, where: str, values: list[int | str]) -> tuple[Run, ...]:
        with self._database.read() as connection:
            rows = connection.execute(f"SELECT * FROM walkthrough_runs WHERE {where}", values)
            return tuple(_run(row) for row in rows)

    def _one(self, where: str, values: list[int | str]) -> Run | None:
        with self._database.read() as connection:
            row = connection.execute(f"SELECT * FROM walkthrough_runs WHERE {where}", values).fetchone()
        return _run(row) if row else None


def _run(row: Row) -> Run:
    started, changed = moment(row["started_at"]), moment(row["changed_at"])
    assert started is not None
    assert changed is not None
    return Run(
        id=row["id"],
        mac=Mac(row["mac"]),
        walkthrough=row["walkthrough"],
        operator=row["operator"],
        started_at=started,
        changed_at=changed,
        ended_at=moment(row["ended_at"]),
        outcome=row["outcome"],
        progress=json.loads(row["progress"]),
    )
