"""One phone of a platform elsewhere: what it tells, when that was read, and what it does not tell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from helpdesk_tui.assets import asset
from helpdesk_tui.backend import Fact, HelpdeskError, Mac, NotFound, RemotePhone, RemoteStatus
from helpdesk_tui.commands import BY_ID, Place
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.remote_base import NOT_OFFERED, RemoteScreen, read_at
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.header import HeaderLine
from helpdesk_tui.widgets.key_button import KeyButton
from helpdesk_tui.widgets.rule_line import RuleLine
from helpdesk_tui.widgets.text import fit, safe

BUTTONS = {"move": "Move", "activate": "Activate", "firmware": "Firmware", "fix": "Fix", "reset": "Factory reset",
           "settings_file": "Settings file"}  # fmt: skip
"""What stands on the screen of a phone of our own, and Move, which is what is offered."""

NEVER = ("verdict", "user", "serial", "PIN", "VLAN", "selected firmware", "settings file", "last fetch", "history")


class RemotePhoneScreen(RemoteScreen):
    """Everything that the platform tells about one phone; asked anew when it opens, and by key."""

    PLACE = Place.PHONE
    CSS_PATH = asset("styles/remote.tcss")
    AUTO_FOCUS = ""  # nothing: a stray enter must do nothing

    def __init__(self, session: Session, phone: RemotePhone) -> None:
        """`phone`: as it is known so far."""
        super().__init__(session)
        self._phone = phone
        self._status: RemoteStatus | None = None
        self._problems: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        yield from self.header()
        yield Static(id="provisioning", markup=False)
        yield RuleLine()
        with Horizontal(id="buttons"):
            for command_id, label in BUTTONS.items():
                yield KeyButton(command_id, BY_ID[command_id].key, label)
        with VerticalScroll(id="facts", can_focus=False):
            yield Static(id="problems", markup=False)
            yield Static(id="told", markup=False)
            yield Static(id="never", markup=False)
        yield from self.footer()

    def on_mount(self) -> None:
        self._show()
        self._ask()

    # Reading --------------------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        """Ask the platform for the phone and its status; either may fail without the other."""
        self.query_one(HeaderLine).show_count(f"reading{symbols().ellipsis}")
        known = self._phone

        def ask() -> tuple[RemotePhone, RemoteStatus | None, tuple[str, ...]]:
            phone, status, problems = known, None, []
            try:
                phone = self.desk.read_phone(known)
                status = self.desk.status(phone)
            except HelpdeskError as error:
                problems.append(str(error))
            return phone, status, tuple(problems)

        self.in_background("phone", ask, lambda answer: self._take(*answer))

    def _take(self, phone: RemotePhone, status: RemoteStatus | None, problems: tuple[str, ...]) -> None:
        self._phone, self._problems = phone, problems
        self._status = status or self._status
        self._show()

    def show_read(self) -> None:
        try:
            known = self.desk.phone(self._phone.url)
        except NotFound:
            return  # it stays as it was read last; its own answer will say what became of it
        if known != self._phone:
            self._phone = known
            self._show()

    # Showing --------------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        phone = self._phone
        header = self.query_one(HeaderLine)
        header.show_title(f"{phone.label}  id {phone.id}")
        header.show_count(read_at(phone.read_at, self.desk.clock()))
        lines = (
            ("Provisioning by manufacturer", self._step()),
            ("Provisioning by Compass", Content.styled(NOT_OFFERED, "$quiet")),
        )
        text = Content("\n").join([Content.assemble((f"{label:<29}", "$quiet"), value) for label, value in lines])
        self.query_one("#provisioning", Static).update(text)
        problems = self.query_one("#problems", Static)
        problems.display = bool(self._problems)
        problems.update(Content("\n".join(f"{symbols().attention} {safe(problem)}" for problem in self._problems)))
        self.query_one("#told", Static).update(Content("\n").join(list(self._facts())))
        answers = (("its answer", phone.keys), ("its status", self._status.keys if self._status else ()))
        keys = [f"Keys in {which}: {safe(', '.join(names))}" for which, names in answers if names]
        never = f"N{NOT_OFFERED[1:]}: {', '.join(NEVER)}."
        self.query_one("#never", Static).update(Content("\n".join([never, *keys])))
        for button in self.query(KeyButton):
            button.show(BUTTONS[button.command], available=self.reason_against(button.command) is None)
        self.show_commands()

    def _step(self) -> Content:
        step = self._phone.step
        if step is None:
            return Content.styled(self._value(Fact.STEP), "$quiet")
        return Content.assemble((step.value, "bold $key"), f": {step.meaning}")

    def _value(self, fact: Fact) -> str:
        """A fact of the phone, or why it is not known."""
        if not self.desk.offers(fact):
            return NOT_OFFERED
        unknown = "not given" if self._phone.complete else "not read yet"
        return self._phone.value(fact) or self._phone.oddity(fact) or unknown

    def _facts(self) -> Iterator[Content]:
        phone, status = self._phone, self._status
        owner = self.desk.organisation_of(phone)
        yield self._line("Organisation", owner.label if owner else "unknown", owner.read_at if owner else None)
        yield self._line("Name", phone.name or "not given", phone.read_at)
        for label, fact in (("MAC", Fact.MAC), ("Model", Fact.MODEL), ("Installed", Fact.FIRMWARE)):
            yield self._line(label, self._value(fact), phone.read_at if self.desk.offers(fact) else None)
        if self.desk.offers(Fact.ONLINE):
            yield self._of_status("Online", status.online if status else None)
        else:
            yield self._line("Online", NOT_OFFERED, None)
        yield self._of_status("Private address", status.private_address if status else None)
        yield self._of_status("Public address", status.public_address if status else None)

    def _of_status(self, label: str, value: str | None) -> Content:
        """What derives from the phone's registration for calls: without one there is none of it."""
        status = self._status
        if status is None:
            return self._line(label, "not read yet", None)
        silent = not (status.online or status.private_address or status.public_address)
        absent = "not given: probably not registered for calls" if silent else "not given"
        return self._line(label, value or absent, status.read_at)

    def _line(self, label: str, value: str, moment: datetime | None) -> Content:
        """A fact, and at the right when it was read."""
        room = max(20, self.size.width - 2 - 18 - 16)
        when = f"{read_at(moment, self.desk.clock()):>15}" if moment else ""
        look = "$quiet" if value == NOT_OFFERED else ""
        return Content.assemble((f"{label:<18}", "$quiet"), (fit(value, room), look), (when, "$quiet"))

    def on_resize(self, event: events.Resize) -> None:
        self._show()

    # Commands -------------------------------------------------------------------------------------------------------

    @property
    def phone_to_take_along(self) -> Mac | None:
        return self._phone.mac

    def why_not(self, command_id: str) -> str | None:
        return self.why_not_move() if command_id == "move" else super().why_not(command_id)

    async def action_move(self) -> None:
        """Move the phone to another organisation, and read it again."""
        await self.move(self._phone)
        self._ask()

    async def action_read_again(self) -> None:
        """Ask for this phone and its status again."""
        if await self.may_ask_again():
            self.desk.renew()
            self._ask()

    def action_copy(self) -> None:
        """Send the MAC, or else the address, to the clipboard."""
        self.copy_phone(self._phone)

    @on(KeyButton.Pressed)
    def _button_pressed(self, pressed: KeyButton.Pressed) -> None:
        if pressed.command in BY_ID:
            self.run_command(pressed.command)
