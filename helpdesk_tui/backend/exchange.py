"""One HTTP request and its answer, bounded in time, size, rate and reach: what every client of somebody else's
service builds on. What an answer means is theirs."""

from __future__ import annotations

import ipaddress
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import urlsplit

import httpx


@dataclass(frozen=True, slots=True)
class Request:
    """One request, signed and complete."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes = field(default=b"", repr=False)
    changes: bool = False
    """Whether it changes something at the service: only then can an outcome be unknown."""


@dataclass(frozen=True, slots=True)
class Received:
    """A complete answer, whatever its status."""

    status: int
    headers: httpx.Headers = field(repr=False)
    body: bytes = field(repr=False)


class TooLarge(Exception):
    """The answer has more bytes than any answer of this service."""


class RateLimiter:
    """Spaces requests evenly, whichever threads make them."""

    def __init__(self, per_second: float) -> None:
        self._interval = 1 / per_second
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self) -> None:
        """Return when it is our turn."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next)
            self._next = turn + self._interval
        time.sleep(turn - now)


class Exchange:
    """One request and its answer, in a thread of its own: neither a name server that never answers nor a server that
    sends a byte now and then can hold the caller longer than it agreed to."""

    def __init__(self, client: httpx.Client, request: Request, largest: int) -> None:
        """`largest` is in bytes of the body."""
        self.request = request
        self.sent = False
        """Whether the request, or a part of it, left this machine."""
        self.outcome: Received | Exception = httpx.ReadTimeout("")
        """The answer, TooLarge, or an error of httpx."""
        self._client = client
        self._largest = largest
        self._abandoned = False

    def run(self, seconds: float) -> None:
        """Fill `outcome` within this time."""
        thread = threading.Thread(target=self._run, daemon=True, name="exchange")
        thread.start()
        thread.join(seconds)
        self._abandoned = True

    def _run(self) -> None:
        try:
            outcome: Received | Exception = self._answer()
        except Exception as error:  # every failure is a value here, and this thread has nobody to tell
            outcome = error
        if not self._abandoned:
            self.outcome = outcome

    def _answer(self) -> Received:
        request = self.request
        built = self._client.build_request(
            request.method,
            request.url,
            headers=dict(request.headers),
            content=request.content or None,
            extensions={"trace": self._trace},
        )
        response = self._client.send(built, stream=True)
        try:
            body = bytearray()
            for chunk in response.iter_raw(65_536):
                body += chunk
                if len(body) > self._largest:
                    raise TooLarge
                if self._abandoned:
                    break
        finally:
            response.close()
        return Received(response.status_code, response.headers, bytes(body))

    def _trace(self, event: str, _info: object) -> None:
        if event.endswith(".send_request_headers.started"):
            self.sent = True


def open_client(connect_timeout: float, read_timeout: float) -> httpx.Client:
    """A client that verifies certificates, follows no redirect, and takes nothing from the environment. Seconds."""
    return httpx.Client(
        verify=_tls(),
        trust_env=False,
        follow_redirects=False,
        timeout=httpx.Timeout(read_timeout, connect=connect_timeout),
        limits=httpx.Limits(keepalive_expiry=5.0),  # seconds: before most servers close a quiet connection
        headers={"User-Agent": "helpdesk-tui", "Accept-Encoding": "identity"},
    )


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of an address. Raises ValueError when it is none."""
    parts = urlsplit(url)
    default = {"https": 443, "http": 80}.get(parts.scheme, 0)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or default


def carries_secrets(url: str) -> bool:
    """Whether credentials may go to this address: it is https, or http to this machine itself."""
    try:
        scheme, host, port = origin(url)
    except ValueError:
        return False
    return bool(host and port) and (scheme == "https" or (scheme == "http" and _is_loopback(host)))


def host_of(url: str) -> str:
    """The host of an address that somebody else gave us, for people to read."""
    try:
        return urlsplit(url).hostname or "another address"
    except ValueError:
        return "another address"


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@cache
def _tls() -> ssl.SSLContext:
    """Certificates are always verified: against the store that httpx ships and the machine's own (`SSL_CERT_FILE`)."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context
