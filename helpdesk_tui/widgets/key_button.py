"""A button of one line, with its key on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from helpdesk_tui.widgets.text import fit, safe


class KeyButton(Widget, can_focus=True):
    """`[a Activate]`: clickable, and pressed with enter or the space bar when it has the focus.

    The key itself is bound by the screen. A button that is not available is dim, and can be pressed to learn why.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "press", "Press", show=False)]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-button--key", "key-button--off"}
    DEFAULT_CSS = """
    KeyButton {
        width: auto; height: 1; color: $ink; background: $raised;
        & > .key-button--key { color: $key; text-style: bold; }
        & > .key-button--off { color: $quiet; }
        &:focus { background: $cursor; color: $cursor-ink; text-style: $cursor-style; }
        &:focus > .key-button--key { color: $cursor-ink; text-style: $cursor-style; }
        &:focus > .key-button--off { color: $cursor-ink; text-style: $cursor-style; }
    }
    """

    @dataclass
    class Pressed(Message):
        """The operator wants what this button stands for."""

        command: str

    def __init__(self, command: str, key: str, label: str, *, available: bool = True, id: str | None = None) -> None:
        super().__init__(id=id)
        self.command = command
        """What `Pressed` carries: the id of a command, or the name of an answer."""
        self._key = f"{key} " if key else ""
        self._label = safe(label)
        self._available = available

    def show(self, label: str, *, available: bool) -> None:
        """Change its text and whether it looks available."""
        if (safe(label), available) != (self._label, self._available):
            self._label, self._available = safe(label), available
            self.refresh(layout=True)

    def get_content_width(self, container: object, viewport: object) -> int:
        return len(self._key) + len(self._label) + 2

    def render_line(self, y: int) -> Strip:
        base = self.rich_style if self._available else self.get_component_rich_style("key-button--off")
        key = self.get_component_rich_style("key-button--key") if self._available else base
        room = max(0, self.size.width - len(self._key) - 2)
        return Strip([Segment("[", base), Segment(self._key, key), Segment(f"{fit(self._label, room)}]", base)])

    def on_click(self) -> None:
        self.action_press()

    def action_press(self) -> None:
        """Post `Pressed`."""
        self.post_message(self.Pressed(self.command))
