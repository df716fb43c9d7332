"""Our judgement of a phone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.backend.model.phone import Pending, Phone
from helpdesk_tui.backend.model.reason import Reason
from helpdesk_tui.backend.model.step import Call, Step
from helpdesk_tui.backend.model.verdict import NextAction, VerdictKind, ago, judge
from tests.backend.model.phones_for_tests import DAY, DEADLINE, HOUR, NOW, phone

ATTENTION, WAITING, OK = VerdictKind.ATTENTION, VerdictKind.WAITING, VerdictKind.OK
MINUTE = timedelta(minutes=1)


def under_way(call: Call, left: timedelta = MINUTE) -> Pending:
    return Pending(call, 0, None, NOW + left)


def queued(call: Call, since: timedelta = timedelta(0)) -> Pending:
    return Pending(call, 0, NOW - since)


CASES = {
    "in normal operation": (phone(Step.DISABLED, last_seen=NOW - HOUR), OK, NextAction.NOTHING, "normal operation"),
    "silent for long": (
        phone(Step.DISABLED, last_seen=NOW - 8 * DAY),
        ATTENTION,
        NextAction.FIX,
        "not asked for its settings for 8 days",
    ),
    "only sent here so far": (
        phone(Step.DISABLED, last_seen=NOW - HOUR, token_used_at=NOW - HOUR),
        OK,
        NextAction.NOTHING,
        "next, it comes by its own",
    ),
    "only sent here, and never again": (
        phone(Step.DISABLED, last_seen=NOW - 11 * HOUR, token_used_at=NOW - 11 * HOUR),
        ATTENTION,
        NextAction.FIX,
        "came by its temporary address 11 hours ago and never by its own",
    ),
    "sent here by somebody else, while it uses its own": (
        phone(Step.DISABLED, last_seen=NOW - HOUR, token_used_at=NOW - 11 * HOUR),
        OK,
        NextAction.NOTHING,
        "normal operation",
    ),
    "disabled and never seen": (phone(Step.DISABLED), ATTENTION, NextAction.ACTIVATE, "would strand it"),
    "active and waiting": (phone(Step.ACTIVE), WAITING, NextAction.RESET, "waiting for the phone to be reset"),
    "active, seen before": (
        phone(Step.ACTIVE, last_seen=NOW - 2 * DAY),
        WAITING,
        NextAction.RESET,
        "waiting for the phone",
    ),
    "deadline is near": (
        phone(Step.ACTIVE, deadline=NOW + 3 * HOUR),
        ATTENTION,
        NextAction.RESET,
        "only 3 hours left",
    ),
    "deadline has passed": (phone(Step.ACTIVE, deadline=NOW), ATTENTION, NextAction.ACTIVATE, "deadline has passed"),
    "active without a deadline": (
        phone(Step.ACTIVE, deadline=None),
        ATTENTION,
        NextAction.ACTIVATE,
        "without a deadline",
    ),
    "active but fetching": (
        phone(Step.ACTIVE, step_since=NOW - 5 * DAY, last_seen=NOW - HOUR),
        ATTENTION,
        NextAction.FIX,
        "Registered at Snom for 5 days, but the phone fetches its settings",
    ),
    "fetched, and being de-registered": (
        phone(Step.ACTIVE, last_seen=NOW, pending=under_way(Call.DEREGISTER)),
        WAITING,
        NextAction.WAIT,
        "being removed now",
    ),
    "the removal was cut off": (
        phone(Step.ACTIVE, last_seen=NOW, pending=under_way(Call.DEREGISTER, -10 * MINUTE)),
        ATTENTION,
        NextAction.FIX,
        "should be disabled",
    ),
    "being registered": (
        phone(Step.DISABLED, pending=under_way(Call.REGISTER)),
        WAITING,
        NextAction.WAIT,
        "the answer is awaited",
    ),
    "the registration was cut off": (
        phone(Step.DISABLED, pending=under_way(Call.REGISTER, -10 * MINUTE)),
        ATTENTION,
        NextAction.ACTIVATE,
        "no answer is on record",
    ),
    "in the queue": (
        phone(Step.DISABLED, pending=queued(Call.REGISTER)),
        WAITING,
        NextAction.ACTIVATE,
        "in the queue",
    ),
    "in the queue, disabled for months": (
        phone(Step.DISABLED, step_since=NOW - 90 * DAY, pending=queued(Call.REGISTER)),
        WAITING,
        NextAction.ACTIVATE,
        "in the queue",
    ),
    "forgotten in the queue": (
        phone(Step.DISABLED, pending=queued(Call.REGISTER, since=2 * HOUR)),
        ATTENTION,
        NextAction.ACTIVATE,
        "no answer is on record",
    ),
    "registering failed": (
        phone(Step.PROVISION, reason=Reason.OWNED_ELSEWHERE),
        ATTENTION,
        NextAction.ACTIVATE,
        "Registering failed. Snom SRAPS says this MAC belongs to another account.",
    ),
    "failed without a reason": (
        phone(Step.PROVISION),
        ATTENTION,
        NextAction.ACTIVATE,
        "The reason was not recorded",
    ),
    "serial number needed": (
        phone(Step.PROVISION, reason=Reason.NEEDS_SERIAL),
        ATTENTION,
        NextAction.SERIAL,
        "wants the serial number",
    ),
    "removal failed": (
        phone(Step.DEPROVISION, reason=Reason.UNREACHABLE, last_seen=NOW),
        ATTENTION,
        NextAction.RETRY,
        "Removing the registration failed. Snom SRAPS cannot be reached. It is tried again by itself; Services can try",
    ),
    "failed, and tried again just now": (
        phone(Step.PROVISION, reason=Reason.UNREACHABLE, pending=under_way(Call.REGISTER)),
        ATTENTION,
        NextAction.ACTIVATE,
        "Registering failed",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_every_rule(case: str) -> None:
    subject, kind, action, words = CASES[case]
    verdict = judge(subject, NOW)
    assert (verdict.kind, verdict.action) == (kind, action)
    assert words in verdict.text


moments = st.timedeltas(timedelta(days=-40), timedelta(days=8)).map(lambda span: NOW + span)
past = st.timedeltas(timedelta(days=-40), timedelta(0)).map(lambda span: NOW + span)
pendings = st.one_of(
    st.none(),
    st.builds(Pending, st.sampled_from(Call), st.integers(0, 9), st.one_of(st.none(), moments)),
    st.builds(Pending, st.sampled_from(Call), st.integers(0, 9), st.none(), moments),
)
phones = st.builds(
    phone,
    st.sampled_from(Step),
    step_since=past,
    last_seen=st.one_of(st.none(), past),
    deadline=st.one_of(st.none(), moments),
    reason=st.one_of(st.none(), st.sampled_from(Reason)),
    pending=pendings,
    firmware_installed=st.sampled_from([None, "10.1.184.15"]),
    firmware_selected=st.sampled_from([None, "10.1.184.15", "10.1.198.19"]),
    firmware_fetches=st.integers(0, 5),
)


@given(phones, st.timedeltas(timedelta(0), timedelta(days=400)))
def test_time_alone_turns_a_verdict_when_it_says_so_and_never_else(subject: Phone, later: timedelta) -> None:
    """The list keeps verdicts in the database: between `turns_at` and the next change they must stay true."""
    verdict, then = judge(subject, NOW), judge(subject, NOW + later)
    turned = verdict.turns_at is not None and NOW + later >= verdict.turns_at
    assert then.kind is (ATTENTION if turned else verdict.kind)
    if not turned:
        assert then.turns_at == verdict.turns_at


@given(phones)
def test_every_verdict_speaks(subject: Phone) -> None:
    verdict = judge(subject, NOW)
    assert verdict.text.endswith(".")
    assert (verdict.kind is OK) is (verdict.action is NextAction.NOTHING)
    assert "None" not in verdict.text


def test_worst_comes_first() -> None:
    assert sorted(VerdictKind, key=lambda kind: kind.rank) == [ATTENTION, WAITING, OK]


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=59), "0 minutes"),
        (MINUTE, "1 minute"),
        (119 * MINUTE, "119 minutes"),
        (2 * HOUR, "2 hours"),
        (23 * HOUR, "23 hours"),
        (DAY, "1 day"),
        (5 * DAY + HOUR, "5 days"),
        (-DAY, "0 minutes"),
    ],
)
def test_spans_in_words(span: timedelta, words: str) -> None:
    assert ago(span) == words


def test_verdict_turns_six_hours_before_the_deadline() -> None:
    assert judge(phone(Step.ACTIVE), NOW).turns_at == DEADLINE - 6 * HOUR
