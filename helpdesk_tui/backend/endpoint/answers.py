"""What is sent back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from helpdesk_tui.backend.endpoint.firmware import CHUNK, Image
from helpdesk_tui.backend.use_cases.fetching import Sent

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = tuple[tuple[bytes, bytes], ...]

RETRY_AFTER = b"10"
"""Seconds after which a phone may come again when the database cannot be read."""


@dataclass(slots=True)
class Answer:
    """Status, headers, and a body or a part of an image."""

    status: int
    headers: Headers
    body: bytes = field(default=b"", repr=False)
    image: Image | None = None
    """Sent instead of the body: `length` bytes from `offset` on."""
    offset: int = 0
    length: int = 0
    settled: bool = False
    """Whether the phone gets its settings by this, or hears that they are unchanged."""
    sent: Sent | None = None
    """The settings file that the phone has after this answer, when it asked for that."""


def plain(status: int, text: bytes, *more: tuple[bytes, bytes]) -> Answer:
    """A short text."""
    length = str(len(text)).encode()
    return Answer(status, ((b"content-type", b"text/plain; charset=utf-8"), (b"content-length", length), *more), text)


MISS = plain(404, b"Not found\n")
"""The one answer for everything that was not let in or does not exist."""

CUT_OFF = plain(404, b"Not found\n", (b"connection", b"close"))
UNAVAILABLE = plain(503, b"Try again later\n", (b"retry-after", RETRY_AFTER))


def names(header: bytes | None, etag: bytes) -> bool:
    """Whether If-None-Match names this entity."""
    return header is not None and any(
        tag.strip().removeprefix(b"W/") in (etag, b"*") for tag in header[:1000].split(b",")
    )


async def send_answer(send: Send, answer: Answer, *, head: bool) -> None:
    """Send it; of an answer to HEAD only the headers."""
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    if answer.image is None or head:
        await send({"type": "http.response.body", "body": b"" if head else answer.body})
        return
    for offset, length in _chunks(answer.offset, answer.length):
        data = await asyncio.to_thread(answer.image.read, offset, length)
        await send({"type": "http.response.body", "body": data, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _chunks(offset: int, length: int) -> Iterable[tuple[int, int]]:
    end = offset + length
    return ((start, min(CHUNK, end - start)) for start in range(offset, end, CHUNK))
