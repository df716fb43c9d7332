"""Hostile text made fit for a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from helpdesk_tui.widgets.text import fit, safe


@given(st.text(), st.integers(0, 40), st.booleans())
def test_any_text_is_printable_and_as_wide_as_asked(text: str, width: int, right: bool) -> None:
    shown = fit(text, width, right=right)
    assert cell_len(shown) == width
    assert all(char.isprintable() for char in shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Bakkerij [red]Jansen[/]", "Bakkerij [red]Jansen[/]"),
        ("\x1b[2J\x07\n\t\x7f", "␛[2J␇␊␉␡"),
        ("\x9b31m", "�31m"),
        ("a\u202egnp.exe\u200b", "a�gnp.exe�"),
        ("no\u00a0break", "no break"),
        ("e\u0301", "é"),
        ("z\u0301\u0302\u0303\u0304\u0305", "\u017a\u0302\u0303"),
        ("👍🏽❤️", "👍❤"),
        ("\udc80", "�"),
    ],
)
def test_what_acts_on_a_terminal_is_made_visible(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_long_text_ends_in_an_ellipsis() -> None:
    assert fit("Tandartspraktijk De Linde", 12) == "Tandartspra…"
    assert fit("日本語テキスト", 8) == "日本語… "
    assert fit("short", 8, right=True) == "   short"
