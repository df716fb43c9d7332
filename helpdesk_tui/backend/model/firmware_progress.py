"""What became of a choice of firmware: installed, still to come, or refused by the phone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from helpdesk_tui.backend.model.firmware import find_version

PATIENCE = 3
"""Fetches after which a phone that still reports another firmware has refused the selected one.

With the first it learns of the choice, with the second it may still be loading the image (Snom's chained updates take
two restarts, phone_formats.md section 4.2); our own measure, no manufacturer names one.
"""


class Progress(StrEnum):
    """How far a phone is with the firmware that was selected for it; the worst first."""

    REFUSED = "refused"
    WAITING = "waiting"
    INSTALLED = "installed"
    NOTHING_SELECTED = "nothing selected"


class Subject(Protocol):
    """What is told from: a phone, or several alike."""

    @property
    def firmware_installed(self) -> str | None: ...
    @property
    def firmware_selected(self) -> str | None: ...
    @property
    def firmware_fetches(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Alike:
    """Phones of one model that are in the same situation. The three about firmware are as in `Phone`."""

    model: str
    firmware_installed: str | None
    firmware_selected: str | None
    firmware_fetches: int
    number: int
    """How many phones they are."""


def same_version(a: str | None, b: str | None) -> bool:
    """Whether both texts are the same version, however they are written."""
    first, second = find_version(a), find_version(b)
    if first is None or second is None:
        return a is not None and a == b
    return (first.scheme, first.family_prefix, first.branch, first.rank) == (
        *(second.scheme, second.family_prefix, second.branch, second.rank),
    )


Rule = tuple[Progress, Callable[[Subject], bool]]

RULES: tuple[Rule, ...] = (
    (Progress.NOTHING_SELECTED, lambda it: it.firmware_selected is None),
    (Progress.INSTALLED, lambda it: same_version(it.firmware_installed, it.firmware_selected)),
    (Progress.REFUSED, lambda it: it.firmware_fetches >= PATIENCE),
    (Progress.WAITING, lambda it: True),
)
"""From top to bottom; the first that holds decides."""


def progress_of(subject: Subject) -> Progress:
    """How far a phone is."""
    return next(progress for progress, holds in RULES if holds(subject))


def progress_text(subject: Subject) -> str:
    """The same as a sentence."""
    wanted, installed = subject.firmware_selected, subject.firmware_installed or "an unknown version"
    return {
        Progress.NOTHING_SELECTED: "Nothing is selected: the phone keeps what it has.",
        Progress.INSTALLED: f"The selected firmware {wanted} is installed.",
        Progress.REFUSED: f"Firmware {wanted} was offered with {subject.firmware_fetches} fetches of the settings, but "
        f"the phone still runs {installed}: it refused the selected one.",
        Progress.WAITING: "Selected but not yet installed: it comes at the next check or restart.",
    }[progress_of(subject)]


@dataclass(frozen=True, slots=True)
class Rollout:
    """How far the phones of one model are."""

    model: str
    counts: dict[Progress, int]

    @property
    def phones(self) -> int:
        """All phones of the model."""
        return sum(self.counts.values())

    @property
    def selected(self) -> int:
        """Phones for which a firmware is selected."""
        return self.phones - self.counts[Progress.NOTHING_SELECTED]


def rollouts(groups: Iterable[Alike]) -> tuple[Rollout, ...]:
    """All groups added up by model: first where most phones refused, then where most are waited for."""
    counts: dict[str, dict[Progress, int]] = {}
    for group in groups:
        of_model = counts.setdefault(group.model, dict.fromkeys(Progress, 0))
        of_model[progress_of(group)] += group.number
    return tuple(sorted((Rollout(model, of_model) for model, of_model in counts.items()), key=_urgency))


def _urgency(rollout: Rollout) -> tuple[int | str, ...]:
    counts = rollout.counts
    return -counts[Progress.REFUSED], -counts[Progress.WAITING], -counts[Progress.INSTALLED], rollout.model
