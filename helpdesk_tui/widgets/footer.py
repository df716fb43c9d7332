"""The last line: the keys that work here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from helpdesk_tui.commands import Command

Offer: TypeAlias = tuple[Command, str | None]
"""A command, and why it cannot be done now (None: it can)."""


def fit_offers(offers: Sequence[Offer], width: int) -> list[Offer]:
    """The most important commands that fit in `width` cells, in the order in which they were offered."""
    room = width - 1
    kept: set[str] = set()
    for command, _ in sorted(
        (offer for offer in offers if offer[0].footer and offer[0].keys), key=lambda offer: offer[0].rank
    ):
        room -= _cells(command)
        if room < 0:
            break
        kept.add(command.id)
    return [offer for offer in offers if offer[0].id in kept]


def _cells(command: Command) -> int:
    return cell_len(command.key) + 1 + cell_len(command.footer) + len(FooterLine.GAP)


class FooterLine(Widget):
    """Keys with their names, clickable; what cannot be done now is dim, and says why when it is tried."""

    GAP: ClassVar[str] = "  "
    COMPONENT_CLASSES: ClassVar[set[str]] = {"footer--key", "footer--off"}
    DEFAULT_CSS = """
    FooterLine {
        dock: bottom; height: 1; color: $ink;
        & > .footer--key { color: $key; text-style: bold; }
        & > .footer--off { color: $quiet; text-style: dim; }
    }
    """

    @dataclass
    class Pressed(Message):
        """A command was clicked."""

        command: str

    def __init__(self, offered: Callable[[], Sequence[Offer]]) -> None:
        super().__init__()
        self._offered = offered
        self._offers: Sequence[Offer] = ()

    def show(self) -> None:
        """Ask again what can be done, and paint if that changed."""
        offers = fit_offers(self._offered(), self.size.width)
        if offers != self._offers:
            self._offers = offers
            self.refresh()

    def on_resize(self) -> None:
        self.show()

    def render_line(self, y: int) -> Strip:
        base = self.rich_style
        segments = [Segment(" ", base)]
        for command, reason in self._offers:
            key = self.get_component_rich_style("footer--off" if reason else "footer--key")
            name = self.get_component_rich_style("footer--off") if reason else base
            segments += [Segment(command.key, key), Segment(f" {command.footer}{self.GAP}", name)]
        return Strip(segments).adjust_cell_length(self.size.width, base)

    def on_click(self, event: events.Click) -> None:
        at = 1
        for command, _ in self._offers:
            if at <= event.x < at + _cells(command) - len(self.GAP):
                self.post_message(self.Pressed(command.id))
                return
            at += _cells(command)
