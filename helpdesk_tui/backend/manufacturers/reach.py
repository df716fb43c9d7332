"""How far the way to a service is open: its name, its port, its certificate. For people who look for the cause."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Reach:
    """What was found on the way; the first thing that failed ends it."""

    host: str
    port: int
    addresses: tuple[str, ...] = ()
    connected: bool = False
    certificate_ends: datetime | None = None
    """None for http, or when the certificate was not accepted."""
    problem: str | None = None
    """What failed, in a few words; None: the way is open."""


def reach(url: str, timeout: float) -> Reach:
    """Look up the host of this address, connect to it, and check its certificate; `timeout` seconds for each."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        return Reach(host, port, problem=f"DNS: the name is not found ({error.strerror or error})")
    addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
    try:
        with socket.create_connection((host, port), timeout) as connection:
            if not secure:
                return Reach(host, port, addresses, True)
            with ssl.create_default_context().wrap_socket(connection, server_hostname=host) as tls:
                certificate = tls.getpeercert() or {}
    except ssl.SSLError as error:
        return Reach(host, port, addresses, True, problem=f"TLS: {error.reason or error}")
    except OSError as error:
        words = "no answer in time" if isinstance(error, TimeoutError) else error.strerror or str(error)
        return Reach(host, port, addresses, problem=f"TCP: {words}")
    ends = ssl.cert_time_to_seconds(str(certificate["notAfter"])) if "notAfter" in certificate else None
    return Reach(host, port, addresses, True, datetime.fromtimestamp(ends, UTC) if ends else None)
