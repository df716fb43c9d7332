"""Opens one environment whose platform is somewhere else, and hands out what can be done in it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from helpdesk_tui.backend.compass import fields, search
from helpdesk_tui.backend.compass.environment import CompassEnvironment, Fact
from helpdesk_tui.backend.compass.fields import RemoteOrganisation, RemotePhone, RemoteStatus, RemoteUser
from helpdesk_tui.backend.compass.problem import PlatformProblem
from helpdesk_tui.backend.compass.reading import Reading, ReadingProgress
from helpdesk_tui.backend.errors import Ambiguous, HelpdeskError, NotFound, Refused
from helpdesk_tui.backend.model.query import Query, parse_query
from helpdesk_tui.backend.model.role import Role

if TYPE_CHECKING:
    from helpdesk_tui.backend.compass.client import CompassClient


EVERYTHING = Query()


@dataclass(frozen=True, slots=True)
class Moved:
    """What came of a move."""

    phone: RemotePhone
    organisation: RemoteOrganisation
    listed: bool
    """Whether the new organisation's own list shows the phone already."""

    @property
    def sentence(self) -> str:
        """For the operator."""
        proof = "its list shows the phone" if self.listed else "its list does not show the phone yet: read it again"
        return f"{self.phone.label} was moved to {self.organisation.label}; {proof}."


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at on the way to the platform."""

    name: str
    ok: bool
    text: str


def utc_now() -> datetime:
    """The time of this machine."""
    return datetime.now(UTC)


class CompassDesk:
    """One remote environment, opened for one operator. Every method may be called from any thread.

    Nothing is asked until something is read, and nothing of it outlives the session.
    """

    def __init__(
        self,
        environment: CompassEnvironment,
        operator: str,
        *,
        role: Role = Role.ADMINISTRATOR,
        read_only: bool = False,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.environment = environment
        self.operator = operator
        self.role = role
        self.read_only = read_only
        self.clock = clock
        self.reading = Reading(self._connect, environment, clock)
        self._opening = threading.Lock()
        self._opened: CompassClient | None = None

    def _connect(self) -> CompassClient:
        """The client. The HTTP library is imported by whichever thread asks first, and not at launch."""
        from helpdesk_tui.backend.compass.client import CompassClient

        with self._opening:
            self._opened = self._opened or CompassClient(self.environment)
            return self._opened

    # Reading --------------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Read everything in the background; a refused password is tried once more, because a person wants it."""
        self.renew()
        self.reading.begin()

    def renew(self) -> None:
        """Let a refused password be sent once more, because a person wants it."""
        if self._opened:
            self._opened.renew()

    @property
    def password_refused(self) -> bool:
        """Whether nothing is asked any more, because the platform refused the password."""
        return self._opened is not None and self._opened.refused

    def read_all(self, tell: Callable[[ReadingProgress], object] = lambda progress: None) -> ReadingProgress:
        """Read everything and wait for it; how it ended."""
        self.begin()
        self.reading.wait(tell)
        return self.progress

    @property
    def progress(self) -> ReadingProgress:
        """How far the reading is."""
        return self.reading.progress

    def data_version(self) -> int:
        """A number that changes with everything that is read."""
        return self.reading.version

    @property
    def organisations(self) -> tuple[RemoteOrganisation, ...]:
        """Those that are known; one's own first."""
        return self.reading.organisations

    def organisation_of(self, phone: RemotePhone) -> RemoteOrganisation | None:
        """Whose phone it is."""
        return next((each for each in self.organisations if each.url == phone.organisation_url), None)

    def phones(self, query: Query = EVERYTHING) -> tuple[RemotePhone, ...]:
        """What fits of the phones that are known so far, by organisation and name."""
        owners = {each.url: each for each in self.organisations}

        def order(phone: RemotePhone) -> tuple[str, str, str]:
            owner = owners.get(phone.organisation_url)
            return (owner.label if owner else "").lower(), phone.label.lower(), phone.url

        fitting = (each for each in self.reading.phones if search.fits(each, owners.get(each.organisation_url), query))
        return tuple(sorted(fitting, key=order))

    def phone_counts(self) -> Counter[str]:
        """How many phones are known of each organisation, by its address."""
        return Counter(phone.organisation_url for phone in self.reading.phones)

    def not_searchable(self, query: Query) -> tuple[str, ...]:
        """The fields of this search that the platform does not offer."""
        return search.not_searchable(query, self.environment.fields)

    def offers(self, fact: Fact) -> bool:
        """Whether the field map says where this stands."""
        return fact in self.environment.fields

    def phone(self, url: str) -> RemotePhone:
        """The phone at this address, as last read. Raises NotFound."""
        found = self.reading.phone(url)
        if found is None:
            raise NotFound("This phone is not among those that were read: read the list again.")
        return found

    def find(self, text: str) -> RemotePhone:
        """The one phone with this address, id, name or MAC, or that alone fits this search among all that were read.

        Raises NotFound or Ambiguous.
        """
        wanted = text.strip()
        if exact := self._exactly(wanted):
            return exact
        fitting = self.phones(parse_query(wanted))
        if not fitting:
            raise NotFound(f"No phone fits {wanted!r}: search by name or id, or by what the field map names.")
        if len(fitting) > 1:
            names = ", ".join(f"{each.label} ({each.id})" for each in fitting[:3])
            raise Ambiguous(f"{len(fitting)} phones fit {wanted!r}, such as {names}: write the id.")
        return fitting[0]

    def look_up(self, text: str) -> RemotePhone:
        """`find` where nothing was read yet: the lists suffice for an id or a whole name, all else takes everything.

        Raises NotFound, Ambiguous, or HelpdeskError when the platform cannot be read.
        """
        self.reading.read_lists()
        if exact := self._exactly(text.strip()):
            return exact
        if self.progress.problem and not self.progress.listed:
            raise HelpdeskError(self.progress.problem)
        self.reading.begin()
        self.reading.wait(lambda progress: None)
        return self.find(text)

    def _exactly(self, wanted: str) -> RemotePhone | None:
        """The phone with this address or id, or the only one with this name."""
        phones = self.reading.phones
        by_name = [each for each in phones if each.name == wanted]
        by_id = [each for each in phones if wanted in (each.url, each.id)]
        return next((found[0] for found in (by_id, by_name) if len(found) == 1), None)

    def organisation_named(self, text: str) -> RemoteOrganisation:
        """The one organisation with this address, id, short name or name, or whose name alone has this part.

        Raises NotFound or Ambiguous.
        """
        wanted = text.strip().lower()
        exact = [each for each in self.organisations if wanted in _names(each)]
        found = exact or [each for each in self.organisations if wanted in each.label.lower()]
        if len(found) == 1:
            return found[0]
        known = ", ".join(f"{each.label} ({each.id})" for each in self.organisations[:5])
        if found:
            raise Ambiguous(f"More than one organisation is called {text!r}: write its id ({known}).")
        raise NotFound(f"No organisation {text!r}: known are {known}; the configuration may name more (`companies`).")

    # Asking now -----------------------------------------------------------------------------------------------------

    def read_phone(self, phone: RemotePhone) -> RemotePhone:
        """Ask for this phone now. Raises PlatformProblem."""
        document = self._connect().read(phone.url)
        known = self.reading.phone(phone.url) or phone
        read = fields.whole_phone(document, known, self.environment.fields, self.clock())
        self.reading.put(read)
        return read

    def status(self, phone: RemotePhone) -> RemoteStatus:
        """Ask now what derives from its registration for calls. Raises PlatformProblem."""
        return fields.status(self._connect().status(phone.url), self.environment.fields, self.clock())

    def users(self, organisation: RemoteOrganisation) -> tuple[RemoteUser, ...]:
        """Ask now for the users of an organisation, by name. Raises PlatformProblem."""
        found = filter(None, map(fields.user, self._connect().users(organisation.url)))
        return tuple(sorted(found, key=lambda user: (user.name or "").lower()))

    def move(self, phone: RemotePhone, organisation: RemoteOrganisation) -> Moved:
        """Move a phone to another organisation; it needs no reset. Then look whether that organisation lists it.

        Raises Refused, or PlatformProblem with the platform's own reason.
        """
        self._must_be_operator()
        if phone.organisation_url == organisation.url:
            raise Refused(f"{phone.label} belongs to {organisation.label} already.")
        doubt: PlatformProblem | None = None
        try:
            self._connect().migrate(phone.url, organisation.url)
        except PlatformProblem as problem:
            if not problem.outcome_unknown:
                raise
            doubt = problem
        listed = self._lists(organisation, phone)
        if doubt and not listed:
            raise doubt
        moved = replace(self.reading.phone(phone.url) or phone, organisation_url=organisation.url)
        self.reading.put(moved)
        return Moved(moved, organisation, listed)

    def _lists(self, organisation: RemoteOrganisation, phone: RemotePhone) -> bool:
        try:
            return any(fields.address(each) == phone.url for each in self._connect().phones(organisation.url))
        except PlatformProblem:
            return False

    def _must_be_operator(self) -> None:
        if self.read_only:
            raise Refused("This was opened read-only: start without --read-only to change something.")
        if not self.role.may(Role.OPERATOR):
            raise Refused(self.role.refusal(Role.OPERATOR))

    def report(self) -> tuple[Finding, ...]:
        """Name, connection, certificate, and the credentials, which are tried once."""
        from helpdesk_tui.backend.manufacturers.reach import reach

        way = reach(self.environment.url, self.environment.connect_timeout)
        if way.problem:
            return (Finding("Platform", False, f"{way.host}:{way.port}: {way.problem}"),)
        until = f", certificate until {way.certificate_ends:%Y-%m-%d}" if way.certificate_ends else ""
        found = [Finding("Platform", True, f"{way.host}:{way.port} ({', '.join(way.addresses)}){until}")]
        try:
            document = self._connect().own("user")
        except PlatformProblem as problem:
            return (*found, Finding("Credentials", False, str(problem)))
        who = fields.text(document.get("name")) or fields.text(document.get("username")) or "a user without a name"
        return (*found, Finding("Credentials", True, f"accepted: {who}"))

    def close(self) -> None:
        """Ask for nothing more, and give back connections."""
        self.reading.stop()
        with self._opening:
            if self._opened:
                self._opened.close()


def _names(organisation: RemoteOrganisation) -> tuple[str, ...]:
    names = (organisation.url, organisation.id, organisation.short_name, organisation.name)
    return tuple(name.lower() for name in names if name)
