"""The document's two provisioning steps as two lanes of marks, each with the time at which it was proven."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from helpdesk_tui.backend.model.boot_timeline import got_settings
from helpdesk_tui.backend.model.event import Event, EventKind
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.request import Request, Via
from helpdesk_tui.backend.model.step import Step


class MarkState(StrEnum):
    """How far one mark of a lane is."""

    DONE = "done"
    NOW = "now"
    """What we are waiting for."""
    TO_DO = "to do"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that happens on the way to a working phone."""

    label: str
    state: MarkState
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """One of the two provisioning steps of provisioning.txt."""

    title: str
    marks: tuple[Mark, ...]


def lanes(phone: Phone, events: Sequence[Event], requests: Sequence[Request]) -> tuple[Lane, Lane]:
    """*Provisioning by manufacturer* and *Provisioning by Compass* of this phone.

    `events` and `requests` are its latest ones, newest first.
    """
    registered = _latest(events, EventKind.REGISTERED)
    since = registered or phone.added_at
    knocked = next((request.at for request in reversed(requests) if _sent_here(request, since)), None)
    contacted = _after(phone.token_used_at or _latest(events, EventKind.FIRST_CONTACT), since) or knocked
    ended = _after(_latest(events, EventKind.DEREGISTERED, EventKind.EXPIRED), since)
    sent = _after(settings_sent(phone, requests), since)
    confirmed = _after(
        next((request.at for request in requests if request.via is Via.DEFINITIVE and request.status < 400), None),
        since,
    )
    return (
        Lane("Provisioning by manufacturer", _manufacturer(phone, registered, contacted, ended, sent)),
        Lane("Provisioning by Compass", _compass(phone, sent, confirmed)),
    )


def _manufacturer(
    phone: Phone,
    registered: datetime | None,
    contacted: datetime | None,
    ended: datetime | None,
    sent: datetime | None,
) -> tuple[Mark, ...]:
    if phone.step is Step.PROVISION:
        return (
            Mark("registering failed", MarkState.FAILED, phone.step_since),
            Mark("sent here", MarkState.TO_DO),
            Mark("removed", MarkState.TO_DO),
        )
    active = phone.step is Step.ACTIVE
    first = MarkState.DONE if registered or active else MarkState.TO_DO
    second = MarkState.DONE if contacted or (sent and not active) else MarkState.NOW if active else MarkState.TO_DO
    third = Mark("removed", MarkState.TO_DO)
    if phone.step is Step.DEPROVISION:
        third = Mark("removal failed", MarkState.FAILED, phone.step_since)
    elif phone.step is Step.DISABLED and (ended or registered):
        third = Mark("removed", MarkState.DONE, ended or phone.step_since)
    elif active and sent and sent > phone.step_since:
        third = Mark("removed", MarkState.NOW)
    at = phone.step_since if active else registered
    return (Mark("registered", first, at), Mark("sent here", second, contacted), third)


def _compass(phone: Phone, sent: datetime | None, confirmed: datetime | None) -> tuple[Mark, ...]:
    fetched = Mark("settings sent", MarkState.DONE if sent else MarkState.TO_DO, sent)
    state = MarkState.DONE if confirmed else MarkState.NOW if sent else MarkState.TO_DO
    return (fetched, Mark("own address in use", state, confirmed))


def _sent_here(request: Request, since: datetime) -> bool:
    """Whether it shows, whatever it got, that the manufacturer sent the phone since then."""
    return request.via is Via.TEMPORARY and request.at >= since


def settings_sent(phone: Phone, requests: Sequence[Request]) -> datetime | None:
    """When the phone last got its settings file; `requests` are its latest, newest first. Where none is on record any
    more, its last visit counts."""
    if not requests:
        return phone.last_seen
    return next((request.at for request in requests if got_settings(phone, request)), None)


def _latest(events: Sequence[Event], *kinds: EventKind) -> datetime | None:
    return next((event.at for event in events if event.kind in kinds), None)


def _after(at: datetime | None, since: datetime) -> datetime | None:
    return at if at is not None and at >= since else None
