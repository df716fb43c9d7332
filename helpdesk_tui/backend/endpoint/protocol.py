"""What common Python web servers leave open: half-sent requests, huge heads, idle connections, readers that stall.

uvicorn's own protocols, with limits around them.
"""

from __future__ import annotations

import asyncio
import time
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from uvicorn.protocols.http.h11_impl import H11Protocol as Base
else:
    try:
        from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol as Base
    except ImportError:
        from uvicorn.protocols.http.h11_impl import H11Protocol as Base

HEAD_TAKES = 5.0
"""Seconds in which a request must have arrived, from the connection or its first byte on."""

STALLED = 60.0
"""Seconds after which a client that does not read its answer is cut off."""

LARGEST_HEAD = 16 * 1024
"""Bytes of request line and headers."""

MOST_CONNECTIONS = 2_000
"""Connections of one worker; above that the one that has been idle for longest goes."""


class _Together:
    """A transport that sends the head of an answer with the beginning of its body: one packet, where uvicorn has two.

    uvicorn writes a head, then a body or nothing, and something empty at the end: so a head is never kept for long.
    """

    __slots__ = ("_head", "_transport", "get_extra_info", "is_closing")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._head = b""
        self.is_closing = transport.is_closing
        self.get_extra_info = transport.get_extra_info

    def write(self, data: bytes) -> None:
        if self._head:
            data, self._head = self._head + data, b""
        elif data.startswith(b"HTTP/1.1 "):
            self._head = data
            return
        self._transport.write(data)

    def close(self) -> None:
        if self._head:
            self.write(b"")
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class PhoneProtocol(Base):
    """One connection of a phone."""

    head_takes = HEAD_TAKES
    most_connections = MOST_CONNECTIONS

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._head_timer: asyncio.TimerHandle | None = None
        self._stall_timer: asyncio.TimerHandle | None = None
        self._head_size = 0
        self._idle_since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        if len(self.connections) >= self.most_connections and not self._make_room():
            transport.abort()
            return
        if hasattr(transport, "max_size"):
            # asyncio makes room for 256 KB at every read, which costs more than the read itself.
            transport.max_size = LARGEST_HEAD
        super().connection_made(cast("asyncio.Transport", _Together(transport)))
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

    # -- limits -------------------------------------------------------------------------------------------------------

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
