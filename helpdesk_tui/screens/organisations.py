"""Organisations: searched by name, with the verdicts of their phones; added and removed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from helpdesk_tui.assets import asset
from helpdesk_tui.backend import ListedOrganisation, Organisation, OrganisationPage, VerdictKind
from helpdesk_tui.commands import Place, press
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.live import LiveScreen
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.header import HeaderLine
from helpdesk_tui.widgets.row_list import Row, RowColumn, RowList
from helpdesk_tui.widgets.search_field import SearchField
from helpdesk_tui.widgets.text import safe

MOST_SHOWN = 1000
"""Organisations that are listed at once; of more, a search finds the rest."""

COLUMNS = (
    RowColumn("Organisation", 18, grows=1),
    RowColumn("Short name", 12),
    RowColumn("Phones", 6, right=True),
    RowColumn("Attention", 9, right=True),
    RowColumn("Waiting", 7, right=True),
    RowColumn("OK", 5, right=True),
    RowColumn("Users", 5, right=True),
)


class DirectoryScreen(LiveScreen):
    """A list that is searched, and an organisation whose phones and common settings can be shown."""

    OPENS: ClassVar[str]
    """The command that opens what is highlighted."""

    def __init__(self, session: Session, searches: str) -> None:
        """`searches`: what the search looks at, in words."""
        super().__init__(session)
        self._search = SearchField(placeholder=searches)
        self._searching = True
        """The list does not show yet what was asked for."""
        self._open_when_found = False

    @property
    def organisation(self) -> Organisation | None:
        """The organisation that a command is for."""
        raise NotImplementedError

    @on(Input.Changed)
    def _search_changed(self) -> None:
        self._searching = True
        self.query_one(RowList).move_to(0)
        self.read()

    @on(Input.Submitted)
    def _search_submitted(self) -> None:
        # Never a line of an older search: what enter opens is what was asked for.
        if self._searching:
            self._open_when_found = True
        else:
            self.run_command(self.OPENS)

    def found(self) -> None:
        """The list shows what was asked for."""
        self._searching = False
        self.show_commands()
        if self._open_when_found:
            self._open_when_found = False
            self.run_command(self.OPENS)

    @on(RowList.Highlighted)
    def _another_line(self) -> None:
        self.show_commands()

    @on(RowList.Opened)
    def _opened(self) -> None:
        self.run_command(self.OPENS)

    def why_none(self, what: str) -> str:
        """Why nothing can be done with what is not there."""
        return "The list is still being read: try again in a moment." if self._searching else f"There is no {what}"

    def action_narrow(self) -> None:
        """Type a search."""
        self.set_focus(self._search)

    def action_back(self) -> None:
        """Escape takes back the search first."""
        if self._search.value:
            self._search.value = ""
        else:
            super().action_back()

    def action_show_phones(self) -> None:
        """Show the phones of the organisation in a list."""
        from helpdesk_tui.screens.phones import PhonesScreen

        if self.organisation:
            self.app.push_screen(PhonesScreen(self.session, search=f"org:={self.organisation.short_name}"))

    def action_activity(self) -> None:
        """Show what happened to it and to its phones."""
        from helpdesk_tui.screens.activity import ActivityScreen

        if self.organisation:
            name = self.organisation.name.partition('"')[0]
            self.app.push_screen(ActivityScreen(self.session, search=f'org:"{name}"'))

    def action_common_settings(self) -> None:
        """Show what all its phones get."""
        from helpdesk_tui.screens.organisation import OrganisationScreen

        if self.organisation:
            self.app.push_screen(OrganisationScreen(self.session, self.organisation.id))


ADD = "add_organisation"


class OrganisationsScreen(DirectoryScreen):
    """All organisations, or those that are searched."""

    PLACE = Place.ORGANISATIONS
    CSS_PATH = asset("styles/directory.tcss")
    AUTO_FOCUS = "RowList"
    OPENS = "open_organisation"
    LOOKS_EVERY: ClassVar[float] = 5.0  # the verdicts of all phones are counted each time

    def __init__(self, session: Session, *, begin_at: int = 0) -> None:
        """`begin_at`: the id of the organisation that the cursor is on at first."""
        super().__init__(session, "name or short name")
        self._begin_at = begin_at
        self._page: OrganisationPage | None = None

    def compose(self) -> ComposeResult:
        yield from self.header(search=self._search)
        yield RowList(COLUMNS)
        yield Static(id="empty", markup=False)
        yield from self.footer()

    # Reading and showing --------------------------------------------------------------------------------------------

    def read(self) -> None:
        text = self._search.value
        self.in_background("list", lambda: self.desk.organisations.page(text, 0, MOST_SHOWN), self._take)

    def _take(self, page: OrganisationPage) -> None:
        self._page = page
        table = self.query_one(RowList)
        table.show([_row(listed) for listed in page.organisations])
        if self._begin_at:
            ids = [listed.organisation.id for listed in page.organisations]
            table.move_to(ids.index(self._begin_at) if self._begin_at in ids else 0)
            self._begin_at = 0
        shown = len(page.organisations)
        some = f"{shown:,} of " if shown < page.total else ""
        self.query_one(HeaderLine).show_count(f"{some}{page.total:,} organisation{'' if page.total == 1 else 's'}")
        self.set_class(not page.organisations, "-nothing")
        self.query_one("#empty", Static).update(Content(self._why_empty()))
        self.found()

    def _why_empty(self) -> str:
        if self._search.value.strip():
            return f"No organisation fits {safe(self._search.value)!r}: search by any part of its name or short name."
        return FIRST_STEPS.format(add=press(ADD))

    @property
    def highlighted(self) -> ListedOrganisation | None:
        """The organisation under the cursor."""
        cursor = self.query_one(RowList).cursor
        found = self._page.organisations if self._page else ()
        return found[cursor] if cursor < len(found) else None

    @property
    def organisation(self) -> Organisation | None:
        return self.highlighted.organisation if self.highlighted else None

    # Commands -------------------------------------------------------------------------------------------------------

    def why_not(self, command_id: str) -> str | None:
        needs_one = ("open_organisation", "common_settings", "show_phones", "remove_organisation")
        if command_id in needs_one and self.highlighted is None:
            return self.why_none(f"organisation here: search for another one, or add one with {press(ADD)}.")
        shows = press("show_phones")
        if command_id == "remove_organisation" and self.highlighted and self.highlighted.phones:
            return f"It has phones: move them to another organisation or remove them first ({shows} shows them)."
        return super().why_not(command_id)

    def action_open_organisation(self) -> None:
        """Show its users, and how its phones are."""
        from helpdesk_tui.screens.users import UsersScreen

        if self.organisation:
            self.app.push_screen(UsersScreen(self.session, self.organisation.id))

    async def action_add_organisation(self) -> None:
        """Ask for what cannot be guessed; everything else has a common value and can be changed afterwards."""
        organisations = self.desk.organisations
        values: dict[str, str] = {}
        for column, question in QUESTIONS:
            value = str(getattr(organisations.new(values), column)) if values else ""
            text = await self.ask_text(question, value=value, check=self._check(values, column))
            if text is None:
                return
            values[column] = text
        added = await asyncio.to_thread(organisations.add, values)
        self._begin_at = added.id
        self._search.value = ""
        self.read()
        self.say(f"{added.name} is added: {press('common_settings')} shows its common settings.")

    def _check(self, values: Mapping[str, str], column: str) -> Callable[[str], object]:
        return lambda text: self.desk.organisations.new({**values, column: text})

    async def action_remove_organisation(self) -> None:
        """Remove the highlighted organisation, after saying what is lost."""
        organisation = self.organisation
        if organisation is None:
            return
        loss = await asyncio.to_thread(self.desk.organisations.loss, organisation)
        if reason := self.desk.organisations.against_removal(organisation, loss):
            self.say(reason, "warning")
            return
        title = f"Remove {organisation.name} with its common settings?"
        if await self.ask(title, consequence=f"{loss.sentence} Its history stays.", yes="Yes, remove it"):
            await asyncio.to_thread(self.desk.organisations.remove, organisation, loss)
            self.say(f"{organisation.name} is removed.")
            self.read()


def _row(listed: ListedOrganisation) -> Row:
    counts = (listed.phones, *(listed.verdicts[kind] for kind in VerdictKind), listed.users)
    numbers = [f"{count:,}" if count else symbols().none for count in counts]
    return Row((listed.organisation.name, listed.organisation.short_name, *numbers))


QUESTIONS = (
    ("organisation", "Name of the new organisation; phones show it:"),
    ("short_name", "Short name, 2 to 12 lower-case letters and digits; it cannot be changed later:"),
    ("sip_host", "SIP host, where its phones register: host or host:port:"),
)

FIRST_STEPS = """\
There are no organisations here yet.

Press {add} to add one, or bring yours in:
   helpdesk-tui import organisations organisations.csv"""
