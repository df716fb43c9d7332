"""Where a run stands: a pure function of what was written down, of the evidence, and of the clock.

Every change is one more passage at the end of the trail; what evidence proves is followed as far as it leads.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from helpdesk_tui.backend.errors import Refused
from helpdesk_tui.backend.model.catalogue import PhoneModel
from helpdesk_tui.backend.walkthroughs.checks import Evidence, Moment, Proof, prove
from helpdesk_tui.backend.walkthroughs.definition import (
    OTHER_WALKTHROUGH,
    Choice,
    Condition,
    End,
    Variant,
    WalkStep,
    Walkthrough,
)
from helpdesk_tui.backend.walkthroughs.progress import How, Passage, Progress


class WalkState(StrEnum):
    """How far a step is."""

    TO_DO = "to do"
    NOW = "now"
    DONE = "done"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class StepState:
    """One step of the way that a run takes."""

    step: WalkStep
    state: WalkState
    passage: Passage | None = None
    """How it was left; None: it was not."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a run stands now, and where it can go."""

    progress: Progress
    """With what evidence has proven since it was stored."""
    step: WalkStep | None
    """None: it has ended."""
    end: End | None = None
    leads_to: str = ""
    """The other walkthrough that it goes on with."""
    variant: Variant | None = None
    """What is said and done at the step."""
    entered: datetime | None = None
    proofs: tuple[Proof, ...] = ()
    """What is not proven yet, what the step needs first."""
    proven: tuple[Proof, ...] = ()
    """What is proven already, of what does the step together with the others."""
    blocked: str = ""
    """Why the operator cannot say that the step is done; empty: they can, or it is not theirs to say."""
    returned: str = ""
    """Why it was come back to, where it was."""
    found: str = ""
    """The evidence that led here, off the usual way."""
    left: timedelta | None = None
    """How long the display must still be left alone."""
    overdue: timedelta | None = None
    """For how long the step should have been done."""
    choices: tuple[Choice, ...] = ()
    """What is offered."""
    way: tuple[StepState, ...] = ()
    """The steps that were done, the current one, and those that follow it."""

    @property
    def over(self) -> bool:
        """Whether there is nothing more to do in this walkthrough."""
        return self.step is None

    @property
    def may_confirm(self) -> bool:
        """Whether enter does the step."""
        return self.step is not None and bool(self.step.confirm) and not self.blocked


@dataclass(frozen=True, slots=True)
class Case:
    """One run with everything that decides where it stands."""

    walkthrough: Walkthrough
    model: PhoneModel
    evidence: Evidence
    started: datetime
    now: datetime

    def proofs(self, step: WalkStep, progress: Progress, names: tuple[str, ...]) -> tuple[Proof, ...]:
        """What these checks find at this step."""
        entered = self.entered(progress)
        since = entered if step.starts_clock else self._clock_started(progress)
        return prove(names, self.evidence, Moment(self.now, self.started, entered, since))

    def entered(self, progress: Progress) -> datetime:
        """When the run came to its present place."""
        return progress.trail[-1].at if progress.trail else self.started

    def _clock_started(self, progress: Progress) -> datetime:
        """From when on visits of the phone count: the latest reset, or the beginning."""
        for passage in reversed(progress.trail):
            step = self.walkthrough.step(passage.step)
            if step and step.starts_clock and passage.how not in (How.RETURNED, How.BRANCHED, How.PASSED):
                return passage.at
        return self.started

    def holds(self, condition: Condition, step: WalkStep, progress: Progress) -> bool:
        """Whether a condition of this step is met, evidence included."""
        return condition.fits(self.model) and all(p.holds for p in self.proofs(step, progress, condition.checks))


def follow(case: Case, progress: Progress) -> Standing:
    """Go on from what was stored as far as evidence leads, and say where that is."""
    walked = _walk(case, progress)
    place = walked.place(case.walkthrough.steps[0].id)
    step = case.walkthrough.step(place)
    if step is not None:
        return _at_step(case, walked, step)
    if place.startswith(OTHER_WALKTHROUGH):
        return Standing(walked, None, leads_to=place.removeprefix(OTHER_WALKTHROUGH), way=_way(case, walked, None))
    end = case.walkthrough.end(place)
    if end is None:  # the file was changed since, and this place is gone: begin with the first step
        return _at_step(case, Progress(language=progress.language), case.walkthrough.steps[0])
    return Standing(walked, None, end, way=_way(case, walked, None))


def _walk(case: Case, progress: Progress) -> Progress:
    """Follow the evidence. Where it leads in a circle it contradicts itself: then nothing moves."""
    walked, been = progress, {progress.place(case.walkthrough.steps[0].id)}
    while (step := case.walkthrough.step(walked.place(case.walkthrough.steps[0].id))) is not None:
        passage = _moved(case, step, walked)
        if passage is None:
            break
        if passage.to in been:
            return progress
        been.add(passage.to)
        walked = walked.then(passage)
    return walked


def _moved(case: Case, step: WalkStep, progress: Progress) -> Passage | None:
    """The passage that evidence alone makes from this step."""
    if not case.holds(step.only, step, progress):
        return _passage(case, progress, step, step.next, How.PASSED)
    for branch in step.branches:
        if case.holds(branch.condition, step, progress):
            found = case.proofs(step, progress, branch.condition.checks)
            if not found:  # it depends on the model alone: this step was never meant for it
                return _passage(case, progress, step, branch.go, How.PASSED)
            return _passage(case, progress, step, branch.go, How.BRANCHED, note=found[-1].sentence)
    proofs = case.proofs(step, progress, step.checks)
    if proofs and all(proof.holds for proof in proofs):
        times = [proof.at for proof in proofs if proof.at]
        return _passage(
            case, progress, step, step.next, How.PROVEN, note=proofs[0].sentence, at=max(times) if times else None
        )
    needs = case.proofs(step, progress, step.needs)
    failing = next((proof for proof in needs if not proof.holds), None)
    if failing and step.otherwise:
        return _passage(case, progress, step, step.otherwise, How.RETURNED, note=failing.sentence)
    return None


def _passage(
    case: Case, progress: Progress, step: WalkStep, to: str, how: How, *, by: str = "", note: str = "",
    at: datetime | None = None,
) -> Passage:  # fmt: skip
    """A passage whose time is that of its proof, within what came before and now."""
    return Passage(step.id, to, min(max(at or case.now, case.entered(progress)), case.now), how, by, note)


def _at_step(case: Case, progress: Progress, step: WalkStep) -> Standing:
    needs = case.proofs(step, progress, step.needs)
    checks = case.proofs(step, progress, step.checks)
    entered = case.entered(progress)
    left = next((proof.left for proof in checks if proof.left), None)
    late = case.now - entered - step.late_after if step.late_after else None
    overdue = late if late and late > timedelta(0) else None
    choices = tuple(
        choice
        for choice in step.choices
        if (overdue or not choice.late) and case.holds(choice.condition, step, progress)
    )
    return Standing(
        progress,
        step,
        variant=step.variant(case.model),
        entered=entered,
        proofs=tuple(dict.fromkeys(p for p in (*needs, *checks) if p.sentence and not p.holds)),
        proven=tuple(proof for proof in checks if proof.holds and proof.sentence),
        blocked=_blocked(needs, left),
        returned=_led_here(progress, How.RETURNED),
        found=_led_here(progress, How.BRANCHED),
        left=left,
        overdue=overdue,
        choices=choices,
        way=_way(case, progress, step),
    )


def _led_here(progress: Progress, how: How) -> str:
    latest = progress.trail[-1] if progress.trail else None
    return latest.note if latest and latest.how is how else ""


def _blocked(needs: tuple[Proof, ...], left: timedelta | None) -> str:
    failing = next((proof for proof in needs if not proof.holds), None)
    if failing:
        return failing.advice or failing.sentence
    return f"Hands off for {seconds(left)} s more: this is ticked off by itself." if left else ""


def seconds(left: timedelta) -> int:
    """Rounded up: at zero it is over."""
    return -int(-left.total_seconds() // 1)


# -- the way ----------------------------------------------------------------------------------------------------------


def _way(case: Case, progress: Progress, current: WalkStep | None) -> tuple[StepState, ...]:
    """The steps that led here (those that were gone back behind are to do again), the current one, and what follows."""
    path: list[StepState] = []
    for passage in progress.trail:
        step = case.walkthrough.step(passage.step)
        if step and passage.how is not How.PASSED:
            state = WalkState.SKIPPED if passage.how is How.SKIPPED else WalkState.DONE
            path.append(StepState(step, state, passage))
        ids = [entry.step.id for entry in path]
        if passage.to in ids:
            del path[ids.index(passage.to) :]
    if current is None:
        return tuple(path)
    following: list[StepState] = []
    step, been = case.walkthrough.step(current.next), {current.id, *(entry.step.id for entry in path)}
    while step and step.id not in been:
        been.add(step.id)
        if step.only.fits(case.model):
            following.append(StepState(step, WalkState.TO_DO))
        step = case.walkthrough.step(step.next)
    return (*path, StepState(current, WalkState.NOW), *following)


# -- what an operator does --------------------------------------------------------------------------------------------


def confirm(case: Case, standing: Standing, by: str) -> Progress:
    """The operator says that the step is done. Raises Refused when that cannot be said here."""
    step = _open_step(standing)
    if standing.blocked:
        raise Refused(standing.blocked)
    if not step.confirm:
        raise Refused("This step is not ticked off by hand: its evidence arrives by itself, or choose another way.")
    passage = _passage(case, standing.progress, step, step.next, How.TOLD, by=by, note=step.confirm.find("en")[0])
    return standing.progress.then(passage)


def choose(case: Case, standing: Standing, choice: Choice, by: str) -> Progress:
    """The operator goes one of the offered ways. Raises Refused when it is not offered now."""
    step = _open_step(standing)
    if choice not in standing.choices:
        raise Refused("This way is not offered any more: look at what the step says now.")
    note = choice.label.find("en")[0]
    return standing.progress.then(_passage(case, standing.progress, step, choice.go, How.CHOSEN, by=by, note=note))


def skip(case: Case, standing: Standing, reason: str, by: str) -> Progress:
    """The operator goes on without this step. Raises Refused where what follows needs it."""
    step = _open_step(standing)
    if not step.may_skip:
        raise Refused("This step is the proof that it works: it cannot be skipped, but the walkthrough can be left.")
    if not step.next:
        raise Refused("This step is a question: choose one of its answers.")
    passage = _passage(case, standing.progress, step, step.next, How.SKIPPED, by=by, note=reason)
    progress = standing.progress.then(passage)
    following = case.walkthrough.step(step.next)
    if following:
        failing = next((p for p in case.proofs(following, progress, following.needs) if not p.holds), None)
        if failing:
            raise Refused(f"The next step needs this one. {failing.advice or failing.sentence}")
    return progress


def _open_step(standing: Standing) -> WalkStep:
    if standing.step is None:
        raise Refused("This walkthrough has come to its end: start it over to go through it again.")
    return standing.step
