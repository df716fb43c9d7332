"""Custom settings: names and values that come last and win, what each replaces, and for whom it is set."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from helpdesk_tui.backend import CustomPlace, CustomSetting, HelpdeskError, Owner, Phone, Scope, Vendor
from helpdesk_tui.commands import Place
from helpdesk_tui.screens.comparison import phones
from helpdesk_tui.screens.custom_base import SHORT, CustomScreen
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.header import HeaderLine
from helpdesk_tui.widgets.row_list import Row, RowColumn, RowList
from helpdesk_tui.widgets.rule_line import RuleLine

COLUMNS = (
    RowColumn("Name", 26, grows=1),
    RowColumn("Value", 16, grows=1),
    RowColumn("Instead of", 12, grows=1),
    RowColumn("Set for", 8),
)
HIDDEN = "••••••••"

NONE_YET = """\
There are no custom settings here.

A custom setting is a name and a value of the manufacturer's own settings file. It is sent last
and wins over everything else. A wrong one can break a phone: it is the first thing to suspect.

Press + to add one."""

HINTS = {
    Vendor.SNOM: "Snom: the name may end in ! (user may change it), & (read-only) or $; one blank as value unsets it.",
    Vendor.YEALINK: "Yealink: the value %NULL% sets the key back to its default.",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything this screen shows, read at one moment."""

    phone: Phone | None
    """For a model: one of its phones, to show what a change does."""
    owners: tuple[Owner, ...]
    places: tuple[CustomPlace, ...] = field(repr=False)


class CustomSettingsScreen(CustomScreen):
    """See, add, change and take away the custom settings of a phone, or of a model in an organisation."""

    PLACE = Place.CUSTOM_SETTINGS
    SCOPES = (Scope.PHONE, Scope.MODEL)
    _seen: Seen | None = None

    def compose(self) -> ComposeResult:
        yield from self.header("Custom settings")
        yield Static(id="for", markup=False)
        yield RowList(COLUMNS)
        yield Static(id="empty", markup=False)
        yield RuleLine()
        yield Static(id="about", markup=False)
        yield from self.footer()

    # Reading and showing --------------------------------------------------------------------------------------------

    def read(self) -> None:
        def work() -> Seen | HelpdeskError:
            try:
                phone, owners = self.read_owners()
                if phone is not None and owners[0].scope is Scope.PHONE:
                    return Seen(phone, owners, self.desk.custom.settings_of_phone(phone))
                return Seen(phone, owners, self.desk.custom.settings_of_model(owners[0]))
            except HelpdeskError as error:
                return error

        self.in_background("customs", work, self._take)

    def _take(self, answer: Seen | HelpdeskError) -> None:
        if isinstance(answer, HelpdeskError):
            self._seen = None
            self.show_problem(answer)
        elif answer != self._seen:
            self._seen = answer
            self.owners = answer.owners
            self._show(answer)
        self._show_about()
        self.show_commands()

    def _show(self, seen: Seen) -> None:
        first = seen.owners[0]
        mine = seen.phone if first.scope is Scope.PHONE else None
        header = self.query_one(HeaderLine)
        header.show_title(f"Custom settings of {f'{mine.mac}  {mine.model}' if mine else first.words}")
        header.show_count(f"{len(seen.places)} set")
        self.show_owner()
        self.set_class(not seen.places, "-nothing")
        self.query_one("#empty", Static).update(Content(NONE_YET))
        table = self.query_one(RowList)
        table.show([_row(place) for place in seen.places])
        if self._begin_at:
            table.move_to(self._begin_at)
            self._begin_at = 0

    @property
    def highlighted(self) -> CustomPlace | None:
        """The custom setting under the cursor."""
        cursor = self.query_one(RowList).cursor
        return self._seen.places[cursor] if self._seen and cursor < len(self._seen.places) else None

    def _show_about(self) -> None:
        if self._seen is None:
            return
        lines, place = [], self.highlighted
        if place is not None:
            if place.loses:
                lines.append("Not sent: the setting of the same name for this phone alone wins.")
            if place.instead_of is not None:
                lines.append(f"Instead of {place.instead_of.value or 'nothing'} ({place.instead_of.origin.value}).")
        vendor = self._seen.owners[0].vendor
        lines += [HINTS[vendor]] if vendor else []
        self.query_one("#about", Static).update(Content("\n".join(lines)))

    @on(RowList.Highlighted)
    def _another_line(self) -> None:
        self._show_about()
        self.show_commands()

    @on(RowList.Opened)
    def _opened(self) -> None:
        self.run_command("change")

    # Commands -------------------------------------------------------------------------------------------------------

    def why_not(self, command_id: str) -> str | None:
        if self._seen is None and command_id in ("add", "change", "clear", "target"):
            return "There is nothing here to change."
        if command_id in ("change", "clear") and self.highlighted is None:
            return "There is no custom setting here: add one with +."
        if command_id == "target" and len(self.owners) < 2:
            return "Only the settings of the model can be changed here."
        return None

    async def action_add(self) -> None:
        """Add a custom setting for whom changes are for."""
        owner, before = self.owner, self._set_for(self.owner)
        name = await self.ask_text(f"Name of the setting for {owner.words}:", check=self._check_name(owner))
        if name is not None:
            await self._ask_and_save(owner, before, name.strip(), "", "")

    async def action_change(self) -> None:
        """Change the value of the highlighted one."""
        place = self.highlighted
        if place is not None:
            value = "" if place.secret else place.setting.value
            name = place.setting.name
            owner = self._owner_of(place)
            await self._ask_and_save(owner, self._set_for(owner), name, name, value)

    async def action_clear(self) -> None:
        """Take the highlighted one away."""
        place = self.highlighted
        if place is not None:
            owner, name = self._owner_of(place), place.setting.name
            before = self._set_for(owner)
            settings = await asyncio.to_thread(self.desk.custom.without_setting, owner, name)
            await self._save(owner, before, settings, f"Take {name} away from {owner.words}?", "Yes, take it away")

    def _owner_of(self, place: CustomPlace) -> Owner:
        """The highlighted setting is changed where it is set, whomever new ones are for."""
        return next(owner for owner in self.owners if owner.scope is place.setting.scope)

    def _set_for(self, owner: Owner) -> tuple[CustomSetting, ...]:
        """What is shown as set for this owner."""
        places = self._seen.places if self._seen else ()
        return tuple(place.setting for place in places if place.setting.scope is owner.scope)

    def _check_name(self, owner: Owner) -> Callable[[str], object]:
        return lambda name: self.desk.custom.check_setting(owner, CustomSetting(name.strip(), ""))

    async def _ask_and_save(
        self, owner: Owner, before: Sequence[CustomSetting], name: str, instead: str, value: str
    ) -> None:
        def made(text: str) -> tuple[CustomSetting, ...]:
            blank = text == " " and owner.vendor is Vendor.SNOM  # unsets it
            return self.desk.custom.with_setting(owner, CustomSetting(name, text if blank else text.strip()), instead)

        hidden = " (the old value is secret and not shown)" if instead and not value else ""
        text = await self.ask_text(f"Value of {name}{hidden}:", value=value, check=made)
        if text is not None:
            await self._save(owner, before, made(text), f"Set {name} for {owner.words}?", "Yes, set it")

    async def _save(
        self, owner: Owner, before: Sequence[CustomSetting], settings: Sequence[CustomSetting], title: str, yes: str
    ) -> None:
        seen = self._seen
        if seen is None:
            return
        reached = await asyncio.to_thread(self.desk.custom.phones, owner)
        detail = "" if owner.scope is Scope.PHONE else f"It reaches {phones(len(reached))}."
        comparison = None
        if seen.phone is not None:
            comparison = await asyncio.to_thread(self.desk.custom.consider_settings, seen.phone, owner, settings)
        if await self.agree(title, detail, comparison, yes=yes):
            await asyncio.to_thread(self.desk.custom.save_settings, owner, settings, before)
            self.say(f"Changed for the {SHORT[owner.scope]}: sent at the next check or restart.")
            self.read()


def _row(place: CustomPlace) -> Row:
    setting = place.setting
    instead = place.instead_of.value or "nothing" if place.instead_of else symbols().none
    value = HIDDEN if place.secret else setting.value
    return Row((setting.name, value, instead, SHORT[setting.scope]), "quiet" if place.loses else "")
