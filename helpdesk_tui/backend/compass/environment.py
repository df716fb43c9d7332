"""An environment whose platform is somewhere else, reached over its REST API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Fact(StrEnum):
    """What the platform knows of a phone although no public text names the JSON key: the field map does."""

    MAC = "mac"
    MODEL = "model"
    STEP = "step"
    FIRMWARE = "firmware"
    ONLINE = "online"
    """Not of the phone itself but of its status: whether it is registered for calls."""

    @property
    def label(self) -> str:
        """What people call it, within a sentence."""
        return "MAC" if self is Fact.MAC else self.value


FACTS_OF_PHONE = (Fact.MAC, Fact.MODEL, Fact.STEP, Fact.FIRMWARE)


@dataclass(frozen=True, slots=True)
class CompassEnvironment:
    """One platform that is asked over HTTPS; nothing of it is stored here."""

    name: str
    url: str
    """The root of the API (`https://rest.pbx.example.net`), without a trailing slash."""
    username: str
    password: str = field(repr=False)
    companies: tuple[str, ...] = ()
    """Ids or addresses of organisations beside one's own: to list them all is not documented."""
    fields: Mapping[Fact, str] = field(default_factory=dict)
    """The field map: where in the JSON a fact stands; a dot goes into an inner object."""
    connect_timeout: float = 5.0
    """Seconds."""
    read_timeout: float = 10.0
    """Seconds."""
    requests_per_second: float = 20.0
