"""An endpoint that listens on loopback, and a phone's side of HTTP."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from helpdesk_tui.backend.endpoint.server import Listen, in_background
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.failures import Failures
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.request import Request
from helpdesk_tui.backend.use_cases.access import definitive_url, temporary_url

AGENTS = {
    "D735": "Mozilla/4.0 (compatible; snomD735-SIP 10.1.184.15 2010.12-00004-g9ba52f5 000413A1B2C3 SXM:0 UXM:0)",
    "T46S": "Yealink SIP-T46S 66.86.0.15 80:5e:c0:11:22:33",
}


def until(true: Callable[[], object], seconds: float = 60) -> None:
    """Wait for something that happens in another thread or process."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def path_of(desk: Helpdesk, phone: Phone) -> str:
    """The path of the phone's own settings file."""
    return urlsplit(definitive_url(desk.environment, desk.phones.get(phone.id))).path


def requests_of(desk: Helpdesk) -> tuple[Request, ...]:
    """What the phones have fetched, the latest first."""
    with desk.store.database.read() as connection:
        phones = [row[0] for row in connection.execute("SELECT id FROM phones")]
    found = [request for phone in phones for request in desk.store.requests.of_phone(phone, 10_000)]
    return tuple(sorted(found, key=lambda request: request.id, reverse=True))


def failures_of(desk: Helpdesk) -> tuple[Failures, ...]:
    """Who asked for what is not theirs."""
    return desk.store.failures.of_others((), datetime.min.replace(tzinfo=UTC), desk.clock(), 2_000)


def is_running(process: int) -> bool:
    """Whether there is such a process."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def children(process: int) -> list[int]:
    """The ids of the processes that this one has started. Only Linux tells."""
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


@dataclass
class Serve:
    """`serve` as a process of its own."""

    process: subprocess.Popen[str]
    url: str
    access_log: Path
    errors: Path
    """What it said on stderr."""

    @property
    def office(self) -> int:
        """The id of the process that writes down what it answers."""
        (child,) = children(self.process.pid)
        return child

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        return "127.0.0.1", int(self.url.rpartition(":")[2])

    def get(self, path: str) -> int:
        """The status of one request."""
        return httpx.get(self.url + path, timeout=20).status_code


@contextmanager
def serving(database: Path, *options: str, configuration: Path | None = None) -> Iterator[Serve]:
    """Serve this database, or what this configuration says, until the block ends, files beside it."""
    log, errors = database.with_suffix(".log"), database.with_suffix(".errors")
    command = [sys.executable, "-m", "helpdesk_tui"]
    command += ["--config", str(configuration)] if configuration else ["--database", str(database)]
    command += ["serve", "--port", "0", "--access-log", str(log), *options]
    with (
        errors.open("w") as stderr,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True) as running,
    ):
        assert running.stdout is not None
        yield Serve(running, running.stdout.readline().strip(), log, errors)
        running.terminate()


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
        return path_of(self.desk, phone)

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


def answers(connection: socket.socket, methods: list[str]) -> list[tuple[int, bytes]]:
    """Status and body of so many answers, and nothing after them once the other side has closed."""
    stream = connection.makefile("rb")
    found = []
    for method in methods:
        answer = HTTPResponse(_Stream(stream), method=method)  # type: ignore[arg-type]
        answer.begin()
        found.append((answer.status, answer.read()))
    return found


class _Stream:
    """What http.client asks of a socket; it must not close the stream between two answers."""

    def __init__(self, stream: object) -> None:
        self._stream = stream

    def makefile(self, _: str) -> _Stream:
        return self

    def close(self) -> None: ...

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)
