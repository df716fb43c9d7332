"""What common Python web servers leave open: half-sent requests, huge heads, idle connections, readers that stall.

uvicorn's own protocol, with limits around it, and a short way for the plain requests of phones and for answers that are
there as a whole. Everything else goes the way of h11.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from helpdesk_tui.backend.endpoint.answers import Message
from helpdesk_tui.backend.endpoint.requests import PlainRequest, broken_request, own_path, plain_request

HEAD_TAKES = 5.0
"""Seconds in which a request must have arrived, from the connection or its first byte on."""

STALLED = 60.0
"""Seconds after which a client that does not read its answer is cut off."""

LARGEST_HEAD = 16 * 1024
"""Bytes of request line and headers."""

MOST_CONNECTIONS = 2_000
"""Connections of one worker; above that the one that has been idle for longest goes."""


Refuse = Callable[[MutableMapping[str, Any]], Awaitable[None]]
"""What is done about something that is no request, before it is answered: it gets a scope of what can be read of it."""


@lru_cache
def _status_line(status: int) -> bytes:
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n".encode()


def _head_of(status: int, headers: Sequence[tuple[bytes, bytes]]) -> bytes | None:
    """Status line and headers as they are sent; None when they would not be just that, or do not say where the answer
    ends, or say that the connection ends with it."""
    names = [name for name, _ in headers]
    if b"connection" in names or not (b"content-length" in names or status == HTTPStatus.NOT_MODIFIED):
        return None
    head = b"".join([_status_line(status), *[b"%b: %b\r\n" % header for header in headers], b"\r\n"])
    return head if head.count(b"\n") == head.count(b"\r") == len(headers) + 2 else None


class PhoneProtocol(H11Protocol):
    """One connection of a phone."""

    head_takes = HEAD_TAKES
    most_connections = MOST_CONNECTIONS

    def __init__(self, refuse: Refuse, **options: Any) -> None:
        super().__init__(**options)
        self._refuse = refuse
        self._head_timer: asyncio.TimerHandle | None = None
        self._stall_timer: asyncio.TimerHandle | None = None
        self._head_size = 0
        self._idle_since = 0.0
        self._begun: Message | None = None
        """The beginning of an answer whose body has not come yet."""
        self._plain = b""
        """The request that is being answered, when h11 has not seen it."""
        self._held = b""
        """What came after that, before it was answered."""
        self._unread = b""
        """Of what h11 is given: what may be a request."""
        self._refused = False

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
        if self.cycle is not None:
            vars(self.cycle).pop("send", None)  # else the two would hold on to each other

    def data_received(self, data: bytes) -> None:
        if self.transport is None or self._refused or self.transport.is_closing():
            return
        if self._plain:
            self._held += data
            self.flow.pause_reading()
            return
        if len(data) <= LARGEST_HEAD and self._awaits_request and (request := plain_request(data)):
            self._begin(request, data)
            return
        if not self.busy:
            end = data.find(b"\r\n\r\n")
            self._head_size += len(data) if end < 0 else end
            if self._head_size > LARGEST_HEAD:
                self._unread = self._not_read(data)
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
        elif not self._refused and not self.transport.is_closing():
            self._wait_for_head()

    @property
    def busy(self) -> bool:
        """Whether a request is being answered."""
        return self.cycle is not None and not self.cycle.response_complete

    def on_response_complete(self) -> None:
        self._plain = b""
        super().on_response_complete()
        self._idle_since = time.monotonic()
        if self._held:
            held, self._held = self._held, b""
            self.data_received(held)

    # -- requests -----------------------------------------------------------------------------------------------------

    @property
    def _awaits_request(self) -> bool:
        """Whether h11 has nothing in hand."""
        conn = self.conn
        return not self.busy and conn.their_state is h11.IDLE and not conn.trailing_data[0]

    def _begin(self, request: PlainRequest, data: bytes) -> None:
        """Begin to answer, as `handle_events` does with what h11 has read."""
        self._unset_keepalive_if_required()
        self._stop_waiting()
        self._head_size, self._plain = 0, data
        raw_path, _, query = request.target.partition(b"?")
        self.headers = request.headers
        self.scope = {
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "http_version": "1.1",
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,  # type: ignore[typeddict-item]
            "method": request.method,
            "root_path": self.root_path,
            "path": self.root_path + unquote(raw_path.decode("ascii")),
            "raw_path": self.root_path.encode("ascii") + raw_path,
            "query_string": query,
            "headers": request.headers,
            "state": self.app_state.copy(),
        }
        self.cycle = RequestResponseCycle(
            scope=self.scope,
            conn=self.conn,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            on_response=self.on_response_complete,
        )
        self.cycle.more_body = False
        self.cycle.message_event.set()
        self.cycle.send = self._send  # type: ignore[method-assign]
        task = self.loop.create_task(self.cycle.run_asgi(self.app))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)

    def handle_events(self) -> None:
        before = self.cycle
        self._unread = self._not_read()
        super().handle_events()
        self._unread = b""
        if self.cycle is not before:
            self.cycle.send = self._send  # type: ignore[method-assign]
            if own := own_path(self.scope["raw_path"]):
                host, path = own
                self.scope["raw_path"], self.scope["path"] = path, unquote(path.decode("ascii"))
                self.headers[:] = [(b"host", host), *[header for header in self.headers if header[0] != b"host"]]

    # -- answers ------------------------------------------------------------------------------------------------------

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
            if self._plain and not cycle.disconnected:  # h11 must know what it is an answer to
                self.conn.receive_data(self._plain)
                self.conn.next_event()  # the request
                self.conn.next_event()  # its end
            await RequestResponseCycle.send(cycle, begun)  # type: ignore[arg-type]
        await RequestResponseCycle.send(cycle, message)

    def _sent_whole(self, cycle: RequestResponseCycle, begun: Message, message: Message) -> bool:
        """Send an answer at once, when it is whole and the connection goes on after it: h11 would look at every part of
        it for longer than it takes to make it."""
        if message.get("more_body") or cycle.disconnected or not cycle.keep_alive:
            return False
        if not self._plain and self.conn.their_state is not h11.DONE:
            return False
        head = _head_of(begun["status"], [*cycle.default_headers, *begun["headers"]])
        if head is None:
            return False
        self.transport.write(head if cycle.scope["method"] == "HEAD" else head + message["body"])
        cycle.response_started = cycle.response_complete = True
        cycle.message_event.set()
        following = b""
        if not self._plain:
            following, _ = self.conn.trailing_data
            self.conn = h11.Connection(h11.SERVER, LARGEST_HEAD)
        cycle.on_response()
        if following and not self.transport.is_closing():
            self.conn.receive_data(following)
            self.handle_events()
        return True

    # -- limits -------------------------------------------------------------------------------------------------------

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP hears what every miss hears, as late."""
        if not self._unread and self.cycle is not None and self.cycle.response_complete:
            self.transport.close()  # it is the rest of one that has its answer
        elif self.busy or not self._unread:  # it belongs to a request that is answered and noted
            self._say_not_found()
        elif not self._refused:
            self._refused = True
            self._stop_waiting()
            task = self.loop.create_task(self._be_refused(self._unread))
            task.add_done_callback(self.tasks.discard)
            self.tasks.add(task)

    def _not_read(self, more: bytes = b"") -> bytes:
        """What came of a request that h11 does not know yet."""
        return self.conn.trailing_data[0] + more if self.conn.their_state is h11.IDLE else b""

    async def _be_refused(self, unread: bytes) -> None:
        method, target, headers = broken_request(unread)
        raw_path, _, query = target.partition(b"?")
        scope = {"method": method, "raw_path": raw_path, "query_string": query, "headers": headers}
        await self._refuse({**scope, "client": self.client, "server": self.server})
        self._say_not_found()

    def _say_not_found(self) -> None:
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
        self._unread = self._not_read()
        if self._unread:
            self.send_400_response("")
        elif not self.transport.is_closing():
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
