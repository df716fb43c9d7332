"""One run of a walkthrough or checklist with a caller."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from helpdesk_tui.backend.model.mac import Mac


@dataclass(frozen=True, slots=True)
class Run:
    """How far a walkthrough has come; stored after every action, so that it resumes after a lost line."""

    id: int
    mac: Mac
    walkthrough: str
    operator: str
    """Who did the last action."""
    started_at: datetime
    changed_at: datetime
    ended_at: datetime | None
    outcome: str
    progress: dict[str, str]
    """What is known so far, by name of the step."""
