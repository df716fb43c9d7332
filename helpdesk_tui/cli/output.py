"""How phones are printed: as JSON documents and as plain lines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from helpdesk_tui.backend import Helpdesk, Phone, Request, progress_text
from helpdesk_tui.backend.use_cases.documents import phone_document

LATEST_REQUESTS = 5
"""Fetches of a phone that are printed with it."""


def print_json(document: object) -> None:
    """One document on stdout, and nothing else."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def revealed(desk: Helpdesk, phone: Phone) -> dict[str, Any]:
    """A phone as JSON with its secret addresses; the asking is recorded."""
    desk.settings.reveal(phone)
    definitive, temporary = desk.settings.urls(phone)
    return {**phone_document(phone, desk.phones.verdict(phone)), "settings_url": definitive, "temporary_url": temporary}


def documents(desk: Helpdesk, phones: Sequence[Phone], reveal: bool) -> list[dict[str, Any]]:
    """Several phones as JSON."""
    return [revealed(desk, phone) if reveal else phone_document(phone, desk.phones.verdict(phone)) for phone in phones]


def phone_line(desk: Helpdesk, phone: Phone) -> str:
    """A phone on one line of plain text."""
    verdict = desk.phones.verdict(phone)
    seen = phone.last_seen.strftime("%Y-%m-%d %H:%M") if phone.last_seen else "never"
    who = phone.user or phone.name or "-"
    return (
        f"{verdict.kind.value:<9}  {phone.step.value:<11}  {phone.mac}  {phone.model:<9}  "
        f"{printable(who):<24.24}  {printable(phone.organisation):<24.24}  {seen}"
    )


def phone_text(desk: Helpdesk, phone: Phone) -> str:
    """A phone in words, one fact a line; made to be read aloud too."""
    verdict = desk.phones.verdict(phone)
    rows = [
        ("Phone", f"{phone.mac} {phone.vendor.label} {phone.model} {phone.name}".strip()),
        ("Organisation", phone.organisation),
        ("User", phone.user or "nobody is logged in"),
        ("Verdict", f"{verdict.kind.value}: {verdict.text}"),
        ("Provisioning by manufacturer", f"{phone.step.value}: {phone.step.meaning}"),
        ("Since", local(phone.step_since)),
        ("Deadline", local(phone.deadline)),
        ("Reason", phone.reason_text or (phone.reason.value if phone.reason else "")),
        ("Provisioning by Compass", f"settings last fetched {local(phone.last_seen) or 'never'}"),
        ("Firmware installed", phone.firmware_installed or "not known yet"),
        ("Firmware selected", phone.firmware_selected or "Use installed firmware"),
        ("Firmware so far", progress_text(phone) if phone.firmware_selected else ""),
        ("Serial", phone.serial),
        *(("Fetched", request_text(request)) for request in desk.phones.requests(phone, LATEST_REQUESTS)),
    ]
    return "\n".join(f"{label}: {printable(value)}" for label, value in rows if value)


def request_text(request: Request) -> str:
    """One fetch in words, with what the phone said of itself otherwise than the record."""
    odd = f"; {request.note}" if request.note else ""
    what = f"{request.file or 'its folder'}: {request.status} {request.outcome}, {request.bytes} bytes"
    where = f"from {request.address or 'an unknown address'} by its {request.via.address}"
    return f"{local(request.at)} {what}, {where}{odd}"


def local(moment: datetime | None) -> str:
    """A moment for people: in the zone of the machine."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M %Z") if moment else ""


def printable(text: str) -> str:
    """Text from data or from phones, harmless to a terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
