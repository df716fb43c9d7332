"""What the checklist says: its steps, what the caller hears and does, what is shown, and the summary for a ticket.

Source of the steps: provisioning.txt, "Where can I see what provisioning step a phone is in?" (the four steps) and
"How to reset a phone to factory defaults" (by manufacturer).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from textual.content import Content

from helpdesk_tui.backend import Event, Item, ItemState, Phone, ResetWay, Run, State, Step
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.text import fit, safe
from helpdesk_tui.widgets.times import exact

TITLES = {
    Item.PREPARE: "Register the phone",
    Item.RESET: "Reset to factory",
    Item.START: "Let it start fully",
    Item.CONFIRM: "Confirm disabled",
}

LOST = (
    "Lost are: its name and VLAN, the user log-in, function keys, custom settings, the choice of firmware and its own "
    "SIP account. MAC, serial number and PIN are kept."
)


@dataclass(frozen=True, slots=True)
class Text:
    """One step in words."""

    say: str
    """To the caller."""
    do: str
    """By the operator."""


_PREPARE = Text(
    "I am registering your phone at its manufacturer. Please leave it as it is.",
    "Remove the phone and add it again; if that is not feasible, because its settings would be lost, Activate.",
)
_PREPARE_ACTIVE = Text(
    _PREPARE.say,
    "It is active already: go on with ⏎. If that led nowhere before, remove it and add it again, or Activate anew.",
)
_NO_QUESTION = "If it does not ask: this model may need another way, consult its manual."
_RESETS = {
    ResetWay.HOLD_HASH_AT_BOOT: Text(
        "End all calls on it and leave its menus. Press * * # # and the display goes dark. From the moment it starts, "
        "press and hold #, until it asks whether to reset to defaults. Choose that with the keypad.",
        "If it is off: switch it on, and hold # right from the start. Press ⏎ the moment the caller chooses the reset. "
        + _NO_QUESTION,
    ),
    ResetWay.HOLD_OK: Text(
        "Is it on and fully started? End all calls on it and leave its menus. Press and hold OK, not X, for several "
        "seconds, until it asks whether to reset to factory. Answer YES with the buttons near the display.",
        f"Press ⏎ the moment the caller answers YES. {_NO_QUESTION}",
    ),
    ResetWay.MENU: Text(
        "End all calls on it. This model is reset in its own menu: I look up where, one moment.",
        "Consult the manual of this model. Press ⏎ the moment the caller confirms the reset.",
    ),
    ResetWay.MANUAL: Text(
        "Please leave it as it is: I look up how this model is reset, one moment.",
        "No key that resets this model is known: consult its manual. Press ⏎ the moment the caller confirms the reset.",
    ),
}
_START = Text(
    "It starts now, perhaps several times. Please do not touch it until its display has been idle for half a minute.",
    "Wait: 30 seconds after the phone was last heard, this is ticked off by itself. Not heard, but the caller sees an "
    "idle display? Then press ⏎.",
)
_CONFIRM = Text(
    "Nearly done: I am checking that everything has arrived. Please stay on the line.",
    "Wait: this is ticked off by itself, when the phone has fetched its settings and is disabled at the manufacturer.",
)
DONE = Text(
    "Your phone is ready. Please try a call.",
    "Nothing: the phone gets its settings from the platform. y sends a summary for the ticket to your clipboard.",
)


def text_of(item: Item, way: ResetWay, *, usable: bool) -> Text:
    """What is said and done at this step.

    `way` is how the model is reset; `usable`: the registration that there is will do for a reset.
    """
    if item is Item.PREPARE:
        return _PREPARE_ACTIVE if usable else _PREPARE
    return {Item.RESET: _RESETS[way], Item.START: _START, Item.CONFIRM: _CONFIRM}[item]


STEPS_WIDTH = 25
LOOKS = {State.DONE: "$ok", State.NOW: "bold $key", State.TO_DO: "$quiet"}


def steps_text(states: Sequence[ItemState], run: Run) -> Content:
    """The steps with shape, word and colour."""
    shapes = {State.DONE: symbols().mark, State.NOW: symbols().pointer, State.TO_DO: " "}
    lines: list[Content] = []
    for number, state in enumerate(states, start=1):
        look = LOOKS[state.state]
        title = f"{shapes[state.state]} {number} {TITLES[state.item]}"
        ticked = run.progress.get(state.item.value) if state.state is State.DONE else None
        at = f", {datetime.fromisoformat(ticked).astimezone():%H:%M}" if ticked else ""
        lines += [
            Content.styled(title, look if state.state is not State.DONE else ""),
            Content.styled(f"    {state.state.value}{at}", look),
        ]
    return Content("\n").join(lines)


def phone_text(phone: Phone, run: Run) -> Content:
    """Whose phone it is, where it stands, and who was here last."""
    deadline = f"  until {exact(phone.deadline)}" if phone.step is Step.ACTIVE and phone.deadline else ""
    lines = (
        (phone.organisation, ""),
        (phone.user or "nobody is logged in", ""),
        ("By manufacturer:", "$quiet"),
        (f"  {phone.step.value}", "bold"),
        (deadline, ""),
        ("Last action:", "$quiet"),
        (f"  {run.operator}, {exact(run.changed_at)}", ""),
    )
    return Content("\n").join([Content.styled(fit(text, STEPS_WIDTH), look) for text, look in lines if text])


def event_text(event: Event, now: datetime) -> Content:
    """What happened, with its time; the day only where it was another."""
    there = event.at.astimezone()
    same_day = there.date() == now.astimezone().date()
    time = there.strftime("%H:%M:%S") if same_day else exact(event.at)
    return Content.assemble((time, "$quiet"), f"  {safe(event.text)}")


def ticket(
    environment: str, phone: Phone, run: Run, states: Sequence[ItemState], events: Sequence[Event], now: datetime
) -> str:
    """A summary in plain text, without secrets; `events` are those of this run, newest first."""
    ended = f"mended {_time(run.ended_at)}" if run.ended_at else f"under way {_time(now)}"
    lines = [
        f"Fix of a suboptimal state, {ended}",
        f"Phone: {phone.mac}, {phone.vendor.label} {phone.model}",
        f"Organisation: {phone.organisation} ({environment})",
        f"User: {phone.user or 'nobody is logged in'}",
        f"Provisioning by manufacturer: {phone.step.value}, since {_time(phone.step_since)}",
        f"Settings last fetched: {_time(phone.last_seen) if phone.last_seen else 'never'}",
        f"Begun {_time(run.started_at)}; last action by {run.operator}, {_time(run.changed_at)}",
        "",
        *(_step_line(number, state, run) for number, state in enumerate(states, start=1)),
    ]
    if events:
        lines += ["", *(f"{_time(event.at)}  {event.text}" for event in reversed(events))]
    return "\n".join(safe(line) for line in lines) + "\n"


def _step_line(number: int, state: ItemState, run: Run) -> str:
    evidence = f": {state.evidence}" if state.evidence and state.state is not State.TO_DO else ""
    return f"{number}. {TITLES[state.item]} - {state.state.value}{evidence}"


def _time(moment: datetime) -> str:
    return moment.astimezone().strftime("%d %b %Y %H:%M %Z")
