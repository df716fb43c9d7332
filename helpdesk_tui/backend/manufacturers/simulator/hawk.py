"""Hawk as a server checks it, written from its description and not with the library that our client signs with."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping

from helpdesk_tui.backend.manufacturers.simulator.messages import Request

WINDOW = 60
"""Seconds; Hawk's default. Snom's own is not known (section 1.2)."""


class HawkError(Exception):
    """Why a request is not let in; the text is that of a Hawk server (section 1.2)."""

    def __init__(self, error: str, challenge: str = "") -> None:
        super().__init__(error)
        self.challenge = challenge or f'Hawk error="{error}"'


def mac(key: str, attributes: Mapping[str, str], method: str, target: str, host: str, port: int) -> str:
    """The signature of a request (section 1.2)."""
    lines = (
        "hawk.1.header",
        attributes["ts"],
        attributes["nonce"],
        method.upper(),
        target,
        host.lower(),
        str(port),
        attributes.get("hash", ""),
        attributes.get("ext", ""),
    )
    return _sign(key, "".join(f"{line}\n" for line in lines))


def payload_hash(content_type: str, body: bytes) -> str:
    """The hash of a body; the content type is without parameters, in lower case."""
    digest = hashlib.sha256(f"hawk.1.payload\n{content_type}\n".encode() + body + b"\n").digest()
    return base64.b64encode(digest).decode()


def verify(request: Request, secrets: Mapping[str, str], seen: set[tuple[str, str, str]], now: float) -> str:
    """The id of the key that signed this request. `seen` collects nonces. Raises HawkError."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    attributes: dict[str, str] = dict(re.findall(r'(\w+)="([^"]*)"', rest))
    if scheme != "Hawk" or not {"id", "ts", "nonce", "mac"} <= attributes.keys():
        raise HawkError("Missing attributes", "Hawk")
    key = secrets.get(attributes["id"])
    if key is None:
        raise HawkError("Unknown credentials")
    host, _, port = request.headers.get("host", "").rpartition(":")
    if not port.isdecimal():
        host, port = request.headers.get("host", ""), "80"
    expected = mac(key, attributes, request.method, request.target, host.strip("[]"), int(port))
    if not hmac.compare_digest(expected, attributes["mac"]):
        raise HawkError("Bad mac")
    # The hash is optional: checked when it is there (section 1.2).
    if "hash" in attributes and attributes["hash"] != payload_hash(request.content_type, request.body):
        raise HawkError("Bad payload hash")
    use = (attributes["id"], attributes["ts"], attributes["nonce"])
    if use in seen:
        raise HawkError("Invalid nonce")
    seen.add(use)
    if not attributes["ts"].isdecimal() or abs(int(attributes["ts"]) - now) > WINDOW:
        stamp = str(int(now))
        tsm = _sign(key, f"hawk.1.ts\n{stamp}\n")
        raise HawkError("Stale timestamp", f'Hawk ts="{stamp}", tsm="{tsm}", error="Stale timestamp"')
    return attributes["id"]


def _sign(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()
