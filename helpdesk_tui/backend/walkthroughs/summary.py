"""The summary of a run for a ticket: times, what was tried, evidence and result; never a secret."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from helpdesk_tui.backend.model.event import Event
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.run import Run
from helpdesk_tui.backend.walkthroughs.definition import WalkStep, Walkthrough
from helpdesk_tui.backend.walkthroughs.engine import Standing
from helpdesk_tui.backend.walkthroughs.progress import How, Passage

UNDER_WAY = "under way"

SPOKEN = frozenset({How.TOLD, How.CHOSEN})
"""Passages whose note is what the operator said, in English as the walkthrough has it."""

Say = Callable[[str], str]
"""Says an English sentence in the operators' language."""


def summary(
    walkthrough: Walkthrough, run: Run, phone: Phone, standing: Standing, events: Sequence[Event], *,
    environment: str, language: str, say: Say, now: datetime, markdown: bool = False,
) -> str:  # fmt: skip
    """The whole run in plain text or in Markdown; `events` are its evidence, newest first."""
    title = f"{walkthrough.title.shown(language)}, {phone.mac}"
    parts = [
        ("", _facts(run, phone, standing, environment, language, say, now)),
        ("Asked and answered", _answers(walkthrough, standing, language)),
        ("What was done", [_done(walkthrough, passage, language, say) for passage in _told(standing)]),
        ("Evidence", [f"{_time(event.at)}  {say(event.text)}" for event in reversed(events)]),
    ]
    lines = [f"## {_escaped(title)}" if markdown else title]
    for heading, rows in parts:
        if not rows:
            continue
        if heading:
            lines += ["", f"**{say(heading)}**" if markdown else f"{say(heading)}:"]
        if markdown:
            lines += ["", *(f"- {_escaped(row)}" for row in rows)]
        else:
            lines += [f"  {row}" if heading else row for row in rows]
    return (
        "\n".join("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in row) for row in lines) + "\n"
    )


def result(run: Run, standing: Standing, language: str, say: Say) -> str:
    """How it ended, or where it stands, in a few words."""
    if standing.end:
        return standing.end.title.shown(language)
    if run.ended_at:
        return say(run.outcome)
    return say(f"{UNDER_WAY}, at: {standing.step.title.shown(language)}" if standing.step else UNDER_WAY)


def _facts(
    run: Run, phone: Phone, standing: Standing, environment: str, language: str, say: Say, now: datetime
) -> list[str]:
    installed, selected = phone.firmware_installed or "not known", phone.firmware_selected or "none"
    rows = [
        ("Result", result(run, standing, language, say)),
        ("Phone", f"{phone.mac}, {phone.vendor.label} {phone.model} {phone.name}".strip()),
        ("Organisation", f"{phone.organisation} ({environment})"),
        ("User", phone.user or say("nobody is logged in")),
        ("Provisioning by manufacturer", say(f"{phone.step.value}, since {_time(phone.step_since)}")),
        ("Reason", phone.reason_text or (phone.reason.value if phone.reason else "")),
        ("Settings last fetched", _time(phone.last_seen) if phone.last_seen else say("never")),
        ("Site address", phone.last_address),
        ("Firmware", say(f"installed {installed}, selected {selected}")),
        ("Begun", say(f"{_time(run.started_at)}; last action by {run.operator}, {_time(run.changed_at)}")),
        ("Ended" if run.ended_at else "Written", _time(run.ended_at or now)),
    ]
    return [f"{say(label)}: {value}" for label, value in rows if value]


def _answers(walkthrough: Walkthrough, standing: Standing, language: str) -> list[str]:
    labels = {question.id: question.label.shown(language) for question in walkthrough.questions}
    return [f"{labels[name]} {text}" for name, text in standing.progress.answers.items() if name in labels]


def _told(standing: Standing) -> list[Passage]:
    return [passage for passage in standing.progress.trail if passage.how is not How.PASSED]


def _done(walkthrough: Walkthrough, passage: Passage, language: str, say: Say) -> str:
    step = walkthrough.step(passage.step)
    title = step.title.shown(language) if step else passage.step
    how = say(f"{passage.how.value} by {passage.by}" if passage.by else passage.how.value)
    note = _note(step, passage, language, say)
    return f"{_time(passage.at)}  {title}: {how}" + (f": {note}" if note else "")


def _note(step: WalkStep | None, passage: Passage, language: str, say: Say) -> str:
    """Evidence, what the operator said, or their reason."""
    if passage.how is How.SKIPPED:
        return passage.note
    if passage.how not in SPOKEN:
        return say(passage.note)
    labels = (step.confirm, *(choice.label for choice in step.choices)) if step else ()
    said = next((label for label in labels if label.find("en")[0] == passage.note), None)
    return said.shown(language) if said else passage.note


def _time(moment: datetime) -> str:
    return moment.astimezone().strftime("%d %b %Y %H:%M %Z")


def _escaped(text: str) -> str:
    """Markdown shows it as it is."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|" else c for c in text)
