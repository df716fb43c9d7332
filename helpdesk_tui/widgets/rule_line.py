"""A quiet line across the screen."""

from __future__ import annotations

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from helpdesk_tui.themes import symbols


class RuleLine(Widget):
    """One line of `─`, or of `-` on consoles that have nothing better."""

    DEFAULT_CSS = "RuleLine { height: 1; color: $rule; }"

    def render_line(self, y: int) -> Strip:
        return Strip([Segment(symbols().rule * self.size.width, self.rich_style)])
