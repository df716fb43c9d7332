"""How far a run has come: the trail of steps that were left, how, and by whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any


class How(StrEnum):
    """How a step was left."""

    PROVEN = "proven"
    """Evidence arrived."""
    TOLD = "confirmed"
    """The operator said so."""
    CHOSEN = "chosen"
    """The operator chose an answer."""
    BRANCHED = "found"
    """Evidence led another way."""
    SKIPPED = "skipped"
    RETURNED = "returned"
    """What the step needs does not hold any more."""
    PASSED = "not for this phone"


@dataclass(frozen=True, slots=True)
class Passage:
    """One step that was left."""

    step: str
    to: str
    at: datetime
    how: How
    by: str
    """The operator, or empty where it was proven by itself."""
    note: str = ""
    """The evidence, the answer, or the reason."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The trail so far, oldest first."""

    trail: tuple[Passage, ...] = ()
    language: str = ""
    """Spoken with the caller; empty: that of the organisation."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """What the caller said, by the id of the question."""

    def then(self, passage: Passage) -> Progress:
        """With one more step left."""
        return replace(self, trail=(*self.trail, passage))

    def place(self, first: str) -> str:
        """The id of the step or end where the run stands; `first` is the walkthrough's first step."""
        return self.trail[-1].to if self.trail else first

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "language": self.language,
            "answers": dict(self.answers),
            "trail": [
                {
                    "step": passage.step,
                    "to": passage.to,
                    "at": passage.at.isoformat(),
                    "how": passage.how.value,
                    "by": passage.by,
                    "note": passage.note,
                }
                for passage in self.trail
            ],
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Progress:
        """As it was stored; what cannot be read is a run that has not begun."""
        try:
            trail = tuple(
                Passage(
                    entry["step"], entry["to"], datetime.fromisoformat(entry["at"]), How(entry["how"]), entry["by"],
                    entry["note"],
                )
                for entry in document.get("trail", ())
            )  # fmt: skip
            answers = {str(name): str(text) for name, text in document.get("answers", {}).items()}
        except (AttributeError, KeyError, TypeError, ValueError):
            return cls()
        return cls(trail, str(document.get("language", "")), answers)
