"""Which text may be entered at all: what no settings file or screen can carry is refused at the door.

This is the one place that knows; `settings_file` asks it again when a file is made.
"""

from __future__ import annotations

import re

from helpdesk_tui.backend.errors import BadInput

RESET = "%NULL%"
"""Yealink: the value that sets a key back to its default (phone_formats.md, section 2.2)."""

LONGEST = 1000
"""Characters of one value; what phones really accept is not published."""

_NO_CHARACTERS = "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))

FORBIDDEN = re.compile(f"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff{_NO_CHARACTERS}]")
"""Line breaks of every kind, other control characters, halves of characters, and what is no character at all."""

_NAMES = {
    **dict.fromkeys("\n\r\x85\u2028\u2029", "a line break"),
    "\t": "a tab",
    "\x00": "a NUL character",
}


def forbidden_part(text: str) -> str | None:
    """What in this text no settings file can carry, in words (`a line break`); None: nothing."""
    bad = FORBIDDEN.search(text)
    return _NAMES.get(bad[0], f"the character U+{ord(bad[0]):04X}") if bad else None


def plain_text(label: str, value: str, longest: int = 128) -> str:
    """`value` without surrounding blanks, when any settings file can carry it. Raises BadInput naming `label`."""
    text = value.strip(" ")
    bad = forbidden_part(text)
    if bad:
        raise BadInput(f"{label}: {bad} cannot be sent to a phone: take it out.")
    if RESET in text.upper():
        raise BadInput(f"{label}: {RESET} is an order to Yealink phones: choose another text.")
    if len(text) > longest:
        raise BadInput(f"{label}: {len(text)} characters are too many: at most {longest}.")
    return text


_HOST = re.compile(
    r"(?=[^:]{1,253}(?::|$))[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*\.?"
    r"(?::(\d{1,5}))?",
    re.I | re.ASCII,
)
_ADDRESS = re.compile(r"\[[0-9a-f:.]{2,45}\](?::(\d{1,5}))?", re.I | re.ASCII)


def is_host(text: str) -> bool:
    """Whether this is `host`, `host:port`, `192.0.2.1:port` or `[v6]:port`."""
    match = _HOST.fullmatch(text) or _ADDRESS.fullmatch(text)
    return match is not None and 0 < int(match[1] or 1) < 65536


DIAL_PATTERNS = 10
"""Patterns that can be dialled when nobody is logged in: as many slots are sent, unused ones empty."""

_DIAL_PATTERN = re.compile(r"(?!\.)(?:[0-9*#+xX.,T]|\[[0-9-]+\])+")


def dial_plan_problem(text: str) -> str | None:
    """What is wrong with this dial plan, in words; None: nothing. Patterns are separated by `|`."""
    patterns = text.split("|")
    if len(patterns) > DIAL_PATTERNS:
        return f"{len(patterns)} patterns are too many: at most {DIAL_PATTERNS}"
    wrong = next((pattern for pattern in patterns if not _DIAL_PATTERN.fullmatch(pattern)), None)
    if wrong is None:
        return None
    return (
        f"{wrong[:40]!r} is not a pattern: use digits, *, #, +, x for any digit and [1-5] for a choice, "
        "with | between patterns"
    )


LOGIN_NAME = r"[A-Za-z0-9._-]{1,32}"
"""A login name of a phone's web portal: Yealink writes `name:password` in one value."""
