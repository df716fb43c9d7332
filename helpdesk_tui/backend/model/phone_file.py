"""The files that phones ask for, by the names that they choose themselves (phone_formats.md, section 3.1)."""

from __future__ import annotations

import re
from enum import Enum, auto

from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.phone import Provisioned
from helpdesk_tui.backend.model.vendor import Vendor

FIRMWARE_FOLDER = "firmware/"
"""Images lie in a folder of their own beside the other files."""


class FileKind(Enum):
    """What phones ask for."""

    SETTINGS = auto()
    BOOT = auto()
    """Yealink, from V81 on: which files to load."""
    COMMON = auto()
    """Yealink: the file for all phones of a model. Everything is in the phone's own file, so it is empty."""
    FIRMWARE_SETTINGS = auto()
    """Snom: where the firmware lies."""
    FIRMWARE = auto()
    """An image."""


_SNOM = re.compile(
    r"snom\w{0,12}(?:-(?P<part>[0-9a-f]{12}|firmware))?\.(?:htm|html|xml)|(?P<mac>[0-9a-f]{12})(?:\.(?:htm|html|xml))?",
    re.ASCII,
)
"""The second form is what a phone makes of `{mac}`."""
_YEALINK_COMMON = re.compile(r"y\d{12}\.(?:cfg|boot)", re.ASCII)
_MAC = re.compile(r"(?<![0-9a-f])[0-9a-f]{12}(?![0-9a-f])")


def kind_of_file(phone: Provisioned, file: str) -> FileKind | None:
    """Which file of this phone has this name; None for one that it does not have. Its folder itself has no name."""
    name = file.lower()
    if name.startswith(FIRMWARE_FOLDER):
        return FileKind.FIRMWARE if name != FIRMWARE_FOLDER else None
    if not name:
        return FileKind.SETTINGS
    if phone.vendor is Vendor.YEALINK:
        return _yealink(phone.mac.hex, name)
    match = _SNOM.fullmatch(name)
    if match is None or match["part"] not in (None, "firmware", phone.mac.hex):
        return None
    if match["mac"] not in (None, phone.mac.hex):
        return None
    return FileKind.FIRMWARE_SETTINGS if match["part"] == "firmware" else FileKind.SETTINGS


def _yealink(mac: str, name: str) -> FileKind | None:
    if name == f"{mac}.cfg":
        return FileKind.SETTINGS
    if name in (f"{mac}.boot", "y000000000000.boot"):
        return FileKind.BOOT
    return FileKind.COMMON if _YEALINK_COMMON.fullmatch(name) and name.endswith(".cfg") else None


def named_mac(name: str) -> Mac | None:
    """The MAC that a file name names."""
    name = name.lower()
    match = None if _YEALINK_COMMON.fullmatch(name) else _MAC.search(name)
    return Mac(match[0]) if match else None
