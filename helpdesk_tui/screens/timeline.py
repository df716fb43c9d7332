"""The boot of a phone, step by step: what is proven, what is not yet, what is overdue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from helpdesk_tui.assets import asset
from helpdesk_tui.backend import BootFact, BootTimeline, Proof, boot_timeline
from helpdesk_tui.commands import Place
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.live import LiveScreen
from helpdesk_tui.screens.phones import GROW_OLD
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.header import HeaderLine
from helpdesk_tui.widgets.rule_line import RuleLine
from helpdesk_tui.widgets.text import fit, safe
from helpdesk_tui.widgets.times import exact

if TYPE_CHECKING:
    from helpdesk_tui.backend import Mac

LOOKS = {
    Proof.PROVEN: "$ok",
    Proof.NOT_YET: "$waiting",
    Proof.UNSEEN: "$quiet",
    Proof.NOT_NEEDED: "$quiet",
}


class TimelineScreen(LiveScreen):
    """The latest boot of one phone."""

    PLACE = Place.TIMELINE
    CSS_PATH = asset("styles/timeline.tcss")
    AUTO_FOCUS = ""

    def __init__(self, session: Session, mac: Mac) -> None:
        super().__init__(session)
        self._mac = mac

    def compose(self) -> ComposeResult:
        yield from self.header(f"Boot of {self._mac}")
        yield Static(id="timeline", markup=False)
        yield RuleLine()
        yield Static(Content(HOW_TO_READ), id="how-to-read")
        yield from self.footer()

    def on_mount(self) -> None:
        self.set_interval(GROW_OLD, self.read)

    def read(self) -> None:
        def read() -> BootTimeline:
            phone = self.desk.phones.find(self._mac.colons)
            return boot_timeline(phone, self.desk.phones.requests(phone), self.desk.clock())

        self.in_background("timeline", read, self._show)

    def _show(self, timeline: BootTimeline) -> None:
        proven = sum(1 for fact in timeline.facts if fact.proof is Proof.PROVEN)
        self.query_one(HeaderLine).show_count(f"{proven} of {len(timeline.facts)} proven")
        lines = [_line(fact) for fact in timeline.facts]
        if timeline.began_at is None:
            lines.append(Content("\nThe phone has never reached us."))
        elif timeline.overdue_since:
            late = f"{symbols().attention} overdue: it should have asked again by {exact(timeline.overdue_since)}."
            lines.append(Content.assemble("\n", (late, "bold $attention")))
        else:
            lines.append(Content(f"\nIts latest start reached us at {exact(timeline.began_at)}."))
        self.query_one("#timeline", Static).update(Content("\n").join(lines))


def _line(fact: BootFact) -> Content:
    shown = symbols()
    sign = {Proof.PROVEN: shown.ok, Proof.NOT_YET: shown.waiting}.get(fact.proof, shown.none)
    time = fact.at.astimezone().strftime("%H:%M:%S") if fact.at else ""
    parts = (() if fact.proof is Proof.PROVEN else (fact.proof.value,)) + ((fact.evidence,) if fact.evidence else ())
    evidence = safe(": ".join(parts))
    look = LOOKS[fact.proof]
    return Content.assemble((f"{sign} {fit(fact.step, 34)}", look), f" {time:<8} ", (evidence, look))


HOW_TO_READ = """\
A request that reaches us proves everything before it: power, network, DNS, and a clock that lets certificates be valid.
A phone may start several times; nobody touches it until its display has been idle for about 30 seconds."""
