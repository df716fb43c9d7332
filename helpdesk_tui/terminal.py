"""The terminal we are started in: is there one, can it show screens, and how do we leave it in good order?"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Mapping
from types import FrameType

from helpdesk_tui.backend import HelpdeskError

SMALLEST = (60, 16)
"""Columns and lines that the screens need."""

WEB_DRIVER = "textual.drivers.web_driver:WebDriver"
"""What TEXTUAL_DRIVER says where the screens are drawn by a browser (`helpdesk-tui web`)."""

PATIENCE = 2.0
"""Seconds for an orderly end after a signal; then the process ends all the same, with the terminal restored."""


def check_terminal(environ: Mapping[str, str]) -> None:
    """Refuse to start where screens cannot be shown. Raises HelpdeskError."""
    if environ.get("TEXTUAL_DRIVER") == WEB_DRIVER:
        return
    if not (os.isatty(0) and os.isatty(1)):
        raise HelpdeskError(
            "The screens need a terminal (with ssh, add -t); without one, use the commands: see helpdesk-tui --help."
        )
    if environ.get("TERM", "dumb") in ("", "dumb"):
        raise HelpdeskError(
            "This terminal cannot show screens (TERM=dumb): set TERM, or use the commands: see helpdesk-tui --help."
        )


def has_job_control() -> bool:
    """Whether a shell has started us that can go on when we are suspended, and wake us again.

    A forced command of sshd, or tmux that runs the program itself, has none: suspended, it would never come back.
    """
    try:
        return os.getpgid(os.getsid(0)) != os.getpgid(0)
    except OSError:
        return False


def suspend_only_if(possible: Callable[[], bool]) -> None:
    """Let SIGTSTP suspend us only while this says so. sudo sends it too, to a program whose terminal has gone away.

    To be called when Textual has put its own handler in place.
    """
    suspend = signal.getsignal(signal.SIGTSTP)

    def decide(number: int, frame: FrameType | None) -> None:
        if possible() and os.isatty(0) and callable(suspend):
            suspend(number, frame)

    signal.signal(signal.SIGTSTP, decide)


def end_on_signals(stop: Callable[[int], None]) -> None:
    """Call `stop` with the exit status when the process is told to end, or its terminal goes away.

    To be called inside the running event loop. A thread that hangs in a network call cannot hold up the end.
    """
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, _end, 128 + number, stop)


def _end(status: int, stop: Callable[[int], None]) -> None:
    timer = threading.Timer(PATIENCE, os._exit, (status,))
    timer.daemon = True
    timer.start()
    stop(status)
