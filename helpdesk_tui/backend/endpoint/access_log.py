"""The access log: one JSON object a line, without secrets, safe against whatever phones send."""

from __future__ import annotations

import json
import logging
import os
import sys
from contextlib import suppress
from io import FileIO
from pathlib import Path

log = logging.getLogger(__name__)


class AccessLog:
    """Lines for a file, which may be rotated by renaming it, or for stderr."""

    def __init__(self, path: Path | None = None) -> None:
        """Raises OSError when the file cannot be opened."""
        self._path = path
        self._file: FileIO | None = self._open(path) if path else None
        self._left_out = 0
        self._torn = False
        """Whether the disk was full in the midst of a line."""

    def _open(self, path: Path) -> FileIO:
        file = FileIO(path, "a")
        with suppress(OSError):
            path.chmod(0o600)
        return file

    def write(self, entries: list[dict[str, object]]) -> None:
        """Write entries. A full disk loses lines of the log, which is said once, never an answer to a phone."""
        left_out: list[dict[str, object]] = [{"left_out": self._left_out}] if self._left_out else []
        lines = "".join(json.dumps(entry) + "\n" for entry in (*left_out, *entries))
        try:
            self._append(self._path, lines) if self._path else self._say(lines)
        except (OSError, ValueError) as error:
            if not self._left_out:
                reason = getattr(error, "strerror", None) or error
                log.error("the access log cannot be written (%s): until it can, its lines are left out", reason)
            self._left_out += len(entries)
            return
        if left_out:
            log.warning("the access log is written again: %d lines were left out", self._left_out)
            self._left_out = 0

    def _append(self, path: Path, lines: str) -> None:
        if self._file is None or self._rotated(path, self._file):
            self.close()
            self._file = self._open(path)
            self._torn = False
        data = lines.encode()
        if self._torn:
            data = b"\n" + data
        while data:
            written = self._file.write(data) or 0
            self._torn = data[written - 1 : written] != b"\n"
            data = data[written:]

    def _say(self, lines: str) -> None:
        sys.stderr.write(lines)
        sys.stderr.flush()

    def _rotated(self, path: Path, file: FileIO) -> bool:
        try:
            return os.fstat(file.fileno()).st_ino != path.stat().st_ino
        except OSError:
            return True

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            self._file = None
