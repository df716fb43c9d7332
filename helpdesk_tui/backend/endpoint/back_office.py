"""A process beside the one that answers phones, for everything that no phone waits for: bookkeeping and upkeep.

Python runs one thread of a process at a time, so a thread that writes things down would keep phones waiting.
"""

from __future__ import annotations

import asyncio
import logging
import os
import queue
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import count
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from helpdesk_tui.backend.endpoint.access_log import AccessLog
from helpdesk_tui.backend.endpoint.notes import (
    GATHER,
    LARGEST_BATCH,
    LONGEST_QUEUE,
    Record,
    Throttled,
    gathered,
    settle,
    taken,
)
from helpdesk_tui.backend.endpoint.processes import fork
from helpdesk_tui.backend.endpoint.recorder import Recorder
from helpdesk_tui.backend.endpoint.upkeep import Upkeep
from helpdesk_tui.backend.errors import DatabaseProblem, HelpdeskError
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.mac import Mac

log = logging.getLogger(__name__)

PATIENCE = 10
"""How much it stands back where processors are short: phones come first."""

CALLS_MAY_TAKE = 1.0
"""Seconds that calls to manufacturers may still take at the end; one that takes longer is made again later, as after a
crash."""

NOBODY = "Nobody writes down any more what phones fetch: start the server anew."


@dataclass(frozen=True, slots=True)
class _Use:
    """The first use of a key, to be admitted."""

    number: int
    phone_id: int
    segment: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one."""

    number: int
    admitted: bool | DatabaseProblem


class BackOffice:
    """The other process, as the one that answers phones sees it.

    It ends when this process does, however that ends, and writes down what it was told before.
    """

    def __init__(
        self, open_desk: Callable[[], Helpdesk], access_log: AccessLog, not_inherited: Iterable[Callable[[], object]]
    ) -> None:
        """Start it, as `fork` says: before the environment is opened here.

        `not_inherited` closes in it what it would hold open otherwise.
        """
        self._pipe, there = Pipe()

        def work() -> None:
            self._pipe.close()  # so that it ends with the process at the other end
            for close in not_inherited:
                close()
            _work(open_desk, access_log, there)

        self._process = fork(work)
        there.close()
        self._records: deque[Record] = deque()
        self._left_out = 0
        self._numbers = count()
        self._uses: queue.SimpleQueue[_Use | None] = queue.SimpleQueue()
        self._awaited: dict[int, Future[bool]] = {}
        self._stopping = self._lost = False
        self._threads: list[threading.Thread] = []

    def attend(self, desk: Helpdesk) -> None:
        """Use the environment as it was opened in this process."""
        self._throttled = Throttled(desk)

    def start(self) -> None:
        """Begin to tell it what to write."""
        self._threads = [
            threading.Thread(target=self._tell, name="teller", daemon=True),
            threading.Thread(target=self._listen, name="listener", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Wait until everything is written, and the calls that were begun have ended."""
        self._stopping = True
        self._uses.put(None)
        for thread in self._threads:
            thread.join()

    def close(self) -> bool:
        """Wait for its end; whether that was at our wish."""
        self.stop()  # also where the server had no time for it
        self._pipe.close()
        _, status = os.waitpid(self._process, 0)
        return status == 0 and not self._lost

    def note(self, record: Record) -> None:
        """Write this down soon."""
        if len(self._records) < LONGEST_QUEUE:
            self._records.append(record)
        else:
            self._left_out += 1

    async def admit(self, phone_id: int, segment: str) -> bool:
        """Write down the first use of a key, now; False when it works no longer. Raises DatabaseProblem."""
        use = _Use(next(self._numbers), phone_id, segment)
        admitted = self._awaited[use.number] = Future()
        try:
            if self._lost:  # asked after it can be found among the awaited, so that one of the two is sure to see it
                raise DatabaseProblem(NOBODY)
            self._uses.put(use)
            return await asyncio.wrap_future(admitted)
        finally:
            self._awaited.pop(use.number, None)

    def throttles(self, address: str, mac: Mac | None, now: datetime) -> bool:
        """Whether misses of this address, or for this MAC, are answered slowly."""
        return self._throttled.includes(address, mac, now)

    # -- in two threads, which hardly do anything ---------------------------------------------------------------------

    def _tell(self) -> None:
        going_on, told_at = True, 0.0
        while going_on:
            uses, going_on = gathered(self._uses)
            for use in uses:
                self._send(use)
            if going_on and time.monotonic() < told_at + GATHER:
                continue
            told_at = time.monotonic()
            if records := taken(self._records, LARGEST_BATCH if going_on else len(self._records)):
                self._send(records)
            if self._left_out:
                log.error("%d answers were not written down: too many waited", self._left_out)
                self._left_out = 0
            with suppress(DatabaseProblem):
                self._throttled.refresh()
        self._send(None)

    def _send(self, message: object) -> None:
        with suppress(OSError):  # it is gone: the other thread hears that too
            self._pipe.send(message)

    def _listen(self) -> None:
        with suppress(EOFError, OSError):
            while True:
                outcome: _Outcome = self._pipe.recv()
                if admitted := self._awaited.get(outcome.number):
                    settle(admitted, outcome.admitted)
        if not self._stopping:
            self._lost = True
            log.error("the process that writes down what phones fetch ended by itself")
            signal.raise_signal(signal.SIGTERM)  # whoever supervises us starts us anew
        for admitted in list(self._awaited.values()):
            settle(admitted, DatabaseProblem(NOBODY))


# -- in the other process ---------------------------------------------------------------------------------------------


def _work(open_desk: Callable[[], Helpdesk], access_log: AccessLog, pipe: Connection) -> None:
    """Do what is told until the other end says that this is all, or is gone."""
    for sent_to_all in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(sent_to_all, signal.SIG_IGN)  # the process that answers phones says when it is over
    os.nice(PATIENCE)
    threading.excepthook = _end_at_once
    try:
        desk = open_desk()
    except HelpdeskError:
        return  # the process that answers phones meets the same, and says so
    recorder, upkeep = Recorder(desk, access_log), Upkeep(desk)
    recorder.start()
    upkeep.start()
    answering = threading.Lock()

    def answer(number: int, admitted: Future[bool]) -> None:
        with answering, suppress(OSError):
            pipe.send(_Outcome(number, _problem(admitted.exception()) or admitted.result()))

    with suppress(EOFError, OSError):
        while (message := pipe.recv()) is not None:
            if isinstance(message, _Use):
                admission = recorder.admission(message.phone_id, message.segment)
                admission.add_done_callback(partial(answer, message.number))
            else:
                for record in message:
                    recorder.note(record)
    recorder.write_rest()

    def end_calls() -> None:
        upkeep.stop()
        recorder.end_calls()

    ending = threading.Thread(target=end_calls, daemon=True)
    ending.start()
    ending.join(CALLS_MAY_TAKE)
    if not ending.is_alive():
        desk.close()


def _end_at_once(ended: threading.ExceptHookArgs) -> None:
    """A process that has lost one of its threads is of no use: whoever supervises the server starts it anew."""
    name = ended.thread.name if ended.thread else "a thread"
    log.error("the process that keeps the books stops: %s ended with %s", name, ended.exc_type.__name__)
    os._exit(1)


def _problem(error: BaseException | None) -> DatabaseProblem | None:
    if error is None or isinstance(error, DatabaseProblem):
        return error
    log.error("a visit could not be written down: %s", type(error).__name__)
    return DatabaseProblem(f"The visit could not be written down: {type(error).__name__}.")
