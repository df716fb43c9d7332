"""The connections to one SQLite file: one for each thread, which nobody else closes while it is in use."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from weakref import WeakSet

from helpdesk_tui.backend.model.site import site_of

LOOK_AGAIN = 0.005
"""Seconds between two looks whether a connection is still in use."""

Identity = tuple[int, int]
"""Device and number of a file: another one of the same name has others."""


def identity_of(name: str) -> Identity | None:
    """Which file has this name now; None: none has."""
    try:
        status = os.stat(name)  # noqa: PTH116  asked for every request of every phone
    except OSError:
        return None
    return status.st_dev, status.st_ino


class Held:
    """A connection that is closed when its thread ends: then nothing holds on to this any more."""

    __slots__ = ("__weakref__", "closed", "connection", "identity", "users")

    def __init__(self, connection: sqlite3.Connection, identity: Identity | None) -> None:
        self.connection = connection
        self.identity = identity
        self.users = 0
        """How many blocks of its thread, one within the other, use it. Only that thread changes it."""
        self.closed = False

    def close(self) -> None:
        """Close it; for whoever knows that nobody uses it: Python itself fails when a connection closes under it."""
        self.closed = True
        with suppress(sqlite3.Error):
            self.connection.close()

    __del__ = close


class Connections:
    """Opens them as they are needed, and closes those that nobody uses."""

    def __init__(self, path: Path, busy_timeout: float) -> None:
        self._path = path
        self._busy_timeout = busy_timeout
        self._local = threading.local()
        self._held: WeakSet[Held] = WeakSet()
        self._lock = threading.Lock()
        self._gate = threading.Lock()
        self._shut = False
        self.identity: Identity | None = None
        """The file that is meant: a connection to another one is not taken again."""

    def take(self) -> Held:
        """The calling thread's connection, which stays open until it is given back. It may be taken again meanwhile."""
        while True:
            held: Held | None = getattr(self._local, "held", None)
            if held is not None and held.users:
                held.users += 1
                return held
            if not self._shut:
                if held is None or held.identity != self.identity:
                    held = self._local.held = self.open()
                held.users = 1
                # Only now, as `alone` first shuts and then looks who uses one: one of the two sees the other.
                if not (self._shut or held.closed):
                    return held
                held.users = 0
            with self._gate:
                continue

    def give_back(self, held: Held) -> None:
        """Its block has ended."""
        held.users -= 1

    def open(self) -> Held:
        """One that belongs to no thread."""
        connection = sqlite3.connect(
            self._path, timeout=self._busy_timeout, isolation_level=None, check_same_thread=False
        )
        held = Held(connection, self.identity)
        try:
            connection.row_factory = sqlite3.Row
            connection.create_function("casefold", 1, _casefold, deterministic=True)
            connection.create_function("site_of", 1, site_of, deterministic=True)
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA cache_size = -16000")
        except BaseException:
            held.close()  # not when somebody forgets the error: it would keep others from beginning anew
            raise
        with self._lock:
            self._held.add(held)
        return held

    @contextmanager
    def alone(self, patience: float) -> Iterator[tuple[Held, ...]]:
        """While no other thread takes one: those that nobody uses, who is waited for so many seconds at most."""
        with self._gate:
            self._shut = True
            try:
                deadline = time.monotonic() + patience
                while len(idle := self._idle()) < len(self) and time.monotonic() < deadline:
                    time.sleep(LOOK_AGAIN)
                yield idle
            finally:
                self._shut = False

    def __len__(self) -> int:
        return len(self._held)

    def _idle(self) -> tuple[Held, ...]:
        own = getattr(self._local, "held", None)
        with self._lock:
            return tuple(held for held in self._held if held is own or not held.users)

    def close(self, idle: tuple[Held, ...]) -> None:
        """Close these, within `alone`. One that is in use ends with its block."""
        self._local = threading.local()
        with self._lock:
            self._held.clear()
        for held in idle:
            held.close()


def _casefold(text: str) -> str:
    return text.casefold()
