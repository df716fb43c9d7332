"""Retries and the weekly deadline beside the endpoint, in one process only, however many are started."""

from __future__ import annotations

import logging
import secrets
import threading
import time

from helpdesk_tui.backend.errors import HelpdeskError
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.use_cases.maintenance import LEASE

log = logging.getLogger(__name__)

PAUSE = 1.0
"""Seconds between two looks at what is due."""

TIDY_EVERY = 600.0
"""Seconds between two rounds of what may wait."""


class Upkeep:
    """A thread that maintains while this process holds the lease. `start` and `stop` it."""

    def __init__(self, desk: Helpdesk) -> None:
        self._desk = desk
        self._holder = secrets.token_hex(8)
        self._stopping = threading.Event()
        self._leads_until = 0.0
        self._tidied = 0.0
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finish the call that is under way, and let another process go on."""
        self._stopping.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stopping.wait(PAUSE):
            try:
                if self._leads():
                    self._round()
            except HelpdeskError as error:
                log.error("maintenance waits: %s", error)
                self._stopping.wait(PAUSE)
            except Exception as error:
                log.error("maintenance waits: %s", type(error).__name__)
                self._stopping.wait(PAUSE)
        try:
            self._desk.maintenance.step_down(self._holder)
        except HelpdeskError:
            log.error("the lease of maintenance runs out by itself")

    def _leads(self) -> bool:
        """Whether it is up to us; the lease is renewed long before it ends."""
        now = time.monotonic()
        if now < self._leads_until - LEASE.total_seconds() / 2:
            return True
        leads = self._desk.maintenance.lead(self._holder)
        self._leads_until = now + LEASE.total_seconds() if leads else 0.0
        return leads

    def _round(self) -> None:
        for _ in self._desk.maintenance.run():
            if self._stopping.is_set() or not self._leads():
                return
        now = time.monotonic()
        if now - self._tidied > TIDY_EVERY:
            self._tidied = now
            self._desk.maintenance.tidy()
