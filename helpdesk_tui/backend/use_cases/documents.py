"""Phones, events and firmware as JSON documents, the same for the command line and the REST API. No secrets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from helpdesk_tui.backend.model.event import Event
from helpdesk_tui.backend.model.firmware_entry import FirmwareEntry
from helpdesk_tui.backend.model.firmware_progress import progress_of
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.request import Request
from helpdesk_tui.backend.model.rights import ApiUser
from helpdesk_tui.backend.model.verdict import Verdict


def iso(moment: datetime | None) -> str | None:
    """ISO 8601 with offset, or null."""
    return moment.isoformat(timespec="seconds") if moment else None


def phone_document(phone: Phone, verdict: Verdict) -> dict[str, Any]:
    """A phone with our judgement of it."""
    pending = phone.pending
    return {
        "mac": phone.mac.colons,
        "vendor": phone.vendor.value,
        "model": phone.model,
        "name": phone.name,
        "serial": phone.serial or None,
        "organisation": phone.organisation,
        "user": phone.user_extension or None,
        "user_name": phone.user_name or None,
        "vlan": phone.vlan,
        "step": phone.step.value,
        "step_since": iso(phone.step_since),
        "deadline": iso(phone.deadline),
        "reason": phone.reason.value if phone.reason else None,
        "reason_text": phone.reason_text,
        "pending": {"job": pending.call.value, "tries": pending.tries, "next_try": iso(pending.next_try)}
        if pending
        else None,
        "verdict": verdict.kind.value,
        "verdict_text": verdict.text,
        "next_action": verdict.action.value,
        "firmware_installed": phone.firmware_installed,
        "firmware_selected": phone.firmware_selected,
        "firmware_progress": progress_of(phone).value,
        "last_seen": iso(phone.last_seen),
        "added_at": iso(phone.added_at),
    }


def event_document(event: Event) -> dict[str, Any]:
    """An event as JSON."""
    return {
        "at": iso(event.at),
        "operator": event.operator,
        "kind": event.kind.value,
        "mac": event.mac.colons if event.mac else None,
        "organisation": event.organisation or None,
        "text": event.text,
    }


def request_document(request: Request) -> dict[str, Any]:
    """A fetch of a phone as JSON."""
    return {
        "at": iso(request.at),
        "file": request.file,
        "via": request.via.value,
        "status": request.status,
        "bytes": request.bytes,
        "address": request.address or None,
        "user_agent": request.user_agent or None,
        "note": request.note or None,
    }


def firmware_document(entry: FirmwareEntry) -> dict[str, Any]:
    """A firmware of the catalogue as JSON."""
    return {
        "vendor": entry.vendor.value,
        "version": entry.version,
        "models": list(entry.models),
        "file": entry.file,
        "size": entry.size,
        "sha256": entry.sha256 or None,
        "certified": entry.certified,
        "certified_on": iso(entry.certified_on),
        "withdrawn": entry.withdrawn_on is not None,
        "notes": entry.notes,
        "known_problems": entry.known_problems,
    }


def api_user_document(user: ApiUser, organisations: Mapping[int, str]) -> dict[str, Any]:
    """A user of the REST API as JSON; `organisations` are names by id."""
    return {
        "username": user.username,
        "name": user.name,
        "contact": user.contact,
        "language": user.language,
        "organisation": organisations.get(user.organisation_id or 0),
        "everywhere": user.everywhere.value,
        "rights": {organisations.get(each, str(each)): right.value for each, right in sorted(user.rights.items())},
        "last_login": iso(user.last_login),
        "last_address": user.last_address or None,
    }
