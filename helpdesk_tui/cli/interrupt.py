"""Stopping a long command between two phones, never in the middle of one."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import click


@contextmanager
def stop_between() -> Iterator[Callable[[], bool]]:
    """While this lasts, Ctrl-C only notes that somebody wants to stop; the yielded function tells.

    A second Ctrl-C ends the program at once; what was being called is then finished later.
    """
    wanted = False

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal wanted
        if wanted:
            raise KeyboardInterrupt
        wanted = True
        click.echo("Stopping after this phone…", err=True)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: wanted
    finally:
        signal.signal(signal.SIGINT, before)
