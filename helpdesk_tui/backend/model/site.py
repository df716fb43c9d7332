"""Sites: the places that phones fetch from. Has everybody there stopped fetching, and what is to be seen first?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from helpdesk_tui.backend.model.failures import Failures, address_subject
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.recheck import OVERDUE_AFTER, recheck_minutes

GRACE = timedelta(minutes=15)
"""A phone that asks so much later than it should is not late; and so long a pause of a whole site says nothing."""

LONGEST_PAUSE = timedelta(hours=5)
"""Within it every phone that works asks again: see `recheck_minutes`."""

FAILURES_ARE_OLD = timedelta(days=1)
"""Older ones, which count for nothing any more, are no matter of today."""

STRANGERS_AHEAD = 5
"""So many strangers that are answered slowly come before the sites that are well."""

MOST_STRANGERS = 200
"""More of them only hide each other."""


@lru_cache(maxsize=65536)
def site_of(address: str) -> str:
    """The site that this address belongs to: itself, or of IPv6 the network of 64 bits that one customer has.

    The network as it is shown is its own site.
    """
    return address_subject(address.removesuffix("/64"))


class LastFetch(NamedTuple):
    """When a phone in use last fetched."""

    mac: Mac
    at: datetime

    @property
    def late_from(self) -> datetime:
        """From when on its next fetch is missing."""
        return self.at + timedelta(minutes=recheck_minutes(self.mac)) + GRACE


@dataclass(frozen=True, slots=True)
class Silence:
    """All phones of a site have stopped fetching."""

    since: datetime
    """The last fetch of anybody there."""
    phones: int
    """How many were fetching then; those that had stayed away before tell nothing about the site."""
    late: int
    """How many of them should have asked again since."""

    @property
    def several(self) -> bool:
        """Whether it is more than one phone that was switched off, so that it is the site that needs attention."""
        return self.phones > 1


def silence_of(fetches: Iterable[LastFetch], latest: datetime, now: datetime) -> Silence | None:
    """Whether a site has gone silent: `fetches` are those of its phones in use, `latest` is that of anybody there.

    Every phone asks again after its own four to five hours. So whoever was late at the moment of the latest fetch had
    stayed away alone, and is left out. Of the others, at least two and at least half must be late by now, while nobody
    came: the more phones there are, the sooner that is so, from some two hours on; and never later than five. A phone
    that is the only one is silent once it is overdue, as two of its fetches are missing.
    """
    late_from = [fetch.late_from for fetch in fetches]
    were_there = [moment for moment in late_from if moment >= latest]
    late = sum(1 for moment in were_there if moment < now)
    alone = len(were_there) == 1
    silent = now - latest > OVERDUE_AFTER if alone else late >= max(2, len(were_there) / 2)
    return Silence(latest, len(were_there), late) if silent else None


@dataclass(frozen=True, slots=True)
class Site:
    """The phones behind one public address; a phone counts at its latest one only."""

    address: str
    """As `site_of` says."""
    phones: int
    last_fetch: datetime | None
    organisations: tuple[str, ...]
    """Whose phones they are, whoever has most of them first."""
    silence: Silence | None = None

    def fetching(self, now: datetime) -> bool:
        """Whether somebody there has fetched within the time in which every phone asks again."""
        return self.last_fetch is not None and now - self.last_fetch <= LONGEST_PAUSE


class Urgency(IntEnum):
    """What comes first on the list of sites."""

    OURS_SLOWED = 0
    SITE_SILENT = 1
    STRANGER_SLOWED = 2
    PHONE_SILENT = 3
    OURS = 4
    STRANGER = 5


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A site, or somebody else whose requests failed: an address without phones, a MAC, a login."""

    site: Site | None = None
    failures: Failures | None = None
    phone: Phone | None = None
    """Ours, where the failures are those of its MAC."""

    @property
    def subject(self) -> str:
        """What it is called."""
        return self.site.address if self.site else self.failures.subject if self.failures else ""

    @property
    def latest(self) -> datetime:
        """The last fetch of a site, the last failure of anybody else."""
        at = self.site.last_fetch if self.site else self.failures.last_at if self.failures else None
        return at or datetime.min.replace(tzinfo=UTC)

    @property
    def ours(self) -> bool:
        """Whether phones of ours are there; else it is a stranger, or somebody who logs in."""
        return self.site is not None or self.phone is not None

    def urgency(self, now: datetime) -> Urgency:
        """How soon somebody should look at it."""
        slowed = self.failures is not None and self.failures.throttled(now)
        if not self.ours:
            return Urgency.STRANGER_SLOWED if slowed else Urgency.STRANGER
        if slowed:
            return Urgency.OURS_SLOWED
        silence = self.site.silence if self.site else None
        if silence is None:
            return Urgency.OURS
        return Urgency.SITE_SILENT if silence.several else Urgency.PHONE_SILENT


def in_order(places: Sequence[Whereabouts], now: datetime) -> tuple[Whereabouts, ...]:
    """What needs attention first, then what is well, and each of these from the latest to the oldest.

    First whoever of ours is answered slowly, and sites that have gone silent; then a few strangers who are answered
    slowly, as one of them may be a customer whose phones are all wrong; then single phones that have gone silent, all
    other sites, and last the other strangers, however many there are.
    """
    groups: dict[Urgency, list[Whereabouts]] = {urgency: [] for urgency in Urgency}
    for place in sorted(places, key=lambda place: place.latest, reverse=True):
        groups[place.urgency(now)].append(place)
    slowed = groups[Urgency.STRANGER_SLOWED]
    groups[Urgency.STRANGER_SLOWED], others = slowed[:STRANGERS_AHEAD], slowed[STRANGERS_AHEAD:]
    groups[Urgency.STRANGER] = others + groups[Urgency.STRANGER]
    return tuple(place for group in groups.values() for place in group)
