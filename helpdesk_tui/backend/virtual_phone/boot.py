"""The steps of a boot as provisioning.txt lists them, and how trouble on the way is told."""

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


@dataclass(frozen=True, slots=True)
class Progress:
    """One line of what a watcher sees. Its text never holds the value of a setting."""

    step: BootStep
    text: str
    ok: bool = True


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why something did not succeed, and what to do about it: `it has no link`, `check its cable`."""

    cause: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.cause}; {self.remedy}"


class BootTrouble(Exception):
    """A step that did not succeed."""

    def __init__(self, cause: str, remedy: str) -> None:
        super().__init__(cause)
        self.trouble = Trouble(cause, remedy)
