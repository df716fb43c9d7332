"""Which text may be entered at all: what no settings file or screen can carry is refused at the door."""

from __future__ import annotations

import unicodedata

from helpdesk_tui.backend.errors import BadInput

_LINE_BREAKS = {"\n": "a line break", "\r": "a line break", "\t": "a tab", "\x00": "a NUL character"}


def plain_text(label: str, value: str, longest: int = 128) -> str:
    """`value` without surrounding blanks, when a settings file can carry it. Raises BadInput naming `label`."""
    text = value.strip(" ")
    for char in text:
        category = unicodedata.category(char)
        if char in _LINE_BREAKS or category in ("Cc", "Cs", "Zl", "Zp") or ord(char) & 0xFFFE == 0xFFFE:
            what = _LINE_BREAKS.get(char, f"the character U+{ord(char):04X}")
            raise BadInput(f"{label}: {what} cannot be sent to a phone: take it out.")
    if len(text) > longest:
        raise BadInput(f"{label}: {len(text)} characters are too many: at most {longest}.")
    return text
