"""Questions at the bottom of the screen: small, so that little is repainted, and deaf to every other key."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from helpdesk_tui.backend import HelpdeskError
from helpdesk_tui.widgets.header import EnvironmentPill
from helpdesk_tui.widgets.key_button import KeyButton
from helpdesk_tui.widgets.rule_line import RuleLine
from helpdesk_tui.widgets.text import safe

Answer = TypeVar("Answer")


class PromptHost(Vertical):
    """The place of questions, over the last lines of the screen; always there, so that a question moves nothing."""

    DEFAULT_CSS = "PromptHost { layer: prompt; dock: bottom; height: auto; max-height: 80%; }"


class Prompt(Vertical, Generic[Answer]):
    """A question that is answered, or left: then the answer is the harmless one."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave", show=False)]
    DEFAULT_CSS = """
    Prompt {
        height: auto; background: $surface; color: $ink;
        & Static { height: auto; }
        & > Static { padding: 0 1; }
        & .prompt--title { text-style: bold; }
        & .prompt--problem { color: $attention; display: none; }
        & Horizontal { height: 1; padding: 0 1; }
        & .prompt--question { height: auto; }
        & .prompt--question .prompt--title { width: 1fr; padding: 0 1; }
        & KeyButton { margin-right: 2; }
        & .prompt--list { height: auto; max-height: 10; }
    }
    """

    def __init__(self, title: str, harmless: Answer) -> None:
        super().__init__()
        self._title = title
        self._harmless = harmless
        self._answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

    @property
    def is_modal(self) -> bool:
        """Keys that mean nothing to the question mean nothing at all while it stands."""
        return True

    def focus_first(self) -> Widget | None:
        """The widget that gets the focus; None: the focus stays where it is."""
        return None

    async def put_to(self, host: PromptHost) -> Answer:
        """Show the question, wait for the answer, and clear it away."""
        screen = host.screen
        before = screen.focused
        await host.mount(self)
        if first := self.focus_first():
            first.focus()
        try:
            return await self._answer
        finally:
            if self.is_attached:
                await self.remove()
                if first:
                    screen.set_focus(before if before is not None and before.is_attached else None)

    def finish(self, answer: Answer) -> None:
        """Answer; only the first answer counts."""
        if not self._answer.done():
            self._answer.set_result(answer)

    def action_leave(self) -> None:
        """Leave the question with the harmless answer."""
        self.finish(self._harmless)

    def on_descendant_blur(self) -> None:
        if self.app.app_focus:  # else it is the terminal's window that lost the focus
            self.call_after_refresh(self._leave_when_away)

    def _leave_when_away(self) -> None:
        focused = self.screen.focused if self.is_attached else None
        if self.app.app_focus and (focused is None or self not in focused.ancestors):
            self.action_leave()

    def on_unmount(self) -> None:
        self.action_leave()


class AnswerButton(KeyButton, can_focus=False):
    """A button of a yes/no question; the question itself knows which one enter presses."""

    DEFAULT_CSS = """
    AnswerButton.-chosen { background: $cursor; color: $cursor-ink; text-style: $cursor-style; }
    AnswerButton.-chosen > .key-button--key { color: $cursor-ink; text-style: $cursor-style; }
    """


class YesNo(Prompt[bool]):
    """A question about one thing that is going to be done; no is the answer unless somebody says yes.

    It never takes the focus: on a thin line that would repaint the whole screen. The app hands it every key instead.
    """

    KEYS: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("y",), "yes"),
        **dict.fromkeys(("n", "escape", "q", "ctrl+c"), "no"),
        **dict.fromkeys(("left", "right", "tab", "shift+tab", "h", "l"), "other"),
        **dict.fromkeys(("enter", "space"), "chosen"),
    }

    def __init__(self, title: str, environment: str, consequence: str, yes: str, no: str) -> None:
        super().__init__(title, harmless=False)
        self._environment = environment
        self._consequence = consequence
        self._yes = AnswerButton("yes", "y", yes)
        self._no = AnswerButton("no", "n", no)
        self._choose(self._no)

    def compose(self) -> ComposeResult:
        yield RuleLine()
        with Horizontal(classes="prompt--question"):
            yield EnvironmentPill(self._environment)
            yield Static(Content(safe(self._title)), classes="prompt--title")
        if self._consequence:
            yield Static(Content(safe(self._consequence)))
        with Horizontal():
            yield self._yes
            yield self._no

    def take_key(self, key: str) -> None:
        """Every key while the question stands; most mean nothing."""
        match self.KEYS.get(key):
            case "yes":
                self.finish(True)
            case "no":
                self.finish(False)
            case "other":
                self._choose(self._yes if self._chosen is self._no else self._no)
            case "chosen":
                self.finish(self._chosen is self._yes)

    def on_key_button_pressed(self, pressed: KeyButton.Pressed) -> None:
        pressed.stop()
        self.finish(pressed.command == "yes")

    def _choose(self, button: AnswerButton) -> None:
        self._chosen = button
        for each in (self._yes, self._no):
            each.set_class(each is button, "-chosen")


class TextQuestion(Prompt[str | None]):
    """Asks for a line of text; `check` raises HelpdeskError with a sentence when it will not do."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab,shift+tab", "stay", "Stay", show=False)]

    def __init__(self, title: str, value: str, check: Callable[[str], object]) -> None:
        super().__init__(title, harmless=None)
        self._check = check
        self._input = Input(value, compact=True)
        self._input.cursor_blink = False
        self._problem = Static(classes="prompt--problem", markup=False)

    def compose(self) -> ComposeResult:
        yield RuleLine()
        yield Static(Content(safe(self._title)), classes="prompt--title")
        with Horizontal():
            yield self._input
        yield self._problem

    def focus_first(self) -> Widget:
        return self._input

    def on_input_changed(self, changed: Input.Changed) -> None:
        changed.stop()  # the screen may have a field of its own

    def on_input_submitted(self, submitted: Input.Submitted) -> None:
        submitted.stop()
        try:
            self._check(submitted.value)
        except HelpdeskError as error:
            self._problem.update(Content(safe(str(error))))
            self._problem.display = True
        else:
            self.finish(submitted.value)

    def action_stay(self) -> None:
        """There is nowhere else to go."""


class SecretQuestion(TextQuestion):
    """Asks for a password: what is typed does not show."""

    def __init__(self, title: str, check: Callable[[str], object]) -> None:
        super().__init__(title, "", check)
        self._input.password = True


class Choice(Prompt[int | None]):
    """Asks for one of a few lines."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "move(1)", "Down", show=False),
        Binding("k", "move(-1)", "Up", show=False),
        Binding("tab,shift+tab", "move(0)", "Stay", show=False),
    ]

    def __init__(self, title: str, options: Sequence[str], first: int) -> None:
        super().__init__(title, harmless=None)
        self._list = OptionList(*(Option(Content(safe(text))) for text in options), compact=True)
        self._first = first if options else None

    def on_mount(self) -> None:
        self._list.highlighted = self._first

    def compose(self) -> ComposeResult:
        yield RuleLine()
        yield Static(Content(safe(self._title)), classes="prompt--title")
        with Horizontal(classes="prompt--list"):
            yield self._list

    def focus_first(self) -> Widget:
        return self._list

    def on_option_list_option_selected(self, selected: OptionList.OptionSelected) -> None:
        selected.stop()
        self.finish(selected.option_index)

    def action_move(self, lines: int) -> None:
        """Go up or down."""
        if lines:
            (self._list.action_cursor_down if lines > 0 else self._list.action_cursor_up)()
