"""The configured environments, side by side: switching between them, and what the others say of a phone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from helpdesk_tui.backend.errors import HelpdeskError
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.elsewhere import explain
from helpdesk_tui.backend.model.environment import Environment
from helpdesk_tui.backend.model.phone import Phone


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

    def __init__(self, configured: Mapping[str, Environment], opened: Helpdesk) -> None:
        """`opened` is the one that the program began with; its operator is the operator of all."""
        self._configured = configured
        self._first = opened
        self._opened: dict[str, Helpdesk] = {opened.environment.name: opened}

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, as the configuration orders them."""
        return tuple(self._configured)

    def open(self, name: str) -> Helpdesk:
        """The environment of this name. Raises DatabaseProblem."""
        if name not in self._opened:
            first = self._first
            environment = self._configured[name]
            environment.database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._opened[name] = Helpdesk(
                environment, first.operator, role=first.role, read_only=first.read_only, clock=first.clock
            )
        return self._opened[name]

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
        if name not in self._opened and not self._configured[name].database.exists():
            return None
        try:
            return self.open(name).store.phones.by_mac(phone.mac)
        except HelpdeskError:
            return None

    def close(self) -> None:
        """Close all but the first, which whoever opened it closes."""
        for desk in self._opened.values():
            if desk is not self._first:
                desk.close()
