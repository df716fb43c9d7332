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
from weakref import WeakSet

from helpdesk_tui.backend.errors import DatabaseProblem
from helpdesk_tui.backend.model.site import site_of

SCHEMA_VERSION = 10
"""The number of migrations this program knows; kept in PRAGMA user_version."""

APPLICATION_ID = 0x48445455
"""Marks a file as ours (PRAGMA application_id): the letters HDTU."""

BUSY_TIMEOUT = 5.0
"""Seconds that a statement waits for another writer."""


class Database:
    """A database file that any thread may use: one connection for each thread, WAL, foreign keys, file mode 0600."""

    def __init__(self, path: Path, *, busy_timeout: float = BUSY_TIMEOUT) -> None:
        """Open or create the file and bring its tables up to date. Raises DatabaseProblem."""
        self.path = path
        self._name = str(path)
        self._busy_timeout = busy_timeout
        self._local = threading.local()
        self._held: WeakSet[_Held] = WeakSet()
        self._lock = threading.Lock()
        self._watcher: _Held | None = None
        self._identity: tuple[int, int] | None = None
        self._log: tuple[int, int] | None = None
        """Of the write-ahead log that our connections use; None: not known yet."""
        with self._sentences():
            self._create_private_file()
            self._identity = self._identify()
            if self._is_foreign():
                raise DatabaseProblem(f"{self.path} is a database of another program: name another file.")
            self._make_private()
            version = self.connection().execute("PRAGMA user_version").fetchone()[0]
            if version > SCHEMA_VERSION:
                raise DatabaseProblem(
                    f"The database {path} was made by a newer version of this program: upgrade the program first."
                )
            if version < SCHEMA_VERSION:
                self._migrate()

    def _identify(self) -> tuple[int, int]:
        try:
            status = os.stat(self._name)  # noqa: PTH116  asked for every request of every phone
        except OSError as error:
            raise DatabaseProblem(f"The database {self.path} is gone: put it back, or restore a backup.") from error
        return status.st_dev, status.st_ino

    def check_file(self) -> None:
        """Make sure that we do not go on with a file that was taken away; one that was put in its place is opened.

        For a process that runs for long. Raises DatabaseProblem while there is none.
        """
        self._identity = self._identify()  # each thread opens it anew when it differs: see `connection`

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
        tables = self.connection().execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        mark = self.connection().execute("PRAGMA application_id").fetchone()[0]
        return bool(tables) and mark != APPLICATION_ID

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
                self.connection().execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def _connect(self) -> _Held:
        connection = sqlite3.connect(
            self.path, timeout=self._busy_timeout, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        connection.create_function("casefold", 1, _casefold, deterministic=True)
        connection.create_function("site_of", 1, site_of, deterministic=True)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA cache_size = -16000")
        held = _Held(connection, self._identity)
        with self._lock:
            self._held.add(held)
        return held

    def connection(self) -> sqlite3.Connection:
        """The connection of the calling thread, for reading; writing goes through `write`. Ends with its thread."""
        held: _Held | None = getattr(self._local, "held", None)
        if held is None or held.identity != self._identity:
            held = self._local.held = self._connect()
        return held.connection

    @property
    def state(self) -> object:
        """What is remembered of the database holds for this file alone; None inside a transaction, which may fail."""
        with self.read() as connection:
            return None if connection.in_transaction else self._identity

    def read(self) -> _Reading:
        """The thread's connection, failures turned into DatabaseProblem."""
        return _Reading(self)

    @contextmanager
    def write(self, *, patience: float | None = None) -> Iterator[sqlite3.Connection]:
        """A short transaction: all of it or nothing, on disk when the block ends. Raises DatabaseProblem.

        `patience` is how many seconds to wait for another writer, instead of the usual.
        """
        with self._sentences():
            connection = self.connection()
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
        with self._sentences():
            watcher = self._watcher
            if watcher is None or watcher.identity != self._identity:
                watcher = self._watcher = self._connect()
            version = int(watcher.connection.execute("PRAGMA data_version").fetchone()[0])
            self._check_log()
            return version

    def _check_log(self) -> None:
        """Begin anew when the write-ahead log was deleted: SQLite would go on with the deleted file, and neither would
        others see what we write from now on, nor we what they write."""
        found = self._log_identity()
        if self._log is not None and found != self._log:
            if found is not None:
                self.close()
            elif not self._began_new_log():
                return  # next time
            found = None
        self._log = found

    def _log_identity(self) -> tuple[int, int] | None:
        try:
            status = os.stat(f"{self._name}-wal")  # noqa: PTH116  as above
        except FileNotFoundError:
            return None
        return status.st_dev, status.st_ino

    def _began_new_log(self) -> bool:
        """Save into the database what is in no other file any more, unless another process of ours has done it; False
        when that has to wait."""
        with _locked(self.path.parent):
            if self._log_identity() is not None:
                self.close()
                return True
            if not self.path.exists():
                return False  # SQLite would make an empty one
            (busy, *_) = self.connection().execute("PRAGMA wal_checkpoint(FULL)").fetchone()
            if busy:
                return False
            # The index beside it describes the deleted log: together with a new one it would be an error for everybody.
            self.path.with_name(f"{self.path.name}-shm").unlink(missing_ok=True)
            self.close()
            self.connection().execute("SELECT count(*) FROM sqlite_master")
            return True

    def problems(self) -> tuple[str, ...]:
        """What SQLite's own check finds wrong with the file; empty when all is well."""
        with self.read() as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(5)")]
        return () if found == ["ok"] else tuple(found)

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for held in self._held:
                held.close()
            self._held.clear()
            self._watcher = self._log = None
        self._local = threading.local()

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

    __slots__ = ("_database",)

    def __init__(self, database: Database) -> None:
        self._database = database

    def __enter__(self) -> sqlite3.Connection:
        try:
            return self._database.connection()
        except sqlite3.Error as error:
            raise DatabaseProblem(_sentence(error, self._database.path)) from error

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, sqlite3.Error):
            raise DatabaseProblem(_sentence(error, self._database.path)) from error


class _Held:
    """A connection that is closed when its thread ends: then nothing holds on to this any more."""

    def __init__(self, connection: sqlite3.Connection, identity: tuple[int, int] | None) -> None:
        self.connection = connection
        self.identity = identity

    def close(self) -> None:
        with suppress(sqlite3.Error):
            self.connection.close()

    __del__ = close


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
