"""Over which line a request comes, and whether it is for the API: the names of ours that clients use."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from helpdesk_tui.backend.endpoint.peers import Peers
from helpdesk_tui.backend.endpoint.rest.urls import Urls
from helpdesk_tui.backend.model.environment import Environment

SEGMENTS = frozenset({"user", "company", "phone", "helpdesk", "schema"})
"""First parts of our paths, at addresses that phones use too."""

Scope = MutableMapping[str, Any]
Headers = Iterable[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Line:
    """What is known of the other side of one request."""

    address: str
    """Its public address."""
    secure: bool
    """Whether nobody between it and us can read along: HTTPS as far as a proxy of ours, or this very machine."""
    urls: Urls


class Lines:
    """The host of the API, `rest.<base domain>`, and the addresses of this machine. Proxies are believed only when they
    are configured."""

    def __init__(self, environment: Environment, scheme: str, listen_host: str) -> None:
        self._scheme = scheme
        self._host = f"rest.{environment.base_domain}".lower()
        self._encoded_host = self._host.encode()
        self._canonical = f"https://{self._host}"
        self._phones_host = (urlsplit(environment.provisioning_url).hostname or "").lower()
        self._peers = Peers(self._canonical, environment.trusted_proxies, listen_host)
        self._loopback = Peers("", ())
        self._proxies = bool(environment.trusted_proxies)

    def leads_to_api(self, scope: Scope) -> bool:
        """Whether this request is for the API. Asked of every request of a phone too, so it must cost next to nothing.

        The host of the API has nothing else; at an address of this machine our first segments are ours; at the host
        that phones use there is no API.
        """
        host = self._host_of(scope)
        named = scope["path"][1:].partition("/")[0] in SEGMENTS
        if not named and not host.lower().startswith(self._encoded_host):
            return False  # nearly always a phone
        name = _bare(host)
        if name == self._phones_host and not self._loopback.is_ours(host, ""):
            return False
        if not named and name != self._host:
            return False
        return self._peers.is_ours(host, scope["server"][0] if scope.get("server") else "")

    def read(self, scope: Scope) -> Line:
        """What is known of the other side."""
        peer, headers = _peer(scope), scope["headers"]
        scheme = self._scheme
        if self._trusted(peer):
            scheme = "http" if _last(headers, b"x-forwarded-proto") == b"http" else "https"
        host = self._host_of(scope).decode("latin-1").lower()
        here = not self._trusted(peer) and self._loopback.is_ours(_as_host(peer), "")
        address = self._peers.address(peer, dict(headers))
        return Line(address, scheme == "https" or here, Urls(f"{scheme}://{host}", self._canonical))

    def _trusted(self, peer: str) -> bool:
        return self._proxies and self._peers.trusts(peer)

    def _host_of(self, scope: Scope) -> bytes:
        """The host that the client named."""
        if self._proxies and self._trusted(_peer(scope)):
            forwarded = _last(scope["headers"], b"x-forwarded-host")
            if forwarded:
                return forwarded
        for name, value in scope["headers"]:
            if name == b"host":
                return bytes(value)
        return b""


def _peer(scope: Scope) -> str:
    return str(scope["client"][0]) if scope.get("client") else ""


def _last(headers: Headers, wanted: bytes) -> bytes:
    """What the nearest proxy has written into this header."""
    values = [value for name, value in headers if name == wanted]
    return values[-1].rpartition(b",")[2].strip().lower() if values else b""


def _bare(host: bytes) -> str:
    """A host without its port; one that is an IPv6 address is no name of ours and stays as it is."""
    return host.partition(b":")[0].decode("latin-1").lower().rstrip(".")


def _as_host(address: str) -> bytes:
    return f"[{address}]".encode() if ":" in address else address.encode()
