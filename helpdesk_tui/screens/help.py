"""Help: every command that works on the screen below; searchable, and enter runs it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from helpdesk_tui.commands import BY_ID, Command, Place, commands_for, key_label
from helpdesk_tui.screens.base import HelpdeskScreen
from helpdesk_tui.widgets.cursor_view import CursorView
from helpdesk_tui.widgets.header import HeaderLine
from helpdesk_tui.widgets.search_field import SearchField
from helpdesk_tui.widgets.text import fit, safe

GROUPS = {
    Place.REMOTE: "On a platform elsewhere",
    Place.LIST: "Moving in a list or text",
    Place.EVERYWHERE: "Everywhere",
}


class HelpScreen(HelpdeskScreen):
    """A list made from the registry of commands."""

    PLACE = Place.HELP

    def __init__(self, below: HelpdeskScreen) -> None:
        super().__init__(below.session)
        self._below = below
        self._list = OptionList(compact=True)
        self._hint = Static(classes="help--hint", markup=False)
        self._texts: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        yield from self.header(search=HelpSearch(placeholder="type to search the keys and commands"))
        yield self._list
        yield self._hint
        yield from self.footer()

    def on_mount(self) -> None:
        self.show("")
        self.query_one(SearchField).focus()

    def show(self, query: str) -> None:
        """List what matches every word."""
        words = query.casefold().split()
        self._list.clear_options()
        shown = 0
        for place in (self._below.PLACE, Place.REMOTE, Place.LIST, Place.EVERYWHERE):
            found = [c for c in self._commands(place) if all(word in _searched(c) for word in words)]
            if found:
                title = GROUPS.get(place, f"On this screen ({place.value})")
                self._list.add_option(Option(Content.styled(f" {title}", "bold"), disabled=True))
                self._list.add_options(self._option(command, place) for command in found)
            shown += len(found)
        self._list.highlighted = 1 if shown else None
        self.query_one(HeaderLine).show_count(f"{shown} commands")

    def _commands(self, place: Place) -> Sequence[Command]:
        if place is Place.LIST:
            return commands_for(place) if self._below.query(CursorView) else ()
        there = {command.id for command, _ in self._below.offers()}
        return [command for command in commands_for(place) if command.id in there]

    def _option(self, command: Command, place: Place) -> Option:
        keys = " ".join(map(key_label, command.keys))
        reason = None if place is Place.LIST else self._below.reason_against(command.id)
        text = f"Not now: {safe(reason)}" if reason else command.help
        self._texts[command.id] = text
        room = max(10, self.size.width - 42)
        return Option(Content(f"  {fit(keys, 10)} {fit(command.title, 25)}  {fit(text, room)}"), id=command.id)

    def on_input_changed(self, changed: Input.Changed) -> None:
        self.show(changed.value)

    def on_input_submitted(self) -> None:
        self.action_run("run")

    def on_option_list_option_highlighted(self, highlighted: OptionList.OptionHighlighted) -> None:
        self._hint.update(Content(self._texts.get(highlighted.option.id or "", "")))

    def on_option_list_option_selected(self) -> None:
        self.action_run("run")

    def action_run(self, command_id: str) -> None:
        """Enter runs the highlighted command on the screen below; every other key is of this screen."""
        if command_id != "run":
            self.run_command(command_id)
            return
        number = self._list.highlighted
        chosen = self._list.get_option_at_index(number).id if number is not None else None
        if chosen is not None:
            self.app.pop_screen()
            self._below.call_after_refresh(self._run_below, chosen)

    def _run_below(self, command_id: str) -> None:
        if Place.LIST in BY_ID[command_id].places:
            getattr(self._below.query_one(CursorView), f"action_{command_id}")()
        else:
            self._below.run_command(command_id)


def _searched(command: Command) -> str:
    return f"{command.title} {command.help} {' '.join(command.keys)} {command.key}".casefold()


class HelpSearch(SearchField):
    """Up and down move in the list of commands; escape leaves."""

    def action_pass_on(self, action: str) -> None:
        commands = self.screen.query_one(OptionList)
        getattr(commands, f"action_{action}")()

    def action_leave(self) -> None:
        self.app.pop_screen()
