"""The phones of a platform elsewhere: searched among what was read, while the rest is still being read."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from helpdesk_tui.assets import asset
from helpdesk_tui.backend import Fact, ReadingProgress, RemotePhone, Step, parse_query
from helpdesk_tui.commands import Place, press
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.remote_base import NOT_OFFERED, RemoteScreen, clock_time, fact_cell, not_offered, read_at
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.header import HeaderLine
from helpdesk_tui.widgets.row_list import Row, RowColumn, RowList
from helpdesk_tui.widgets.rule_line import RuleLine
from helpdesk_tui.widgets.search_field import SearchField
from helpdesk_tui.widgets.text import safe

COLUMNS = (
    RowColumn("Name", 12, grows=1),
    RowColumn("MAC", 17),
    RowColumn("Model", 7),
    RowColumn("Step", 11),
    RowColumn("Organisation", 14, grows=1),
    RowColumn("Firmware", 14, from_width=110),
    RowColumn("Id", 8, from_width=110),
    RowColumn("Read", 8, right=True, from_width=110),
)

NEEDS_PHONE = frozenset({"open", "move", "copy"})


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found among what was read."""

    searched: str
    phones: tuple[RemotePhone, ...]
    rows: tuple[Row, ...]
    progress: ReadingProgress
    not_searchable: tuple[str, ...]


class RemotePhonesScreen(RemoteScreen):
    """Home of a remote environment."""

    PLACE = Place.PHONES
    CSS_PATH = asset("styles/remote.tcss")
    AUTO_FOCUS = "RowList"

    def __init__(self, session: Session, *, search: str = "") -> None:
        """`search`: what is searched at first."""
        super().__init__(session)
        self._first_search = search
        self._search = SearchField(search, placeholder="name, id, MAC, org: model: step:")
        self._found: Found | None = None
        self._open_when_found = False

    def compose(self) -> ComposeResult:
        yield from self.header(search=self._search)
        yield RowList(COLUMNS)
        yield Static(id="empty", markup=False)
        yield RuleLine()
        yield Static(id="about", markup=False)
        yield Static(id="lacking", markup=False)
        yield from self.footer()

    def on_mount(self) -> None:
        if self.desk.data_version() == 0:
            self.desk.begin()
        self.look_again()

    # Reading and showing --------------------------------------------------------------------------------------------

    def show_read(self) -> None:
        self._search_again()

    def _search_again(self) -> None:
        searched = self._search.value

        def search() -> Found:
            query = parse_query(searched)
            phones = self.desk.phones(query)
            owners = {each.url: each.label for each in self.desk.organisations}
            rows = tuple(self._row(phone, owners.get(phone.organisation_url)) for phone in phones)
            return Found(searched, phones, rows, self.desk.progress, self.desk.not_searchable(query))

        self.in_background("list", search, self._take)

    def _row(self, phone: RemotePhone, owner: str | None) -> Row:
        mac, model, step, firmware = (
            fact_cell(self.desk, phone, fact) for fact in (Fact.MAC, Fact.MODEL, Fact.STEP, Fact.FIRMWARE)
        )
        when = clock_time(phone.read_at, self.desk.clock()) if phone.complete else symbols().ellipsis
        look = "attention" if phone.step in (Step.PROVISION, Step.DEPROVISION) else ""
        return Row((phone.label, mac, model, step, owner or symbols().none, firmware, phone.id, when), look)

    def _take(self, found: Found) -> None:
        table, before = self.query_one(RowList), self.highlighted
        self._found = found
        table.show(found.rows)
        if before and table.cursor:  # who has gone down the list stays on that phone, wherever it is now
            urls = [phone.url for phone in found.phones]
            table.move_to(urls.index(before.url) if before.url in urls else table.cursor)
        self.query_one(HeaderLine).show_count(count_text(found))
        empty = self.query_one("#empty", Static)
        empty.display, table.display = not found.phones, bool(found.phones)
        why = "\n".join(safe(line) for line in self._why_empty(found))
        empty.update(Content.styled(why, "$attention" if found.progress.problem else "$quiet"))
        self._show_about()
        if self._open_when_found and found.searched == self._search.value:
            self._open_when_found = False
            self.run_command("open")

    def _why_empty(self, found: Found) -> tuple[str, ...]:
        """Lines that say why there is no phone here, and what to do."""
        progress = found.progress
        if progress.problem and not progress.listed:
            return progress.problem, "", f"{press('read_again')} reads again."
        if found.not_searchable:
            return (f"{found.not_searchable[0]}: is {NOT_OFFERED}, so no phone fits it.",)
        if progress.under_way:
            return (f"Reading from the platform{symbols().ellipsis}",)
        if found.searched:
            return f"No phone fits {found.searched!r}.", "Search by any part of a name, id or organisation."
        return ("The platform lists no phone for this login.",)

    def _show_about(self) -> None:
        phone, progress = self.highlighted, self._found.progress if self._found else None
        lines: list[Content] = []
        if phone:
            owner = self.desk.organisation_of(phone)
            when = read_at(phone.read_at, self.desk.clock())
            where = f"  id {safe(phone.id)}  {safe(owner.label) if owner else ''}  {when}"
            lines.append(Content.assemble((safe(phone.label), "bold"), where))
            if phone.problem:
                lines.append(Content.styled(safe(phone.problem), "$attention"))
            elif phone.step:
                step = f"{phone.step.value}: {phone.step.meaning}"
                lines.append(Content.assemble(("Provisioning by manufacturer ", "$quiet"), step))
        if progress and progress.problem and progress.listed and not (phone and phone.problem):
            again = f" {press('read_again')} reads again."
            lines.append(Content.styled(safe(progress.problem) + again, "$attention"))
        if progress and progress.left_out:
            lines.append(Content.styled(progress.left_out_text, "$attention"))
        self.query_one("#about", Static).update(Content("\n").join(lines) if lines else Content(""))
        lacking = f"N{NOT_OFFERED[1:]}: {', '.join(not_offered(self.desk))}."
        self.query_one("#lacking", Static).update(Content(lacking))
        self.show_commands()

    # Commands -------------------------------------------------------------------------------------------------------

    @property
    def highlighted(self) -> RemotePhone | None:
        """The phone under the cursor, as last read."""
        phones = self._found.phones if self._found else ()
        cursor = self.query_one(RowList).cursor
        return phones[cursor] if cursor < len(phones) else None

    def why_not(self, command_id: str) -> str | None:
        if command_id in NEEDS_PHONE and self.highlighted is None:
            return "There is no phone here: search for one first."
        return self.why_not_move() if command_id == "move" else super().why_not(command_id)

    def action_search(self) -> None:
        """Type a search."""
        self.set_focus(self._search)

    def action_open(self) -> None:
        """Open the highlighted phone."""
        from helpdesk_tui.screens.remote_phone import RemotePhoneScreen

        if self.highlighted:
            self.app.push_screen(RemotePhoneScreen(self.session, self.highlighted))

    async def action_move(self) -> None:
        """Move the highlighted phone to another organisation."""
        if self.highlighted:
            await self.move(self.highlighted)

    def action_copy(self) -> None:
        """Send the MAC, or else the address, to the clipboard."""
        if self.highlighted:
            self.copy_phone(self.highlighted)

    def action_organisations(self) -> None:
        """Show the organisations that are known."""
        from helpdesk_tui.screens.remote_organisations import RemoteOrganisationsScreen

        self.app.push_screen(RemoteOrganisationsScreen(self.session))

    def action_back(self) -> None:
        """Escape takes back the search first."""
        if self._search.value != self._first_search:
            self._search.value = self._first_search
        else:
            super().action_back()

    # Events ---------------------------------------------------------------------------------------------------------

    @on(Input.Changed)
    def _search_changed(self) -> None:
        self.query_one(RowList).move_to(0)
        self._search_again()

    @on(Input.Submitted)
    def _search_submitted(self) -> None:
        # Never a phone of an older search: what enter opens is what was asked for.
        if self._found and self._found.searched == self._search.value:
            self.run_command("open")
        else:
            self._open_when_found = True

    @on(RowList.Highlighted)
    def _another_phone(self) -> None:
        self._show_about()

    @on(RowList.Opened)
    def _opened(self) -> None:
        self.run_command("open")


def count_text(found: Found) -> str:
    """`312 of 1,204 read` while it is being read, then `12 of 1,204 phones`."""
    progress = found.progress
    if progress.problem and not progress.listed:
        return "nothing read"
    if progress.under_way or progress.read < progress.listed:
        stopped = "" if progress.under_way else ", stopped"
        return f"{progress.read:,} of {progress.listed:,} read{stopped}"
    some = f"{len(found.phones):,} of " if found.searched else ""
    return f"{some}{progress.listed:,} phone{'' if progress.listed == 1 else 's'}"
