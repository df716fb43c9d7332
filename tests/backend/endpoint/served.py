"""An endpoint that listens on loopback, and a phone's side of HTTP."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from helpdesk_tui.backend.endpoint.server import Listen, in_background
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.use_cases.access import definitive_url, temporary_url

AGENTS = {
    "D735": "Mozilla/4.0 (compatible; snomD735-SIP 10.1.184.15 2010.12-00004-g9ba52f5 000413A1B2C3 SXM:0 UXM:0)",
    "T46S": "Yealink SIP-T46S 66.86.0.15 80:5e:c0:11:22:33",
}


def until(true: Callable[[], object], seconds: float = 10) -> None:
    """Wait for something that happens in another thread or process."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


@dataclass
class Served:
    """One running endpoint."""

    desk: Helpdesk
    port: int
    client: httpx.Client

    def get(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        """One request; underscores in header names stand for dashes."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.request(method, path, headers=named)

    def definitive(self, phone: Phone) -> str:
        """The path of the phone's own settings file."""
        return urlsplit(definitive_url(self.desk.environment, self.now(phone))).path

    def temporary(self, phone: Phone) -> str:
        """The path that the manufacturer was given, and the settings file in it."""
        url = temporary_url(self.desk.environment, self.now(phone))
        return urlsplit(url + f"{phone.mac.hex}.cfg" if url.endswith("/") else url).path

    def now(self, phone: Phone) -> Phone:
        """The phone as it is in the database."""
        return self.desk.phones.get(phone.id)

    def raw(self, data: bytes, seconds: float = 10) -> bytes:
        """Send bytes, read until the other side closes or is silent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as connection:
            connection.sendall(data)
            answer = b""
            while more := connection.recv(65536):
                answer += more
            return answer


@contextmanager
def served(desk: Helpdesk, access_log: Path | None = None) -> Iterator[Served]:
    """Serve this environment until the block ends."""
    log = access_log or desk.environment.database.with_suffix(".log")
    with (
        in_background(desk, Listen(access_log=log)) as url,
        httpx.Client(base_url=url, timeout=20) as client,
    ):
        yield Served(desk, int(url.rpartition(":")[2]), client)
