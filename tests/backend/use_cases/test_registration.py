"""Registering phones and ending it: what is called, what is written down, what is tried again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import pytest

from helpdesk_tui.backend.errors import Refused
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.manufacturers.service import Device, Failure, Lookup, Probe, Standing
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.query import Query
from helpdesk_tui.backend.model.reason import RETRIED_BY_THE_QUEUE, Reason
from helpdesk_tui.backend.model.step import Call, Step
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.model.verdict import VerdictKind
from helpdesk_tui.backend.store.jobs import LEASE
from helpdesk_tui.backend.use_cases.access import temporary_url
from tests.backend.offices import (
    SNOM,
    YEALINK,
    add_organisation,
    add_phone,
    fetches,
    in_service,
    new_phone,
    open_desk,
    run_due,
    service,
)
from tests.frozen_clock import FrozenClock

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LOST = Failure(Reason.UNREACHABLE, "no answer in time", outcome_unknown=True)


@dataclass
class Scripted:
    """A service whose answers are written down beforehand, and that tells what it was asked."""

    answers: list[Failure | Standing | None]
    while_called: Callable[[], None] = lambda: None
    calls: list[str] = field(default_factory=list)
    vendor: Vendor = Vendor.SNOM
    label: str = "Snom SRAPS"

    def register(self, device: Device, url: str) -> Failure | None:
        return self._change("register")

    def deregister(self, device: Device) -> Failure | None:
        return self._change("deregister")

    def check(self, device: Device, url: str | None = None) -> Standing | Failure:
        answer = self._next("check")
        assert answer is not None
        return answer

    def lookup(self, device: Device) -> Lookup | Failure:
        raise AssertionError("not asked here")

    def probe(self) -> Probe:
        raise AssertionError("not asked here")

    def renew(self) -> None: ...

    def close(self) -> None: ...

    def _change(self, what: str) -> Failure | None:
        answer = self._next(what)
        assert not isinstance(answer, Standing)
        return answer

    def _next(self, what: str) -> Failure | Standing | None:
        self.calls.append(what)
        self.while_called()
        return self.answers.pop(0)


def kinds(desk: Helpdesk, phone: Phone) -> list[EventKind]:
    """The history of a phone, oldest first."""
    return [event.kind for event in reversed(desk.phones.history(phone.mac))]


def now(desk: Helpdesk, phone: Phone) -> Phone:
    return desk.phones.get(phone.id)


# -- the table of steps, through the whole machine --------------------------------------------------------------------


def test_added_and_registered(desk: Helpdesk) -> None:
    phone = add_phone(desk)
    assert phone.step is Step.ACTIVE
    assert phone.deadline == desk.environment.weekly_deadline.after(desk.clock())
    assert phone.pending is None and phone.reason is None
    assert service(desk).registrations() == {phone.mac: temporary_url(desk.environment, phone)}
    assert kinds(desk, phone) == [EventKind.ADDED, EventKind.ACTIVATION, EventKind.REGISTERED]


def test_added_and_failed(desk: Helpdesk) -> None:
    service(desk).fail_next(Failure(Reason.OWNED_ELSEWHERE, "taken"))
    attempt = desk.phones.add(new_phone(desk))
    assert not attempt.ok and attempt.phone is not None
    assert (attempt.phone.step, attempt.phone.reason) == (Step.PROVISION, Reason.OWNED_ELSEWHERE)
    assert attempt.phone.reason_text == "taken" and attempt.phone.deadline is None
    assert "another account" in attempt.sentence and "taken" in attempt.sentence
    assert kinds(desk, attempt.phone)[-1] is EventKind.REGISTER_FAILED


@pytest.mark.parametrize("start", Step)
@pytest.mark.parametrize("fails", [False, True])
def test_activate_from_every_step(desk: Helpdesk, start: Step, fails: bool) -> None:
    phone = brought_to(desk, start)
    if fails:
        service(desk).fail_next(Reason.FORBIDDEN)
    attempt = desk.registration.activate(phone)
    assert attempt.ok is not fails and attempt.phone
    assert attempt.phone.step is (Step.PROVISION if fails else Step.ACTIVE)


@pytest.mark.parametrize("start", Step)
@pytest.mark.parametrize("fails", [False, True])
def test_fetch_in_every_step(desk: Helpdesk, clock: FrozenClock, start: Step, fails: bool) -> None:
    phone = brought_to(desk, start)
    if fails:
        service(desk).fail_next(Reason.UNREACHABLE)
    asked = fetches(desk, phone)
    run_due(desk)
    assert asked is (start in (Step.ACTIVE, Step.PROVISION))
    expected = start if not asked else (Step.DEPROVISION if fails else Step.DISABLED)
    assert now(desk, phone).step is expected


@pytest.mark.parametrize("fails", [False, True])
def test_deadline(desk: Helpdesk, clock: FrozenClock, fails: bool) -> None:
    phone = add_phone(desk)
    clock.advance(7 * DAY)
    if fails:
        service(desk).fail_next(Reason.UNREACHABLE)
    (attempt,) = desk.registration.run_deadline()
    assert attempt.phone and attempt.phone.step is (Step.DEPROVISION if fails else Step.DISABLED)
    assert attempt.phone.deadline is None
    assert kinds(desk, phone)[-1] is (EventKind.DEREGISTER_FAILED if fails else EventKind.EXPIRED)
    assert list(desk.registration.run_deadline()) == []


@pytest.mark.parametrize("start", [Step.DISABLED, Step.PROVISION, Step.DEPROVISION])
def test_deadline_leaves_other_steps_alone(desk: Helpdesk, clock: FrozenClock, start: Step) -> None:
    phone = brought_to(desk, start)
    clock.advance(8 * DAY)
    assert list(desk.registration.run_deadline()) == []
    assert now(desk, phone).step is start


@pytest.mark.parametrize("start", [Step.PROVISION, Step.DEPROVISION])
@pytest.mark.parametrize("fails", [False, True])
def test_retry(desk: Helpdesk, start: Step, fails: bool) -> None:
    phone = brought_to(desk, start)
    if fails:
        service(desk).fail_next(Reason.UNREACHABLE)
    desk.registration.retry(phone.mac)
    after = {Step.PROVISION: Step.ACTIVE, Step.DEPROVISION: Step.DISABLED}[start]
    assert now(desk, phone).step is (start if fails else after)


def test_step_since_stays_while_it_fails_again(desk: Helpdesk, clock: FrozenClock) -> None:
    phone = brought_to(desk, Step.DEPROVISION)
    clock.advance(HOUR)
    service(desk).fail_next(Reason.UNREACHABLE)
    desk.registration.retry(phone.mac)
    assert now(desk, phone).step_since == phone.step_since


def test_a_fetch_that_is_written_down_late_does_not_end_a_newer_registration(
    desk: Helpdesk, clock: FrozenClock
) -> None:
    phone = in_service(desk)
    clock.advance(SECOND)
    fetched_at = clock()
    clock.advance(SECOND)
    desk.registration.activate(phone)
    desk.store.phones.update(phone.id, {"last_seen": fetched_at})
    assert desk.registration.phone_fetched(now(desk, phone)) is False
    assert run_due(desk) == [] and now(desk, phone).step is Step.ACTIVE
    clock.advance(SECOND)
    assert fetches(desk, phone)
    run_due(desk)
    assert now(desk, phone).step is Step.DISABLED


def test_moved_to_another_organisation(desk: Helpdesk) -> None:
    add_organisation(desk)
    other = desk.organisations.get(add_organisation(desk, "Fietsen De Vries", "devries"))
    for start in Step:
        phone = desk.moves.move(brought_to(desk, start), other)
        assert now(desk, phone).step is start
        desk.phones.remove_anyway(phone)


def brought_to(desk: Helpdesk, step: Step) -> Phone:
    """A phone that reached this step the ordinary way; the service works again."""
    if step is Step.DISABLED:
        return in_service(desk)
    if step is Step.PROVISION:
        service(desk).fail_next(Reason.UNREACHABLE)
    phone = add_phone(desk)
    if step is Step.DEPROVISION:
        service(desk).fail_next(Reason.UNREACHABLE)
        desk.registration.deregister(phone)
    service(desk).recover()
    phone = now(desk, phone)
    assert phone.step is step
    return phone


# -- one attempt, one check, a second attempt -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "calls", "step"),
    [
        ([None], ["register"], Step.ACTIVE),
        ([Failure(Reason.UNREACHABLE)], ["register"], Step.PROVISION),
        ([LOST, Standing.OURS], ["register", "check"], Step.ACTIVE),
        ([LOST, Standing.NOT_REGISTERED, None], ["register", "check", "register"], Step.ACTIVE),
        ([LOST, Standing.NOT_REGISTERED, LOST], ["register", "check", "register"], Step.PROVISION),
        ([LOST, Standing.OURS_OTHER_URL, None], ["register", "check", "register"], Step.ACTIVE),
        ([LOST, Standing.ELSEWHERE], ["register", "check"], Step.PROVISION),
        ([LOST, Failure(Reason.UNREACHABLE)], ["register", "check"], Step.PROVISION),
        ([LOST, LOST], ["register", "check"], Step.PROVISION),
    ],
)
def test_activate(desk: Helpdesk, answers: list[Failure | Standing | None], calls: list[str], step: Step) -> None:
    phone = in_service(desk)
    scripted = Scripted(list(answers))
    desk.services.put(scripted)
    attempt = desk.registration.activate(phone)
    assert scripted.calls == calls
    assert attempt.phone and attempt.phone.step is step
    assert attempt.ok is (step is Step.ACTIVE)


@pytest.mark.parametrize(
    ("answers", "calls", "step"),
    [
        ([LOST, Standing.NOT_REGISTERED], ["deregister", "check"], Step.DISABLED),
        ([LOST, Standing.OURS, None], ["deregister", "check", "deregister"], Step.DISABLED),
        ([LOST, Failure(Reason.UNREACHABLE)], ["deregister", "check"], Step.DEPROVISION),
        ([Failure(Reason.OWNED_ELSEWHERE), Standing.ELSEWHERE], ["deregister", "check"], Step.DISABLED),
        ([Failure(Reason.OWNED_ELSEWHERE), Standing.OURS], ["deregister", "check"], Step.DEPROVISION),
    ],
)
def test_deregister(desk: Helpdesk, answers: list[Failure | Standing | None], calls: list[str], step: Step) -> None:
    """A phone of another account holds no registration of ours: nothing is left to remove."""
    phone = add_phone(desk)
    scripted = Scripted(list(answers))
    desk.services.put(scripted)
    attempt = desk.registration.deregister(phone)
    assert scripted.calls == calls
    assert attempt.phone and attempt.phone.step is step


def test_phone_of_another_account_in_normal_operation_ends_disabled(desk: Helpdesk) -> None:
    service(desk).owned_elsewhere.add(new_phone(desk).mac)
    phone = add_phone(desk)
    assert phone.step is Step.PROVISION
    fetches(desk, phone)
    run_due(desk)
    assert now(desk, phone).step is Step.DISABLED


# -- while the answer is awaited --------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", Step)
def test_step_keeps_its_value_while_a_call_is_in_flight(desk: Helpdesk, colleague: Helpdesk, start: Step) -> None:
    phone = brought_to(desk, start)
    seen: list[Phone] = []
    desk.services.put(Scripted([None], while_called=lambda: seen.append(now(colleague, phone))))
    desk.registration.activate(phone)
    assert [found.step for found in seen] == [start]
    pending = seen[0].pending
    assert pending and pending.call is Call.REGISTER and pending.under_way and pending.next_try is None


def test_no_transaction_is_open_during_a_call(desk: Helpdesk, colleague: Helpdesk) -> None:
    phone = in_service(desk)

    def somebody_writes() -> None:
        in_service(colleague, YEALINK, "T46S")

    desk.services.put(Scripted([None], while_called=somebody_writes))
    assert desk.registration.activate(phone).ok


def test_two_operators_at_once_call_once_at_a_time(desk: Helpdesk, colleague: Helpdesk) -> None:
    phone = in_service(desk)
    refusals: list[str] = []

    def try_too() -> None:
        for attempt in (colleague.registration.activate, colleague.registration.deregister):
            with pytest.raises(Refused) as caught:
                attempt(phone)
            refusals.append(str(caught.value))
        assert colleague.registration.retry(phone.mac) is None
        assert run_due(colleague) == []

    scripted = Scripted([None], while_called=try_too)
    desk.services.put(scripted)
    assert desk.registration.activate(phone).ok
    assert scripted.calls == ["register"]
    assert len(refusals) == 2 and all("try again in a minute" in text for text in refusals)


def test_a_call_that_outlived_its_lease_does_not_overwrite_what_came_after(
    desk: Helpdesk, colleague: Helpdesk, clock: FrozenClock
) -> None:
    phone = in_service(desk)

    def take_over() -> None:
        clock.advance(LEASE + SECOND)
        colleague.services.put(Scripted([Failure(Reason.FORBIDDEN)]))
        run_due(colleague)

    desk.services.put(Scripted([None], while_called=take_over))
    attempt = desk.registration.activate(phone)
    assert now(desk, phone).step is Step.PROVISION
    assert not attempt.ok and "Another process" in attempt.sentence


def test_slow_service_keeps_its_lease(desk: Helpdesk, colleague: Helpdesk, clock: FrozenClock) -> None:
    phone = in_service(desk)

    def wait() -> None:
        clock.advance(40 * SECOND)
        assert run_due(colleague) == []

    desk.services.put(Scripted([LOST, Standing.NOT_REGISTERED, None], while_called=wait))
    assert desk.registration.activate(phone).ok


def test_fetch_while_the_registration_is_under_way(desk: Helpdesk, colleague: Helpdesk, clock: FrozenClock) -> None:
    """The phone may be quicker than the answer: it was sent here, fetched, and is in normal operation."""
    phone = in_service(desk)

    def fetch() -> None:
        clock.advance(SECOND)
        assert fetches(colleague, phone) is False

    desk.services.put(Scripted([None, None], while_called=fetch))
    desk.registration.activate(phone)
    desk.services.put(Scripted([None]))
    run_due(desk)
    assert now(desk, phone).step is Step.DISABLED


# -- the queue --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", Reason)
def test_which_failures_are_tried_again_by_themselves(desk: Helpdesk, clock: FrozenClock, reason: Reason) -> None:
    service(desk).fail_next(reason, times=1)
    phone = add_phone(desk)
    assert phone.pending and phone.pending.tries == 1
    clock.advance(10 * HOUR)
    assert len(run_due(desk)) == (reason in RETRIED_BY_THE_QUEUE)
    if reason in RETRIED_BY_THE_QUEUE:
        assert now(desk, phone).step is Step.ACTIVE
    else:
        assert phone.pending.next_try is None
        assert [job.mac for job in desk.store.jobs.refused()] == [phone.mac]
        attempt = desk.registration.retry(phone.mac)
        assert attempt and attempt.ok


def test_back_off_doubles_with_a_spread(desk: Helpdesk, clock: FrozenClock) -> None:
    service(desk).fail_next(Reason.UNREACHABLE)
    phone = add_phone(desk)
    for tries in range(1, 14):
        middle = min(MINUTE * 2 ** (tries - 1), 6 * HOUR)
        pending = now(desk, phone).pending
        assert pending and pending.tries == tries and pending.next_try
        assert 0.8 * middle <= pending.next_try - clock() <= 1.2 * middle
        clock.moment = pending.next_try - timedelta(microseconds=1)
        assert run_due(desk) == []
        clock.moment = pending.next_try
        assert len(run_due(desk)) == 1


def test_retry_after_is_honoured(desk: Helpdesk, clock: FrozenClock) -> None:
    service(desk).fail_next(Failure(Reason.RATE_LIMITED, retry_after=HOUR), times=1)
    phone = add_phone(desk)
    clock.advance(59 * MINUTE)
    assert run_due(desk) == []
    clock.advance(MINUTE)
    assert len(run_due(desk)) == 1
    assert now(desk, phone).step is Step.ACTIVE


@pytest.mark.parametrize("reason", [Reason.RATE_LIMITED, Reason.AUTH_FAILED])
def test_a_service_that_refuses_everything_is_asked_once_in_a_round(desk: Helpdesk, reason: Reason) -> None:
    phones = [in_service(desk, f"00:04:13:00:00:{n:02x}") for n in range(5)]
    other = in_service(desk, YEALINK, "T46S")
    scripted = Scripted([Failure(reason, retry_after=HOUR)])
    desk.services.put(scripted)
    attempts = list(desk.registration.activate_many([*phones, other]))
    assert scripted.calls == ["register"]
    assert [not isinstance(attempt, Refused) and attempt.ok for attempt in attempts] == [False] * 5 + [True]
    assert {now(desk, phone).reason for phone in phones} == {reason}

    desk.registration.queue_activation(phones)
    scripted.answers = [Failure(reason)]
    assert len(run_due(desk)) == 5
    assert scripted.calls == ["register"] * 2


def test_activating_many_goes_on_after_a_refusal_and_stops_when_cancelled(desk: Helpdesk, colleague: Helpdesk) -> None:
    phones = [in_service(desk, f"00:04:13:00:00:{n:02x}") for n in range(4)]
    with colleague.context.write():
        colleague.registration.begin_activation(phones[1])
    done: list[object] = []
    for attempt in desk.registration.activate_many(phones, cancelled=lambda: len(done) == 3):
        done.append(attempt)
    assert [isinstance(attempt, Refused) for attempt in done] == [False, True, False]
    assert now(desk, phones[3]).step is Step.DISABLED and now(desk, phones[3]).pending is None


def test_a_long_queue_is_done_in_one_round(desk: Helpdesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.store.jobs, "due", partial(desk.store.jobs.due, limit=3))
    desk.registration.queue_activation([in_service(desk, f"00:04:13:00:00:{n:02x}") for n in range(8)])
    assert len(run_due(desk)) == 8
    assert len(service(desk).registrations()) == 8


def test_two_rounds_at_once_try_a_failing_call_once(desk: Helpdesk, colleague: Helpdesk) -> None:
    phones = [in_service(desk, f"00:04:13:00:00:{n:02x}") for n in range(3)]
    desk.registration.queue_activation(phones)
    service(desk).fail_next(Reason.UNREACHABLE)
    service(colleague).fail_next(Reason.UNREACHABLE)
    mine, theirs = desk.registration.run_due(), colleague.registration.run_due()
    attempts = [next(mine), next(theirs), *mine, *theirs]
    assert len(attempts) == 3
    assert {job.tries for job in desk.store.jobs.all()} == {1}


def test_intention_without_an_answer_is_finished_after_the_lease(desk: Helpdesk, clock: FrozenClock) -> None:
    phone = in_service(desk)
    with desk.context.write():
        desk.registration.begin_activation(phone)
    clock.advance(LEASE - SECOND)
    assert run_due(desk) == []
    with pytest.raises(Refused):
        desk.registration.activate(phone)
    clock.advance(SECOND)
    (attempt,) = run_due(desk)
    assert attempt.phone and attempt.phone.step is Step.ACTIVE


def test_activate_finishes_what_a_crash_left(desk: Helpdesk, clock: FrozenClock) -> None:
    phone = in_service(desk)
    with desk.context.write():
        desk.registration.begin_activation(phone)
    clock.advance(LEASE)
    assert desk.registration.activate(phone).ok
    assert desk.store.jobs.all() == ()


def test_a_newer_intention_replaces_an_older_one(desk: Helpdesk) -> None:
    service(desk).fail_next(Reason.UNREACHABLE, times=1)
    phone = add_phone(desk)
    fetches(desk, phone)
    (job,) = desk.store.jobs.all()
    assert job.call is Call.DEREGISTER
    run_due(desk)
    assert now(desk, phone).step is Step.DISABLED


def test_a_second_fetch_changes_nothing(desk: Helpdesk) -> None:
    phone = add_phone(desk)
    assert fetches(desk, phone) is True
    (before,) = desk.store.jobs.all()
    assert fetches(desk, phone) is False
    assert desk.store.jobs.all() == (before,)


def test_a_fetch_of_a_phone_that_somebody_removed(desk: Helpdesk, colleague: Helpdesk) -> None:
    phone = add_phone(desk)
    colleague.phones.remove(phone)
    assert desk.registration.phone_fetched(phone) is False


# -- the deadline -----------------------------------------------------------------------------------------------------


def test_a_missed_deadline_is_caught_up(desk: Helpdesk, clock: FrozenClock) -> None:
    phone = add_phone(desk)
    clock.advance(60 * DAY)
    assert [attempt.ok for attempt in desk.registration.run_deadline()] == [True]
    assert now(desk, phone).step is Step.DISABLED
    assert service(desk).registrations() == {}


def test_phones_that_moved_on_in_the_meantime_are_left_alone(
    desk: Helpdesk, colleague: Helpdesk, clock: FrozenClock
) -> None:
    phones = [add_phone(desk, f"00:04:13:00:00:{n:02x}") for n in range(5)]
    clock.advance(7 * DAY)
    round_ = desk.registration.run_deadline()
    assert next(round_).mac == phones[0].mac
    fetches(colleague, phones[1])
    run_due(colleague)
    colleague.registration.activate(phones[2])
    colleague.phones.remove(phones[3])
    assert [attempt.mac for attempt in round_] == [phones[4].mac]
    assert now(desk, phones[1]).step is Step.DISABLED
    assert now(desk, phones[2]).step is Step.ACTIVE


def test_a_phone_that_somebody_is_busy_with_does_not_stop_the_round(
    desk: Helpdesk, colleague: Helpdesk, clock: FrozenClock
) -> None:
    phones = [add_phone(desk, f"00:04:13:00:00:{n:02x}") for n in range(3)]
    clock.advance(7 * DAY)
    round_ = desk.registration.run_deadline()
    next(round_)
    with colleague.context.write():
        colleague.registration.begin_activation(phones[1])
    assert [attempt.mac for attempt in round_] == [phones[2].mac]


# -- secrets ----------------------------------------------------------------------------------------------------------


def test_activate_renews_token_and_secret_and_keeps_the_one_in_use(desk: Helpdesk, clock: FrozenClock) -> None:
    phone = in_service(desk)
    first = desk.registration.activate(phone).phone
    assert first and first.token and first.secret != phone.secret
    assert len(first.token) * 4 >= 128 and len(first.secret) * 4 >= 128
    for segment in (first.secret, first.token, phone.secret):
        found = desk.store.phones.by_access(segment)
        assert found and found.id == phone.id
    second = desk.registration.activate(first).phone
    assert second and second.token not in ("", first.token)
    assert desk.store.phones.by_access(first.token) is None
    assert desk.store.phones.by_access(phone.secret) == second  # still in use, after any number of Activates


def test_no_former_secret_for_a_phone_that_never_came(desk: Helpdesk) -> None:
    phone = add_phone(desk)
    again = desk.registration.activate(phone).phone
    assert again and again.previous_secret == ""
    assert desk.store.phones.by_access("") is None


def test_temporary_address_ends_with_the_deadline(desk: Helpdesk, clock: FrozenClock) -> None:
    phone = add_phone(desk)
    clock.advance(7 * DAY)
    list(desk.registration.run_deadline())
    assert now(desk, phone).token == ""
    assert desk.store.phones.by_access(phone.token) is None


def test_no_secret_reaches_history_or_attempt(desk: Helpdesk, clock: FrozenClock) -> None:
    phone = add_phone(desk)
    attempt = desk.registration.activate(phone)
    assert attempt.phone
    told = repr(attempt) + repr(desk.store.jobs.all()) + repr(desk.phones.history(phone.mac))
    for secret in (attempt.phone.secret, attempt.phone.token, phone.secret, phone.token, phone.sip_password):
        assert secret and secret not in told


# -- history ----------------------------------------------------------------------------------------------------------


def test_queued_activation_is_in_the_history(desk: Helpdesk) -> None:
    phone = in_service(desk)
    desk.registration.queue_activation([phone])
    assert kinds(desk, phone)[-1] is EventKind.ACTIVATION


def test_a_fault_between_outcome_and_event_takes_both_back(desk: Helpdesk, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = in_service(desk)
    events = len(desk.phones.history(phone.mac))
    real = desk.store.events.add

    def fail(operator: str, kind: EventKind, *more: object) -> None:
        if kind is EventKind.REGISTERED:
            raise RuntimeError("the machine stops here")
        real(operator, kind, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(desk.store.events, "add", fail)
    with pytest.raises(RuntimeError):
        desk.registration.activate(phone)
    after = now(desk, phone)
    assert after.step is Step.DISABLED
    assert after.pending and after.pending.under_way
    assert len(desk.phones.history(phone.mac)) == events + 1  # that it was asked


def test_read_only_calls_nobody(desk: Helpdesk, clock: FrozenClock) -> None:
    phone = add_phone(desk)
    clock.advance(7 * DAY)
    looking = open_desk(desk.environment.database.parent, clock, read_only=True)
    scripted = Scripted([])
    looking.services.put(scripted)
    for action in (
        lambda: looking.registration.activate(phone),
        lambda: list(looking.registration.run_deadline()),
        lambda: looking.registration.retry(phone.mac),
        lambda: looking.phones.remove(phone),
        lambda: looking.registration.queue_activation([phone]),
    ):
        with pytest.raises(Refused, match="read-only"):
            action()
    assert looking.phones.page(Query(), 0, 10).phones[0].mac.colons == SNOM
    looking.close()


def test_verdict_in_the_list_follows_the_job(desk: Helpdesk, colleague: Helpdesk, clock: FrozenClock) -> None:
    phone = in_service(desk)
    seen: list[dict[VerdictKind, int]] = []
    desk.services.put(Scripted([None], while_called=lambda: seen.append(colleague.phones.counts(Query()))))
    desk.registration.activate(phone)
    assert seen[0][VerdictKind.WAITING] == 1
