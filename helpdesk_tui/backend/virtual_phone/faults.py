"""What can be wrong around a phone, and what it keeps the phone from. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from helpdesk_tui.backend.virtual_phone.boot import Trouble


class Fault(StrEnum):
    """What is wrong around the phone."""

    NO_LINK = "no-link"
    """No cable, or no network behind it."""
    WRONG_VLAN = "wrong-vlan"
    """An address of a network that leads nowhere."""
    NO_DNS = "no-dns"
    """No host name is found."""
    WRONG_CLOCK = "wrong-clock"
    """The time server is out of reach, so that no certificate is valid."""
    BLOCKED_PORT = "blocked-port"
    """A firewall drops what goes to web servers; calls go another way."""
    OLD_TLS = "old-tls"
    """The phone knows TLS 1.0 only."""


class Talk(StrEnum):
    """What a phone wants of a host."""

    TIME = "the time"
    WEB = "files"
    SECURE_WEB = "files over TLS"
    CALLS = "calls"
    SECURE_CALLS = "calls over TLS"


_WEB = frozenset({Talk.WEB, Talk.SECURE_WEB})
_TLS = frozenset({Talk.SECURE_WEB, Talk.SECURE_CALLS})


@dataclass(frozen=True, slots=True)
class _Obstacle:
    """What a fault stops, and how that is told; `{host}` is who was to be reached."""

    stops: frozenset[Talk]
    cause: str
    remedy: str


_OBSTACLES: Mapping[Fault, _Obstacle] = {  # in the order in which a phone comes by them
    Fault.NO_LINK: _Obstacle(
        frozenset(Talk), "it has no link to a network", "check its cable and the switch port behind it"
    ),
    Fault.WRONG_VLAN: _Obstacle(
        frozenset(Talk),
        "{host} does not answer, nor does anything else in this network",
        "check the VLAN of the phone and of its switch port",
    ),
    Fault.NO_DNS: _Obstacle(
        frozenset(Talk),
        "{host} is not found, for the DNS server does not answer",
        "check the DNS server that the network names",
    ),
    Fault.BLOCKED_PORT: _Obstacle(
        _WEB,
        "{host} does not answer, as if a firewall dropped what is sent to it",
        "let the firewall pass HTTPS to {host}",
    ),
    Fault.WRONG_CLOCK: _Obstacle(
        _TLS | {Talk.TIME},
        "the certificate of {host} is not valid yet, for the clock of the phone says 1970-01-01",
        "let the phone reach its time server (NTP, port 123)",
    ),
    Fault.OLD_TLS: _Obstacle(
        _TLS,
        "{host} refuses TLS 1.0, and this phone knows nothing newer",
        "give the phone newer firmware by hand",
    ),
}


def in_the_way(faults: Collection[Fault], host: str, talk: Talk) -> Trouble | None:
    """What keeps the phone from talking to this host, the first thing that it would notice; None: nothing does."""
    for fault, obstacle in _OBSTACLES.items():
        needless = fault is Fault.NO_DNS and _is_address(host)
        if fault in faults and talk in obstacle.stops and not needless:
            return Trouble(obstacle.cause.format(host=host), obstacle.remedy.format(host=host))
    return None


def _is_address(host: str) -> bool:
    """Whether it needs no DNS."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
