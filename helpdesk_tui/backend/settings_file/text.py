"""Which texts a settings file can carry; asked when a value is entered, and again when the file is made."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.organisation import Organisation
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.settings_file.timezones import zone_rule

RESET = "%NULL%"
"""Yealink: the value that sets a key back to its default (phone_formats.md, section 2.2)."""

LONGEST = 1000
"""Characters of one value; what phones really accept is not published."""

FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
"""Line breaks of every kind, other control characters, halves of characters, and what XML cannot hold."""

_NAMES = {
    "\n": "a line break",
    "\r": "a line break",
    "\x85": "a line break",
    "\u2028": "a line break",
    "\u2029": "a line break",
    "\t": "a tab",
    "\x00": "a NUL character",
}


def check_text(value: str, name: str = "this text", vendor: Vendor | None = None) -> str:
    """The value without blanks around it, when a settings file can carry it as one value.

    `name` says in the sentence what was entered; without `vendor` the value must fit both vendors' files.
    Raises BadInput.
    """
    stripped = value.strip()
    check_carried(stripped, name, vendor)
    if vendor is not Vendor.SNOM and RESET in stripped.upper():
        raise BadInput(f"{_capital(name)} contains {RESET}, which is an order to Yealink phones: choose another text.")
    return stripped


def check_carried(value: str, name: str, vendor: Vendor | None = None) -> None:
    """Raises BadInput when this very value, blanks and all, cannot be one value of a settings file."""
    bad = FORBIDDEN.search(value)
    if bad:
        what = _NAMES.get(bad[0], f"the character U+{ord(bad[0]):04X}")
        raise BadInput(f"{_capital(name)} contains {what}, which a phone's settings file cannot carry: remove it.")
    if value != value.strip(" "):
        raise BadInput(f"{_capital(name)} begins or ends with a blank, which phones drop: remove it.")
    if len(value) > LONGEST:
        raise BadInput(f"{_capital(name)} has {len(value)} characters: use at most {LONGEST}.")
    if vendor is not Vendor.SNOM and value.upper() == RESET:
        raise BadInput(f"{_capital(name)} is {RESET}, which Yealink phones take as an order: choose another text.")


_CREDENTIALS = re.compile(r"//[^/@\s]*:[^/@\s]*@")


def holds_secret(value: str, secrets: frozenset[str]) -> bool:
    """Whether one of these secrets, or an address with a password in it, stands in this value."""
    return any(secret in value for secret in secrets) or ("//" in value and bool(_CREDENTIALS.search(value)))


def check_value(vendor: Vendor | None, name: str, value: str) -> str:
    """Check what was entered for this field (`sip_host`, `display_name`, `web_username`, ...) and return it trimmed.

    Without `vendor` the value must fit both vendors' files. Raises BadInput with a sentence.
    """
    text = check_text(value, name, vendor)
    rule = _RULES.get(name)
    if rule is not None:
        rule(name, text)
    return text


_HOST = re.compile(
    r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?|\[[0-9A-Fa-f:.]{2,45}\])(?::(\d{1,5}))?", re.ASCII
)
_DIAL_PATTERN = re.compile(r"(?!\.)(?:[0-9*#+xX.,T]|\[[0-9-]+\])+")

DIAL_PATTERNS = 10
"""Patterns that can be dialled when nobody is logged in: as many slots are sent, unused ones empty."""


def split_host(value: str) -> tuple[str, str]:
    """Host and port of `host`, `host:port` or `[v6]:port`; an empty port where none is given."""
    host, colon, port = value.rpartition(":")
    return (host, port) if colon and port.isdigit() else (value, "")


def _host(name: str, value: str) -> None:
    match = _HOST.fullmatch(value)
    if match is None or not 0 < int(match[1] or 1) < 65536:
        raise BadInput(f"{_capital(name)} is no host name or address: write it like pbx.example.net or 192.0.2.1:5060.")


def _optional_host(name: str, value: str) -> None:
    if value:
        _host(name, value)


def _timezone(name: str, value: str) -> None:
    zone_rule(value)


def _dial_patterns(name: str, value: str) -> None:
    patterns = value.split("|") if value else []
    if len(patterns) > DIAL_PATTERNS:
        raise BadInput(f"{_capital(name)} has {len(patterns)} patterns: use at most {DIAL_PATTERNS}.")
    wrong = next((p for p in patterns if not _DIAL_PATTERN.fullmatch(p)), None)
    if wrong is not None:
        raise BadInput(
            f"{_capital(name)}: {wrong[:40]!r} is no pattern; use digits, *, #, +, x for any digit and "
            "[1-5] for a choice, with | between patterns."
        )


def _login_name(name: str, value: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,32}", value):  # Yealink writes name:password in one value
        raise BadInput(f"{_capital(name)} must be 1 to 32 letters, digits, dots, dashes or underscores.")


def second_login(first: str) -> str:
    """The name of the portal's login for users, where that of the administrator is `first`."""
    return "user" if first != "user" else "guest"


def _portal_password(name: str, value: str) -> None:
    if ":" in value or not value:
        raise BadInput(f"{_capital(name)} must not be empty or contain a colon, which Yealink phones cannot store.")


_RULES: dict[str, Callable[[str, str], None]] = {
    "sip_host": _host,
    "outbound_proxy": _optional_host,
    "ntp_server": _host,
    "timezone": _timezone,
    "logged_out_dialplan": _dial_patterns,
    "web_username": _login_name,
    "web_password": _portal_password,
}

_TEXTS_OF_ORGANISATION = (
    *("name", "sip_host", "outbound_proxy", "ntp_server"),
    *("timezone", "logged_out_dialplan", "web_username"),
)
_LEVELS = {"speaker_level": (0, 15), "microphone_level": (1, 8)}


@lru_cache(maxsize=1024)
def check_organisation(organisation: Organisation, vendor: Vendor | None) -> None:
    """Raises BadInput when a common setting cannot be carried by a settings file of this vendor (None: of either)."""
    for name in _TEXTS_OF_ORGANISATION:
        value = getattr(organisation, name)
        check_carried(value, name, vendor)
        if name in _RULES:
            _RULES[name](name, value)
    if not organisation.codecs or len(set(organisation.codecs)) != len(organisation.codecs):
        raise BadInput("Codecs must name each codec once, and at least one.")
    for name, (low, high) in _LEVELS.items():
        if not low <= getattr(organisation, name) <= high:
            raise BadInput(f"{_capital(name)} must lie between {low} and {high}.")


def _capital(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]
