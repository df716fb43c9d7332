"""A provisioning request: what a phone asked of us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Via(StrEnum):
    """By which address the phone came."""

    TEMPORARY = "temporary"
    """The URL that the manufacturer handed out."""
    DEFINITIVE = "definitive"
    """The phone's own secret URL."""


@dataclass(frozen=True, slots=True)
class Request:
    """One answered fetch of a registered phone. Everything the phone sent is hostile text."""

    id: int
    at: datetime
    phone_id: int
    address: str
    """Public address of the phone's site."""
    file: str
    """The file's name, without the secret part of the URL."""
    via: Via
    status: int
    bytes: int
    user_agent: str
    note: str = ""
    """What is odd about it: another model or MAC than recorded."""
