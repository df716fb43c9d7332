"""Where phones fetch from, whether everybody there has stopped, and who is answered slowly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from helpdesk_tui.backend.model.failures import Failures, SubjectKind
from helpdesk_tui.backend.model.mac import find_mac
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.site import (
    FAILURES_ARE_OLD,
    GRACE,
    MOST_STRANGERS,
    LastFetch,
    Silence,
    Site,
    Whereabouts,
    in_order,
    silence_of,
    site_of,
)
from helpdesk_tui.backend.store.sites import Group
from helpdesk_tui.backend.use_cases.context import Context

MOST_LOOKED_AT = 1000
"""Of those who are answered slowly, the latest: while somebody attacks from very many addresses."""


@dataclass(frozen=True, slots=True)
class Survey:
    """The sites at one moment, and who else asks for what is not theirs."""

    places: tuple[Whereabouts, ...]
    """What is to be seen first, first; not all of them where there are very many."""
    sites: int
    """How many there are in all."""
    silent: int
    """How many of them have gone silent."""
    slowed: int
    """How many addresses, MACs and logins are answered slowly."""


class Sites:
    """The sites of one environment's phones."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def survey(self, limit: int = 500) -> Survey:
        """All sites, our phones whose MACs were guessed, and strangers."""
        now = self._context.clock()
        groups = self._store.sites.groups()
        sites = _sites(groups)
        silences = self._silences(groups, sites, now)
        since = now - FAILURES_ARE_OLD
        failures = {found.subject: found for found in self._store.failures.of(sites, since)}
        places = [
            Whereabouts(replace(site, silence=silences.get(name)), failures.get(name)) for name, site in sites.items()
        ]
        of_phones = self._store.failures.of_phones(since)
        known = {*sites, *(found.subject for found in of_phones)}
        strangers = self._store.failures.of_others(known, since, now, MOST_STRANGERS)
        places += self._with_phones((*of_phones, *strangers))
        ordered = in_order(places, now)
        kept = ordered[:limit] + tuple(place for place in ordered[limit:] if not place.ours)
        return Survey(kept, len(sites), len(silences), len(self._store.failures.throttled(now)))

    def slowed_down(self, limit: int = MOST_STRANGERS) -> tuple[Whereabouts, ...]:
        """Who is answered slowly now: first sites and phones of ours, then strangers; each from the latest on."""
        now = self._context.clock()
        failures = self._store.failures.of_others((), now - FAILURES_ARE_OLD, now, MOST_LOOKED_AT)
        slowed = [found for found in failures if found.throttled(now)]
        addresses = [found.subject for found in slowed if found.kind is SubjectKind.ADDRESS]
        sites = _sites(self._store.sites.groups(addresses))
        places = [replace(place, site=sites.get(place.subject)) for place in self._with_phones(slowed)]
        return in_order(places, now)[:limit]

    def phones_at(self, address: str, limit: int = 20) -> tuple[Phone, ...]:
        """The phones that last fetched from this site, the latest first."""
        return self._store.phones.at_address(address, limit)

    def _with_phones(self, failures: Iterable[Failures]) -> list[Whereabouts]:
        """Whose failures they are, where a MAC is ours."""
        macs = {found.subject: find_mac(found.subject) for found in failures if found.kind is SubjectKind.MAC}
        phones = {phone.mac: phone for phone in self._store.phones.by_macs(filter(None, macs.values()))}
        ours: dict[str, Phone | None] = {subject: phones.get(mac) for subject, mac in macs.items() if mac}
        return [Whereabouts(failures=found, phone=ours.get(found.subject)) for found in failures]

    def _silences(self, groups: Iterable[Group], sites: Mapping[str, Site], now: datetime) -> dict[str, Silence]:
        """Which sites have gone silent. Looked at are the phones of those alone where nobody came for a while."""
        quiet = {name: site.last_fetch for name, site in sites.items() if _pause(site, now) > GRACE}
        homes = {group.address: site_of(group.address) for group in groups}
        fetches: dict[str, list[LastFetch]] = {name: [] for name in quiet}
        asked = [address for address, home in homes.items() if home in quiet]
        for address, fetch in self._store.sites.last_fetches(asked):
            fetches[homes[address]].append(fetch)
        found = {name: silence_of(fetches[name], latest, now) for name, latest in quiet.items() if latest}
        return {name: silence for name, silence in found.items() if silence}


def _pause(site: Site, now: datetime) -> timedelta:
    """For how long nobody there has fetched."""
    return now - site.last_fetch if site.last_fetch else timedelta(0)


def _sites(groups: Iterable[Group]) -> dict[str, Site]:
    """The sites of these groups of phones by their names."""
    members: dict[str, list[Group]] = {}
    for group in groups:
        members.setdefault(site_of(group.address), []).append(group)
    return {name: _site(name, there) for name, there in members.items()}


def _site(name: str, groups: Iterable[Group]) -> Site:
    phones: Counter[str] = Counter()
    moments: list[datetime] = []
    for group in groups:
        phones[group.organisation] += group.phones
        moments += [group.latest] if group.latest else []
    organisations = tuple(organisation for organisation, _ in phones.most_common())
    return Site(name, phones.total(), max(moments, default=None), organisations)
