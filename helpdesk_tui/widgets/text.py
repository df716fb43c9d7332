"""Text from phones, manufacturers and people, made fit for a terminal: shown literally, one cell row high."""

from __future__ import annotations

import unicodedata

from rich.cells import cell_len, set_cell_size

from helpdesk_tui.themes import symbols

UNKNOWN = "\N{REPLACEMENT CHARACTER}"

# Looks only, and terminals disagree about their width: variation selectors and skin tones.
_LOOKS = frozenset({*map(chr, range(0xFE00, 0xFE10)), *map(chr, range(0x1F3FB, 0x1F400))})
_MOST_ACCENTS = 2
"""Combining marks kept on one letter; more of them only pile up over the neighbouring lines."""


def safe(text: str) -> str:
    """The text with everything that acts on a terminal (controls, escapes, direction overrides) made visible."""
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    accents = 0
    for char in unicodedata.normalize("NFC", text):
        accents = accents + 1 if unicodedata.combining(char) else 0
        if char in _LOOKS or accents > _MOST_ACCENTS:
            continue
        shown.append(char if char.isprintable() else _visible(char))
    return "".join(shown)


def _visible(char: str) -> str:
    code = ord(char)
    if unicodedata.category(char) == "Zs":
        return " "
    if symbols().ascii:
        return "?"
    if code < 0x20:
        return chr(0x2400 + code)
    return "\N{SYMBOL FOR DELETE}" if code == 0x7F else UNKNOWN


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Hostile or not: safe, and exactly `width` cells wide, cut with an ellipsis or filled with blanks."""
    text = safe(text)
    length = cell_len(text)
    if length > width:
        ellipsis = symbols().ellipsis
        kept = set_cell_size(text, max(0, width - len(ellipsis))).rstrip()
        return set_cell_size(kept + ellipsis, width)
    padding = " " * (width - length)
    return padding + text if right else text + padding
