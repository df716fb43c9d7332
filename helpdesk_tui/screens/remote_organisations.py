"""The organisations of a platform elsewhere that are known here, and the users of one of them."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from helpdesk_tui.assets import asset
from helpdesk_tui.backend import RemoteOrganisation, RemoteUser
from helpdesk_tui.commands import Place
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.remote_base import NOT_OFFERED, RemoteScreen, clock_time, read_at
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.header import HeaderLine
from helpdesk_tui.widgets.row_list import Row, RowColumn, RowList
from helpdesk_tui.widgets.rule_line import RuleLine
from helpdesk_tui.widgets.search_field import SearchField
from helpdesk_tui.widgets.text import safe

ORGANISATIONS = (
    RowColumn("Organisation", 20, grows=1),
    RowColumn("Short name", 12),
    RowColumn("Id", 10),
    RowColumn("Phones", 7, right=True),
    RowColumn("Read", 8, right=True),
)
USERS = (RowColumn("Name", 20, grows=2), RowColumn("Login name", 18, grows=1), RowColumn("E-mail", 20, grows=2))
NOT_LISTED = (
    "Listing all organisations is not offered by this platform: yours is shown, and those that the configuration names "
    "(companies = […])."
)


class RemoteDirectory(RemoteScreen):
    """A searched list of organisations or users."""

    CSS_PATH = asset("styles/remote.tcss")
    AUTO_FOCUS = "RowList"
    NEEDS_ORGANISATION = ("open_organisation", "show_phones")

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._search = SearchField(placeholder="a part of the name")

    @property
    def organisation(self) -> RemoteOrganisation | None:
        """The organisation that a command is for."""
        raise NotImplementedError

    def fits(self, *texts: str | None) -> bool:
        """Whether all searched words are in these texts."""
        whole = " ".join(filter(None, texts)).casefold()
        return all(word in whole for word in self._search.value.casefold().split())

    def why_not(self, command_id: str) -> str | None:
        if command_id in self.NEEDS_ORGANISATION and self.organisation is None:
            return "There is no organisation here: search for another one."
        return super().why_not(command_id)

    def action_narrow(self) -> None:
        """Type a search."""
        self.set_focus(self._search)

    def action_show_phones(self) -> None:
        """Show the phones of the organisation in a list."""
        from helpdesk_tui.screens.remote_phones import RemotePhonesScreen

        if self.organisation:
            short = self.organisation.short_name or ""
            name = short if short.isalnum() else self.organisation.id  # quotes in it would search for something else
            self.app.push_screen(RemotePhonesScreen(self.session, search=f"org:={name}"))

    def action_back(self) -> None:
        """Escape takes back the search first."""
        if self._search.value:
            self._search.value = ""
        else:
            super().action_back()

    @on(Input.Changed)
    def _search_changed(self) -> None:
        self.query_one(RowList).move_to(0)
        self.show_read()


class RemoteOrganisationsScreen(RemoteDirectory):
    """One's own organisation, and those that the configuration names."""

    PLACE = Place.ORGANISATIONS

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._shown: tuple[RemoteOrganisation, ...] = ()

    def compose(self) -> ComposeResult:
        yield from self.header(search=self._search)
        yield RowList(ORGANISATIONS)
        yield RuleLine()
        yield Static(id="about", markup=False)
        yield Static(id="lacking", markup=False)
        yield from self.footer()

    def on_mount(self) -> None:
        self.query_one("#lacking", Static).update(Content(NOT_LISTED))
        self.look_again()

    def show_read(self) -> None:
        everything = self.desk.organisations
        phones = self.desk.phone_counts()
        self._shown = tuple(each for each in everything if self.fits(each.name, each.short_name, each.id))
        rows = [self._row(each, phones[each.url]) for each in self._shown]
        self.query_one(RowList).show(rows)
        some = f"{len(rows):,} of " if len(rows) < len(everything) else ""
        self.query_one(HeaderLine).show_count(
            f"{some}{len(everything):,} organisation{'' if len(everything) == 1 else 's'}"
        )
        self._another_line()

    def _row(self, organisation: RemoteOrganisation, phones: int) -> Row:
        none = symbols().none
        count = "?" if organisation.problem else f"{phones:,}"
        when = clock_time(organisation.read_at, self.desk.clock())
        cells = (organisation.label, organisation.short_name or none, organisation.id, count, when)
        return Row(cells, "attention" if organisation.problem else "")

    @property
    def organisation(self) -> RemoteOrganisation | None:
        cursor = self.query_one(RowList).cursor
        return self._shown[cursor] if cursor < len(self._shown) else None

    @on(RowList.Highlighted)
    def _another_line(self) -> None:
        here = self.organisation
        text = "The login of this environment belongs to it." if here and here.own else ""
        about = Content.styled(safe(here.problem), "$attention") if here and here.problem else Content(text)
        self.query_one("#about", Static).update(about)
        self.show_commands()

    @on(RowList.Opened)
    @on(Input.Submitted)
    def _opened(self) -> None:
        self.run_command("open_organisation")

    def action_open_organisation(self) -> None:
        """Show its users."""
        if self.organisation:
            self.app.push_screen(RemoteUsersScreen(self.session, self.organisation))


class RemoteUsersScreen(RemoteDirectory):
    """The users of one organisation, asked for when the screen opens and by key."""

    PLACE = Place.USERS

    def __init__(self, session: Session, organisation: RemoteOrganisation) -> None:
        super().__init__(session)
        self._organisation = organisation
        self._users: tuple[RemoteUser, ...] = ()

    def compose(self) -> ComposeResult:
        yield from self.header(search=self._search)
        yield RowList(USERS)
        yield RuleLine()
        yield Static(id="about", markup=False)
        yield Static(id="lacking", markup=False)
        yield from self.footer()

    def on_mount(self) -> None:
        lacking = f"N{NOT_OFFERED[1:]}: extensions, identities, phones of a user; adding, changing and removing users."
        self.query_one("#lacking", Static).update(Content(lacking))
        self._ask()

    def _ask(self) -> None:
        self.query_one("#about", Static).update(Content(f"Reading the users{symbols().ellipsis}"))
        self.in_background("users", lambda: self.desk.users(self._organisation), self._take)

    def _take(self, users: tuple[RemoteUser, ...]) -> None:
        self._users = users
        about = f"{safe(self._organisation.label)}, {read_at(self.desk.clock(), self.desk.clock())}"
        self.query_one("#about", Static).update(Content(about))
        self.show_read()

    def show_read(self) -> None:
        none = symbols().none
        shown = [each for each in self._users if self.fits(each.name, each.username, each.contact)]
        rows = [Row((each.name or none, each.username or none, each.contact or none)) for each in shown]
        self.query_one(RowList).show(rows)
        count = len(self._users)
        some = f"{len(shown):,} of " if len(shown) < count else ""
        self.query_one(HeaderLine).show_count(f"{some}{count:,} user{'' if count == 1 else 's'}")

    def show_error(self, error: BaseException) -> None:
        self.query_one("#about", Static).update(Content.styled(safe(str(error)), "$attention"))
        super().show_error(error)

    @property
    def organisation(self) -> RemoteOrganisation:
        return self._organisation

    async def action_read_again(self) -> None:
        """Ask for the users again."""
        if await self.may_ask_again():
            self.desk.renew()
            self._ask()
