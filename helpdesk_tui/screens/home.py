"""Where each kind of environment begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpdesk_tui.backend import Helpdesk
from helpdesk_tui.screens.base import HelpdeskScreen, Session

if TYPE_CHECKING:
    from helpdesk_tui.backend import CompassDesk


def first_screen(desk: Helpdesk | CompassDesk) -> type[HelpdeskScreen]:
    """The screen that this environment begins with."""
    if isinstance(desk, Helpdesk):
        from helpdesk_tui.screens.phones import PhonesScreen

        return PhonesScreen
    from helpdesk_tui.screens.remote_phones import RemotePhonesScreen

    return RemotePhonesScreen


def home(session: Session) -> HelpdeskScreen:
    """That screen, made."""
    return first_screen(session.backend)(session)
