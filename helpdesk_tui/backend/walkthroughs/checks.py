"""The checks that walkthroughs name: each a pure function of what is known of a phone, with a sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk_tui.backend.model.event import Event, EventKind
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.reason import Reason, explain
from helpdesk_tui.backend.model.request import Request, Via
from helpdesk_tui.backend.model.step import Call, Step

QUIET = timedelta(seconds=30)
"""The display must have been idle for about this long before anybody touches the phone (provisioning.txt)."""

ENOUGH_TIME = timedelta(minutes=30)
"""A reset is not started when the weekly deadline is nearer than this."""

STILL_FETCHING = timedelta(days=2)
"""Phones ask for their settings at every start and once a day."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a phone at one moment, from the same sources as the Phone screen."""

    phone: Phone
    events: tuple[Event, ...]
    """Its history since the run began, newest first."""
    requests: tuple[Request, ...]
    """Its visits since the run began, newest first."""
    neighbours: tuple[Phone, ...] = ()
    """Other phones of its site or, where its site is not known, of its organisation."""
    throttled: bool = False
    """Whether its address or MAC is answered slowly, for too many faulty requests."""
    refused: int = 0
    """How many requests named its MAC since the run began, and were not let in."""


@dataclass(frozen=True, slots=True)
class Moment:
    """From when on, and at what time, evidence is looked at."""

    now: datetime
    run_started: datetime
    entered: datetime
    """When the step was come to."""
    since: datetime
    """From when on visits of the phone count: the reset, or the beginning of the run."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What a check found."""

    holds: bool
    sentence: str
    """What is known."""
    advice: str = ""
    """What that means for the operator, where it does not hold."""
    at: datetime | None = None
    """When it became true, where that is known."""
    left: timedelta | None = None
    """How long it is still to be waited for."""


Check = Callable[[Evidence, Moment], Proof]


def prove(names: Sequence[str], evidence: Evidence, moment: Moment) -> tuple[Proof, ...]:
    """What the checks of these names find, in this order."""
    return tuple(CHECKS[name](evidence, moment) for name in names)


# -- the registration -------------------------------------------------------------------------------------------------


def _registered(evidence: Evidence, moment: Moment) -> Proof:
    phone = evidence.phone
    if phone.step is Step.ACTIVE:
        return Proof(True, f"Provisioning by manufacturer is active since {_time(phone.step_since)}.")
    advice = "Activate first: a reset now would strand the phone."
    if (
        phone.step is Step.DISABLED
        and phone.last_seen
        and phone.last_seen >= moment.run_started
        and _activated(evidence)
    ):
        return Proof(
            False,
            "The phone has fetched its settings since Activate, which ended its registration. "
            "If it was reset by then, it is mended; if not, it must be activated once more.",
            advice,
        )
    return Proof(False, f"Provisioning by manufacturer is {phone.step.value}.", advice)


def _activated(evidence: Evidence) -> bool:
    return any(event.kind is EventKind.REGISTERED for event in evidence.events)


def _registered_here(evidence: Evidence, moment: Moment) -> Proof:
    phone = evidence.phone
    if phone.step is Step.ACTIVE and phone.step_since >= moment.entered:
        return Proof(True, "Registered: Provisioning by manufacturer is active.", at=phone.step_since)
    if phone.step is Step.ACTIVE:
        return Proof(False, f"It is active since {_time(phone.step_since)}; Activate renews it.")
    return _registered(evidence, moment)


def _registration_unused(evidence: Evidence, moment: Moment) -> Proof:
    phone = evidence.phone
    if phone.token_used_at is None:
        return Proof(True, "No phone has come by with this registration yet.")
    return Proof(
        False,
        f"A phone came by with this registration at {_time(phone.token_used_at)}: for another reset, Activate anew.",
    )


def _deadline_leaves_time(evidence: Evidence, moment: Moment) -> Proof:
    deadline = evidence.phone.deadline
    if evidence.phone.step is not Step.ACTIVE:
        return Proof(False, "")  # that it is not registered says enough
    if deadline is None or deadline <= moment.now:
        text = "The weekly deadline has passed: Activate again."
        return Proof(False, text, text)
    if deadline - moment.now < ENOUGH_TIME:
        text = "The weekly deadline is too near: Activate again after it."
        return Proof(False, text, text)
    return Proof(True, f"The registration lasts until {_time(deadline)}.")


def _not_registered_elsewhere(evidence: Evidence, moment: Moment) -> Proof:
    if evidence.phone.reason is not Reason.OWNED_ELSEWHERE:
        return Proof(True, "No other account is known to hold this MAC.")
    return Proof(False, " ".join(explain(Reason.OWNED_ELSEWHERE, evidence.phone.vendor.service_label)))


def _registering_failed(evidence: Evidence, moment: Moment) -> Proof:
    return _in_step(evidence, Step.PROVISION, "Registering failed.", Call.REGISTER)


def _removing_failed(evidence: Evidence, moment: Moment) -> Proof:
    return _in_step(evidence, Step.DEPROVISION, "Removing the registration failed.", Call.DEREGISTER)


def _in_step(evidence: Evidence, step: Step, sentence: str, call: Call) -> Proof:
    phone = evidence.phone
    if phone.step is not step:
        return Proof(False, f"Provisioning by manufacturer is {phone.step.value}.")
    why = " ".join(explain(phone.reason, phone.vendor.service_label, call)) if phone.reason else ""
    return Proof(True, f"{sentence} {why}".strip(), at=phone.step_since)


def _disabled(evidence: Evidence, moment: Moment) -> Proof:
    phone = evidence.phone
    if phone.step is Step.DISABLED:
        return Proof(True, "Provisioning by manufacturer is disabled, as it should be in normal operation.")
    return Proof(False, f"Provisioning by manufacturer is still {phone.step.value}.")


# -- the phone itself -------------------------------------------------------------------------------------------------


def _contacted_manufacturer(evidence: Evidence, moment: Moment) -> Proof:
    contacts = [
        *(event.at for event in evidence.events if event.kind is EventKind.FIRST_CONTACT),
        *(request.at for request in evidence.requests if request.via is Via.TEMPORARY),
    ]
    first = min((at for at in contacts if at >= moment.since), default=None)
    if first is None:
        return Proof(False, "The phone has not come by yet.")
    return Proof(True, f"The manufacturer sent the phone here at {_time(first)}: it was reset.", at=first)


def _fetched(evidence: Evidence, moment: Moment) -> Proof:
    seen = evidence.phone.last_seen
    if seen is None or seen < moment.since:
        return Proof(False, "The phone has not called in yet. It may restart several times: nobody touches it.")
    return Proof(True, f"The phone fetched its settings at {_time(seen)}.", at=seen)


def _quiet(evidence: Evidence, moment: Moment) -> Proof:
    heard = _fetched(evidence, moment)
    if heard.at is None:
        return heard
    left = heard.at + QUIET - moment.now
    if left > timedelta(0):
        return Proof(False, "The phone called in: hands off until the display is idle.", left=left)
    return Proof(True, "Quiet for 30 seconds since the phone last called in.", at=heard.at + QUIET)


def _confirmed(evidence: Evidence, moment: Moment) -> Proof:
    used = [r.at for r in evidence.requests if r.via is Via.DEFINITIVE and r.status < 400 and r.at >= moment.since]
    if used:
        return Proof(True, f"The phone uses its own address, last at {_time(max(used))}.", at=min(used))
    return Proof(False, "The phone has not used its own address yet.")


def _fetches(evidence: Evidence, moment: Moment) -> Proof:
    seen = evidence.phone.last_seen
    if seen and moment.now - seen <= STILL_FETCHING:
        return Proof(True, f"The phone fetched its settings at {_time(seen)}.", at=seen)
    when = f"last at {_time(seen)}" if seen else "never"
    return Proof(False, f"The phone does not fetch its settings: {when}.")


def _silent(evidence: Evidence, moment: Moment) -> Proof:
    return _not(_fetches(evidence, moment))


def _not(proof: Proof) -> Proof:
    return Proof(not proof.holds, proof.sentence, at=proof.at)


def _used_since_registered(evidence: Evidence, moment: Moment) -> Proof:
    phone = evidence.phone
    if phone.step is Step.ACTIVE and phone.last_seen and phone.last_seen > phone.step_since:
        return Proof(True, "It is registered, yet it fetches its settings: it was not reset, it asks us directly.")
    return Proof(False, "It has not fetched its settings since it was registered.")


def _other_device(evidence: Evidence, moment: Moment) -> Proof:
    note = next((request.note for request in evidence.requests if request.note), "")
    if note:
        return Proof(True, f"The phone that came by is not the one on record: {note}.")
    return Proof(False, "What came by is the phone on record.")


def _address_held_back(evidence: Evidence, moment: Moment) -> Proof:
    if evidence.throttled:
        return Proof(True, "Its address or MAC is answered slowly, for too many faulty requests: release it.")
    return Proof(False, "Its address is not held back here.")


def _phones_of_site_fetch(evidence: Evidence, moment: Moment) -> Proof:
    return _neighbours(evidence, moment, fetching=True)


def _phones_of_site_silent(evidence: Evidence, moment: Moment) -> Proof:
    return _neighbours(evidence, moment, fetching=False)


def _neighbours(evidence: Evidence, moment: Moment, *, fetching: bool) -> Proof:
    others = [phone for phone in evidence.neighbours if phone.last_seen]
    recent = [p for p in others if p.last_seen and moment.now - p.last_seen <= STILL_FETCHING]
    if not others:
        return Proof(False, "No other phone of this site is known.")
    text = f"{len(recent)} of {len(others)} other phones there fetched their settings in the last two days."
    return Proof(bool(recent) is fetching, text)


# -- its record -------------------------------------------------------------------------------------------------------


def _added_again(evidence: Evidence, moment: Moment) -> Proof:
    phone = evidence.phone
    if phone.added_at >= moment.run_started:
        return Proof(True, f"It was added to {phone.organisation} at {_time(phone.added_at)}.", at=phone.added_at)
    return Proof(False, f"It is in {phone.organisation}, where it was before.")


def _moved(evidence: Evidence, moment: Moment) -> Proof:
    at = next((event.at for event in evidence.events if event.kind is EventKind.MOVED), None)
    if at:
        return Proof(True, f"It was moved to {evidence.phone.organisation} at {_time(at)}.", at=at)
    return Proof(False, f"It is in {evidence.phone.organisation}.")


def _firmware_waits(evidence: Evidence, moment: Moment) -> Proof:
    phone = evidence.phone
    if phone.firmware_selected is None:
        return Proof(False, "No firmware is selected: the phone keeps the one that is installed.")
    if phone.firmware_selected == phone.firmware_installed:
        return Proof(False, f"Firmware {phone.firmware_selected} is selected, and installed already.")
    return Proof(True, f"Firmware {phone.firmware_selected} is selected.", at=phone.firmware_selected_at)


def _firmware_installed_is_selected(evidence: Evidence, moment: Moment) -> Proof:
    phone = evidence.phone
    installed = phone.firmware_installed or "not known"
    if phone.firmware_selected and phone.firmware_installed == phone.firmware_selected:
        return Proof(True, f"The phone reports firmware {installed}, as selected.", at=phone.firmware_learned_at)
    return Proof(False, f"Selected is {phone.firmware_selected or 'nothing'}; the phone last reported {installed}.")


def _user_logged_in(evidence: Evidence, moment: Moment) -> Proof:
    if evidence.phone.user:
        return Proof(True, f"Logged in: {evidence.phone.user}.")
    return Proof(False, "Nobody is logged in: only *1 and emergency calls work.")


def _nobody_logged_in(evidence: Evidence, moment: Moment) -> Proof:
    return _not(_user_logged_in(evidence, moment))


def _serial_wanted(evidence: Evidence, moment: Moment) -> Proof:
    if evidence.phone.reason is Reason.NEEDS_SERIAL:
        return Proof(True, " ".join(explain(Reason.NEEDS_SERIAL, evidence.phone.vendor.service_label)))
    return Proof(False, "The manufacturer does not ask for the serial number.")


def _time(moment: datetime) -> str:
    return moment.astimezone().strftime("%d %b %H:%M")


# What files may name. docs/walkthroughs.md lists them with the same words.
CHECKS: dict[str, Check] = {
    "registered": _registered,
    "registered_here": _registered_here,
    "registration_unused": _registration_unused,
    "deadline_leaves_time": _deadline_leaves_time,
    "not_registered_elsewhere": _not_registered_elsewhere,
    "registering_failed": _registering_failed,
    "removing_failed": _removing_failed,
    "serial_wanted": _serial_wanted,
    "disabled": _disabled,
    "contacted_manufacturer": _contacted_manufacturer,
    "fetched": _fetched,
    "quiet_30s": _quiet,
    "confirmed": _confirmed,
    "fetches": _fetches,
    "silent": _silent,
    "used_since_registered": _used_since_registered,
    "other_device": _other_device,
    "address_held_back": _address_held_back,
    "phones_of_site_fetch": _phones_of_site_fetch,
    "phones_of_site_silent": _phones_of_site_silent,
    "added_again": _added_again,
    "moved": _moved,
    "firmware_waits": _firmware_waits,
    "firmware_installed_is_selected": _firmware_installed_is_selected,
    "user_logged_in": _user_logged_in,
    "nobody_logged_in": _nobody_logged_in,
}
