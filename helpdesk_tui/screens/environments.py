"""Going from one environment to another, and bringing a phone along."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual.message import Message

from helpdesk_tui.backend import Helpdesk, Mac, NotFound, Phone
from helpdesk_tui.screens.base import HelpdeskScreen

if TYPE_CHECKING:
    from helpdesk_tui.backend import CompassDesk
    from helpdesk_tui.environments import Elsewhere

SWITCH = "switch-environment"
"""The walkthrough that brings a phone over."""


class EnvironmentChosen(Message):
    """The operator wants to go on in another environment; the program does it, since all screens end with it."""

    def __init__(self, desk: Helpdesk | CompassDesk, phone_id: int | None) -> None:
        """`phone_id`: the phone there whose screen is to be opened."""
        super().__init__()
        self.desk = desk
        self.phone_id = phone_id


class EnvironmentActions(HelpdeskScreen):
    """What the list of phones and the phone's own screen can do about other environments."""

    def elsewhere(self, phone: Phone) -> tuple[Elsewhere, ...]:
        """Where else this MAC is known. Call it in a thread: it reads other databases."""
        others = self.session.environments
        return others.elsewhere(self.session.environment, phone) if others else ()

    @property
    def phone_to_take_along(self) -> Mac | None:
        """The phone whose screen is to be opened in the other environment as well."""
        return None

    def why_not(self, command_id: str) -> str | None:
        if command_id == "environment":
            return self.why_no_other_environment()
        return super().why_not(command_id)

    def why_no_other_environment(self) -> str | None:
        """Why there is nowhere to go."""
        if self.session.environments is None or len(self.session.environments.names) < 2:
            return "Only one environment is configured here."
        return None

    async def action_environment(self) -> None:
        """Choose the environment to work in."""
        environments = self.session.environments
        assert environments is not None
        here = self.session.environment
        options = [(name, f"{name}  (you are here)" if name == here else name) for name in environments.names]
        chosen = await self.choose("Which environment?", options, first=here)
        if chosen is None or chosen == here:
            return
        desk = await asyncio.to_thread(environments.open, chosen)
        mac = self.phone_to_take_along
        phone_id: int | None = None
        if mac is not None and isinstance(desk, Helpdesk):
            try:
                phone_id = desk.phones.find(mac.colons).id
            except NotFound:
                self.say(f"{chosen} does not know {mac}: here is its list of phones.")
        elif mac is not None:
            self.say(f"{chosen} is read now: search for {mac} in its list of phones.")
        self.app.post_message(EnvironmentChosen(desk, phone_id))
