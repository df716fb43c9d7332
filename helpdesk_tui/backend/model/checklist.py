"""The checklist that mends a suboptimal state: the four steps of provisioning.txt, and what proves each.

Pure: the state of every step follows from what was written down, from the phone, and from the clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.run import Run
from helpdesk_tui.backend.model.step import Step

QUIET = timedelta(seconds=30)
"""The display must have been idle for about this long before anybody touches the phone."""

ENOUGH_TIME = timedelta(minutes=30)
"""A reset is not started when the weekly deadline is nearer than this."""


class Item(StrEnum):
    """The steps, in the document's order; the value is the key in a run's progress."""

    PREPARE = "prepare"
    RESET = "reset"
    START = "start"
    CONFIRM = "confirm"


class State(StrEnum):
    """How far a step is."""

    TO_DO = "to do"
    NOW = "now"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class ItemState:
    """One step with its state and the evidence for it."""

    item: Item
    state: State
    evidence: str
    """What is known, in one sentence; empty: nothing yet."""
    blocked: str = ""
    """Why the operator cannot go on here; empty: they can."""
    quiet_left: timedelta | None = None
    """How long the display must still be left alone."""


def written(run: Run, item: Item) -> datetime | None:
    """When this step was ticked off by an operator or by evidence, in UTC."""
    text = run.progress.get(item.value)
    return datetime.fromisoformat(text) if text else None


def item_states(run: Run, phone: Phone, now: datetime) -> tuple[ItemState, ...]:
    """The four steps as they stand; the first that is not done is NOW."""
    proofs = (_prepare(run, phone, now), _reset(run, phone, now), _start(run, phone, now), _confirm(run, phone, now))
    states: list[ItemState] = []
    open_found = False
    for item, (done, evidence, blocked, left) in zip(Item, proofs, strict=True):
        if open_found:
            states.append(ItemState(item, State.TO_DO, ""))
        elif done:
            states.append(ItemState(item, State.DONE, evidence))
        else:
            open_found = True
            states.append(ItemState(item, State.NOW, evidence, blocked, left))
    return tuple(states)


_Proof = tuple[bool, str, str, timedelta | None]


def _heard(run: Run, phone: Phone) -> datetime | None:
    """When the phone was last heard since the reset was begun."""
    since = written(run, Item.RESET)
    seen = phone.last_seen
    return seen if since and seen and seen > since else None


def _prepare(run: Run, phone: Phone, now: datetime) -> _Proof:
    ticked = written(run, Item.PREPARE)
    if written(run, Item.RESET):
        return True, "Registered before the reset.", "", None
    if phone.step is not Step.ACTIVE:
        return False, _why_not_active(phone, ticked), "Activate first: a reset now would strand the phone.", None
    since = f"It is active since {phone.step_since:%d %b %H:%M} UTC; Activate renews it."
    if phone.deadline is None or phone.deadline <= now:
        return False, since, "The weekly deadline has passed: Activate again.", None
    if phone.deadline - now < ENOUGH_TIME:
        return False, since, "The weekly deadline is too near: Activate again after it.", None
    if ticked:
        return True, "Registered: Provisioning by manufacturer is active.", "", None
    return False, since, "", None


def _why_not_active(phone: Phone, ticked: datetime | None) -> str:
    if ticked and phone.last_seen and phone.last_seen > ticked and phone.step is Step.DISABLED:
        return (
            "The phone has fetched its settings since Activate, which ended its registration. "
            "If it was reset by then, it is mended; if not, it must be activated once more."
        )
    return f"Provisioning by manufacturer is {phone.step.value}."


def _reset(run: Run, phone: Phone, now: datetime) -> _Proof:
    if _heard(run, phone):
        return True, "The phone called in after the reset.", "", None
    if written(run, Item.RESET):
        return True, "The caller has confirmed the reset.", "", None
    return False, "", "", None


def _start(run: Run, phone: Phone, now: datetime) -> _Proof:
    begun, heard = written(run, Item.RESET), _heard(run, phone)
    if begun is None:
        return False, "", "", None
    if heard is None:
        ticked = written(run, Item.START)
        if ticked:
            return True, "The caller says that the display is idle.", "", None
        return False, "The phone has not called in yet. It may restart several times: nobody touches it.", "", None
    left = heard + QUIET - now
    if left > timedelta(0):
        return False, "The phone called in: hands off until the display is idle.", "", left
    return True, "Quiet for 30 seconds since the phone last called in.", "", None


def _confirm(run: Run, phone: Phone, now: datetime) -> _Proof:
    if phone.step is Step.DISABLED and _heard(run, phone):
        return True, "Disabled, and the phone has fetched its settings: it is in normal operation.", "", None
    proof = "This step is proven by the phone itself: wait, or start over."
    if phone.step is Step.DISABLED:
        return False, "Disabled, but the phone has not fetched its settings since the reset.", proof, None
    return False, f"Provisioning by manufacturer is still {phone.step.value}.", proof, None
