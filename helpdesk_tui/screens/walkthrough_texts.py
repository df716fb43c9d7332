"""How a walkthrough is written on the screen: its steps, its phone, and what is seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, tzinfo

from textual.content import Content

from helpdesk_tui.backend import Event, Request, Step, StepState, View, WalkState
from helpdesk_tui.commands import press
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.text import fit, safe
from helpdesk_tui.widgets.times import exact, short_span

STEPS_WIDTH = 26

LOST = (
    "Lost are: its name and VLAN, the user log-in, function keys, custom settings, the choice of firmware and its own "
    "SIP account. MAC, serial number and PIN are kept."
)
"""What removing a phone loses."""

LOOKS = {WalkState.DONE: "$ok", WalkState.SKIPPED: "$waiting", WalkState.NOW: "bold $key", WalkState.TO_DO: "$quiet"}


Say = Callable[[str], str]
"""Says an English sentence in the operators' language."""


def steps_text(way: Sequence[StepState], language: str, say: Say, room: int) -> Content:
    """The steps with shape, word and colour: two lines each where there is room, and those around the current one."""
    numbered = list(enumerate(way, start=1))
    roomy = 2 * len(numbered) <= room
    if not roomy and len(numbered) > room:
        now = next((n for n, (_, entry) in enumerate(numbered) if entry.state is WalkState.NOW), len(numbered) - 1)
        start = max(0, min(now - room // 2, len(numbered) - room))
        numbered = numbered[start : start + room]
    lines: list[Content] = []
    for number, entry in numbered:
        lines += _step_lines(number, entry, language, say, roomy=roomy)
    return Content("\n").join(lines)


def _step_lines(number: int, entry: StepState, language: str, say: Say, *, roomy: bool) -> list[Content]:
    sign = symbols()
    shapes = {WalkState.DONE: sign.mark, WalkState.SKIPPED: sign.none, WalkState.NOW: sign.pointer}
    look = LOOKS[entry.state]
    title = f"{shapes.get(entry.state, ' ')} {number} {entry.step.title.shown(language)}"
    first = Content.styled(fit(title, STEPS_WIDTH), look if entry.state is not WalkState.DONE else "")
    if not roomy:
        return [first]
    at = f", {entry.passage.at.astimezone():%H:%M}" if entry.passage else ""
    return [first, Content.styled(f"    {say(entry.state.value)}{at}", look)]


def phone_text(view: View, say: Say, room: int, zone: tzinfo) -> Content:
    """Whose phone it is, where it stands, and who has the run; the most important first where room is short."""
    phone, run = view.phone, view.run
    step = phone.step.value
    if phone.step is Step.ACTIVE and phone.deadline:
        step = say(f"{step} to {phone.deadline.astimezone(zone):%a %H:%M}")
    lines = [
        (say("By manufacturer:"), "$quiet"),
        (f"  {step}", "bold"),
        (say("Last action:"), "$quiet"),
        (f"  {run.operator}, {exact(run.changed_at)}", ""),
        (phone.organisation, ""),
        (phone.user or say("nobody is logged in"), ""),
    ]
    if room >= len(lines):
        lines = [*lines[-2:], *lines[:-2]]
    elif room in (1, 3):
        room -= 1  # a heading alone says nothing
    return Content("\n").join([Content.styled(fit(text, STEPS_WIDTH), look) for text, look in lines[: max(0, room)]])


def drawing_text(lines: Sequence[str]) -> Content:
    """The keys to press."""
    return Content("\n").join([Content(line) for line in lines])


def evidence_text(
    view: View, under_way: str, events: Sequence[Event | Request], say: Say, now: datetime, *, mine: bool
) -> Content:
    """What stands in the way, what is known, and what happened."""
    standing, sign = view.standing, symbols()
    lines: list[Content] = []
    if under_way:
        lines.append(Content.styled(f"{sign.waiting} {under_way}", "bold $waiting"))
    if not mine and not view.run.ended_at:
        last = f"{view.run.operator} has this walkthrough, last action {exact(view.run.changed_at)}"
        text = f"{last}: {press('take_over')} takes it over."
        lines.append(Content.styled(f"{sign.attention} {safe(say(text))}", "$attention"))
    if standing.overdue is not None:
        offered = ": choose another way above" if standing.choices else ""
        by = f" by {short_span(standing.overdue)}" if standing.overdue >= timedelta(minutes=1) else ""
        lines.append(Content.styled(f"{sign.attention} {say(f'Overdue{by}{offered}.')}", "$attention"))
    if standing.blocked and standing.left is None:
        lines.append(Content.styled(f"{sign.attention} {safe(say(standing.blocked))}", "$attention"))
    lines += [Content(safe(say(proof.sentence))) for proof in standing.proofs if proof.sentence != standing.blocked]
    lines += [Content.styled(f"{sign.mark} {safe(say(proof.sentence))}", "$ok") for proof in standing.proven]
    led_here = standing.returned or standing.found
    if led_here and led_here not in [proof.sentence for proof in standing.proofs]:
        lines.append(Content(safe(say(led_here))))
    if view.evidence.refused:
        many = "A request" if view.evidence.refused == 1 else f"{view.evidence.refused} requests"
        refused = say(f"{many} for its MAC had no valid address.")
        lines.append(Content.styled(f"{sign.attention} {refused}", "$attention"))
    lines += [event_text(e, say, now) if isinstance(e, Event) else request_text(e, say, now) for e in events]
    return Content("\n").join(lines) if lines else Content.styled(say("Nothing yet; it appears by itself."), "$quiet")


def caller_text(words: str, glance: Content, over: str) -> Content:
    """What a played caller says, what is seen of their phone, and at the end what was really wrong."""
    sign = symbols()
    if over:
        return Content.styled(safe(over), "bold $key")
    lines = []
    if words:
        lines.append(Content(f'"{safe(words)}"' if sign.ascii else f"“{safe(words)}”"))
    if glance:
        lines.append(glance)
    return Content("\n").join(lines)


def event_text(event: Event, say: Say, now: datetime) -> Content:
    """What happened, with its time; the day only where it was another."""
    return Content.assemble((_time(event.at, now), "$quiet"), f"  {safe(say(event.text))}")


def request_text(request: Request, say: Say, now: datetime) -> Content:
    """What the phone asked for, and how it was answered."""
    outcome = f"{request.status} {say(request.outcome)}".strip()
    note = f"; {safe(request.note)}" if request.note else ""
    text = f"  {safe(request.file) or say('its folder')}: {outcome}, {say(f'by its {request.via.address}')}{note}"
    look = "$attention" if request.in_vain or note else ""
    return Content.assemble((_time(request.at, now), "$quiet"), (text, look))


def _time(at: datetime, now: datetime) -> str:
    there = at.astimezone()
    return there.strftime("%H:%M:%S") if there.date() == now.astimezone().date() else exact(at)
