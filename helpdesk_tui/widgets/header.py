"""The first line: where we are, what is shown, and how much of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from helpdesk_tui.widgets.search_field import SearchField
from helpdesk_tui.widgets.text import safe

DEMO = "DEMO"
READ_ONLY = "READ-ONLY"
VIEWER = "VIEWER"
REMOTE = "REMOTE"
SIMULATED = "SIMULATED SERVICES"


class EnvironmentPill(Static):
    """The name of the environment; one that is not production looks different."""

    DEFAULT_CSS = """
    EnvironmentPill {
        width: auto; height: 1; background: $alarm; color: $alarm-ink; text-style: $alarm-style;
        &.-production { background: $pill; color: $pill-ink; text-style: $pill-style; }
    }
    """

    def __init__(self, environment: str) -> None:
        super().__init__(Content(f" {safe(environment)} "))
        self.set_class(environment == "production", "-production")


class HeaderLine(Horizontal):
    """` Helpdesk  production   / jansen_      12 of 1,204 phones`."""

    ROOMY: ClassVar[int] = 110
    """Columns from which everything is written in full."""
    DEFAULT_CSS = """
    HeaderLine {
        height: 1;
        & > Static { width: auto; height: 1; }
        & > .header--name { text-style: bold; padding: 0 2 0 1; }
        & > .header--badges { color: $attention; text-style: bold; padding: 0 0 0 2; }
        & > .header--slash { color: $key; text-style: bold; padding: 0 0 0 2; width: 4; }
        & > .header--title { width: 1fr; padding: 0 2; }
        & > SearchField { width: 1fr; }
        & > .header--count { color: $quiet; padding: 0 1 0 2; }
        &.-tight > .header--name { display: none; }
        &.-tight > EnvironmentPill { margin-left: 1; }
    }
    """

    def __init__(
        self, environment: str, badges: Sequence[str] = (), *, title: str = "", search: SearchField | None = None
    ) -> None:
        super().__init__()
        self._environment = environment
        self._badges = tuple(badges)
        self._badge_line = Static(classes="header--badges", markup=False)
        self._title = Static(Content(safe(title)), classes="header--title")
        self._search = search
        self._count = Static(classes="header--count", markup=False)
        self._shown_count = ""

    def compose(self) -> ComposeResult:
        yield Static("Helpdesk", classes="header--name")
        yield EnvironmentPill(self._environment)
        if self._badges:
            yield self._badge_line
        if self._search is None:
            yield self._title
        else:
            yield Static("/ ", classes="header--slash")
            yield self._search
        yield self._count

    def show_title(self, title: str) -> None:
        """Change what stands in the middle (where there is no search field)."""
        self._title.update(Content(safe(title)))

    def show_count(self, count: str) -> None:
        """Change what stands at the right, such as `12 of 1,204 phones`."""
        if count != self._shown_count:
            self._shown_count = count
            self._count.update(Content(safe(count)))

    def on_resize(self, event: events.Resize) -> None:
        roomy = event.size.width >= self.ROOMY
        self.set_class(bool(self._badges) and not roomy, "-tight")
        shown = self._badges if roomy else [badge.partition(" ")[0] for badge in self._badges]
        self._badge_line.update(Content("  ".join(shown)))
