"""What changes in a settings file, line by line and with secrets masked; and the asking before a change."""

from __future__ import annotations

from textual.app import ComposeResult

from helpdesk_tui.backend import ComparedLine, FileComparison, Side
from helpdesk_tui.commands import Place
from helpdesk_tui.screens.base import HelpdeskScreen, Session
from helpdesk_tui.widgets.code_view import CodeView
from helpdesk_tui.widgets.header import HeaderLine
from helpdesk_tui.widgets.highlight import Line
from helpdesk_tui.widgets.text import safe

LOOKS = {Side.OLD: "removed", Side.NEW: "added", Side.SECTION: "comment"}


class ComparisonScreen(HelpdeskScreen):
    """The lines that differ between two settings files."""

    PLACE = Place.COMPARISON
    AUTO_FOCUS = "CodeView"

    def __init__(self, session: Session, title: str, comparison: FileComparison) -> None:
        super().__init__(session)
        self._title = title
        self._comparison = comparison

    def compose(self) -> ComposeResult:
        yield from self.header(self._title)
        yield CodeView([_line(line) for line in self._comparison.lines])
        yield from self.footer()

    def on_mount(self) -> None:
        self.query_one(HeaderLine).show_count(self._comparison.summary)

    def action_copy(self) -> None:
        """Send the lines to the clipboard."""
        self.copy("".join(f"{line}\n" for line in self._comparison.lines), "the comparison, with secrets masked")

    def action_back(self) -> None:
        """Leave; whoever waits for that goes on."""
        self.dismiss(None)


def _line(line: ComparedLine) -> Line:
    return [(LOOKS[line.side], safe(str(line)))]


class AsksFirst(HelpdeskScreen):
    """A screen that shows what a change does before it is made."""

    async def agree(self, title: str, detail: str, comparison: FileComparison | None, *, yes: str) -> bool:
        """Whether the operator wants the change; they may look at what it does first, as often as they like."""
        look = []
        if comparison is not None and comparison.lines:
            look = [("look", f"Show what changes, line by line ({comparison.summary})")]
        options = [("yes", yes), *look, ("no", "No, leave it")]
        question = f"{self.session.environment}: {title} {detail}".rstrip()
        while True:
            answer = await self.choose(question, options, first="look" if look else "no")
            if answer != "look" or comparison is None:
                return answer == "yes"
            await self.app.push_screen_wait(ComparisonScreen(self.session, title, comparison))


def phones(count: int) -> str:
    """`1 phone`, `12 phones`."""
    return f"{count:,} phone{'' if count == 1 else 's'}"
