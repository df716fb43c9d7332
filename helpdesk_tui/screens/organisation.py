"""An organisation: every common setting with its value and what it does, and what its models have on top."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from helpdesk_tui.assets import asset
from helpdesk_tui.backend import (
    COMMON_SETTINGS,
    CommonSetting,
    Effect,
    HelpdeskError,
    ModelInUse,
    Organisation,
    Role,
)
from helpdesk_tui.commands import Place, press
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.comparison import AsksFirst, phones
from helpdesk_tui.screens.live import LiveScreen
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.header import HeaderLine
from helpdesk_tui.widgets.row_list import Row, RowColumn, RowList
from helpdesk_tui.widgets.rule_line import RuleLine
from helpdesk_tui.widgets.text import safe

COLUMNS = (RowColumn("Setting", 21), RowColumn("Value", 20, grows=1))


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything this screen shows, read at one moment."""

    organisation: Organisation
    phones: int
    models: tuple[ModelInUse, ...]


class OrganisationScreen(AsksFirst, LiveScreen):
    """See and change the common settings."""

    PLACE = Place.ORGANISATION
    CSS_PATH = asset("styles/customs.tcss")
    AUTO_FOCUS = "RowList"

    def __init__(self, session: Session, organisation_id: int, *, column: str = "") -> None:
        """`column`: the common setting to begin at."""
        super().__init__(session)
        self._organisation_id = organisation_id
        self._begin_at = column
        self._seen: Seen | None = None

    def compose(self) -> ComposeResult:
        yield from self.header("Organisation")
        yield RowList(COLUMNS)
        yield Static(id="empty", markup=False)
        yield RuleLine()
        yield Static(id="about", markup=False)
        yield from self.footer()

    # Reading --------------------------------------------------------------------------------------------------------

    def read(self) -> None:
        def read() -> Seen | HelpdeskError:
            try:
                organisation = self.desk.organisations.get(self._organisation_id)
                count, models = (
                    self.desk.organisations.phones(organisation),
                    self.desk.organisations.models(organisation),
                )
                return Seen(organisation, count, models)
            except HelpdeskError as error:
                return error

        self.in_background("organisation", read, self._take)

    def _take(self, answer: Seen | HelpdeskError) -> None:
        self.set_class(isinstance(answer, HelpdeskError), "-nothing")
        if isinstance(answer, HelpdeskError):
            self._seen = None
            sign = (f"{symbols().attention} ", "bold $attention")
            self.query_one("#empty", Static).update(Content.assemble(sign, safe(str(answer))))
        elif answer != self._seen:
            self._seen = answer
            self._show(answer)
        self._show_about()
        self.show_commands()

    # Showing --------------------------------------------------------------------------------------------------------

    def _show(self, seen: Seen) -> None:
        organisation = seen.organisation
        header = self.query_one(HeaderLine)
        header.show_title(f"Organisation {organisation.name}  ({organisation.short_name})")
        header.show_count(phones(seen.phones))
        rows = [Row((setting.title, setting.meaning(organisation) or symbols().none)) for setting in COMMON_SETTINGS]
        table = self.query_one(RowList)
        table.show([*rows, *(Row((f"All {model.model} phones", _on_top(model))) for model in seen.models)])
        if self._begin_at:
            columns = [setting.column for setting in COMMON_SETTINGS]
            table.move_to(columns.index(self._begin_at) if self._begin_at in columns else 0)
            self._begin_at = ""

    @property
    def highlighted(self) -> CommonSetting | ModelInUse | None:
        """What the cursor is on."""
        if self._seen is None:
            return None
        lines: tuple[CommonSetting | ModelInUse, ...] = (*COMMON_SETTINGS, *self._seen.models)
        cursor = self.query_one(RowList).cursor
        return lines[cursor] if cursor < len(lines) else None

    def _show_about(self) -> None:
        about = ""
        match self.highlighted:
            case CommonSetting() as setting:
                about = f"{setting.help} Import column: {setting.column}."
            case ModelInUse() as model:
                about = (
                    f"What every {model.model} of this organisation gets on top of the common settings: "
                    f"{press('function_keys')} opens its function keys, {press('custom_settings')} its custom settings."
                )
        self.query_one("#about", Static).update(Content(about))

    @on(RowList.Highlighted)
    def _another_line(self) -> None:
        self._show_about()
        self.show_commands()

    @on(RowList.Opened)
    def _opened(self) -> None:
        self.run_command("change")

    # Commands -------------------------------------------------------------------------------------------------------

    def needed(self, command_id: str) -> Role:
        return Role.ADMINISTRATOR if command_id == "change" else super().needed(command_id)

    def why_not(self, command_id: str) -> str | None:
        if self._seen is None and command_id in ("change", "function_keys", "custom_settings"):
            return "There is no organisation here."
        if command_id in ("function_keys", "custom_settings") and not isinstance(self.highlighted, ModelInUse):
            return "Function keys and custom settings are of a model: go to one at the end of the list."
        if command_id == "change" and isinstance(self.highlighted, ModelInUse):
            return "Open its function keys with b, or its custom settings with c."
        return None

    async def action_change(self) -> None:
        """Change the highlighted setting, after showing what that does."""
        setting = self.highlighted
        if self._seen is None or not isinstance(setting, CommonSetting):
            return
        organisation = self._seen.organisation
        text = await self._ask_value(setting, organisation)
        if text is None or text.strip() == setting.value(organisation):
            return
        header = self.query_one(HeaderLine)
        header.show_count(f"looking at {phones(self._seen.phones)}{symbols().ellipsis}")
        try:
            effect = await asyncio.to_thread(self.desk.organisations.effect, organisation, setting.column, text)
        finally:
            header.show_count(phones(self._seen.phones))
        if not await self._agreed(setting, effect):
            return
        await asyncio.to_thread(self.desk.organisations.change, organisation, setting.column, text)
        gets = " They get it at their next check or restart." if effect.changed else ""
        self.say(f"{setting.title} is changed for {phones(effect.changed)}.{gets}")
        self.read()

    async def _ask_value(self, setting: CommonSetting, organisation: Organisation) -> str | None:
        value = setting.value(organisation)
        if setting.choices:
            options = [(text, _choice(text, words)) for text, words in setting.choices]
            return await self.choose(f"{setting.title} of {organisation.name}:", options, first=value)
        check = self._check(organisation, setting.column)
        return await self.ask_text(f"{setting.title} of {organisation.name}. {setting.help}", value=value, check=check)

    def _check(self, organisation: Organisation, column: str) -> Callable[[str], object]:
        return lambda text: self.desk.organisations.changed(organisation, column, text)

    async def _agreed(self, setting: CommonSetting, effect: Effect) -> bool:
        if not effect.phones:
            return True
        new = setting.meaning(effect.organisation) or "nothing"
        title = f"Change {setting.title} to {new} for {effect.organisation.name}?"
        if effect.example is None:
            return await self.agree(title, "No settings file changes.", None, yes="Yes, change it")
        phone, comparison = effect.example
        detail = f"{effect.changed:,} of {phones(effect.phones)} get another file; shown here for {phone.mac}."
        return await self.agree(title, detail, comparison, yes="Yes, change it")

    def action_function_keys(self) -> None:
        """Open the keys of the highlighted model."""
        from helpdesk_tui.screens.function_keys import FunctionKeysScreen

        if self._seen is not None and isinstance(model := self.highlighted, ModelInUse):
            owner = self.desk.custom.model_owner(self._seen.organisation, model.model)
            self.app.push_screen(FunctionKeysScreen(self.session, owner))

    def action_custom_settings(self) -> None:
        """Open the custom settings of the highlighted model."""
        from helpdesk_tui.screens.custom_settings import CustomSettingsScreen

        if self._seen is not None and isinstance(model := self.highlighted, ModelInUse):
            owner = self.desk.custom.model_owner(self._seen.organisation, model.model)
            self.app.push_screen(CustomSettingsScreen(self.session, owner))


def _choice(value: str, words: str) -> str:
    return words if words.startswith(value) else f"{value:<3} {words}"


def _on_top(model: ModelInUse) -> str:
    keys = f"{model.function_keys} function key{'' if model.function_keys == 1 else 's'}"
    settings = f"{model.custom_settings} custom setting{'' if model.custom_settings == 1 else 's'}"
    return f"{phones(model.phones)}, {keys}, {settings}"
