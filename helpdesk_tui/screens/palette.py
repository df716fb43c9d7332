"""The command palette: every command of the screen below, by name, with its key and why it cannot be done now."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.command import CommandInput, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.markup import escape

from helpdesk_tui.commands import Command
from helpdesk_tui.screens.base import HelpdeskScreen
from helpdesk_tui.widgets.text import safe


class Commands(Provider):
    """Offers what the registry holds for the screen below."""

    def _entries(self) -> Iterator[tuple[Command, str, partial[None]]]:
        screen = self.screen
        if isinstance(screen, HelpdeskScreen):
            for command, reason in screen.offers():
                if command.id != "palette":
                    help_text = escape(f"Not now: {safe(reason)}" if reason else command.help)
                    yield command, help_text, partial(screen.run_command, command.id)

    async def discover(self) -> Hits:
        for command, help_text, run in self._entries():
            yield DiscoveryHit(_title(command, Content(command.title)), run, command.title, help_text)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for command, help_text, run in self._entries():
            if (score := matcher.match(command.title)) > 0:
                yield Hit(score, _title(command, matcher.highlight(command.title)), run, command.title, help_text)


def _title(command: Command, title: Content) -> Content:
    title = title.stylize_before("bold")
    return Content.assemble(title, "  ", command.key) if command.keys else title


class Palette(CommandPalette):
    """Textual's palette, calm: no emoji, no blinking cursor."""

    def __init__(self) -> None:
        super().__init__([Commands], placeholder="Type the name of a command")

    def on_mount(self) -> None:
        self.query_one(CommandInput).cursor_blink = False
