"""A virtual phone in somebody's hands: what they do to it happens one after the other, in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum

from helpdesk_tui.backend.virtual_phone.boot import Progress
from helpdesk_tui.backend.virtual_phone.phone import VirtualPhone


class Condition(StrEnum):
    """How a phone is, for whoever looks at it."""

    STARTING = "starting"
    READY = "ready"
    """It can make calls."""
    STUCK = "stuck"
    """It has started, and cannot."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What is seen of a phone at one moment."""

    condition: Condition
    step: str
    """The step of its boot; empty: none is under way."""
    text: str = ""
    """What happens in that step, or how the boot ended."""


class Handset:
    """One phone, and whoever does something to it."""

    def __init__(self, device: VirtualPhone) -> None:
        self.device = device
        self.glance: Glance | None = None
        """What is seen of it; None: nothing has been done to it yet."""
        device.progress = self._see
        self._deeds = ThreadPoolExecutor(1, thread_name_prefix="caller")
        self._last: Future[None] | None = None

    @property
    def busy(self) -> bool:
        """Whether something is still being done to it."""
        return self._last is not None and not self._last.done()

    def do(self, deed: Callable[[], object]) -> None:
        """Do this once all before it is done."""
        self._last = self._deeds.submit(self._carry_out, deed)

    def settle(self) -> None:
        """Wait until nothing is done to it any more; what went wrong there is raised."""
        if self._last:
            self._last.result()

    def stop(self) -> None:
        """Begin nothing more."""
        self._deeds.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """Begin nothing more, and wait for what is under way."""
        self._deeds.shutdown(cancel_futures=True)

    def _carry_out(self, deed: Callable[[], object]) -> None:
        ending = "did not start: nobody knows why."
        try:
            deed()
            ending = self.device.ending
        finally:
            if self.glance and self.glance.condition is Condition.STARTING:
                condition = Condition.READY if self.device.registered else Condition.STUCK
                self.glance = Glance(condition, "", f"The caller's phone {ending}")

    def _see(self, seen: Progress) -> None:
        self.glance = Glance(Condition.STARTING, seen.step.value, seen.text)
