"""What our screens are measured against: the least Textual program that shows as much, a DataTable of 100 rows."""

from __future__ import annotations

import sys
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.coordinate import Coordinate
from textual.screen import ModalScreen, Screen
from textual.widgets import Button, DataTable, Input, Label, Static

COLUMNS = ("Verdict", "Phone", "Model", "User", "Organisation", "Seen")
ROWS = [
    ("attention", f"80:5e:c0:00:00:{number:02x}", "T46S", f"Anna Jansen {200 + number}", "Bakkerij Jansen", "3 h")
    for number in range(100)
]
FIRST = ROWS[0][1]
"""Stands on the screen as soon as the rows do."""


class Details(Screen[None]):
    """One phone."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "app.pop_screen", "Back")]

    def compose(self) -> ComposeResult:
        for title, value in zip(COLUMNS, ROWS[0], strict=True):
            yield Static(f"{title}: {value}")


class Question(ModalScreen[None]):
    """A yes/no question."""

    BINDINGS: ClassVar[list[BindingType]] = [("n", "app.pop_screen", "No")]
    CSS = "Question { align: center middle; } Vertical { width: 50; height: 9; border: round $accent; }"

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Label("Activate 80:5e:c0:00:00:00 of Bakkerij Jansen?")
            yield Button("Yes, activate", variant="primary")
            yield Button("No, leave it")


class PlainTable(App[None]):
    """Search field and table, as they come."""

    BINDINGS: ClassVar[list[BindingType]] = [("slash", "search"), ("a", "ask"), ("o", "open"), ("u", "change")]

    def compose(self) -> ComposeResult:
        yield Input(placeholder="Search")
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        if len(sys.argv) > 1:
            self.theme = sys.argv[1]
        table = self.query_one(DataTable)
        table.add_columns(*COLUMNS)
        table.add_rows(ROWS)
        table.focus()

    def on_input_changed(self, changed: Input.Changed) -> None:
        table = self.query_one(DataTable)
        table.clear()
        table.add_rows(row for row in ROWS if changed.value in " ".join(row))

    def action_search(self) -> None:
        self.query_one(Input).focus()

    def action_ask(self) -> None:
        self.push_screen(Question())

    def action_open(self) -> None:
        self.push_screen(Details())

    def action_change(self) -> None:
        """Stands for what another process changed."""
        self.query_one(DataTable).update_cell_at(Coordinate(0, 5), "now")


if __name__ == "__main__":
    PlainTable().run()
