"""One organisation: how its phones are, and its users with their identities and where they are logged in."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from helpdesk_tui.assets import asset
from helpdesk_tui.backend import HelpdeskError, ListedOrganisation, ListedUser, Mac, Organisation, VerdictKind
from helpdesk_tui.commands import Place, press
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.comparison import phones
from helpdesk_tui.screens.live import LiveScreen
from helpdesk_tui.screens.organisations import DirectoryScreen
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.header import HeaderLine
from helpdesk_tui.widgets.row_list import Row, RowColumn, RowList
from helpdesk_tui.widgets.rule_line import RuleLine
from helpdesk_tui.widgets.text import safe

COLUMNS = (
    RowColumn("Extension", 9, right=True),
    RowColumn("Name", 18, grows=1),
    RowColumn("Identities", 14, grows=1),
    RowColumn("Logged in on", 25, grows=1),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything this screen shows, read at one moment."""

    listed: ListedOrganisation
    users: tuple[ListedUser, ...]


class UsersScreen(DirectoryScreen):
    """The users of one organisation, or those that are searched."""

    PLACE = Place.USERS
    CSS_PATH = asset("styles/directory.tcss")
    AUTO_FOCUS = "RowList"
    OPENS = "open_user"

    def __init__(self, session: Session, organisation_id: int) -> None:
        super().__init__(session, "extension, name, SIP user name, MAC of a phone")
        self._organisation_id = organisation_id
        self._seen: Seen | None = None
        self._begin_at = 0

    def compose(self) -> ComposeResult:
        yield from self.header(search=self._search)
        yield Static(id="whose", markup=False)
        yield RuleLine()
        yield RowList(COLUMNS)
        yield Static(id="empty", markup=False)
        yield from self.footer()

    # Reading and showing --------------------------------------------------------------------------------------------

    def read(self) -> None:
        text = self._search.value

        def work() -> Seen | HelpdeskError:
            try:
                listed = self.desk.organisations.listed(self._organisation_id)
                return Seen(listed, self.desk.users.of(self._organisation_id, text))
            except HelpdeskError as error:
                return error

        self.in_background("users", work, self._take)

    def _take(self, answer: Seen | HelpdeskError) -> None:
        nothing = isinstance(answer, HelpdeskError) or not answer.users
        self.set_class(nothing, "-nothing")
        if isinstance(answer, HelpdeskError):
            self._seen = None
            self._show_empty(str(answer))
            self.query_one("#whose", Static).update(Content(""))
        else:
            self._seen = answer
            self._show(answer)
        self.found()

    def _show(self, seen: Seen) -> None:
        table = self.query_one(RowList)
        table.show([_row(listed) for listed in seen.users])
        if self._begin_at:
            ids = [listed.user.id for listed in seen.users]
            table.move_to(ids.index(self._begin_at) if self._begin_at in ids else 0)
            self._begin_at = 0
        some = f"{len(seen.users):,} of " if len(seen.users) < seen.listed.users else ""
        everybody = seen.listed.users
        self.query_one(HeaderLine).show_count(f"{some}{everybody:,} user{'' if everybody == 1 else 's'}")
        self.query_one("#whose", Static).update(_whose(seen.listed))
        if everybody:
            self._show_empty(f"No user fits {self._search.value!r}: search by any part of a name or extension.")
        else:
            add = f"Press {press('add_user')} to add one, or bring them in:"
            self._show_empty(f"It has no users yet.\n\n{add}\n   helpdesk-tui import users users.csv")

    def _show_empty(self, text: str) -> None:
        lines = [safe(line) for line in text.splitlines()]
        self.query_one("#empty", Static).update(Content("\n").join([Content(line) for line in lines]))

    @property
    def organisation(self) -> Organisation | None:
        return self._seen.listed.organisation if self._seen else None

    @property
    def highlighted(self) -> ListedUser | None:
        """The user under the cursor."""
        cursor = self.query_one(RowList).cursor
        users = self._seen.users if self._seen else ()
        return users[cursor] if cursor < len(users) else None

    # Commands -------------------------------------------------------------------------------------------------------

    def why_not(self, command_id: str) -> str | None:
        if self._seen is None and command_id in ("common_settings", "show_phones", "add_user"):
            return self.why_none("organisation here: go back to the list.")
        if command_id == "show_phones" and self._seen and not self._seen.listed.phones:
            return "It has no phones."
        if command_id in ("open_user", "remove_user") and self.highlighted is None:
            return self.why_none(f"user here: search for another one, or add one with {press('add_user')}.")
        return super().why_not(command_id)

    def action_open_user(self) -> None:
        """Show everything about the highlighted user."""
        from helpdesk_tui.screens.user import UserScreen

        if self.highlighted:
            self.app.push_screen(UserScreen(self.session, self.highlighted.user.id))

    async def action_add_user(self) -> None:
        """Ask for what cannot be guessed."""
        organisation = self.organisation
        if organisation is None:
            return
        values: dict[str, str] = {}
        for column, question in QUESTIONS:

            def check(text: str, column: str = column) -> None:
                self.desk.users.check_new(organisation, column, text)

            if column == "sip_password":
                text = await self.ask_secret(question, check=check)
            else:
                text = await self.ask_text(question.format(organisation=organisation.name), check=check)
            if text is None:
                return
            values[column] = text
        added = await asyncio.to_thread(self.desk.users.add, organisation, values)
        self._begin_at = added.id
        self._search.value = ""
        self.read()
        self.say(f"{added.name} ({added.extension}) is added: log them in on a phone, there with {press('login')}.")

    async def action_remove_user(self) -> None:
        """Remove the highlighted user, after saying what is lost."""
        if self.highlighted and await remove_user(self, self.highlighted.user.id):
            self.read()


async def remove_user(screen: LiveScreen, user_id: int) -> bool:
    """Ask with what is lost, and remove; whether it was done."""
    users = screen.desk.users
    user = await asyncio.to_thread(users.get, user_id)
    loss = await asyncio.to_thread(users.loss, user)
    title = f"Remove {user.name} ({user.extension})?"
    if not await screen.ask(title, consequence=loss.sentence, yes="Yes, remove the user"):
        return False
    await asyncio.to_thread(users.remove, user, loss)
    screen.say(f"{user.name} ({user.extension}) is removed.")
    return True


def _row(listed: ListedUser) -> Row:
    user, none = listed.user, symbols().none
    identities = ", ".join(identity.sip_username for identity in user.identities) or none
    where = ", ".join(f"{Mac(mac).colons} {model}" for mac, model in listed.phones) or none
    return Row((user.extension, user.name, identities, where))


def _whose(listed: ListedOrganisation) -> Content:
    """`Bakkerij Jansen (jansen)  17 phones: ▲ 3 attention ◷ 2 waiting ● 12 ok`."""
    organisation = listed.organisation
    parts = [Content.assemble((safe(organisation.name), "bold"), f" ({organisation.short_name})")]
    if not listed.phones:
        parts.append(Content("  no phones"))
    else:
        parts.append(Content(f"  {phones(listed.phones)}:"))
    for kind in VerdictKind:
        if count := listed.verdicts[kind]:
            sign = symbols().verdict(kind.value)
            parts.append(Content.styled(f"  {sign} {count:,} {kind.value}", f"${kind.value}"))
    return Content("").join(parts)


QUESTIONS = (
    ("extension", "Extension of the new user of {organisation}:"),
    ("name", "Name (empty: the extension):"),
    ("sip_username", "SIP user name of the first identity, as the SIP host knows it:"),
    ("sip_password", "SIP password (empty: a new one is made):"),
    ("display_name", "Display name that called people see (may be empty):"),
)
