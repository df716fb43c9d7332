"""What the endpoint has seen of a phone's latest start: which steps of provisioning.txt are proven, which are not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.phone_file import FileKind, kind_of_file
from helpdesk_tui.backend.model.recheck import OVERDUE_AFTER
from helpdesk_tui.backend.model.request import Request, Via
from helpdesk_tui.backend.model.step import Step

BOOT_PAUSE = timedelta(minutes=10)
"""Requests that lie closer together belong to one start, with the reboots that it brings."""


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
    boot = latest_start(requests)
    first = boot[0] if boot else None
    facts = (
        _fact("Start, network, IP address", first, "it reached us"),
        _fact("Time and certificate", first, "it accepted our connection"),
        _manufacturer(phone, boot),
        *_settings(phone, boot),
        _firmware(phone),
        BootFact("Registered at the SIP server", Proof.UNSEEN),
    )
    return BootTimeline(facts, first.at if first else None, _overdue(phone, now))


def latest_start(requests: Sequence[Request]) -> tuple[Request, ...]:
    """The requests of the latest start, oldest first; `requests` are the phone's latest, newest first."""
    found: list[Request] = []
    for request in requests:
        if found and found[-1].at - request.at > BOOT_PAUSE:
            break
        found.append(request)
    return tuple(found[::-1])


def got_settings(phone: Phone, request: Request) -> bool:
    """Whether the phone has its settings file since this request."""
    return request.got_file and kind_of_file(phone, request.file) is FileKind.SETTINGS


def _fact(step: str, request: Request | None, evidence: str) -> BootFact:
    if request is None:
        return BootFact(step, Proof.NOT_YET)
    return BootFact(step, Proof.PROVEN, request.at, evidence)


def _manufacturer(phone: Phone, boot: Sequence[Request]) -> BootFact:
    step = "Sent to us by the manufacturer"
    temporary = next((request for request in boot if request.via is Via.TEMPORARY), None)
    if temporary is None and boot and phone.step is not Step.ACTIVE:
        return BootFact(step, Proof.NOT_NEEDED, evidence="it knows its own address")
    return _fact(step, temporary, "by its temporary address")


def _settings(phone: Phone, boot: Sequence[Request]) -> tuple[BootFact, BootFact]:
    """Only the settings file itself counts, and not the files around it, such as those that say where it lies."""
    asked = [request for request in boot if got_settings(phone, request)]
    got = asked[0] if asked else None
    downloaded = _fact("Settings downloaded", got, "the file was sent")
    if got and got.status == 304:
        downloaded = _fact("Settings downloaded", got, "it has this very file")
    return downloaded, _applied(asked, boot)


def _applied(asked: Sequence[Request], boot: Sequence[Request]) -> BootFact:
    step = "Settings applied"
    if has := next((request for request in asked if request.status == 304), None):
        return _fact(step, has, "it has this very file")
    told = next((request.at for request in asked if request.via is Via.TEMPORARY), None)
    own = [request for request in boot if request.via is Via.DEFINITIVE and not request.in_vain]
    if told and (came := next((request for request in own if request.at >= told), None)):
        return _fact(step, came, "by its own address")
    if own:
        # Its address is from earlier settings. That it took this file as well shows when it comes again.
        return BootFact(step, Proof.NOT_YET, evidence="it uses earlier ones so far")
    return BootFact(step, Proof.NOT_YET)


def _firmware(phone: Phone) -> BootFact:
    step = "Firmware"
    if phone.firmware_selected is None:
        return BootFact(step, Proof.NOT_NEEDED, evidence="uses the installed one")
    if phone.firmware_installed == phone.firmware_selected:
        return BootFact(step, Proof.PROVEN, phone.firmware_learned_at, f"it reports {phone.firmware_installed}")
    return BootFact(step, Proof.NOT_YET, evidence=f"it reports {phone.firmware_installed or 'nothing'}")


def _overdue(phone: Phone, now: datetime) -> datetime | None:
    """A phone in use that stays away; one that waits for its reset is judged by its deadline instead."""
    if phone.last_seen is None or phone.step is Step.ACTIVE:
        return None
    expected = phone.last_seen + OVERDUE_AFTER
    return expected if expected < now else None
