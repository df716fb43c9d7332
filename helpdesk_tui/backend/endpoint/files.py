"""Which file of which phone a path asks for."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

from helpdesk_tui.backend.model.phone_file import FIRMWARE_FOLDER, FileKind

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

    @property
    def file(self) -> str:
        """Its name within the phone's folder."""
        return FIRMWARE_FOLDER + self.name if self.firmware else self.name


_PATH = re.compile(r"/([tp])/([0-9A-Za-z_-]{1,128})(?:/(firmware/)?([^/\\\x00-\x20\x7f-\xff]{0,200}))?")
_NAME = re.compile(r"[\w().,+-]*", re.ASCII)
_SEGMENT = re.compile(r"/([tp])/[^/]*")
_LONG = re.compile(r"\w{20,}")


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


def shown_path(path: str) -> str:
    """A path for logs and screens: without its secret segment, printable, of bounded length."""
    hidden = _LONG.sub("*", _SEGMENT.sub(r"/\1/*", path[:1000]))
    return "".join(c if c.isascii() and c.isprintable() else "?" for c in hidden)[:120]
