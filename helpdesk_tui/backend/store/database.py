"""One SQLite file: connections, transactions, and its failures as sentences."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from helpdesk_tui.backend.errors import DatabaseProblem
from helpdesk_tui.backend.store.connections import Connections, Held, Identity, identity_of

SCHEMA_VERSION = 10
"""The number of migrations this program knows; kept in PRAGMA user_version."""

APPLICATION_ID = 0x48445455
"""Marks a file as ours (PRAGMA application_id): the letters HDTU."""

BUSY_TIMEOUT = 5.0
"""Seconds that a statement waits for another writer."""

CLOSING_TAKES = 2.0
"""Seconds that the connections are waited for which are in use when all are to be closed."""


class Database:
    """A database file that any thread may use: one connection for each thread, WAL, foreign keys, file mode 0600."""

    def __init__(self, path: Path, *, busy_timeout: float = BUSY_TIMEOUT) -> None:
        """Open or create the file and bring its tables up to date. Raises DatabaseProblem."""
        self.path = path
        self._name = str(path)
        self._busy_timeout = busy_timeout
        self._connections = Connections(path, busy_timeout)
        self._watching = threading.Lock()
        self._watcher: Held | None = None
        self._log: Identity | None = None
        self._index: Identity | None = None
        """Of the write-ahead log that our connections use, and of the index beside it; None: not known yet."""
        self._suspicious = False
        """Whether another log was seen, once."""
        with self._sentences():
            self._create_private_file()
            self.check_file()
            if self._is_foreign():
                raise DatabaseProblem(f"{self.path} is a database of another program: name another file.")
            self._make_private()
            version = self._number("PRAGMA user_version")
            if version > SCHEMA_VERSION:
                raise DatabaseProblem(
                    f"The database {path} was made by a newer version of this program: upgrade the program first."
                )
            if version < SCHEMA_VERSION:
                self._migrate()

    def check_file(self) -> None:
        """Make sure that we do not go on with a file that was taken away; one that was put in its place is opened.

        For a process that runs for long. Raises DatabaseProblem while there is none.
        """
        identity = identity_of(self._name)
        if identity is None:
            raise DatabaseProblem(f"The database {self.path} is gone: put it back, or restore a backup.")
        self._connections.identity = identity

    def _create_private_file(self) -> None:
        # A file that exists is not opened here: closing it would drop the locks that SQLite holds on it in this
        # process (https://sqlite.org/howtocorrupt.html, section 2.2).
        try:
            if self.path.is_dir():
                raise DatabaseProblem(f"{self.path} is a folder, not a database: name a file.")
            with suppress(FileExistsError):
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        except FileNotFoundError as error:
            raise DatabaseProblem(f"The folder {self.path.parent} does not exist: make it first.") from error
        except PermissionError as error:
            raise DatabaseProblem(f"The database {self.path} cannot be opened or made: no permission.") from error
        except OSError as error:
            raise DatabaseProblem(f"The database {self.path} cannot be opened: {error.strerror}.") from error

    def _make_private(self) -> None:
        with suppress(PermissionError):  # somebody else's file: whether we may use it, SQLite will say
            if self.path.stat().st_mode & 0o077:
                self.path.chmod(0o600)

    def _is_foreign(self) -> bool:
        # In this order: tables and mark are committed at once, so tables that are seen have their mark.
        tables = self._number("SELECT count(*) FROM sqlite_master")
        mark = self._number("PRAGMA application_id")
        return bool(tables) and mark != APPLICATION_ID

    def _number(self, statement: str) -> int:
        with self.read() as connection:
            return int(connection.execute(statement).fetchone()[0])

    def _migrate(self) -> None:
        # Late: sqlite-utils costs 0.2 s to import, and most starts find the tables up to date.
        from sqlite_utils import Database as Tables

        from helpdesk_tui.backend.store.migrations import migrations

        self._use_wal()
        with self.write() as connection:
            # All in one transaction: of several processes one migrates, and the others find it done.
            if connection.execute("PRAGMA user_version").fetchone()[0] < SCHEMA_VERSION:
                migrations.apply(Tables(connection))
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def _use_wal(self) -> None:
        # SQLite does not wait for others here, whatever the busy timeout.
        deadline = time.monotonic() + self._busy_timeout
        while True:
            try:
                with self.read() as connection:
                    connection.execute("PRAGMA journal_mode = WAL")
                return
            except DatabaseProblem:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    @property
    def state(self) -> object:
        """What is remembered of the database holds for this file alone; None inside a transaction, which may fail."""
        with self.read() as connection:
            return None if connection.in_transaction else self._connections.identity

    def read(self) -> _Reading:
        """The thread's connection, failures turned into DatabaseProblem."""
        return _Reading(self._connections, self.path)

    @contextmanager
    def write(self, *, patience: float | None = None) -> Iterator[sqlite3.Connection]:
        """A short transaction: all of it or nothing, on disk when the block ends. Raises DatabaseProblem.

        `patience` is how many seconds to wait for another writer, instead of the usual.
        """
        with self.read() as connection:
            if connection.in_transaction:
                yield connection  # joins the transaction that is open in this thread
                return
            self._begin(connection, self._busy_timeout if patience is None else patience)
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise

    def _begin(self, connection: sqlite3.Connection, patience: float) -> None:
        connection.execute(f"PRAGMA busy_timeout = {round(patience * 1000)}")
        try:
            connection.execute("BEGIN IMMEDIATE")
        finally:
            connection.execute(f"PRAGMA busy_timeout = {round(self._busy_timeout * 1000)}")

    def data_version(self) -> int:
        """A number that changes when anybody has changed the database (PRAGMA data_version)."""
        # SQLite counts for each connection what the others did: only numbers of one connection can be compared.
        with self._sentences(), self._watching:
            try:
                if self._watcher is None or self._watcher.identity != self._connections.identity:
                    self._watcher = self._connections.open()
                version = int(self._watcher.connection.execute("PRAGMA data_version").fetchone()[0])
            except sqlite3.DatabaseError as error:
                if _is_broken(error):
                    self._begin_anew()
                raise
            self._check_log()
            return version

    def _check_log(self) -> None:
        """Begin anew when the write-ahead log was deleted: SQLite would go on with the deleted file, and neither would
        others see what we write from now on, nor we what they write."""
        log, index = self._log_and_index()
        if self._log in (None, log):
            self._log, self._index, self._suspicious = log, index, False
        elif self._suspicious:
            self._begin_anew()
        else:
            self._suspicious = True  # whoever deletes several files may not be done

    def _log_and_index(self) -> tuple[Identity | None, Identity | None]:
        return identity_of(f"{self._name}-wal"), identity_of(f"{self._name}-shm")

    def _begin_anew(self) -> None:
        """Open everything anew; the first process of ours that does so saves what is in the deleted log alone."""
        with _locked(self.path.parent), self._connections.alone(CLOSING_TAKES) as idle:
            if not self.path.exists() or len(idle) < len(self._connections):
                return  # next time: SQLite would make an empty one, or go on with the deleted log for those in use
            log, index = self._log_and_index()
            if log != self._log and index in (None, self._index):
                if not _save_log(idle):
                    return  # next time
                # The index describes the deleted log: together with a new one it would be an error for everybody.
                self.path.with_name(f"{self.path.name}-shm").unlink(missing_ok=True)
            self._close(idle)
            # Now, while other processes of ours wait: it makes the new log and its index.
            self._watcher = self._connections.open()
            self._watcher.connection.execute("SELECT count(*) FROM sqlite_master")

    def problems(self) -> tuple[str, ...]:
        """What SQLite's own check finds wrong with the file; empty when all is well."""
        with self.read() as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(5)")]
        return () if found == ["ok"] else tuple(found)

    def close(self) -> None:
        """Close the connections of all threads; one that is in use for long ends with its block."""
        with self._watching, self._connections.alone(CLOSING_TAKES) as idle:
            self._close(idle)

    def _close(self, idle: tuple[Held, ...]) -> None:
        self._connections.close(idle)
        self._watcher = self._log = self._index = None
        self._suspicious = False

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise DatabaseProblem(_sentence(error, self.path)) from error


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One process of ours at a time. The folder, as closing the database itself would drop SQLite's locks on it."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise DatabaseProblem(f"The folder {folder} cannot be opened: put it back, or restore a backup.") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


class _Reading:
    """A plain object, as every request of every phone passes here several times."""

    __slots__ = ("_connections", "_held", "_path")

    def __init__(self, connections: Connections, path: Path) -> None:
        self._connections = connections
        self._path = path

    def __enter__(self) -> sqlite3.Connection:
        try:
            self._held = self._connections.take()
        except sqlite3.Error as error:
            raise DatabaseProblem(_sentence(error, self._path)) from error
        return self._held.connection

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._connections.give_back(self._held)
        if isinstance(error, sqlite3.Error):
            raise DatabaseProblem(_sentence(error, self._path)) from error


def _save_log(connections: tuple[Held, ...]) -> bool:
    """Copy into the database what these find in the log that they use; False when that has to wait."""
    waits = False
    for held in connections:
        try:
            (busy, *_) = held.connection.execute("PRAGMA wal_checkpoint(FULL)").fetchone()
        except sqlite3.Error:
            continue  # it was opened after the deletion, with the index of the old log and a new log
        if not busy:
            return True
        waits = True
    return not waits


def _is_broken(error: sqlite3.DatabaseError) -> bool:
    """Whether a connection cannot read its files, as happens when they do not belong together."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
    return code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


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


def stamp(moment: datetime) -> str:
    """A moment as it is stored: UTC, fixed width, so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def moment(text: str | None) -> datetime | None:
    """A stored moment, in UTC."""
    return datetime.fromisoformat(text) if text else None
