"""Single facts about the environment itself."""

from __future__ import annotations

from helpdesk_tui.backend.store.database import Database


class FactTable:
    """Named values, such as when a service last answered."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, key: str) -> str | None:
        """The value of this name."""
        with self._database.read() as connection:
            row = connection.execute("SELECT value FROM environment WHERE key = ?", [key]).fetchone()
        return row["value"] if row else None

    def put(self, key: str, value: str) -> None:
        """Remember this value under this name."""
        with self._database.write() as connection:
            connection.execute("INSERT OR REPLACE INTO environment (key, value) VALUES (?, ?)", [key, value])
