"""One run of a walkthrough with a caller."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from helpdesk_tui.backend.model.mac import Mac


@dataclass(frozen=True, slots=True)
class Run:
    """How far a walkthrough has come; stored after every action, so that it resumes after a lost line."""

    id: int
    mac: Mac
    walkthrough: str
    operator: str
    """Who has it: nobody else may go on with it before taking it over."""
    started_at: datetime
    changed_at: datetime
    ended_at: datetime | None
    outcome: str
    """The id of its end, or why it was left; empty while it is open."""
    progress: dict[str, Any]
    """How far it has come, as `walkthroughs.progress` writes it."""
