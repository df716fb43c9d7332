"""The walkthroughs that nobody has ended: where each stands, and who has it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from helpdesk_tui.backend import NotFound, Run, check_note
from helpdesk_tui.commands import Place
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.live import LiveScreen
from helpdesk_tui.widgets.header import HeaderLine
from helpdesk_tui.widgets.row_list import Row, RowColumn, RowList
from helpdesk_tui.widgets.times import short_ago

COLUMNS = (
    RowColumn("Phone", 17),
    RowColumn("Walkthrough", 18, grows=2),
    RowColumn("Where", 14, grows=3),
    RowColumn("Who has it", 10, grows=1),
    RowColumn("Last", 6, right=True),
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One open run, with what the list says of it."""

    run: Run
    title: str
    where: str


class WalkthroughsScreen(LiveScreen):
    """Open walkthroughs; enter goes on with one."""

    PLACE = Place.WALKTHROUGHS
    AUTO_FOCUS = "RowList"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._listed: tuple[Listed, ...] = ()

    def compose(self) -> ComposeResult:
        yield from self.header("Open walkthroughs")
        yield Static(id="empty", markup=False)
        yield RowList(COLUMNS)
        yield from self.footer()

    def on_mount(self) -> None:
        self.query_one("#empty").display = False

    def read(self) -> None:
        walkthroughs = self.desk.walkthroughs

        def read() -> tuple[Listed, ...]:
            return tuple(
                Listed(run, walkthroughs.title(run), walkthroughs.where(run)) for run in walkthroughs.open_runs()
            )

        self.in_background("walkthroughs", read, self._show)

    def _show(self, listed: tuple[Listed, ...]) -> None:
        self._listed = listed
        now = self.desk.clock()
        rows = [
            Row((each.run.mac.colons, each.title, each.where, each.run.operator, short_ago(each.run.changed_at, now)))
            for each in listed
        ]
        self.query_one(RowList).show(rows)
        self.query_one(HeaderLine).show_count(f"{len(listed)} open")
        empty = self.query_one("#empty", Static)
        empty.display = not listed
        empty.update(Content.styled(" No walkthrough is under way: f, r or w on a phone begins one.", "$quiet"))
        self.show_commands()

    def why_not(self, command_id: str) -> str | None:
        if command_id in ("open_walkthrough", "abandon") and self._highlighted is None:
            return "No walkthrough is under way."
        return None

    @property
    def _highlighted(self) -> Run | None:
        number = self.query_one(RowList).cursor
        return self._listed[number].run if number < len(self._listed) else None

    async def action_open_walkthrough(self) -> None:
        """Go on with the highlighted run."""
        run = self._highlighted
        if run is None:
            return
        try:
            phone = await asyncio.to_thread(self.desk.phones.find, run.mac.colons)
        except NotFound as gone:
            self.say(f"{gone} X gives this walkthrough up.", "warning")
            return
        from helpdesk_tui.screens.walkthrough import WalkthroughScreen

        self.app.push_screen(WalkthroughScreen(self.session, phone.id, run.walkthrough))

    async def action_abandon(self) -> None:
        """End the highlighted run."""
        run = self._highlighted
        if run is None:
            return
        reason = await self.ask_text(f"Why is the walkthrough of {run.mac} given up?", check=check_note)
        if reason is not None:
            await asyncio.to_thread(self.desk.walkthroughs.abandon, run, reason)
            self.read()

    @on(RowList.Opened)
    def _opened(self) -> None:
        self.run_command("open_walkthrough")
