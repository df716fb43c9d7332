"""The steps of a boot as provisioning.txt lists them, and what can go wrong on the way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class BootStep(StrEnum):
    """What a phone does while it starts, in order; it may start several times."""

    SOFTWARE = "boot the internal software"
    LIGHTS = "turn on the lights"
    NETWORK = "set up the network"
    ADDRESS = "request an IP address"
    TIME = "ask the time"
    MANUFACTURER = "contact the manufacturer's service"
    ENDPOINT = "contact the provisioning endpoint"
    CHECK = "check the settings"
    APPLY = "apply the settings"
    FIRMWARE = "change the firmware"
    TIME_ZONE = "set the time zone"
    REGISTER = "register at the SIP server"
    REBOOT = "reboot"
    IDLE = "show the idle screen"


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
    """A firewall drops what the phone sends."""
    OLD_TLS = "old-tls"
    """The phone knows TLS 1.0 only."""


@dataclass(frozen=True, slots=True)
class Progress:
    """One line of what a watcher sees. Its text never holds the value of a setting."""

    step: BootStep
    text: str
    ok: bool = True


class BootTrouble(Exception):
    """A step that did not succeed; the text is for the watcher."""
