"""The boot of a phone, step by step: what is proven, what is not yet, what is overdue; and every request it made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from helpdesk_tui.assets import asset
from helpdesk_tui.backend import BootFact, BootTimeline, Proof, Request, boot_timeline
from helpdesk_tui.commands import Place
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.live import LiveScreen
from helpdesk_tui.screens.phones import GROW_OLD
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.header import HeaderLine
from helpdesk_tui.widgets.row_list import Row, RowColumn, RowList
from helpdesk_tui.widgets.rule_line import RuleLine
from helpdesk_tui.widgets.text import fit, safe
from helpdesk_tui.widgets.times import exact, to_the_second

if TYPE_CHECKING:
    from helpdesk_tui.backend import Mac

LOOKS = {
    Proof.PROVEN: "$ok",
    Proof.NOT_YET: "$waiting",
    Proof.UNSEEN: "$quiet",
    Proof.NOT_NEEDED: "$quiet",
}


COLUMNS = (
    RowColumn("When", 15),
    RowColumn("File", 24, grows=1),
    RowColumn("Answer", 19),
    RowColumn("Bytes", 8, right=True, from_width=100),
    RowColumn("By its", 17, from_width=120),
    RowColumn("From", 15, from_width=100),
)


AGENT_LINES = 2
"""Lines for what a phone calls itself."""


@dataclass(frozen=True, slots=True)
class Watched:
    """Everything this screen shows, read at one moment."""

    timeline: BootTimeline
    requests: tuple[Request, ...]
    warnings: tuple[str, ...]


class TimelineScreen(LiveScreen):
    """The latest boot of one phone, and everything it asked for."""

    PLACE = Place.TIMELINE
    CSS_PATH = asset("styles/timeline.tcss")
    AUTO_FOCUS = "RowList"
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall")]

    def __init__(self, session: Session, mac: Mac) -> None:
        super().__init__(session)
        self._mac = mac
        self._requests: tuple[Request, ...] = ()

    def compose(self) -> ComposeResult:
        yield from self.header(f"Boot of {self._mac}")
        yield Static(id="timeline", markup=False)
        yield Static(id="state", markup=False)
        yield RuleLine()
        yield RowList(COLUMNS)
        yield RuleLine()
        yield Static(id="request", markup=False)
        yield Static(Content(HOW_TO_READ), id="how-to-read")
        yield from self.footer()

    def on_mount(self) -> None:
        self.set_interval(GROW_OLD, self.read)

    def read(self) -> None:
        def read() -> Watched:
            phone = self.desk.phones.find(self._mac.colons)
            requests = self.desk.phones.requests(phone)
            timeline = boot_timeline(phone, requests, self.desk.clock())
            return Watched(timeline, requests, self.desk.phones.request_warnings(phone, requests))

        self.in_background("timeline", read, self._show)

    def _show(self, watched: Watched) -> None:
        timeline, now = watched.timeline, self.desk.clock()
        proofs = [fact.proof for fact in timeline.facts]
        proven, waited = proofs.count(Proof.PROVEN), proofs.count(Proof.NOT_YET)
        self.query_one(HeaderLine).show_count(f"{proven} of {proven + waited} proven")
        self.query_one("#timeline", Static).update(Content("\n").join([_line(fact, now) for fact in timeline.facts]))
        warnings = [Content.styled(f"{symbols().attention} {safe(text)}", "$attention") for text in watched.warnings]
        self.query_one("#state", Static).update(Content("\n").join([_state(timeline, now), *warnings]))
        self.refresh(layout=True)  # else a line that came or went may not move what is below it
        self._show_requests(watched.requests, now)

    def _show_requests(self, requests: tuple[Request, ...], now: datetime) -> None:
        """New ones come in at the top; who looks at an older one goes on looking at that."""
        rows, before = self.query_one(RowList), self._requests
        looked_at = before[rows.cursor].id if 0 < rows.cursor < len(before) else None
        self._requests = requests
        rows.show([_row(request, now) for request in requests])
        if looked_at is not None:
            rows.move_to(next((n for n, request in enumerate(requests) if request.id == looked_at), rows.cursor))
        self._show_request()

    @on(RowList.Highlighted)
    def _show_request(self) -> None:
        """What the highlighted request says of its sender."""
        number = self.query_one(RowList).cursor
        lines = [Content("It has asked for nothing that we know of.")]
        if number < len(self._requests):
            request = self._requests[number]
            odd = f"{symbols().attention} {safe(request.note)}. " if request.note else ""
            agent = fit(request.user_agent, max(40, (self.size.width - 2) * AGENT_LINES - 60)).rstrip()
            said = f"It calls itself: {agent}" if agent else "It does not say what it is."
            how = f"{request.bytes:,} bytes by its {request.via.address}, from {safe(request.address) or 'nowhere'}"
            lines = [Content(how), Content.assemble((odd, "$attention"), said)]
        self.query_one("#request", Static).update(Content("\n").join(lines))


def _state(timeline: BootTimeline, now: datetime) -> Content:
    if timeline.began_at is None:
        return Content("The phone has never reached us.")
    if timeline.overdue_since:
        late = exact(timeline.overdue_since, now)
        text = f"{symbols().attention} overdue: it should have asked again by {late}."
        return Content.styled(text, "$attention")
    return Content(f"Its latest start reached us at {exact(timeline.began_at, now)}.")


def _line(fact: BootFact, now: datetime) -> Content:
    shown = symbols()
    sign = {Proof.PROVEN: shown.ok, Proof.NOT_YET: shown.waiting}.get(fact.proof, shown.none)
    parts = (() if fact.proof is Proof.PROVEN else (fact.proof.value,)) + ((fact.evidence,) if fact.evidence else ())
    time = f"{to_the_second(fact.at, now)}  " if fact.at else ""
    look = LOOKS[fact.proof]
    return Content.assemble((f"{sign} {fit(fact.step, 30)}", look), f" {time}", (safe(": ".join(parts)), look))


def _row(request: Request, now: datetime) -> Row:
    answer = f"{request.status} {request.outcome}" + (f" {symbols().attention}" if request.note else "")
    cells = (
        to_the_second(request.at, now),
        request.file or "its folder",
        answer,
        f"{request.bytes:,}",
        request.via.address,
        request.address or symbols().none,
    )
    return Row(cells, "attention" if request.in_vain or request.note else "")


HOW_TO_READ = """\
A request that reaches us proves everything before it: power, network, DNS, and a clock that lets certificates be valid.
A phone may start several times; nobody touches it until its display has been idle for about 30 seconds."""
