"""The caller of a practice: resets the phone when told to, and the phone boots over real HTTP on this machine."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from enum import StrEnum
from typing import ClassVar

from helpdesk_tui.backend.errors import Refused
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.manufacturers.simulated import SimulatedService
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.virtual_phone.boot import Fault, Progress


class Manner(StrEnum):
    """What a caller does when told to reset the phone."""

    OBEYS = "obeys"
    TOUCHES = "touches"
    """Pulls the plug once more, as soon as the phone has called in."""
    OTHER_PHONE = "other phone"
    """Resets another phone than the one that was meant."""
    FIREWALL = "firewall"
    """Does everything right, behind a firewall that blocks the phone."""


class Caller:
    """Somebody with the phones of one environment on their desk. Needs simulated manufacturers."""

    MANNERS: ClassVar[Mapping[str, str]] = {
        Manner.OBEYS: "does what you say",
        Manner.TOUCHES: "touches the phone too early",
        Manner.OTHER_PHONE: "resets another phone",
        Manner.FIREWALL: "sits behind a firewall that blocks the phone",
    }
    """In words; whoever resets before Activate simply does so before you say it."""

    def __init__(self, desk: Helpdesk, pause: Callable[[float], None] = time.sleep) -> None:
        """`pause` is called with the seconds that a real phone would take."""
        self._desk = desk
        self._pause = pause
        self._running = ExitStack()
        self._endpoint = ""
        self._lock = threading.Lock()

    def reset(self, phone: Phone, say: Callable[[str], None], manner: str = Manner.OBEYS) -> bool:
        """Reset this phone to factory defaults and let it start; True when it can make calls at the end.

        `manner` is one of MANNERS. Blocks for as long as the phone takes; `say` is told what the caller sees.
        Raises Refused for a real service.
        """
        from helpdesk_tui.backend.endpoint.server import in_background  # late: a web server, for one key of the demo
        from helpdesk_tui.backend.virtual_phone.phone import VirtualPhone

        service = self._desk.services.of(phone.vendor)
        if not isinstance(service, SimulatedService):
            raise Refused(f"{service.label} is a real service: a practice never asks it.")
        with self._lock:
            if not self._endpoint:
                self._endpoint = self._running.enter_context(in_background(self._desk))
        held = Mac(f"{phone.mac.hex[:6]}{int(phone.mac.hex[6:], 16) ^ 1:06x}")
        virtual = VirtualPhone(
            held if manner == Manner.OTHER_PHONE else phone.mac,
            self._desk.catalogue.get(phone.model),
            service.phone_asks,
            firmware=phone.firmware_installed or "",
            faults={Fault.BLOCKED_PORT} if manner == Manner.FIREWALL else (),
            reach=(self._desk.environment.provisioning_url, self._endpoint),
            progress=lambda seen: say(_words(seen)),
            pause=self._pause,
        )
        works = virtual.boot()
        return virtual.boot() if manner == Manner.TOUCHES else works

    def close(self) -> None:
        """The caller hangs up."""
        self._running.close()


def _words(seen: Progress) -> str:
    return f"{seen.step.value}: {seen.text}"
