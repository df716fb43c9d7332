"""Opening the screens. Textual is imported here and nowhere else on the command line."""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from helpdesk_tui.cli.session import Session
from helpdesk_tui.terminal import check_terminal

if TYPE_CHECKING:
    from helpdesk_tui.backend import CompassDesk, Helpdesk, Phone
    from helpdesk_tui.backend.virtual_phone.caller import Caller
    from helpdesk_tui.environments import Environments
    from helpdesk_tui.screens.base import HelpdeskScreen
    from helpdesk_tui.screens.base import Session as ScreenSession


def open_screens(session: Session) -> None:
    """`helpdesk-tui` without a command."""
    check_terminal(os.environ)
    gc.disable()  # what is made until the screens stand stays: looking for garbage in it takes time and finds none
    elsewhere = session.remote()
    desk = session.open_remote(elsewhere) if elsewhere else session.open()
    environments = session.environments(desk)
    try:
        run_screens(session, desk, environments=environments)
    finally:
        environments.close()
        desk.close()


def run_screens(
    session: Session,
    desk: Helpdesk | CompassDesk,
    *,
    caller: Caller | None = None,
    environments: Environments | None = None,
    first: Callable[[ScreenSession], HelpdeskScreen] | None = None,
) -> None:
    """Show the screens on this environment until the operator leaves. A demo has a `caller` who is played.

    `first` is shown instead of the list of phones.
    """
    check_terminal(os.environ)
    keys = session.keys()
    from helpdesk_tui.app import run
    from helpdesk_tui.screens.base import Session as ScreenSession

    if session.debug:
        _log_to_file()
    from helpdesk_tui.screens.home import first_screen, home

    first_screen(desk)  # is imported now
    gc.freeze()
    gc.enable()
    # A demo is everybody's own, whatever the configuration says of operators.
    own_account = caller is not None or session.operator().own_account
    screen_session = ScreenSession.of(
        desk, caller=caller, environments=environments, own_account=own_account, started=session.started()
    )
    status = run(screen_session, first or home, theme=session.theme, keys=keys)
    if status:
        sys.exit(status)


def show_walkthrough(session: Session, desk: Helpdesk, phone: Phone, walkthrough: str) -> None:
    """Show the screen of this walkthrough alone."""
    check_terminal(os.environ)
    from helpdesk_tui.screens.walkthrough import WalkthroughScreen

    run_screens(session, desk, first=lambda screens: WalkthroughScreen(screens, phone.id, walkthrough))


def _log_to_file() -> None:
    """With --debug, tracebacks go to a file: the screen is no place for them."""
    from platformdirs import user_state_path

    folder = user_state_path("helpdesk-tui", ensure_exists=True)
    handler = logging.FileHandler(folder / "debug.log", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.getLogger("helpdesk_tui").addHandler(handler)
