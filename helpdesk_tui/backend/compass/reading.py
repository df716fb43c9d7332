"""Reads what the platform knows into memory, in the background: first the lists, then every phone by itself, since
lists hold base information only."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from helpdesk_tui.backend.compass import fields
from helpdesk_tui.backend.compass.environment import CompassEnvironment
from helpdesk_tui.backend.compass.fields import RemoteOrganisation, RemotePhone
from helpdesk_tui.backend.compass.problem import PlatformProblem, ProblemKind
from helpdesk_tui.backend.errors import HelpdeskError

if TYPE_CHECKING:
    from helpdesk_tui.backend.compass.client import CompassClient

log = logging.getLogger("helpdesk_tui")

AT_ONCE = 4
"""Phones that are asked for at the same time."""

MOST_FAILURES = 4
"""Phones in a row that could not be read for want of an answer, after which the rest is not asked for."""

ENDING = frozenset({ProblemKind.CREDENTIALS, ProblemKind.VERSION, ProblemKind.RATE_LIMITED})
"""What will be no better for the next phone."""


@dataclass(frozen=True, slots=True)
class ReadingProgress:
    """How far the reading is."""

    listed: int
    """Phones that are known to exist."""
    read: int
    """Those of which everything was asked, this time, that the field map names."""
    under_way: bool
    problem: str | None = None
    """Why it stopped before its end, or why an organisation is missing."""
    left_out: int = 0
    """Entries of lists of phones that are none, or have no usable address."""

    @property
    def left_out_text(self) -> str:
        """For the operator; empty: nothing was left out."""
        if not self.left_out:
            return ""
        what = "entry is no phone" if self.left_out == 1 else "entries are no phones"
        return f"{self.left_out:,} {what} with an address of its own: left out."


class Reading:
    """What was read so far, and the threads that read on. Every method may be called from any thread."""

    def __init__(
        self,
        connect: Callable[[], CompassClient],
        environment: CompassEnvironment,
        clock: Callable[[], datetime],
    ) -> None:
        """`connect` gives the client; it is called by the reading threads only, because it takes its time."""
        self._connect = connect
        self._environment = environment
        self._clock = clock
        self._changed = threading.Condition()
        """Guards everything below; notified when any of it changes."""
        self._organisations: dict[str, RemoteOrganisation] = {}
        self._phones: dict[str, RemotePhone] = {}
        self._waiting: deque[str] = deque()
        self._round = 0
        self._under_way = False
        self._problem: str | None = None
        self._left_out = 0
        self._failures = 0
        self._version = 0

    # What was read --------------------------------------------------------------------------------------------------

    @property
    def version(self) -> int:
        """A number that changes with everything that is read."""
        return self._version

    @property
    def progress(self) -> ReadingProgress:
        """How far it is."""
        with self._changed:
            return self._progress()

    def _progress(self) -> ReadingProgress:
        read = sum(phone.complete for phone in self._phones.values())
        return ReadingProgress(len(self._phones), read, self._under_way, self._problem, self._left_out)

    @property
    def organisations(self) -> tuple[RemoteOrganisation, ...]:
        """One's own first."""
        with self._changed:
            return tuple(self._organisations.values())

    @property
    def phones(self) -> tuple[RemotePhone, ...]:
        """As the platform listed them."""
        with self._changed:
            return tuple(self._phones.values())

    def phone(self, url: str) -> RemotePhone | None:
        """The phone at this address."""
        with self._changed:
            return self._phones.get(url)

    def put(self, phone: RemotePhone) -> None:
        """Keep this phone, as read or as moved."""
        with self._changed:
            self._phones[phone.url] = phone
            self._tell()

    def _tell(self) -> None:
        self._version += 1
        self._changed.notify_all()

    # Reading --------------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Read everything anew, in the background; what is known stays until it was read again."""
        run = (self._start(), (self._read_lists, self._read_details))
        threading.Thread(target=self._run, args=run, daemon=True, name="compass").start()

    def read_lists(self) -> None:
        """Read the lists anew, and wait for it: enough for names and ids."""
        self._run(self._start(), (self._read_lists,))

    def _start(self) -> int:
        with self._changed:
            self._round += 1
            self._under_way, self._problem, self._left_out, self._failures = True, None, 0, 0
            self._waiting.clear()
            self._phones = {url: replace(phone, complete=False) for url, phone in self._phones.items()}
            self._tell()
            return self._round

    def stop(self) -> None:
        """Ask for nothing more."""
        with self._changed:
            self._round += 1
            self._under_way = False
            self._tell()

    def wait(self, tell: Callable[[ReadingProgress], object]) -> None:
        """Return when the reading has ended; `tell` is told how far it is whenever that changes."""
        with self._changed:
            while self._under_way:
                tell(self._progress())
                self._changed.wait()

    def _run(self, number: int, parts: Sequence[Callable[[int, CompassClient], None]]) -> None:
        def run() -> None:
            for part in parts:
                part(number, self._connect())

        self._guard(number, run)
        with self._changed:
            if number == self._round:
                self._under_way = False
                self._tell()

    def _guard(self, number: int, work: Callable[[], None]) -> None:
        """Do this, and note why when it fails: a thread has nobody else to tell."""
        try:
            work()
        except HelpdeskError as problem:
            self._note(number, str(problem))
        except Exception as error:
            log.error("unexpected error", exc_info=error)
            self._note(number, "Something unexpected went wrong while reading: read it again.")

    def _read_lists(self, number: int, client: CompassClient) -> None:
        """Organisation by organisation, so that the first phones show while the last are still far away."""
        found: dict[str, RemoteOrganisation] = {}
        for organisation in self._read_organisations(number, client):
            if organisation.url not in found and number == self._round:
                found[organisation.url] = organisation
                with self._changed:
                    self._organisations[organisation.url] = organisation
                    self._tell()
                self._list_phones(number, client, organisation)
        with self._changed:
            if number == self._round:
                self._organisations = {url: self._organisations[url] for url in found}
                self._phones = {url: phone for url, phone in self._phones.items() if phone.organisation_url in found}
                self._tell()

    def _read_details(self, number: int, client: CompassClient) -> None:
        with self._changed:
            if number == self._round:
                self._waiting.extend(url for url, phone in self._phones.items() if not phone.complete)
        work = partial(self._read_phones, number, client)
        readers = [threading.Thread(target=self._guard, args=(number, work), daemon=True) for _ in range(AT_ONCE)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()

    def _note(self, number: int, problem: str) -> None:
        with self._changed:
            if number == self._round:
                self._problem = self._problem or problem
                self._tell()

    def _read_organisations(self, number: int, client: CompassClient) -> Iterator[RemoteOrganisation]:
        """One's own, and those that the configuration names. Raises PlatformProblem when there is none at all."""
        client.own("user")  # alone and first: a wrong password ends here
        own = ""
        try:
            document = client.own("company")
            own = fields.address(document) or ""
            yield fields.organisation(document, own, self._clock(), own=True)
        except PlatformProblem as problem:
            if problem.kind in ENDING or not self._environment.companies:
                raise
            self._note(number, str(problem))
        for url in map(client.company_address, self._environment.companies):
            if url != own:
                yield self._read_organisation(number, client, url)

    def _read_organisation(self, number: int, client: CompassClient, url: str) -> RemoteOrganisation:
        try:
            return fields.organisation(client.read(url), url, self._clock())
        except PlatformProblem as problem:
            if problem.kind in ENDING:
                raise
            missing = RemoteOrganisation(url, fields.id_of(url), problem=str(problem))
            self._note(number, f"{missing.label}: {problem}")
            return missing

    def _list_phones(self, number: int, client: CompassClient, organisation: RemoteOrganisation) -> None:
        if organisation.problem:
            return
        try:
            documents = client.phones(organisation.url)
        except PlatformProblem as problem:
            if problem.kind in ENDING:
                raise
            self._note(number, f"{organisation.label}: {problem}")
            with self._changed:
                if number == self._round:
                    self._organisations[organisation.url] = replace(organisation, problem=str(problem))
            return
        moment = self._clock()
        listed = [fields.listed_phone(each, organisation.url, self._environment.fields, moment) for each in documents]
        with self._changed:
            if number == self._round:
                self._take_list(organisation, [phone for phone in listed if phone])
                self._left_out += listed.count(None)
                self._tell()

    def _take_list(self, organisation: RemoteOrganisation, listed: list[RemotePhone]) -> None:
        here = {phone.url for phone in listed}
        for url, phone in list(self._phones.items()):
            if phone.organisation_url == organisation.url and url not in here:
                del self._phones[url]
        for phone in listed:
            old = self._phones.get(phone.url)
            if old and not phone.complete:  # what was read of it before stays until it is read again
                phone = replace(old, organisation_url=phone.organisation_url, complete=False)
            self._phones[phone.url] = phone

    def _read_phones(self, number: int, client: CompassClient) -> None:
        while phone := self._next(number):
            try:
                document = client.read(phone.url)
            except PlatformProblem as problem:
                self._not_read(number, phone.url, problem)
                continue
            with self._changed:
                self._failures = 0
                now = self._phones.get(phone.url)
                if number == self._round and now:  # as it is known now: it may have been moved meanwhile
                    read = fields.whole_phone(document, now, self._environment.fields, self._clock())
                    self._phones[phone.url] = read
                    self._tell()

    def _next(self, number: int) -> RemotePhone | None:
        with self._changed:
            while number == self._round and self._waiting:
                if phone := self._phones.get(self._waiting.popleft()):
                    return phone
            return None

    def _not_read(self, number: int, url: str, problem: PlatformProblem) -> None:
        with self._changed:
            if number != self._round:
                return
            if url in self._phones:
                self._phones[url] = replace(self._phones[url], problem=str(problem))
            self._failures += problem.kind is ProblemKind.UNREACHABLE
            if problem.kind in ENDING or self._failures >= MOST_FAILURES:
                self._problem = str(problem)
                self._waiting.clear()
            self._tell()
