"""A request as nearly every phone makes it, read at once. Everything else is left to h11, which takes its time."""

from __future__ import annotations

import re
from typing import NamedTuple

# What is accepted here means the same to h11, which accepts more. Possessive: in time that grows with its length alone.
_PLAIN = re.compile(
    rb"(GET|HEAD) (/[\x21-\x7e]*+) HTTP/1\.1\r\n((?:[!#$%&'*+.^_`|~0-9A-Za-z-]++:[\x20-\x7e\t]*+\r\n)++)\r\n"
)
_OTHERWISE = frozenset({b"content-length", b"expect", b"transfer-encoding", b"upgrade"})
"""Headers that have a say in where this request ends, as `connection` has in what comes after it."""


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
