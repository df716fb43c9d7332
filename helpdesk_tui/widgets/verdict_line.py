"""The verdict on a phone in words, with the one next thing to do."""

from __future__ import annotations

from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from helpdesk_tui.backend import NextAction, Verdict
from helpdesk_tui.commands import BY_ID
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.text import safe

# What the next action is called where it is offered.
NEXT_STEPS: dict[NextAction, tuple[str, str]] = {
    NextAction.ACTIVATE: ("activate", "Activate"),
    NextAction.FIX: ("fix", "fix with the caller"),
    NextAction.RESET: ("reset", "factory reset with the caller"),
    NextAction.SERIAL: ("serial", "enter the serial number"),
    NextAction.RETRY: ("services", "Services: retry now"),
    NextAction.FIRMWARE: ("firmware", "choose another firmware"),
}


def next_step(action: NextAction) -> Content:
    """`a  Activate`, or empty where there is nothing to do."""
    command_id, words = NEXT_STEPS.get(action, ("", ""))
    if command_id not in BY_ID:
        return Content(words)
    return Content.assemble((BY_ID[command_id].key, "bold $key"), f"  {words}")


REST = 0.15
"""Seconds without another verdict after which one is worth writing."""


class VerdictLine(Static):
    """Two lines or three: shape, sentence, and the key that helps.

    While verdicts follow one another quickly, the first and the last are written and none between: a cursor that is
    held down would write twice as much over a slow line.
    """

    DEFAULT_CSS = "VerdictLine { height: 3; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._verdict: Verdict | None = None
        self._written: Verdict | None = None
        self._resting: Timer | None = None

    def show(self, verdict: Verdict | None) -> None:
        """Show this verdict; paints only when it differs from the last."""
        if verdict == self._verdict:
            return
        self._verdict = verdict
        if self._resting is None:
            self._write()
        else:
            self._resting.stop()
        self._resting = self.set_timer(REST, self._rest)

    def _rest(self) -> None:
        self._resting = None
        self._write()

    def _write(self) -> None:
        if self._verdict != self._written:
            self._written = self._verdict
            self.update(verdict_text(self._verdict) if self._verdict else Content(""))


def verdict_text(verdict: Verdict) -> Content:
    """`▲ attention  The sentence.  f  fix with the caller`."""
    kind = verdict.kind.value
    step = next_step(verdict.action)
    return Content.assemble(
        (f"{symbols().verdict(kind)} {kind}", f"bold ${kind}"),
        f"  {safe(verdict.text)}",
        "   " if step.plain else "",
        step,
    )
