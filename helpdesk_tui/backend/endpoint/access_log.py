"""The access log: one JSON object a line, without secrets, safe against whatever phones send."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO


class AccessLog:
    """Lines for a file, which may be rotated by renaming it, or for stderr."""

    def __init__(self, path: Path | None = None) -> None:
        """Raises OSError when the file cannot be opened."""
        self._path = path
        self._file: IO[str] | None = self._open() if path else None

    def _open(self) -> IO[str]:
        assert self._path is not None
        file = self._path.open("a", encoding="utf-8")
        with suppress(OSError):
            self._path.chmod(0o600)
        return file

    def write(self, entries: list[dict[str, object]]) -> None:
        """Write entries. A full disk loses lines of the log, never an answer to a phone."""
        lines = "".join(json.dumps(entry) + "\n" for entry in entries)
        with suppress(OSError, ValueError):
            if self._path and self._rotated():
                self.close()
                self._file = self._open()
            file = self._file or sys.stderr
            file.write(lines)
            file.flush()

    def _rotated(self) -> bool:
        assert self._path is not None
        try:
            now = self._path.stat()
        except OSError:
            return True
        return self._file is None or os.fstat(self._file.fileno()).st_ino != now.st_ino

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            self._file = None
