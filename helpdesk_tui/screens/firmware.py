"""Firmware: what runs on a phone or on several, and what they may be told to run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from helpdesk_tui.assets import asset
from helpdesk_tui.backend import (
    USE_INSTALLED,
    FirmwareEntry,
    FirmwareVersion,
    HelpdeskError,
    NotFound,
    Option,
    Phone,
    Plan,
    explain,
    progress_text,
)
from helpdesk_tui.commands import Place
from helpdesk_tui.screens import firmware_words as words
from helpdesk_tui.screens.base import HelpdeskScreen, Session
from helpdesk_tui.screens.live import LOOK_AGAIN
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.firmware_list import FirmwareList
from helpdesk_tui.widgets.header import HeaderLine
from helpdesk_tui.widgets.rule_line import RuleLine
from helpdesk_tui.widgets.text import safe
from helpdesk_tui.widgets.times import ago, exact

if TYPE_CHECKING:
    from helpdesk_tui.backend import Helpdesk

MANY = 200
"""Phones from which on they are looked at less often."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything this screen shows, read at one moment."""

    phones: tuple[Phone, ...]
    lines: tuple[words.Line, ...]


class FirmwareScreen(HelpdeskScreen):
    """Choose the firmware of one phone, or of several marked ones."""

    PLACE = Place.FIRMWARE
    CSS_PATH = asset("styles/firmware.tcss")
    AUTO_FOCUS = "FirmwareList"

    def __init__(self, session: Session, phone_ids: tuple[int, ...]) -> None:
        super().__init__(session)
        self._phone_ids = phone_ids
        self._seen: Seen | None = None
        self._last: Plan | None = None
        """What was carried out last; its phones are as they were before."""
        self._seen_version = 0

    @property
    def desk(self) -> Helpdesk:
        """The backend."""
        return self.session.helpdesk

    def compose(self) -> ComposeResult:
        yield from self.header("Firmware")
        yield Static(id="facts", markup=False)
        yield RuleLine()
        yield FirmwareList()
        yield Static(id="empty", markup=False)
        yield RuleLine()
        with VerticalScroll(id="explanation", can_focus=False):
            yield Static(id="about", markup=False)
        yield from self.footer()

    def on_mount(self) -> None:
        self._seen_version = self.desk.data_version()
        self._read()
        # Thousands of phones are not read again every second, while other phones fetch their settings.
        self.set_interval(LOOK_AGAIN * max(1, len(self._phone_ids) / MANY), self.look_again)

    # Reading --------------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        def read() -> Seen | HelpdeskError:
            try:
                return self._read_all()
            except HelpdeskError as error:
                return error

        self.in_background("options", read, self._take)

    def _read_all(self) -> Seen:
        phones = self._phones()
        one_of_each_model = {phone.model: phone for phone in reversed(phones)}
        options: dict[str, tuple[Option, Phone]] = {}
        for phone in one_of_each_model.values():
            for option in self.desk.firmware.options(phone):
                options.setdefault(option.entry.version, (option, phone))
        lines = [words.Line(None, self.desk.firmware.plan(phones, None), None, (words.KEEPS,))]
        # Newest first, one manufacturer after the other.
        newest = sorted(options, key=lambda version: FirmwareVersion.parse(version).rank, reverse=True)
        for version in sorted(newest, key=lambda version: options[version][0].entry.vendor):
            option, phone = options[version]
            about = (*self._about(option.entry, phone, alone=len(phones) == 1), *words.notes(option.entry))
            comparison = option.comparison if len(phones) == 1 else None
            lines.append(words.Line(version, self.desk.firmware.plan(phones, version), comparison, about))
        return Seen(phones, tuple(lines))

    def _phones(self) -> tuple[Phone, ...]:
        """The phones as they are now, without those that were removed. Raises NotFound when none is left."""
        phones = self.desk.firmware.phones(self._phone_ids)
        if not phones:
            which = "This phone has" if len(self._phone_ids) == 1 else "These phones have"
            raise NotFound(f"{which} been removed in the meantime: go back to the list.")
        return phones

    def _about(self, entry: FirmwareEntry, phone: Phone, *, alone: bool) -> tuple[str, ...]:
        model = self.desk.catalogue.get(phone.model) if alone else None
        return (explain(entry.version, model, self.desk.catalogue).text,)

    def _take(self, answer: Seen | HelpdeskError) -> None:
        if isinstance(answer, HelpdeskError):
            self._seen = None
            self.set_class(True, "-nothing")
            sign = (f"{symbols().attention} ", "bold $attention")
            self.query_one("#empty", Static).update(Content.assemble(sign, safe(str(answer))))
        elif answer != self._seen:
            self._seen = answer
            self.set_class(False, "-nothing")
            self._show(answer)
        self._show_about()
        self.show_commands()

    def look_again(self) -> None:
        """Show what another process has changed."""
        version = self.desk.data_version()
        if version != self._seen_version:
            self._seen_version = version
            self._read()

    # Showing --------------------------------------------------------------------------------------------------------

    def _show(self, seen: Seen) -> None:
        several = len(seen.phones) > 1
        self.query_one(HeaderLine).show_title(words.title(seen.phones))
        self._show_count()
        facts = self._facts_of_several(seen.phones) if several else self._facts(seen.phones[0])
        self.query_one("#facts", Static).update(
            Content("\n").join([Content.assemble((f"{label:<11}", "$quiet"), safe(text)) for label, text in facts])
        )
        self.query_one(FirmwareList).show([words.row(line, several=several) for line in seen.lines])

    def _show_count(self) -> None:
        versions = len(self._seen.lines) - 1 if self._seen else 0
        self.query_one(HeaderLine).show_count(f"{versions} version{'' if versions == 1 else 's'}")

    def _facts(self, phone: Phone) -> tuple[tuple[str, str], ...]:
        learned = phone.firmware_learned_at
        when = f", learned {exact(learned)} ({ago(learned, self.desk.clock())})" if learned else ""
        since = f", since {exact(phone.firmware_selected_at)}" if phone.firmware_selected_at else ""
        so_far = (("So far", progress_text(phone)),) if phone.firmware_selected else ()
        return (
            ("Installed", (phone.firmware_installed or "not known yet: the phone has not told") + when),
            ("Selected", (phone.firmware_selected or USE_INSTALLED) + since),
            *so_far,
        )

    def _facts_of_several(self, phones: Sequence[Phone]) -> tuple[tuple[str, str], ...]:
        progress = words.progress(phones)
        return (
            ("Installed", words.counted(phone.firmware_installed or "not known" for phone in phones)),
            ("Selected", words.counted(phone.firmware_selected or USE_INSTALLED for phone in phones)),
            *((("So far", progress),) if progress else ()),
        )

    def _show_about(self) -> None:
        """What there is to say about the highlighted line."""
        line = self.highlighted
        text = Content("")
        if line is not None:
            parts: list[Content] = []
            for sentence, look in words.sentences(line, several=self._seen is not None and len(self._seen.phones) > 1):
                sign = f"{symbols().attention} " if look else ""
                parts.append(Content.assemble((f"{sign}{safe(sentence)}", look)))
            text = Content("\n").join(parts)
        self.query_one("#about", Static).update(text)

    @property
    def highlighted(self) -> words.Line | None:
        """The line under the cursor."""
        cursor = self.query_one(FirmwareList).cursor
        return self._seen.lines[cursor] if self._seen and cursor < len(self._seen.lines) else None

    @on(FirmwareList.Highlighted)
    def _another_line(self) -> None:
        self._show_about()

    @on(FirmwareList.Opened)
    def _opened(self) -> None:
        self.run_command("select")

    # Commands -------------------------------------------------------------------------------------------------------

    def why_not(self, command_id: str) -> str | None:
        if command_id == "select" and self._seen is None:
            return "There is no firmware to select."
        if command_id == "undo" and self._last is None:
            return "Nothing was selected on this screen yet."
        return None

    async def action_select(self) -> None:
        """Select the highlighted firmware."""
        line = self.highlighted
        if line is None or self._seen is None:
            return
        plan = await asyncio.to_thread(lambda: self.desk.firmware.plan(self._phones(), line.version))
        if await self._agreed(plan):
            changed = await self._with_progress(plan, self.desk.firmware.carry_out)
            self._last = plan
            self.say(words.done(line.version, changed, len(plan.refused)))
        self._read()

    async def _agreed(self, plan: Plan) -> bool:
        """Say that there is nothing to do, or ask where it must be asked."""
        if not plan.changing:
            self.say(words.nothing_to_do(plan), "warning")
            return False
        several = len(self._phone_ids) > 1
        if not (plan.asked or several):
            return True
        whose = words.so_many(len(plan.changing)) if several else plan.changing[0].mac.colons
        title = f"Select {plan.version or USE_INSTALLED} for {whose}?"
        return await self.ask(title, consequence=words.consequence(plan), yes="Yes, select it")

    async def action_undo(self) -> None:
        """Give the phones of the last choice what they had before, unless a colleague has chosen since."""
        if self._last is None:
            return
        undo = await asyncio.to_thread(self.desk.firmware.plan_undo, self._last)
        if not undo.back:
            self.say(CHOSEN_SINCE, "warning")
            return
        if undo.asked:
            title, consequence = words.undo_question(undo)
            if not await self.ask(title, consequence=consequence, yes="Yes, take it back"):
                return
        await self._with_progress(undo, self.desk.firmware.undo)
        self._last = None
        self.say(words.taken_back(undo))
        self._read()

    async def _with_progress(self, what: P, do: Callable[[P], int]) -> int:
        """Do it in the background, while the first line says so. It is one transaction: all of it or nothing."""
        self.query_one(HeaderLine).show_count(f"changing{symbols().ellipsis}")
        try:
            return await asyncio.to_thread(do, what)
        finally:
            self._show_count()


P = TypeVar("P")

CHOSEN_SINCE = "A colleague has selected something else since: nothing was changed."
