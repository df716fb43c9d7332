"""What fetches of phones teach and move, and misses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from helpdesk_tui.backend.errors import NotFound, Refused
from helpdesk_tui.backend.model.catalogue import Catalogue
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.failures import Failures, SubjectKind, address_subject, counted
from helpdesk_tui.backend.model.mac import Mac, find_mac
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.request import Request, Via
from helpdesk_tui.backend.model.user_agent import UserAgent, read_user_agent
from helpdesk_tui.backend.store.visits import PhoneIdentity, Visit
from helpdesk_tui.backend.use_cases.access import asks_credentials, new_secret, token_works, told_with_credentials
from helpdesk_tui.backend.use_cases.context import Context
from helpdesk_tui.backend.use_cases.registration import Registration

if TYPE_CHECKING:
    from helpdesk_tui.backend.settings_file import SettingsFile

PLATFORM = "platform"
"""Who did it, where no person did."""

MOST_FAILURES = 10_000
"""Addresses and MACs whose failures are remembered."""


agent_of = lru_cache(maxsize=16384)(read_user_agent)
"""What a User-Agent says; phones send the same one every time."""


class Key(StrEnum):
    """Which of a phone's secret path segments opened the door."""

    TOKEN = "token"
    SECRET = "secret"
    PREVIOUS = "previous"

    @property
    def via(self) -> Via:
        return Via.TEMPORARY if self is Key.TOKEN else Via.DEFINITIVE


@dataclass(frozen=True, slots=True)
class Sent:
    """A settings file as it went to a phone."""

    etag: str
    heading: bytes = field(default=b"", repr=False)
    """What its text does not say: see `settings_file.heading_of`."""
    text: bytes = field(default=b"", repr=False)
    """Empty: the phone had it before, so that it is kept already."""

    @classmethod
    def of(cls, etag: str, file: SettingsFile) -> Sent:
        """This file, when it was sent under this etag."""
        from helpdesk_tui.backend.settings_file import heading_of, render  # late: as below

        return cls(etag, heading_of(file), render(file))


@dataclass(frozen=True, slots=True)
class Fetch:
    """One answered request of a phone that was let in. What the phone sent is hostile text."""

    at: datetime
    phone_id: int
    key: Key
    address: str
    file: str
    status: int
    bytes: int
    user_agent: str
    settled: bool
    """Whether it got its settings by this, or heard that they are unchanged: only that teaches and moves something."""
    sent: Sent | None = None
    """The settings file that the phone has now; None: it asked for another file."""


@dataclass(frozen=True, slots=True)
class Miss:
    """One request that was not let in."""

    at: datetime
    address: str
    file: str
    mac: Mac | None
    """The MAC that its file name names."""


class Fetching:
    """The visits of one environment's phones."""

    def __init__(self, context: Context, registration: Registration) -> None:
        self._context = context
        self._store = context.store
        self._registration = registration

    # -- let in -------------------------------------------------------------------------------------------------------

    def key_of(self, phone: Phone, segment: str) -> Key | None:
        """By which secret this segment opens the door of this phone now; None: by none."""
        if segment == phone.secret:
            return Key.SECRET
        if segment == phone.previous_secret:
            return Key.PREVIOUS
        if segment == phone.token and token_works(self._context.environment, phone, self._context.clock()):
            return Key.TOKEN
        return None

    def first_use(self, phone: Phone, key: Key) -> bool:
        """Whether using this key now changes which keys there are, or tells the phone a new one: `admit` must be called
        before the answer."""
        if key is Key.SECRET:
            return bool(phone.token or phone.previous_secret)
        return phone.secret_sent_at is None or (key is Key.TOKEN and phone.token_used_at is None)

    def admit(self, visits: Sequence[tuple[int, str]]) -> tuple[bool, ...]:
        """Phones (by id) use a key (its segment) for the first time; one transaction for all.

        The first use of a token starts its last hour; that of the definitive secret ends the token and the former
        secret. A phone that comes by any other key may be told the definitive secret now: from here on it counts as
        told, so that nothing takes it away from the phone. False for a key that stopped working in the meantime.
        """
        with self._context.write():
            return tuple(self._admit(phone_id, segment) for phone_id, segment in visits)

    def _admit(self, phone_id: int, segment: str) -> bool:
        phone = self._store.phones.by_id(phone_id)
        key = self.key_of(phone, segment) if phone else None
        if phone is None or key is None:
            return False
        now = self._context.clock()
        if key is Key.SECRET and self.first_use(phone, key):
            self._store.phones.update(phone.id, {"token": "", "token_used_at": None, **self._next_secret(phone)})
            self._event(phone, EventKind.FETCHED, "The phone fetched its settings by its own address.")
        elif self.first_use(phone, key):
            values: dict[str, object] = {"secret_sent_at": phone.secret_sent_at or now}
            if key is Key.TOKEN and phone.token_used_at is None:
                values["token_used_at"] = now
                self._event(phone, EventKind.FIRST_CONTACT, "The phone came by the temporary address.")
            self._store.phones.update(phone.id, values)
        return True

    def _next_secret(self, phone: Phone) -> dict[str, object]:
        """What becomes of a phone's secrets when it uses the new one; that may have been told without the credentials
        that are asked for by now, or with ones that no longer are."""
        environment = self._context.environment
        if told_with_credentials(phone.secret) is asks_credentials(environment):
            return {"previous_secret": ""}
        renewed = new_secret(environment, self._context.random)
        return {"previous_secret": phone.secret, "secret": renewed, "secret_sent_at": None}

    # -- noted --------------------------------------------------------------------------------------------------------

    def note_fetches(self, fetches: Sequence[Fetch]) -> tuple[Mac, ...]:
        """Write down fetches, what they teach, and what they ask of the manufacturers; one transaction for all.

        Returns the phones for which `Registration.retry` has something to do now.
        """
        with self._context.write():
            phones = self._store.visits.identities(fetch.phone_id for fetch in fetches)
            noted = [(fetch, phones[fetch.phone_id]) for fetch in fetches if fetch.phone_id in phones]
            catalogue = self._context.catalogue
            self._store.requests.add_many(
                [_request(f, oddities(phone, agent_of(f.user_agent), catalogue)) for f, phone in noted]
            )
            with_settings = {fetch.phone_id for fetch, _ in noted if fetch.sent}
            visits: dict[int, Visit] = {}
            for fetch, phone in noted:
                if fetch.settled:
                    settings = fetch.phone_id in with_settings
                    visits[phone.id] = self._visit(fetch, phone, visits.get(phone.id), settings=settings)
            seen = self._store.visits.seen(list(visits.values()))
            return tuple(phone.mac for phone in seen if self._moved(phone))

    def remember(self, fetches: Iterable[Fetch]) -> None:
        """Keep the settings files that phones have now, where they had another; to be called after `note_fetches`.

        Apart from it, because packing files takes longer than a transaction should.
        """
        from helpdesk_tui.backend.settings_file.packed import pack  # late: only an endpoint needs it

        latest = {fetch.phone_id: (fetch.at, fetch.sent) for fetch in fetches if fetch.sent}
        known = self._store.fetched.etags(list(latest))
        news = {phone_id: row for phone_id, row in latest.items() if row[1].etag != known.get(phone_id)}
        rows = [(phone_id, at, s.etag, pack(s.heading, s.text)) for phone_id, (at, s) in news.items() if s.text]
        if rows:
            self._store.fetched.remember(rows)
        # It had that one before, and in the meantime another: it is not known what the phone has until it comes again.
        if lost := [(phone_id, at) for phone_id, (at, sent) in news.items() if not sent.text]:
            self._store.fetched.forget(lost)

    def _visit(self, fetch: Fetch, phone: PhoneIdentity, earlier: Visit | None, *, settings: bool) -> Visit:
        """What this fetch teaches after an earlier one; the firmware counts when the phone names its own vendor."""
        agent = agent_of(fetch.user_agent)
        firmware = agent.firmware if agent.vendor == phone.vendor else None
        before = (earlier.firmware if earlier else None) or phone.firmware_installed
        if firmware and before not in (None, firmware):
            text = f"The phone reports firmware {firmware}; before: {before}."
            kind, mac = EventKind.FIRMWARE_INSTALLED, Mac(phone.mac)
            self._store.events.add(PLATFORM, kind, text, mac, phone.organisation)
        return Visit(phone.id, fetch.at, fetch.address, firmware or (earlier.firmware if earlier else None), settings)

    def _moved(self, phone: Phone) -> bool:
        """Whether this fetch asks something of the manufacturer; it is written down as intended."""
        try:
            return self._registration.phone_fetched(phone)
        except Refused:
            return False  # a call for this phone is under way: its outcome counts

    def note_misses(self, misses: Iterable[Miss]) -> None:
        """Count misses per address and per MAC; one transaction for all."""
        with self._context.write():
            for failures in _totals(misses):
                before = self._store.failures.get(failures.subject)
                after = counted(before, failures)
                self._store.failures.save(after)
                if after.throttled(after.last_at) and not (before and before.throttled(after.last_at)):
                    whose = "Requests from" if after.kind is SubjectKind.ADDRESS else "Requests for"
                    text = f"{whose} {after.subject} without a valid URL are answered slowly. {after.reason}"
                    mac = find_mac(after.subject) if after.kind is SubjectKind.MAC else None
                    self._store.events.add(PLATFORM, EventKind.ADDRESS, text, mac)

    def _event(self, phone: Phone, kind: EventKind, text: str) -> None:
        self._store.events.add(PLATFORM, kind, text, phone.mac, phone.organisation)

    # -- shown --------------------------------------------------------------------------------------------------------

    def throttled(self) -> dict[str, datetime]:
        """The addresses and MACs whose misses are answered slowly now, and until when."""
        return self._store.failures.throttled(self._context.clock())

    def release(self, subject: str) -> None:
        """Forget the failures of an address or MAC, as `addresses` names it. Raises NotFound."""
        with self._context.write():
            if not self._store.failures.forget(subject):
                raise NotFound(f"{subject[:60]} has no failures any more: it is answered as everybody else.")
            text = f"Released {subject}: its failures are forgotten."
            self._store.events.add(self._context.operator, EventKind.ADDRESS, text, find_mac(subject))

    def prune(self) -> None:
        """Keep the log of requests and the failures within their bounds."""
        environment, now = self._context.environment, self._context.clock()
        oldest = now - timedelta(days=environment.request_log_days)
        self._store.requests.prune(oldest, environment.request_log_rows)
        self._store.failures.prune(oldest, MOST_FAILURES)


def _request(fetch: Fetch, note: str) -> Request:
    return Request(
        id=0,
        at=fetch.at,
        phone_id=fetch.phone_id,
        address=fetch.address,
        file=fetch.file,
        via=fetch.key.via,
        status=fetch.status,
        bytes=fetch.bytes,
        user_agent=fetch.user_agent,
        note=note,
    )


def oddities(phone: PhoneIdentity, agent: UserAgent, catalogue: Catalogue) -> str:
    """What a User-Agent says otherwise than the record, for the operator; empty: nothing."""
    odd = []
    if agent.vendor and agent.vendor != phone.vendor:
        odd.append(f"it calls itself a phone of {agent.vendor.label}")
    elif agent.model and agent.model != phone.model and not _same_model(agent.model, phone.model, catalogue):
        odd.append(f"it calls itself a {agent.model}, not a {phone.model}")
    if agent.mac and agent.mac.hex != phone.mac:
        odd.append(f"it names the MAC {agent.mac}")
    return "; ".join(odd)


def _same_model(said: str, recorded: str, catalogue: Catalogue) -> bool:
    model = catalogue.find(said)
    return model is not None and model.name == recorded


def _totals(misses: Iterable[Miss]) -> Iterable[Failures]:
    """The misses of each address and MAC, added up."""
    totals: dict[str, Failures] = {}
    for miss in misses:
        subjects = [(address_subject(miss.address), SubjectKind.ADDRESS)]
        if miss.mac:
            subjects.append((miss.mac.colons, SubjectKind.MAC))
        for subject, kind in subjects:
            known = totals.get(subject)
            first, count = (known.first_at, known.count + 1) if known else (miss.at, 1)
            totals[subject] = Failures(subject, kind, count, first, miss.at, miss.file)
    return totals.values()
