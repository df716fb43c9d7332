"""The ASGI application: lets a phone in by the secret segment of its path, or answers as it answers everybody."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from helpdesk_tui.backend.endpoint.credentials import Check, Credentials
from helpdesk_tui.backend.endpoint.files import SETTLING, Asked, FileKind, kind_of, named_mac, read_path, shown_path
from helpdesk_tui.backend.endpoint.firmware import CHUNK, FirmwareFiles, Image, read_range
from helpdesk_tui.backend.endpoint.peers import Peers
from helpdesk_tui.backend.endpoint.recorder import Record, Recorder
from helpdesk_tui.backend.endpoint.rendered import CONTENT_TYPES, RenderedFiles
from helpdesk_tui.backend.errors import BadInput, DatabaseProblem, Refused
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.environment import EndpointCredentials
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.user_agent import read_user_agent
from helpdesk_tui.backend.use_cases.access import credentials
from helpdesk_tui.backend.use_cases.fetching import Fetch, Key, Miss, Sent

log = logging.getLogger(__name__)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

MISS_TAKES = 0.02
"""Seconds from request to answer for every miss, whatever it took to find out."""

THROTTLED_MISS_TAKES = 0.1
"""Seconds for misses of a throttled address."""

MOST_SLOW_MISSES = 64
"""Misses that are kept waiting at once; more are answered at once and cut off."""

RETRY_AFTER = b"10"
"""Seconds after which a phone may come again when the database cannot be read."""

LONGEST_USER_AGENT = 512


@dataclass(slots=True)
class Call:
    """One request, as far as it may be looked at."""

    started: float
    method: str
    path: str
    headers: dict[bytes, bytes]
    peer: str
    address: str
    listening: str

    @property
    def user_agent(self) -> str:
        return self.headers.get(b"user-agent", b"").decode("utf-8", "replace")[:LONGEST_USER_AGENT]


@dataclass(slots=True)
class Answer:
    """What is sent back."""

    status: int
    headers: Headers
    body: bytes = b""
    image: Image | None = None
    """Sent instead of the body: `length` bytes from `offset` on."""
    offset: int = 0
    length: int = 0
    settled: bool = False
    sent: Sent | None = None
    """The settings file that the phone has after this answer, when it asked for that."""


def _plain(status: int, text: bytes, *more: tuple[bytes, bytes]) -> Answer:
    length = str(len(text)).encode()
    return Answer(
        status, [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", length), *more], text, None
    )


MISS = _plain(404, b"Not found\n")
"""The one answer for everything that was not let in or does not exist."""

CUT_OFF = _plain(404, b"Not found\n", (b"connection", b"close"))
UNAVAILABLE = _plain(503, b"Try again later\n", (b"retry-after", RETRY_AFTER))


class _NotLetIn(Exception):
    """A miss, which counts as a failure of its sender."""


class PhoneEndpoint:
    """The endpoint of one environment. Requests are answered in the event loop's thread: each costs a look-up by an
    index and, when something changed, the making of one file; a thread pool would cost more than that."""

    def __init__(self, desk: Helpdesk, recorder: Recorder, listen_host: str = "") -> None:
        self._desk = desk
        self._recorder = recorder
        self._peers = Peers(desk.environment.provisioning_url, desk.environment.trusted_proxies, listen_host)
        self._prefix = urlsplit(desk.environment.provisioning_url).path
        self._files = RenderedFiles(desk)
        self._firmware = FirmwareFiles(desk)
        self._slow_misses = 0
        self._key = ""
        self._credentials: Credentials | None = None
        if desk.environment.endpoint_credentials is not EndpointCredentials.NONE:
            self._key = desk.store.facts.get("endpoint_key") or ""
            self._credentials = Credentials(desk.environment.endpoint_credentials, self._key)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._respond(scope, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._recorder.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                await asyncio.to_thread(self._recorder.stop)
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _respond(self, scope: MutableMapping[str, Any], send: Send) -> None:
        call = self._read(scope)
        phone: Phone | None = None
        key: Key | None = None
        try:
            asked = self._shape(call)
            # Also for what has no shape: a look-up takes the same time whatever comes of it.
            phone = self._desk.store.phones.by_access(asked.segment if asked else call.path[:128])
            key, kind = self._let_in(call, asked, phone)
            assert asked is not None
            assert phone is not None
            answer = await self._answer(call, asked, phone, key, kind)
        except _NotLetIn:
            await self._miss(call, send)
            return
        except DatabaseProblem:
            self._record(call, None, None, shown_path(call.path), UNAVAILABLE)
            await _send(send, UNAVAILABLE, head=call.method == "HEAD")
            return
        self._note(call, asked, phone, key, answer)
        try:
            await _send(send, answer, head=call.method == "HEAD")
        finally:
            if answer.image:
                answer.image.close()

    # -- let in -------------------------------------------------------------------------------------------------------

    def _read(self, scope: MutableMapping[str, Any]) -> Call:
        headers = dict(scope["headers"])
        peer = scope["client"][0] if scope.get("client") else ""
        return Call(
            started=time.perf_counter(),
            method=scope["method"],
            path=scope["raw_path"].decode("latin-1"),
            headers=headers,
            peer=peer,
            address=self._peers.address(peer, headers),
            listening=scope["server"][0] if scope.get("server") else "",
        )

    def _shape(self, call: Call) -> Asked | None:
        """What is asked for, when the request is one that a phone would make."""
        if call.method not in ("GET", "HEAD"):
            return None
        if not self._peers.is_ours(call.headers.get(b"host"), call.listening):
            return None
        if b"transfer-encoding" in call.headers or call.headers.get(b"content-length", b"0") != b"0":
            return None
        return read_path(call.path.removeprefix(self._prefix))

    def _let_in(self, call: Call, asked: Asked | None, phone: Phone | None) -> tuple[Key, FileKind | None]:
        """By which key, and to which file (None: one that it does not have). Raises _NotLetIn."""
        key = self._desk.fetching.key_of(phone, asked.segment) if phone and asked else None
        if key is None or asked is None or phone is None or (key is Key.TOKEN) is not asked.temporary:
            raise _NotLetIn
        certified = self._peers.certified_mac(call.peer, call.headers)
        if certified not in (None, phone.mac):
            raise _NotLetIn
        kind = kind_of(phone, asked)
        if kind is None and named_mac(asked.name) not in (None, phone.mac):
            raise _NotLetIn
        return key, kind

    # -- answered -----------------------------------------------------------------------------------------------------

    async def _answer(self, call: Call, asked: Asked, phone: Phone, key: Key, kind: FileKind | None) -> Answer:
        if kind is None:
            return MISS
        challenge = self._challenge(call, phone, asked)
        if challenge:
            return challenge
        settling = kind in SETTLING and call.method == "GET"
        if kind is FileKind.FIRMWARE:
            return await self._image(call, asked, phone)
        answer = self._text(call, phone, kind)
        if settling and answer.status != 404:
            answer.settled = True
            if self._desk.fetching.first_use(phone, key) and not await self._recorder.admit(phone.id, asked.segment):
                raise _NotLetIn
        return answer

    def _challenge(self, call: Call, phone: Phone, asked: Asked) -> Answer | None:
        """What a phone hears that must present credentials and did not."""
        if self._credentials is None or asked.temporary:
            return None
        username, password = credentials(self._key, phone.mac, asked.segment)
        header = call.headers.get(b"authorization", b"").decode("latin-1")
        check = self._credentials.check(header, call.method, call.path, username, password)
        if check is Check.RIGHT:
            return None
        value = self._credentials.challenge(stale=check is Check.STALE)
        return _plain(401, b"Credentials, please\n", (b"www-authenticate", value.encode()))

    def _text(self, call: Call, phone: Phone, kind: FileKind) -> Answer:
        agent = read_user_agent(call.user_agent)
        if agent.firmware and agent.vendor is phone.vendor:
            # The file is made for the firmware that asks for it, not for the one that asked last time.
            phone = replace(phone, firmware_installed=agent.firmware)
        try:
            file = self._files.file(phone, kind)
        except (BadInput, Refused) as error:
            log.error("the file of %s cannot be made: %s", phone.mac, error)
            return MISS
        if file is None:
            return MISS
        sent = Sent(file.etag.decode(), file.heading, file.body) if file.heading else None
        headers = [(b"etag", file.etag), (b"cache-control", b"private, no-cache")]
        if _same(call.headers.get(b"if-none-match"), file.etag):
            return Answer(304, headers, sent=sent)
        length = str(len(file.body)).encode()
        headers = [(b"content-type", CONTENT_TYPES[phone.vendor]), (b"content-length", length), *headers]
        return Answer(200, headers, file.body, sent=sent)

    async def _image(self, call: Call, asked: Asked, phone: Phone) -> Answer:
        image = await asyncio.to_thread(self._firmware.open, phone, asked.name)
        if image is None:
            return MISS
        etag = b'"' + image.sha256.encode() + b'"'
        headers: Headers = [(b"etag", etag), (b"accept-ranges", b"bytes")]
        if _same(call.headers.get(b"if-none-match"), etag):
            image.close()
            return Answer(304, headers)
        wanted = call.headers.get(b"range")
        if wanted and call.headers.get(b"if-range", etag) != etag:
            wanted = None
        try:
            part = read_range(wanted.decode("latin-1"), image.size) if wanted else None
        except ValueError:
            image.close()
            return _plain(416, b"", *headers, (b"content-range", f"bytes */{image.size}".encode()))
        start, end = part or (0, image.size - 1)
        length = end - start + 1
        headers += [(b"content-type", b"application/octet-stream"), (b"content-length", str(length).encode())]
        if part:
            headers.append((b"content-range", f"bytes {start}-{end}/{image.size}".encode()))
        return Answer(206 if part else 200, headers, image=image, offset=start, length=length)

    # -- missed -------------------------------------------------------------------------------------------------------

    async def _miss(self, call: Call, send: Send) -> None:
        """Answered after the same time for all that is not let in."""
        name = call.path.rpartition("/")[2]
        mac = named_mac(name[:200])
        now = self._desk.clock()
        shown = shown_path(call.path)
        takes = THROTTLED_MISS_TAKES if self._recorder.throttles(call.address, mac, now) else MISS_TAKES
        answer = MISS
        if self._slow_misses >= MOST_SLOW_MISSES:
            answer = CUT_OFF
        else:
            self._slow_misses += 1
            try:
                await asyncio.sleep(max(0.0, takes - (time.perf_counter() - call.started)))
            finally:
                self._slow_misses -= 1
        self._record(call, Miss(now, call.address, shown, mac), mac, shown, answer)
        await _send(send, answer, head=call.method == "HEAD")

    # -- noted --------------------------------------------------------------------------------------------------------

    def _note(self, call: Call, asked: Asked, phone: Phone, key: Key, answer: Answer) -> None:
        file = f"firmware/{asked.name}" if asked.firmware else asked.name
        fetch = Fetch(
            at=self._desk.clock(),
            phone_id=phone.id,
            key=key,
            address=call.address,
            file=file,
            status=answer.status,
            bytes=0 if call.method == "HEAD" else answer.length or len(answer.body),
            user_agent=call.user_agent,
            settled=answer.settled,
            sent=answer.sent if answer.settled else None,
        )
        path = f"/{'t' if asked.temporary else 'p'}/*/{file}"
        self._record(call, fetch, phone.mac, path, answer)

    def _record(self, call: Call, what: Fetch | Miss | None, mac: Mac | None, path: str, answer: Answer) -> None:
        self._recorder.note(
            Record(
                what=what,
                at=what.at if what else self._desk.clock(),
                address=call.address,
                mac=mac,
                method=call.method[:10],
                path=path,
                status=answer.status,
                bytes=0 if call.method == "HEAD" else answer.length or len(answer.body),
                milliseconds=(time.perf_counter() - call.started) * 1000,
                user_agent=call.user_agent,
            )
        )


def _same(header: bytes | None, etag: bytes) -> bool:
    """Whether If-None-Match names this entity."""
    return header is not None and any(
        tag.strip().removeprefix(b"W/") in (etag, b"*") for tag in header[:1000].split(b",")
    )


async def _send(send: Send, answer: Answer, *, head: bool) -> None:
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
