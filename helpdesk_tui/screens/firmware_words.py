"""What the firmware screen says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from helpdesk_tui.backend import (
    USE_INSTALLED,
    Comparison,
    FirmwareEntry,
    Phone,
    Plan,
    Progress,
    Relation,
    Undo,
    progress_of,
)
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.firmware_list import FirmwareRow

MOST_REASONS = 3
"""Different reasons that a question names; more of them nobody reads aloud."""

MOST_NAMED = 20
"""Phones that are named one by one where a reason holds for many."""


@dataclass(frozen=True, slots=True)
class Line:
    """One choice, with what there is to say about it."""

    version: str | None
    """None: use installed firmware."""
    plan: Plan
    comparison: Comparison | None
    about: tuple[str, ...]
    """Sentences about the version itself."""


KEEPS = "Nothing about firmware is sent: the phone keeps what it has, and an earlier choice is taken back."
GETS_IT = "Phones get it at their next check or restart."


def title(phones: Sequence[Phone]) -> str:
    if len(phones) == 1:
        return f"Firmware of {phones[0].mac}  {phones[0].model}"
    return f"Firmware of {len(phones):,} phones: {counted(phone.model for phone in phones)}"


def counted(values: Iterable[str]) -> str:
    """`D735 (3), T46S (2)`, the most frequent first."""
    return ", ".join(f"{value} ({number:,})" for value, number in Counter(values).most_common())


def so_many(number: int) -> str:
    """`1 phone`, `5,000 phones`."""
    return f"{number:,} phone{'' if number == 1 else 's'}"


def notes(entry: FirmwareEntry) -> tuple[str, ...]:
    return (f"Notes: {entry.notes}",) if entry.notes.strip() else ()


def row(line: Line, *, several: bool) -> FirmwareRow:
    plan = line.plan
    selected = not (plan.allowed or plan.asked or plan.refused)
    label = line.version or USE_INSTALLED
    if several:
        look = "attention" if plan.asked else "" if plan.allowed or plan.unchanged else "quiet"
        return FirmwareRow(label, "", "selected now" if selected else numbers(plan), look, selected)
    if plan.refused:
        return FirmwareRow(label, short(line), "refused", "quiet")
    if plan.asked:
        return FirmwareRow(label, short(line), "asks first", "attention")
    return FirmwareRow(label, short(line), "selected now" if selected else "", "", selected)


def numbers(plan: Plan) -> str:
    """`8 at once, 3 ask first, 1 refused`."""
    counts = (
        (plan.allowed, "at once"),
        (plan.asked, "ask first"),
        (plan.unchanged, "unchanged"),
        (plan.refused, "refused"),
    )
    return ", ".join(f"{len(phones):,} {words}" for phones, words in counts if phones)


def short(line: Line) -> str:
    """How the version stands to the installed one, in a few words."""
    if line.version is None:
        return ""
    if line.comparison is None:
        return "the installed version is not known"
    relation, difference = line.comparison.relation, line.comparison.difference
    if relation is Relation.SAME:
        return "installed now"
    if relation is Relation.INCOMPARABLE:
        return f"of another {'family' if difference == 'family' else 'maker'}: not comparable"
    if difference == "branch":
        return f"{relation.value}, of another maker"
    return f"{relation.value} by a {difference} version"


def sentences(line: Line, *, several: bool) -> Iterable[tuple[str, str]]:
    """What there is to say about a line, each with its look; the reasons come first."""
    plan = line.plan
    for phones, look in ((plan.refused, "bold $attention"), (plan.asked, "$attention")):
        for reason in reasons(phones, several=several, name=MOST_NAMED):
            yield reason, look
    if line.comparison is not None:
        yield line.comparison.text, ""
    for sentence in line.about:
        yield sentence, ""


def reasons(phones: Sequence[tuple[Phone, str]], *, several: bool, name: int = 1) -> list[str]:
    """Each different reason once; for several phones with their number, and with their MACs when they are few.

    `name`: up to how many phones of one reason are named.
    """
    by_reason: dict[str, list[Phone]] = {}
    for phone, reason in phones:
        by_reason.setdefault(reason, []).append(phone)
    if not several:
        return list(by_reason)
    return [f"{_whose(some, name)}: {reason}" for reason, some in by_reason.items()]


def _whose(phones: Sequence[Phone], name: int) -> str:
    if len(phones) == 1:
        return phones[0].mac.colons
    if name == 1:
        return so_many(len(phones))
    more = f" {symbols().ellipsis}" if len(phones) > name else ""
    return f"{so_many(len(phones))} ({', '.join(phone.mac.colons for phone in phones[:name])}{more})"


def consequence(plan: Plan) -> str:
    """What carrying out a plan does, for its question."""
    several = len(plan.changing) + len(plan.refused) > 1
    parts = [f"{numbers(plan)}."] if several else []
    parts += reasons(plan.asked, several=several)[:MOST_REASONS]
    if plan.refused:
        left_out = reasons(plan.refused, several=True)
        more = f" And {len(left_out) - MOST_REASONS} more reasons." if len(left_out) > MOST_REASONS else ""
        parts.append(f"Left out: {so_many(len(plan.refused))}. {' '.join(left_out[:MOST_REASONS])}{more}")
    if not (plan.asked or plan.refused):
        parts.append(GETS_IT if plan.version else KEEPS)
    return " ".join(parts)


def nothing_to_do(plan: Plan) -> str:
    if plan.refused:
        return " ".join(reasons(plan.refused, several=len(plan.refused) > 1)[:MOST_REASONS])
    if plan.unchanged:
        return f"{plan.version or USE_INSTALLED} is selected already."
    return "A colleague has selected something else since: nothing was changed."


def done(version: str | None, changed: int, left_out: int) -> str:
    more = f" {left_out:,} left out." if left_out else ""
    whose = f" for {changed:,} phones" if changed > 1 else ""
    if version is None:
        return f"{USE_INSTALLED}: nothing about firmware is sent any more{whose}.{more}"
    gets = "each phone gets" if changed > 1 else "the phone gets"
    return f"Selected {version}{whose}: {gets} it at its next check or restart.{more}"


def progress(phones: Sequence[Phone]) -> str:
    """`3 refused, 12 waiting, 40 installed`; empty when nothing is selected for any of them."""
    counts = Counter(progress_of(phone) for phone in phones)
    return ", ".join(
        f"{counts[kind]:,} {kind.value}" for kind in Progress if counts[kind] and kind is not Progress.NOTHING_SELECTED
    )


def undo_question(undo: Undo) -> tuple[str, str]:
    """Title and consequence of the question before something is taken back that may have been installed already."""
    title = f"Take {undo.plan.version or USE_INSTALLED} back for {so_many(len(undo.back))}?"
    return title, " ".join(reasons(undo.asked, several=len(undo.back) > 1)[:MOST_REASONS])


def taken_back(undo: Undo) -> str:
    """What was undone."""
    what = undo.plan.version or USE_INSTALLED
    phones = f" for {len(undo.back):,} phones" if len(undo.plan.changing) > 1 else ""
    left = f" {undo.left_alone:,} left alone: chosen anew or removed since." if undo.left_alone else ""
    return f"Taken back{phones}: {what}. What a phone has begun to install by then, it finishes.{left}"
