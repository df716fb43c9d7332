"""HTTP as all clients of manufacturers need it: bounded in time, size, rate and reach, with failures as values."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree
import httpx
from defusedxml.common import DefusedXmlException

from helpdesk_tui.backend.errors import ConfigurationProblem
from helpdesk_tui.backend.exchange import (
    Exchange,
    RateLimiter,
    Request,
    TooLarge,
    carries_secrets,
    host_of,
    open_client,
    origin,
)
from helpdesk_tui.backend.manufacturers.service import Failure
from helpdesk_tui.backend.model.environment import ServiceAccount
from helpdesk_tui.backend.model.reason import Reason

LARGEST_ANSWER = 1_000_000
"""Bytes. More is no answer of these services."""

LONGEST_RETRY_AFTER = timedelta(days=1)

_JSON = ("application/json", "text/json")
_XML = ("text/xml", "application/xml")


class CallError(Exception):
    """A call that did not succeed. The words of its Failure are still raw: clients clean them (`failure_as_value`)
    before anybody else sees them."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason.value)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer that is neither a redirect, nor 429, nor 5xx."""

    status: int
    headers: httpx.Headers = field(repr=False)
    body: bytes = field(repr=False)
    changed: bool
    """Whether the request may have changed something."""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> object:
        """The JSON of the body. Raises CallError when it is none."""
        self._must_be(_JSON, "JSON")
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise self.unreadable("the JSON is damaged") from error

    def json_object(self) -> dict[str, object]:
        """The JSON object of the body. Raises CallError when it is none."""
        found = self.json()
        if not isinstance(found, dict):
            raise self.unreadable("the JSON is of another shape")
        return found

    def xml(self) -> Element:
        """The XML of the body, without document type and entities. Raises CallError when it is none."""
        self._must_be(_XML, "XML")
        try:
            root: Element = defusedxml.ElementTree.fromstring(self.body, forbid_dtd=True)
        except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
            raise self.unreadable("the XML is damaged or unsafe") from error
        return root

    def unreadable(self, words: str) -> CallError:
        """The failure for an answer that makes no sense; a change that it answers may have been made."""
        return CallError(Failure(Reason.UNKNOWN_ANSWER, words, outcome_unknown=self.changed and self.ok))

    def _must_be(self, types: tuple[str, ...], name: str) -> None:
        found = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if found not in types:
            raise self.unreadable(f"{found or 'no content type'} instead of {name}")


class Wire:
    """Sends requests to one service. Called from any thread."""

    def __init__(
        self, account: ServiceAccount, *, now: Callable[[], datetime], sibling_hosts: Iterable[str] = ()
    ) -> None:
        """`sibling_hosts` are the names of the vendor's own service: answers of one may link to another.

        Raises ConfigurationProblem for an address that is not acceptable.
        """
        self._account = account
        self._now = now
        siblings = {("https", host, 443) for host in sibling_hosts}
        ours = origin_of(account)
        self._origins = {ours} | (siblings if ours in siblings else set())
        self._limiter = RateLimiter(account.requests_per_second)
        self._client = open_client(account.connect_timeout, account.read_timeout)
        self.clock_difference: timedelta | None = None
        """Their clock minus ours, by the Date header of the last answer."""

    def send(self, request: Request) -> Answer:
        """One attempt. It ends within the connect and read time-outs, once it is its turn.

        Raises CallError when no answer comes that a client could interpret.
        """
        if not self._is_known(request.url):
            words = f"the answer points to another host: {host_of(request.url)}"
            raise CallError(Failure(Reason.UNKNOWN_ANSWER, words))
        self._limiter.wait()
        exchange = Exchange(self._client, request, LARGEST_ANSWER)
        exchange.run(self._account.connect_timeout + self._account.read_timeout)
        if isinstance(exchange.outcome, Exception):
            raise CallError(self._network_failure(exchange, exchange.outcome)) from None
        received = exchange.outcome
        answer = Answer(received.status, received.headers, received.body, request.changes)
        self._note_clock(answer.headers)
        return self._usable(answer)

    def close(self) -> None:
        self._client.close()

    def _is_known(self, url: str) -> bool:
        try:
            return origin(url) in self._origins
        except ValueError:
            return False

    def _usable(self, answer: Answer) -> Answer:
        """The answer, unless it is one that means the same on every wire."""
        status = f"HTTP {answer.status}"
        if 300 <= answer.status < 400:
            words = f"{status}: a redirect to {host_of(answer.headers.get('location', ''))}"
            raise CallError(Failure(Reason.UNKNOWN_ANSWER, words))
        if answer.status == 429:
            pause = retry_after(answer.headers.get("retry-after"), self._now())
            raise CallError(Failure(Reason.RATE_LIMITED, f"{status} {answer.text}", retry_after=pause))
        if answer.status >= 500 or answer.status == 408:
            # A gateway that waited in vain does not know what happened behind it.
            unknown = answer.changed and answer.status == 504
            pause = retry_after(answer.headers.get("retry-after"), self._now())
            words = f"{status} {answer.text}"
            raise CallError(Failure(Reason.UNREACHABLE, words, outcome_unknown=unknown, retry_after=pause))
        return answer

    def _network_failure(self, exchange: Exchange, error: Exception) -> Failure:
        unknown = exchange.sent and exchange.request.changes
        host = host_of(exchange.request.url)
        match error:
            case httpx.ConnectTimeout() | httpx.ConnectError():
                return Failure(Reason.UNREACHABLE, f"no connection to {host}: {error}")
            case httpx.TimeoutException():
                return Failure(Reason.UNREACHABLE, f"no answer in time from {host}", outcome_unknown=unknown)
            case TooLarge():
                return Failure(Reason.UNKNOWN_ANSWER, "the answer is larger than 1 MB", outcome_unknown=unknown)
            case httpx.TransportError():
                words = f"the connection was cut or not HTTP: {error}"
                return Failure(Reason.UNKNOWN_ANSWER, words, outcome_unknown=unknown)
            case _:
                return Failure(Reason.UNKNOWN_ANSWER, f"{type(error).__name__}", outcome_unknown=unknown)

    def _note_clock(self, headers: httpx.Headers) -> None:
        there = _http_date(headers.get("date", ""))
        if there is not None:
            self.clock_difference = there - self._now()


def origin_of(account: ServiceAccount) -> tuple[str, str, int]:
    """Scheme, host and port of the account's address.

    Raises ConfigurationProblem unless it is https, or http to this machine itself (credentials never cross a network
    in the clear).
    """
    if carries_secrets(account.url):
        return origin(account.url)
    raise ConfigurationProblem(
        f"The address of {account.label or account.vendor.service_label} is not usable: "
        "write an https:// address (http:// is for loopback addresses only)."
    )


def retry_after(text: str | None, now: datetime) -> timedelta | None:
    """How long the Retry-After header asks us to wait: seconds or a date (RFC 9110, section 10.2.3)."""
    if not text:
        return None
    if text.strip().isdecimal():
        return timedelta(seconds=min(int(text.strip()[:9]), LONGEST_RETRY_AFTER.total_seconds()))
    until = _http_date(text)
    return None if until is None else min(max(until - now, timedelta()), LONGEST_RETRY_AFTER)


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
