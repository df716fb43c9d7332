"""The engine, on phones of any state: never stuck, never a reset without a registration, and resumed where it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk_tui.backend.errors import Refused
from helpdesk_tui.backend.helpdesk import catalogue
from helpdesk_tui.backend.model.catalogue import PhoneModel
from helpdesk_tui.backend.model.event import Event, EventKind
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.reason import Reason
from helpdesk_tui.backend.model.request import Request, Via
from helpdesk_tui.backend.model.step import Step
from helpdesk_tui.backend.walkthroughs.checks import Evidence
from helpdesk_tui.backend.walkthroughs.definition import OTHER_WALKTHROUGH, Walkthrough
from helpdesk_tui.backend.walkthroughs.engine import Case, Standing, choose, confirm, follow, skip
from helpdesk_tui.backend.walkthroughs.progress import How, Progress
from tests.backend.model.phones_for_tests import NOW, phone
from tests.backend.walkthroughs.test_shipped_walkthroughs import ALL, LIBRARY

MODELS = {name: catalogue().get(name) for name in ("D735", "D865", "D140", "T46S", "T57W", "CP925")}
HAPPENINGS = (
    "nothing",
    "activated",
    "failed",
    "contacted",
    "fetched",
    "removed late",
    "ended",
    "installed",
    "logged in",
)


class Caller:
    """A phone whose state changes, and the evidence of it."""

    def __init__(self, model: PhoneModel, subject: Phone) -> None:
        self.model, self.now = model, NOW
        self.evidence = Evidence(replace(subject, vendor=model.vendor, model=model.name), (), ())

    def case(self, walkthrough: Walkthrough) -> Case:
        return Case(walkthrough, self.model, self.evidence, NOW, self.now)

    def happens(self, what: str) -> None:
        self.now += timedelta(seconds=1)
        every: dict[str, dict[str, object]] = {
            "nothing": {},
            "activated": {"step": Step.ACTIVE, "step_since": self.now, "deadline": self.now + timedelta(days=3),
                          "reason": None, "token_used_at": None, "added_at": self.now},
            "failed": {"step": Step.PROVISION, "reason": Reason.OWNED_ELSEWHERE, "deadline": None},
            "contacted": {"token_used_at": self.now},
            "fetched": {"last_seen": self.now, "step": Step.DISABLED, "deadline": None, "reason": None},
            "removed late": {"last_seen": self.now, "step": Step.DEPROVISION, "reason": Reason.UNREACHABLE},
            "ended": {"step": Step.DISABLED, "deadline": None},
            "selected": {"firmware_selected": "1.2.3.4", "firmware_installed": "1.2.3.3"},
            "installed": {"firmware_selected": "1.2.3.4", "firmware_installed": "1.2.3.4", "last_seen": self.now},
            "logged in": {"user_name": "Anna"},
        }  # fmt: skip
        changes = every.get(what, {})
        kind = {"activated": EventKind.REGISTERED, "contacted": EventKind.FIRST_CONTACT}.get(what)
        events = (Event(1, self.now, "platform", kind, what),) if kind else ()
        visits = {
            "contacted": Via.TEMPORARY,
            "fetched": Via.DEFINITIVE,
            "removed late": Via.DEFINITIVE,
            "another phone": Via.DEFINITIVE,
        }
        visit = visits.get(what)
        note = "it calls itself a T46S" if what == "another phone" else ""
        requests = (Request(1, self.now, 1, "198.51.100.7", "f", visit, 200, 1, "agent", note),) if visit else ()
        self.evidence = replace(
            self.evidence,
            phone=replace(self.evidence.phone, **changes),  # type: ignore[arg-type]
            events=(*events, *self.evidence.events),
            requests=(*requests, *self.evidence.requests),
        )


def stored(progress: Progress) -> Progress:
    """After the program was killed and started again."""
    return Progress.from_json(json.loads(json.dumps(progress.to_json())))


def offered(case: Case, standing: Standing) -> list[Progress]:
    """Everything that the operator can do here."""
    found = [choose(case, standing, choice, "anna") for choice in standing.choices]
    if standing.may_confirm:
        found.append(confirm(case, standing, "anna"))
    return found


def check_standing(case: Case, standing: Standing) -> None:
    """What must hold wherever a run stands."""
    step = standing.step
    if step is None:
        return
    late = replace(case, now=case.now + timedelta(days=1))
    assert offered(case, standing) or offered(late, follow(late, standing.progress)) or step.actions, step.id
    if "registered" in step.needs and standing.may_confirm:
        subject = case.evidence.phone
        assert subject.step is Step.ACTIVE and subject.deadline
        assert subject.deadline - case.now >= timedelta(minutes=30)
    assert [entry.step.id for entry in standing.way].count(step.id) == 1


moves = st.lists(st.tuples(st.sampled_from(HAPPENINGS), st.integers(0, 11), st.integers(0, 1200)), max_size=14)


@given(st.sampled_from(ALL), st.sampled_from(list(MODELS.values())), st.sampled_from(list(Step)), moves)
@settings(max_examples=100)
def test_a_run_is_never_stuck_and_resumes_where_it_was(
    walkthrough: Walkthrough, model: PhoneModel, step: Step, moves: list[tuple[str, int, int]]
) -> None:
    if not walkthrough.condition.fits(model):
        return
    caller = Caller(model, phone(step))
    uninterrupted = killed = Progress()
    for happening, move, span in moves:
        caller.happens(happening)
        caller.now += timedelta(seconds=span)
        case = caller.case(walkthrough)
        standing = follow(case, uninterrupted)
        assert follow(case, stored(killed)) == standing
        assert follow(case, standing.progress) == standing  # what was proven stays proven
        check_standing(case, standing)
        ways = offered(case, standing)
        uninterrupted = ways[move % len(ways)] if ways and move < 9 else standing.progress
        if move == 9 and standing.step and standing.step.may_skip:
            with suppress(Refused):
                uninterrupted = skip(case, standing, "a reason", "anna")
        killed = stored(uninterrupted)
        if standing.over:
            assert not offered(case, standing)


@given(st.sampled_from(ALL), st.sampled_from(list(MODELS.values())), moves)
@settings(max_examples=80)
def test_no_reset_is_confirmed_without_a_registration_however_it_is_come_to(
    walkthrough: Walkthrough, model: PhoneModel, moves: list[tuple[str, int, int]]
) -> None:
    if not walkthrough.condition.fits(model):
        return
    caller, progress = Caller(model, phone(Step.DISABLED)), Progress()
    for happening, move, span in moves:
        caller.happens(happening)
        caller.now += timedelta(seconds=span)
        case = caller.case(walkthrough)
        standing = follow(case, progress)
        ways = [*offered(case, standing), *([skipped] if (skipped := _skipped(case, standing)) else [])]
        progress = ways[move % len(ways)] if ways else standing.progress
        latest = progress.trail[-1] if progress.trail else None
        left = walkthrough.step(latest.step) if latest else None
        if latest and left and latest.how is How.TOLD and "registered" in left.needs:
            assert case.evidence.phone.step is Step.ACTIVE


def _skipped(case: Case, standing: Standing) -> Progress | None:
    try:
        return skip(case, standing, "a reason", "anna") if standing.step else None
    except Refused:
        return None


LIVES = (
    *((), ("activated",), ("activated", "contacted"), ("activated", "contacted", "fetched")),
    *(("failed",), ("removed late",), ("selected",), ("installed",), ("logged in", "fetched"), ("another phone",)),
)


def states(model: PhoneModel) -> Iterator[Caller]:
    """Phones in every situation that a walkthrough tells apart."""
    for step in Step:
        for happenings in LIVES:
            caller = Caller(model, phone(step))
            for happening in happenings:
                caller.happens(happening)
            yield caller


@pytest.mark.parametrize("model", list(MODELS.values()), ids=lambda model: model.name)
def test_every_walkthrough_can_be_played_to_each_of_its_ends(model: PhoneModel) -> None:
    """Whatever the phone does, the ways that are offered lead to all ends and to all walkthroughs that are named."""
    callers = list(states(model))
    for walkthrough in LIBRARY.offered(model):
        first = walkthrough.steps[0].id
        reached: dict[str, Progress] = {first: Progress()}
        waiting = [first]
        while waiting:
            progress = reached[waiting.pop()]
            for caller in callers:
                for later in (timedelta(0), timedelta(hours=1)):
                    # What happened to the phone, happened since the run came here.
                    began = progress.trail[-1].at if progress.trail else NOW
                    case = replace(caller.case(walkthrough), now=max(caller.now, began) + later)
                    case = replace(case, evidence=_since(case.evidence, began))
                    standing = follow(case, progress)
                    for way in (standing.progress, *offered(case, standing)):
                        place = way.place(first)
                        if place not in reached:
                            reached[place] = way
                            waiting.append(place)
        wanted = {end.id for end in walkthrough.ends}
        wanted |= {go for step in walkthrough.steps for go in step.ways() if go.startswith(OTHER_WALKTHROUGH)}
        assert wanted - set(reached) == set(), walkthrough.id


def _since(evidence: Evidence, began: datetime) -> Evidence:
    """The same, moved to after a moment."""
    shift = max(timedelta(0), began - NOW)
    subject = evidence.phone
    moved = {name: getattr(subject, name) + shift for name in ("step_since", "last_seen", "deadline", "added_at")
             if getattr(subject, name)}  # fmt: skip
    return replace(
        evidence,
        phone=replace(subject, **moved),
        events=tuple(replace(event, at=event.at + shift) for event in evidence.events),
        requests=tuple(replace(request, at=request.at + shift) for request in evidence.requests),
    )


def test_a_run_of_a_changed_file_begins_again() -> None:
    walkthrough = ALL[0]
    caller = Caller(MODELS["D735"], phone(Step.DISABLED))
    document = {
        "trail": [{"step": "gone", "to": "gone too", "at": NOW.isoformat(), "how": "proven", "by": "", "note": ""}]
    }
    standing = follow(caller.case(walkthrough), Progress.from_json(document))
    assert standing.step and standing.step.id == walkthrough.steps[0].id


@pytest.mark.parametrize(
    "document", [{}, {"trail": 3}, {"trail": [{"step": 1}]}, {"prepare": "2026-03-02"}, {"answers": []}]
)
def test_progress_that_cannot_be_read_is_a_run_that_has_not_begun(document: dict[str, object]) -> None:
    assert Progress.from_json(document) == Progress()
