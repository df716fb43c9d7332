"""Screens that show within a second what phones and colleagues have changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from helpdesk_tui.screens.base import HelpdeskScreen

if TYPE_CHECKING:
    from helpdesk_tui.backend import Helpdesk

LOOK_AGAIN = 1.0
"""Seconds between two looks at whether another process has changed something."""


class LiveScreen(HelpdeskScreen):
    """Calls `read` at the beginning, after another screen was in front, and whenever the database has changed."""

    LOOKS_EVERY: ClassVar[float] = LOOK_AGAIN
    """Seconds; more where reading is costly."""

    _seen_version = 0
    _away = False
    """Another screen is in front: what changes meanwhile is read when this one is back."""

    @property
    def desk(self) -> Helpdesk:
        """The backend."""
        return self.session.helpdesk

    def read(self) -> None:
        """Read everything anew in the background, and show it."""
        raise NotImplementedError

    def on_mount(self) -> None:
        self._read_now()
        self.set_interval(self.LOOKS_EVERY, self.look_again)

    def _read_now(self) -> None:
        self._seen_version = self.desk.data_version()  # before reading: a change in between is one more read
        self.read()

    def look_again(self) -> None:
        """Show what another process has changed."""
        if not self._away and self.desk.data_version() != self._seen_version:
            self._read_now()

    def on_screen_suspend(self) -> None:
        self._away = True

    def on_screen_resume(self) -> None:
        if self._away:
            self._away = False
            self._read_now()
