"""What is written down of the endpoint's answers, by whom, and how it gets there."""

from __future__ import annotations

import queue
from collections import deque
from concurrent.futures import Future
from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar

from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.failures import address_subject
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.use_cases.fetching import Fetch, Key, Sent

GATHER = 0.1
"""Seconds for which records are gathered into one transaction. Nobody is woken for a single one: two threads that
take turns with every record would cost more than what they do."""

LARGEST_BATCH = 2_000
LONGEST_QUEUE = 100_000
"""Records that may wait while the database cannot be written; more are left out, and counted."""


class Record(NamedTuple):
    """One answer. Plain values only: many of them go to another process."""

    at: datetime
    address: str
    method: str
    path: str
    """Without its secret segment."""
    status: int
    length: int
    """Bytes of its body."""
    milliseconds: float
    user_agent: str
    mac: str = ""
    """Twelve hexadecimal digits; empty: none was named."""
    missed: bool = False
    """It was not let in."""
    phone_id: int | None = None
    """The phone that was let in, by the key of the next line; None: none was."""
    key: str = ""
    file: str = ""
    settled: bool = False
    sent: tuple[str, bytes, bytes] | None = None
    """The last two as in `Fetch`."""
    api_user: str = ""
    """Who asked, when it was a user of the REST API."""

    def __repr__(self) -> str:
        return f"Record({self.path!r}, {self.status})"  # the rest may hold secrets

    @property
    def is_news(self) -> bool:
        """Whether the database is told, and not the access log alone."""
        return self.missed or self.phone_id is not None

    def without_text(self) -> Record:
        """The same without the text of the file that was sent."""
        return self._replace(sent=(self.sent[0], b"", b"")) if self.sent else self


def fetch_of(record: Record) -> Fetch | None:
    """The fetch that it is; None: none."""
    if record.phone_id is None:
        return None
    return Fetch(
        at=record.at,
        phone_id=record.phone_id,
        key=Key(record.key),
        address=record.address,
        file=record.file,
        status=record.status,
        bytes=record.length,
        user_agent=record.user_agent,
        settled=record.settled,
        sent=Sent(*record.sent) if record.sent else None,
    )


T = TypeVar("T")


def gathered(waiting: queue.SimpleQueue[T | None]) -> tuple[list[T], bool]:
    """What waits, as soon as there is something, or nothing after a short while; False: None came, it is over."""
    found: list[T] = []
    try:
        one = waiting.get(timeout=GATHER)
        while one is not None:
            found.append(one)
            one = waiting.get_nowait()
    except queue.Empty:
        return found, True
    return found, False


def taken(records: deque[Record], most: int) -> list[Record]:
    """The first of them, which are there no longer."""
    return [records.popleft() for _ in range(min(most, len(records)))]


def settle(future: Future[bool], outcome: bool | Exception) -> None:
    """Tell whoever waits for it, if somebody still does."""
    if not future.set_running_or_notify_cancel():
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)


class Notes(Protocol):
    """Where the endpoint has its answers written down."""

    def start(self) -> None:
        """Begin to write."""

    def stop(self) -> None:
        """Write what is left, and end the calls that were begun. The others stay queued in the database."""

    def note(self, record: Record) -> None:
        """Write this down soon."""

    async def admit(self, phone_id: int, segment: str) -> bool:
        """Write down the first use of a key, now; False when it works no longer. Raises DatabaseProblem."""

    def throttles(self, address: str, mac: Mac | None, now: datetime) -> bool:
        """Whether misses of this address, or for this MAC, are answered slowly."""


class Throttled:
    """Whose misses are answered slowly, as the database said when it last changed."""

    def __init__(self, desk: Helpdesk) -> None:
        self._desk = desk
        self._version: int | None = None
        self._until: dict[str, datetime] = {}

    def refresh(self) -> None:
        """Look whether somebody has changed the database. Raises DatabaseProblem."""
        self._desk.store.database.check_file()
        current = self._desk.data_version()
        if current != self._version:
            self._until, self._version = self._desk.fetching.throttled(), current

    def includes(self, address: str, mac: Mac | None, now: datetime) -> bool:
        """Whether this address or this MAC is among them."""
        if not self._until:
            return False
        subjects = (address_subject(address), mac.colons if mac else "")
        return any((until := self._until.get(subject)) is not None and until > now for subject in subjects)
