"""What comes in and goes out, independent of the server that carries it."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    target: str
    """Path and query, exactly as sent."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = b""
    address: str = "127.0.0.1"
    """Of the client."""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The last value of each name."""
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.target).query).items()}

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def basic(self) -> tuple[str, str] | None:
        """User name and password of HTTP Basic, or None."""
        scheme, _, value = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            name, _, password = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return name, password

    def json(self) -> object:
        """The body as JSON; None when it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


@dataclass(frozen=True, slots=True)
class Response:
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    hold: float = 0.0
    """Seconds that the server waits before it answers."""
    silent: bool = False
    """The server closes the connection without an answer."""
    cut: bool = False
    """The server announces the whole body, sends half of it and closes the connection."""
    drip: bool = False
    """The server sends one byte at a time, ten in a second."""


def json_response(status: int, value: object, headers: Mapping[str, str] | None = None) -> Response:
    return Response(status, {"Content-Type": "application/json"} | dict(headers or {}), json.dumps(value).encode())


def text_response(status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    return Response(status, {"Content-Type": "text/plain; charset=utf-8"} | dict(headers or {}), text.encode())
