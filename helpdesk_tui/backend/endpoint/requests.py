"""What is read of requests here: such as nearly every phone makes, at once, and what can be read of broken ones.
Everything else is left to h11, which takes its time."""

from __future__ import annotations

import re
from typing import NamedTuple

# What is accepted here means the same to h11, which accepts more. Possessive: in time that grows with its length alone.
_PLAIN = re.compile(
    rb"(GET|HEAD) (/[\x21-\x7e]*+) HTTP/1\.1\r\n((?:[!#$%&'*+.^_`|~0-9A-Za-z-]++:[\x20-\x7e\t]*+\r\n)++)\r\n"
)
_OTHERWISE = frozenset({b"content-length", b"expect", b"transfer-encoding", b"upgrade"})
"""Headers that have a say in where this request ends, as `connection` has in what comes after it."""
_ABSOLUTE = re.compile(rb"https?://([^/@]+)(/.*)?", re.IGNORECASE | re.DOTALL)
_VERSION = re.compile(rb" HTTP/[\d.]{1,5}$")
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}):(.*)")


class PlainRequest(NamedTuple):
    """A request without a body, after which the connection goes on."""

    method: str
    target: bytes
    headers: list[tuple[bytes, bytes]]
    """Names in lower case."""

    def __repr__(self) -> str:
        return f"PlainRequest({self.method!r})"  # the rest may hold secrets


def plain_request(data: bytes) -> PlainRequest | None:
    """The one request that these bytes are, and nothing after it; None when they are not just that."""
    match = _PLAIN.fullmatch(data)
    if match is None:
        return None
    method, target, lines = match.groups()
    headers = []
    for line in lines.split(b"\r\n")[:-1]:
        name, _, value = line.partition(b":")
        header = name.lower(), value.strip(b" \t")
        if header[0] in _OTHERWISE or (header[0] == b"connection" and header[1].lower() != b"keep-alive"):
            return None
        headers.append(header)
    if [name for name, _ in headers].count(b"host") != 1:
        return None
    return PlainRequest(method.decode(), target, headers)


class OwnPath(NamedTuple):
    """A target in absolute form, taken apart."""

    host: bytes
    path: bytes


def own_path(target: bytes) -> OwnPath | None:
    """What a target in absolute form says, which is as good as its path (RFC 9112, section 3.2.2); None: it has another
    form."""
    match = _ABSOLUTE.fullmatch(target)
    return OwnPath(match[1], match[2] or b"/") if match else None


class BrokenRequest(NamedTuple):
    """What can be read of something that is no request, or of one that never came whole."""

    method: str
    """Empty: none can be told."""
    target: bytes
    headers: list[tuple[bytes, bytes]]
    """Names in lower case."""

    def __repr__(self) -> str:
        return f"BrokenRequest({self.method!r})"  # the rest may hold secrets


def broken_request(data: bytes) -> BrokenRequest:
    """Read as much of it as there is."""
    line, *lines = data.lstrip(b"\r\n").splitlines()[:200] or [b""]
    method, blank, target = line.partition(b" ")
    if not blank or not method.isalpha():
        method, target = b"", line
    found = (_HEADER.fullmatch(other) for other in lines)
    headers = [(header[1].lower(), header[2].strip(b" \t")) for header in found if header]
    return BrokenRequest(method.decode(), _VERSION.sub(b"", target), headers)
