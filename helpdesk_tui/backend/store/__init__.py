"""The only place with SQL: one SQLite file, seen through small tables of use cases."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection

from helpdesk_tui.backend.store.api_users import ApiUserTable
from helpdesk_tui.backend.store.custom import CustomTable
from helpdesk_tui.backend.store.database import Database
from helpdesk_tui.backend.store.directory import DirectoryTable
from helpdesk_tui.backend.store.events import EventTable
from helpdesk_tui.backend.store.facts import FactTable
from helpdesk_tui.backend.store.failures import FailureTable
from helpdesk_tui.backend.store.fetched import FetchedTable
from helpdesk_tui.backend.store.firmware import FirmwareTable
from helpdesk_tui.backend.store.jobs import JobTable
from helpdesk_tui.backend.store.leases import LeaseTable
from helpdesk_tui.backend.store.phones import PhoneTable
from helpdesk_tui.backend.store.requests import RequestTable
from helpdesk_tui.backend.store.runs import RunTable
from helpdesk_tui.backend.store.secrets import SecretTable
from helpdesk_tui.backend.store.sites import SiteTable
from helpdesk_tui.backend.store.visits import VisitTable

Clock = Callable[[], datetime]
"""Tells the current moment, aware, in UTC."""


def utc_now() -> datetime:
    """The system's clock."""
    return datetime.now(UTC)


class Store:
    """All tables of one environment's database."""

    def __init__(self, path: Path, clock: Clock = utc_now, *, busy_timeout: float = 5.0) -> None:
        """Open or create the database. Raises DatabaseProblem."""
        self.database = Database(path, busy_timeout=busy_timeout)
        self.clock = clock
        self.phones = PhoneTable(self.database, clock)
        self.visits = VisitTable(self.database, clock)
        self.secrets = SecretTable(self.database)
        self.directory = DirectoryTable(self.database)
        self.jobs = JobTable(self.database, clock)
        self.events = EventTable(self.database, clock)
        self.facts = FactTable(self.database)
        self.firmware = FirmwareTable(self.database)
        self.requests = RequestTable(self.database, clock)
        self.fetched = FetchedTable(self.database)
        self.custom = CustomTable(self.database)
        self.runs = RunTable(self.database, clock)
        self.sites = SiteTable(self.database)
        self.failures = FailureTable(self.database)
        self.leases = LeaseTable(self.database, clock)
        self.api_users = ApiUserTable(self.database)

    def write(self) -> AbstractContextManager[Connection]:
        """One transaction over several tables: all of it or nothing."""
        return self.database.write()

    def settings_version(self) -> int:
        """A number that changes with everything that settings files are made of, save the phone itself."""
        with self.database.read() as connection:
            return int(connection.execute("SELECT number FROM settings_version").fetchone()[0])

    def close(self) -> None:
        """Close all connections."""
        self.database.close()
