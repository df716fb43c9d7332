"""Our judgement of a phone: is its step the right one, why, and what is the one next thing to do?

The rules are tried from top to bottom; the first that speaks decides. Source of the judgement:
provisioning.txt, "Where can I see what provisioning step a phone is in? / What step should it be in?"
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from helpdesk_tui.backend.model.firmware_progress import Progress, progress_of, progress_text
from helpdesk_tui.backend.model.phone import Pending, Phone
from helpdesk_tui.backend.model.reason import Reason, explain
from helpdesk_tui.backend.model.recheck import OVERDUE_AFTER
from helpdesk_tui.backend.model.step import Call, Step

DEADLINE_IS_NEAR = timedelta(hours=6)
"""From here on, waiting for a reset becomes something to attend to."""

ANSWER_IS_LATE = timedelta(minutes=2)
"""A call whose lease ran out this long ago was cut off, and nobody has finished it."""

QUEUE_IS_SLOW = timedelta(hours=1)
"""A call that has been due for this long is not being made."""

SILENCE_IS_ODD = timedelta(days=7)
"""Phones ask for their settings at every start and once a day; longer silence means off, unplugged or cut off."""


TOKEN_LASTS = timedelta(minutes=60)
"""How long the temporary URL works after its first use: long enough for all that a first boot asks for."""


class VerdictKind(StrEnum):
    """The three judgements; `attention` is what provisioning.txt calls a suboptimal state."""

    ATTENTION = "attention"
    WAITING = "waiting"
    OK = "ok"

    @property
    def rank(self) -> int:
        """0 for what comes first in a list."""
        return list(VerdictKind).index(self)


class NextAction(StrEnum):
    """The one next thing to do; the value is the id of the command that does it."""

    NOTHING = "nothing"
    WAIT = "wait"
    ACTIVATE = "activate"
    FIX = "fix"
    RESET = "reset"
    SERIAL = "serial"
    RETRY = "retry"
    FIRMWARE = "firmware"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judgement with its reason and its next action."""

    kind: VerdictKind
    text: str
    """One or two sentences."""
    action: NextAction
    turns_at: datetime | None = None
    """When the passing of time alone will turn this verdict into `attention`; None: never."""


def judge(phone: Phone, now: datetime) -> Verdict:
    """The verdict of this phone at this moment."""
    for rule in RULES:
        verdict = rule(phone, now)
        if verdict is not None:
            return verdict
    raise AssertionError("the last rule always speaks")


def ago(span: timedelta) -> str:
    """A span in the one unit that matters: `5 days`, `3 hours`, `4 minutes`."""
    minutes = max(0, int(span.total_seconds())) // 60
    for size, unit in ((1440, "day"), (60, "hour")):
        if minutes >= 2 * size or (unit == "day" and minutes >= size):
            return f"{minutes // size} {unit}{'s' if minutes // size != 1 else ''}"
    return f"{minutes} minute{'s' if minutes != 1 else ''}"


def _attention(text: str, action: NextAction) -> Verdict:
    return Verdict(VerdictKind.ATTENTION, text, action)


def _service(phone: Phone) -> str:
    return phone.vendor.service_label


def _fetched_since_step(phone: Phone) -> bool:
    return phone.last_seen is not None and phone.last_seen > phone.step_since


def _expected_by(pending: Pending) -> datetime | None:
    """Until when an open call is nothing to worry about; None: it waits for a person."""
    if pending.leased_until:
        return pending.leased_until + ANSWER_IS_LATE
    return pending.next_try + QUEUE_IS_SLOW if pending.next_try else None


def _overdue(pending: Pending, now: datetime) -> bool:
    expected = _expected_by(pending)
    return expected is None or now >= expected


def _active_but_fetching(phone: Phone, now: datetime) -> Verdict | None:
    if phone.step is not Step.ACTIVE or not _fetched_since_step(phone):
        return None
    pending = phone.pending
    if pending and pending.call is Call.DEREGISTER and pending.under_way and not _overdue(pending, now):
        text = "The phone fetched its settings; its registration is being removed now."
        return Verdict(VerdictKind.WAITING, text, NextAction.WAIT, _expected_by(pending))
    since = ago(now - phone.step_since)
    return _attention(
        f"Registered at {phone.vendor.label} for {since}, but the phone fetches its settings: it should be disabled.",
        NextAction.FIX,
    )


def _being_registered(phone: Phone, now: datetime) -> Verdict | None:
    pending = phone.pending
    if pending is None or pending.call is not Call.REGISTER or phone.step is Step.PROVISION:
        return None
    if _overdue(pending, now):
        text = f"{_service(phone)} was to register the phone, but no answer is on record: Activate again."
        return _attention(text, NextAction.ACTIVATE)
    if pending.under_way:
        text = f"Being registered at {_service(phone)}: the answer is awaited."
        return Verdict(VerdictKind.WAITING, text, NextAction.WAIT, _expected_by(pending))
    text = f"Not yet registered at {_service(phone)}: it is in the queue. Do not reset the phone before it is active."
    return Verdict(VerdictKind.WAITING, text, NextAction.ACTIVATE, _expected_by(pending))


def _active_and_waiting(phone: Phone, now: datetime) -> Verdict | None:
    if phone.step is not Step.ACTIVE:
        return None
    if phone.deadline is None:
        return _attention("Registered, but without a deadline: Activate again.", NextAction.ACTIVATE)
    left = phone.deadline - now
    if left <= timedelta(0):
        text = "The weekly deadline has passed and the phone has not come by: Activate again before any reset."
        return _attention(text, NextAction.ACTIVATE)
    if left <= DEADLINE_IS_NEAR:
        text = f"Registered, but only {ago(left)} left until the weekly deadline: reset it now, or Activate later."
        return _attention(text, NextAction.RESET)
    text = f"Registered at {_service(phone)}; waiting for the phone to be reset to factory defaults and to start."
    return Verdict(VerdictKind.WAITING, text, NextAction.RESET, phone.deadline - DEADLINE_IS_NEAR)


def _needs_serial(phone: Phone, now: datetime) -> Verdict | None:
    if phone.step is not Step.PROVISION or phone.reason is not Reason.NEEDS_SERIAL:
        return None
    sentence, advice = explain(Reason.NEEDS_SERIAL, _service(phone))
    return _attention(f"{sentence} {advice}", NextAction.SERIAL)


def _registering_failed(phone: Phone, now: datetime) -> Verdict | None:
    if phone.step is not Step.PROVISION:
        return None
    return _attention(f"Registering failed. {_because(phone, Call.REGISTER)}", NextAction.ACTIVATE)


def _deregistering_failed(phone: Phone, now: datetime) -> Verdict | None:
    if phone.step is not Step.DEPROVISION:
        return None
    return _attention(f"Removing the registration failed. {_because(phone, Call.DEREGISTER)}", NextAction.RETRY)


def _because(phone: Phone, call: Call) -> str:
    if phone.reason is None:
        return "The reason was not recorded: try again."
    sentence, advice = explain(phone.reason, _service(phone), call)
    return f"{sentence} {advice}"


def _disabled_and_never_seen(phone: Phone, now: datetime) -> Verdict | None:
    if phone.last_seen is not None:
        return None
    text = "Not registered, and the phone has never fetched its settings: a reset now would strand it. Activate first."
    return _attention(text, NextAction.ACTIVATE)


def _silent(phone: Phone, now: datetime) -> Verdict | None:
    if phone.last_seen is None or now - phone.last_seen < SILENCE_IS_ODD:
        return None
    text = (
        f"The phone has not asked for its settings for {ago(now - phone.last_seen)}: "
        "check its power and network, then start it again."
    )
    return _attention(text, NextAction.FIX)


def _firmware_refused(phone: Phone, now: datetime) -> Verdict | None:
    if progress_of(phone) is not Progress.REFUSED:
        return None
    return _attention(f"{progress_text(phone)} Choose another one, or look at its screen.", NextAction.FIRMWARE)


def _only_sent_here(phone: Phone, now: datetime) -> Verdict | None:
    """It was let in as the manufacturer sent it, and never came by the address that only its settings tell."""
    if phone.token_used_at is None or phone.last_seen is None or phone.last_seen > phone.token_used_at + TOKEN_LASTS:
        return None  # when the temporary address no longer works, it came by its own
    late = phone.token_used_at + OVERDUE_AFTER
    if now < late:
        text = "The phone came by its temporary address and got what it asked for; next, it comes by its own."
        return Verdict(VerdictKind.OK, text, NextAction.NOTHING, late)
    return _attention(
        f"The phone came by its temporary address {ago(now - phone.token_used_at)} ago and never by its own: "
        "its settings may not have been applied. Start it again; if it stays away, Activate and reset it.",
        NextAction.FIX,
    )


def _in_normal_operation(phone: Phone, now: datetime) -> Verdict | None:
    return in_normal_operation(phone.last_seen)


def in_normal_operation(last_seen: datetime | None) -> Verdict:
    """The verdict of a phone that is disabled, has no call open and no firmware selected, and came by its own address
    lately."""
    text = "In normal operation: the phone gets its settings from the platform."
    return Verdict(VerdictKind.OK, text, NextAction.NOTHING, last_seen + SILENCE_IS_ODD if last_seen else None)


RULES: tuple[Callable[[Phone, datetime], Verdict | None], ...] = (
    _active_but_fetching,
    _being_registered,
    _active_and_waiting,
    _needs_serial,
    _registering_failed,
    _deregistering_failed,
    _disabled_and_never_seen,
    _silent,
    _only_sent_here,
    _firmware_refused,
    _in_normal_operation,
)
