"""A guided walkthrough: operator and caller do it together, and what can be proven ticks itself off."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from helpdesk_tui.assets import asset
from helpdesk_tui.backend import (
    PROOFS,
    Event,
    HelpdeskError,
    Request,
    View,
    WalkStep,
    seconds,
)
from helpdesk_tui.commands import BY_ID, Place, press
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.live import LOOK_AGAIN
from helpdesk_tui.screens.walkthrough_actions import WalkthroughActions
from helpdesk_tui.screens.walkthrough_texts import caller_text, drawing_text, evidence_text, phone_text, steps_text
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.footer import Offer
from helpdesk_tui.widgets.header import HeaderLine
from helpdesk_tui.widgets.key_button import KeyButton
from helpdesk_tui.widgets.text import safe
from helpdesk_tui.widgets.times import exact

MOST_EVIDENCE = 6
"""Events and requests that are shown, newest first."""

MOST_CHOICES = 9

ACTIONS = {
    "activate": "Activate",
    "add_again": "Remove, add again",
    "add_elsewhere": "Remove, add elsewhere",
    "move": "Move, keep settings",
    "retry": "Try again now",
    "ask_manufacturer": "Ask the manufacturer",
    "firmware": "Choose a firmware",
    "ask_caller": "Ask and note",
}
"""Commands that only some steps offer, with what stands on their buttons."""

GOING_ON = frozenset({"done", "skip", "language", "abandon"})
"""Commands that an ended run has no more."""

CHANGING = frozenset({*ACTIONS, "done", "choose", "skip", "language", "abandon", "start_over"})
"""Commands of whoever has the run."""


class WalkthroughScreen(WalkthroughActions):
    """Leads operator and caller through one walkthrough."""

    PLACE = Place.WALKTHROUGH
    CSS_PATH = asset("styles/walkthrough.tcss")
    AUTO_FOCUS = ""  # enter ticks the step, wherever the mouse has been
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(str(number), f"choose_number({number})", show=False) for number in range(2, MOST_CHOICES + 1)
    ]

    def __init__(self, session: Session, phone_id: int, walkthrough: str) -> None:
        super().__init__(session)
        self._phone_id = phone_id
        self._walkthrough = walkthrough
        self._painted: object = None
        self._seen_version = 0
        self._heard = Content("")
        self._begun_before: set[int] = set()

    def compose(self) -> ComposeResult:
        yield from self.header()
        with Horizontal(id="body"):
            with Vertical(id="overview"):
                yield Static(id="steps", markup=False)
                yield Static(id="drawing", markup=False)
                yield Static(id="phone", markup=False)
            with Vertical(id="now"):
                yield Static(id="title", markup=False)
                for name in ("Say", "Do"):
                    with Horizontal(classes="part"):
                        yield Static(self.desk.walkthroughs.sentence(name), classes="label")
                        yield Static(id=name.lower(), classes="text", markup=False)
                with Horizontal(classes="part", id="caller"):
                    yield Static(self.desk.walkthroughs.sentence("Hear"), classes="label")
                    yield Static(id="hear", classes="text", markup=False)
                with Horizontal(id="buttons"):
                    for command_id in ACTIONS:
                        yield KeyButton(command_id, BY_ID[command_id].key, "")
                with Vertical(id="choices"):
                    for command_id in ("done", "copy"):
                        yield KeyButton(command_id, BY_ID[command_id].key, "")
                    for number in range(1, MOST_CHOICES + 1):
                        yield KeyButton(f"choose {number}", str(number), "")
                with Horizontal(classes="part", id="proof"):
                    yield Static(self.desk.walkthroughs.sentence("Seen"), classes="label")
                    with Vertical():
                        yield Static(id="countdown", markup=False)
                        yield Static(id="evidence", markup=False)
        yield from self.footer()

    def on_mount(self) -> None:
        self._seen_version = self.desk.data_version()
        self.in_background("walkthrough", self._begin, self._begun)
        self.set_interval(LOOK_AGAIN, self.look_again)

    # Reading --------------------------------------------------------------------------------------------------------

    def _begin(self) -> View | HelpdeskError:
        """Resume the open run of this phone, or start one."""
        try:
            phone = self.desk.phones.get(self._phone_id)
            self._begun_before = {run.id for run in self.desk.walkthroughs.runs_of(phone)}
            return self.desk.walkthroughs.advance(self.desk.walkthroughs.resume_or_start(phone, self._walkthrough))
        except HelpdeskError as error:
            return error

    def _begun(self, answer: View | HelpdeskError) -> None:
        self._take(answer)
        if isinstance(answer, View) and answer.run.id in self._begun_before and self._is_mine(answer):
            self.say(f"Resumed where it was left on {exact(answer.run.changed_at)}; {press('start_over')} starts over.")

    def read(self) -> None:
        def read() -> View | HelpdeskError:
            try:
                return self._fresh()
            except HelpdeskError as error:
                return error

        if self.view is not None:
            self.in_background("walkthrough", read, self._take)

    def _fresh(self) -> View:
        """The run as it is now. Its phone is followed by its MAC: added again, it has a new id."""
        assert self.view is not None
        walkthroughs = self.desk.walkthroughs
        view = walkthroughs.advance(self.view.run)
        if view.standing.leads_to and not self.session.looks_only:
            return walkthroughs.advance(walkthroughs.resume_or_start(view.phone, view.standing.leads_to))
        if view.run.outcome == "started over":  # by a colleague
            return walkthroughs.advance(walkthroughs.resume_or_start(view.phone, view.run.walkthrough))
        return view

    def _take(self, answer: View | HelpdeskError) -> None:
        if isinstance(answer, HelpdeskError):
            if not self.under_way:  # else it was read in the midst of that, and is read anew afterwards
                self._show_problem(answer)
            return
        before, self.view = self.view, answer
        if before and before.run.walkthrough != answer.run.walkthrough:
            self.say(f"Went on with “{answer.tell(answer.walkthrough.title, self.desk.walkthroughs.language)}”.")
        if self.session.caller:
            self.session.caller.follow(answer)
        self._show(answer)

    def look_again(self) -> None:
        """Show what another process has changed, and what time alone changes."""
        version = self.desk.data_version()
        if self.view is None:
            return
        now = self.desk.walkthroughs.again(self.view)
        moved = now.standing.progress != self.view.standing.progress
        if version != self._seen_version or moved:
            self._seen_version = version
            self.read()
        self._show(now)

    def on_screen_resume(self) -> None:
        self.read()

    # Showing --------------------------------------------------------------------------------------------------------

    def _show(self, view: View) -> None:
        """Paint what differs: mostly the countdown alone."""
        self._show_caller(view)
        standing = view.standing
        countdown = self.query_one("#countdown", Static)
        countdown.display = standing.left is not None
        if standing.left is not None:
            said = self.desk.walkthroughs.sentence(f"Hands off for {seconds(standing.left)} s more")
            countdown.update(f"{symbols().waiting} {said}")
        painted = _without_countdown(view)
        if painted != self._painted:
            self._painted = painted
            self.view = view
            self.show_all(view)
        self.view = view

    def _show_caller(self, view: View) -> None:
        """In the demo: what the caller says, and what their phone does."""
        caller = self.session.caller
        if caller is None:
            return
        from helpdesk_tui.screens.practice import glance_text  # late: only the demo has a caller

        mac = view.phone.mac
        glance = caller.glance(mac)
        seen = glance_text(glance, self.desk.walkthroughs.sentence) if glance else Content("")
        heard = caller_text(caller.words if caller.is_about(mac) else "", seen, caller.verdict_on(mac))
        if heard != self._heard:
            self._heard = heard
            self.query_one("#caller").display = bool(heard.plain)
            self.query_one("#hear", Static).update(heard)

    def show_all(self, view: View) -> None:
        """Paint everything."""
        standing, sign, language = view.standing, symbols(), self.desk.walkthroughs.language
        header = self.query_one(HeaderLine)
        header.show_title(view.tell(view.walkthrough.title, language))
        header.show_count(f"{view.phone.mac}  {view.phone.model}  {view.language}")
        self._show_overview(view, language)
        place = standing.variant or standing.end
        if place is not None:
            self.query_one("#title", Static).update(self._title(view, language))
            said = safe(view.say(place.say))
            self.query_one("#say", Static).update(Content(f'"{said}"' if sign.ascii else f"“{said}”"))
            done = view.tell(place.do, language).replace("{enter}", press("done"))
            self.query_one("#do", Static).update(Content(safe(done)))
        self._show_buttons(view, language)
        self.show_evidence()
        self.show_commands()

    def _show_overview(self, view: View, language: str) -> None:
        standing = view.standing
        room = max(8, self.size.height - 4)
        walkthroughs = self.desk.walkthroughs
        drawing = walkthroughs.library.drawings.get(standing.variant.drawing if standing.variant else "")
        drawn_lines = drawing.lines(language) if drawing else ()
        drawn = len(drawn_lines) + 1 if drawing else 0
        phone_room = 3 if drawing and room < 26 else 7
        steps_room = max(4, room - drawn - phone_room - 1)
        steps = min(steps_room, 2 * len(standing.way) if 2 * len(standing.way) <= steps_room else len(standing.way))
        self.query_one("#steps", Static).update(steps_text(standing.way, language, walkthroughs.sentence, steps_room))
        self.query_one("#drawing", Static).update(drawing_text(drawn_lines))
        self.query_one("#drawing").display = drawing is not None
        zone = self.desk.environment.weekly_deadline.zone
        of_phone = phone_text(view, walkthroughs.sentence, room - steps - drawn - 1, zone)
        self.query_one("#phone", Static).update(of_phone)

    def _title(self, view: View, language: str) -> Content:
        standing, sign = view.standing, symbols()
        if standing.step:
            number = next(n for n, entry in enumerate(standing.way, start=1) if entry.step is standing.step)
            return Content.styled(f"{number}  {safe(view.tell(standing.step.title, language))}", "bold")
        assert standing.end is not None
        kind, shape = ("ok", sign.ok) if standing.end.good else ("attention", sign.attention)
        return Content.styled(f"{shape} {safe(view.tell(standing.end.title, language))}", f"bold ${kind}")

    def _show_buttons(self, view: View, language: str) -> None:
        standing, step = view.standing, view.standing.step
        say = self.desk.walkthroughs.sentence
        labels = {command_id: say(ACTIONS[command_id]) for command_id in ACTIONS if command_id in _actions(step)}
        self.query_one("#buttons").display = bool(labels)
        if step and standing.may_confirm:
            labels["done"] = view.tell(step.confirm, language)
        if step is None:
            labels["copy"] = say("Copy a summary for the ticket")
        for number, choice in enumerate(standing.choices, start=1):
            labels[f"choose {number}"] = view.tell(choice.label, language)
        for button in self.query("#buttons KeyButton, #choices KeyButton").results(
            KeyButton
        ):  # not those of a question
            button.display = button.command in labels
            available = self.reason_against(button.command.partition(" ")[0]) is None
            button.show(labels.get(button.command, ""), available=available)

    def show_evidence(self) -> None:
        view = self.view
        if view is None:
            return
        proofs = [event for event in view.evidence.events if event.kind in PROOFS]
        seen: list[Event | Request] = [*proofs, *view.evidence.requests]
        events = sorted(seen, key=lambda each: each.at, reverse=True)[:MOST_EVIDENCE]
        say, now = self.desk.walkthroughs.sentence, self.desk.clock()
        text = evidence_text(view, self.under_way, events, say, now, mine=self._is_mine(view))
        self.query_one("#evidence", Static).update(text)

    def _show_problem(self, error: HelpdeskError) -> None:
        """There is nothing to lead through: say why, in its place."""
        self.view, self._painted = None, None
        self.add_class("-nothing")
        title = Content.assemble((f"{symbols().attention} ", "bold $attention"), safe(str(error)))
        self.query_one("#title", Static).update(title)
        self.show_commands()

    # Commands -------------------------------------------------------------------------------------------------------

    def offers(self) -> Sequence[Offer]:
        """Actions that the step does not ask for are not offered at all."""
        step = self.view.standing.step if self.view else None
        hidden = ACTIONS.keys() - _actions(step)
        if self.view is None or self._is_mine(self.view):
            hidden |= {"take_over"}
        if not (self.view and self.view.standing.choices):
            hidden |= {"choose"}
        if self.view and self.view.standing.over:
            hidden |= GOING_ON
        return [offer for offer in super().offers() if offer[0].id not in hidden]

    def why_not(self, command_id: str) -> str | None:
        if command_id in CHANGING | {"copy", "save_summary", "take_over"} and self.view is None:
            return "There is no walkthrough here."
        if self.view is None or command_id not in CHANGING:
            return None
        if command_id != "start_over" and self.view.standing.over:
            return f"This walkthrough has come to its end: {press('back')} goes back."
        if not self._is_mine(self.view):
            return f"{self.view.run.operator} has this walkthrough: {press('take_over')} takes it over."
        return self._why_not_here(command_id, self.view)

    def _why_not_here(self, command_id: str, view: View) -> str | None:
        step = view.standing.step
        if command_id in ACTIONS and command_id not in _actions(step):
            return "This step does not ask for that: look at what it says."
        if command_id == "done" and not view.standing.may_confirm:
            blocked = self.desk.walkthroughs.sentence(view.standing.blocked)
            return blocked or "This step is proven by itself: wait, or choose one of the other ways."
        if command_id == "choose" and not view.standing.choices:
            return "There is nothing to choose here."
        if command_id == "skip" and step and not step.next:
            return "This step is a question: choose one of its answers."
        if command_id == "skip" and step and not step.may_skip:
            return (
                "This step is the proof that it works: it cannot be skipped, "
                f"but {press('abandon')} leaves the walkthrough."
            )
        return None

    def _is_mine(self, view: View) -> bool:
        return view.run.operator == self.session.operator or view.run.id == 0

    async def action_start_over(self) -> None:
        """Give up this run, or leave the ended one, and begin anew."""
        if self.view is None:
            return
        view = self.view
        title = f"Start over with {view.phone.mac}?"
        consequence = "The steps are to do again; what was done to the phone stays done."
        if view.standing.over or await self.ask(title, consequence=consequence, yes="Yes, start over"):
            run = await asyncio.to_thread(self.desk.walkthroughs.start_over, view.run)
            self._take(await asyncio.to_thread(self.desk.walkthroughs.advance, run))

    @on(KeyButton.Pressed)
    def _button_pressed(self, pressed: KeyButton.Pressed) -> None:
        self.set_focus(None)  # so that the next enter ticks, and does not press this again
        if pressed.command.startswith("choose "):
            self.action_choose_number(int(pressed.command.removeprefix("choose ")))
        elif pressed.command in BY_ID:
            self.run_command(pressed.command)


def _actions(step: WalkStep | None) -> set[str]:
    """The commands that this step asks for."""
    return {*step.actions, *(("ask_caller",) if step.questions else ())} if step else set()


def _without_countdown(view: View) -> object:
    """What makes two views look alike, whatever second it is."""
    standing = view.standing
    blocked = "" if standing.left else standing.blocked
    minutes = None if standing.overdue is None else int(standing.overdue.total_seconds() // 60)
    sentences = tuple(proof.sentence for proof in (*standing.proofs, *standing.proven))
    place = (standing.step, standing.end, standing.leads_to, standing.choices, standing.way)
    return (view.run, view.phone, view.language, view.evidence, place, blocked, minutes, sentences)
