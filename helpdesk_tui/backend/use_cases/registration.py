"""Registering phones at their manufacturer, and ending it: intended, called, recorded.

A call is first written down (one transaction), then made (no transaction is open), then its outcome is written
(one transaction with its event). After a crash the intention is found and finished; every call may be repeated.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from helpdesk_tui.backend.errors import Refused
from helpdesk_tui.backend.manufacturers.service import Device, Failure, Standing
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.reason import Reason, explain
from helpdesk_tui.backend.model.retry import retry_delay
from helpdesk_tui.backend.model.step import Call, Happening, Outcome, Step, call_for, next_step
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.store.database import stamp
from helpdesk_tui.backend.store.jobs import LEASE, Job
from helpdesk_tui.backend.use_cases.access import (
    SECRET_LENGTH,
    TOLD_WITH_CREDENTIALS,
    asks_credentials,
    new_secret,
    temporary_url,
)
from helpdesk_tui.backend.use_cases.context import Context
from helpdesk_tui.backend.use_cases.meanwhile import as_it_is, not_activated

DONE_WHEN = {
    Call.REGISTER: {Standing.OURS},
    # A phone of another account holds no registration of ours any more.
    Call.DEREGISTER: {Standing.NOT_REGISTERED, Standing.ELSEWHERE},
}
"""What the service says when a call has done what it was to do."""

REFUSES_EVERYTHING = frozenset({Reason.RATE_LIMITED, Reason.AUTH_FAILED})
"""After these the service would say the same of the next phone: it is not asked again in this round."""

Closed = dict[Vendor, Failure]

RENEWED_AT_ONCE = 1000
"""Secrets in one transaction, so that nobody waits for long."""


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
            job = self.begin_activation(phone)
        return self.perform(job)

    def begin_activation(self, phone: Phone) -> Job:
        """Write down that this phone is registered now; the caller's transaction ends before `perform` is called.

        Raises Refused when somebody has removed it, or registered it, since it was read: their caller may be
        resetting it, and a second registration would make the address useless that the first one gave to it.
        """
        not_activated(self._context, phone)
        return self._begin(phone, Happening.ACTIVATE)

    def activate_many(
        self, phones: Iterable[Phone], cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[Attempt | Refused]:
        """Register phones one after the other; stops between two phones when `cancelled` says so."""
        closed: Closed = {}
        for phone in phones:
            if cancelled():
                return
            try:
                with self._context.write():
                    job = self.begin_activation(phone)
                yield self.perform(job, closed)
            except Refused as refusal:
                yield refusal

    def queue_activation(self, phones: Iterable[Phone]) -> None:
        """Write down that these phones are to be registered; `run_due` or `activate` does it."""
        with self._context.write():
            for phone in phones:
                self._intend(phone, Happening.ACTIVATE)

    def phone_fetched(self, phone: Phone) -> bool:
        """Write down what a fetch asks of the manufacturer; True when there is now something for `run_due`.

        While a registration is under way nothing is written: its outcome looks at `last_seen` itself.
        """
        if call_for(phone.step, Happening.FETCHED) is None:
            return False
        with self._context.write():
            current = self._store.phones.by_id(phone.id)
            job = self._store.jobs.get(phone.mac)
            if current is None or call_for(current.step, Happening.FETCHED) is None or _before_it(current):
                return False
            if job and (job.call is Call.DEREGISTER or job.under_way(self._context.clock())):
                return False
            self._intend(current, Happening.FETCHED)
        return True

    def deregister(self, phone: Phone) -> Attempt:
        """End a registration now and wait for the answer. Raises Refused when another process is at it."""
        with self._context.write():
            job = self._begin(phone, Happening.FETCHED, Call.DEREGISTER)
        return self.perform(job)

    def retry(self, mac: Mac) -> Attempt | None:
        """Try the waiting call of this MAC now; None when there is none or another process is at it."""
        return next(self.retry_many([mac]))

    def retry_many(
        self, macs: Iterable[Mac], cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[Attempt | None]:
        """Try the waiting calls of these MACs now, as `retry` does; stops between two when `cancelled` says so."""
        closed: Closed = {}
        for mac in macs:
            if cancelled():
                return
            with self._context.write():
                job = self._noted(self._store.jobs.lease(mac))
            yield self.perform(job, closed) if job else None

    def run_due(self) -> Iterator[Attempt]:
        """Make the calls that are due, and those that a crash left behind."""
        closed: Closed = {}
        while due := self._store.jobs.due(self._context.clock()):
            for waiting in due:
                with self._context.write():
                    job = self._noted(self._store.jobs.lease_due(waiting.mac))
                if job:
                    yield self.perform(job, closed)

    def past_deadline(self) -> tuple[Phone, ...]:
        """The phones whose registration the weekly deadline ends, that nobody is de-registering yet."""
        late = self._store.phones.past_deadline(self._context.clock())
        return tuple(phone for phone in late if phone.pending is None)

    def run_deadline(self) -> Iterator[Attempt]:
        """End the registrations that the weekly deadline has passed."""
        closed: Closed = {}
        for phone in self.past_deadline():
            job = self._begin_deadline(phone)
            if job:
                yield self.perform(job, closed)

    def _begin_deadline(self, phone: Phone) -> Job | None:
        """Take a phone that is still past its deadline: it may have fetched or been activated in the meantime."""
        with self._context.write():
            current = self._store.phones.by_id(phone.id)
            if current is None or current.step is not Step.ACTIVE or current.pending:
                return None
            if current.deadline is None or current.deadline > self._context.clock():
                return None
            return self._begin(current, Happening.DEADLINE)

    # -- intended -----------------------------------------------------------------------------------------------------

    def _intend(self, phone: Phone, cause: Happening, call: Call | None = None) -> None:
        """Write the intention down. Raises Refused while another process makes a call for this phone."""
        now = self._context.clock()
        phone = as_it_is(self._context, phone)
        current = self._store.jobs.get(phone.mac)
        if current and current.under_way(now):
            raise Refused(
                f"{phone.mac}: another process is talking to {phone.vendor.service_label} about this phone: "
                "try again in a minute."
            )
        call = call or call_for(phone.step, cause)
        assert call is not None
        url = ""
        if call is Call.REGISTER:
            phone = self._renew_access(phone)
            asked = f"Asked {phone.vendor.service_label} to register the phone."
            operator = self._context.operator
            self._store.events.add(operator, EventKind.ACTIVATION, asked, phone.mac, phone.organisation)
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

    def _begin(self, phone: Phone, cause: Happening, call: Call | None = None) -> Job:
        """Write the intention down and take it at once."""
        self._intend(phone, cause, call)
        job = self._noted(self._store.jobs.lease(phone.mac))
        assert job is not None
        return job

    def _noted(self, job: Job | None) -> Job | None:
        """A job that was just taken: its phone's verdict follows."""
        if job and job.phone_id:
            self._store.phones.refresh([job.phone_id])
        return job

    def _renew_access(self, phone: Phone) -> Phone:
        """Every Activate gives a new temporary token and a new definitive secret. The secret that the phone uses
        stays good until it has used the new one, so that a phone in use is not stranded. A phone that was told a new
        secret and has not used it yet may hold either: both stay."""
        secret = new_secret(self._context.environment, self._context.random)
        previous, sent = phone.previous_secret, None
        if phone.secret_sent_at and previous:
            secret, sent = phone.secret, phone.secret_sent_at
        elif phone.secret_sent_at or ((phone.last_seen or phone.token_used_at) and not previous):
            previous = phone.secret
        token = self._context.random(SECRET_LENGTH)
        changes = {"secret": secret, "previous_secret": previous, "token": token, "token_used_at": None}
        now = self._context.clock()
        self._store.phones.update(phone.id, {**changes, "secret_sent_at": sent, "changed_at": now})
        return as_it_is(self._context, phone)

    def renew_secrets(self) -> None:
        """Give new secrets to phones that know theirs without the credentials that are asked for now, or with ones that
        no longer are. The former secret stays good, as it was told, until the new one is used: nobody is stranded.

        It is for the process that answers phones, which knows what it asks for.
        """
        environment, secrets = self._context.environment, self._store.secrets
        renewable = secrets.not_beginning if asks_credentials(environment) else secrets.beginning
        while found := renewable(TOLD_WITH_CREDENTIALS, RENEWED_AT_ONCE):
            new = [(known, new_secret(environment, self._context.random)) for known in found]
            secrets.renew(new, self._context.clock())

    # -- called -------------------------------------------------------------------------------------------------------

    def perform(self, job: Job, closed: Closed | None = None) -> Attempt:
        """Make a call that was taken, and write down how it ended.

        `closed` are the services that refused everything earlier in the same round: they are not asked again.
        """
        failure = closed.get(job.vendor) if closed else None
        failure = failure or self._call(job)
        if failure and failure.reason in REFUSES_EVERYTHING and closed is not None:
            closed[job.vendor] = failure
        return self._record(job, failure)

    def _call(self, job: Job) -> Failure | None:
        """One attempt; after an unknown outcome one check, and a second attempt when that says it was not done."""
        service = self._context.services.of(job.vendor)
        device = Device(job.mac, job.model, job.serial or None)

        def attempt() -> Failure | None:
            return service.register(device, job.url) if job.call is Call.REGISTER else service.deregister(device)

        failure = attempt()
        if failure is None or not (failure.outcome_unknown or _nothing_to_remove(job, failure)):
            return failure
        if not self._renew(job):
            return failure
        standing = service.check(device, job.url or None)
        if standing in DONE_WHEN[job.call]:
            return None
        if isinstance(standing, Failure) or standing is Standing.ELSEWHERE or not failure.outcome_unknown:
            return failure
        return attempt() if self._renew(job) else failure

    def _renew(self, job: Job) -> bool:
        with self._context.write():
            renewed = self._store.jobs.renew(job)
            self._noted(job)
        return renewed

    # -- recorded -----------------------------------------------------------------------------------------------------

    def _record(self, job: Job, failure: Failure | None) -> Attempt:
        with self._context.write():
            if not self._store.jobs.holds(job):
                return self._taken_over(job, failure)
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
            if phone and job.call is Call.REGISTER and _fetched_during(phone, job):
                self._intend(phone, Happening.FETCHED)
            after = self._store.phones.by_id(phone.id) if phone else None
        return Attempt(job.mac, after, failure, sentence)

    def _taken_over(self, job: Job, failure: Failure | None) -> Attempt:
        """Our lease ran out and somebody else has the call: their outcome counts."""
        phone = self._store.phones.by_mac(job.mac)
        sentence = "Another process has taken this call over: look at the phone again in a minute."
        if failure is None and (phone is None or phone.step is not next_step(job.call, Outcome.DONE)):
            failure = Failure(Reason.UNKNOWN_ANSWER, "another process has taken this call over")
        return Attempt(job.mac, phone, failure, sentence)

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
        if step is Step.DISABLED and job.cause is Happening.DEADLINE:
            values |= {"token": "", "token_used_at": None}
        return values

    def _sentence(self, job: Job, failure: Failure | None) -> str:
        service = self._context.services.of(job.vendor).label
        if failure:
            said = f" It said: {failure.words}" if failure.words else ""
            return " ".join(explain(failure.reason, service, job.call)) + said
        if job.call is Call.REGISTER:
            return f"Registered at {service}: reset the phone to factory defaults before the deadline."
        if job.cause is Happening.DEADLINE:
            return f"The weekly deadline passed: the registration at {service} was ended."
        return f"The registration at {service} was removed."


def last_success_of(vendor: Vendor) -> str:
    """The name of the fact that says when this manufacturer's service last did what was asked."""
    return f"last success of {vendor.value}"


def _nothing_to_remove(job: Job, failure: Failure) -> bool:
    return job.call is Call.DEREGISTER and failure.reason is Reason.OWNED_ELSEWHERE


def _before_it(phone: Phone) -> bool:
    """Whether its last fetch was before its registration: fetches are written down a little later than they happen.

    That fetch must not end a registration that somebody has made since, for a reset that is still to come.
    """
    if phone.step is not Step.ACTIVE or phone.last_seen is None or phone.token_used_at:
        return False
    return phone.last_seen < phone.step_since


def _fetched_during(phone: Phone, job: Job) -> bool:
    """Whether the phone fetched its settings while this call was under way."""
    begun = job.leased_until - LEASE if job.leased_until else None
    return bool(begun and phone.last_seen and phone.last_seen > begun)


def _event_kind(job: Job, failure: Failure | None) -> EventKind:
    if job.call is Call.REGISTER:
        return EventKind.REGISTER_FAILED if failure else EventKind.REGISTERED
    if failure:
        return EventKind.DEREGISTER_FAILED
    return EventKind.EXPIRED if job.cause is Happening.DEADLINE else EventKind.DEREGISTERED
