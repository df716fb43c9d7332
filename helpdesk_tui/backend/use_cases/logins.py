"""Who logs in to the REST API: right at once, wrong slowly, and after too many wrong ones not at all for a while.

Credentials come with every request. Checking a password is slow on purpose, so those that were found right are
remembered for a while, in the memory of this process alone and only as a keyed digest.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from helpdesk_tui.backend.errors import Refused
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.failures import (
    Failures,
    SubjectKind,
    address_subject,
    counted,
    login_delay,
)
from helpdesk_tui.backend.model.rights import LONGEST_PASSWORD, ApiUser, is_username
from helpdesk_tui.backend.use_cases.context import Context
from helpdesk_tui.backend.use_cases.passwords import is_password

REMEMBERED = 300.0
"""Seconds after their last use for which right credentials are remembered."""

MOST_REMEMBERED = 1_000


@dataclass(frozen=True, slots=True)
class Credentials:
    """What somebody presents."""

    username: str
    password: str = field(repr=False)
    address: str
    """Their public address."""


@dataclass(frozen=True, slots=True)
class WrongCredentials:
    """Nobody has this name and password."""

    delay: float
    """Seconds for which the answer is to be held back."""


class TooManyLogins(Refused):
    """Too many logins failed from this address or under this name: the password was not looked at."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many failed logins: try again in {seconds} seconds, or ask an operator to release them.")
        self.seconds = seconds


class Logins:
    """The logins of one environment's API users, as one process sees them. May be called from any thread."""

    def __init__(self, context: Context, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._context = context
        self._store = context.store
        self._monotonic = monotonic
        self._key = secrets.token_bytes(32)
        self._remembered: OrderedDict[bytes, tuple[str, float]] = OrderedDict()
        """Digest of credentials -> the hash that they fit, and when they were last used."""
        self._lock = threading.Lock()

    # -- asked with every request -------------------------------------------------------------------------------------

    def known(self, credentials: Credentials) -> ApiUser | None:
        """The user, when these credentials were right a short while ago and still are. Quick."""
        digest = self._digest(credentials)
        with self._lock:
            password_hash, used = self._remembered.get(digest, ("", 0.0))
        if not password_hash or self._monotonic() - used > REMEMBERED:
            return None
        user = self._store.api_users.named(credentials.username.lower())
        if user is None or user.password_hash != password_hash:
            return None
        self._remember(digest, password_hash)
        return user

    def check(self, credentials: Credentials) -> ApiUser | WrongCredentials:
        """The user whose credentials these are. Slow: about 0.1 s, whoever it is. Raises TooManyLogins."""
        username = credentials.username.lower()
        user = self._store.api_users.named(username) if is_username(username) else None
        self._check_bounds(credentials, user)
        fits = is_password(user.password_hash if user else None, credentials.password[: LONGEST_PASSWORD + 1])
        if user is None or not fits:
            return WrongCredentials(self._failed(credentials, user))
        self._store.api_users.logged_in(user.id, self._context.clock(), credentials.address)
        self._remember(self._digest(credentials), user.password_hash)
        return user

    def _digest(self, credentials: Credentials) -> bytes:
        text = f"{credentials.username.lower()}\0{credentials.password}"
        return hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256)

    def _remember(self, digest: bytes, password_hash: str) -> None:
        with self._lock:
            self._remembered[digest] = (password_hash, self._monotonic())
            self._remembered.move_to_end(digest)
            while len(self._remembered) > MOST_REMEMBERED:
                self._remembered.popitem(last=False)

    # -- failures -----------------------------------------------------------------------------------------------------

    def _check_bounds(self, credentials: Credentials, user: ApiUser | None) -> None:
        """Raises TooManyLogins. Whoever logged in from this address before is not shut out by others' guessing."""
        now = self._context.clock()
        subjects = [self._by_address(credentials.address)]
        if user is None or user.last_address != credentials.address:
            subjects.append(self._by_name(credentials.username, user))
        ends = [
            failures.throttled_until
            for subject in subjects
            if (failures := self._store.failures.get(subject)) and failures.throttled_until
        ]
        until = max((end for end in ends if end > now), default=None)
        if until is not None:
            raise TooManyLogins(max(1, round((until - now).total_seconds())))

    def _failed(self, credentials: Credentials, user: ApiUser | None) -> float:
        """Count a failed login; seconds for which its answer is held back."""
        now = self._context.clock()
        with self._store.write():
            counts = [
                self._count(self._by_address(credentials.address), SubjectKind.LOGIN_ADDRESS, now),
                self._count(self._by_name(credentials.username, user), SubjectKind.LOGIN_NAME, now),
            ]
            whose = user.username if user else "somebody unknown"
            if any(each.count == 1 for each in counts):
                self._note(f"A login to the REST API as {whose} from {credentials.address} failed.")
            for each in counts:
                if each.throttled_until and each.count == each.limit:
                    self._note(f"{each.subject} is refused for a while. {each.reason}")
        return max(login_delay(each.count) for each in counts)

    def _count(self, subject: str, kind: SubjectKind, now: datetime) -> Failures:
        after = counted(self._store.failures.get(subject), Failures(subject, kind, 1, now, now, "login"))
        self._store.failures.save(after)
        return after

    def _by_address(self, address: str) -> str:
        return f"API login from {address_subject(address)}"

    def _by_name(self, username: str, user: ApiUser | None) -> str:
        """Names that nobody has are counted too, but not shown: people type passwords into the wrong field."""
        if user:
            return f"API user {user.username}"
        key = (self._store.facts.get("endpoint_key") or "").encode()
        digest = hmac.new(key, username.lower().encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
        return f"API user unknown-{digest[:12]}"

    def _note(self, text: str) -> None:
        self._store.events.add(self._context.operator, EventKind.API_USER, text)
