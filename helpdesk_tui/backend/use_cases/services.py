"""How the manufacturers' services are doing, and what they themselves say of a phone."""

from __future__ import annotations

from collections.abc import Sequence
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


# What the manufacturer should say of a phone in this step.
EXPECTED: dict[Step, Standing | None] = {
    Step.ACTIVE: Standing.OURS,
    Step.DISABLED: Standing.NOT_REGISTERED,
    Step.PROVISION: None,  # nothing is certain after a failure: whatever it says is news
    Step.DEPROVISION: None,
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
            words = f" It said: {probe.failure.words}" if probe.failure.words else ""
            problems.append(" ".join(explain(probe.failure.reason, service.label)) + words)
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

    def retry_all(self, jobs: Sequence[Job]) -> tuple[Attempt, ...]:
        """Make these waiting calls now, also those that wait for a person."""
        attempts = (self._registration.retry(job.mac) for job in jobs)
        return tuple(attempt for attempt in attempts if attempt)

    def ask(self, phone: Phone) -> Asked:
        """Ask the manufacturer about this phone; the asking is recorded."""
        service = self._context.services.of(phone.vendor)
        lookup = service.lookup(Device(phone.mac, phone.model, phone.serial or None))
        if isinstance(lookup, Failure):
            sentence = " ".join(explain(lookup.reason, service.label))
            agrees = True
        else:
            sentence, agrees = self._compared(phone, lookup, service.label)
        if not self._context.read_only:
            self._record(phone, lookup, sentence)
        return Asked(lookup, agrees, sentence)

    def _compared(self, phone: Phone, lookup: Lookup, label: str) -> tuple[str, bool]:
        standing = lookup.standing
        # It may be ours and yet point to another environment, which was activated last.
        ours = temporary_url(self._context.environment, phone)
        if standing is Standing.OURS and phone.step is Step.ACTIVE and lookup.url not in (None, ours):
            standing = Standing.OURS_OTHER_URL
        said = f"{label}: {STANDINGS[standing]}."
        if EXPECTED[phone.step] is standing:
            return f"{said} That is what we believe too.", True
        wish = WISHES.get((phone.step, standing), "")
        return f"{said} Our step says {phone.step.value}. {wish}".strip(), False

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


STANDINGS = {
    Standing.OURS: "registered with our account",
    Standing.OURS_OTHER_URL: "registered with our account, but it is sent to another address",
    Standing.NOT_REGISTERED: "not registered with our account",
    Standing.ELSEWHERE: "registered with another account",
}

WISHES = {
    (Step.ACTIVE, Standing.NOT_REGISTERED): "A reset now would strand it: register it again.",
    (Step.ACTIVE, Standing.OURS_OTHER_URL): "Another environment has activated it: register it again to have it here.",
    (Step.DISABLED, Standing.OURS): "A registration is left over: remove it.",
    (
        Step.DISABLED,
        Standing.OURS_OTHER_URL,
    ): "Another environment may have activated it: leave it unless that is wrong.",
    (Step.PROVISION, Standing.OURS): "It is there after all: Activate makes our step agree.",
    (Step.PROVISION, Standing.NOT_REGISTERED): "Activate tries again.",
    (Step.PROVISION, Standing.ELSEWHERE): "Its owner must release it first.",
    (Step.DEPROVISION, Standing.NOT_REGISTERED): "It is gone already: removing it again makes our step agree.",
    (Step.DEPROVISION, Standing.OURS): "It is still there: try to remove it again.",
}
