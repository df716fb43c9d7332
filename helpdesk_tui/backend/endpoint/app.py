"""The ASGI application: lets a phone in by the secret segment of its path, or answers as it answers everybody."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import MutableMapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from helpdesk_tui.backend.endpoint.answers import (
    CUT_OFF,
    MISS,
    UNAVAILABLE,
    Answer,
    Headers,
    Receive,
    Send,
    names,
    plain,
    send_answer,
)
from helpdesk_tui.backend.endpoint.credentials import Check, Credentials
from helpdesk_tui.backend.endpoint.files import SETTLING, Asked, read_path, shown_path
from helpdesk_tui.backend.endpoint.firmware import FirmwareFiles, read_range
from helpdesk_tui.backend.endpoint.nonces import Nonces
from helpdesk_tui.backend.endpoint.notes import Notes, Record
from helpdesk_tui.backend.endpoint.peers import Peers
from helpdesk_tui.backend.endpoint.rendered import KnownFiles, file_of
from helpdesk_tui.backend.errors import BadInput, DatabaseProblem, Refused
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.environment import EndpointCredentials
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.phone import Phone, Provisioned
from helpdesk_tui.backend.model.phone_file import FileKind, kind_of_file, named_mac
from helpdesk_tui.backend.store.visits import Entrance
from helpdesk_tui.backend.use_cases.access import credentials, told_with_credentials
from helpdesk_tui.backend.use_cases.fetching import Key, agent_of

log = logging.getLogger(__name__)

MISS_TAKES = 0.02
"""Seconds from request to answer for every miss, whatever it took to find out."""

THROTTLED_MISS_TAKES = 0.1
"""Seconds for misses of a throttled address."""

MOST_SLOW_MISSES = 64
"""Misses that are kept waiting at once; more are answered at once and cut off."""

WARMING_TAKES = 1.0
"""Seconds at most until the first phone is let in."""

CHECKED = 0.02
"""Seconds for which the database's file is taken to be where it was."""

LONGEST_USER_AGENT = 512


@dataclass(slots=True)
class Call:
    """One request, as far as it may be looked at."""

    started: float
    method: str
    path: str
    query: str
    headers: dict[bytes, bytes]
    peer: str
    address: str
    listening: str
    user_agent: str


class _NotLetIn(Exception):
    """A miss, which counts as a failure of its sender."""


class PhoneEndpoint:
    """The endpoint of one environment. Requests are answered in the event loop's thread: each costs a look-up by an
    index and, when something changed, the making of one file; a thread pool would cost more than that."""

    def __init__(self, desk: Helpdesk, notes: Notes, nonces: Nonces, listen_host: str = "") -> None:
        self._desk = desk
        self._notes = notes
        self._peers = Peers(desk.environment.provisioning_url, desk.environment.trusted_proxies, listen_host)
        self._prefix = urlsplit(desk.environment.provisioning_url).path
        self._known = KnownFiles()
        self._firmware = FirmwareFiles(desk)
        self._settings = desk.settings  # opened before the first phone waits for it
        self._slow_misses = 0
        self._checked_at = 0.0
        self._key = ""
        self._credentials: Credentials | None = None
        if desk.environment.endpoint_credentials is not EndpointCredentials.NONE:
            self._key = desk.store.facts.get("endpoint_key") or ""
            self._credentials = Credentials(desk.environment.endpoint_credentials, self._key, nonces)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._respond(scope, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._warm_up()
                self._notes.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                await asyncio.to_thread(self._notes.stop)
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _warm_up(self) -> None:
        """Make a file for one phone of each model: the first of its kind takes far longer, and many may be waiting."""
        until = time.perf_counter() + WARMING_TAKES
        try:
            for phone in self._desk.store.visits.of_each_model():
                with suppress(BadInput, Refused):
                    file_of(self._desk.catalogue, self._settings, phone, FileKind.SETTINGS)
                if time.perf_counter() > until:
                    break
        except Exception as error:  # whatever one phone has, others can be served
            log.error("not all files could be tried before the first phone came: %s", type(error).__name__)

    async def _respond(self, scope: MutableMapping[str, Any], send: Send) -> None:
        call = self._read(scope)
        try:
            self._check_database(call)
            asked = self._shape(call)
            entrance = self._entrance(call, asked) if asked else None
            if asked and entrance:
                answer = self._at_its_url(call, asked, *entrance)
            else:
                answer = await self._looked_up(call, asked)
        except _NotLetIn:
            answer = await self._missed(call)
            await send_answer(send, answer, head=call.method == "HEAD")
            return
        except DatabaseProblem:
            answer = UNAVAILABLE
            self._notes.note(Record(*_said(call, shown_path(call.path), answer, self._desk.clock())))
        try:
            await send_answer(send, answer, head=call.method == "HEAD")
        finally:
            if answer.image:
                answer.image.close()

    def _at_its_url(self, call: Call, asked: Asked, phone: Entrance, has: str | None) -> Answer:
        """The answer to a phone at its definitive URL, whose visit changes no key. Raises _NotLetIn.

        `has` is the etag of the settings file that the phone is known to have.
        """
        mac = phone.mac
        kind = self._kind(call, asked, phone, mac)
        answer = self._challenge(call, mac, asked)
        if answer is None:
            file = self._known.find(asked, phone, has)
            if file is None and kind and (file := self._text(phone, kind, has)):
                self._known.keep(asked, phone, file)
            answer = self._again(call, file) if file else MISS
        self._note(call, asked, phone.id, mac, Key.SECRET, answer)
        return answer

    async def _looked_up(self, call: Call, asked: Asked | None) -> Answer:
        """The answer to everybody else. Raises _NotLetIn."""
        # Also for what has no shape: a look-up takes the same time whatever comes of it.
        phone = self._desk.store.phones.by_access(asked.segment if asked else call.path[:128])
        key = self._desk.fetching.key_of(phone, asked.segment) if phone and asked else None
        if key is None or asked is None or phone is None or (key is Key.TOKEN) is not asked.temporary:
            raise _NotLetIn
        kind = self._kind(call, asked, phone, phone.mac)
        answer = self._challenge(call, phone.mac, asked) or await self._answer(call, asked, phone, key, kind)
        self._note(call, asked, phone.id, phone.mac, key, answer)
        return answer

    def _check_database(self, call: Call) -> None:
        """Whether its file is still the one that we opened; not asked for each of many that come at once."""
        if call.started >= self._checked_at + CHECKED:
            self._desk.store.database.check_file()
            self._checked_at = call.started

    # -- let in -------------------------------------------------------------------------------------------------------

    def _read(self, scope: MutableMapping[str, Any]) -> Call:
        headers = dict(scope["headers"])
        peer = scope["client"][0] if scope.get("client") else ""
        return Call(
            started=time.perf_counter(),
            method=scope["method"],
            path=scope["raw_path"].decode("latin-1"),
            query=scope["query_string"].decode("latin-1"),
            headers=headers,
            peer=peer,
            address=self._peers.address(peer, headers),
            listening=scope["server"][0] if scope.get("server") else "",
            user_agent=headers.get(b"user-agent", b"").decode("utf-8", "replace")[:LONGEST_USER_AGENT],
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

    def _entrance(self, call: Call, asked: Asked) -> tuple[Entrance, str | None] | None:
        """The phone that asks for a text file at its definitive URL, with the firmware that it says it runs, and the
        etag of the settings file that it is known to have.

        None for everybody else, and for a phone that has a token or a former secret, which its visit may end.
        """
        if asked.temporary or asked.firmware:
            return None
        found = self._desk.store.visits.entrance(asked.segment)
        if found is None:
            return None
        entrance, has = found
        if entrance.previous_secret or entrance.token:
            return None
        firmware = _reported(entrance, call)
        return (entrance if firmware is None else entrance._replace(firmware_installed=firmware)), has

    def _kind(self, call: Call, asked: Asked, phone: Provisioned, mac: Mac) -> FileKind | None:
        """Which file of this phone is asked for. Raises _NotLetIn for one of another phone.

        A client certificate that names a MAC must name this one.
        """
        if self._peers.certified_mac(call.peer, call.headers) not in (None, mac):
            raise _NotLetIn
        kind = kind_of_file(phone, asked.file)
        if kind is None and named_mac(asked.name) not in (None, mac):
            raise _NotLetIn
        return kind

    # -- answered -----------------------------------------------------------------------------------------------------

    async def _answer(self, call: Call, asked: Asked, phone: Phone, key: Key, kind: FileKind | None) -> Answer:
        if kind is None:
            return MISS
        if kind is FileKind.FIRMWARE:
            return await self._image(call, asked, phone)
        answer = self._text_for(call, phone, kind)
        if answer is None:
            return MISS
        if kind in SETTLING and call.method == "GET" and self._desk.fetching.first_use(phone, key):
            if not await self._notes.admit(phone.id, asked.segment):
                raise _NotLetIn
            # What it is told now must be what counts as told from here on: an Activate may have come in between.
            now = phone if key is Key.SECRET else self._desk.store.phones.by_access(asked.segment)
            if now is not None and now.secret != phone.secret:
                answer = self._text_for(call, now, kind) or MISS
        return self._again(call, answer)

    def _text_for(self, call: Call, phone: Phone, kind: FileKind) -> Answer | None:
        """A text file for the firmware that the phone says it runs."""
        firmware = _reported(phone, call)
        return self._text(replace(phone, firmware_installed=firmware) if firmware else phone, kind)

    def _challenge(self, call: Call, mac: Mac, asked: Asked) -> Answer | None:
        """What a phone hears that must present credentials and did not."""
        if self._credentials is None or asked.temporary or not told_with_credentials(asked.segment):
            return None
        username, password = credentials(self._key, mac, asked.segment)
        header = call.headers.get(b"authorization", b"").decode("latin-1")
        target = f"{call.path}?{call.query}" if call.query else call.path
        check = self._credentials.check(header, call.method, target, username, password)
        if check is Check.RIGHT:
            return None
        value = self._credentials.challenge(stale=check is Check.STALE)
        return plain(401, b"Credentials, please\n", (b"www-authenticate", value.encode()))

    def _text(self, phone: Phone | Entrance, kind: FileKind, has: str | None = None) -> Answer | None:
        """A text file, whole; None when the phone has no such file now."""
        try:
            return file_of(self._desk.catalogue, self._settings, phone, kind, has)
        except (BadInput, Refused) as error:
            log.error("the file of %s cannot be made: %s", phone.mac, error)
            return None

    def _again(self, call: Call, answer: Answer) -> Answer:
        """The answer, or that the phone has this already."""
        etag = answer.headers[0][1]
        if b"if-none-match" in call.headers and names(call.headers[b"if-none-match"], etag):
            return Answer(304, answer.headers[:2], settled=answer.settled, sent=answer.sent)
        return answer

    async def _image(self, call: Call, asked: Asked, phone: Phone) -> Answer:
        image = await asyncio.to_thread(self._firmware.open, phone, asked.name)
        if image is None:
            return MISS
        etag = b'"' + image.sha256.encode() + b'"'
        headers: Headers = ((b"etag", etag), (b"accept-ranges", b"bytes"))
        if names(call.headers.get(b"if-none-match"), etag):
            image.close()
            return Answer(304, headers)
        wanted = call.headers.get(b"range") if call.method == "GET" else None  # RFC 9110, section 14.2
        if wanted and call.headers.get(b"if-range", etag) != etag:
            wanted = None
        try:
            part = read_range(wanted.decode("latin-1"), image.size) if wanted else None
        except ValueError:
            image.close()
            return plain(416, b"", *headers, (b"content-range", f"bytes */{image.size}".encode()))
        start, end = part or (0, image.size - 1)
        length = end - start + 1
        headers += ((b"content-type", b"application/octet-stream"), (b"content-length", str(length).encode()))
        if part:
            headers += ((b"content-range", f"bytes {start}-{end}/{image.size}".encode()),)
        return Answer(206 if part else 200, headers, image=image, offset=start, length=length)

    # -- missed -------------------------------------------------------------------------------------------------------

    async def refuse(self, scope: MutableMapping[str, Any]) -> None:
        """Let whoever sent what is no request wait for as long as every miss takes, and count it as one."""
        await self._missed(self._read(scope))

    async def _missed(self, call: Call) -> Answer:
        """The answer, after the same time for all that is not let in."""
        name = call.path.rpartition("/")[2]
        mac = named_mac(name[:200])
        now = self._desk.clock()
        shown = shown_path(call.path)
        takes = THROTTLED_MISS_TAKES if self._notes.throttles(call.address, mac, now) else MISS_TAKES
        answer = MISS
        if self._slow_misses >= MOST_SLOW_MISSES:
            answer = CUT_OFF
        else:
            self._slow_misses += 1
            try:
                await asyncio.sleep(max(0.0, takes - (time.perf_counter() - call.started)))
            finally:
                self._slow_misses -= 1
        self._notes.note(Record(*_said(call, shown, answer, now), mac=mac.hex if mac else "", missed=True))
        return answer

    # -- noted --------------------------------------------------------------------------------------------------------

    def _note(self, call: Call, asked: Asked, phone_id: int, mac: Mac, key: Key, answer: Answer) -> None:
        file = asked.file
        told, sent = call.method != "HEAD", answer.sent
        self._notes.note(
            Record(
                *_said(call, f"/{'t' if asked.temporary else 'p'}/*/{file}", answer, self._desk.clock()),
                mac=mac.hex,
                phone_id=phone_id,
                key=key.value,
                file=file,
                settled=answer.settled and told,
                sent=(sent.etag, sent.heading, sent.text) if sent and told else None,
            )
        )


def _said(call: Call, path: str, answer: Answer, now: datetime) -> tuple[datetime, str, str, str, int, int, float, str]:
    """What every record begins with."""
    length = 0 if call.method == "HEAD" else answer.length or len(answer.body)
    took = (time.perf_counter() - call.started) * 1000
    return now, call.address, call.method[:10], path, answer.status, length, took, call.user_agent


def _reported(phone: Provisioned, call: Call) -> str | None:
    """The firmware that the phone says it runs, when another is on record: its file is made for the one that asks."""
    agent = agent_of(call.user_agent)
    if agent.firmware in (None, phone.firmware_installed) or agent.vendor is not phone.vendor:
        return None
    return agent.firmware
