"""The list of phones: it holds a window of rows over all that match, and paints only the lines that changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.message import Message

from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.cursor_view import CursorView
from helpdesk_tui.widgets.text import fit

WINDOW = 100
"""Rows that are asked for at once: a few screens, read in some milliseconds."""


@dataclass(frozen=True, slots=True)
class PhoneRow:
    """What the list shows of one phone; all of it may be hostile text."""

    key: str
    """What its owner knows the phone by."""
    verdict: str
    """`ok`, `waiting` or `attention`."""
    mac: str
    model: str = ""
    user: str = ""
    organisation: str = ""
    seen: str = ""
    """Relative: `2 d`."""
    name: str = ""
    step: str = ""
    firmware: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. It is there when the table is at least `from_width` cells wide."""

    title: str
    field: str
    width: int
    from_width: int = 0
    grows: int = 0
    """Its share of the room that is left over."""
    right: bool = False
    gap: int = 2
    """Blanks before it."""


COLUMNS = (
    Column("Verdict", "verdict", 9, gap=0),
    Column("Phone", "mac", 17),
    Column("Name", "name", 10, from_width=104, grows=1),
    Column("Model", "model", 7, gap=1),
    Column("User", "user", 6, grows=1),
    Column("Organisation", "organisation", 6, grows=1),
    Column("Step", "step", 11, from_width=92),
    Column("Firmware", "firmware", 14, from_width=124),
    Column("Seen", "seen", 6, right=True, gap=1),
)
LEAD = 3
"""Cells before the first column: the mark, the shape of the verdict, and a blank."""


@cache
def fit_columns(width: int) -> tuple[tuple[Column, int], ...]:
    """The columns that have room in `width` cells, each with its own width; together they fill it exactly."""
    there = [column for column in COLUMNS if width >= column.from_width]
    spare = max(0, width - LEAD - sum(column.gap + column.width for column in there))
    shares = sum(column.grows for column in there)
    fitted: list[tuple[Column, int]] = []
    for column in there:
        extra = spare * column.grows // shares if shares else 0
        spare, shares = spare - extra, shares - column.grows
        fitted.append((column, column.width + extra))
    return tuple(fitted)


class PhoneTable(CursorView):
    """Rows `0 .. total`, of which a window is known; the owner is asked for the rest by `WindowWanted`."""

    HEAD = 1
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *("phone-table--head", "phone-table--cursor", "phone-table--mark"),
        *("phone-table--ok", "phone-table--waiting", "phone-table--attention"),
    }
    DEFAULT_CSS = """
    PhoneTable {
        & > .phone-table--head { color: $quiet; }
        & > .phone-table--cursor { background: $cursor; color: $cursor-ink; text-style: $cursor-style; }
        & > .phone-table--mark { color: $key; text-style: bold; }
        & > .phone-table--ok { color: $ok; }
        & > .phone-table--waiting { color: $waiting; }
        & > .phone-table--attention { color: $attention; text-style: bold; }
    }
    """

    @dataclass
    class WindowWanted(Message):
        """These rows are needed: answer with `set_window`."""

        offset: int
        limit: int

    @dataclass
    class Highlighted(Message):
        """The cursor stands on another phone (or on none)."""

        row: PhoneRow | None

    @dataclass
    class Opened(Message):
        """The operator wants to see this phone."""

        key: str

    @dataclass
    class Marked(Message):
        """The set of marked phones changed."""

        keys: frozenset[str]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.marked: frozenset[str] = frozenset()
        self._offset = 0
        self._rows: tuple[PhoneRow, ...] = ()
        self._asked = (0, 0)
        """Offset and limit of what was last asked for or given."""
        self._highlighted: PhoneRow | None = None

    # What the owner uses ----------------------------------------------------------------------------------------

    @property
    def highlighted(self) -> PhoneRow | None:
        """The phone under the cursor; None when there is none, or it is not read yet."""
        return self._row(self.cursor)

    @property
    def window(self) -> tuple[int, int]:
        """The offset and limit to read again when the data changed: around what is visible."""
        return max(0, self.top - (WINDOW - self.page) // 2), WINDOW

    def start(self, rows: Sequence[PhoneRow], total: int) -> None:
        """Show the answer of a new search, from its top."""
        self._asked = (0, len(rows))
        self._fill(0, rows, total, cursor=0)

    def set_window(self, offset: int, rows: Sequence[PhoneRow], total: int) -> None:
        """Show fresh rows in place; the cursor stays on its phone as long as that is among them."""
        self._asked = (offset, WINDOW)
        cursor = self.cursor
        if old := self.highlighted:
            cursor = next((offset + place for place, row in enumerate(rows) if row.key == old.key), cursor)
        self._fill(offset, rows, total, cursor=cursor)

    def clear_marks(self) -> None:
        """Unmark all phones."""
        self._set_marks(frozenset())

    # Rows and cursor ------------------------------------------------------------------------------------------------

    def _row(self, number: int) -> PhoneRow | None:
        place = number - self._offset
        return self._rows[place] if 0 <= place < len(self._rows) else None

    def _fill(self, offset: int, rows: Sequence[PhoneRow], total: int, *, cursor: int) -> None:
        before = self._visible()
        self._offset, self._rows = offset, tuple(rows)
        self.cursor = max(0, min(cursor, total - 1))
        if total != self.total:
            self.set_total(total)
        self.keep_visible()
        for number, looks in self._visible().items():
            if before.get(number) != looks:
                self.refresh_row(number)
        self._ask()
        self._tell()

    def _visible(self) -> dict[int, tuple[PhoneRow | None, bool]]:
        """What is painted now, by row number: the row, and whether the cursor is on it."""
        numbers = range(self.top, self.top + self.page)
        return {number: (self._row(number), number == self.cursor) for number in numbers}

    def cursor_moved(self) -> None:
        self._ask()
        self._tell()

    def _ask(self) -> None:
        """Ask for rows that are visible and unknown, unless their answer is on its way."""
        first, last = self.top, min(self.top + self.page, self.total) - 1
        if last < 0 or (self._row(first) and self._row(last)):
            return
        offset, limit = self._asked
        if not offset <= first <= last < offset + limit:
            self._asked = self.window
            self.post_message(self.WindowWanted(*self.window))

    def _tell(self) -> None:
        row = self.highlighted
        if row != self._highlighted and (row is not None or self.total == 0):
            self._highlighted = row
            self.post_message(self.Highlighted(row))

    def _set_marks(self, keys: frozenset[str]) -> None:
        if keys != self.marked:
            changed = keys ^ self.marked
            self.marked = keys
            for place, row in enumerate(self._rows):
                if row.key in changed:
                    self.refresh_row(self._offset + place)
            self.post_message(self.Marked(keys))

    # Painting -------------------------------------------------------------------------------------------------------

    def paint_line(self, y: int) -> list[Segment]:
        if y == 0:
            return self._paint_head()
        number = self.top + y - 1
        base = self.rich_style
        if number >= self.total:
            return [Segment(" " * self.room, base)]
        row = self._row(number)
        if row is None:
            return [Segment(fit(" " * LEAD + symbols().ellipsis, self.room), base)]
        return self._paint_row(row, base, on_cursor=number == self.cursor)

    def _paint_head(self) -> list[Segment]:
        titles = "".join(self._cell(column, column.title, width) for column, width in fit_columns(self.room))
        look = self.get_component_rich_style("phone-table--head")
        return [Segment(fit(" " * LEAD + titles, self.room), look)]

    def _paint_row(self, row: PhoneRow, base: Style, *, on_cursor: bool) -> list[Segment]:
        """As few segments as its looks need: every change of style costs bytes on the line."""
        shown = symbols()
        mark = shown.mark if row.key in self.marked else " "
        verdict, *others = (
            self._cell(column, attrgetter(column.field)(row), width) for column, width in fit_columns(self.room)
        )
        sign = f"{shown.verdict(row.verdict)} {verdict}"
        rest = fit("".join(others), self.room - LEAD - len(verdict))
        if on_cursor:
            return [Segment(f"{mark}{sign}{rest}", self.get_component_rich_style("phone-table--cursor"))]
        marked = self.get_component_rich_style("phone-table--mark") if mark != " " else base
        looks = self.get_component_rich_style(f"phone-table--{row.verdict}", default=base)
        return [Segment(mark, marked), Segment(sign, looks), Segment(rest, base)]

    def _cell(self, column: Column, text: str, width: int) -> str:
        return " " * column.gap + fit(text, width, right=column.right)

    # Events and actions ---------------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        self._ask()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._ask()  # the mouse wheel and the scrollbar scroll without the cursor

    def clicked(self, number: int, *, again: bool) -> None:
        row = self._row(number)
        if again and row and number == self.cursor:
            self.post_message(self.Opened(row.key))
        self.move_to(number)

    def action_open(self) -> None:
        """Post `Opened` for the highlighted phone."""
        if row := self.highlighted:
            self.post_message(self.Opened(row.key))

    def action_mark(self) -> None:
        """Mark or unmark the highlighted phone, and go to the next."""
        if row := self.highlighted:
            self._set_marks(self.marked ^ {row.key})
            self.move_to(self.cursor + 1)
