"""One SQLite file: connections, transactions, and its failures as sentences."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from helpdesk_tui.backend.errors import DatabaseProblem

SCHEMA_VERSION = 1
"""The number of migrations this program knows; kept in PRAGMA user_version."""

BUSY_TIMEOUT = 5.0
"""Seconds that a statement waits for another writer."""


class Database:
    """A database file that any thread may use: one connection for each thread, WAL, foreign keys, file mode 0600."""

    def __init__(self, path: Path, *, busy_timeout: float = BUSY_TIMEOUT) -> None:
        """Open or create the file and bring its tables up to date. Raises DatabaseProblem."""
        self.path = path
        self._busy_timeout = busy_timeout
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        with self._sentences():
            self._create_private_file()
            version = self.connection().execute("PRAGMA user_version").fetchone()[0]
            if version > SCHEMA_VERSION:
                raise DatabaseProblem(
                    f"The database {path} was made by a newer version of this program: upgrade the program first."
                )
            if version < SCHEMA_VERSION:
                self._migrate()

    def _create_private_file(self) -> None:
        try:
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            if self.path.stat().st_mode & 0o077:
                self.path.chmod(0o600)
        except IsADirectoryError as error:
            raise DatabaseProblem(f"{self.path} is a folder, not a database: name a file.") from error
        except FileNotFoundError as error:
            raise DatabaseProblem(f"The folder {self.path.parent} does not exist: make it first.") from error
        except PermissionError:
            if not self.path.exists():
                raise DatabaseProblem(f"The database {self.path} cannot be made: no permission.") from None
        except OSError as error:
            raise DatabaseProblem(f"The database {self.path} cannot be opened: {error.strerror}.") from error

    def _migrate(self) -> None:
        # Late: sqlite-utils costs 0.2 s to import, and most starts find the tables up to date.
        from sqlite_utils import Database as Tables

        from helpdesk_tui.backend.store.migrations import migrations

        connection = self.connection()
        occupied = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'phones'").fetchone()[0]
        foreign = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if foreign and not occupied and connection.execute("PRAGMA user_version").fetchone()[0] == 0:
            known = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = '_sqlite_migrations'")
            if not known.fetchone()[0]:
                raise DatabaseProblem(f"{self.path} is a database of another program: name another file.")
        connection.execute("PRAGMA journal_mode = WAL")
        try:
            migrations.apply(Tables(connection))
        except sqlite3.OperationalError as error:
            # Another process may have been quicker.
            if "already exists" not in str(error):
                raise

    def connection(self) -> sqlite3.Connection:
        """The connection of the calling thread, for reading; writing goes through `write`."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = sqlite3.connect(
                self.path, timeout=self._busy_timeout, isolation_level=None, check_same_thread=False
            )
            found.row_factory = sqlite3.Row
            found.create_function("casefold", 1, _casefold, deterministic=True)
            found.execute("PRAGMA foreign_keys = ON")
            found.execute("PRAGMA synchronous = FULL")
            found.execute("PRAGMA cache_size = -16000")
            self._local.connection = found
            with self._lock:
                self._connections.append(found)
        return found

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """The thread's connection, failures turned into DatabaseProblem."""
        with self._sentences():
            yield self.connection()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A short transaction: all of it or nothing, on disk when the block ends. Raises DatabaseProblem."""
        with self._sentences():
            connection = self.connection()
            if connection.in_transaction:
                yield connection  # joins the transaction that is open in this thread
                return
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise

    def data_version(self) -> int:
        """A number that changes when another connection has changed the database (PRAGMA data_version)."""
        with self.read() as connection:
            return int(connection.execute("PRAGMA data_version").fetchone()[0])

    def problems(self) -> tuple[str, ...]:
        """What SQLite's own check finds wrong with the file; empty when all is well."""
        with self.read() as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(5)")]
        return () if found == ["ok"] else tuple(found)

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for connection in self._connections:
                with suppress(sqlite3.Error):
                    connection.close()
            self._connections.clear()
        self._local = threading.local()

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise DatabaseProblem(_sentence(error, self.path)) from error


def _sentence(error: sqlite3.Error, path: Path) -> str:
    text = str(error)
    for part, sentence in SENTENCES:
        if part in text:
            return sentence.format(path=path)
    return f"The database {path} reports: {text}. Nothing was changed."


SENTENCES = (
    ("locked", "The database {path} is in use by another program: nothing was changed; try again in a moment."),
    ("not a database", "{path} is not a database of this program: name another file."),
    ("malformed", "The database {path} is damaged: restore the last backup."),
    ("readonly", "The database {path} cannot be written: check its permissions. Nothing was changed."),
    ("disk is full", "The disk that holds {path} is full: nothing was changed; make room and try again."),
    ("disk I/O", "The disk that holds {path} reports an error or is full: nothing was changed."),
    ("unable to open", "The database {path} cannot be opened: check that folder and file exist and are permitted."),
)


def _casefold(text: str) -> str:
    return text.casefold()


def stamp(moment: datetime) -> str:
    """A moment as it is stored: UTC, fixed width, so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def moment(text: str | None) -> datetime | None:
    """A stored moment, in UTC."""
    return datetime.fromisoformat(text) if text else None
