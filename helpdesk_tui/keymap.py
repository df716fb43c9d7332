"""An operator's own keys: what `[keys]` of the configuration may say, and why some of it cannot work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.commands import BY_ID, COMMANDS, Command, Keymap, Place

PUNCTUATION = {
    "/": "slash", "?": "question_mark", ":": "colon", "+": "plus", "-": "minus", "_": "underscore", ".": "full_stop",
    ",": "comma", ";": "semicolon", "!": "exclamation_mark", '"': "quotation_mark", "'": "apostrophe",
    "=": "equals_sign", "#": "number_sign", "$": "dollar_sign", "%": "percent_sign", "&": "ampersand",
    "*": "asterisk", "@": "at",
    "(": "left_parenthesis", ")": "right_parenthesis", "[": "left_square_bracket", "]": "right_square_bracket",
    "{": "left_curly_bracket", "}": "right_curly_bracket", "<": "less_than_sign", ">": "greater_than_sign",
    "\\": "backslash", "|": "vertical_line", "^": "circumflex_accent", "`": "grave_accent", "~": "tilde", " ": "space",
}  # fmt: skip
NAMED = frozenset((
    *("up", "down", "left", "right", "home", "end", "pageup", "pagedown", "insert", "delete", "enter", "escape"),
    *("space", "backspace", *(f"f{number}" for number in range(1, 13)), *PUNCTUATION.values()),
))  # fmt: skip
SAME_AS = {"ctrl+m": "enter", "ctrl+i": "tab", "ctrl+j": "enter", "ctrl+h": "backspace"}
"""A terminal sends the same for both of these."""
FIXED = {"tab": "goes to the next button", "shift+tab": "goes to the last button", "ctrl+c": "interrupts and copies"}
FIXED_IN: Mapping[Place, Sequence[str]] = {
    Place.WALKTHROUGH: tuple("123456789"),
    Place.SETTINGS_FILE: ("left", "right", "h", "l"),
    Place.COMPARISON: ("left", "right", "h", "l"),
}
"""Keys that belong to the place itself: the ways of a step have their number, long lines are shifted."""
ON_A_PLATFORM_ELSEWHERE = (Place.PHONES, Place.PHONE, Place.ORGANISATIONS, Place.USERS)
"""Places that a remote environment has too, with the commands of `Place.REMOTE` beside their own."""
NEEDED = ("back", "quit")
"""Commands without which somebody would be stuck."""


class KeyProblem(BadInput):
    """What is wrong with the keys of one command."""

    def __init__(self, command_id: str, text: str) -> None:
        super().__init__(text)
        self.command_id = command_id


def read_keys(table: Mapping[str, Any]) -> Keymap:
    """The keys that a table of the configuration asks for, in Textual's names; none: palette and help still reach it.

    Raises KeyProblem at the first that will not do.
    """
    keymap = {command_id: _keys(command_id, value) for command_id, value in table.items()}
    for place in Place:
        _check_place(place, keymap)
    return keymap


def _keys(command_id: str, value: Any) -> tuple[str, ...]:
    if command_id not in BY_ID:
        near = get_close_matches(command_id, BY_ID, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "`helpdesk-tui keys` lists all."
        raise KeyProblem(command_id, f"there is no such command: {hint}")
    if command_id == "choose":
        raise KeyProblem(command_id, "the ways of a step are chosen by their numbers.")
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list) or not all(isinstance(key, str) for key in given):
        raise KeyProblem(command_id, 'a key in quotes is needed here, or a list of them: "ctrl+a", ["f5", "A"].')
    keys = tuple(dict.fromkeys(_key(command_id, key) for key in given if key))
    if not keys and command_id in NEEDED:
        raise KeyProblem(command_id, "this command must have a key.")
    return keys


def _key(command_id: str, text: str) -> str:
    """The name of a key as Textual says it. Raises KeyProblem for what no terminal can send."""
    key = PUNCTUATION.get(text) or (text if len(text) == 1 else text.lower())
    if key in FIXED:
        raise KeyProblem(command_id, f"{text!r} {FIXED[key]}, everywhere: choose another.")
    if key in SAME_AS:
        raise KeyProblem(command_id, f"terminals send the same for {text!r} as for {SAME_AS[key]}: choose another.")
    modifier, _, letter = key.rpartition("+")
    with_control = modifier == "ctrl" and len(letter) == 1 and letter.isascii() and letter.isalpha()
    if not (key in NAMED or with_control or (len(key) == 1 and key.isprintable())):
        hint = "one letter or sign, ctrl+ and a letter, f1 to f12, or a name such as enter, space, pageup, delete"
        raise KeyProblem(command_id, f"no terminal surely sends {text!r}: write {hint}.")
    return key


def _check_place(place: Place, keymap: Keymap) -> None:
    """Every key means one thing in one place."""
    places = {place, Place.LIST, Place.EVERYWHERE, *((Place.REMOTE,) if place in ON_A_PLATFORM_ELSEWHERE else ())}
    here: Iterable[Command] = (command for command in COMMANDS if places & {*command.places})
    taken: dict[str, Command] = {}
    for command in sorted(here, key=lambda command: command.id in keymap):  # the blame is on what was changed
        for key in keymap.get(command.id, command.usual):
            if command.id in keymap and key in FIXED_IN.get(place, ()):
                raise KeyProblem(command.id, f"{key!r} has a meaning of its own in {place}: choose another.")
            if key in taken:
                other = taken[key]
                raise KeyProblem(
                    command.id,
                    f"{key!r} already is {other.title!r} ({other.id}), {_where(place, other)}: choose another key, "
                    f"or give {other.id} one.",
                )
            taken[key] = command


def _where(place: Place, other: Command) -> str:
    shared = {Place.EVERYWHERE, Place.LIST} & {*other.places}
    if shared:
        return str(min(shared))
    return f"on {Place.REMOTE}" if Place.REMOTE in other.places else f"in {place}"
