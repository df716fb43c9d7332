"""Misses at the endpoint and failed logins at the REST API: how they are counted, and when their sender is answered
slowly or not at all. Successes never count."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class SubjectKind(StrEnum):
    """Whose failures are counted."""

    ADDRESS = "address"
    """A public address; of IPv6 the network of 64 bits that one customer has."""
    MAC = "mac"
    """A MAC that was named in a file name, whoever asked."""
    LOGIN_ADDRESS = "login address"
    """A public address from which somebody logs in to the REST API."""
    LOGIN_NAME = "login name"
    """A user name under which somebody logs in to the REST API, wherever they are."""


WINDOW = timedelta(minutes=10)
"""A pause of this length makes the count begin anew; a throttle lasts this long after the last failure."""

LIMITS = {
    SubjectKind.ADDRESS: 30,
    SubjectKind.MAC: 10,
    SubjectKind.LOGIN_ADDRESS: 20,
    SubjectKind.LOGIN_NAME: 10,
}
"""Failures in a row (without a pause of WINDOW) from which on a subject is throttled."""


@dataclass(frozen=True, slots=True)
class Failures:
    """The recent failures of one address or MAC."""

    subject: str
    kind: SubjectKind
    count: int
    first_at: datetime
    last_at: datetime
    last_file: str
    """Name of the last file asked for, without secrets; hostile text."""
    throttled_until: datetime | None = None

    def throttled(self, now: datetime) -> bool:
        """Whether its misses are answered slowly at this moment."""
        return self.throttled_until is not None and self.throttled_until > now

    @property
    def limit(self) -> int:
        """The failure in a row by which it is throttled."""
        return LIMITS[self.kind]

    @property
    def what(self) -> str:
        """What failed, and how often; since when is told in the operator's own time."""
        what, how = _WORDS[self.kind]
        return f"{self.count} {what}{'' if self.count == 1 else 's'} {how}"

    @property
    def reason(self) -> str:
        """Why it is throttled, for the history, which people in several time zones read."""
        return f"{self.what} since {self.first_at:%Y-%m-%d %H:%M} UTC."

    @property
    def spared(self) -> str:
        """Who is not held up by that, for the operator."""
        if self.kind in (SubjectKind.ADDRESS, SubjectKind.MAC):
            return "Phones with a valid URL are always answered."
        return "Whoever is logged in to the REST API already goes on."


_WORDS = {
    SubjectKind.ADDRESS: ("request", "from this address without a valid URL"),
    SubjectKind.MAC: ("request", "for this MAC without a valid URL"),
    SubjectKind.LOGIN_ADDRESS: ("failed login", "from this address to the REST API"),
    SubjectKind.LOGIN_NAME: ("failed login", "under this name to the REST API"),
}

LONGEST_LOGIN_DELAY = 4.0
"""Seconds."""


def login_delay(count: int) -> float:
    """Seconds for which the answer to this many failed logins in a row is held back: it doubles with each."""
    return min(0.125 * 2.0 ** min(count, 10), LONGEST_LOGIN_DELAY)


def counted(before: Failures | None, new: Failures) -> Failures:
    """The failures of a subject after `new` ones; the throttle begins when they reach the limit."""
    if before is not None and new.last_at - before.last_at < WINDOW:
        new = replace(new, count=before.count + new.count, first_at=before.first_at)
    if new.count >= new.limit:
        return replace(new, throttled_until=new.last_at + WINDOW)
    return new


def address_subject(address: str) -> str:
    """What an address is counted under."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6 and parsed.ipv4_mapped is None and not parsed.is_loopback:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address
