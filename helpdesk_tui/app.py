"""The program on the screen: themes, keys that work everywhere, and the first screen."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from types import MappingProxyType
from typing import ClassVar

from textual import events, on
from textual.app import App
from textual.binding import BindingType
from textual.scrollbar import ScrollBar, ScrollBarRender

from helpdesk_tui.assets import asset
from helpdesk_tui.commands import Keymap, Place, bindings_for, press, textual_keymap, use_keys
from helpdesk_tui.screens.base import UNEXPECTED, HelpdeskScreen, Session
from helpdesk_tui.screens.environments import EnvironmentChosen
from helpdesk_tui.terminal import check_terminal, end_on_signals, has_job_control, suspend_only_if
from helpdesk_tui.themes import THEME_NAMES, THEMES, choose_theme, symbols

log = logging.getLogger("helpdesk_tui")


class PlainScrollBar(ScrollBarRender):
    """Ends at whole cells, for consoles without block characters."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8


class HelpdeskApp(App[int]):
    """Owns the session; all that is particular is in the screens."""

    TITLE = "Helpdesk"
    CSS_PATH = asset("styles/app.tcss")
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(Place.EVERYWHERE)
    ENABLE_COMMAND_PALETTE = False  # we open our own
    ALLOW_SELECT = False  # the clipboard key works over SSH; shift and drag selects in the terminal

    def __init__(
        self,
        session: Session,
        first: Callable[[Session], HelpdeskScreen],
        *,
        theme: str = "auto",
        keys: Keymap = MappingProxyType({}),
    ) -> None:
        # With NO_COLOR Textual must leave the terminal's own colours alone, or its grey ones are illegible.
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.session = session
        self._first = first
        use_keys(keys)
        self.set_keymap(textual_keymap())
        for ours in THEMES:
            self.register_theme(ours)
        self.theme = choose_theme(theme, os.environ)
        self.set_class(symbols().ascii, "-ascii")
        ScrollBar.renderer = PlainScrollBar if symbols().ascii else ScrollBarRender

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our styles' variables, for the moments in which another theme is active."""
        return dict(THEMES[0].variables)

    def on_mount(self) -> None:
        self.animation_level = "none"
        if self._driver is not None and not self.is_headless:
            end_on_signals(lambda status: self.exit(status, return_code=status))
            suspend_only_if(lambda: self.can_suspend)
        self.push_screen(self._first(self.session))

    async def on_event(self, event: events.Event) -> None:
        """While a yes/no question stands, every key is for it."""
        key = event.key if isinstance(event, events.Key) and not event.is_forwarded else ""
        if not (key and isinstance(self.screen, HelpdeskScreen) and self.screen.take_key(key)):
            await super().on_event(event)

    @property
    def can_suspend(self) -> bool:
        """Whether there is a shell to go back to, and one of the operator's own."""
        return self.is_headless or (self.session.own_account and has_job_control())

    # Commands that work everywhere ----------------------------------------------------------------------------------

    def action_run(self, command_id: str) -> None:
        """What the keys of `Place.EVERYWHERE` do."""
        if isinstance(self.screen, HelpdeskScreen):
            self.screen.run_command(command_id)

    def action_help(self) -> None:
        """Show what can be done on this screen."""
        from helpdesk_tui.screens.help import HelpScreen

        if isinstance(self.screen, HelpdeskScreen) and not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen))

    def action_palette(self) -> None:
        """Find a command by its name."""
        from helpdesk_tui.screens.palette import Palette

        self.push_screen(Palette())

    async def action_theme(self) -> None:
        """Choose other colours for this session."""
        if isinstance(self.screen, HelpdeskScreen):
            names = [(name, name) for name in THEME_NAMES]
            if chosen := await self.screen.choose("Which theme?", names, first=self.theme):
                self.theme = choose_theme(chosen, os.environ)

    def action_suspend(self) -> None:
        """Go back to the shell."""
        self.action_suspend_process()

    def action_help_quit(self) -> None:
        """Ctrl+c does not quit: hands that copy in another program hit it here too."""
        if isinstance(self.screen, HelpdeskScreen):
            self.screen.say(f"Press {press('quit')} to quit.")

    @on(EnvironmentChosen)
    async def _switch_environment(self, chosen: EnvironmentChosen) -> None:
        """Go on in another environment: its first screen, and the chosen phone there."""
        was = self.session
        self.session = Session.of(
            chosen.desk, caller=was.caller, environments=was.environments, own_account=was.own_account
        )
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        await self.push_screen(self._first(self.session))
        if chosen.phone_id is not None:
            from helpdesk_tui.screens.phone import PhoneScreen

            await self.push_screen(PhoneScreen(self.session, chosen.phone_id))

    # Errors ---------------------------------------------------------------------------------------------------------

    def _fatal_error(self) -> None:
        """Textual's own prints a traceback with all local variables: secrets among them."""
        log.critical("unexpected error", exc_info=True)
        self.panic(UNEXPECTED)


def run(
    session: Session,
    first: Callable[[Session], HelpdeskScreen],
    *,
    theme: str = "auto",
    keys: Keymap = MappingProxyType({}),
    mouse: bool = True,
) -> int:
    """Show `first` and what it opens until the operator leaves; the exit status.

    Raises HelpdeskError where there is no usable terminal.
    """
    check_terminal(os.environ)
    app = HelpdeskApp(session, first, theme=theme, keys=keys)
    app.run(mouse=mouse)
    return app.return_code or 0
