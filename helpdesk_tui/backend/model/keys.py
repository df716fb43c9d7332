"""Function keys and custom settings: what is configured on top of the common settings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """Whom a function key or custom setting is for; the later in this list wins."""

    MODEL = "model"
    """All phones of a model in an organisation."""
    USER = "user"
    """A user, on whichever phone they are logged in (function keys only)."""
    PHONE = "phone"


class KeyFunction(StrEnum):
    """What a function key does (provisioning.txt; reference compass.md section 2.4 and phone_formats.md 1.7)."""

    STANDARD = "standard"
    """The phone's own default for this key: a line key while lines remain, else nothing."""
    LINE = "line"
    SPEED_DIAL = "speed_dial"
    STATUS = "status"
    """Busy lamp of a colleague, with pick-up."""
    HOLD = "hold"
    TRANSFER = "transfer"
    DND = "dnd"
    REDIAL = "redial"
    DTMF = "dtmf"
    URL = "url"
    NONE = "none"

    @property
    def words(self) -> str:
        """What it does, in a few words."""
        return _WORDS[self]

    @property
    def value_question(self) -> str | None:
        """What to enter as its value; None: it has none."""
        return _VALUE_QUESTIONS.get(self)


_WORDS = {
    KeyFunction.STANDARD: "standard: a line while there are lines, else nothing",
    KeyFunction.LINE: "line: an identity of the user",
    KeyFunction.SPEED_DIAL: "speed dial: call a number",
    KeyFunction.STATUS: "status: lamp of a colleague, with pick-up",
    KeyFunction.HOLD: "hold",
    KeyFunction.TRANSFER: "transfer",
    KeyFunction.DND: "do not disturb",
    KeyFunction.REDIAL: "redial",
    KeyFunction.DTMF: "DTMF: send tones during a call",
    KeyFunction.URL: "URL: fetch an address",
    KeyFunction.NONE: "nothing",
}

_VALUE_QUESTIONS = {
    KeyFunction.LINE: "Number of the identity, counted from 1 (empty: automatic)",
    KeyFunction.SPEED_DIAL: "Number to call",
    KeyFunction.STATUS: "Extension of the colleague",
    KeyFunction.TRANSFER: "Number to transfer to (empty: ask each time)",
    KeyFunction.DTMF: "Tones: digits, * and #",
    KeyFunction.URL: "Address, with http:// or https://",
}


@dataclass(frozen=True, slots=True)
class FunctionKey:
    """One key. `position` counts from 1: the phone's own keys first, then those of expansion modules."""

    position: int
    function: KeyFunction
    value: str = ""
    """Number, digits or address; for a line key the identity's number (empty: automatic)."""
    label: str = ""
    scope: Scope = Scope.PHONE


@dataclass(frozen=True, slots=True)
class CustomSetting:
    """A name and value that an administrator adds; it comes last and wins.

    Snom: the name may end in a permission flag `!`, `&` or `$`. Yealink: the value `%NULL%` resets the key.
    """

    name: str
    value: str
    scope: Scope = Scope.PHONE
