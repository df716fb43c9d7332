"""What every screen of the program can do: run commands, ask, tell, and work in the background."""

from __future__ import annotations

import asyncio
import inspect
import logging
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widgets import Input, Static
from textual.worker import Worker, WorkerState

from helpdesk_tui import clipboard
from helpdesk_tui.backend import Helpdesk, HelpdeskError, Role
from helpdesk_tui.commands import BY_ID, READ_ONLY_REASON, Command, Place, bindings_for, commands_for
from helpdesk_tui.screens.first_steps import Started
from helpdesk_tui.terminal import SMALLEST
from helpdesk_tui.widgets.footer import FooterLine, Offer
from helpdesk_tui.widgets.header import DEMO, READ_ONLY, REMOTE, SIMULATED, VIEWER, HeaderLine
from helpdesk_tui.widgets.prompt import Choice, Prompt, PromptHost, SecretQuestion, TextQuestion, YesNo
from helpdesk_tui.widgets.rule_line import RuleLine
from helpdesk_tui.widgets.search_field import SearchField
from helpdesk_tui.widgets.text import safe

if TYPE_CHECKING:
    from helpdesk_tui.backend import Caller, CompassDesk
    from helpdesk_tui.environments import Environments

T = TypeVar("T")
log = logging.getLogger("helpdesk_tui")
log.addHandler(logging.NullHandler())  # else Python would write warnings over the screen

STILL_BUILDING = 0.05
"""Seconds until it is looked again whether all parts of a screen are there."""

NOT_YOUR_FILES = "You share an account here, so a file would not be yours: copy with y instead."
NO_SHELL = "No shell started this program, so there is none to go back to: q leaves it."
UNEXPECTED = "Something unexpected went wrong; nothing was lost. Start with --debug to have the details written down."
PRACTICE = "play_caller"
"""A command that only the demo has."""

NOTICE_SECONDS = {"information": 5.0, "warning": 7.0, "error": 12.0}


@dataclass(frozen=True, slots=True)
class Session:
    """What all screens of one run share."""

    backend: Helpdesk | CompassDesk
    """What was opened: an environment of our own, or a platform elsewhere."""
    environment: str
    operator: str
    badges: tuple[str, ...] = ()
    read_only: bool = False
    caller: Caller | None = None
    """In the demo: somebody who calls, for a practice."""
    role: Role = Role.ADMINISTRATOR
    """What the operator may do."""
    environments: Environments | None = None
    """All that are configured; None: there is no other (in the demo)."""
    own_account: bool = True
    """Whether files that are written here belong to the operator."""
    started: Started = field(default_factory=Started)

    @classmethod
    def of(
        cls,
        desk: Helpdesk | CompassDesk,
        *,
        caller: Caller | None = None,
        environments: Environments | None = None,
        own_account: bool = True,
        started: Started | None = None,
    ) -> Session:
        """What the screens on this environment share; a demo has a `caller` who is played."""
        # A demo has simulated services by nature: one badge says it.
        badges = (
            *((DEMO,) if caller else () if isinstance(desk, Helpdesk) else (REMOTE,)),
            *((READ_ONLY,) if desk.read_only else () if desk.role.may(Role.OPERATOR) else (VIEWER,)),
            *((SIMULATED,) if isinstance(desk, Helpdesk) and desk.simulated_services and not caller else ()),
        )
        name = desk.environment.name
        read_only, role = desk.read_only, desk.role
        return cls(
            desk, name, desk.operator, badges, read_only, caller, role, environments, own_account, started or Started()
        )

    @property
    def helpdesk(self) -> Helpdesk:
        """The backend of an environment of our own, which all screens but the remote ones are for."""
        assert isinstance(self.backend, Helpdesk)
        return self.backend

    @property
    def looks_only(self) -> bool:
        """Whether nothing can be changed here."""
        return self.refusal(Role.OPERATOR) is not None

    def refusal(self, needed: Role) -> str | None:
        """Why what needs this role cannot be done here; None when it can."""
        if self.read_only and needed is not Role.VIEWER:
            return READ_ONLY_REASON
        return None if self.role.may(needed) else self.role.refusal(needed)


class TooSmall(Static):
    """Stands in for a screen that would be broken."""

    DEFAULT_CSS = "TooSmall { display: none; width: 100%; height: 100%; content-align: center middle; }"


class HelpdeskScreen(Screen[None]):
    """A screen of the program. It sets PLACE and composes `self.header()`, its own widgets and `self.footer()`.

    A command with the id `x` runs the method `action_x`; when that is `async`, it runs in a worker, may await
    `self.ask()` and the like, and its errors are shown.
    """

    PLACE: ClassVar[Place]

    def __init_subclass__(cls, **kwargs: object) -> None:
        if "PLACE" in vars(cls):
            own: list[BindingType] = list(vars(cls).get("BINDINGS", []))
            cls.BINDINGS = [*own, *bindings_for(cls.PLACE)]
        super().__init_subclass__()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._asking = asyncio.Lock()
        self._answered: set[str] = set()
        """The purposes of what was read in the background so far."""

    # Parts ----------------------------------------------------------------------------------------------------------

    def header(self, title: str = "", *, search: SearchField | None = None) -> ComposeResult:
        """The first line with its rule; the screen changes it through `query_one(HeaderLine)`."""
        yield HeaderLine(self.session.environment, self.session.badges, title=title, search=search)
        yield RuleLine()

    def footer(self) -> ComposeResult:
        """The last line with its rule."""
        yield RuleLine()
        yield FooterLine(self.offers)

    def show_commands(self) -> None:
        """What can be done may have changed: show it."""
        for line in self.query(FooterLine):
            line.show()

    # Commands -------------------------------------------------------------------------------------------------------

    def why_not(self, command_id: str) -> str | None:
        """Why this command cannot be done now, in one sentence; None when it can. Screens override this."""
        return None

    def needed(self, command_id: str) -> Role:
        """Who may do this here. Screens override it where that depends on what is changed."""
        return BY_ID[command_id].needs

    def reason_against(self, command_id: str) -> str | None:
        """`why_not`, after what holds for every screen."""
        if BY_ID[command_id].writes_file and not self.session.own_account:
            return NOT_YOUR_FILES
        if command_id == "suspend" and not getattr(self.app, "can_suspend", True):
            return NO_SHELL
        return self.session.refusal(self.needed(command_id)) or self.why_not(command_id)

    def offers(self) -> Sequence[Offer]:
        """Every command that this screen has, with why it cannot be done now."""
        commands: tuple[Command, ...] = (*commands_for(self.PLACE), *commands_for(Place.EVERYWHERE))
        offers = [(command, self.reason_against(command.id)) for command in commands if self._method(command.id)]
        return offers if self.session.caller else [offer for offer in offers if offer[0].id != PRACTICE]

    def _method(self, command_id: str) -> Callable[[], Awaitable[None] | None] | None:
        name = f"action_{command_id}"
        return getattr(self, name, None) or getattr(self.app, name, None)

    def run_command(self, command_id: str) -> None:
        """Do it, or say why not."""
        method = self._method(command_id)
        if method is None:
            return
        reason = self.reason_against(command_id)
        if reason is None and any(w.name == command_id and w.node is self and not w.is_finished for w in self.workers):
            reason = f"{BY_ID[command_id].title} is still under way."
        if reason is not None:
            self.say(reason, "warning")
            return
        try:
            outcome = method()
        except Exception as error:
            self.show_error(error)
            return
        if inspect.iscoroutine(outcome):
            self.run_worker(outcome, name=command_id, group=command_id, exit_on_error=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key that works at once still is a letter to whoever writes text, and nothing to an open question."""
        at_once = action == "run" and BY_ID[str(parameters[0])].at_once
        return not (at_once and (isinstance(self.focused, Input) or self.query(Prompt)))

    def action_run(self, command_id: str) -> None:
        """What every key binding does."""
        self.run_command(command_id)

    def action_back(self) -> None:
        """Leave this screen, unless it is the first."""
        if len(self.app.screen_stack) > 2:
            self.app.pop_screen()

    async def action_play_caller(self) -> None:
        """Somebody calls, for a practice."""
        from helpdesk_tui.screens.practice import choose_caller

        await choose_caller(self)

    def on_footer_line_pressed(self, pressed: FooterLine.Pressed) -> None:
        self.run_command(pressed.command)

    # Asking and telling ---------------------------------------------------------------------------------------------

    async def ask(self, title: str, *, consequence: str, yes: str, no: str = "No, leave it") -> bool:
        """A yes/no question that names its target; `yes` says what will be done (`Yes, remove it`)."""
        return await self._put(lambda: YesNo(title, self.session.environment, consequence, yes, no))

    async def ask_text(self, title: str, *, value: str = "", check: Callable[[str], object] = str) -> str | None:
        """A line of text, or None when the operator left. `check` raises HelpdeskError when it will not do."""
        return await self._put(lambda: TextQuestion(title, value, check))

    async def ask_secret(self, title: str, *, check: Callable[[str], object] = str) -> str | None:
        """The same for a password, which does not show while it is typed."""
        return await self._put(lambda: SecretQuestion(title, check))

    async def choose(self, title: str, options: Sequence[tuple[T, str]], *, first: T | None = None) -> T | None:
        """One of the options (value and line to show), or None. `first` is highlighted at the start."""
        values = [value for value, _ in options]
        start = values.index(first) if first is not None and first in values else 0
        number = await self._put(lambda: Choice(title, [text for _, text in options], start))
        return None if number is None else values[number]

    async def _put(self, prompt: Callable[[], Prompt[T]]) -> T:
        """One question at a time."""
        async with self._asking:
            self.app.clear_notifications()  # they would lie over the question
            return await prompt().put_to(self.query_one(PromptHost))

    def take_key(self, key: str) -> bool:
        """Give a key to the question that stands on the screen; False when there is none that wants it."""
        for question in self.query(YesNo):
            question.take_key(key)
            return True
        return False

    def on_click(self, event: events.Click) -> None:
        """A click beside a question is no answer to it: leave it."""
        for question in self.query(YesNo):
            if event.widget is None or question not in event.widget.ancestors_with_self:
                question.action_leave()

    def say(self, text: str, severity: Literal["information", "warning", "error"] = "information") -> None:
        """One sentence for a few seconds, above the footer. May be called from any thread."""
        self.app.notify(safe(text), severity=severity, timeout=NOTICE_SECONDS[severity], markup=False)

    def show_error(self, error: BaseException) -> None:
        """The sentence of an error; what nobody foresaw goes to the log with its traceback."""
        if isinstance(error, HelpdeskError):
            self.say(str(error), "error")
        else:
            log.error("unexpected error", exc_info=error)
            self.say(UNEXPECTED, "error")

    def copy(self, text: str, what: str) -> None:
        """Send text to the operator's clipboard; `what` names it without giving a secret away."""

        def write(data: str) -> None:
            driver = self.app._driver
            if driver is not None:
                self.app.call_from_thread(driver.write, data)

        self.in_background("copy", lambda: clipboard.send(text, what, write, os.environ), self.say)

    # Work -----------------------------------------------------------------------------------------------------------

    def in_background(self, purpose: str, work: Callable[[], T], then: Callable[[T], object]) -> None:
        """Run `work` in a thread and give its result to `then` on the screen.

        A newer call for the same purpose makes the older one's result go nowhere, and so does leaving the screen.
        """

        async def run() -> None:
            then(await asyncio.to_thread(work))
            if purpose not in self._answered:
                self._answered.add(purpose)
                self.call_after_refresh(self._lay_out_again)

        # The function and not its coroutine: one that is replaced before it begins is never awaited.
        begin: Callable[[], Awaitable[None]] = run
        self.run_worker(begin, name=purpose, group=purpose, exclusive=True, exit_on_error=False)

    def _lay_out_again(self) -> None:
        """An answer may come while the screen is still being built. Textual then leaves a text that has changed twice
        at the height of its first version."""
        texts = self.query(Static)
        if all(text.is_mounted for text in texts):
            for text in texts:
                text.refresh(layout=True, repaint=False)
        else:
            self.set_timer(STILL_BUILDING, self._lay_out_again)

    def on_worker_state_changed(self, changed: Worker.StateChanged) -> None:
        if changed.state is WorkerState.ERROR and changed.worker.error is not None:
            self.show_error(changed.worker.error)

    # Size -----------------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        columns, lines = SMALLEST
        too_small = f"This window is too small:\nHelpdesk needs {columns} columns and {lines} lines."
        self.mount_all((PromptHost(), TooSmall(too_small)))

    def on_resize(self, event: events.Resize) -> None:
        columns, lines = SMALLEST
        self.set_class(event.size.width < columns or event.size.height < lines, "-too-small")
