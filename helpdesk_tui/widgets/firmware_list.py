"""The list of firmware that can be selected, one version a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual.message import Message

from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.cursor_view import CursorView
from helpdesk_tui.widgets.text import fit

STATE_WIDTH = 16
VERSION_WIDTH = 22


@dataclass(frozen=True, slots=True)
class FirmwareRow:
    """One line; all of it may be hostile text."""

    label: str
    """The version, or the words for none."""
    comparison: str
    state: str
    """`asks first`, `refused`, `selected now`, or for several phones their numbers."""
    look: str = ""
    """`attention` or `quiet`; empty: plain."""
    selected: bool = False


class FirmwareList(CursorView):
    """Firmware to choose from."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *("firmware-list--cursor", "firmware-list--selected"),
        *("firmware-list--quiet", "firmware-list--attention"),
    }
    DEFAULT_CSS = """
    FirmwareList {
        & > .firmware-list--cursor { background: $cursor; color: $cursor-ink; text-style: $cursor-style; }
        & > .firmware-list--selected { color: $key; text-style: bold; }
        & > .firmware-list--quiet { color: $quiet; }
        & > .firmware-list--attention { color: $attention; }
    }
    """

    @dataclass
    class Highlighted(Message):
        """The cursor is on another line (counted from 0)."""

        line: int

    @dataclass
    class Opened(Message):
        """A line was clicked twice."""

        line: int

    def __init__(self) -> None:
        super().__init__()
        self._rows: Sequence[FirmwareRow] = ()

    def show(self, rows: Sequence[FirmwareRow]) -> None:
        """Show these lines; the cursor stays."""
        self._rows = rows
        self.set_total(len(rows))
        self.cursor = max(0, min(self.cursor, self.total - 1))
        self.keep_visible()
        self.refresh()

    def paint_line(self, y: int) -> list[Segment]:
        number, base = self.top + y, self.rich_style
        if number >= len(self._rows):
            return [Segment(" " * self.room, base)]
        row = self._rows[number]
        sign = symbols().attention if row.look == "attention" else " "
        lead = f" {symbols().mark if row.selected else ' '} "
        # Several phones need more words for their state, and no comparison.
        state_width = max(STATE_WIDTH, self.room - 3 - 2 - VERSION_WIDTH - 2 - len(row.comparison) - 1)
        rest_width = max(0, self.room - len(lead) - 2 - VERSION_WIDTH - state_width)
        text = f"{sign} {fit(row.label, VERSION_WIDTH)}{fit(row.comparison, rest_width)}"
        state = f"{fit(row.state, state_width - 1, right=True)} "
        if number == self.cursor:
            return [Segment(lead + text + state, self.get_component_rich_style("firmware-list--cursor"))]
        look = self.get_component_rich_style(f"firmware-list--{row.look}") if row.look else base
        quiet = self.get_component_rich_style("firmware-list--quiet") if row.look == "quiet" else base
        marked = self.get_component_rich_style("firmware-list--selected") if row.selected else base
        return [Segment(lead, marked), Segment(text, quiet), Segment(state, marked if row.selected else look)]

    def cursor_moved(self) -> None:
        self.post_message(self.Highlighted(self.cursor))

    def clicked(self, number: int, *, again: bool) -> None:
        self.move_to(number)
        if again:
            self.post_message(self.Opened(number))
