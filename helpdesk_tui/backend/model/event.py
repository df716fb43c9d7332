"""The append-only history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from helpdesk_tui.backend.model.mac import Mac


class EventKind(StrEnum):
    """What kind of thing happened."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    IMPORTED = "imported"
    ACTIVATION = "activation"
    """A registration was asked for."""
    REGISTERED = "registered"
    REGISTER_FAILED = "register failed"
    DEREGISTERED = "deregistered"
    DEREGISTER_FAILED = "deregister failed"
    EXPIRED = "expired"
    """The weekly deadline ended the registration."""
    FIRST_CONTACT = "first contact"
    """A phone used the temporary address for the first time."""
    FETCHED = "fetched"
    FIRMWARE = "firmware"
    FIRMWARE_INSTALLED = "firmware installed"
    MOVED = "moved"
    LOGIN = "login"
    LOGOUT = "logout"
    REVEALED = "revealed"
    """Somebody asked to see secrets."""
    ASKED = "asked"
    """The manufacturer was asked what it knows."""
    WALKTHROUGH = "walkthrough"
    ADDRESS = "address"
    """An address was throttled or released."""
    API_USER = "api user"
    """A user of the REST API was added, changed or removed, or failed to log in."""


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the history: when, who, which phone, what, outcome. Never holds a secret."""

    id: int
    at: datetime
    operator: str
    kind: EventKind
    text: str
    """One sentence."""
    mac: Mac | None = None
    organisation: str = ""
