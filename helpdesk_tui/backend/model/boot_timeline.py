"""What the endpoint has seen of a phone's latest start: which steps of provisioning.txt are proven, which are not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.request import Request, Via
from helpdesk_tui.backend.model.step import Step

BOOT_PAUSE = timedelta(minutes=10)
"""Requests that lie closer together belong to one start, with the reboots that it brings."""

OVERDUE_AFTER = timedelta(hours=10)
"""Phones ask again about every four hours (see `recheck_minutes`): twice missed is too late."""


class Proof(StrEnum):
    """What is known of one step."""

    PROVEN = "proven"
    NOT_YET = "not yet"
    NOT_NEEDED = "not needed"
    UNSEEN = "cannot be seen from here"


@dataclass(frozen=True, slots=True)
class BootFact:
    """One step of the document with its proof."""

    step: str
    proof: Proof
    at: datetime | None = None
    evidence: str = ""
    """What proves it."""


@dataclass(frozen=True, slots=True)
class BootTimeline:
    """The latest start of a phone."""

    facts: tuple[BootFact, ...]
    began_at: datetime | None
    """The first request of this start; None: never seen."""
    overdue_since: datetime | None
    """Since when the phone should have asked again; None: it is not overdue."""


def boot_timeline(phone: Phone, requests: Sequence[Request], now: datetime) -> BootTimeline:
    """The facts about the latest start; `requests` are the phone's latest, newest first."""
    boot = _latest_start(requests)
    began = boot[0].at if boot else None
    temporary = next((request for request in boot if request.via is Via.TEMPORARY), None)
    sent = next((request for request in boot if request.status == 200), None)
    own = next((r for r in boot if r.via is Via.DEFINITIVE and r.status in (200, 304)), None)
    facts = (
        _fact("Start, network, IP address", boot[0] if boot else None, "it reached us"),
        _fact("Time and certificate", boot[0] if boot else None, "it accepted our connection"),
        _manufacturer(phone, temporary, own),
        _fact("Settings downloaded", sent or own, "the file was sent, or it had this very file"),
        _fact("Settings applied", own, "it came by the address that only its settings tell"),
        _firmware(phone),
        BootFact("Registered at the SIP server", Proof.UNSEEN),
    )
    return BootTimeline(facts, began, _overdue(phone, now))


def _latest_start(requests: Sequence[Request]) -> list[Request]:
    """The requests of the latest start, oldest first."""
    found: list[Request] = []
    for request in requests:
        if found and found[-1].at - request.at > BOOT_PAUSE:
            break
        found.append(request)
    return found[::-1]


def _fact(step: str, request: Request | None, evidence: str) -> BootFact:
    if request is None:
        return BootFact(step, Proof.NOT_YET)
    return BootFact(step, Proof.PROVEN, request.at, f"{evidence} ({request.file or 'its folder'})")


def _manufacturer(phone: Phone, temporary: Request | None, own: Request | None) -> BootFact:
    step = "Referred to us by the manufacturer"
    if temporary is None and own is not None and phone.step is not Step.ACTIVE:
        return BootFact(step, Proof.NOT_NEEDED, evidence="it knows its own address")
    return _fact(step, temporary, "it came by the temporary address")


def _firmware(phone: Phone) -> BootFact:
    step = "Firmware"
    if phone.firmware_selected is None:
        return BootFact(step, Proof.NOT_NEEDED, evidence="it uses the installed firmware")
    if phone.firmware_installed == phone.firmware_selected:
        return BootFact(step, Proof.PROVEN, phone.firmware_learned_at, f"it reports {phone.firmware_installed}")
    return BootFact(step, Proof.NOT_YET, evidence=f"it reports {phone.firmware_installed or 'nothing'}")


def _overdue(phone: Phone, now: datetime) -> datetime | None:
    """A phone in use that stays away; one that waits for its reset is judged by its deadline instead."""
    if phone.last_seen is None or phone.step is Step.ACTIVE:
        return None
    expected = phone.last_seen + OVERDUE_AFTER
    return expected if expected < now else None
