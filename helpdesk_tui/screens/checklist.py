"""Fix a suboptimal state: the four steps of provisioning.txt, done together with the caller."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from helpdesk_tui.assets import asset
from helpdesk_tui.backend import (
    Attempt,
    Event,
    EventKind,
    HelpdeskError,
    Item,
    ItemState,
    Phone,
    Refused,
    ResetWay,
    Run,
    State,
)
from helpdesk_tui.commands import BY_ID, Place
from helpdesk_tui.screens.base import HelpdeskScreen, Session
from helpdesk_tui.screens.checklist_texts import (
    DONE,
    LOST,
    TITLES,
    event_text,
    phone_text,
    steps_text,
    text_of,
    ticket,
)
from helpdesk_tui.screens.phones import LOOK_AGAIN
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.header import HeaderLine
from helpdesk_tui.widgets.key_button import KeyButton
from helpdesk_tui.widgets.text import safe
from helpdesk_tui.widgets.times import exact

if TYPE_CHECKING:
    from helpdesk_tui.backend import Helpdesk

EVIDENCE = frozenset(
    {
        *(EventKind.REGISTERED, EventKind.REGISTER_FAILED, EventKind.DEREGISTERED, EventKind.DEREGISTER_FAILED),
        *(EventKind.EXPIRED, EventKind.FIRST_CONTACT, EventKind.FETCHED, EventKind.FIRMWARE_INSTALLED),
    }
)
"""Events that prove something of a step."""

MOST_EVIDENCE = 6
"""Events that are shown, newest first."""

TICKS = {
    Item.PREPARE: "Go on",
    Item.RESET: "The caller confirms the reset",
    Item.START: "The display is idle",
    Item.CONFIRM: "",
}
"""What enter says at each step; the last is proven by the phone alone."""

LABELS = {"add_again": "Remove, add again", "activate": "Activate", "copy": "Copy a summary for the ticket"}

BUTTONS = ("add_again", "activate", "done", "copy")


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything this screen shows, read at one moment."""

    phone: Phone
    run: Run
    events: tuple[Event, ...]
    """The evidence since the run began, newest first."""
    reset_way: ResetWay


class ChecklistScreen(HelpdeskScreen):
    """Leads operator and caller; what can be proven ticks itself off."""

    PLACE = Place.CHECKLIST
    CSS_PATH = asset("styles/checklist.tcss")
    AUTO_FOCUS = ""  # enter ticks the step, wherever the mouse has been

    def __init__(self, session: Session, phone_id: int, start_at: Item | None = None) -> None:
        super().__init__(session)
        self._phone_id = phone_id
        self._start_at = start_at
        self._seen: Seen | None = None
        self._states: tuple[ItemState, ...] = ()
        self._under_way = ""
        self._seen_version = 0

    @property
    def desk(self) -> Helpdesk:
        """The backend."""
        return self.session.helpdesk

    def compose(self) -> ComposeResult:
        yield from self.header("Fix a suboptimal state")
        with Horizontal(id="body"):
            with Vertical(id="overview"):
                yield Static(id="steps", markup=False)
                yield Static(id="phone", markup=False)
            with Vertical(id="now"):
                yield Static(id="title", markup=False)
                for name in ("Say", "Do"):
                    with Horizontal(classes="part"):
                        yield Static(name, classes="label")
                        yield Static(id=name.lower(), classes="text", markup=False)
                with Horizontal(id="buttons"):
                    for command_id in BUTTONS:
                        yield KeyButton(command_id, BY_ID[command_id].key, "")
                with Horizontal(classes="part", id="proof"):
                    yield Static("Seen", classes="label")
                    with Vertical():
                        yield Static(id="countdown", markup=False)
                        yield Static(id="evidence", markup=False)
        yield from self.footer()

    def on_mount(self) -> None:
        self._seen_version = self.desk.data_version()
        self.in_background("checklist", self._begin, self._begun)
        self.set_interval(LOOK_AGAIN, self.look_again)

    # Reading --------------------------------------------------------------------------------------------------------

    def _begin(self) -> Seen | HelpdeskError:
        """Resume the open run of this phone, or start one."""
        try:
            phone = self.desk.phones.get(self._phone_id)
            run = self.desk.checklist.resume_or_start(phone)
            if self._start_at is Item.RESET and not self.session.read_only and self._may_go_on(run, phone):
                run = self.desk.checklist.tick(run, phone, Item.PREPARE)
            return self._seen_of(phone, run)
        except HelpdeskError as error:
            return error

    def _may_go_on(self, run: Run, phone: Phone) -> bool:
        """Whether the registration that there is can be used for a reset: no phone has come by with it yet."""
        first = self.desk.checklist.states(run, phone)[0]
        return first.state is State.NOW and not first.blocked and phone.token_used_at is None

    def _read(self) -> None:
        def read() -> Seen | HelpdeskError:
            try:
                return self._fresh()
            except HelpdeskError as error:
                return error

        if self._seen is not None:
            self.in_background("checklist", read, self._take)

    def _fresh(self) -> Seen:
        """The phone and the run as they are now. The phone is followed by its MAC: added again, it has a new id."""
        assert self._seen is not None
        phone = self.desk.phones.find(self._seen.phone.mac.colons)
        run = self._seen.run
        if run.id:
            run = self.desk.checklist.get(run.id)
        if run.ended_at is not None and run.outcome == "started over":  # by a colleague
            run = self.desk.checklist.resume_or_start(phone)
        return self._seen_of(phone, run)

    def _seen_of(self, phone: Phone, run: Run) -> Seen:
        events = tuple(
            event
            for event in self.desk.phones.history(phone.mac)
            if event.at >= run.started_at and event.kind in EVIDENCE
        )
        model = self.desk.catalogue.find(phone.model)
        return Seen(phone, run, events, model.reset if model else ResetWay.MANUAL)

    def _begun(self, answer: Seen | HelpdeskError) -> None:
        self._take(answer)
        if isinstance(answer, Seen):
            run = answer.run
            if run.progress and run.operator != self.session.operator:
                self.say(f"Resumed: {run.operator} did the last step on {exact(run.changed_at)}; o starts over.")

    def _take(self, answer: Seen | HelpdeskError) -> None:
        if isinstance(answer, HelpdeskError):
            self._show_problem(answer)
        elif answer != self._seen:
            self._seen = answer
            self._states = ()
            self.show_states()

    def look_again(self) -> None:
        """Show what another process has changed, and what time alone changes."""
        version = self.desk.data_version()
        if version != self._seen_version:
            self._seen_version = version
            self._read()
        self.show_states()

    # Showing --------------------------------------------------------------------------------------------------------

    def show_states(self) -> None:
        """Work out the steps, which costs nothing, and paint what differs: mostly the countdown alone."""
        seen = self._seen
        if seen is None:
            return
        before, self._states = self._states, self.desk.checklist.states(seen.run, seen.phone)
        now = self._current
        left = now.quiet_left if now else None
        seconds = _seconds(left) if left else 0
        countdown = self.query_one("#countdown", Static)
        countdown.display = left is not None
        if left is not None:
            countdown.update(f"{symbols().waiting} Hands off for {seconds} s more")
        if _without_countdown(before) != _without_countdown(self._states):
            self._show_all(seen)

    @property
    def _current(self) -> ItemState | None:
        """The step that is to be done now; None: all are done."""
        return next((state for state in self._states if state.state is State.NOW), None)

    @property
    def _all_done(self) -> bool:
        return bool(self._states) and self._current is None

    def _show_all(self, seen: Seen) -> None:
        phone, now = seen.phone, self._current
        self.query_one(HeaderLine).show_count(f"{phone.mac}  {phone.model}")
        self.query_one("#steps", Static).update(steps_text(self._states, seen.run))
        self.query_one("#phone", Static).update(phone_text(phone, seen.run))
        text = DONE if now is None else text_of(now.item, seen.reset_way, usable=not now.blocked)
        sign = symbols()
        title = (
            Content.styled(f"{sign.ok} Mended: the phone is in normal operation.", "bold $ok")
            if now is None
            else Content.styled(f"{list(Item).index(now.item) + 1}  {TITLES[now.item]}", "bold")
        )
        self.query_one("#title", Static).update(title)
        self.query_one("#say", Static).update(Content(f'"{text.say}"' if sign.ascii else f"“{text.say}”"))
        self.query_one("#do", Static).update(Content(text.do.replace("⏎", sign.enter)))
        self._show_buttons(now)
        self._show_evidence()
        self.show_commands()
        if now is None:
            self._finish(seen)

    def _show_buttons(self, now: ItemState | None) -> None:
        item = now.item if now else None
        shown = {
            "add_again": item is Item.PREPARE,
            "activate": item is Item.PREPARE,
            "done": item is not None and bool(TICKS[item]) and self.why_not("done") is None,
            "copy": item is None,
        }
        for button in self.query(KeyButton):
            button.display = shown[button.command]
            label = TICKS[item] if button.command == "done" and item else LABELS.get(button.command, "")
            button.show(label, available=self.reason_against(button.command) is None)
        self.query_one("#buttons").display = any(shown.values())

    def _show_evidence(self) -> None:
        seen = self._seen
        if seen is None:
            return
        lines: list[Content] = []
        now = self._current
        if self._under_way:
            lines.append(Content.styled(f"{symbols().waiting} {self._under_way}", "bold $waiting"))
        if now is not None and now.blocked:
            lines.append(Content.styled(f"{symbols().attention} {now.blocked}", "$attention"))
        if evidence := (now or self._states[-1]).evidence:
            lines.append(Content(evidence))
        today = self.desk.clock()
        lines += [event_text(event, today) for event in seen.events[:MOST_EVIDENCE]]
        text = Content("\n").join(lines) if lines else Content.styled("Nothing yet; it appears by itself.", "$quiet")
        self.query_one("#evidence", Static).update(text)

    def _show_problem(self, error: HelpdeskError) -> None:
        """There is no phone to lead through: say why, in its place."""
        self._seen, self._states = None, ()
        self.add_class("-nothing")
        title = Content.assemble((f"{symbols().attention} ", "bold $attention"), safe(str(error)))
        self.query_one("#title", Static).update(title)
        self.show_commands()

    def _finish(self, seen: Seen) -> None:
        """The last step is proven: end the run."""
        if seen.run.ended_at is not None or self.session.read_only:
            return

        def finish() -> Seen | HelpdeskError:
            try:
                if self.desk.checklist.get(seen.run.id).ended_at is None:  # else a colleague was quicker
                    self.desk.checklist.finish(seen.run, seen.phone)
                return self._fresh()
            except HelpdeskError as error:
                return error

        self.in_background("finish", finish, self._take)

    # Commands -------------------------------------------------------------------------------------------------------

    def why_not(self, command_id: str) -> str | None:
        if command_id not in ("done", "activate", "add_again", "start_over", "copy"):
            return None
        if self._seen is None:
            return "There is no checklist here."
        now = self._current
        if command_id == "done":
            return _why_not_done(now)
        if command_id in ("activate", "add_again") and (now is None or now.item not in (Item.PREPARE, Item.RESET)):
            return "The reset has begun: to register the phone once more, start over first."
        return None

    async def action_done(self) -> None:
        """Tick the current step off."""
        now = self._current
        if now is not None:
            await asyncio.to_thread(self._tick, now.item)
            self._read()

    def _tick(self, item: Item) -> None:
        fresh = self._fresh()
        self.desk.checklist.tick(fresh.run, fresh.phone, item)

    async def action_activate(self) -> None:
        """The first step, one way."""
        await self._register(self.desk.checklist.activate)

    async def action_add_again(self) -> None:
        """The first step, the other way."""
        if self._seen is None:
            return
        title = f"Remove {self._seen.phone.mac} and add it again?"
        if await self.ask(title, consequence=LOST, yes="Yes, remove and add it again"):
            await self._register(self.desk.checklist.add_again)

    async def _register(self, way: Callable[[Run, Phone], Attempt]) -> None:
        if self._seen is None:
            return
        self._under_way = f"Registering at {self._seen.phone.vendor.service_label}{symbols().ellipsis}"
        self._show_evidence()

        def register() -> Attempt:
            fresh = self._fresh()
            if fresh.run.ended_at is not None:
                raise Refused("A colleague has ended this checklist in the meantime: start over.")
            return way(fresh.run, fresh.phone)

        try:
            attempt = await asyncio.to_thread(register)
            if not attempt.ok:  # else it is seen among the evidence
                self.say(attempt.sentence, "error")
        finally:
            self._under_way = ""
            self._show_evidence()
            self._read()

    async def action_start_over(self) -> None:
        """Give up this run, or leave the ended one, and begin anew."""
        if self._seen is None:
            return
        title = f"Start over with {self._seen.phone.mac}?"
        consequence = "The steps are to do again; what was done to the phone stays done."
        if self._all_done or await self.ask(title, consequence=consequence, yes="Yes, start over"):
            self._seen = await asyncio.to_thread(self._start_over)
            self._states = ()
            self.show_states()

    def _start_over(self) -> Seen:
        fresh = self._fresh()
        ended = fresh.run.ended_at is not None
        checklist = self.desk.checklist
        run = checklist.resume_or_start(fresh.phone) if ended else checklist.start_over(fresh.run, fresh.phone)
        return self._seen_of(fresh.phone, run)

    def action_copy(self) -> None:
        """Send a summary for the ticket to the clipboard."""
        seen = self._seen
        if seen is not None:
            environment, now = self.session.environment, self.desk.clock()
            text = ticket(environment, seen.phone, seen.run, self._states, seen.events, now)
            self.copy(text, f"a summary of the checklist of {seen.phone.mac}")

    @on(KeyButton.Pressed)
    def _button_pressed(self, pressed: KeyButton.Pressed) -> None:
        if pressed.command in BY_ID:
            self.set_focus(None)  # so that the next enter ticks, and does not press this again
            self.run_command(pressed.command)


def _why_not_done(now: ItemState | None) -> str | None:
    if now is None:
        return "All steps are done: esc goes back."
    if now.blocked:
        return now.blocked
    if now.quiet_left is not None:
        return f"Hands off for {_seconds(now.quiet_left)} s more: this is ticked off by itself."
    return None


def _seconds(left: timedelta) -> int:
    """Rounded up: at zero it is over."""
    return -int(-left.total_seconds() // 1)


def _without_countdown(states: Sequence[ItemState]) -> list[ItemState]:
    return [replace(state, quiet_left=None) for state in states]
