"""The caller of a practice: resets the phone when told to, and the phone boots over real HTTP on this machine."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

from helpdesk_tui.backend.errors import Refused
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.manufacturers.simulated import SimulatedService
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.virtual_phone.boot import Progress


class Caller:
    """Somebody with the phones of one environment on their desk. Needs simulated manufacturers."""

    def __init__(self, desk: Helpdesk, pause: Callable[[float], None] = time.sleep) -> None:
        """`pause` is called with the seconds that a real phone would take."""
        self._desk = desk
        self._pause = pause
        self._running = ExitStack()
        self._endpoint = ""
        self._lock = threading.Lock()

    def reset(self, phone: Phone, say: Callable[[str], None]) -> bool:
        """Reset this phone to factory defaults and let it start; True when it can make calls at the end.

        Blocks for as long as the phone takes; `say` is told what the caller sees. Raises Refused for a real service.
        """
        from helpdesk_tui.backend.endpoint.server import in_background  # late: a web server, for one key of the demo
        from helpdesk_tui.backend.virtual_phone.phone import VirtualPhone

        service = self._desk.services.of(phone.vendor)
        if not isinstance(service, SimulatedService):
            raise Refused(f"{service.label} is a real service: a practice never asks it.")
        with self._lock:
            if not self._endpoint:
                self._endpoint = self._running.enter_context(in_background(self._desk))
        virtual = VirtualPhone(
            phone.mac,
            self._desk.catalogue.get(phone.model),
            service.phone_asks,
            firmware=phone.firmware_installed or "",
            reach=(self._desk.environment.provisioning_url, self._endpoint),
            progress=lambda seen: say(_words(seen)),
            pause=self._pause,
        )
        return virtual.boot()

    def close(self) -> None:
        """The caller hangs up."""
        self._running.close()


def _words(seen: Progress) -> str:
    return f"{seen.step.value}: {seen.text}"
