"""Writes down what the endpoint answered: in batches, in a thread of its own, so that no phone waits for the disk."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from helpdesk_tui.backend.endpoint.access_log import AccessLog
from helpdesk_tui.backend.endpoint.notes import (
    GATHER,
    LARGEST_BATCH,
    LONGEST_QUEUE,
    Record,
    Throttled,
    fetch_of,
    gathered,
    settle,
    taken,
)
from helpdesk_tui.backend.errors import DatabaseProblem
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.use_cases.fetching import Fetch, Key, Miss

log = logging.getLogger(__name__)

FILES_AT_ONCE = 200
MANY_FILES = 5_000
"""Settings files that wait to be packed while phones keep coming."""

MOST_FILES = 10_000
"""Records that may wait with the text of a file; what phones have that come after those is not known."""

PATIENCE = 1.0
"""Seconds that the writer waits for another process; then phones that must wait for it hear "later"."""

CALLERS = 4
"""Threads that talk to manufacturers."""


@dataclass(frozen=True, slots=True)
class _Visit:
    """The first use of a key, which must be on disk before the phone is answered."""

    phone_id: int
    segment: str
    admitted: Future[bool] = field(default_factory=Future)


class Recorder:
    """One writer for one process. `start` and `stop` it; everything else may be called from any thread."""

    def __init__(self, desk: Helpdesk, access_log: AccessLog) -> None:
        self._desk = desk
        self._access_log = access_log
        self._records: deque[Record] = deque()
        self._visits: queue.SimpleQueue[_Visit | None] = queue.SimpleQueue()
        self._left_out = 0
        self._throttled = Throttled(desk)
        self._waiting: list[Record] = []
        self._files: list[Fetch] = []
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._callers = ThreadPoolExecutor(CALLERS, thread_name_prefix="manufacturer")

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write what is left, and end the calls that were begun. The others stay queued in the database."""
        self.write_rest()
        self.end_calls()

    def write_rest(self) -> None:
        """Write what is left."""
        self._visits.put(None)
        self._thread.join()

    def end_calls(self) -> None:
        """Wait for the calls that were begun."""
        self._callers.shutdown(cancel_futures=True)

    def note(self, record: Record) -> None:
        """Write this down soon."""
        waiting = len(self._records) + len(self._waiting)
        if waiting >= LONGEST_QUEUE:
            self._left_out += 1
        elif waiting + len(self._files) >= MOST_FILES:
            self._records.append(record.without_text())
        else:
            self._records.append(record)

    async def admit(self, phone_id: int, segment: str) -> bool:
        """Write down the first use of a key, now; False when it works no longer. Raises DatabaseProblem."""
        return await asyncio.wrap_future(self.admission(phone_id, segment))

    def admission(self, phone_id: int, segment: str) -> Future[bool]:
        """What becomes of `admit`."""
        visit = _Visit(phone_id, segment)
        self._visits.put(visit)
        return visit.admitted

    def throttles(self, address: str, mac: Mac | None, now: datetime) -> bool:
        """Whether misses of this address, or for this MAC, are answered slowly."""
        return self._throttled.includes(address, mac, now)

    # -- in the writer's thread ---------------------------------------------------------------------------------------

    def _run(self) -> None:
        going_on, gathered_at = True, 0.0
        while going_on:
            visits, going_on = gathered(self._visits)
            self._admit(visits)
            if going_on and time.monotonic() < gathered_at + GATHER:
                continue
            gathered_at = time.monotonic()
            records = taken(self._records, LARGEST_BATCH if going_on else len(self._records))
            self._log(records)
            self._waiting += [record for record in records if record.is_news]
            if self._waiting:
                with self._survived():
                    self._write()
            if self._files and (not records or not going_on or len(self._files) > MANY_FILES):
                with self._survived():
                    self._remember_files(going_on)
            with self._survived():
                self._throttled.refresh()
        self._access_log.close()

    def _admit(self, visits: list[_Visit]) -> None:
        if not visits:
            return
        try:
            self._find_database()
            with self._desk.store.database.write(patience=PATIENCE):
                admitted: Iterable[bool] = self._desk.fetching.admit([(v.phone_id, v.segment) for v in visits])
        except Exception as error:
            for visit in visits:
                settle(visit.admitted, error)
            return
        for visit, ok in zip(visits, admitted, strict=True):
            settle(visit.admitted, ok)

    def _find_database(self) -> None:
        """Go on with the file and the log that are there now. Raises DatabaseProblem."""
        self._desk.store.database.check_file()
        self._desk.data_version()

    def _write(self) -> None:
        """Everything that waits; it stays when the database cannot be written."""
        fetches = [fetch for record in self._waiting if (fetch := fetch_of(record))]
        misses = [Miss(r.at, r.address, r.path, Mac(r.mac) if r.mac else None) for r in self._waiting if r.missed]
        self._find_database()
        with self._desk.store.database.write(patience=PATIENCE):
            macs = self._desk.fetching.note_fetches(fetches) if fetches else ()
            if misses:
                self._desk.fetching.note_misses(misses)
        self._waiting.clear()
        for mac in macs:
            self._callers.submit(self._call, mac)
        self._files += [fetch for fetch in fetches if fetch.sent]

    def _remember_files(self, going_on: bool) -> None:
        """Pack what phones were sent, a few at a time: there is no hurry, and phones come first."""
        some = FILES_AT_ONCE if going_on else len(self._files)
        now, self._files = self._files[:some], self._files[some:]
        self._desk.fetching.remember(now)

    def _call(self, mac: Mac) -> None:
        try:
            self._desk.registration.retry(mac)
        except Exception as error:  # it stays queued for maintenance
            log.error("the call for %s could not be made: %s", mac, type(error).__name__)

    def _log(self, records: list[Record]) -> None:
        entries = [_entry(record) for record in records]
        if self._left_out:
            entries.append({"left_out": self._left_out})
            self._left_out = 0
        if entries:
            self._access_log.write(entries)

    def _survived(self) -> suppress:
        # The database may come back: what waits is written then.
        return suppress(DatabaseProblem)


def _entry(record: Record) -> dict[str, object]:
    entry = _plain_entry(record)
    return {**entry, "api_user": record.api_user} if record.api_user else entry


def _plain_entry(record: Record) -> dict[str, object]:
    return {
        "at": record.at.isoformat(timespec="milliseconds"),
        "address": record.address,
        "method": record.method,
        "path": record.path,
        "status": record.status,
        "bytes": record.length,
        "ms": round(record.milliseconds, 1),
        "mac": Mac(record.mac).colons if record.mac else None,
        "via": Key(record.key).via.value if record.key else None,
        "user_agent": record.user_agent[:200],
    }
