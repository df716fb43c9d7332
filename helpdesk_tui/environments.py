"""The configured environments, side by side: switching between them, and what the others say of a phone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpdesk_tui.backend.compass.environment import CompassEnvironment
from helpdesk_tui.backend.errors import HelpdeskError
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.elsewhere import explain
from helpdesk_tui.backend.model.environment import Environment
from helpdesk_tui.backend.model.phone import Phone

if TYPE_CHECKING:
    from helpdesk_tui.backend.compass.desk import CompassDesk


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The same MAC in another environment."""

    environment: str
    phone: Phone
    """As that environment knows it."""
    sentence: str
    """What that means here."""


class Environments:
    """Every environment of the configuration. One is opened when first wanted, and closed with the program."""

    def __init__(
        self, configured: Mapping[str, Environment | CompassEnvironment], opened: Helpdesk | CompassDesk
    ) -> None:
        """`opened` is the one that the program began with; its operator is the operator of all."""
        self._configured = configured
        self._first = opened
        self._opened: dict[str, Helpdesk | CompassDesk] = {opened.environment.name: opened}

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, as the configuration orders them."""
        return tuple(self._configured)

    def open(self, name: str) -> Helpdesk | CompassDesk:
        """The environment of this name. Raises DatabaseProblem."""
        if name not in self._opened:
            self._opened[name] = self._open(self._configured[name])
        return self._opened[name]

    def _open(self, environment: Environment | CompassEnvironment) -> Helpdesk | CompassDesk:
        who = self._first
        if isinstance(environment, CompassEnvironment):
            from helpdesk_tui.backend.compass.desk import CompassDesk

            return CompassDesk(environment, who.operator, role=who.role, read_only=who.read_only, clock=who.clock)
        environment.database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Helpdesk(environment, who.operator, role=who.role, read_only=who.read_only, clock=who.clock)

    def elsewhere(self, current: str, phone: Phone) -> tuple[Elsewhere, ...]:
        """Where else the MAC of this phone is known. An environment that cannot be asked is not in the answer."""
        found = []
        for name in self.names:
            there = self._ask(name, phone) if name != current else None
            if there is not None:
                sentence = f"{name} has this phone too: it {explain(phone, there)}"
                found.append(Elsewhere(name, there, sentence))
        return tuple(found)

    def _ask(self, name: str, phone: Phone) -> Phone | None:
        environment = self._configured[name]
        # A platform elsewhere would have to be read as a whole, phone by phone: a list knows no MAC.
        if isinstance(environment, CompassEnvironment):
            return None
        if name not in self._opened and not environment.database.exists():
            return None
        try:
            desk = self.open(name)
            return desk.store.phones.by_mac(phone.mac) if isinstance(desk, Helpdesk) else None
        except HelpdeskError:
            return None

    def close(self) -> None:
        """Close all but the first, which whoever opened it closes."""
        for desk in self._opened.values():
            if desk is not self._first:
                desk.close()
