"""What every manufacturer's service can be asked, whatever its wire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.reason import Reason
from helpdesk_tui.backend.model.vendor import Vendor


class Standing(StrEnum):
    """Where a MAC stands at the manufacturer, as far as the service tells."""

    OURS = "ours"
    """Registered with our account and pointing at the URL that was asked about (or no URL was)."""
    OURS_OTHER_URL = "ours_other_url"
    """Registered with our account, but pointing elsewhere: another environment, or an old address."""
    NOT_REGISTERED = "not_registered"
    ELSEWHERE = "elsewhere"
    """Registered with another account."""


@dataclass(frozen=True, slots=True)
class Device:
    """What a service may want to know of a phone."""

    mac: Mac
    model: str | None = None
    serial: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a call did not succeed."""

    reason: Reason
    words: str | None = None
    """The manufacturer's own words or the network's, on one line, at most 200 characters, without secrets."""
    outcome_unknown: bool = False
    """True after a time-out or a cut connection: the change may have been made all the same."""
    retry_after: timedelta | None = None
    """How long the service asked us to wait (Retry-After)."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """What the service itself says of a MAC; None where its wire cannot tell."""

    standing: Standing
    url: str | None = None
    """Where the manufacturer sends the phone. Secret: never printed unmasked."""
    owner: str | None = None
    last_contact: datetime | None = None
    """When the phone last asked the manufacturer, in UTC."""
    pin: str | None = None
    """The code that a technician reads out when the phone asks for one (Yealink)."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One harmless call: is the service there and are we let in?"""

    failure: Failure | None
    account: str | None = None
    """The account, company or user as the service names it, where it does."""
    clock_difference: timedelta | None = None
    """Their clock minus ours, from the Date header."""


class ManufacturerService(Protocol):
    """A client of one redirection service. Calls block, may come from any thread, and raise nothing:
    every failure is a value. Each ends within the configured time-outs. Registering twice, and removing
    what is not registered, succeed. A phone of another account is never overridden.
    """

    @property
    def vendor(self) -> Vendor: ...

    @property
    def label(self) -> str:
        """What the operator reads, such as `Snom SRAPS`."""
        ...

    def register(self, device: Device, url: str) -> Failure | None:
        """Let the service send this phone to `url`; None when it does."""
        ...

    def deregister(self, device: Device) -> Failure | None:
        """Let the service forget this phone; None when it has, or never knew it."""
        ...

    def check(self, device: Device, url: str | None = None) -> Standing | Failure:
        """Where this phone stands; with `url`, whether it points there."""
        ...

    def lookup(self, device: Device) -> Lookup | Failure:
        """All that the wire can tell of this phone."""
        ...

    def probe(self) -> Probe:
        """Whether the service answers and accepts our credentials."""
        ...

    def renew(self) -> None:
        """Ask again, although the service has refused our credentials. Calls that are under way go on."""
        ...

    def close(self) -> None:
        """Give back connections; tokens are forgotten."""
        ...
