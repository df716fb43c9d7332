"""Whatever happens, in whatever order: no phone ends in a state that nobody defined."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from helpdesk_tui.backend.errors import Refused
from helpdesk_tui.backend.manufacturers.service import Device, Failure
from helpdesk_tui.backend.manufacturers.simulated import SimulatedService
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.query import Query
from helpdesk_tui.backend.model.reason import Reason
from helpdesk_tui.backend.model.step import Call, Step
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.model.verdict import judge
from helpdesk_tui.backend.use_cases.access import temporary_url
from tests.backend.offices import add_organisation, fetches, in_service, new_phone, open_desk
from tests.frozen_clock import FrozenClock

MODELS = {"00:04:13:a1:b2:c3": "D735", "00:04:13:a1:b2:c4": "D785", "80:5e:c0:11:22:33": "T46S"}
macs = st.sampled_from(sorted(MODELS)).map(Mac.parse)
failures = st.one_of(
    st.sampled_from([Reason.AUTH_FAILED, Reason.FORBIDDEN, Reason.UNKNOWN_ANSWER, Reason.CLOCK_SKEW]).map(Failure),
    st.builds(Failure, st.just(Reason.UNREACHABLE), outcome_unknown=st.booleans()),
    st.builds(Failure, st.just(Reason.RATE_LIMITED), retry_after=st.timedeltas(timedelta(0), timedelta(hours=9))),
)


class Killed(BaseException):
    """The process ends here."""


class Mortal(SimulatedService):
    """A simulated service whose caller can be killed just before or just after a call is made."""

    dies: str = ""

    def register(self, device: Device, url: str) -> Failure | None:
        with self._mortally():
            return super().register(device, url)

    def deregister(self, device: Device) -> Failure | None:
        with self._mortally():
            return super().deregister(device)

    @contextmanager
    def _mortally(self) -> Iterator[None]:
        dies, self.dies = self.dies, ""
        if dies == "before":
            raise Killed
        yield
        if dies == "after":
            raise Killed


@cache
def empty_database() -> Path:
    """Made once: the tables take longer than everything else."""
    folder = Path(mkdtemp())
    desk = open_desk(folder, FrozenClock())
    add_organisation(desk)
    add_organisation(desk, "Garage Smit", "smit")
    desk.close()
    return folder / "test.db"


class LifeOfPhones(RuleBasedStateMachine):
    """Operators, phones, the clock, the manufacturers and bad luck, in any order."""

    @initialize()
    def open(self) -> None:
        self.folder = TemporaryDirectory()
        shutil.copy(empty_database(), self.folder.name)
        self.clock = FrozenClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
        self.desk = open_desk(Path(self.folder.name), self.clock)
        # Nothing is proven here about power cuts, and thousands of transactions are made.
        with self.desk.store.database.read() as connection:
            connection.execute("PRAGMA synchronous = OFF")
        self.services = {vendor: Mortal(vendor, now=self.clock) for vendor in Vendor}
        for service in self.services.values():
            self.desk.services.put(service)
        self.known: set[Mac] = set()
        for mac in MODELS:
            self.add(Mac.parse(mac))

    def phone(self, mac: Mac) -> Phone:
        phone = self.desk.store.phones.by_mac(mac)
        assert phone is not None
        return phone

    def all(self) -> tuple[Phone, ...]:
        return self.desk.store.phones.all(Query())

    # -- what people do -----------------------------------------------------------------------------------------------

    @rule(mac=macs)
    def add(self, mac: Mac) -> None:
        if mac not in self.known:
            try:
                self.desk.phones.add(new_phone(self.desk, mac.colons, MODELS[mac.colons]))
            except Refused:
                return  # its former registration is still being removed
            except Killed:
                pass
            self.known.add(mac)

    @rule(mac=macs)
    def import_in_service(self, mac: Mac) -> None:
        if mac not in self.known:
            in_service(self.desk, mac.colons, MODELS[mac.colons])
            self.known.add(mac)

    @rule(mac=macs)
    def activate(self, mac: Mac) -> None:
        if mac in self.known:
            try:
                attempt = self.desk.registration.activate(self.phone(mac))
                assert attempt.ok is (self.phone(mac).step is Step.ACTIVE)
            except (Refused, Killed):
                pass

    @rule(mac=macs)
    def queue(self, mac: Mac) -> None:
        if mac in self.known:
            with suppress(Refused):
                self.desk.registration.queue_activation([self.phone(mac)])

    @rule(mac=macs)
    def remove(self, mac: Mac) -> None:
        if mac in self.known:
            try:
                self.desk.phones.remove(self.phone(mac))
            except (Refused, Killed):
                assert self.phone(mac)
            else:
                self.known.remove(mac)

    @rule(mac=macs)
    def remove_anyway(self, mac: Mac) -> None:
        if mac in self.known:
            try:
                self.desk.phones.remove_anyway(self.phone(mac))
            except (Refused, Killed):
                assert self.phone(mac)
            else:
                self.known.remove(mac)

    @rule(mac=macs)
    def move(self, mac: Mac) -> None:
        if mac in self.known:
            phone = self.phone(mac)
            other = next(o.id for o in self.desk.store.directory.organisations() if o.id != phone.organisation_id)
            moved = self.desk.phones.change(phone, {"organisation_id": other})
            assert (moved.step, moved.deadline, moved.pending) == (phone.step, phone.deadline, phone.pending)

    # -- what phones do -----------------------------------------------------------------------------------------------

    @rule(mac=macs)
    def fetch(self, mac: Mac) -> None:
        if mac in self.known:
            fetches(self.desk, self.phone(mac))

    # -- what time and the machine do ---------------------------------------------------------------------------------

    @rule(span=st.timedeltas(timedelta(seconds=1), timedelta(days=9)))
    def time_passes(self, span: timedelta) -> None:
        self.clock.advance(span)

    @rule()
    def lease_ends(self) -> None:
        self.clock.advance(timedelta(seconds=60))

    @rule()
    def run_due(self) -> None:
        try:
            list(self.desk.registration.run_due())
        except Killed:
            return
        assert self.desk.store.jobs.due(self.clock()) == ()

    @rule()
    def run_deadline(self) -> None:
        try:
            list(self.desk.registration.run_deadline())
        except Killed:
            return
        for phone in self.all():
            if phone.step is Step.ACTIVE and phone.pending is None:
                assert phone.deadline and phone.deadline > self.clock()

    @rule(mac=macs)
    def retry_now(self, mac: Mac) -> None:
        with suppress(Killed):
            self.desk.registration.retry(mac)

    @rule(vendor=st.sampled_from(Vendor), failure=failures, after=st.booleans())
    def service_fails(self, vendor: Vendor, failure: Failure, after: bool) -> None:
        self.services[vendor].fail_next(failure, after_the_change=after and failure.outcome_unknown)

    @rule(vendor=st.sampled_from(Vendor), failure=failures)
    def service_fails_once(self, vendor: Vendor, failure: Failure) -> None:
        self.services[vendor].fail_next(failure, times=1, after_the_change=failure.outcome_unknown)

    @rule(vendor=st.sampled_from(Vendor))
    def service_recovers(self, vendor: Vendor) -> None:
        self.services[vendor].recover()

    @rule(vendor=st.sampled_from(Vendor), when=st.sampled_from(["before", "after"]))
    def next_call_is_the_last(self, vendor: Vendor, when: str) -> None:
        self.services[vendor].dies = when

    # -- what must always be true -------------------------------------------------------------------------------------

    @invariant()
    def phones_are_those_that_were_added(self) -> None:
        assert {phone.mac for phone in self.all()} == self.known

    @invariant()
    def steps_and_what_belongs_to_them(self) -> None:
        for phone in self.all():
            assert (phone.deadline is not None) is (phone.step is Step.ACTIVE)
            assert (phone.reason is not None) is (phone.step in (Step.PROVISION, Step.DEPROVISION))
            if phone.step in (Step.PROVISION, Step.DEPROVISION):
                assert phone.pending, "somebody must get it out of there"
            if phone.step is Step.ACTIVE and not phone.pending and phone.deadline and phone.deadline <= self.clock():
                assert phone in self.desk.registration.past_deadline()

    @invariant()
    def no_job_is_forgotten(self) -> None:
        now = self.clock()
        jobs = self.desk.store.jobs.all()
        assert len({job.mac for job in jobs}) == len(jobs)
        for job in jobs:
            if job.leased_until:
                assert job.next_try is None and job.leased_until <= now + timedelta(seconds=60)
            elif job.next_try is None:
                assert job.reason in (Reason.AUTH_FAILED, Reason.FORBIDDEN)

    @invariant()
    def we_know_what_the_manufacturer_holds(self) -> None:
        registered = {mac: url for service in self.services.values() for mac, url in service.registrations().items()}
        jobs = {job.mac: job for job in self.desk.store.jobs.all()}
        for mac in registered.keys() - jobs.keys():
            assert self.phone(mac).step is Step.ACTIVE
        for phone in self.all():
            if phone.step is Step.ACTIVE and phone.mac not in jobs:
                assert registered[phone.mac] == temporary_url(self.desk.environment, phone)

    @invariant()
    def list_and_phone_agree(self) -> None:
        judged = Counter(judge(phone, self.clock()).kind for phone in self.all())
        assert {kind: n for kind, n in self.desk.phones.counts(Query()).items() if n} == judged
        ranks = [judge(phone, self.clock()).kind.rank for phone in self.desk.phones.page(Query(), 0, 10).phones]
        assert ranks == sorted(ranks)

    # -- how it must end ----------------------------------------------------------------------------------------------

    def settle(self) -> None:
        for service in self.services.values():
            service.recover()
            service.dies = ""
        self.clock.advance(timedelta(hours=12))
        list(self.desk.registration.run_due())
        for job in self.desk.store.jobs.refused():
            self.desk.registration.retry(job.mac)
        list(self.desk.registration.run_deadline())

    def teardown(self) -> None:
        if not hasattr(self, "desk"):
            return
        for phone in self.all():
            fetches(self.desk, phone)
        in_use = {phone.mac for phone in self.all() if not phone.pending or phone.pending.call is Call.DEREGISTER}
        self.settle()
        assert {self.phone(mac).step for mac in in_use} <= {Step.DISABLED}, "in normal operation"
        assert self.desk.store.jobs.all() == ()
        assert {phone.step for phone in self.all()} <= {Step.ACTIVE, Step.DISABLED}
        for phone in self.all():
            fetches(self.desk, phone)
        list(self.desk.registration.run_due())
        assert {phone.step for phone in self.all()} <= {Step.DISABLED}, "in normal operation"
        assert not any(service.registrations() for service in self.services.values())
        self.desk.close()
        self.folder.cleanup()


TestLifeOfPhones = LifeOfPhones.TestCase
TestLifeOfPhones.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
