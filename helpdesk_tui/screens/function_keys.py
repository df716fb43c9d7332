"""Function keys: every key of a phone and its expansion modules, what it does, and for whom that is set."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from helpdesk_tui.backend import FileComparison, FunctionKey, HelpdeskError, KeyFunction, KeyPlace, Owner, Phone, Scope
from helpdesk_tui.commands import Place
from helpdesk_tui.screens.comparison import phones
from helpdesk_tui.screens.custom_base import SHORT, CustomScreen
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.header import HeaderLine
from helpdesk_tui.widgets.row_list import Row, RowColumn, RowList
from helpdesk_tui.widgets.rule_line import RuleLine

COLUMNS = (
    RowColumn("Key", 11),
    RowColumn("Does", 12),
    RowColumn("Value", 12, grows=1),
    RowColumn("Label", 12, grows=1),
    RowColumn("Set for", 8),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything this screen shows, read at one moment."""

    phone: Phone | None
    """For a model: one of its phones, to show what a change does."""
    owners: tuple[Owner, ...]
    places: tuple[KeyPlace, ...]
    people: tuple[tuple[str, str], ...]
    """Extension and name of everybody in the organisation."""


class FunctionKeysScreen(CustomScreen):
    """See and set the function keys of a phone, or of a model in an organisation."""

    PLACE = Place.FUNCTION_KEYS
    _seen: Seen | None = None

    def compose(self) -> ComposeResult:
        yield from self.header("Function keys")
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
                return self._read_all()
            except HelpdeskError as error:
                return error

        self.in_background("keys", work, self._take)

    def _read_all(self) -> Seen:
        phone, owners = self.read_owners()
        owner = owners[0]
        if phone is not None and owner.scope is Scope.PHONE:
            places = self.desk.custom.keys_of_phone(phone)
        else:
            assert owner.model is not None
            places = self.desk.custom.key_places(owner.model, owner.modules, self.desk.custom.keys(owner))
        people = self.desk.organisations.users(phone.organisation_id) if phone else ()
        return Seen(phone, owners, places, tuple((user.extension, user.name) for user in people))

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
        whose = f"{mine.mac}  {mine.model}" if mine else first.words
        header.show_title(f"Keys of {whose}")
        used = sum(place.key is not None for place in seen.places)
        header.show_count(f"{used} of {len(seen.places)} set")
        self.show_owner()
        table = self.query_one(RowList)
        table.show([_row(place) for place in seen.places])
        if self._begin_at:
            table.move_to(self._begin_at)
            self._begin_at = 0

    @property
    def highlighted(self) -> KeyPlace | None:
        """The key under the cursor."""
        cursor = self.query_one(RowList).cursor
        return self._seen.places[cursor] if self._seen and cursor < len(self._seen.places) else None

    def _show_about(self) -> None:
        place = self.highlighted
        if place is None or self._seen is None:
            return
        lines = []
        if place.key is None:
            lines.append("Not set: the phone is told that this key does nothing.")
        else:
            lines.append(f"Set for the {SHORT[place.key.scope]}: {place.key.function.words}.")
        lines += [
            f"Without that: {key.function.words} {key.value} (set for the {SHORT[key.scope]})." for key in place.hidden
        ]
        model = self._seen.owners[0].model
        if model is not None:
            room = f"{model.name}: {model.keys} keys"
            more = (
                f", and up to {model.modules} expansion modules with {model.module_keys} each" if model.modules else ""
            )
            lines.append(f"{room}{more}.")
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
        place = self.highlighted
        if command_id in ("change", "clear", "modules", "target") and place is None:
            return "There is no function key here."
        if command_id == "target" and len(self.owners) < 2:
            return "Only the keys of the model can be changed here."
        if command_id == "modules" and (self._seen is None or self.owners[0].scope is not Scope.PHONE):
            return "Expansion modules are of a phone: open its function keys."
        if command_id == "clear" and place is not None and self._set_for_owner(place) is None:
            return f"This key is not set for the {SHORT[self.owner.scope]}."
        return None

    def _set_for_owner(self, place: KeyPlace) -> FunctionKey | None:
        """What is set at this place for whom changes are for."""
        keys = (*((place.key,) if place.key else ()), *place.hidden)
        return next((key for key in keys if key.scope is self.owner.scope), None)

    async def action_change(self) -> None:
        """Choose what the highlighted key does, its value and its label."""
        place = self.highlighted
        if place is None or self._seen is None:
            return
        owner, seen, before = self.owner, self._seen, self._set_for_owner(place)
        key = await self._ask_key(place)
        if key is None:
            return
        if owner.scope is not Scope.PHONE and not await self._agreed(owner, key, seen):
            return
        await asyncio.to_thread(self.desk.custom.set_key, owner, key, before)
        self.say(f"Function key {place.position} is set: phones get it at their next check or restart.")
        self.read()

    async def _ask_key(self, place: KeyPlace) -> FunctionKey | None:
        owner, before = self.owner, self._set_for_owner(place) or place.key
        options = [(function, function.words) for function in KeyFunction]
        first = before.function if before else KeyFunction.STATUS
        function = await self.choose(f"What does key {place.position} do for {owner.words}?", options, first=first)
        if function is None:
            return None
        same = before if before and before.function is function else None
        value = ""
        if function.value_question:

            def check(text: str) -> None:
                self.desk.custom.check_key(owner, FunctionKey(place.position, function, text.strip()))

            answer = await self.ask_text(f"{function.value_question}:", value=same.value if same else "", check=check)
            if answer is None:
                return None
            value = answer.strip()
        if function is KeyFunction.NONE:
            return FunctionKey(place.position, function)
        return await self._ask_label(place, FunctionKey(place.position, function, value), same)

    async def _ask_label(self, place: KeyPlace, key: FunctionKey, same: FunctionKey | None) -> FunctionKey | None:
        people = dict(self._seen.people) if self._seen else {}
        label = same.label if same and same.value == key.value else people.get(key.value, "")

        def with_label(text: str) -> FunctionKey:
            return FunctionKey(key.position, key.function, key.value, text.strip())

        owner = self.owner
        answer = await self.ask_text(
            f"Label of key {place.position} (empty: the phone's own):",
            value=label,
            check=lambda text: self.desk.custom.check_key(owner, with_label(text)),
        )
        return None if answer is None else with_label(answer)

    async def _agreed(self, owner: Owner, key: FunctionKey, seen: Seen) -> bool:
        """More phones than one may change: show what that means."""
        reached = await asyncio.to_thread(self.desk.custom.phones, owner)
        comparison: FileComparison | None = None
        if seen.phone is not None:
            comparison = await asyncio.to_thread(self.desk.custom.consider_key, seen.phone, owner, key)
        title = f"Set key {key.position} for {owner.words}?"
        detail = f"It reaches {phones(len(reached))}."
        return await self.agree(title, detail, comparison, yes="Yes, set it")

    async def action_clear(self) -> None:
        """Take away what is set for the highlighted key."""
        place = self.highlighted
        before = self._set_for_owner(place) if place else None
        if place is None or before is None:
            return
        owner = self.owner
        title = f"Take away key {place.position} of {owner.words}?"
        if owner.scope is Scope.PHONE or await self.ask(title, consequence="", yes="Yes, take it away"):
            await asyncio.to_thread(self.desk.custom.clear_key, owner, before)
            self.say(f"Function key {place.position} is not set for the {SHORT[owner.scope]} any more.")
            self.read()

    async def action_modules(self) -> None:
        """How many expansion modules the phone has."""
        phone = self._seen.phone if self._seen else None
        if phone is None:
            return
        answer = await self.ask_text(f"Expansion modules of {phone.mac}:", value=str(phone.modules))
        if answer is not None:
            await asyncio.to_thread(self.desk.custom.set_modules, phone, answer)
            self.read()


NAMES = {
    KeyFunction.SPEED_DIAL: "speed dial",
    KeyFunction.DND: "DND",
    KeyFunction.DTMF: "DTMF",
    KeyFunction.URL: "URL",
    KeyFunction.NONE: "nothing",
}


def _row(place: KeyPlace) -> Row:
    name = f"{place.position}" if not place.module else f"{place.position} (m{place.module}-{place.number})"
    key = place.key
    if key is None:
        return Row((name, symbols().none, "", "", ""), "quiet")
    return Row((name, NAMES.get(key.function, key.function.value), key.value, key.label, SHORT[key.scope]))
