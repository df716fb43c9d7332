"""A list of rows in columns, such as settings with their values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from rich.cells import cell_len
from rich.segment import Segment
from textual.message import Message

from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.cursor_view import CursorView
from helpdesk_tui.widgets.text import fit, safe

GAP = "  "

Cell: TypeAlias = str | tuple[str, str]
"""Hostile or not. Of two texts the second is not cut: `Bakkerij Ja… +2`."""


@dataclass(frozen=True, slots=True)
class RowColumn:
    """A column of this many cells; the columns that grow share what is left over."""

    title: str
    width: int
    grows: int = 0
    right: bool = False
    from_width: int = 0
    """It is there when the list is at least this many cells wide."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line; all of it may be hostile text."""

    cells: tuple[Cell, ...]
    look: str = ""
    """`attention` or `quiet`; empty: plain."""


class RowList(CursorView):
    """Rows to choose from, under the titles of their columns."""

    HEAD = 1
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *("row-list--head", "row-list--cursor", "row-list--quiet", "row-list--attention"),
    }
    DEFAULT_CSS = """
    RowList {
        & > .row-list--head { color: $quiet; }
        & > .row-list--cursor { background: $cursor; color: $cursor-ink; text-style: $cursor-style; }
        & > .row-list--quiet { color: $quiet; }
        & > .row-list--attention { color: $attention; }
    }
    """

    @dataclass
    class Highlighted(Message):
        """The cursor is on another row (counted from 0)."""

        number: int

    @dataclass
    class Opened(Message):
        """A row was clicked twice."""

        number: int

    def __init__(self, columns: Sequence[RowColumn], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._columns = columns
        self._rows: Sequence[Row] = ()

    def set_columns(self, columns: Sequence[RowColumn]) -> None:
        """Have other columns from now on; what is shown must be given anew."""
        self._columns, self._rows = columns, ()

    def show(self, rows: Sequence[Row]) -> None:
        """Show these rows; the cursor stays."""
        if rows != self._rows:
            self._rows = rows
            self.set_total(len(rows))
            self.cursor = max(0, min(self.cursor, self.total - 1))
            self.keep_visible()
            self.refresh()

    def _widths(self) -> list[int]:
        """Of every column; 0: there is no room for it."""
        lead = 3
        there = [column for column in self._columns if self.size.width >= column.from_width]
        spare = self.room - lead - sum(column.width for column in there) - len(GAP) * len(there)
        shares = max(1, sum(column.grows for column in there))
        wide = {column: column.width + max(0, spare) * column.grows // shares for column in there}
        return [wide.get(column, 0) for column in self._columns]

    def _line(self, lead: str, cells: Sequence[Cell]) -> str:
        parts = [
            _fitted(cell, width, right=column.right)
            for cell, column, width in zip(cells, self._columns, self._widths(), strict=True)
            if width
        ]
        return fit(lead + GAP.join(parts), self.room)

    def paint_line(self, y: int) -> list[Segment]:
        base = self.rich_style
        if y < self.HEAD:
            titles = [column.title for column in self._columns]
            return [Segment(self._line("   ", titles), self.get_component_rich_style("row-list--head"))]
        number = self.top + y - self.HEAD
        if number >= len(self._rows):
            return [Segment(" " * self.room, base)]
        row = self._rows[number]
        if number == self.cursor:
            text = self._line(f" {symbols().pointer} ", row.cells)
            return [Segment(text, self.get_component_rich_style("row-list--cursor"))]
        look = self.get_component_rich_style(f"row-list--{row.look}") if row.look else base
        return [Segment(self._line("   ", row.cells), look)]

    def cursor_moved(self) -> None:
        self.post_message(self.Highlighted(self.cursor))

    def clicked(self, number: int, *, again: bool) -> None:
        self.move_to(number)
        if again:
            self.post_message(self.Opened(number))


def _fitted(cell: Cell, width: int, *, right: bool) -> str:
    """The cell, exactly this wide."""
    if isinstance(cell, str):
        return fit(cell, width, right=right)
    text, end = cell
    room = max(0, width - cell_len(end) - 1)
    return fit(f"{fit(text, min(room, cell_len(safe(text))))} {end}", width, right=right)
