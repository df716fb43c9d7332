"""One phone: its verdict, the provisioning diagram, what can be done, the facts, and what happened."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Grid, Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from helpdesk_tui.assets import asset
from helpdesk_tui.backend import (
    USE_INSTALLED,
    Checks,
    Event,
    HistoryLine,
    Lookup,
    Mac,
    Phone,
    Reason,
    Request,
    Step,
    check_serial,
    lanes,
    phone_history,
    progress_of,
    settings_sent,
)
from helpdesk_tui.commands import BY_ID, Place
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.live import LiveScreen
from helpdesk_tui.screens.phone_actions import PhoneActions
from helpdesk_tui.screens.phone_customs import PhoneCustoms
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.diagram import Diagram
from helpdesk_tui.widgets.header import HeaderLine
from helpdesk_tui.widgets.key_button import KeyButton
from helpdesk_tui.widgets.rule_line import RuleLine
from helpdesk_tui.widgets.text import safe
from helpdesk_tui.widgets.times import ago, countdown, exact, short_span
from helpdesk_tui.widgets.verdict_line import VerdictLine

if TYPE_CHECKING:
    from helpdesk_tui.backend import Glance
    from helpdesk_tui.environments import Elsewhere

BUTTONS = ("activate", "firmware", "fix", "reset", "settings_file", "move")

NEEDS_PHONE = frozenset(
    {*BUTTONS, "copy", "login", "organisation", "function_keys", "custom_settings", "walkthroughs", "play_caller"}
)

BOOTS_EVERY = 0.2
"""Seconds between two looks at the phone of the demo's caller, which starts in a few seconds."""

MINUTE = 60.0
"""Seconds between two looks at what time alone changes: countdowns and relative times."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything this screen shows, read at one moment."""

    phone: Phone
    events: tuple[Event, ...]
    requests: tuple[Request, ...]
    checks: Checks
    warnings: tuple[str, ...]
    """What the operator should know about its settings file and its requests."""
    elsewhere: tuple[Elsewhere, ...]
    """Other environments that know it."""


class PhoneScreen(PhoneActions, PhoneCustoms, LiveScreen):
    """Everything about one phone; it grows by itself."""

    PLACE = Place.PHONE
    CSS_PATH = asset("styles/phone.tcss")
    AUTO_FOCUS = ""  # nothing: a stray enter must do nothing

    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]

    def __init__(self, session: Session, phone_id: int) -> None:
        super().__init__(session)
        self._phone_id = phone_id
        self._seen: Seen | None = None
        self._glance: Glance | None = None

    def compose(self) -> ComposeResult:
        yield from self.header()
        yield VerdictLine()
        yield RuleLine()
        yield Diagram()
        with Horizontal(id="buttons"):
            for command_id in BUTTONS:
                command = BY_ID[command_id]
                yield KeyButton(command_id, command.key, command.title if command_id != "fix" else "Fix")
        yield Static(id="boot", markup=False)
        yield Static(id="warnings", markup=False)
        with Grid(id="facts"):
            yield Static(id="left", markup=False)
            yield Static(id="right", markup=False)
        with VerticalScroll(id="history", can_focus=False):
            yield Static(id="events", markup=False)
        yield from self.footer()

    def on_mount(self) -> None:
        self.set_interval(MINUTE, self._show_all)
        if self.session.caller:
            self.set_interval(BOOTS_EVERY, self._show_boot)

    # Reading --------------------------------------------------------------------------------------------------------

    def read(self) -> None:
        known = self._seen.phone.mac if self._seen else None

        def read() -> Seen:
            # By its MAC once that is known: a walkthrough may have removed the phone and added it again.
            phone = self.desk.phones.find(known.colons) if known else self.desk.phones.get(self._phone_id)
            history, requests = self.desk.phones.history(phone.mac), self.desk.phones.requests(phone)
            checks = self.desk.settings.checks(phone)
            warnings = (*self.desk.phones.request_warnings(phone, requests), *self.desk.settings.warnings(phone))
            return Seen(phone, history, requests, checks, warnings, self.elsewhere(phone))

        self.in_background("phone", read, self._take)

    def _take(self, seen: Seen) -> None:
        if seen != self._seen:
            self._seen = seen
            self._show_all()

    def acted(self) -> None:
        self.read()

    # Showing --------------------------------------------------------------------------------------------------------

    def _show_all(self) -> None:
        if self._seen is None:
            return
        phone = self._seen.phone
        self.query_one(HeaderLine).show_title(f"{phone.mac}  {phone.model}  {phone.name}")
        self.query_one(VerdictLine).show(self.desk.phones.verdict(phone))
        diagram = lanes(phone, self._seen.events, self._seen.requests)
        self.query_one(Diagram).show(diagram, (self._manufacturer_note(phone), self._compass_note(phone)))
        self._show_warnings((*self._seen.warnings, *(other.sentence for other in self._seen.elsewhere)))
        self._show_facts(phone)
        self._show_history(phone_history(self._seen.events, self._seen.requests))
        for button in self.query("#buttons KeyButton").results(KeyButton):
            label = "Fix" if button.command == "fix" else BY_ID[button.command].title
            button.show(label, available=self.reason_against(button.command) is None)
        self.show_commands()

    def _show_boot(self) -> None:
        """In the demo: what the phone does since its caller did something to it."""
        from helpdesk_tui.screens.practice import progress_text  # late: only the demo has a caller

        caller = self.session.caller
        glance = caller.glance(self._seen.phone.mac) if caller and self._seen else None
        if glance != self._glance:
            self._glance = glance
            line = self.query_one("#boot", Static)
            line.display = glance is not None
            line.set_class(bool(glance and glance.step), "-starting")
            line.update(progress_text(glance) if glance else "")
            self.refresh()  # else what this line moves may not be painted anew

    def _manufacturer_note(self, phone: Phone) -> Content:
        """The step's value, its plain meaning, and the countdown."""
        note = f": {phone.step.meaning}"
        if phone.step is Step.ACTIVE and phone.deadline:
            left = phone.deadline - self.desk.clock()
            there = phone.deadline.astimezone(self.desk.environment.weekly_deadline.zone)
            note = f" until {there:%a %d %b %H:%M %Z} ({countdown(left)})"
            if left.total_seconds() <= 0:
                note = f": its deadline, {there:%a %d %b %H:%M %Z}, has passed"
        return Content.assemble((phone.step.value, "bold $key"), note)

    def _compass_note(self, phone: Phone) -> Content:
        sent = settings_sent(phone, self._seen.requests if self._seen else ())
        if sent is None:
            return Content("the phone has never fetched its settings")
        now, checks = self.desk.clock(), self._seen.checks if self._seen else None
        fetched = f"settings last fetched {ago(sent, now)}"
        if checks is None or checks.next is None:
            return Content(fetched)
        due = f"next check in {short_span(checks.next - now)}" if checks.next > now else "check overdue"
        if checks.change_waiting:
            last = f": {due}, last {ago(checks.last, now)}" if checks.last else f": {due}"
            return Content.assemble(("a change waits", "$waiting"), last)
        return Content(f"{fetched}, {due}")

    def _show_warnings(self, warnings: Sequence[str]) -> None:
        line = self.query_one("#warnings", Static)
        line.display = bool(warnings)
        self.set_class(bool(warnings), "-warned")
        line.update(Content("\n".join(f"{symbols().attention} {safe(warning)}" for warning in warnings)))
        line.refresh(layout=True)

    def _show_facts(self, phone: Phone) -> None:
        none = symbols().none
        learned = f" ({exact(phone.firmware_learned_at)})" if phone.firmware_learned_at else ""
        left = (
            ("Organisation", phone.organisation),
            ("User", phone.user or "nobody is logged in"),
            ("Model", f"{phone.vendor.label} {phone.model}"),
            ("Serial", phone.serial or none),
            ("PIN", phone.pin or none),
        )
        requests = self._seen.requests if self._seen else ()
        right = (
            ("Installed", (phone.firmware_installed or "not known yet") + learned),
            (
                "Selected",
                f"{phone.firmware_selected}, {progress_of(phone)}" if phone.firmware_selected else USE_INSTALLED,
            ),
            ("Address", requests[0].address if requests else none),
            ("VLAN", none if phone.vlan is None else "taken away" if phone.vlan == 0 else str(phone.vlan)),
            ("Last said", phone.reason_text or none),
        )
        self.query_one("#left", Static).update(_facts(left, 13))
        self.query_one("#right", Static).update(_facts(right, 10))

    def _show_history(self, history: Sequence[HistoryLine]) -> None:
        now = self.desk.clock()
        lines = [
            Content.assemble(
                (f"{exact(line.at, now):>12}", "$quiet"),
                (f"  {safe(line.text)}", "$attention" if line.odd else ""),
                (f"  {safe(line.operator)}", "$quiet"),
            )
            for line in history
        ]
        text = Content("\n").join(lines) if lines else Content.styled("Nothing has happened yet.", "$quiet")
        self.query_one("#events", Static).update(text)

    def progress(self, text: str) -> None:
        if self._seen is not None:
            self.query_one(HeaderLine).show_count(text)

    # Commands -------------------------------------------------------------------------------------------------------

    async def action_serial(self) -> None:
        """Enter the serial number; where the service has been waiting for it, register at once."""
        phone = self.chosen()[0]
        title = f"Serial number of {phone.mac}, from its sticker (empty takes it away):"
        serial = await self.ask_text(title, value=phone.serial, check=check_serial)
        if serial is None:
            return
        phone = await asyncio.to_thread(self.desk.phones.set_text, phone, "serial", serial)
        self.read()
        if phone.reason is Reason.NEEDS_SERIAL and phone.serial:
            await self._activate([phone])

    def action_activity(self) -> None:
        """Show what happened to this phone, among all that can be searched."""
        from helpdesk_tui.screens.activity import ActivityScreen

        search = self._seen.phone.mac.colons if self._seen else ""
        self.app.push_screen(ActivityScreen(self.session, search=search))

    async def action_play_caller(self) -> None:
        """In the demo: whoever has the phone does something to it, or calls about it."""
        from helpdesk_tui.screens.practice import play_caller

        await play_caller(self, self.chosen()[0])

    def action_timeline(self) -> None:
        """Show the boot step by step."""
        from helpdesk_tui.screens.timeline import TimelineScreen

        self.app.push_screen(TimelineScreen(self.session, self.chosen()[0].mac))

    async def action_ask_manufacturer(self) -> None:
        """Show what the service itself says, and offer to make both agree."""
        phone = self.chosen()[0]
        self.progress(f"Asking {phone.vendor.service_label}{symbols().ellipsis}")
        try:
            asked = await asyncio.to_thread(self.desk.manufacturers.ask, phone)
        finally:
            self.progress("")
        self.read()
        contact = asked.lookup.last_contact if isinstance(asked.lookup, Lookup) else None
        sentence = asked.sentence + (f" The phone was last there {exact(contact)}." if contact else "")
        if asked.agrees or self.session.looks_only:
            self.say(sentence)
            return
        yes = "Yes, register it" if phone.step in (Step.ACTIVE, Step.PROVISION) else "Yes, remove the registration"
        if await self.ask(f"Make them agree for {phone.mac}?", consequence=sentence, yes=yes):
            attempt = await asyncio.to_thread(self.desk.manufacturers.reconcile, phone, asked)
            self.say(attempt.sentence, "information" if attempt.ok else "error")
            self.read()

    def chosen(self) -> tuple[Phone, ...]:
        return (self._seen.phone,) if self._seen else ()

    @property
    def phone_to_take_along(self) -> Mac | None:
        return self._seen.phone.mac if self._seen else None

    def why_not(self, command_id: str) -> str | None:
        if self._seen is None and command_id in NEEDS_PHONE:
            return "The phone is still being read: try again in a moment."
        if command_id == "switch_here" and not (self._seen and self._seen.elsewhere):
            return self.why_no_other_environment() or "No other environment knows this phone."
        return super().why_not(command_id)

    @on(KeyButton.Pressed)
    def _button_pressed(self, pressed: KeyButton.Pressed) -> None:
        if pressed.command in BY_ID:
            self.run_command(pressed.command)


def _facts(rows: Sequence[tuple[str, str]], width: int) -> Content:
    return Content("\n").join(
        [Content.assemble((f"{label:<{width}}", "$quiet"), f" {safe(value)}") for label, value in rows]
    )
