"""Which file of a phone a path asks for. Names as in phone_formats.md, section 3.1."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import NamedTuple
from urllib.parse import unquote

from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.phone import Provisioned
from helpdesk_tui.backend.model.vendor import Vendor


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


SETTLING = frozenset({FileKind.SETTINGS, FileKind.BOOT, FileKind.COMMON})
"""The files by which a phone fetches its settings."""


class Asked(NamedTuple):
    """A path of the right shape."""

    temporary: bool
    segment: str
    """The secret part."""
    name: str
    """The file's name; empty for the folder itself."""
    firmware: bool
    """Whether it lies in the folder of images."""


_PATH = re.compile(r"/([tp])/([0-9A-Za-z_-]{1,128})(?:/(firmware/)?([^/\\\x00-\x20\x7f-\xff]{0,200}))?")
_NAME = re.compile(r"[\w().,+-]*", re.ASCII)
_SNOM = re.compile(r"snom\w{0,12}(?:-(?P<part>[0-9a-f]{12}|firmware))?\.(?:htm|html|xml)", re.ASCII)
_YEALINK_COMMON = re.compile(r"y\d{12}\.(?:cfg|boot)", re.ASCII)
_SEGMENT = re.compile(r"/([tp])/[^/]*")
_LONG = re.compile(r"\w{20,}")
_MAC = re.compile(r"(?<![0-9a-f])[0-9a-f]{12}(?![0-9a-f])")


def read_path(path: str) -> Asked | None:
    """Read a path as it was sent, without query; None when no phone would ask for it.

    Only the names of images may be percent-encoded; dots that climb, and anything encoded twice, are no names.
    """
    match = _PATH.fullmatch(path)
    if match is None:
        return None
    kind, segment, firmware, name = match.groups()
    name = name or ""
    if firmware:
        name = unquote(name)
    if not _NAME.fullmatch(name) or name.startswith("."):
        return None
    return Asked(kind == "t", segment, name, firmware is not None)


def kind_of(phone: Provisioned, asked: Asked) -> FileKind | None:
    """Which file of this phone is asked for; None for one that it does not have."""
    name = asked.name.lower()
    if asked.firmware:
        return FileKind.FIRMWARE if name else None
    if not name:
        return FileKind.SETTINGS
    if phone.vendor is Vendor.YEALINK:
        return _yealink(phone.mac.hex, name)
    match = _SNOM.fullmatch(name)
    if match is None or match["part"] not in (None, "firmware", phone.mac.hex):
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


def shown_path(path: str) -> str:
    """A path for logs and screens: without its secret segment, printable, of bounded length."""
    hidden = _LONG.sub("*", _SEGMENT.sub(r"/\1/*", path[:1000]))
    return "".join(c if c.isascii() and c.isprintable() else "?" for c in hidden)[:120]
