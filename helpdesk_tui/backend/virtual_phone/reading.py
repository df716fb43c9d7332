"""Settings files as phones read them (phone_formats.md, section 2)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.etree import ElementTree

from helpdesk_tui.backend.virtual_phone.boot import BootTrouble

Settings = dict[str, str]
"""By name; Snom: `user_name[1]`."""

_LOOK = "look at what was sent to it"


@dataclass(frozen=True, slots=True)
class BootFile:
    """A Yealink boot file."""

    includes: tuple[str, ...]
    overwrite: bool
    """Whether settings that the files leave out fall back to the factory's."""


@dataclass(slots=True)
class Received:
    """All that one contact brought."""

    settings: Settings = field(default_factory=dict, repr=False)
    overwrite: bool = False


def read_snom(body: bytes) -> Settings:
    """The settings of an XML file. Raises BootTrouble."""
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise BootTrouble("the file is no XML", _LOOK) from error
    if root.tag != "settings":
        raise BootTrouble("the file holds no settings", _LOOK)
    found: Settings = {}
    for section in root:
        for element in section:
            index = element.get("idx")
            found[f"{element.tag}[{index}]" if index else element.tag] = element.text or ""
    return found


def read_snom_firmware(body: bytes) -> str:
    """Where the firmware lies. Raises BootTrouble."""
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise BootTrouble("the firmware file is no XML", _LOOK) from error
    return (root.findtext("firmware") or "").strip()


def read_yealink(body: bytes) -> Settings:
    """The settings of a .cfg file. Raises BootTrouble."""
    lines = _lines(body)
    pairs = (line.partition(" = ") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value for name, _, value in pairs}


def read_yealink_boot(body: bytes) -> BootFile:
    """A .boot file. Raises BootTrouble."""
    lines = _lines(body)
    includes = (re.fullmatch(r'include:config [<"]([^>"]+)[>"]', line) for line in lines)
    return BootFile(tuple(match[1] for match in includes if match), "overwrite_mode = 1" in lines)


def _lines(body: bytes) -> list[str]:
    lines = body.decode("utf-8", "replace").splitlines()
    if not lines or lines[0] != "#!version:1.0.0.1":
        raise BootTrouble("the first line of the file is not that of a settings file", _LOOK)
    return lines[1:]
