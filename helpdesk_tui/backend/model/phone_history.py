"""What happened to a phone and what it asked for, in one story."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from helpdesk_tui.backend.model.boot_timeline import latest_start
from helpdesk_tui.backend.model.event import Event
from helpdesk_tui.backend.model.request import Request


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of the story. Its text holds what phones said: hostile."""

    at: datetime
    text: str
    operator: str = ""
    """Who did it; empty: the phone."""
    odd: bool = False
    """Whether the phone got nothing, or said something that differs from the record."""


def phone_history(events: Sequence[Event], requests: Sequence[Request]) -> tuple[HistoryLine, ...]:
    """Events and requests of a phone (each newest first), newest first.

    Each request of its latest start has a line of its own. Earlier ones would bury the events: those that nothing
    happened between are one line.
    """
    fresh = {request.id for request in latest_start(requests)}
    entries: list[Event | Request] = sorted((*events, *requests), key=lambda entry: entry.at, reverse=True)
    lines: list[HistoryLine] = []
    earlier: list[Request] = []
    for entry in entries:
        if isinstance(entry, Request) and entry.id not in fresh:
            earlier.append(entry)
            continue
        lines += _together(earlier)
        lines.append(_line(entry))
        earlier = []
    return (*lines, *_together(earlier))


def _line(entry: Event | Request) -> HistoryLine:
    if isinstance(entry, Event):
        return HistoryLine(entry.at, entry.text, entry.operator)
    note = f"; {entry.note}" if entry.note else ""
    what = f"{entry.file or 'Its folder'}: {entry.status} {entry.outcome}, by its {entry.via.address}{note}"
    return HistoryLine(entry.at, what, odd=entry.in_vain or bool(entry.note))


def _together(requests: Sequence[Request]) -> list[HistoryLine]:
    if len(requests) < 2:
        return [_line(request) for request in requests]
    vain = sum(request.in_vain for request in requests)
    note = next((f"; {request.note}" for request in requests if request.note), "")
    text = f"{len(requests)} requests of the phone{f', {vain} of them in vain' if vain else ''}{note}"
    return [HistoryLine(requests[0].at, text, odd=bool(vain or note))]
