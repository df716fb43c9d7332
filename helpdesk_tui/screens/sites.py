"""Where phones fetch from: the sites by public address, who has stopped fetching, who is answered slowly, and why."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from helpdesk_tui.assets import asset
from helpdesk_tui.backend import Phone, Survey, Urgency, Whereabouts
from helpdesk_tui.commands import Place, press
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.live import LiveScreen
from helpdesk_tui.screens.phones import GROW_OLD
from helpdesk_tui.screens.site_actions import open_place, release
from helpdesk_tui.screens.site_words import behind, phone_lines, state, whose, why
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.header import HeaderLine
from helpdesk_tui.widgets.row_list import Row, RowColumn, RowList
from helpdesk_tui.widgets.rule_line import RuleLine
from helpdesk_tui.widgets.times import ago, when

COLUMNS = (
    RowColumn("Address", 17, grows=1),
    RowColumn("Phones", 6, right=True),
    RowColumn("Organisation", 11, grows=5),
    RowColumn("Last fetch", 12, right=True),
    RowColumn("", 10, right=True, from_width=100),
    RowColumn("State", 20),
)

LOOKS = {Urgency.OURS: "", Urgency.STRANGER: "quiet"}
"""What looks otherwise than what needs attention."""

MOST_PHONES = 40
"""Phones that are read for the lines below the list."""


class SitesScreen(LiveScreen):
    """Sites, what needs attention first."""

    PLACE = Place.SITES
    CSS_PATH = asset("styles/sites.tcss")
    AUTO_FOCUS = "RowList"
    LOOKS_EVERY = 15.0  # all phones are looked at each time

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._places: tuple[Whereabouts, ...] = ()

    def compose(self) -> ComposeResult:
        yield from self.header("Sites")
        yield RowList(COLUMNS)
        yield RuleLine()
        with Vertical(id="site"):
            yield Static(id="why", markup=False)
            yield Static(id="there", markup=False)
        yield from self.footer()

    def on_mount(self) -> None:
        self.set_interval(GROW_OLD, self.read)

    # Reading --------------------------------------------------------------------------------------------------------

    def read(self) -> None:
        self.in_background("sites", self.desk.sites.survey, self._take)

    def _take(self, survey: Survey) -> None:
        before = self._highlighted()
        self._places = survey.places
        rows = self.query_one(RowList)
        rows.show([self._row(place) for place in survey.places])
        subjects = [place.subject for place in survey.places]
        if before and before.subject in subjects:
            rows.move_to(subjects.index(before.subject))
        self.query_one(HeaderLine).show_count(_count(survey))
        self._read_site()
        self.show_commands()

    # Showing --------------------------------------------------------------------------------------------------------

    def _row(self, place: Whereabouts) -> Row:
        now, none = self.desk.clock(), symbols().none
        site = place.site
        at = site.last_fetch if site else place.phone.last_seen if place.phone else None
        phones = f"{site.phones:,}" if site else none
        fetched = (when(at, now), ago(at, now)) if at else (none, "")
        look = LOOKS.get(place.urgency(now), "attention")
        return Row((place.subject, phones, whose(place), *fetched, state(place, now)), look)

    def _read_site(self) -> None:
        place = self._highlighted()
        if place is None:
            self.query_one("#why", Static).update(Content("No phone has fetched its settings yet."))
            self.query_one("#there", Static).update("")
            return

        def read() -> tuple[Phone, ...]:
            if place.site:
                return self.desk.sites.phones_at(place.subject, MOST_PHONES)
            return (place.phone,) if place.phone else ()

        self.in_background("site", read, lambda phones: self._show_site(place, phones))

    def _show_site(self, place: Whereabouts, phones: tuple[Phone, ...]) -> None:
        now = self.desk.clock()
        reasons = self.query_one("#why", Static)
        reasons.update(why(place, now))
        reasons.display = bool(reasons.content)
        head = f"{behind(place)}; {press('open_site')} opens:" if phones else behind(place)
        lines = [Content.styled(head, "$quiet"), *phone_lines(phones, now)]
        self.query_one("#there", Static).update(Content("\n").join(lines))

    # Commands -------------------------------------------------------------------------------------------------------

    def _highlighted(self) -> Whereabouts | None:
        number = self.query_one(RowList).cursor
        return self._places[number] if number < len(self._places) else None

    def why_not(self, command_id: str) -> str | None:
        place = self._highlighted()
        if command_id == "release" and not (place and place.failures):
            return "Nothing is held against this address."
        if command_id == "open_site" and not (place and (place.site or place.phone)):
            return "No phone of ours has fetched from there."
        return super().why_not(command_id)

    def action_open_site(self) -> None:
        """Show the phones of the highlighted site in a list, or the phone whose MAC it is."""
        place = self._highlighted()
        if place:
            open_place(self, place)

    async def action_release(self) -> None:
        """Forget the failures of the highlighted address."""
        place = self._highlighted()
        if place and place.failures and await release(self, place.failures):
            self.read()

    @on(RowList.Highlighted)
    def _another_site(self) -> None:
        self._read_site()
        self.show_commands()

    @on(RowList.Opened)
    def _opened(self) -> None:
        self.run_command("open_site")


def _count(survey: Survey) -> str:
    parts = (
        f"{survey.sites:,} site{'s' if survey.sites != 1 else ''}",
        f"{survey.silent:,} silent" if survey.silent else "",
        f"{survey.slowed:,} slowed down" if survey.slowed else "",
    )
    return ", ".join(filter(None, parts))
