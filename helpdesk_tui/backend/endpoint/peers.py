"""Who is asking, and under which name of ours: public address, client certificate, Host."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from helpdesk_tui.backend.model.mac import Mac, find_mac

FORWARDED_FOR = b"x-forwarded-for"
CLIENT_CERTIFICATE = b"x-client-certificate-subject"
"""The subject of the certificate that a proxy has verified: nginx `$ssl_client_s_dn`."""

_COMMON_NAME = re.compile(r"(?:^|[,/])\s*CN\s*=\s*([^,/]{1,64})")


class Peers:
    """What may be believed about the other side; proxies are believed only when they are configured."""

    def __init__(self, provisioning_url: str, trusted_proxies: Sequence[str], listen_host: str = "") -> None:
        self._proxies = [ipaddress.ip_network(network) for network in trusted_proxies]
        own = (urlsplit(provisioning_url).hostname or "").lower()
        self._hosts = frozenset({"localhost", listen_host.lower(), own} - {""})
        self.trusts = lru_cache(maxsize=1024)(self._trusts)

    def _trusts(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._proxies)

    def address(self, peer: str, headers: Mapping[bytes, bytes]) -> str:
        """The public address of the phone: the last one that no trusted proxy stands for."""
        if not self._proxies or not self.trusts(peer):
            return peer
        for text in reversed(headers.get(FORWARDED_FOR, b"").decode("latin-1").split(",")):
            hop = _address(text)
            if hop is None:
                return peer
            if not self.trusts(hop):
                return hop
            peer = hop
        return peer

    def certified_mac(self, peer: str, headers: Mapping[bytes, bytes]) -> Mac | None:
        """The MAC of the phone's own client certificate, told by a trusted proxy.

        None without one: phones also carry certificates that name no MAC (manufacturer_services.md, section 7.2).
        """
        if CLIENT_CERTIFICATE not in headers or not self.trusts(peer):
            return None
        match = _COMMON_NAME.search(headers[CLIENT_CERTIFICATE].decode("latin-1"))
        return find_mac(match[1]) if match else None

    def is_ours(self, host: bytes | None, listening: str) -> bool:
        """Whether the Host header names us: the provisioning URL, the listening address, or loopback."""
        if host is None:
            return False
        return _host_is_ours(host, listening, self._hosts)


@lru_cache(maxsize=1024)
def _host_is_ours(host: bytes, listening: str, ours: frozenset[str]) -> bool:
    name = re.fullmatch(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})(?::\d{1,5})?", host.decode("latin-1").lower())
    if name is None:
        return False
    bare = name[1].strip("[]").rstrip(".")
    if bare in ours or bare == listening.lower():
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


def _address(text: str) -> str | None:
    """An address as proxies write it, with or without a port."""
    text = text.strip()
    match = re.fullmatch(r"\[([^\]]+)\](?::\d+)?|([\d.]+):\d+", text)
    try:
        return str(ipaddress.ip_address((match[1] or match[2]) if match else text))
    except ValueError:
        return None
