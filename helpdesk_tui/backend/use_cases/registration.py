"""Registering phones at their manufacturer, and ending it: intended, called, recorded.

A call is first written down (one transaction), then made (no transaction is open), then its outcome is written
(one transaction with its event). After a crash the intention is found and finished; every call may be repeated.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from helpdesk_tui.backend.errors import Refused
from helpdesk_tui.backend.manufacturers.service import Device, Failure, Standing
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.reason import explain
from helpdesk_tui.backend.model.retry import retry_delay
from helpdesk_tui.backend.model.step import Call, Happening, Outcome, Step, call_for, next_step
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.store.database import stamp
from helpdesk_tui.backend.store.jobs import Job
from helpdesk_tui.backend.use_cases.access import temporary_url
from helpdesk_tui.backend.use_cases.context import Context

SECRET_LENGTH = 40
"""Hexadecimal digits of a URL's secret segment: 160 bits (contract: at least 128)."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """How one call for one phone ended."""

    mac: Mac
    phone: Phone | None
    """The phone afterwards; None when it was removed."""
    failure: Failure | None
    sentence: str
    """What happened, for the operator."""

    @property
    def ok(self) -> bool:
        """Whether the manufacturer did what was asked."""
        return self.failure is None


class Registration:
    """The registrations of one environment's phones."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    # -- what operators and the clock ask for -------------------------------------------------------------------------

    def activate(self, phone: Phone) -> Attempt:
        """Register a phone now and wait for the answer. Raises Refused when another process is at it."""
        with self._context.write():
            job = self._intend_and_lease(phone, Happening.ACTIVATE)
            self._store.events.add(
                self._context.operator,
                EventKind.ACTIVATION,
                f"Asked {phone.vendor.service_label} to register the phone.",
                phone.mac,
                phone.organisation,
            )
        return self._perform(job)

    def activate_many(
        self, phones: Iterable[Phone], cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[Attempt | Refused]:
        """Register phones one after the other; stops between two phones when `cancelled` says so."""
        for phone in phones:
            if cancelled():
                return
            try:
                yield self.activate(phone)
            except Refused as refusal:
                yield refusal

    def queue_activation(self, phones: Iterable[Phone]) -> None:
        """Write down that these phones are to be registered; `run_due` or `activate` does it."""
        with self._context.write():
            for phone in phones:
                self._intend(phone, Happening.ACTIVATE)

    def phone_fetched(self, phone: Phone) -> bool:
        """Write down what a fetch asks of the manufacturer; True when there is now something for `run_due`."""
        if call_for(phone.step, Happening.FETCHED) is None:
            return False
        with self._context.write():
            job = self._store.jobs.get(phone.mac)
            if job and job.call is Call.DEREGISTER:
                return False
            self._intend(phone, Happening.FETCHED)
        return True

    def deregister(self, phone: Phone) -> Attempt:
        """End a registration now and wait for the answer. Raises Refused when another process is at it."""
        with self._context.write():
            job = self._intend_and_lease(phone, Happening.FETCHED, Call.DEREGISTER)
        return self._perform(job)

    def retry(self, mac: Mac) -> Attempt | None:
        """Try the waiting call of this MAC now; None when there is none or another process is at it."""
        with self._context.write():
            job = self._store.jobs.lease(mac)
        return self._perform(job) if job else None

    def run_due(self) -> Iterator[Attempt]:
        """Make the calls that are due, and those that a crash left behind."""
        for job in self._store.jobs.due(self._context.clock()):
            attempt = self.retry(job.mac)
            if attempt:
                yield attempt

    def past_deadline(self) -> tuple[Phone, ...]:
        """The phones whose registration the weekly deadline ends, that nobody is de-registering yet."""
        late = self._store.phones.past_deadline(self._context.clock())
        return tuple(phone for phone in late if phone.pending is None)

    def run_deadline(self) -> Iterator[Attempt]:
        """End the registrations that the weekly deadline has passed."""
        for phone in self.past_deadline():
            with self._context.write():
                self._intend(phone, Happening.DEADLINE)
            attempt = self.retry(phone.mac)
            if attempt:
                yield attempt

    # -- intended -----------------------------------------------------------------------------------------------------

    def _intend(self, phone: Phone, cause: Happening, call: Call | None = None) -> None:
        """Write the intention down. Raises Refused while another process makes a call for this phone."""
        now = self._context.clock()
        phone = self._current(phone)
        current = self._store.jobs.get(phone.mac)
        if current and current.leased_until and current.leased_until > now:
            raise Refused(
                f"{phone.mac}: another process is talking to {phone.vendor.service_label} about this phone: "
                "try again in a minute."
            )
        call = call or call_for(phone.step, cause)
        assert call is not None
        url = ""
        if call is Call.REGISTER:
            phone = self._renew_access(phone)
            url = temporary_url(self._context.environment, phone)
        self._store.jobs.intend(
            Job(
                mac=phone.mac,
                vendor=phone.vendor,
                model=phone.model,
                serial=phone.serial,
                phone_id=phone.id,
                call=call,
                cause=cause,
                operator=self._context.operator,
                intended_at=now,
                tries=0,
                next_try=now,
                leased_until=None,
                url=url,
            )
        )
        self._store.phones.refresh([phone.id])

    def _current(self, phone: Phone) -> Phone:
        """The phone as it stands inside this transaction."""
        current = self._store.phones.by_id(phone.id)
        if current is None:
            raise Refused(f"{phone.mac} has been removed in the meantime.")
        return current

    def _intend_and_lease(self, phone: Phone, cause: Happening, call: Call | None = None) -> Job:
        self._intend(phone, cause, call)
        job = self._store.jobs.lease(phone.mac)
        assert job is not None
        self._store.phones.refresh([phone.id])
        return job

    def _renew_access(self, phone: Phone) -> Phone:
        """Every Activate gives a new temporary token and a new definitive secret. The secret that the phone uses
        stays good until it has used the new one, so that a phone in use is not stranded."""
        in_use = phone.previous_secret or (phone.secret if phone.last_seen else "")
        secret, token = self._context.random(SECRET_LENGTH), self._context.random(SECRET_LENGTH)
        changes = {"secret": secret, "previous_secret": in_use, "token": token, "token_used_at": None}
        self._store.phones.update(phone.id, {**changes, "changed_at": self._context.clock()})
        return replace(phone, secret=secret, previous_secret=in_use, token=token, token_used_at=None)

    # -- called -------------------------------------------------------------------------------------------------------

    def _perform(self, job: Job) -> Attempt:
        return self._record(job, self._call(job))

    def _call(self, job: Job) -> Failure | None:
        """One attempt; after an unknown outcome one check, and a second attempt when that says it was not done."""
        service = self._context.services.of(job.vendor)
        device = Device(job.mac, job.model, job.serial or None)

        def attempt() -> Failure | None:
            return service.register(device, job.url) if job.call is Call.REGISTER else service.deregister(device)

        failure = attempt()
        if failure is None or not failure.outcome_unknown or not self._store.jobs.renew(job):
            return failure
        standing = service.check(device, job.url or None)
        if isinstance(standing, Failure):
            return failure
        done = Standing.OURS if job.call is Call.REGISTER else Standing.NOT_REGISTERED
        if standing is done:
            return None
        if standing is Standing.ELSEWHERE or not self._store.jobs.renew(job):
            return failure
        return attempt()

    # -- recorded -----------------------------------------------------------------------------------------------------

    def _record(self, job: Job, failure: Failure | None) -> Attempt:
        with self._context.write():
            if not self._store.jobs.holds(job):
                # Our lease ran out and somebody else has taken over: their outcome counts.
                phone = self._store.phones.by_mac(job.mac)
                return Attempt(job.mac, phone, failure, f"{job.mac}: another process has taken this call over.")
            now = self._context.clock()
            phone = self._store.phones.by_id(job.phone_id) if job.phone_id else None
            if failure is None:
                self._store.jobs.finish(job.mac)
                self._store.facts.put(last_success_of(job.vendor), stamp(now))
            else:
                delay = retry_delay(failure.reason, job.tries + 1, random.random(), failure.retry_after)
                next_try = now + delay if delay else None
                self._store.jobs.postpone(job.mac, next_try, failure.reason, failure.words)
            if phone:
                self._store.phones.update(phone.id, self._step_values(phone, job, failure, now))
            sentence = self._sentence(job, failure)
            kind = _event_kind(job, failure)
            self._store.events.add(job.operator, kind, sentence, job.mac, phone.organisation if phone else "")
            after = self._store.phones.by_id(phone.id) if phone else None
        return Attempt(job.mac, after, failure, sentence)

    def _step_values(self, phone: Phone, job: Job, failure: Failure | None, now: datetime) -> dict[str, object]:
        step = next_step(job.call, Outcome.FAILED if failure else Outcome.DONE)
        deadline = self._context.environment.weekly_deadline.after(now) if step is Step.ACTIVE else None
        values: dict[str, object] = {
            "step": step.value,
            "step_since": phone.step_since if failure and step is phone.step else now,
            "deadline": deadline,
            "reason": failure.reason.value if failure else None,
            "reason_text": failure.words if failure else None,
        }
        if step is Step.DISABLED:
            values |= {"token": "", "token_used_at": None}
        return values

    def _sentence(self, job: Job, failure: Failure | None) -> str:
        service = self._context.services.of(job.vendor).label
        if failure:
            said = f" It said: {failure.words}" if failure.words else ""
            return " ".join(explain(failure.reason, service)) + said
        if job.call is Call.REGISTER:
            return f"Registered at {service}: reset the phone to factory defaults before the deadline."
        if job.cause is Happening.DEADLINE:
            return f"The weekly deadline passed: the registration at {service} was ended."
        return f"The registration at {service} was removed."


def last_success_of(vendor: Vendor) -> str:
    """The name of the fact that says when this manufacturer's service last did what was asked."""
    return f"last success of {vendor.value}"


def _event_kind(job: Job, failure: Failure | None) -> EventKind:
    if job.call is Call.REGISTER:
        return EventKind.REGISTER_FAILED if failure else EventKind.REGISTERED
    if failure:
        return EventKind.DEREGISTER_FAILED
    return EventKind.EXPIRED if job.cause is Happening.DEADLINE else EventKind.DEREGISTERED
