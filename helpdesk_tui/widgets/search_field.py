"""The search field: typing filters, up and down move in the list that it filters."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from helpdesk_tui.widgets.cursor_view import CursorView

LONGEST_SEARCH = 200
"""Characters. What is pasted by mistake may be a book, and arrives as keys where the terminal does not mark it."""


class SearchField(Input):
    """Posts Input's own `Changed` and `Submitted`; escape gives the focus to the list and keeps the search."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "pass_on('cursor_up')", "Up", show=False),
        Binding("down", "pass_on('cursor_down')", "Down", show=False),
        Binding("pageup", "pass_on('page_up')", "Page up", show=False),
        Binding("pagedown", "pass_on('page_down')", "Page down", show=False),
        Binding("escape", "leave", "To the list", show=False),
    ]

    def __init__(self, value: str = "", *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(value, placeholder=placeholder, compact=True, select_on_focus=False, id=id)
        self.cursor_blink = False  # a blink is half a kilobyte a second

    def insert_text_at_cursor(self, text: str) -> None:
        """What is typed or pasted, as far as there is room."""
        super().insert_text_at_cursor(text[: max(0, LONGEST_SEARCH - len(self.value))])

    def action_pass_on(self, action: str) -> None:
        """Do this in the list."""
        view = self.screen.query_one(CursorView)
        getattr(view, f"action_{action}")()

    def action_leave(self) -> None:
        """Give the focus to the list."""
        self.screen.query_one(CursorView).focus()
