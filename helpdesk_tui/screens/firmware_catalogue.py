"""The firmware catalogue: what there is, what is certified, and for how many phones it is selected."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from helpdesk_tui.assets import asset
from helpdesk_tui.backend import FirmwareEntry, Phone, explain
from helpdesk_tui.commands import Place
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.firmware_words import so_many
from helpdesk_tui.screens.live import LiveScreen
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.header import HeaderLine
from helpdesk_tui.widgets.row_list import Row, RowColumn, RowList
from helpdesk_tui.widgets.rule_line import RuleLine
from helpdesk_tui.widgets.text import safe
from helpdesk_tui.widgets.times import exact

MOST_NAMED = 5
"""Affected phones that a question names."""

COLUMNS = (
    RowColumn("Version", 14),
    RowColumn("State", 13),
    RowColumn("Selected", 8, right=True),
    RowColumn("File", 7),
    RowColumn("Models", 20, grows=1),
)


@dataclass(frozen=True, slots=True)
class Item:
    """One firmware as it is now."""

    entry: FirmwareEntry
    missing: tuple[str, ...]
    """Files that phones would look for in vain."""
    selected: int
    """Phones for which it is selected."""


class FirmwareCatalogueScreen(LiveScreen):
    """Certify firmware, or withdraw it."""

    PLACE = Place.FIRMWARE_CATALOGUE
    CSS_PATH = asset("styles/rollout.tcss")
    AUTO_FOCUS = "RowList"
    LOOKS_EVERY = 5.0  # every selection is counted each time

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._seen: tuple[Item, ...] | None = None

    def compose(self) -> ComposeResult:
        yield from self.header("Firmware catalogue")
        yield RowList(COLUMNS)
        yield Static(id="empty", markup=False)
        yield RuleLine()
        with VerticalScroll(id="unsettled", can_focus=False):
            yield Static(id="phones", markup=False)
        yield from self.footer()

    # Reading --------------------------------------------------------------------------------------------------------

    def read(self) -> None:
        self.in_background("catalogue", self._read_all, self._take)

    def _read_all(self) -> tuple[Item, ...]:
        firmware = self.desk.firmware
        selections = firmware.selections()
        return tuple(
            Item(entry, firmware.missing(entry), sum(selections.get((entry.version, name), 0) for name in entry.models))
            for entry in firmware.entries()
        )

    def _take(self, items: tuple[Item, ...]) -> None:
        self._seen = items
        certified = sum(item.entry.certified for item in items)
        self.query_one(HeaderLine).show_count(f"{certified} of {len(items)} certified")
        self.set_class(not items, "-nothing")
        self.query_one("#empty", Static).update(Content(FIRST_STEPS))
        self.query_one(RowList).show([_row(item) for item in items])
        self._show_about()
        self.show_commands()

    @on(RowList.Highlighted)
    def _show_about(self) -> None:
        item = self.highlighted
        self.query_one("#phones", Static).update(Content("\n").join(self._about(item) if item else []))

    def _about(self, item: Item) -> list[Content]:
        entry = item.entry
        lines = [Content(safe(explain(entry.version, None, self.desk.catalogue).text))]
        for name in item.missing:
            text = f"{symbols().attention} Phones cannot fetch {name}: it is not in the firmware folder."
            lines.append(Content.styled(safe(text), "$attention"))
        if entry.known_problems:
            lines.append(Content.styled(safe(f"Known problems: {entry.known_problems}"), "$attention"))
        if entry.certified_on:
            lines.append(Content(safe(f"Certified {exact(entry.certified_on)} by {entry.certified_by}.")))
        if entry.notes:
            lines.append(Content(safe(f"Notes: {entry.notes}")))
        facts = [f"File: {entry.file}"]
        facts += [f"{entry.size:,} bytes"] if entry.size is not None else []
        facts += [f"sha256 {entry.sha256}"] if entry.sha256 else []
        lines.append(Content(safe(", ".join(facts))))
        return lines

    # Commands -------------------------------------------------------------------------------------------------------

    @property
    def highlighted(self) -> Item | None:
        """The firmware under the cursor."""
        cursor = self.query_one(RowList).cursor
        return self._seen[cursor] if self._seen and cursor < len(self._seen) else None

    def why_not(self, command_id: str) -> str | None:
        item = self.highlighted
        if command_id in ("certify", "withdraw") and item is None:
            return "The catalogue is empty: add firmware first."
        if item and command_id == "certify" and item.entry.certified:
            return f"{item.entry.version} is certified already."
        if item and command_id == "withdraw" and item.entry.withdrawn_on:
            return f"{item.entry.version} is withdrawn already."
        return super().why_not(command_id)

    async def action_certify(self) -> None:
        """Make the highlighted version available."""
        item = self.highlighted
        if item is None:
            return
        version = item.entry.version
        consequence = f"It can be selected then, for {_models(self._of(version))}."
        if item.missing:
            consequence += f" Phones cannot fetch {', '.join(item.missing)} yet: put it into the firmware folder."
        if await self.ask(f"Certify {version}?", consequence=consequence, yes="Yes, certify it"):
            await asyncio.to_thread(self.desk.firmware.certify, version)
            self.say(f"{version} is certified.")
            self.read()

    async def action_withdraw(self) -> None:
        """Make the highlighted version unavailable."""
        item = self.highlighted
        if item is None:
            return
        version = item.entry.version
        phones = await asyncio.to_thread(self.desk.firmware.affected, version)
        consequence = f"It can no longer be selected, for {_models(self._of(version))}. {_affected(phones)}"
        if await self.ask(f"Withdraw {version}?", consequence=consequence, yes="Yes, withdraw it"):
            phones = await asyncio.to_thread(self.desk.firmware.withdraw, version)
            self.say(f"{version} is withdrawn. {_affected(phones)}")
            self.read()

    def _of(self, version: str) -> list[FirmwareEntry]:
        return [item.entry for item in self._seen or () if item.entry.version == version]


def _row(item: Item) -> Row:
    entry = item.entry
    state = "certified" if entry.certified else "withdrawn" if entry.withdrawn_on else "not certified"
    look = "attention" if entry.certified and item.missing and item.selected else "" if entry.certified else "quiet"
    selected = f"{item.selected:,}" if item.selected else symbols().none
    file = "missing" if item.missing else "there"
    return Row((entry.version, state, selected, file, ", ".join(entry.models)), look)


def _models(entries: Sequence[FirmwareEntry]) -> str:
    return ", ".join(name for entry in entries for name in entry.models)


def _affected(phones: Sequence[Phone]) -> str:
    if not phones:
        return "It is selected for no phone."
    named = ", ".join(phone.mac.colons for phone in phones[:MOST_NAMED])
    more = f" and {len(phones) - MOST_NAMED:,} more" if len(phones) > MOST_NAMED else ""
    return f"It was selected for {so_many(len(phones))}, which go back to what is installed: {named}{more}."


FIRST_STEPS = """\
The catalogue is empty.

   helpdesk-tui firmware add FILE          adds an image, and copies it into the firmware folder
   helpdesk-tui firmware load --example    adds the example catalogue: nobody's certified list"""
