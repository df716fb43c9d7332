"""Where phones fetch from: the sites by public address, their last fetch, and which are answered slowly, and why."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from helpdesk_tui.assets import asset
from helpdesk_tui.backend import Failures, Phone, Site
from helpdesk_tui.commands import Place
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.live import LiveScreen
from helpdesk_tui.screens.phones import GROW_OLD
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.header import HeaderLine
from helpdesk_tui.widgets.row_list import Row, RowColumn, RowList
from helpdesk_tui.widgets.rule_line import RuleLine
from helpdesk_tui.widgets.text import safe
from helpdesk_tui.widgets.times import ago, exact

COLUMNS = (
    RowColumn("Address", 16, grows=1),
    RowColumn("Phones", 6, right=True),
    RowColumn("Organisation", 12, grows=3),
    RowColumn("Last fetch", 10, right=True),
    RowColumn("State", 14),
)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """One line: a site, or a stranger who only fails."""

    site: Site | None
    failures: Failures | None


class SitesScreen(LiveScreen):
    """Sites, what needs attention first."""

    PLACE = Place.SITES
    CSS_PATH = asset("styles/sites.tcss")
    AUTO_FOCUS = "RowList"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._places: tuple[Whereabouts, ...] | None = None

    def compose(self) -> ComposeResult:
        yield from self.header("Sites")
        yield RowList(COLUMNS)
        yield RuleLine()
        yield Static(id="site", markup=False)
        yield from self.footer()

    def on_mount(self) -> None:
        self.set_interval(GROW_OLD, self.read)

    # Reading --------------------------------------------------------------------------------------------------------

    def read(self) -> None:
        def read() -> tuple[Whereabouts, ...]:
            sites = self.desk.fetching.sites()
            known = {site.failures.subject for site in sites if site.failures}
            strangers = [found for found in self.desk.fetching.addresses() if found.subject not in known]
            places = [Whereabouts(site, site.failures) for site in sites]
            places += [Whereabouts(None, found) for found in strangers]
            now = self.desk.clock()
            return tuple(sorted(places, key=lambda place: not (place.failures and place.failures.throttled(now))))

        self.in_background("sites", read, self._take)

    def _take(self, places: tuple[Whereabouts, ...]) -> None:
        self._places = places
        self.query_one(RowList).show([self._row(place) for place in places])
        sites = sum(1 for place in places if place.site)
        self.query_one(HeaderLine).show_count(f"{sites} site{'s' if sites != 1 else ''}")
        self._read_site()
        self.show_commands()

    # Showing --------------------------------------------------------------------------------------------------------

    def _row(self, place: Whereabouts) -> Row:
        now, none = self.desk.clock(), symbols().none
        failures, site = place.failures, place.site
        state, look = ("answered", "") if site else ("", "quiet")
        if failures and failures.throttled(now):
            state, look = f"{symbols().attention} slowed down", "attention"
        elif failures:
            state = f"{failures.count} failure{'s' if failures.count != 1 else ''}"
        if site is None:
            return Row((failures.subject if failures else none, none, "no phone of ours", none, state), look)
        since = ago(site.last_fetch, now) if site.last_fetch else "never"
        return Row((site.address, str(site.phones), site.organisation, since, state), look)

    def _read_site(self) -> None:
        place = self._highlighted()
        if place is None:
            self.query_one("#site", Static).update(Content("No phone has fetched its settings yet."))
            return
        address = place.site.address if place.site else ""

        def read() -> tuple[Phone, ...]:
            return self.desk.fetching.phones_at(address, 4) if address else ()

        self.in_background("site", read, lambda phones: self._show_site(place, phones))

    def _show_site(self, place: Whereabouts, phones: tuple[Phone, ...]) -> None:
        lines: list[Content] = []
        if place.failures:
            until = place.failures.throttled_until
            slow = (
                f" Slowed down until {exact(until)}." if until and place.failures.throttled(self.desk.clock()) else ""
            )
            reason = f"{safe(place.failures.reason)}{slow} {place.failures.spared}"
            lines.append(Content.styled(reason, "$attention" if slow else ""))
        for phone in phones:
            who = phone.user or phone.name or symbols().none
            seen = exact(phone.last_seen)
            lines.append(Content(f"{phone.mac}  {phone.model:<8} {seen}  {safe(who)}  {safe(phone.organisation)}"))
        self.query_one("#site", Static).update(Content("\n").join(lines) if lines else Content(""))

    # Commands -------------------------------------------------------------------------------------------------------

    def _highlighted(self) -> Whereabouts | None:
        number = self.query_one(RowList).cursor
        places = self._places or ()
        return places[number] if number < len(places) else None

    def why_not(self, command_id: str) -> str | None:
        place = self._highlighted()
        if command_id == "release" and not (place and place.failures):
            return "Nothing is held against this address."
        return super().why_not(command_id)

    async def action_release(self) -> None:
        """Forget the failures of the highlighted address."""
        place = self._highlighted()
        if place is None or place.failures is None:
            return
        subject = place.failures.subject
        consequence = "Its failures are forgotten and its next ones are counted from zero."
        if await self.ask(f"Release {subject}?", consequence=consequence, yes="Yes, release it"):
            await asyncio.to_thread(self.desk.fetching.release, subject)
            self.say(f"{subject} is answered as everybody else.")
            self.read()

    @on(RowList.Highlighted)
    def _another_site(self) -> None:
        self._read_site()
        self.show_commands()
