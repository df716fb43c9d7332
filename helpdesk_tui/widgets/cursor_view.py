"""Lines with a cursor on one of them: what the list of phones and the view of a settings file have in common."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from helpdesk_tui.commands import Place, bindings_for
from helpdesk_tui.themes import symbols


class CursorView(ScrollView, can_focus=True):
    """Lines `0 .. total`, painted one by one (`paint_line`), under `HEAD` lines that stay.

    The scrollbar is a sign at the end of the lines: Textual's own is written anew, cell by cell, with every change of
    the layout. A click beside the lines goes to that part of them.
    """

    HEAD: ClassVar[int] = 0
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(Place.LIST)
    COMPONENT_CLASSES: ClassVar[set[str]] = {"cursor-view--thumb"}
    DEFAULT_CSS = """
    CursorView {
        height: 1fr; overflow-x: hidden; overflow-y: scroll; scrollbar-size: 0 0; color: $ink;
        & > .cursor-view--thumb { color: $quiet; }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.total = 0
        self.cursor = 0
        """The number of the line that the cursor is on, from 0."""

    def cursor_moved(self) -> None:
        """The cursor is on another line, and that line is visible."""

    def paint_line(self, y: int) -> list[Segment]:
        """What stands in this line of the widget, exactly `room` cells wide."""
        raise NotImplementedError

    def clicked(self, number: int, *, again: bool) -> None:
        """A line was clicked; `again`: for the second time, quickly."""
        self.move_to(number)

    @property
    def page(self) -> int:
        """Lines that are visible at once, without the head."""
        return max(1, self.size.height - self.HEAD)

    @property
    def room(self) -> int:
        """Cells of a line, without the scrollbar."""
        return max(0, self.size.width - 1)

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

    def render_line(self, y: int) -> Strip:
        segments = self.paint_line(y)
        base = self.rich_style
        if y in self._thumb():
            segments.append(Segment(symbols().thumb, self.get_component_rich_style("cursor-view--thumb")))
        elif segments[-1].style == base:  # one segment less is some bytes less on every line
            segments[-1] = Segment(segments[-1].text + " ", base)
        else:
            segments.append(Segment(" ", base))
        return Strip(segments)

    def _thumb(self) -> range:
        """The lines of the widget that show which part of the whole is visible; none when that is all of it."""
        if self.total <= self.page:
            return range(0)
        length = max(1, self.page * self.page // self.total)
        start = self.HEAD + self.top * (self.page - length) // (self.total - self.page)
        return range(start, start + length)

    def on_click(self, event: events.Click) -> None:
        line = event.y - self.HEAD
        if line < 0:
            return
        if event.x >= self.room:
            self.move_to(self.total * line // self.page)
        elif self.top + line < self.total:
            self.clicked(self.top + line, again=event.chain > 1)

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
