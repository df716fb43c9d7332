"""One user: every value, the identities in their order, and the phones that they are logged in on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from helpdesk_tui.assets import asset
from helpdesk_tui.backend import (
    IDENTITY_SETTINGS,
    MASK,
    USER_SETTINGS,
    HelpdeskError,
    Identity,
    Organisation,
    Phone,
    Role,
    User,
    UserSetting,
)
from helpdesk_tui.commands import Place, press
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.live import LiveScreen
from helpdesk_tui.screens.users import remove_user
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.header import HeaderLine
from helpdesk_tui.widgets.row_list import Row, RowColumn, RowList
from helpdesk_tui.widgets.rule_line import RuleLine
from helpdesk_tui.widgets.text import safe

COLUMNS = (
    RowColumn("", 19),
    RowColumn("Value", 17, grows=1),
    RowColumn("SIP password", 12, grows=1),
    RowColumn("Display name", 16, grows=1),
)

NEW_PASSWORD, PRIMARY, UP, DOWN = "new password", "primary", "up", "down"


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything this screen shows, read at one moment."""

    user: User
    organisation: Organisation
    phones: tuple[Phone, ...]


Line = UserSetting | Identity | Phone


class UserScreen(LiveScreen):
    """See and change one user."""

    PLACE = Place.USER
    CSS_PATH = asset("styles/directory.tcss")
    AUTO_FOCUS = "RowList"

    def __init__(self, session: Session, user_id: int) -> None:
        super().__init__(session)
        self._user_id = user_id
        self._seen: Seen | None = None
        self._nothing = "The user is still being read: try again in a moment."
        """Why there is no user here."""
        self._revealed = False

    def compose(self) -> ComposeResult:
        yield from self.header("User")
        yield RowList(COLUMNS)
        yield Static(id="empty", markup=False)
        yield RuleLine()
        yield Static(id="about", markup=False)
        yield from self.footer()

    # Reading and showing --------------------------------------------------------------------------------------------

    def read(self) -> None:
        def work() -> Seen | HelpdeskError:
            try:
                user = self.desk.users.get(self._user_id)
                return Seen(user, self.desk.organisations.get(user.organisation_id), self.desk.users.phones(user))
            except HelpdeskError as error:
                return error

        self.in_background("user", work, self._take)

    def _take(self, answer: Seen | HelpdeskError) -> None:
        self.set_class(isinstance(answer, HelpdeskError), "-nothing")
        if isinstance(answer, HelpdeskError):
            self._seen, self._nothing = None, str(answer)
            sign = (f"{symbols().attention} ", "bold $attention")
            self.query_one("#empty", Static).update(Content.assemble(sign, safe(str(answer))))
        else:
            self._seen = answer
            self._show(answer)
        self._show_about()
        self.show_commands()

    def _show(self, seen: Seen) -> None:
        user = seen.user
        header = self.query_one(HeaderLine)
        header.show_title(f"{user.name} ({user.extension})  {seen.organisation.name}")
        header.show_count("secrets shown" if self._revealed else "")
        rows = [Row((setting.title, self._value(user, setting), "", "")) for setting in USER_SETTINGS]
        for number, identity in enumerate(user.identities, start=1):
            title = f"Identity {number}{', primary' if number == 1 else ''}"
            values = [self._value(identity, setting) for setting in IDENTITY_SETTINGS]
            rows.append(Row((title, *values)))
        for phone in seen.phones:
            rows.append(Row((f"Logged in on {phone.model}", phone.mac.colons, "", phone.name)))
        if not seen.phones:
            rows.append(Row(("Logged in on", "no phone", "", ""), "quiet"))
        self.query_one(RowList).show(rows)

    def _value(self, owner: User | Identity, setting: UserSetting) -> str:
        value = str(getattr(owner, setting.column))
        if setting.secret and value and not self._revealed:
            return MASK
        return value or symbols().none

    @property
    def highlighted(self) -> Line | None:
        """What the cursor is on."""
        if self._seen is None:
            return None
        lines: tuple[Line, ...] = (*USER_SETTINGS, *self._seen.user.identities, *self._seen.phones)
        cursor = self.query_one(RowList).cursor
        return lines[cursor] if cursor < len(lines) else None

    def _show_about(self) -> None:
        about = ""
        match self.highlighted:
            case UserSetting() as setting:
                about = f"{setting.help} Import column: {setting.column}."
            case Identity(sip_username=name, sip_password=password) if self._revealed:
                about = f"SIP password of {name}, in full: {password}"  # its column is too narrow for a long one
            case Identity():
                about = "A SIP account. The first is primary; line keys count identities in this order."
            case Phone() as phone:
                keys = f"{press('change')} opens it, {press('remove_here')} logs out."
                about = f"{phone.vendor.label} {phone.model} of {phone.organisation}. {keys}"
            case None if self._seen:
                about = f"To log this user in: open the phone and press {press('login')} there."
        self.query_one("#about", Static).update(Content(safe(about)))

    @on(RowList.Highlighted)
    def _another_line(self) -> None:
        self._show_about()
        self.show_commands()

    @on(RowList.Opened)
    def _opened(self) -> None:
        self.run_command("change")

    # Commands -------------------------------------------------------------------------------------------------------

    def needed(self, command_id: str) -> Role:
        on_phone = isinstance(self.highlighted, Phone)
        if command_id == "change":
            return Role.VIEWER if on_phone else Role.ADMINISTRATOR
        return Role.OPERATOR if command_id == "remove_here" and on_phone else super().needed(command_id)

    def why_not(self, command_id: str) -> str | None:
        if self._seen is None and command_id in ("change", "add_identity", "remove_here", "reveal"):
            return self._nothing
        if command_id in ("change", "remove_here") and self.highlighted is None:
            return "Go to one of the lines above."
        only = self._seen is not None and len(self._seen.user.identities) == 1
        if command_id == "remove_here" and isinstance(self.highlighted, Identity) and only:
            return f"A user needs one identity: add another one first ({press('add_identity')})."
        return super().why_not(command_id)

    async def action_change(self) -> None:
        """Change the highlighted value, or open the highlighted phone."""
        if self._seen is None:
            return
        match self.highlighted:
            case UserSetting() as setting:
                await self._change_value(self._seen.user, setting)
            case Identity() as identity:
                await self._change_identity(self._seen.user, identity)
            case Phone() as phone:
                from helpdesk_tui.screens.phone import PhoneScreen

                self.app.push_screen(PhoneScreen(self.session, phone.id))

    async def _change_value(self, user: User, setting: UserSetting) -> None:
        check = partial(self.desk.users.changed, user, setting.column)
        text = await self._ask(f"{setting.title} of {user.name}", user, setting, check)
        if text is not None:
            await asyncio.to_thread(self.desk.users.change, user, setting.column, text)
            self._done(f"{setting.title} is changed.")

    async def _change_identity(self, user: User, identity: Identity) -> None:
        name = identity.sip_username
        names = [each.sip_username for each in user.identities]
        place = names.index(name)
        options = [(setting.column, setting.title) for setting in IDENTITY_SETTINGS]
        options.append((NEW_PASSWORD, "Make a new SIP password"))
        moves = ((PRIMARY, "Make it the primary one"), (UP, "One place up"), (DOWN, "One place down"))
        possible = {PRIMARY: place > 0, UP: place > 1, DOWN: place < len(names) - 1}
        options += [(move, words) for move, words in moves if possible[move]]
        chosen = await self.choose(f"What of identity {name} of {user.name}?", options)
        if chosen == NEW_PASSWORD:
            await self._make_password(user, name)
        elif chosen in possible:
            names.remove(name)
            names.insert({PRIMARY: 0, UP: place - 1, DOWN: place + 1}[chosen], name)
            await asyncio.to_thread(self.desk.users.reorder, user, names)
            self._done("The order of the identities is changed.")
        for setting in IDENTITY_SETTINGS:
            if setting.column == chosen:
                await self._change_identity_value(user, identity, setting)

    async def _make_password(self, user: User, name: str) -> None:
        """A random password in place of the old one."""
        lost = f"The old one is lost for good; tell the SIP host the new one, which {press('reveal')} reveals."
        if await self.ask(f"Make a new SIP password for {name}?", consequence=lost, yes="Yes, make a new one"):
            await asyncio.to_thread(self.desk.users.change_identity, user, name, "sip_password", "")
            self._done("The SIP password is changed.")

    async def _change_identity_value(self, user: User, identity: Identity, setting: UserSetting) -> None:
        users, name = self.desk.users, identity.sip_username
        check = partial(users.changed_identity, user, name, setting.column)
        text = await self._ask(f"{setting.title} of identity {name}", identity, setting, check)
        if text is not None:
            await asyncio.to_thread(users.change_identity, user, name, setting.column, text)
            self._done(f"{setting.title} is changed.")

    async def _ask(
        self, title: str, owner: User | Identity, setting: UserSetting, check: Callable[[str], object]
    ) -> str | None:
        """The new value; None where it stays. Whoever has not revealed secrets does not see the old one."""
        if setting.secret and not self._revealed:
            same = f"{title} (empty: it stays as it is):"
            return await self.ask_secret(same, check=lambda text: check(text) if text else None) or None
        return await self.ask_text(f"{title}. {setting.help}", value=str(getattr(owner, setting.column)), check=check)

    async def action_add_identity(self) -> None:
        """Give this user one more SIP account."""
        if self._seen is None:
            return
        user, organisation, users = self._seen.user, self._seen.organisation, self.desk.users
        values: dict[str, str] = {}
        for setting in IDENTITY_SETTINGS:
            title = f"{setting.title} of the new identity of {user.name}. {setting.help}"

            def check(text: str, column: str = setting.column) -> None:
                users.check_new(organisation, column, text)

            ask = self.ask_secret if setting.secret else self.ask_text
            text = await ask(title, check=check)
            if text is None:
                return
            values[setting.column] = text
        await asyncio.to_thread(users.add_identity, user, values)
        self._done(f"Identity {values['sip_username'].strip()} is added.")

    async def action_remove_here(self) -> None:
        """Remove the highlighted identity, log out from the highlighted phone, or remove the user."""
        if self._seen is None:
            return
        user, users = self._seen.user, self.desk.users
        match self.highlighted:
            case Identity(sip_username=name):
                lost = "Its password is lost for good, and line keys of the identities after it count one less."
                if await self.ask(f"Remove identity {name} of {user.name}?", consequence=lost, yes="Yes, remove it"):
                    await asyncio.to_thread(users.remove_identity, user, name)
                    self._done(f"Identity {name} is removed.")
            case Phone() as phone:
                lost = "Only *1 and emergency calls remain there; everything of the user stays."
                if await self.ask(f"Log out {user.name} from {phone.mac}?", consequence=lost, yes="Yes, log out"):
                    await asyncio.to_thread(self.desk.phones.log_out, phone)
                    self._done(f"{user.name} is logged out from {phone.mac}.")
            case UserSetting():
                if await remove_user(self, user.id):
                    self.action_back()

    def action_reveal(self) -> None:
        """Show secrets, or hide them again."""
        if self._seen is None:
            return
        if self._revealed:
            self._reveal(False)
        else:
            user = self._seen.user
            self.in_background("reveal", lambda: self.desk.users.reveal(user), lambda _: self._reveal(True))

    def _reveal(self, revealed: bool) -> None:
        self._revealed = revealed
        if self._seen is not None:
            self._show(self._seen)
            self._show_about()

    def _done(self, sentence: str) -> None:
        count = len(self._seen.phones) if self._seen else 0
        phones = "the phone gets" if count == 1 else f"{count} phones get"
        self.say(f"{sentence} At the next check or restart {phones} it." if count else sentence)
        self.read()
