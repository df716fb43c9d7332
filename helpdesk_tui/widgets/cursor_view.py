"""Lines with a cursor on one of them: what the list of phones and the view of a settings file have in common."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView

from helpdesk_tui.commands import Place, bindings_for


class CursorView(ScrollView, can_focus=True):
    """Lines `0 .. total`, painted one by one (`render_line`), under `HEAD` lines that stay."""

    HEAD: ClassVar[int] = 0
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(Place.LIST)
    DEFAULT_CSS = """
    CursorView { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; color: $ink; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.total = 0
        self.cursor = 0
        """The number of the line that the cursor is on, from 0."""

    def cursor_moved(self) -> None:
        """The cursor is on another line, and that line is visible."""

    @property
    def page(self) -> int:
        """Lines that are visible at once, without the head."""
        return max(1, self.size.height - self.HEAD)

    @property
    def room(self) -> int:
        """Cells of a line, without the scrollbar."""
        return self.scrollable_content_region.width

    @property
    def top(self) -> int:
        """The first visible line."""
        return self.scroll_offset.y

    def move_to(self, number: int) -> None:
        """Put the cursor on this line, or on the nearest that there is."""
        number = max(0, min(number, self.total - 1))
        if number != self.cursor:
            self.refresh_row(self.cursor)
            self.cursor = number
            self.refresh_row(number)
            self.keep_visible()
            self.cursor_moved()

    def keep_visible(self) -> None:
        """When the cursor leaves what is visible, jump by half a page: one repaint for many moves."""
        top = self.top
        if not top <= self.cursor < top + self.page:
            top = self.cursor - self.page // 2
        top = max(0, min(top, self.total - self.page))
        if top != self.top:
            self.scroll_to(y=top, animate=False)

    def refresh_row(self, number: int) -> None:
        """Paint this line again, if it is visible."""
        if self.top <= number < self.top + self.page:
            self.refresh_line(number + self.HEAD)

    def set_total(self, total: int) -> None:
        """There are this many lines now."""
        self.total = total
        self.virtual_size = Size(self.room, total + self.HEAD)

    def on_resize(self) -> None:
        self.set_total(self.total)
        self.keep_visible()

    def action_cursor_up(self) -> None:
        self.move_to(self.cursor - 1)

    def action_cursor_down(self) -> None:
        self.move_to(self.cursor + 1)

    def action_half_up(self) -> None:
        self.move_to(self.cursor - self.page // 2)

    def action_half_down(self) -> None:
        self.move_to(self.cursor + self.page // 2)

    def action_page_up(self) -> None:
        self.move_to(self.cursor - self.page)

    def action_page_down(self) -> None:
        self.move_to(self.cursor + self.page)

    def action_first(self) -> None:
        self.move_to(0)

    def action_last(self) -> None:
        self.move_to(self.total - 1)
