"""The REST API as far as it is documented: version 3, Basic authentication, absolute addresses.

Facts come from the developers manual and the API migration guide; what was only seen in published client code is
marked as observed. A wrong password is sent exactly once: the platform shuts out addresses that go on trying.
"""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from types import MappingProxyType
from urllib.parse import quote, urljoin

import httpx

from helpdesk_tui.backend.compass.environment import CompassEnvironment
from helpdesk_tui.backend.compass.fields import address, is_plain_address
from helpdesk_tui.backend.compass.problem import PlatformProblem, ProblemKind
from helpdesk_tui.backend.errors import ConfigurationProblem
from helpdesk_tui.backend.exchange import (
    Exchange,
    RateLimiter,
    Received,
    Request,
    TooLarge,
    carries_secrets,
    host_of,
    open_client,
    origin,
)
from helpdesk_tui.backend.manufacturers.words import clean

MEDIA_TYPE = "application/vnd.iperity.compass.v3+json"
LARGEST_ANSWER = 16_000_000
"""Bytes: a list of some ten thousand phones. Paging is not documented."""

Document = Mapping[str, object]


class CompassClient:
    """Asks one platform. Called from any thread."""

    def __init__(self, environment: CompassEnvironment) -> None:
        """Asks nothing yet. Raises ConfigurationProblem for an address that credentials must not be sent to."""
        if not (carries_secrets(environment.url) and is_plain_address(environment.url)):
            raise ConfigurationProblem(
                f"The address of {environment.name} is not usable: "
                "write an https:// address (http:// is for loopback addresses only)."
            )
        self._environment = environment
        self._host = host_of(environment.url)
        self._origin = origin(environment.url)
        self._limiter = RateLimiter(environment.requests_per_second)
        self._client = open_client(environment.connect_timeout, environment.read_timeout)
        pair = f"{environment.username}:{environment.password}".encode()
        self._headers = {"Accept": MEDIA_TYPE, "Authorization": f"Basic {b64encode(pair).decode()}"}
        self._first = threading.Lock()
        """Held by whoever asks first: until the password is known to be right, nobody else sends it."""
        self._accepted = False
        self._refusal: PlatformProblem | None = None

    # What the API offers -----------------------------------------------------------------------------------------

    def own(self, kind: str) -> Document:
        """The caller's own `user` or `company`: its address is not known before. Raises PlatformProblem."""
        # With this header the platform follows its own 303 to the caller's user and company, and answers 200.
        document = self._get(f"{self._environment.url}/{kind}", {"X-No-Redirect": "true"})
        if address(document) is None:
            raise self._unreadable(f"the {kind} has no address of its own")
        return document

    def company_address(self, company: str) -> str:
        """The address of an organisation by what the configuration says: its id, or already its address."""
        return company if "://" in company else f"{self._environment.url}/company/{quote(company, safe='')}"

    def read(self, url: str) -> Document:
        """One object by its address. Raises PlatformProblem."""
        document = self._get(url)
        if not document:
            raise self._unreadable("it is empty")
        return document

    def phones(self, company_url: str) -> Sequence[Document]:
        """The phones of an organisation, with base information only.

        `resourcesFiltered` is documented with the filter `externalNumber`; that `phone` works as well follows from
        the names of types that are used elsewhere. Raises PlatformProblem.
        """
        return self._list(f"{company_url}/resourcesFiltered?filter=phone")

    def users(self, company_url: str) -> Sequence[Document]:
        """The users of an organisation, in full. Raises PlatformProblem."""
        return self._list(f"{company_url}/users")

    def status(self, phone_url: str) -> Document:
        """What derives from the phone's registration for calls. Raises PlatformProblem."""
        return self._get(f"{phone_url}/phoneStatus")

    def migrate(self, phone_url: str, company_url: str) -> None:
        """Move a phone to another organisation; it keeps its settings and needs no reset.

        Needs write rights on both organisations. That the verb is POST follows from the rule that whatever is not
        create, read, update or delete is POST. Raises PlatformProblem, also when it is not known what came of it.
        """
        for url in (phone_url, company_url):
            self._check(url)
        body = json.dumps({"newCompany": company_url}).encode()
        headers = {**self._headers, "Content-Type": MEDIA_TYPE}
        request = Request("POST", f"{phone_url}/migrateToCompany", headers, body, changes=True)
        self._judge(request, self._send(request))

    @property
    def refused(self) -> bool:
        """Whether the password was refused, so that it is not sent any more."""
        return self._refusal is not None

    def renew(self) -> None:
        """Try the password again, because a person wants it."""
        self._refusal, self._accepted = None, False

    def close(self) -> None:
        """Give back connections."""
        self._client.close()

    # Asking ------------------------------------------------------------------------------------------------------

    def _get(self, url: str, headers: Mapping[str, str] = MappingProxyType({})) -> Document:
        found = self._json(url, headers)
        if not isinstance(found, dict):
            raise self._unreadable("another kind of JSON than an object")
        return found

    def _list(self, url: str) -> Sequence[Document]:
        found = self._json(url, {})
        if not isinstance(found, list):
            raise self._unreadable("another kind of JSON than a list")
        objects = [entry for entry in found if isinstance(entry, dict)]
        if found and not objects:
            raise self._unreadable("a list without a single object")
        return objects

    def _json(self, url: str, headers: Mapping[str, str]) -> object:
        request = Request("GET", url, {**self._headers, **headers})
        received = self._send(request)
        if received.status == 303:
            request = Request("GET", urljoin(url, received.headers.get("location", "")), request.headers)
            received = self._send(request)
        self._judge(request, received)
        if not received.body.strip():
            return {}
        self._check_type(received)
        try:
            return json.loads(received.body)
        except (ValueError, RecursionError):
            raise self._unreadable("damaged JSON") from None

    def _send(self, request: Request) -> Received:
        """One attempt. Raises PlatformProblem when there is no answer, or the password is known to be wrong."""
        self._check(request.url)
        with self._one_at_first():
            if self._refusal:
                raise self._refusal
            self._limiter.wait()
            exchange = Exchange(self._client, request, LARGEST_ANSWER)
            exchange.run(self._environment.connect_timeout + self._environment.read_timeout)
            if isinstance(exchange.outcome, Exception):
                raise self._network_problem(exchange, exchange.outcome) from None
            if exchange.outcome.status == 401:
                self._refusal = PlatformProblem(
                    ProblemKind.CREDENTIALS,
                    f"{self._host} refuses the username or password (HTTP 401): correct them in the configuration; "
                    "they are not tried again, since that could shut out your whole address.",
                )
            else:
                self._accepted = True
            return exchange.outcome

    def _one_at_first(self) -> AbstractContextManager[object]:
        return nullcontext() if self._accepted else self._first

    def _check(self, url: str) -> None:
        """Raises PlatformProblem unless this address is on the platform itself."""
        if not is_plain_address(url.partition("?")[0]) or origin(url) != self._origin:
            raise PlatformProblem(
                ProblemKind.ELSEWHERE,
                f"{self._host} points to another host ({clean(host_of(url)) or '?'}): nothing was sent there.",
            )

    # Judging -----------------------------------------------------------------------------------------------------

    def _judge(self, request: Request, received: Received) -> None:
        """Raises PlatformProblem unless it was done."""
        status = received.status
        if 200 <= status < 300:
            return
        if self._refusal and status == 401:
            raise self._refusal
        if 300 <= status < 400:
            target = clean(host_of(received.headers.get("location", ""))) or "?"
            sentence = f"{self._host} redirects to {target} (HTTP {status}), which is not followed."
            raise PlatformProblem(ProblemKind.ELSEWHERE, sentence)
        kind, sentence = STATUSES.get(status, (ProblemKind.UNREADABLE, "gives an answer that means nothing here"))
        if status >= 500:
            kind, sentence = ProblemKind.UNREACHABLE, "has an error of its own: try again later"
        unknown = request.changes and status in (502, 504)  # a gateway that waited in vain
        detail = self._detail(received)
        raise PlatformProblem(
            kind,
            f"{self._host} {sentence} (HTTP {status}{f': {detail}' if detail else ''}).",
            outcome_unknown=unknown,
        )

    def _detail(self, received: Received) -> str:
        """The body of an error "has more detail in some cases", in no documented shape: the texts in its JSON, or
        else its own text, unless that is a page."""
        if "html" in received.headers.get("content-type", "").lower():
            return ""
        body = received.body[:2000].decode("utf-8", "replace")
        with suppress(ValueError, RecursionError):  # else it is no JSON, and shown as it is
            body = ": ".join(_texts(json.loads(body)))
        return (clean(body, self._secrets()) or "").rstrip(".")

    def _secrets(self) -> tuple[str, ...]:
        return self._environment.password, self._headers["Authorization"].partition(" ")[2]

    def _check_type(self, received: Received) -> None:
        """The content type tells in which version the platform chose to answer."""
        found = received.headers.get("content-type", "").partition(";")[0].strip().lower()
        if found.startswith("application/vnd.iperity.compass.") and found != MEDIA_TYPE:
            raise PlatformProblem(
                ProblemKind.VERSION, f"{self._host} answers in another version than 3 of the Compass REST API."
            )
        if found not in ("application/json", "text/json", MEDIA_TYPE):
            raise self._unreadable(f"{clean(found[:80]) or 'no content type'} instead of JSON")

    def _unreadable(self, words: str) -> PlatformProblem:
        return PlatformProblem(
            ProblemKind.UNREADABLE,
            f"{self._host} gives an answer that cannot be read: {words}; check that the url is that of its REST API.",
        )

    def _network_problem(self, exchange: Exchange, error: Exception) -> PlatformProblem:
        unknown = exchange.sent and exchange.request.changes
        match error:
            case httpx.ConnectTimeout() | httpx.ConnectError():
                words = f"No connection to {self._host}: {clean(str(error)) or 'no answer'}"
            case httpx.TimeoutException():
                words = f"No answer in time from {self._host}"
            case TooLarge():
                return self._unreadable(f"it is larger than {LARGEST_ANSWER // 1_000_000} MB")
            case _:
                words = f"The connection to {self._host} was cut"
        doubt = " It is not known whether it was done: read it again." if unknown else " Try again, or run doctor."
        return PlatformProblem(ProblemKind.UNREACHABLE, f"{words}.{doubt}", outcome_unknown=unknown)


def _texts(value: object) -> Iterator[str]:
    """All texts in a piece of JSON, as they come."""
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)


# Documented in the developers manual, save 406 and 429: 406 was observed in a published client, 429 is an assumption.
STATUSES: Mapping[int, tuple[ProblemKind, str]] = {
    400: (ProblemKind.INVALID, "says that the request is invalid"),
    403: (ProblemKind.FORBIDDEN, "refuses: the login of this environment may not do or see that"),
    404: (ProblemKind.NOT_FOUND, "knows no such thing"),
    405: (ProblemKind.INVALID, "does not allow this call"),
    406: (ProblemKind.VERSION, "offers no version 3 of the Compass REST API"),
    429: (ProblemKind.RATE_LIMITED, "wants fewer requests: lower requests_per_second and wait a while"),
}
