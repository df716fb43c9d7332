"""What the four clients share: who they are, and how a failed call becomes a value."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from helpdesk_tui.backend.manufacturers.http import Answer, CallError, Wire
from helpdesk_tui.backend.manufacturers.service import Failure, Lookup, Probe, Standing
from helpdesk_tui.backend.manufacturers.words import clean, secret_parts
from helpdesk_tui.backend.model.environment import ServiceAccount
from helpdesk_tui.backend.model.reason import Reason
from helpdesk_tui.backend.model.vendor import Vendor

TOLERATED_CLOCK_DIFFERENCE = timedelta(seconds=60)
"""The window of Hawk (reference manufacturer_services.md, section 1.2); the others' windows are not known."""

REFUSAL_LASTS = 600.0
"""Seconds that a service is left alone after it refused our credentials. A program that runs for weeks asks again."""

P = ParamSpec("P")
T = TypeVar("T")


class Client:
    """A client of one account at one service. Called from any thread.

    Refused credentials are remembered for REFUSAL_LASTS: wrong ones cost the service one request, not one for each
    phone.
    """

    def __init__(
        self, account: ServiceAccount, label: str, *, now: Callable[[], datetime], sibling_hosts: Iterable[str] = ()
    ) -> None:
        self._account = account
        self._label = label
        self._now = now
        self._wire = Wire(account, now=now, sibling_hosts=sibling_hosts)
        self._door = threading.Lock()
        self._let_in = False
        self._refusal: Failure | None = None
        self._refused_until = 0.0
        self._secrets: set[str] = {account.secret}

    @property
    def vendor(self) -> Vendor:
        return self._account.vendor

    @property
    def label(self) -> str:
        return self._label

    def probe(self) -> Probe:
        account = self._ask_account()
        difference = self._wire.clock_difference
        if isinstance(account, Failure):
            return Probe(account, clock_difference=difference)
        return Probe(None, account, difference)

    def renew(self) -> None:
        self._refusal = None
        self._let_in = False

    def close(self) -> None:
        self._wire.close()

    def _ask_account(self) -> str | Failure | None:
        """One harmless call, which returns the account's name where the service tells it."""
        raise NotImplementedError

    def _accepted(self, answer: Answer) -> Answer:
        """The answer of a service that let us in and did what was asked. Raises CallError."""
        if answer.ok:
            return answer
        if answer.status == 401:
            raise failed(Reason.AUTH_FAILED, answer.text)
        reason = Reason.FORBIDDEN if answer.status == 403 else Reason.UNKNOWN_ANSWER
        raise failed(reason, f"HTTP {answer.status} {answer.text}")

    def _not_let_in(self, words: str) -> CallError:
        """Refused, on a wire that looks at the time: because of the clocks when they differ much, else credentials."""
        difference = self._wire.clock_difference
        if difference is not None and abs(difference) > TOLERATED_CLOCK_DIFFERENCE:
            return self._clock_skew(difference)
        return failed(Reason.AUTH_FAILED, words)

    def _clock_skew(self, difference: timedelta) -> CallError:
        seconds = round(difference.total_seconds())
        side = "ahead of" if seconds > 0 else "behind"
        return failed(Reason.CLOCK_SKEW, f"their clock is {abs(seconds)} s {side} ours")

    def _entrance(self) -> AbstractContextManager[object]:
        """Calls go one by one until the first was answered, so that wrong credentials are tried once."""
        return nullcontext() if self._let_in else self._door


C = TypeVar("C", bound=Client)


def failed(reason: Reason, words: str = "") -> CallError:
    """To be raised when the service refuses, in its own words."""
    return CallError(Failure(reason, words))


def standing_at(found: Lookup, url: str | None) -> Standing:
    """Where a phone stands when it should point at this URL (None: at any)."""
    if found.standing is Standing.OURS and url not in (None, found.url):
        return Standing.OURS_OTHER_URL
    return found.standing


def failure_as_value(method: Callable[Concatenate[C, P], T]) -> Callable[Concatenate[C, P], T | Failure]:
    """Let a client's method return the Failure that it raised as CallError, its words without our secrets.

    Texts among the arguments are our URLs, and secret.
    """

    @wraps(method)
    def call(self: C, /, *args: P.args, **kwargs: P.kwargs) -> T | Failure:
        with self._entrance():
            refusal = self._refusal
            if refusal is not None and time.monotonic() < self._refused_until:
                return refusal
            try:
                return method(self, *args, **kwargs)
            except CallError as stopped:
                urls = (value for value in (*args, *kwargs.values()) if isinstance(value, str))
                secrets = self._secrets.union(*map(secret_parts, urls))
                failure = replace(stopped.failure, words=clean(stopped.failure.words or "", secrets))
                if failure.reason is Reason.AUTH_FAILED:
                    self._refusal = failure
                    self._refused_until = time.monotonic() + REFUSAL_LASTS
                return failure
            finally:
                self._let_in = True

    return call
