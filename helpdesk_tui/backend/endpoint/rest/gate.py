"""The door of the REST API: who asks, for what, with what body; then the routes.

Nobody gets past it without right credentials, save to the reference. Everything that takes time happens in threads:
the loop belongs to the phones.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import anyio.to_thread

from helpdesk_tui.backend.endpoint.answers import Answer, Message, Receive, Send, send_answer
from helpdesk_tui.backend.endpoint.files import shown_path
from helpdesk_tui.backend.endpoint.notes import Notes, Record
from helpdesk_tui.backend.endpoint.rest.app import NO_SUCH_PATH, Api
from helpdesk_tui.backend.endpoint.rest.errors import ApiError, from_helpdesk, response
from helpdesk_tui.backend.endpoint.rest.lines import Line, Lines, Scope
from helpdesk_tui.backend.endpoint.rest.media import BODIES, COMPASS_V3, accepts_json, accepts_v3, media_type_of
from helpdesk_tui.backend.endpoint.rest.visit import Visit
from helpdesk_tui.backend.errors import HelpdeskError
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.rights import ApiUser
from helpdesk_tui.backend.use_cases.logins import Credentials, TooManyLogins, WrongCredentials

log = logging.getLogger(__name__)

LARGEST_BODY = 64 * 1024
"""Bytes."""

THREADS = 4
"""Requests that are worked on at once; others wait, and phones do not."""

MOST_AT_ONCE = 64
"""Requests that wait for that, and as many whose password waits to be checked; more are told to come again."""

PASSWORD_THREADS = 1
"""Passwords that are checked at once: each check takes a whole processor for a tenth of a second."""

CALLERS = 4
"""Requests that wait for a manufacturer at once."""

MOST_HELD_BACK = 32
"""Answers to wrong logins that are held back at once; more are given at once."""

REALM = "Helpdesk TUI"


@dataclass(slots=True)
class _Call:
    """One request."""

    started: float
    method: str
    path: str
    headers: dict[bytes, bytes] = field(repr=False)
    line: Line
    user: ApiUser | None = None

    def header(self, name: bytes) -> str:
        return self.headers.get(name, b"").decode("latin-1")

    @property
    def is_reference(self) -> bool:
        return self.path == "/schema" or self.path.startswith("/schema/")

    @property
    def is_addition(self) -> bool:
        return self.path.startswith("/helpdesk/")


class RestApi:
    """The REST API of one environment, as an ASGI application."""

    def __init__(self, desk: Helpdesk, notes: Notes, scheme: str, listen_host: str) -> None:
        self._desk = desk
        self._notes = notes
        self._lines = Lines(desk.environment, scheme, listen_host)
        self.takes = self._lines.leads_to_api
        self._api = Api()
        self._at_once = 0
        self._checking = 0
        self._held_back = 0
        self._passwords = ThreadPoolExecutor(PASSWORD_THREADS, thread_name_prefix="password")
        self._callers = ThreadPoolExecutor(CALLERS, thread_name_prefix="api-manufacturer")
        self._limiter: anyio.CapacityLimiter | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that `takes` says is ours."""
        started = time.perf_counter()
        call = _Call(started, scope["method"], scope["path"], dict(scope["headers"]), self._lines.read(scope))
        try:
            answer = await self._answer(call, scope, receive)
        except ApiError as error:
            answer = _told(error)
        except HelpdeskError as error:
            answer = _told(from_helpdesk(error))
        except Exception as error:
            log.error("%s %s could not be answered: %s", call.method, shown_path(call.path), type(error).__name__)
            answer = _told(ApiError(500, "Something unexpected went wrong: the log of the server names it."))
        _complete(answer)
        await send_answer(send, answer, head=call.method == "HEAD")
        self._note(call, answer)

    async def _answer(self, call: _Call, scope: Scope, receive: Receive) -> Answer:
        if not call.line.secure:
            message = "Passwords must not travel in clear: use HTTPS. A proxy in front must be among trusted_proxies."
            raise ApiError(403, message, "https_required")
        if not call.is_reference:
            call.user = await self._let_in(call)
        if call.method == "OPTIONS":
            return self._options(call)
        problem = None if call.is_reference else _media_problem(call)
        if problem and call.method in self._api.methods_of(call.path):  # else the routes say 404 or 405
            raise ApiError(406, problem)
        body = await _body(call, receive)
        if self._at_once >= MOST_AT_ONCE:
            raise _busy()
        self._at_once += 1
        try:
            return await self._route(call, scope, body)
        finally:
            self._at_once -= 1

    # -- who ----------------------------------------------------------------------------------------------------------

    async def _let_in(self, call: _Call) -> ApiUser:
        credentials = _credentials(call)
        if credentials is None:
            raise _unauthorized()
        user = await anyio.to_thread.run_sync(self._desk.logins.known, credentials, limiter=self._threads)
        if user is not None:
            return user
        found = await self._check(credentials)
        if isinstance(found, ApiUser):
            return found
        if self._held_back < MOST_HELD_BACK:
            self._held_back += 1
            try:
                await asyncio.sleep(found.delay)
            finally:
                self._held_back -= 1
        raise _unauthorized()

    async def _check(self, credentials: Credentials) -> ApiUser | WrongCredentials:
        if self._checking >= MOST_AT_ONCE:
            raise _busy()
        self._checking += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._passwords, self._desk.logins.check, credentials)
        except TooManyLogins as error:
            raise ApiError(429, str(error), headers={"Retry-After": str(error.seconds)}) from None
        finally:
            self._checking -= 1

    @property
    def _threads(self) -> anyio.CapacityLimiter:
        """Where the work is done; FastAPI uses the same threads for its handlers."""
        if self._limiter is None:
            self._limiter = anyio.to_thread.current_default_thread_limiter()
            self._limiter.total_tokens = THREADS
        return self._limiter

    # -- what ---------------------------------------------------------------------------------------------------------

    def _options(self, call: _Call) -> Answer:
        methods = self._api.methods_of(call.path)
        if not methods:
            raise ApiError(404, NO_SUCH_PATH)
        return Answer(204, ((b"allow", ", ".join(methods).encode()),))

    async def _route(self, call: _Call, scope: Scope, body: bytes) -> Answer:
        """Let the routes answer, and keep the answer whole: it is small."""
        answer = Answer(500, ())

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status, answer.headers = message["status"], tuple(message.get("headers", ()))
            else:
                answer.body += message.get("body", b"")

        inner = {**scope, "method": "GET" if call.method == "HEAD" else call.method, "root_path": ""}
        if call.user:
            inner["visit"] = Visit(self._desk, call.user, call.line.urls, self._callers)
        assert self._threads
        await self._api(inner, receive, send)
        return answer

    def _note(self, call: _Call, answer: Answer) -> None:
        """One line for the access log: never a header, a query or a body."""
        self._notes.note(
            Record(
                at=self._desk.clock(),
                address=call.line.address,
                method=call.method[:10],
                path=shown_path(call.path),
                status=answer.status,
                length=0 if call.method == "HEAD" else len(answer.body),
                milliseconds=(time.perf_counter() - call.started) * 1000,
                user_agent=call.header(b"user-agent")[:512],
                api_user=call.user.username if call.user else "-",
            )
        )


def _credentials(call: _Call) -> Credentials | None:
    """What the request presents (RFC 7617); None: nothing that could be right."""
    scheme, _, rest = call.header(b"authorization").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(rest.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    username, colon, password = text.partition(":")
    return Credentials(username, password, call.line.address) if colon else None


def _media_problem(call: _Call) -> str | None:
    """What is wrong with what the client accepts."""
    accept = call.header(b"accept")
    if call.is_addition:
        return None if accepts_json(accept) else "Paths under /helpdesk answer in application/json: accept that."
    return None if accepts_v3(accept) else f"Name the version of the API: send the header Accept: {COMPASS_V3}."


async def _body(call: _Call, receive: Receive) -> bytes:
    """The whole body. How long it may take is up to the connection."""
    too_large = ApiError(413, "The body is larger than 64 KB.", headers={"Connection": "close"})
    announced = call.header(b"content-length")
    if announced.isdigit() and int(announced) > LARGEST_BODY:
        raise too_large
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise ApiError(400, "The request ended before its body did.")
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LARGEST_BODY:
            raise too_large
    if body and media_type_of(call.header(b"content-type")) not in BODIES:
        raise ApiError(415, f"Bodies are JSON: send Content-Type: {COMPASS_V3} or application/json.")
    return body


def _complete(answer: Answer) -> None:
    """The headers that every answer has."""
    headers = answer.headers
    if answer.status != 204:
        length = (b"content-length", str(len(answer.body)).encode())
        headers = (*[header for header in headers if header[0] != length[0]], length)
    present = {name for name, _ in headers}
    usual = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))
    answer.headers = (*headers, *[(name, value) for name, value in usual if name not in present])


def _told(error: ApiError) -> Answer:
    told = response(error)
    return Answer(told.status_code, tuple(told.raw_headers), bytes(told.body))


def _busy() -> ApiError:
    return ApiError(503, "Too many requests at once: try again in a moment.", headers={"Retry-After": "1"})


def _unauthorized() -> ApiError:
    challenge = f'Basic realm="{REALM}", charset="UTF-8"'
    message = "Wrong or missing credentials: send those of an API user."
    return ApiError(401, message, headers={"WWW-Authenticate": challenge})
