"""Firmware images: only certified ones of the phone's model, only the very bytes that were added to the catalogue."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import threading
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.firmware_file import CHAINED_UPDATE
from helpdesk_tui.backend.model.phone import Phone

CHUNK = 256 * 1024
"""Bytes read at once."""

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


@dataclass(slots=True)
class Image:
    """An opened image whose bytes were checked. `close` it."""

    descriptor: int
    size: int
    sha256: str
    identity: tuple[int, ...]

    def read(self, offset: int, length: int) -> bytes:
        """Bytes of the image. Raises OSError when it is changed while it is read."""
        data = os.pread(self.descriptor, length, offset)
        if len(data) != length or _identity(os.fstat(self.descriptor)) != self.identity:
            raise OSError("the image was changed while it was sent")
        return data

    def close(self) -> None:
        os.close(self.descriptor)


class FirmwareFiles:
    """The images of one folder."""

    def __init__(self, desk: Helpdesk) -> None:
        self._desk = desk
        self.folder = desk.environment.images
        self._digests: dict[tuple[int, ...], str] = {}
        self._lock = threading.Lock()

    def open(self, phone: Phone, name: str) -> Image | None:
        """The image of this name for this phone; None for a file that it may not have, or that is not as it was
        when it was added to the catalogue. It blocks while a large file is read for the first time."""
        digest = self._expected(phone, name)
        if digest is None:
            return None
        image = _open(self.folder / name)
        if image is None:
            return None
        image.sha256 = self._digest(image)
        if digest not in ("", image.sha256):
            image.close()
            return None
        return image

    def _expected(self, phone: Phone, name: str) -> str | None:
        """The digest that the catalogue holds for this file (empty: none was taken); None: not for this phone."""
        for entry in self._desk.firmware.entries():
            if entry.file == name and entry.certified and phone.model in entry.models:
                return entry.sha256
        choice = self._desk.settings.firmware_choice(phone)
        chained = urlsplit(choice.chained_url).path.rpartition("/")[2] if choice else ""
        return "" if chained and name == chained and name.endswith(CHAINED_UPDATE) else None

    def _digest(self, image: Image) -> str:
        with self._lock:
            known = self._digests.get(image.identity)
        if known is None:
            with os.fdopen(os.dup(image.descriptor), "rb") as file:
                known = hashlib.file_digest(file, "sha256").hexdigest()
            with self._lock:
                self._digests[image.identity] = known
        return known


def _open(path: Path) -> Image | None:
    """A plain file that is no symbolic link."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        return None
    return Image(descriptor, status.st_size, "", _identity(status))


def _identity(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def read_range(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a single range. None: send everything. Raises ValueError for one outside the file."""
    match = _RANGE.fullmatch(header.strip().lower())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        start, end = max(size - int(last), 0), size - 1
    elif last and int(last) < int(first):
        return None  # invalid, hence ignored (RFC 9110, section 14.1.1)
    else:
        start, end = int(first), min(int(last) if last else size - 1, size - 1)
    if start >= size:
        raise ValueError("the range lies outside the file")
    return start, end
