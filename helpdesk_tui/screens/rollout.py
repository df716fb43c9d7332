"""How far the phones of each model are with the firmware that was selected; where phones refused it, first."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from helpdesk_tui.assets import asset
from helpdesk_tui.backend import Organisation, Phone, Progress, Rollout, progress_of
from helpdesk_tui.commands import Place
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.live import LiveScreen
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.header import HeaderLine
from helpdesk_tui.widgets.row_list import Row, RowColumn, RowList
from helpdesk_tui.widgets.rule_line import RuleLine
from helpdesk_tui.widgets.text import fit, safe

BAR = 10
"""Cells of a bar."""

COLUMNS = (
    RowColumn("Model", 9),
    RowColumn("Phones", 7, right=True),
    RowColumn("Selected", 8, right=True),
    RowColumn("Refused", 7, right=True),
    RowColumn("Waiting", 7, right=True),
    RowColumn("Installed", 9, right=True),
    RowColumn("", BAR + 6, grows=1),
)


@dataclass(frozen=True, slots=True)
class Unsettled:
    """The phones of a model that do not run what was selected for them, those that refused first."""

    model: str
    phones: tuple[Phone, ...]


class RolloutScreen(LiveScreen):
    """All models of the environment, or of one organisation."""

    PLACE = Place.ROLLOUT
    CSS_PATH = asset("styles/rollout.tcss")
    AUTO_FOCUS = "RowList"
    LOOKS_EVERY = 5.0  # all phones are counted each time

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._organisation: Organisation | None = None
        self._seen: tuple[Rollout, ...] | None = None
        self._unsettled: Unsettled | None = None

    def compose(self) -> ComposeResult:
        yield from self.header("Firmware rollout")
        yield Static(id="for", markup=False)
        yield RowList(COLUMNS)
        yield Static(id="empty", markup=False)
        yield RuleLine()
        with VerticalScroll(id="unsettled", can_focus=False):
            yield Static(id="phones", markup=False)
        yield from self.footer()

    # Reading --------------------------------------------------------------------------------------------------------

    @property
    def _organisation_id(self) -> int | None:
        return self._organisation.id if self._organisation else None

    def read(self) -> None:
        organisation_id = self._organisation_id
        self.in_background("rollout", lambda: self.desk.firmware.rollouts(organisation_id), self._take)

    def _take(self, rollouts: tuple[Rollout, ...]) -> None:
        self._seen = rollouts
        phones = sum(rollout.phones for rollout in rollouts)
        self.query_one(HeaderLine).show_count(f"{len(rollouts)} models, {phones:,} phones")
        whose = self._organisation.name if self._organisation else f"All phones of {self.session.environment}"
        self.query_one("#for", Static).update(Content(safe(whose)))
        self.set_class(not rollouts, "-nothing")
        self.query_one("#empty", Static).update(Content("There is no phone here."))
        self.query_one(RowList).show([_row(rollout) for rollout in rollouts])
        self._read_unsettled()
        self.show_commands()

    def _read_unsettled(self) -> None:
        rollout, organisation_id = self.highlighted, self._organisation_id
        if rollout is None:
            self.query_one("#phones", Static).update(Content(""))
            return

        def read() -> Unsettled:
            return Unsettled(rollout.model, self.desk.firmware.unsettled(rollout.model, organisation_id))

        self.in_background("unsettled", read, self._show_unsettled)

    def _show_unsettled(self, unsettled: Unsettled) -> None:
        if self._unsettled != unsettled:
            self._unsettled = unsettled
            self.query_one("#phones", Static).update(Content("\n").join(_lines(unsettled)))

    # Commands -------------------------------------------------------------------------------------------------------

    @property
    def highlighted(self) -> Rollout | None:
        """The model under the cursor."""
        cursor = self.query_one(RowList).cursor
        return self._seen[cursor] if self._seen and cursor < len(self._seen) else None

    def why_not(self, command_id: str) -> str | None:
        if command_id == "model_firmware" and self.highlighted is None:
            return "There is no phone here to choose firmware for."
        return super().why_not(command_id)

    async def action_model_firmware(self) -> None:
        """Choose the firmware of all phones of the highlighted model."""
        from helpdesk_tui.screens.firmware import FirmwareScreen

        rollout = self.highlighted
        if rollout is None:
            return
        phones = await asyncio.to_thread(self.desk.firmware.phones_of, rollout.model, self._organisation_id)
        self.app.push_screen(FirmwareScreen(self.session, tuple(phone.id for phone in phones)))

    async def action_one_organisation(self) -> None:
        """Look at one organisation only, or at all again."""
        title = "Only the phones of the organisation (empty: of all):"
        before = self._organisation.name if self._organisation else ""
        name = await self.ask_text(title, value=before, check=self._organisation_named)
        if name is not None:
            self._organisation = self._organisation_named(name)
            self.read()

    def _organisation_named(self, name: str) -> Organisation | None:
        return self.desk.phones.organisation_named(name) if name.strip() else None

    def action_firmware_catalogue(self) -> None:
        """Show which firmware there is."""
        from helpdesk_tui.screens.firmware_catalogue import FirmwareCatalogueScreen

        self.app.push_screen(FirmwareCatalogueScreen(self.session))

    @on(RowList.Highlighted)
    def _another_model(self) -> None:
        self._read_unsettled()

    @on(RowList.Opened)
    def _opened(self) -> None:
        self.run_command("model_firmware")


def _row(rollout: Rollout) -> Row:
    refused, waiting, installed = (
        rollout.counts[progress] for progress in (Progress.REFUSED, Progress.WAITING, Progress.INSTALLED)
    )
    counts = [f"{number:,}" if number else symbols().none for number in (rollout.selected, refused, waiting, installed)]
    cells = (rollout.model, f"{rollout.phones:,}", *counts, _bar(installed, rollout.selected))
    return Row(cells, "attention" if refused else "" if rollout.selected else "quiet")


def _bar(done: int, of: int) -> str:
    """`▐▐▐▐▐▐▐───  70 %`; full only when all is done, empty where there is nothing to do."""
    if not of:
        return ""
    cells = BAR * done // of
    return f"{symbols().thumb * cells}{symbols().rule * (BAR - cells)} {100 * done // of:>3} %"


def _lines(unsettled: Unsettled) -> list[Content]:
    if not unsettled.phones:
        return [Content.styled(f"No phone {unsettled.model} is behind with its firmware.", "$quiet")]
    lines = []
    for phone in unsettled.phones:
        refused = progress_of(phone) is Progress.REFUSED
        state = f"refused, {phone.firmware_fetches} fetches" if refused else "waiting"
        sign = symbols().attention if refused else symbols().waiting
        versions = f"{phone.firmware_installed or '?'} {symbols().arrow} {phone.firmware_selected}"
        text = f"{sign} {phone.mac}  {fit(phone.organisation, 16)}  {safe(versions)}  {state}"
        lines.append(Content.styled(text, "$attention" if refused else "$waiting"))
    return lines
