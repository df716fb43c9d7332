"""The one registry of commands: keys, footer, command palette and help screen are all made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from helpdesk_tui.backend import Role

if TYPE_CHECKING:  # the list of keys is printed without any screen
    from textual.binding import BindingType


class Place(StrEnum):
    """Where a command works."""

    EVERYWHERE = "everywhere"
    LIST = "in a list or text"
    PHONES = "phones"
    PHONE = "phone"
    SETTINGS_FILE = "settings file"
    FIRMWARE = "firmware"
    MOVE = "move"
    ROLLOUT = "firmware rollout"
    FIRMWARE_CATALOGUE = "firmware catalogue"
    WALKTHROUGH = "walkthrough"
    WALKTHROUGHS = "open walkthroughs"
    SERVICES = "services"
    SITES = "sites"
    TIMELINE = "timeline"
    ORGANISATIONS = "organisations"
    USERS = "users of an organisation"
    USER = "user"
    ORGANISATION = "organisation"
    FUNCTION_KEYS = "function keys"
    CUSTOM_SETTINGS = "custom settings"
    COMPARISON = "comparison"
    ACTIVITY = "activity"
    HELP = "help"
    REMOTE = "a platform elsewhere"
    """Every screen of a remote environment, beside the place of the screen that it stands for."""


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that an operator can do."""

    id: str
    """Also the id of its key binding; the screen's method is `action_` + id."""
    usual_keys: str
    """Textual's key names, separated by commas; `keys` are those in force."""
    title: str
    help: str
    """One sentence."""
    places: tuple[Place, ...]
    footer: str = ""
    """Its short name in the footer; empty: not shown there."""
    rank: int = 50
    """Where room is short, the lowest ranks stay in the footer."""
    needs: Role = Role.VIEWER
    """Who may do it."""
    writes_file: bool = False
    """It writes to the disk that the program sees, which must then be the operator's own."""
    at_once: bool = False
    """It takes the focus, so its key must work before the next key is looked at: over a slow line, keys arrive in
    bunches, and `/anna` must not be read as a search and then Activate."""

    @property
    def keys(self) -> tuple[str, ...]:
        """Its keys, the one that is shown first: the operator's own, or the usual ones."""
        return _own_keys.get(self.id, self.usual)

    @property
    def usual(self) -> tuple[str, ...]:
        """Its keys where no operator changed them."""
        return tuple(filter(None, self.usual_keys.split(",")))

    @property
    def key(self) -> str:
        """The first key as people write it: `⏎`, `^p`, `/`. Empty: it has none."""
        return key_label(self.keys[0]) if self.keys else ""


READ_ONLY_REASON = "This session is read-only: start without --read-only to change anything."

_PHONE = (Place.PHONES, Place.PHONE)
_HERE = (Place.EVERYWHERE,)
_LIST = (Place.LIST,)
_WALK = (Place.WALKTHROUGH,)
_FILE = (Place.SETTINGS_FILE,)
_DIRECTORY = (Place.ORGANISATIONS, Place.USERS)

COMMANDS: tuple[Command, ...] = (
    Command("search", "slash", "Search", "Find phones by MAC, name, extension, or org: step: model: user:",
            (Place.PHONES,), "search", 1, at_once=True),
    Command("attention_only", "x", "Only what needs attention", "Show or stop showing only the phones that need you.",
            (Place.PHONES,), "attention", 30),
    Command("mark", "space", "Mark", "Mark or unmark the phone, to do something with several at once.",
            (Place.PHONES,)),
    Command("open", "enter", "Open", "Show everything about the phone.", (Place.PHONES,), "open", 2),
    Command("activate", "a", "Activate", "Register the phone at its manufacturer, so that a reset brings it to us.",
            (*_PHONE, *_WALK), "activate", 3, needs=Role.OPERATOR),
    Command("fix", "f", "Fix with the caller", "Lead the caller out of a wrong step.",
            (*_PHONE,), "fix", 4, needs=Role.OPERATOR),
    Command("reset", "r", "Factory reset", "Lead the caller through a factory reset, after Activate has succeeded.",
            _PHONE, "reset", 7, needs=Role.OPERATOR),
    Command("settings_file", "v", "Settings file", "Read what the phone gets, with secrets hidden.", _PHONE,
            "settings", 5),
    Command("firmware", "u", "Firmware", "Choose which firmware the phone runs.", (*_PHONE, *_WALK), "firmware", 6,
            needs=Role.OPERATOR),
    Command("move", "m", "Move", "Move the phone to another organisation: at once, or by hand with the caller.",
            (*_PHONE, *_WALK), "move", 8, needs=Role.OPERATOR),
    Command("copy", "y", "Copy", "Send this to your terminal's clipboard.",
            (*_PHONE, Place.SETTINGS_FILE, *_WALK, Place.COMPARISON), "copy", 40),
    Command("serial", "s", "Serial number", "Enter the serial number from the sticker; Yealink's service may want it.",
            (Place.PHONE,), "serial", 20, needs=Role.OPERATOR),
    Command("ask_manufacturer", "i", "Ask the manufacturer", "What its service itself says of this phone.",
            (Place.PHONE, *_WALK), "ask", 21),
    Command("login", "l", "Log a user in or out", "See what changes in the settings file before it is done.",
            (Place.PHONE,), "log in", 22, needs=Role.OPERATOR),
    Command("organisation", "o", "Organisation", "The common settings that all phones of the organisation get.",
            _PHONE, "organisation", 24),
    Command("function_keys", "b", "Function keys", "What each button of the phone does, and for whom that is set.",
            (Place.PHONE, Place.ORGANISATION), "buttons", 25),
    Command("custom_settings", "c", "Custom settings", "Settings of your own, which win over all others.",
            (Place.PHONE, Place.ORGANISATION), "custom", 26),
    Command("change", "enter", "Change", "Change what is highlighted.",
            (Place.ORGANISATION, Place.FUNCTION_KEYS, Place.CUSTOM_SETTINGS, Place.USER), "change", 1,
            needs=Role.OPERATOR),
    Command("add", "plus", "Add", "Add a custom setting.", (Place.CUSTOM_SETTINGS,), "add", 2, needs=Role.OPERATOR),
    Command("clear", "delete,x", "Take away", "Take away what is set here.",
            (Place.FUNCTION_KEYS, Place.CUSTOM_SETTINGS), "take away", 4, needs=Role.OPERATOR),
    Command("target", "t", "Change for whom", "Let changes be for the phone, for its model, or for its user.",
            (Place.FUNCTION_KEYS, Place.CUSTOM_SETTINGS), "for whom", 3),
    Command("modules", "e", "Expansion modules", "How many expansion modules are attached to the phone.",
            (Place.FUNCTION_KEYS,), "modules", 6, needs=Role.OPERATOR),
    Command("edit", "e", "Edit", "Change the phone's name, VLAN, PIN or model.", (Place.PHONE,), "edit", 27,
            needs=Role.OPERATOR),
    Command("organisations", "O", "Organisations", "Find an organisation; its users, its phones, its common settings.",
            _PHONE, "organisations", 28),
    Command("narrow", "slash", "Search", "Show only what holds all of these words.", _DIRECTORY, "search", 1,
            at_once=True),
    Command("open_organisation", "enter", "Open", "Show the organisation's users, and how its phones are.",
            (Place.ORGANISATIONS,), "open", 2),
    Command("open_user", "enter", "Open", "Show everything about the user.", (Place.USERS,), "open", 2),
    Command("show_phones", "p", "Phones", "Show the phones of the organisation in a list.", _DIRECTORY, "phones", 3),
    Command("common_settings", "o", "Common settings", "What all phones of the organisation get.", _DIRECTORY,
            "settings", 4),
    Command("add_organisation", "plus", "Add", "Add an organisation.", (Place.ORGANISATIONS,), "add", 5,
            needs=Role.ADMINISTRATOR),
    Command("remove_organisation", "delete,X", "Remove", "Remove the organisation; you see first what is lost.",
            (Place.ORGANISATIONS,), "remove", 6, needs=Role.ADMINISTRATOR),
    Command("add_user", "plus", "Add", "Add a user.", (Place.USERS,), "add", 5, needs=Role.ADMINISTRATOR),
    Command("remove_user", "delete,X", "Remove", "Remove the user; you see first what is lost.", (Place.USERS,),
            "remove", 6, needs=Role.ADMINISTRATOR),
    Command("add_identity", "plus", "Add an identity", "Give the user one more SIP account.", (Place.USER,),
            "add identity", 2, needs=Role.ADMINISTRATOR),
    Command("remove_here", "delete,X", "Remove", "Remove the identity or the user; log out from the phone.",
            (Place.USER,), "remove", 4, needs=Role.ADMINISTRATOR),
    Command("find", "slash", "Find", "Find text in the file.", _FILE, "find", 1, at_once=True),
    Command("find_next", "n", "Next match", "Go to the next match.", _FILE, "next", 2),
    Command("find_previous", "N", "Previous match", "Go to the previous match.", _FILE, "previous", 12),
    Command("reveal", "s", "Reveal secrets", "Show passwords and secret addresses; that you did so is recorded.",
            (*_FILE, Place.USER), "reveal", 5, needs=Role.OPERATOR),
    Command("jump", "o", "Jump to an origin", "Go to the first line that comes from the user, the organisation, …",
            _FILE, "origin", 7),
    Command("changes", "d", "What changed", "Show what was changed since the phone last fetched its settings.", _FILE,
            "changes", 6),
    Command("compare", "c", "Compare with a phone", "Show how the settings file of another phone differs.", _FILE,
            "compare", 9),
    Command("change_origin", "enter", "Change this line", "Go to where the setting under the cursor can be changed.",
            _FILE, "change", 4),
    Command("save", "w", "Save to a file", "Write the file as shown to your disk.", _FILE, "save", 8,
            writes_file=True),
    Command("select", "enter", "Select", "Select this firmware for the phone.", (Place.FIRMWARE,), "select", 1,
            needs=Role.OPERATOR),
    Command("undo", "z", "Undo", "Take back what was selected last on this screen.", (Place.FIRMWARE,), "undo", 5,
            needs=Role.OPERATOR),
    Command("find_organisation", "slash", "Search", "Find the organisation by a part of its name.", (Place.MOVE,),
            "search", 2, at_once=True),
    Command("move_here", "enter", "Move", "Move to the highlighted organisation at once, with its settings kept.",
            (Place.MOVE,), "move", 1, needs=Role.OPERATOR),
    Command("compare_move", "c", "Compare", "The settings file before and after the move, line by line.",
            (Place.MOVE,), "compare", 3),
    Command("by_hand", "b", "By hand", "Remove, add again and reset, step by step with the caller; settings are lost.",
            (Place.MOVE,), "by hand", 4, needs=Role.OPERATOR),
    Command("rollout", "U", "Firmware rollout", "How far the phones of each model are; firmware for all of a model.",
            _PHONE, "rollout", 41),
    Command("model_firmware", "enter", "Choose for the model", "Choose the firmware of all phones of this model.",
            (Place.ROLLOUT,), "choose", 1),
    Command("one_organisation", "o", "One organisation", "Count and choose for the phones of one organisation only.",
            (Place.ROLLOUT,), "organisation", 3),
    Command("firmware_catalogue", "c", "Firmware catalogue", "Which firmware there is, and which of it is certified.",
            (Place.ROLLOUT,), "catalogue", 4),
    Command("certify", "c", "Certify", "Make this firmware available for selection.", (Place.FIRMWARE_CATALOGUE,),
            "certify", 1, needs=Role.ADMINISTRATOR),
    Command("withdraw", "w", "Withdraw", "Make this firmware unavailable; you see first whose phones it is for.",
            (Place.FIRMWARE_CATALOGUE,), "withdraw", 2, needs=Role.ADMINISTRATOR),
    Command("done", "enter", "Done", "This step is done: go to the next.", _WALK, "done", 1,
            needs=Role.OPERATOR),
    Command("choose", "1", "Choose", "Go one of the ways that the step offers: each has its number.", _WALK, "choose",
            2, needs=Role.OPERATOR),
    Command("add_elsewhere", "M", "Move by hand", "Remove the phone and add it to another organisation.", _WALK,
            "move", 4, needs=Role.OPERATOR),
    Command("retry", "t", "Try again", "Make the call that waits for the manufacturer now.", _WALK, "try again", 4,
            needs=Role.OPERATOR),
    Command("ask_caller", "n", "Note answers", "Ask the caller what whoever takes over must know, and note it.", _WALK,
            "note", 3, needs=Role.OPERATOR),
    Command("language", "L", "Language", "Speak another language with the caller.", _WALK, "language", 11,
            needs=Role.OPERATOR),
    Command("skip", "s", "Skip", "Go on without this step; you are asked why.", _WALK, "skip", 6, needs=Role.OPERATOR),
    Command("take_over", "T", "Take over", "Go on with a colleague's walkthrough.", _WALK, "take over", 2,
            needs=Role.OPERATOR),
    Command("abandon", "X", "Leave for good", "End this walkthrough before its end; you are asked why.",
            (*_WALK, Place.WALKTHROUGHS),
            "give up", 10, needs=Role.OPERATOR),
    Command("save_summary", "w", "Save the summary", "Write the summary for the ticket to a file.", _WALK, "save", 12,
            writes_file=True),
    Command("walkthroughs", "w", "Walkthroughs", "Choose one of the walkthroughs that are meant for this phone.",
            _PHONE, "walk", 23, needs=Role.OPERATOR),
    Command("open_walkthroughs", "W", "Open walkthroughs", "The walkthroughs that nobody has ended, and who has them.",
            _PHONE, "open walks", 44),
    Command("open_walkthrough", "enter", "Open", "Go on with the highlighted walkthrough.", (Place.WALKTHROUGHS,),
            "open", 1),
    Command("add_again", "R", "Remove and add again", "Remove the phone and add it anew; its settings are lost.",
            _WALK, "re-add", 4, needs=Role.OPERATOR),
    Command("start_over", "o", "Start over", "Give up this run and begin a new one.",
            _WALK, "start over", 7, needs=Role.OPERATOR),
    Command("environment", "E", "Environment", "Go on in another environment; a phone's screen opens there too.",
            _PHONE, "environment", 46),
    Command("switch_here", "h", "Switch here", "Bring the phone over from another environment: Activate and reset.",
            (Place.PHONE,), "switch here", 27, needs=Role.OPERATOR),
    Command("services", "S", "Services", "The manufacturers' services, the calls that wait for them, and the deadline.",
            (Place.PHONES, Place.PHONE), "services", 42),
    Command("timeline", "t", "Boot timeline", "Which steps of the phone's boot are proven, and which are overdue.",
            (Place.PHONE,), "timeline", 22),
    Command("play_caller", "p", "Play the caller",
            "In the demo: the caller resets or restarts the phone, does what you say, or has a trouble to be found.",
            (*_PHONE, *_WALK), "practice", 5, needs=Role.OPERATOR),
    Command("sites", "L", "Sites", "Where phones fetch from: which sites have gone silent, and who is answered slowly.",
            (Place.PHONES, Place.PHONE, Place.SERVICES), "sites", 43),
    Command("open_site", "enter", "Phones", "The phones that fetch from there, or the phone that this MAC is.",
            (Place.SITES,), "phones", 1),
    Command("release", "e", "Release", "Forget the failures of this address.", (Place.SITES, Place.SERVICES), "release",
            2, needs=Role.OPERATOR),
    Command("retry_now", "t", "Retry now", "Make the highlighted call again.", (Place.SERVICES,), "retry", 1,
            needs=Role.OPERATOR),
    Command("retry_all", "T", "Retry all", "Make all waiting calls again.", (Place.SERVICES,), "retry all", 2,
            needs=Role.OPERATOR),
    Command("open_waiting", "enter", "Open", "Show the phone of the highlighted call, or those behind the address.",
            (Place.SERVICES,), "open", 3),
    Command("check", "c", "Check again", "Try to reach both services again.", (Place.SERVICES,), "check again", 4),
    Command("read_again", "R", "Read again", "Ask the platform again for what is shown.", (Place.REMOTE,), "read again",
            7),
    Command("activity", "A", "Activity", "What happened, by whom and when: everywhere, or to what is looked at.",
            (Place.PHONES, Place.PHONE, *_DIRECTORY), "activity", 44),
    Command("find_event", "slash", "Search", "Find events by words, MAC, or by: org: kind: since: until:",
            (Place.ACTIVITY,), "search", 1, at_once=True),
    Command("open_event", "enter", "Open", "Show the phone that the highlighted event is about.", (Place.ACTIVITY,),
            "open", 2),
    Command("export", "w", "Write to a file", "Write all events that fit to a file, as CSV or JSON.", (Place.ACTIVITY,),
            "write", 3, writes_file=True),
    Command("run", "enter", "Run", "Do what is highlighted.", (Place.HELP,), "run", 1),
    Command("cursor_up", "up,k", "Up", "One line up.", _LIST),
    Command("cursor_down", "down,j", "Down", "One line down.", _LIST),
    Command("half_up", "ctrl+u", "Half a page up", "Half a page up.", _LIST),
    Command("half_down", "ctrl+d", "Half a page down", "Half a page down.", _LIST),
    Command("page_up", "pageup", "Page up", "One page up.", _LIST),
    Command("page_down", "pagedown", "Page down", "One page down.", _LIST),
    Command("first", "home,g", "First", "To the first line.", _LIST),
    Command("last", "end,G", "Last", "To the last line.", _LIST),
    Command("back", "escape", "Back", "Leave this screen.", _HERE, "back", 9),
    Command("help", "question_mark,f1", "Help", "Every key that works here; searchable, and enter runs it.",
            _HERE, "help", 4),
    Command("palette", "ctrl+p,colon", "Command palette", "Find a command by its name.", _HERE, "commands", 35),
    Command("theme", "", "Change the theme", "Choose other colours for this session.", _HERE),
    Command("suspend", "ctrl+z", "Suspend", "Go back to the shell; fg returns.", _HERE),
    Command("quit", "q,ctrl+q", "Quit", "Leave the program; a walkthrough keeps its place.", _HERE, "quit", 45),
)  # fmt: skip

BY_ID: Mapping[str, Command] = {command.id: command for command in COMMANDS}


Keymap: TypeAlias = Mapping[str, tuple[str, ...]]
"""The ids of commands, and the keys that an operator gives them; see `helpdesk_tui.keymap`."""

_own_keys: dict[str, tuple[str, ...]] = {}


def use_keys(own: Keymap) -> None:
    """From now on these commands have these keys, and all others the usual ones."""
    _own_keys.clear()
    _own_keys.update(own)


def textual_keymap() -> dict[str, str]:
    """The keys in force that are not the usual ones, for `App.set_keymap`."""
    return {command_id: ",".join(keys) or _no_key(command_id) for command_id, keys in _own_keys.items()}


def _no_key(command_id: str) -> str:
    """A key that no terminal sends: Textual has no other way to say that a binding has none."""
    return f"no-key-{command_id}"


def press(command_id: str) -> str:
    """What to press for this command, to be written into a sentence; without a key, its name in the palette."""
    command = BY_ID[command_id]
    return command.key or f"“{command.title}”"


def commands_for(place: Place) -> tuple[Command, ...]:
    """What works in this place alone; see `Place.EVERYWHERE` and `Place.LIST` for the rest."""
    return tuple(command for command in COMMANDS if place in command.places)


def bindings_for(place: Place) -> list[BindingType]:
    """The usual key bindings of a place, for BINDINGS of its screen or widget; `App.set_keymap` changes them by id.

    Moving in a list is the widget's own action; all else goes through `action_run`, which refuses with the reason.
    """
    from textual.binding import Binding

    return [
        Binding(
            command.usual_keys or _no_key(command.id),
            command.id if place is Place.LIST else f"run({command.id!r})",
            command.title,
            show=False,
            tooltip=command.help,
            priority=command.at_once,
            id=command.id,
        )
        for command in commands_for(place)
    ]


_KEY_NAMES = {
    "escape": "esc",
    "slash": "/",
    "question_mark": "?",
    "colon": ":",
    "plus": "+",
    "delete": "del",
    "backspace": "bksp",
    "pageup": "pgup",
    "pagedown": "pgdn",
}


def key_label(key: str) -> str:
    """A key as people write it, in as few characters as this console allows."""
    from helpdesk_tui.themes import symbols

    shown = symbols()
    names = {"enter": shown.enter, "up": shown.up, "down": shown.down, **_KEY_NAMES}
    return names.get(key, key.replace("ctrl+", "^"))
