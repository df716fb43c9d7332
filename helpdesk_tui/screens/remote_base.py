"""What the screens of a platform elsewhere share: they stand where those of our own stand, with the same keys; what
the platform does not offer stays visible, and says so."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from helpdesk_tui.backend import CompassDesk, Fact, RemoteOrganisation, RemotePhone
from helpdesk_tui.commands import BY_ID, Command, Place, bindings_for, commands_for
from helpdesk_tui.screens.base import PRACTICE
from helpdesk_tui.screens.environments import EnvironmentActions
from helpdesk_tui.themes import symbols

if TYPE_CHECKING:
    from helpdesk_tui.widgets.footer import Offer

LOOK_AGAIN = 0.4
"""Seconds between two looks at what was read meanwhile."""

LATER = 6
"""Ranks by which a command that is not offered stands back in the footer."""

NOT_OFFERED = "not offered by this platform"

NEVER = ("verdict", "user", "last seen")
"""What lists of our own phones show, and no documented call tells."""


class RemoteScreen(EnvironmentActions):
    """A screen of a remote environment. It sets PLACE to the place whose commands it shows."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_for(Place.REMOTE)

    _shown_version = -1

    @property
    def desk(self) -> CompassDesk:
        """The backend."""
        assert isinstance(self.session.backend, CompassDesk)
        return self.session.backend

    def on_mount(self) -> None:
        self.set_interval(LOOK_AGAIN, self.look_again)

    def look_again(self) -> None:
        """Show what was read meanwhile."""
        version = self.desk.data_version()
        if version != self._shown_version:
            self._shown_version = version
            self.show_read()

    def show_read(self) -> None:
        """Something was read: show it."""

    # Commands -------------------------------------------------------------------------------------------------------

    def offers(self) -> Sequence[Offer]:
        """Every command of the place, also those that the platform does not offer."""
        places = (self.PLACE, Place.REMOTE, Place.EVERYWHERE)
        commands = [command for place in places for command in commands_for(place) if command.id != PRACTICE]
        return [self._offer(command) for command in commands]

    def _offer(self, command: Command) -> Offer:
        """Where room is short, what is offered goes first."""
        if reason := self._why_not_offered(command.id):
            return replace(command, rank=command.rank + LATER), reason
        return command, self.reason_against(command.id)

    def reason_against(self, command_id: str) -> str | None:
        return self._why_not_offered(command_id) or super().reason_against(command_id)

    def run_command(self, command_id: str) -> None:
        if reason := self._why_not_offered(command_id):
            self.say(reason, "warning")
        else:
            super().run_command(command_id)

    def _why_not_offered(self, command_id: str) -> str | None:
        if command_id == PRACTICE or self._method(command_id) is None:
            title = BY_ID[command_id].title
            return f"{title} {'are' if title.endswith('s') else 'is'} {NOT_OFFERED} (Compass REST API)."
        return None

    async def action_read_again(self) -> None:
        """Read everything again; where the password was refused, only after a yes."""
        if await self.may_ask_again():
            self.desk.begin()
            self.look_again()

    async def may_ask_again(self) -> bool:
        """Whether the platform may be asked: a refused password is sent again only when the operator says so."""
        return not self.desk.password_refused or await self.ask(
            "Try the password once more?",
            consequence="It was refused. A platform may shut out the whole office after too many wrong ones.",
            yes="Yes, try it once",
        )

    # Moving ---------------------------------------------------------------------------------------------------------

    def why_not_move(self) -> str | None:
        """Why there is nowhere to move to."""
        if len(self.desk.organisations) < 2:
            return "Only one organisation is known here: the configuration may name more (companies = […])."
        return None

    async def move(self, phone: RemotePhone) -> None:
        """Ask where to, ask once more, and say what came of it."""
        others = [each for each in self.desk.organisations if each.url != phone.organisation_url]
        options = [(each, f"{each.label}  ({each.short_name or each.id})") for each in others]
        target: RemoteOrganisation | None = await self.choose(f"Move {phone.label} to which organisation?", options)
        if target is None:
            return
        owner = self.desk.organisation_of(phone)
        whose = owner.label if owner else "its organisation"
        sure = await self.ask(
            f"Move {phone.label} to {target.label}?",
            consequence=f"It leaves {whose} at once, keeps its settings and needs no reset. "
            "You need write rights on both organisations.",
            yes="Yes, move it",
        )
        if sure:
            moved = await asyncio.to_thread(self.desk.move, phone, target)
            self.say(moved.sentence, "information" if moved.listed else "warning")
            self.look_again()

    def copy_phone(self, phone: RemotePhone) -> None:
        """Send the MAC to the clipboard, or the address where the MAC is not known."""
        text = phone.mac.colons if phone.mac else phone.url
        self.copy(text, text)


def not_offered(desk: CompassDesk) -> tuple[str, ...]:
    """What lists of phones usually show and this platform does not tell, by name."""
    facts = (Fact.MAC, Fact.MODEL, Fact.STEP, Fact.FIRMWARE)
    return (*(fact.label for fact in facts if not desk.offers(fact)), *NEVER)


def fact_cell(desk: CompassDesk, phone: RemotePhone, fact: Fact) -> str:
    """A fact in a list: itself, `…` while it is not read, `?` for what cannot be read, a dash for what is unknown."""
    shown = symbols()
    if value := phone.value(fact):
        return value
    if not desk.offers(fact):
        return shown.none
    if phone.read_at is None or not phone.complete:
        return "?" if phone.problem else shown.ellipsis
    return "?" if phone.oddity(fact) else shown.none


def clock_time(moment: datetime | None, now: datetime) -> str:
    """`14:02:10` in the zone of the machine, or `23 Nov` when that was another day."""
    if moment is None:
        return symbols().none
    there, today = moment.astimezone(), now.astimezone().date()
    return f"{there:%H:%M:%S}" if there.date() == today else f"{there:%d %b}"


def read_at(moment: datetime | None, now: datetime) -> str:
    """`read 14:02:10`."""
    return f"read {clock_time(moment, now)}" if moment else "not read yet"
