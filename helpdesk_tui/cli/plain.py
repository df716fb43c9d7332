"""Phones and walkthroughs as sentences, one below the other, without tables and signs: for screen readers and logs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from helpdesk_tui.backend import Helpdesk, NextAction, Phone, Step, View, WalkState, progress_text
from helpdesk_tui.cli.output import printable

SIGNS = str.maketrans({"…": "...", "–": "-", "—": "-", "→": "to", "•": "-", "·": ",", "⏎": "enter", "▸": ""})
NEXT = {
    NextAction.ACTIVATE: "register it with: helpdesk-tui phone activate {mac}",
    NextAction.RETRY: "calls that wait are made by: helpdesk-tui maintain --retry-refused",
    NextAction.FIX: "go through it with the caller: helpdesk-tui walkthrough run {mac} --plain",
    NextAction.RESET: "lead the caller through a reset; helpdesk-tui walkthrough list {mac} names the walkthroughs",
    NextAction.SERIAL: "enter the serial number with: helpdesk-tui phone set {mac} --serial NUMBER",
    NextAction.FIRMWARE: "choose another firmware with: helpdesk-tui phone firmware {mac} --version VERSION",
}


def plain(text: str) -> str:
    """Text as it can be read aloud."""
    return " ".join(printable(text).translate(SIGNS).split())


def ended(text: str) -> str:
    """The same with a full stop, where it ends in nothing of the kind."""
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."


def moment(when: datetime) -> str:
    """`24 November 2026 at 14:30 UTC`, in the zone of the machine."""
    there = when.astimezone()
    return f"{there.day} {there:%B %Y} at {there:%H:%M %Z}"


def span(length: timedelta) -> str:
    """`2 minutes`, `40 seconds`."""
    seconds = max(0, int(length.total_seconds()))
    number, unit = (seconds // 60, "minute") if seconds >= 120 else (seconds, "second")
    return f"{number} {unit}{'' if number == 1 else 's'}"


def phone_sentences(desk: Helpdesk, phone: Phone) -> Iterator[str]:
    """All that is known of a phone, the most important first."""
    verdict = desk.phones.verdict(phone)
    name = f", named {phone.name}" if phone.name else ""
    yield f"This is the {phone.vendor.label} {phone.model} with MAC address {phone.mac}{name}, of {phone.organisation}."
    yield f"{phone.user} is logged in." if phone.user else "Nobody is logged in."
    yield f"Verdict: {verdict.kind.value}. {verdict.text}"
    if verdict.action in NEXT:
        yield f"What to do next: {NEXT[verdict.action].format(mac=phone.mac)}"
    since = f" since {moment(phone.step_since)}" if phone.step_since else ""
    yield f"Provisioning by manufacturer is {phone.step.value}{since}: {phone.step.meaning}."
    if phone.step is Step.ACTIVE and phone.deadline:
        yield f"Its registration ends on {moment(phone.deadline)}."
    if said := phone.reason_text or (phone.reason.value if phone.reason else ""):
        yield f"The manufacturer said: {said}."
    if phone.pending:
        again = f" The next try is on {moment(phone.pending.next_try)}." if phone.pending.next_try else ""
        tried = f"({phone.pending.call.value}), after {phone.pending.tries} tries"
        yield f"A call to the manufacturer waits {tried}.{again}"
    seen = (
        f"last fetched its settings on {moment(phone.last_seen)}" if phone.last_seen else "has never fetched settings"
    )
    yield f"Provisioning by Compass: the phone {seen}."
    yield f"Installed firmware: {phone.firmware_installed or 'not known yet'}."
    selected = f"Selected firmware: {phone.firmware_selected}. " if phone.firmware_selected else ""
    yield f"{selected}{progress_text(phone)}"
    if phone.serial:
        yield f"Serial number: {phone.serial}."


def heading(view: View, language: str) -> str:
    """Which walkthrough this is, with whom, and who has it."""
    run = view.run
    title = view.walkthrough.title.shown(language)
    return f"Walkthrough: {title}, for the {view.phone.model} with MAC address {view.phone.mac}, by {run.operator}."


def step_sentences(view: View, language: str) -> Iterator[str]:
    """The step that a run stands at, or its end: what to say and what to do."""
    standing = view.standing
    step, variant = standing.step, standing.variant
    if step is not None:
        number = next((n for n, each in enumerate(standing.way, 1) if each.state is WalkState.NOW), 1)
        yield f"Step {number} of {len(standing.way)}: {ended(step.title.shown(language))}"
        if variant is not None and variant.say:
            yield f"Say: {view.say(variant.say)}"
        if variant is not None and variant.do:
            yield f"Do: {view.tell(variant.do, language).replace('{enter}', 'the number of Done')}"
    elif standing.end is not None:
        yield f"The end: {ended(standing.end.title.shown(language))}"
        if standing.end.say:
            yield f"Say: {view.say(standing.end.say)}"
        if standing.end.do:
            yield f"Do: {view.tell(standing.end.do, language)}"
    elif standing.leads_to:
        goes_on = f"helpdesk-tui walkthrough run {view.phone.mac} {standing.leads_to} --plain"
        yield f"This goes on with another walkthrough: {goes_on}"


def evidence_sentences(desk: Helpdesk, view: View) -> Iterator[str]:
    """What is known, and what is still to be waited for."""
    standing, say = view.standing, desk.walkthroughs.sentence
    if standing.left is not None:
        yield f"Leave the phone alone for another {span(standing.left)}."
    elif standing.blocked:
        yield f"First: {say(standing.blocked)}"
    if standing.overdue is not None:
        yield "This step should have been done by now: choose another way."
    for proof in standing.proofs:
        if proof.sentence != standing.blocked:
            yield f"Seen: {say(proof.sentence)}"


def way_sentences(view: View, language: str) -> Iterator[str]:
    """Every step of the way with its state."""
    for number, entry in enumerate(view.standing.way, 1):
        yield f"Step {number}, {entry.state.value}: {ended(entry.step.title.shown(language))}"
