"""Who may do what only one process may do."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from helpdesk_tui.backend.store.database import Database, stamp

if TYPE_CHECKING:
    from helpdesk_tui.backend.store import Clock


class LeaseTable:
    """Named tasks, each held by one process for a while."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def hold(self, name: str, holder: str, duration: timedelta) -> bool:
        """Take or keep a task; False while another holder has it."""
        now = self._clock()
        with self._database.write() as connection:
            return bool(
                connection.execute(
                    "INSERT INTO leases (name, holder, until) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
                    " holder = excluded.holder, until = excluded.until WHERE holder = excluded.holder OR until <= ?",
                    [name, holder, stamp(now + duration), stamp(now)],
                ).rowcount
            )

    def release(self, name: str, holder: str) -> None:
        """Give a task back, so that another process need not wait."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM leases WHERE name = ? AND holder = ?", [name, holder])
