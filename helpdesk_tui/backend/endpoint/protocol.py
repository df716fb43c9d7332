"""What common Python web servers leave open: half-sent requests, huge heads, idle connections, readers that stall.

uvicorn's own protocol, with limits around it, and a short way for answers that are there as a whole.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from helpdesk_tui.backend.endpoint.answers import Message

HEAD_TAKES = 5.0
"""Seconds in which a request must have arrived, from the connection or its first byte on."""

STALLED = 60.0
"""Seconds after which a client that does not read its answer is cut off."""

LARGEST_HEAD = 16 * 1024
"""Bytes of request line and headers."""

MOST_CONNECTIONS = 2_000
"""Connections of one worker; above that the one that has been idle for longest goes."""


@lru_cache
def _status_line(status: int) -> bytes:
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n".encode()


def _head_of(status: int, headers: Sequence[tuple[bytes, bytes]]) -> bytes | None:
    """Status line and headers as they are sent; None when what is sent would not be just that."""
    lines = [name + b": " + value + b"\r\n" for name, value in headers]
    head = b"".join([_status_line(status), *lines, b"\r\n"])
    ends = len(lines) + 2
    return head if head.count(b"\n") == head.count(b"\r") == ends else None


class PhoneProtocol(H11Protocol):
    """One connection of a phone."""

    head_takes = HEAD_TAKES
    most_connections = MOST_CONNECTIONS

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._head_timer: asyncio.TimerHandle | None = None
        self._stall_timer: asyncio.TimerHandle | None = None
        self._head_size = 0
        self._idle_since = 0.0
        self._begun: Message | None = None
        """The beginning of an answer whose body has not come yet."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        if len(self.connections) >= self.most_connections and not self._make_room():
            transport.abort()
            return
        if hasattr(transport, "max_size"):
            # asyncio makes room for 256 KB at every read, which costs more than the read itself.
            transport.max_size = LARGEST_HEAD
        super().connection_made(transport)
        self._idle_since = time.monotonic()
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        if self._stall_timer:
            self._stall_timer.cancel()
        if self.transport is not None:
            super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport is None or self.transport.is_closing():
            return
        if not self.busy:
            end = data.find(b"\r\n\r\n")
            self._head_size += len(data) if end < 0 else end
            if self._head_size > LARGEST_HEAD:
                self.send_400_response("")
                return
        try:
            super().data_received(data)
        except Exception:
            self.send_400_response("")
            return
        if self.busy and not self.cycle.more_body:
            self._head_size = 0
            self._stop_waiting()
        elif not self.transport.is_closing():
            self._wait_for_head()

    @property
    def busy(self) -> bool:
        """Whether a request is being answered."""
        return self.cycle is not None and not self.cycle.response_complete

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._idle_since = time.monotonic()

    # -- answers ------------------------------------------------------------------------------------------------------

    def handle_events(self) -> None:
        before = self.cycle
        super().handle_events()
        if self.cycle is not before:
            self.cycle.send = self._send  # type: ignore[method-assign]

    async def _send(self, message: Any) -> None:
        """Keep the beginning of an answer until its body comes; uvicorn sends what does not come as a whole."""
        cycle = self.cycle  # the only one there is: no request is begun before the one before it is answered
        if message["type"] == "http.response.start" and not cycle.response_started:
            self._begun = message
            return
        begun, self._begun = self._begun, None
        if begun is not None:
            if self.flow.write_paused:
                await self.flow.drain()
            if self._sent_whole(cycle, begun, message):
                return
            await RequestResponseCycle.send(cycle, begun)  # type: ignore[arg-type]
        await RequestResponseCycle.send(cycle, message)

    def _sent_whole(self, cycle: RequestResponseCycle, begun: Message, message: Message) -> bool:
        """Send an answer at once, when it is whole and the connection goes on after it: h11 would look at every part of
        it for longer than it takes to make it."""
        status, headers = begun["status"], begun["headers"]
        if message.get("more_body") or not (status == 304 or any(name == b"content-length" for name, _ in headers)):
            return False
        if cycle.disconnected or not cycle.keep_alive or self.conn.their_state is not h11.DONE:
            return False
        if any(name == b"connection" for name, _ in headers):
            return False
        head = _head_of(status, [*cycle.default_headers, *headers])
        if head is None:
            return False
        self.transport.write(head if cycle.scope["method"] == "HEAD" else head + message["body"])
        cycle.response_started = cycle.response_complete = True
        cycle.message_event.set()
        following, _ = self.conn.trailing_data
        self.conn = h11.Connection(h11.SERVER, LARGEST_HEAD)
        cycle.on_response()
        if following:
            self.conn.receive_data(following)
            self.handle_events()
        return True

    # -- limits -------------------------------------------------------------------------------------------------------

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP hears what every miss hears."""
        if not self.transport.is_closing():
            date = formatdate(usegmt=True).encode()
            self.transport.write(
                b"HTTP/1.1 404 Not Found\r\ndate: " + date + b"\r\ncontent-type: text/plain; charset=utf-8\r\n"
                b"content-length: 10\r\nconnection: close\r\n\r\nNot found\n"
            )
            self.transport.close()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stall_timer = self.loop.call_later(STALLED, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stall_timer:
            self._stall_timer.cancel()

    def _wait_for_head(self) -> None:
        """Begin to count at the first byte of a request; more bytes win no more time."""
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(self.head_takes, self._give_up)

    def _stop_waiting(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _give_up(self) -> None:
        self._head_timer = None
        if not self.transport.is_closing():
            self.transport.close()

    def _make_room(self) -> bool:
        """Close the connection that has been idle for longest; False when all are at work."""
        idle = [other for other in self.connections if isinstance(other, PhoneProtocol) and not other.busy]
        if not idle:
            return False
        oldest = min(idle, key=lambda other: other._idle_since)
        self.connections.discard(oldest)
        oldest.transport.abort()
        return True
