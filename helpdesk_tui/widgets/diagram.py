"""The provisioning diagram: one line of title and one line of marks for each of the document's two steps."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from helpdesk_tui.backend import Lane, Mark, MarkState
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.text import safe
from helpdesk_tui.widgets.times import exact

LOOKS = {
    MarkState.DONE: "$ok",
    MarkState.NOW: "$waiting",
    MarkState.FAILED: "bold $attention",
    MarkState.TO_DO: "$quiet",
}


class Diagram(Static):
    """Two lanes; `notes` stand behind their titles."""

    DEFAULT_CSS = "Diagram { height: 4; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }"

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._shown: Content | None = None

    def show(self, lanes: Sequence[Lane], notes: Sequence[Content]) -> None:
        """Draw; paints only what differs from the last."""
        lines: list[Content] = []
        for lane, note in zip(lanes, notes, strict=True):
            lines.append(Content.assemble((lane.title, "bold"), "  ", note))
            arrow = Content.styled(f" {symbols().pointer} ", "$quiet")
            lines.append(Content.assemble(" ", arrow.join([_mark(mark) for mark in lane.marks])))
        content = Content("\n").join(lines)
        if content != self._shown:
            self._shown = content
            self.update(content)


def _mark(mark: Mark) -> Content:
    shown = symbols()
    sign = {
        MarkState.DONE: shown.ok,
        MarkState.NOW: shown.waiting,
        MarkState.FAILED: shown.attention,
        MarkState.TO_DO: shown.none,
    }[mark.state]
    time = f" {exact(mark.at)}" if mark.at else ""
    return Content.styled(f"{sign} {safe(mark.label)}{time}", LOOKS[mark.state])
