"""Opening one screen in a terminal of a test, and looking at it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from textual.pilot import Pilot
from textual.widgets import Static

from helpdesk_tui.app import HelpdeskApp
from helpdesk_tui.screens.base import HelpdeskScreen, Session

PATIENCE = 60.0
"""Seconds after which what a test waits for will never come."""

BETWEEN_LOOKS = 0.02
"""Seconds; without a pause, tests of screens would keep each other from running."""

S = TypeVar("S", bound=HelpdeskScreen)


class Looking:
    """One opened screen."""

    def __init__(self, pilot: Pilot[int], messages: list[str]) -> None:
        self.pilot = pilot
        self.app = pilot.app
        self.said = messages
        """Every notice so far."""

    @property
    def text(self) -> str:
        """What stands in the terminal."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)

    async def settle(self) -> None:
        """Wait until nothing is under way."""
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until this holds."""
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"it never came; the screen shows:\n{self.text}\nand said: {self.said}"
            await self.pilot.pause(BETWEEN_LOOKS)

    async def shows(self, *texts: str) -> None:
        """Wait until all of this stands on the screen, however its lines are broken."""
        await self.until(lambda: all(any(text in words for words in self._words()) for text in texts))

    def _words(self) -> list[str]:
        """The words of the whole screen and of each text on it, for texts may stand beside each other."""
        rows = self.text.splitlines()
        regions = [widget.region for widget in self.app.screen.query(Static)]
        parts = [[row[area.x : area.right] for row in rows[area.y : area.bottom]] for area in regions]
        return [" ".join(" ".join(part).split()) for part in (rows, *parts)]

    async def says(self, text: str) -> None:
        """Wait for a notice that holds this text."""
        await self.until(lambda: any(text in message for message in self.said))


@asynccontextmanager
async def looking_at(
    session: Session, screen: Callable[[Session], S], size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Looking, S]]:
    """Open this screen, as the first of the program, and wait until it is there."""
    opened: list[S] = []
    said: list[str] = []

    def first(session: Session) -> HelpdeskScreen:
        opened.append(screen(session))
        return opened[-1]

    app = HelpdeskApp(session, first, theme="dark")
    notify = app.notify

    def listen(message: str, **options: object) -> None:
        said.append(message)
        notify(message, **options)  # type: ignore[arg-type]

    app.notify = listen  # type: ignore[method-assign]
    async with app.run_test(size=size) as pilot:
        looking = Looking(pilot, said)
        await looking.settle()
        yield looking, opened[0]
