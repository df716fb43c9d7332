"""How the manufacturers' services are doing, and what they themselves say of a phone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk_tui.backend.manufacturers.reach import Reach, reach
from helpdesk_tui.backend.manufacturers.service import Device, Failure, Lookup, Standing
from helpdesk_tui.backend.model.environment import ServiceKind
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.reason import explain
from helpdesk_tui.backend.model.step import Step
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.store.database import moment
from helpdesk_tui.backend.store.jobs import Job
from helpdesk_tui.backend.use_cases.access import temporary_url
from helpdesk_tui.backend.use_cases.context import Context
from helpdesk_tui.backend.use_cases.registration import Attempt, Registration, last_success_of

CLOCK_TOLERANCE = timedelta(seconds=30)
"""A difference that signatures still forgive; Hawk's own window is 60 s (manufacturer_services.md, 1.2)."""


@dataclass(frozen=True, slots=True)
class ServiceReport:
    """What was found out about one manufacturer's service."""

    vendor: Vendor
    label: str
    kind: ServiceKind
    account: str
    """Our name there; never the secret."""
    reach: Reach | None
    """None for a simulated service."""
    failure: Failure | None
    """What it answered to our credentials; None: they are accepted."""
    clock_difference: timedelta | None
    problems: tuple[str, ...]
    """Sentences, empty when all is well."""

    @property
    def ok(self) -> bool:
        """Whether phones can be registered there."""
        return not self.problems


@dataclass(frozen=True, slots=True)
class Queue:
    """The calls that are waiting, and when the service last did what was asked."""

    vendor: Vendor
    jobs: tuple[Job, ...]
    last_success: datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the manufacturer says of a phone, beside what we believe."""

    lookup: Lookup | Failure
    agrees: bool
    """Whether both say the same (or the manufacturer did not answer)."""
    sentence: str


# What the manufacturer may say of a phone in this step without contradicting it.
EXPECTED: dict[Step, frozenset[Standing]] = {
    Step.ACTIVE: frozenset({Standing.OURS}),
    Step.DISABLED: frozenset({Standing.NOT_REGISTERED, Standing.ELSEWHERE}),
    Step.PROVISION: frozenset(),  # nothing is certain after a failure: whatever it says is news
    Step.DEPROVISION: frozenset(),
}


class ManufacturerServices:
    """The services of one environment's manufacturers."""

    def __init__(self, context: Context, registration: Registration) -> None:
        self._context = context
        self._store = context.store
        self._registration = registration

    def report(self, vendor: Vendor) -> ServiceReport:
        """Try the way to the service and our credentials there. Blocks until the time-outs at most."""
        account = self._context.environment.accounts[vendor]
        simulated = account.kind is ServiceKind.SIMULATED
        way = None if simulated else reach(account.url, account.connect_timeout)
        service = self._context.services.of(vendor)
        if way and way.problem:
            return ServiceReport(
                vendor, service.label, account.kind, account.identity, way, None, None, (f"{way.host}: {way.problem}.",)
            )
        probe = service.probe()
        problems: list[str] = []
        if probe.failure:
            problems.append(_told(probe.failure, service.label))
        if probe.clock_difference and abs(probe.clock_difference) > CLOCK_TOLERANCE:
            seconds = round(probe.clock_difference.total_seconds())
            problems.append(f"Its clock differs from ours by {seconds:+d} s: set the clock of this server.")
        ends = way.certificate_ends if way else None
        if ends and ends - self._context.clock() < timedelta(days=14):
            problems.append(f"Its certificate ends on {ends:%d %b %Y}.")
        name = probe.account or account.identity
        return ServiceReport(
            vendor, service.label, account.kind, name, way, probe.failure, probe.clock_difference, tuple(problems)
        )

    def queue(self, vendor: Vendor) -> Queue:
        """What is waiting for this service."""
        jobs = tuple(job for job in self._store.jobs.all() if job.vendor is vendor)
        return Queue(vendor, jobs, moment(self._store.facts.get(last_success_of(vendor))))

    def why(self, job: Job) -> str:
        """Why this call is waiting, in sentences."""
        if job.reason is None:
            return "It has not been tried yet."
        return _told(Failure(job.reason, job.reason_text), job.vendor.service_label)

    def retry(self, jobs: Sequence[Job]) -> Iterator[Attempt | None]:
        """Make these waiting calls now, one after the other, also those that wait for a person. None where the call
        was made meanwhile or another process is at it."""
        return self._registration.retry_many([job.mac for job in jobs])

    def ask(self, phone: Phone) -> Asked:
        """Ask the manufacturer about this phone; the asking is recorded."""
        service = self._context.services.of(phone.vendor)
        lookup = service.lookup(Device(phone.mac, phone.model, phone.serial or None))
        if isinstance(lookup, Failure):
            sentence, agrees = _told(lookup, service.label), True
        else:
            sentence, agrees = self._compared(phone, lookup, service.label)
        if not self._context.looks_only:
            self._record(phone, lookup, sentence)
        return Asked(lookup, agrees, sentence)

    def _compared(self, phone: Phone, lookup: Lookup, label: str) -> tuple[str, bool]:
        standing = lookup.standing
        if standing is Standing.OURS and not self._is_our_address(phone, lookup.url):
            standing = Standing.OURS_OTHER_URL
        said = f"{label}: {STANDINGS[standing]}."
        wish = WISHES.get((phone.step, standing), "That is what we believe too.")
        if standing in EXPECTED[phone.step]:
            return f"{said} {wish}", True
        return f"{said} Our step says {phone.step.value}. {wish}", False

    def _is_our_address(self, phone: Phone, url: str | None) -> bool:
        """Whether the phone is sent here: several environments may share one account, and the last Activate wins."""
        if url is None:
            return True  # this wire does not tell
        if phone.step is Step.ACTIVE:
            return url == temporary_url(self._context.environment, phone)
        return url.startswith(f"{self._context.environment.provisioning_url}/")

    def _record(self, phone: Phone, lookup: Lookup | Failure, sentence: str) -> None:
        with self._context.write():
            if isinstance(lookup, Lookup) and lookup.pin and lookup.pin != phone.pin:
                self._store.phones.update(phone.id, {"pin": lookup.pin})
            self._store.events.add(
                self._context.operator, EventKind.ASKED, f"Asked the manufacturer. {sentence}", phone.mac,
                phone.organisation,
            )  # fmt: skip

    def reconcile(self, phone: Phone, asked: Asked) -> Attempt:
        """Make the manufacturer hold what our step says: register an active phone, remove one that is not."""
        if phone.step in (Step.ACTIVE, Step.PROVISION):
            return self._registration.activate(phone)
        return self._registration.deregister(phone)


def _told(failure: Failure, service: str) -> str:
    """A failure in words: ours, then those of the service."""
    said = f" It said: {failure.words}" if failure.words else ""
    return " ".join(explain(failure.reason, service)) + said


STANDINGS = {
    Standing.OURS: "registered with our account",
    Standing.OURS_OTHER_URL: "registered with our account, but it is sent to another address",
    Standing.NOT_REGISTERED: "not registered with our account",
    Standing.ELSEWHERE: "registered with another account",
}

WISHES = {
    (Step.ACTIVE, Standing.NOT_REGISTERED): "A reset now would strand it: register it again.",
    (Step.ACTIVE, Standing.OURS_OTHER_URL): "Another environment has activated it: register it again to have it here.",
    (Step.ACTIVE, Standing.ELSEWHERE): "A reset now would lead it to that account: its owner must release it first.",
    (Step.DISABLED, Standing.OURS): "A registration is left over: remove it.",
    (Step.DISABLED, Standing.OURS_OTHER_URL): "Another environment has activated it: leave it unless that is wrong.",
    (Step.DISABLED, Standing.ELSEWHERE): "That matters at a reset only: its owner must release it before.",
    (Step.PROVISION, Standing.OURS): "It is there after all: Activate makes our step agree.",
    (Step.PROVISION, Standing.OURS_OTHER_URL): "Another environment has activated it: Activate brings it here.",
    (Step.PROVISION, Standing.NOT_REGISTERED): "Activate tries again.",
    (Step.PROVISION, Standing.ELSEWHERE): "Its owner must release it first.",
    (Step.DEPROVISION, Standing.NOT_REGISTERED): "It is gone already: removing it again makes our step agree.",
    (Step.DEPROVISION, Standing.OURS): "It is still there: try to remove it again.",
    (Step.DEPROVISION, Standing.OURS_OTHER_URL): "Another environment has activated it: leave it unless that is wrong.",
    (Step.DEPROVISION, Standing.ELSEWHERE): "Nothing of ours is left: removing it again makes our step agree.",
}
