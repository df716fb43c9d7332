"""A text file to read: colours, line numbers, a cursor on one line, and search."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.cursor_view import CursorView
from helpdesk_tui.widgets.highlight import STYLES, Line

STEP_ASIDE = 16
"""Cells by which left and right shift long lines."""


@dataclass(frozen=True, slots=True, order=True)
class Match:
    """Where the searched text stands: line and characters, from 0."""

    line: int
    start: int
    end: int


class CodeView(CursorView):
    """Shows highlighted lines (`highlight_lines`); long ones are shifted with left and right."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "aside(-1)", "Left", show=False),
        Binding("right,l", "aside(1)", "Right", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *("code-view--gutter", "code-view--cursor", "code-view--found", "code-view--current"),
        *(f"code-view--{style}" for style in STYLES),
    }
    DEFAULT_CSS = """
    CodeView {
        & > .code-view--gutter { color: $quiet; }
        & > .code-view--cursor { color: $key; text-style: bold; }
        & > .code-view--found { background: $found; color: $found-ink; text-style: $found-style; }
        & > .code-view--current { background: $pill; color: $pill-ink; text-style: $pill-style; }
        & > .code-view--name { color: $code-name; }
        & > .code-view--string { color: $code-string; }
        & > .code-view--number { color: $code-number; }
        & > .code-view--keyword { color: $code-keyword; }
        & > .code-view--comment { color: $quiet; }
        & > .code-view--added { color: $ok; }
        & > .code-view--removed { color: $error; }
    }
    """

    @dataclass
    class CursorMoved(Message):
        """The cursor is on another line (counted from 0)."""

        line: int

    @dataclass
    class Searched(Message):
        """What a search found: the match under the cursor (from 1; 0: none) out of `total`."""

        text: str
        number: int
        total: int

    def __init__(self, lines: Sequence[Line] = (), *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._aside = 0
        self._text = ""
        self._origin = 0
        self._current: Match | None = None
        self.matches: list[Match] = []
        self._set(lines)

    # What the owner uses --------------------------------------------------------------------------------------------

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines; the cursor and the search stay as they are as far as possible."""
        self._set(lines)
        self.cursor = max(0, min(self.cursor, self.total - 1))
        self.keep_visible()
        self.refresh()
        self.find(self._text)

    def line_text(self, number: int) -> str:
        """The text of a line, without its colours."""
        return self._plain[number]

    def find(self, text: str) -> None:
        """Mark all that matches (in any case of letters) and go to the first from where the search began.

        Call it with every change of the text; with an empty one the search is over.
        """
        if not self._text:
            self._origin = self.cursor
        self._text = text
        pattern = re.compile(re.escape(text), re.IGNORECASE)
        self.matches = [
            Match(number, found.start(), found.end())
            for number, line in enumerate(self._plain if text else ())
            for found in pattern.finditer(line)
        ]
        at = bisect_left(self.matches, Match(self._origin, 0, 0))
        self._go_to_match(at)

    def find_next(self) -> None:
        """Go to the next match, from the last to the first."""
        self._go_to_match(bisect_right(self.matches, self._here(after=True)))

    def find_previous(self) -> None:
        """Go to the match before, from the first to the last."""
        self._go_to_match(bisect_left(self.matches, self._here(after=False)) - 1)

    # Lines and search -----------------------------------------------------------------------------------------------

    def _set(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._plain = ["".join(text for _, text in line) for line in lines]
        self._gutter = len(str(max(1, len(lines)))) + 2
        self.set_total(len(lines))

    def _here(self, *, after: bool) -> Match:
        """Where to search on from: the current match, or the cursor when it was moved away from that."""
        if self._current is not None and self._current.line == self.cursor:
            return self._current
        return Match(self.cursor + 1, -1, -1) if after else Match(self.cursor, 0, 0)

    def _go_to_match(self, place: int) -> None:
        total = len(self.matches)
        self._current = self.matches[place % total] if total else None
        self.refresh()
        if self._current is not None:
            self.move_to(self._current.line)
            self._shift_to(self._current)
        self.post_message(self.Searched(self._text, place % total + 1 if total else 0, total))

    def _shift_to(self, match: Match) -> None:
        """Shift the lines so that the match can be seen."""
        before = cell_len(self._plain[match.line][: match.start])
        until = before + cell_len(self._plain[match.line][match.start : match.end])
        room = self.room - self._gutter
        if not (self._aside <= before and until <= self._aside + room):
            self._aside = max(0, until - room + STEP_ASIDE) if until > room else 0

    def cursor_moved(self) -> None:
        self.post_message(self.CursorMoved(self.cursor))

    # Painting -------------------------------------------------------------------------------------------------------

    def paint_line(self, y: int) -> list[Segment]:
        number, width = self.top + y, self.room
        if number >= self.total:
            return [Segment(" " * width, self.rich_style)]
        line = Strip(self._pieces(number))
        on_cursor = number == self.cursor
        pointer = symbols().pointer if on_cursor else " "
        look = self.get_component_rich_style("code-view--cursor" if on_cursor else "code-view--gutter")
        gutter = Segment(f"{number + 1:>{self._gutter - 2}}{pointer} ", look)
        room = max(0, width - self._gutter)
        return [gutter, *line.crop_extend(self._aside, self._aside + room, self.rich_style)]

    def _pieces(self, number: int) -> list[Segment]:
        pieces = [
            Segment(text, self.get_component_rich_style(f"code-view--{style}")) for style, text in self._lines[number]
        ]
        first = bisect_left(self.matches, Match(number, 0, 0))
        last = bisect_left(self.matches, Match(number + 1, 0, 0))
        return self._with_matches(pieces, self.matches[first:last]) if first < last else pieces

    def _with_matches(self, pieces: list[Segment], matches: Sequence[Match]) -> list[Segment]:
        found = self.get_component_rich_style("code-view--found")
        current = self.get_component_rich_style("code-view--current")
        marked: list[Segment] = []
        at = 0
        for text, style, _ in pieces:
            end = at + len(text)
            while at < end:
                match = next((match for match in matches if match.end > at), None)
                if match is None or match.start >= end:
                    stop, look = end, style
                elif match.start > at:
                    stop, look = match.start, style
                else:
                    stop, look = min(end, match.end), current if match == self._current else found
                marked.append(Segment(text[: stop - at], look))
                text, at = text[stop - at :], stop
        return marked

    # Events and actions ---------------------------------------------------------------------------------------------

    def action_aside(self, direction: int) -> None:
        """Shift long lines, so that their ends can be read."""
        room = self.room - self._gutter
        longest = max(
            (cell_len(self._plain[n]) for n in range(self.top, min(self.top + self.page, self.total))), default=0
        )
        aside = min(self._aside + direction * STEP_ASIDE, max(0, longest - room + STEP_ASIDE // 2))
        if (aside := max(0, aside)) != self._aside:
            self._aside = aside
            self.refresh()
