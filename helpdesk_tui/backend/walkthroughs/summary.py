"""The summary of a run for a ticket: times, what was tried, evidence and result; never a secret."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from helpdesk_tui.backend.model.event import Event
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.run import Run
from helpdesk_tui.backend.walkthroughs.definition import Walkthrough
from helpdesk_tui.backend.walkthroughs.engine import Standing
from helpdesk_tui.backend.walkthroughs.progress import How, Passage

UNDER_WAY = "under way"


def summary(
    walkthrough: Walkthrough, run: Run, phone: Phone, standing: Standing, events: Sequence[Event], *,
    environment: str, language: str, now: datetime, markdown: bool = False,
) -> str:  # fmt: skip
    """The whole run in plain text or in Markdown; `events` are its evidence, newest first."""
    title = f"{walkthrough.title.shown(language)}, {phone.mac}"
    parts = [
        ("", _facts(run, phone, standing, environment, language, now)),
        ("Asked and answered", _answers(walkthrough, standing, language)),
        ("What was done", [_done(walkthrough, passage, language) for passage in _told(standing)]),
        ("Evidence", [f"{_time(event.at)}  {event.text}" for event in reversed(events)]),
    ]
    lines = [f"## {_escaped(title)}" if markdown else title]
    for heading, rows in parts:
        if not rows:
            continue
        if heading:
            lines += ["", f"**{heading}**" if markdown else f"{heading}:"]
        if markdown:
            lines += ["", *(f"- {_escaped(row)}" for row in rows)]
        else:
            lines += [f"  {row}" if heading else row for row in rows]
    return (
        "\n".join("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in row) for row in lines) + "\n"
    )


def result(run: Run, standing: Standing, language: str) -> str:
    """How it ended, or where it stands, in a few words."""
    if standing.end:
        return standing.end.title.shown(language)
    if run.ended_at:
        return run.outcome
    return f"{UNDER_WAY}, at: {standing.step.title.shown(language)}" if standing.step else UNDER_WAY


def _facts(run: Run, phone: Phone, standing: Standing, environment: str, language: str, now: datetime) -> list[str]:
    rows = [
        ("Result", result(run, standing, language)),
        ("Phone", f"{phone.mac}, {phone.vendor.label} {phone.model} {phone.name}".strip()),
        ("Organisation", f"{phone.organisation} ({environment})"),
        ("User", phone.user or "nobody is logged in"),
        ("Provisioning by manufacturer", f"{phone.step.value}, since {_time(phone.step_since)}"),
        ("Reason", phone.reason_text or (phone.reason.value if phone.reason else "")),
        ("Settings last fetched", _time(phone.last_seen) if phone.last_seen else "never"),
        ("Site address", phone.last_address),
        (
            "Firmware",
            f"installed {phone.firmware_installed or 'not known'}, selected {phone.firmware_selected or 'none'}",
        ),
        ("Begun", f"{_time(run.started_at)}; last action by {run.operator}, {_time(run.changed_at)}"),
        ("Ended" if run.ended_at else "Written", _time(run.ended_at or now)),
    ]
    return [f"{label}: {value}" for label, value in rows if value]


def _answers(walkthrough: Walkthrough, standing: Standing, language: str) -> list[str]:
    labels = {question.id: question.label.shown(language) for question in walkthrough.questions}
    return [f"{labels[name]} {text}" for name, text in standing.progress.answers.items() if name in labels]


def _told(standing: Standing) -> list[Passage]:
    return [passage for passage in standing.progress.trail if passage.how is not How.PASSED]


def _done(walkthrough: Walkthrough, passage: Passage, language: str) -> str:
    step = walkthrough.step(passage.step)
    title = step.title.shown(language) if step else passage.step
    by = f" by {passage.by}" if passage.by else ""
    return f"{_time(passage.at)}  {title}: {passage.how.value}{by}" + (f": {passage.note}" if passage.note else "")


def _time(moment: datetime) -> str:
    return moment.astimezone().strftime("%d %b %Y %H:%M %Z")


def _escaped(text: str) -> str:
    """Markdown shows it as it is."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|" else c for c in text)
