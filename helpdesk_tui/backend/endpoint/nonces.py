"""Which nonces of Digest were given out and how far each is used up, for all processes of one server."""

from __future__ import annotations

import fcntl
import mmap
import secrets
import struct
import tempfile
from collections.abc import Generator
from contextlib import contextmanager

MOST_NONCES = 50_000
"""Those that can be in use at once; whoever has an older one is given another."""

ENTRY = struct.Struct("=QQ")
"""The serial number of a nonce, and the highest counter that came with it. Before all others stands the latest."""


class Nonces:
    """Lies in memory that processes share which are forked after it is made.

    Its lock is one that the system takes away from a process that is killed.
    """

    def __init__(self) -> None:
        self._server = secrets.token_hex(4)  # the nonces of another one, or of an earlier one, are not known here
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it is open for as long as the server runs
        self._file.truncate(ENTRY.size * (1 + MOST_NONCES))
        self._entries = mmap.mmap(self._file.fileno(), 0)

    def new(self) -> str:
        """The name of one that nobody has used."""
        with self._alone():
            serial = ENTRY.unpack_from(self._entries)[0] + 1
            ENTRY.pack_into(self._entries, 0, serial, 0)
            ENTRY.pack_into(self._entries, _place(serial), serial, 0)
        return f"{self._server}-{serial:x}"

    def use(self, name: str, count: int) -> bool:
        """Use it up to this counter; False when it was before, or is not known."""
        server, _, number = name.partition("-")
        if server != self._server:
            return False
        serial = int(number, 16)
        with self._alone():
            known, used = ENTRY.unpack_from(self._entries, _place(serial))
            if known != serial or count <= used:
                return False
            ENTRY.pack_into(self._entries, _place(serial), serial, count)
        return True

    @contextmanager
    def _alone(self) -> Generator[None, None, None]:
        fcntl.lockf(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN)


def _place(serial: int) -> int:
    return ENTRY.size * (1 + serial % MOST_NONCES)
