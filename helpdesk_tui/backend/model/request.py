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

    @property
    def address(self) -> str:
        """What operators read."""
        return "own address" if self is Via.DEFINITIVE else "temporary address"


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

    @property
    def in_vain(self) -> bool:
        """Whether the phone did not get what it asked for."""
        return self.status >= 400

    @property
    def outcome(self) -> str:
        """How it was answered, for the operator."""
        if self.status == 200 and not self.bytes:
            return ONLY_LOOKED
        return OUTCOMES.get(self.status, "")

    @property
    def got_file(self) -> bool:
        """Whether the phone has the file since: it was sent, or the phone had it already."""
        return self.status == 304 or (self.status == 200 and self.bytes > 0)


ONLY_LOOKED = "only looked"
"""The answer to HEAD: what a file is like, and nothing of it."""

OUTCOMES = {
    200: "sent",
    206: "part sent",
    304: "has it already",
    401: "asked to log in",
    404: "no such file",
    416: "no such part",
    503: "come later",
}
