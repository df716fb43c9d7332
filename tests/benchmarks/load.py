"""A load generator: many kept-alive connections, one request after the other on each, in a process of its own."""

from __future__ import annotations

import asyncio
import importlib
import multiprocessing
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection


@dataclass(frozen=True)
class Load:
    """What came of it."""

    seconds: float
    statuses: dict[int, int]
    latencies: tuple[float, ...]
    """Milliseconds, sorted."""
    bytes: int

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile(self, percent: float) -> float:
        """Milliseconds that so many percent of the answers stayed below."""
        return self.latencies[min(len(self.latencies) - 1, int(len(self.latencies) * percent / 100))]


class _Client(asyncio.Protocol):
    """One connection that works off its share of the requests."""

    def __init__(self, requests: list[bytes], done: asyncio.Future[None]) -> None:
        self._requests = requests
        self._done = done
        self._buffer = b""
        self._left = -1
        self.statuses: list[int] = []
        self.latencies: list[float] = []
        self.bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        self._next()

    def _next(self) -> None:
        if len(self.latencies) == len(self._requests):
            self._transport.close()
            self._done.set_result(None)
            return
        self._sent = time.perf_counter()
        self._transport.write(self._requests[len(self.latencies)])

    def data_received(self, data: bytes) -> None:
        self.bytes += len(data)
        if self._left < 0:
            self._buffer += data
            head, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            lower = head.lower()
            at = lower.index(b"content-length:") + 15
            self.statuses.append(int(head[9:12]))
            self._left = int(lower[at:].split(b"\r\n", 1)[0]) - len(rest)
            self._buffer = b""
        else:
            self._left -= len(data)
        if self._left == 0:
            self._left = -1
            self.latencies.append((time.perf_counter() - self._sent) * 1000)
            self._next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(error or ConnectionError("the server closed the connection"))


async def _drive(port: int, requests: Sequence[bytes], connections: int, tls: bool) -> Load:
    loop = asyncio.get_running_loop()
    context = None
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    begun = time.perf_counter()
    clients = []
    for number in range(connections):
        done: asyncio.Future[None] = loop.create_future()
        client = _Client(list(requests[number::connections]), done)
        clients.append((client, done))
    await asyncio.gather(
        *(loop.create_connection(lambda c=client: c, "127.0.0.1", port, ssl=context) for client, _ in clients)
    )
    await asyncio.gather(*(done for _, done in clients))
    seconds = time.perf_counter() - begun
    statuses: dict[int, int] = {}
    for status in (status for client, _ in clients for status in client.statuses):
        statuses[status] = statuses.get(status, 0) + 1
    latencies = sorted(value for client, _ in clients for value in client.latencies)
    return Load(seconds, statuses, tuple(latencies), sum(client.bytes for client, _ in clients))


def _work(pipe: Connection, port: int, requests: Sequence[bytes], connections: int, tls: bool) -> None:
    try:
        factory = importlib.import_module("uvloop").new_event_loop
    except ImportError:
        factory = asyncio.new_event_loop
    try:
        with asyncio.Runner(loop_factory=factory) as runner:
            pipe.send(runner.run(_drive(port, requests, connections, tls)))
    except Exception as error:
        pipe.send(error)


def load(port: int, requests: Sequence[bytes], connections: int, *, tls: bool = False) -> Load:
    """Send these requests, spread over this many connections. Raises what stopped it."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_work, args=(there, port, requests, connections, tls))
    process.start()
    found = here.recv()
    process.join()
    if isinstance(found, Exception):
        raise found
    assert isinstance(found, Load)
    return found
