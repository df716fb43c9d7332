"""A platform that behaves as its public documentation says, and no more: written from the documentation alone.

It knows nothing of the program. What the documentation leaves open (the JSON keys of a phone's MAC and so on) is
chosen by whoever starts it.
"""

from __future__ import annotations

import json
import ssl
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

VERSION_3 = "application/vnd.iperity.compass.v3+json"
USERNAME, PASSWORD = "helpdesk@example.net", "Zon-vijf-appels-9"


class Fault(StrEnum):
    """How it misbehaves."""

    UNAUTHORIZED = "401"
    FORBIDDEN = "403"
    NOT_FOUND = "404"
    VERSION = "406"
    TOO_MANY = "429"
    ERROR = "500"
    SLOW = "never answers"
    TRUNCATED = "half of the JSON"
    HUGE = "more than anybody reads"
    HTML = "a page"
    EMPTY = "200 without a body"
    REDIRECT = "a redirect to another host"
    LIST = "a list where an object is due"
    VERSION_2 = "version 2"


@dataclass(frozen=True)
class Asked:
    """One request that came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Platform:
    """What it holds. Ids are the keys; an object's own address is made from them."""

    companies: dict[str, dict[str, object]] = field(default_factory=dict)
    phones: dict[str, dict[str, object]] = field(default_factory=dict)
    """What `GET /phone/{id}` says, besides `self`, `theType` and `resourceId`."""
    owners: dict[str, str] = field(default_factory=dict)
    """Phone to company."""
    statuses: dict[str, dict[str, object]] = field(default_factory=dict)
    users: dict[str, dict[str, object]] = field(default_factory=dict)
    """By id; `company` is theirs. The first is who logs in."""
    writable: set[str] = field(default_factory=set)
    """Companies on which the login has write rights."""
    readable: set[str] = field(default_factory=set)
    unnamed_lists: bool = False
    """Lists tell no names: base information is not defined any closer."""
    always_redirects: bool = False
    """It answers 303 although the header asks it not to."""
    listed_selves: dict[str, str] = field(default_factory=dict)
    """What lists give as the address of a phone, instead of its own."""


class DocumentedServer(ThreadingHTTPServer):
    """Listens on a free loopback port. Use it within `running`."""

    daemon_threads = True

    def __init__(self, platform: Platform) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.platform = platform
        self.scheme = "http"
        self.asked: list[Asked] = []
        self.faults: list[tuple[str, Fault]] = []
        """Paths that begin so, and what happens there."""
        self.released = threading.Event()
        self.together = 0
        """Nobody is answered until this many requests are under way at once."""
        self.most_at_once = 0
        self._now = 0
        self._counting = threading.Condition()

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_address[1]}"

    def secure(self, certificate: Path, key: Path) -> None:
        """Speak TLS from now on."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.scheme = "https"

    def fail(self, fault: Fault, at: str = "/") -> None:
        """From now on, this happens at every path that begins so."""
        self.faults.append((at, fault))

    def paths(self) -> list[str]:
        return [f"{asked.method} {asked.path}" for asked in self.asked]

    @contextmanager
    def counted(self) -> Iterator[None]:
        with self._counting:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            self._counting.notify_all()
            self._counting.wait_for(lambda: self.most_at_once >= self.together, timeout=10)
        try:
            yield
        finally:
            with self._counting:
                self._now -= 1


@contextmanager
def running(platform: Platform, certificate: tuple[Path, Path] | None = None) -> Iterator[DocumentedServer]:
    """The server, answering; over TLS with this certificate and its key."""
    server = DocumentedServer(platform)
    if certificate:
        server.secure(*certificate)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: DocumentedServer
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: else each answer waits for an acknowledgement

    def log_message(self, format: str, *args: object) -> None:
        """Tests are quiet."""

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def do_DELETE(self) -> None:
        self._handle()

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append(Asked(self.command, self.path, dict(self.headers), body))
        with self.server.counted():
            for prefix, fault in self.server.faults:
                if self.path.startswith(prefix):
                    _FAULTS[fault](self)
                    return
            self._answer(body)

    # As documented --------------------------------------------------------------------------------------------------

    def _answer(self, body: bytes) -> None:
        if not self._authorized():
            self.reply(401, headers={"WWW-Authenticate": 'Basic realm="Compass"'})
            return
        if VERSION_3 not in self.headers.get("Accept", ""):
            self.reply(406)
            return
        parts = [unquote(part) for part in urlsplit(self.path).path.strip("/").split("/")]
        match self.command, parts:
            case "GET", ["user"]:
                self._own("user", next(iter(self.server.platform.users)))
            case "GET", ["company"]:
                self._own("company", str(next(iter(self.server.platform.users.values()))["company"]))
            case "GET", ["user", id] if id in self.server.platform.users:
                self.reply_json(self._user(id))
            case "GET", ["company", id, *rest] if id in self.server.platform.companies:
                self._company(id, rest)
            case _, ["phone", id, *rest] if id in self.server.platform.phones:
                self._phone(id, rest, body)
            case (("GET" | "POST"), _):
                self.reply(404)
            case _:
                self.reply(405)

    def _authorized(self) -> bool:
        kind, _, value = self.headers.get("Authorization", "").partition(" ")
        return kind == "Basic" and b64decode(value).decode() == f"{USERNAME}:{PASSWORD}"

    def _own(self, kind: str, id: str) -> None:
        if self.headers.get("X-No-Redirect") == "true" and not self.server.platform.always_redirects:
            self.reply_json(self._user(id) if kind == "user" else self._object("company", id))
        else:
            self.reply(303, headers={"Location": self._address(kind, id)})

    def _company(self, id: str, rest: list[str]) -> None:
        platform = self.server.platform
        if id not in platform.readable | platform.writable:
            self.reply(403)
            return
        match rest:
            case []:
                self.reply_json(self._object("company", id))
            case ["users"]:
                self.reply_json([self._user(each) for each, user in platform.users.items() if user["company"] == id])
            case ["resourcesFiltered"]:
                asked = parse_qs(urlsplit(self.path).query).get("filter", [])
                self.reply_json(
                    [self._base(each) for each, owner in platform.owners.items() if owner == id]
                    if asked == ["phone"]
                    else []
                )
            case _:
                self.reply(404)

    def _phone(self, id: str, rest: list[str], body: bytes) -> None:
        platform = self.server.platform
        if platform.owners[id] not in platform.readable | platform.writable:
            self.reply(403)
            return
        match self.command, rest:
            case "GET", []:
                self.reply_json({**self._base(id), **platform.phones[id], "self": self._address("phone", id)})
            case "GET", ["phoneStatus"]:
                self.reply_json(platform.statuses.get(id, {}))
            case "POST", ["migrateToCompany"]:
                self._migrate(id, body)
            case _:
                self.reply(405 if not rest or rest == ["migrateToCompany"] else 404)

    def _migrate(self, id: str, body: bytes) -> None:
        platform = self.server.platform
        target = json.loads(body).get("newCompany")
        found = [each for each in platform.companies if self._address("company", each) == target]
        if not found:
            self.reply(400, b"newCompany must be an absolute URL of a company", {"Content-Type": "text/plain"})
        elif not {platform.owners[id], found[0]} <= platform.writable:
            self.reply(403)
        else:
            platform.owners[id] = found[0]
            self.reply(200)

    # Objects --------------------------------------------------------------------------------------------------------

    def _address(self, kind: str, id: str) -> str:
        return f"{self.server.url}/{kind}/{quote(id, safe='')}"

    def _object(self, kind: str, id: str) -> dict[str, object]:
        more = self.server.platform.companies[id] if kind == "company" else {}
        return {"theType": kind, "entityId": id, **more, "self": self._address(kind, id)}

    def _user(self, id: str) -> dict[str, object]:
        user = {key: value for key, value in self.server.platform.users[id].items() if key != "company"}
        return {"theType": "user", "entityId": id, **user, "self": self._address("user", id)}

    def _base(self, id: str) -> dict[str, object]:
        platform = self.server.platform
        name = (
            {} if platform.unnamed_lists or "name" not in platform.phones[id] else {"name": platform.phones[id]["name"]}
        )
        address = platform.listed_selves.get(id) or self._address("phone", id)
        return {"theType": "phone", "resourceId": id, **name, "self": address}

    # Answers --------------------------------------------------------------------------------------------------------

    def reply(self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def reply_json(self, document: Any, kind: str = VERSION_3) -> None:
        self.reply(200, json.dumps(document).encode(), {"Content-Type": kind})

    def never(self) -> None:
        self.server.released.wait(30)
        self.close_connection = True

    def huge(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", VERSION_3)
        self.send_header("Content-Length", str(10**12))
        self.end_headers()
        self.close_connection = True
        try:
            while not self.server.released.is_set():
                self.wfile.write(b" " * 1_000_000)
        except OSError:
            pass  # the other side has had enough


_FAULTS: Mapping[Fault, Callable[[_Handler], None]] = {
    Fault.UNAUTHORIZED: lambda it: it.reply(401, headers={"WWW-Authenticate": "Basic"}),
    Fault.FORBIDDEN: lambda it: it.reply(403),
    Fault.NOT_FOUND: lambda it: it.reply(404),
    Fault.VERSION: lambda it: it.reply(406),
    Fault.TOO_MANY: lambda it: it.reply(429),
    Fault.ERROR: lambda it: it.reply(500, b"<html>stack trace</html>", {"Content-Type": "text/html"}),
    Fault.SLOW: lambda it: it.never(),
    Fault.TRUNCATED: lambda it: it.reply(200, b'{"self": "htt', {"Content-Type": VERSION_3}),
    Fault.HUGE: lambda it: it.huge(),
    Fault.HTML: lambda it: it.reply(200, b"<html>Welcome</html>", {"Content-Type": "text/html"}),
    Fault.EMPTY: lambda it: it.reply(200),
    Fault.REDIRECT: lambda it: it.reply(303, headers={"Location": "https://thief.example.com/user/1"}),
    Fault.LIST: lambda it: it.reply_json([1, 2]),
    Fault.VERSION_2: lambda it: it.reply_json({}, VERSION_3.replace("v3", "v2")),
}
