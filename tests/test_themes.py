"""Which look a terminal gets."""

from __future__ import annotations

import pytest

from helpdesk_tui.themes import ASCII, THEME_NAMES, THEMES, UNICODE, choose_theme, symbols

NAMES = ("NO_COLOR", "HELPDESK_TUI_ASCII", "LC_ALL", "LC_CTYPE", "LANG", "TERM")


@pytest.mark.parametrize(
    ("wanted", "environ", "theme"),
    [
        ("auto", {"TERM": "xterm-256color"}, "dark"),
        ("auto", {"TERM": "xterm", "COLORTERM": "truecolor"}, "dark"),
        ("auto", {"TERM": "xterm-256color", "COLORFGBG": "0;15"}, "light"),
        ("auto", {"TERM": "screen"}, "ansi"),
        ("auto", {"TERM": "linux"}, "ansi"),
        ("light", {"TERM": "linux"}, "light"),
        ("dark", {"TERM": "xterm-256color", "NO_COLOR": ""}, "mono"),
    ],
)
def test_the_theme_suits_the_terminal(wanted: str, environ: dict[str, str], theme: str) -> None:
    assert choose_theme(wanted, environ) == theme


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"TERM": "xterm", "LANG": "nl_NL.UTF-8"}, UNICODE),
        ({"TERM": "xterm", "LANG": "C.UTF-8"}, UNICODE),
        ({"TERM": "xterm"}, UNICODE),
        ({"TERM": "xterm", "LC_ALL": "C", "LANG": "nl_NL.UTF-8"}, ASCII),
        ({"TERM": "xterm", "LANG": "nl_NL.ISO-8859-1"}, ASCII),
        ({"TERM": "linux", "LANG": "nl_NL.UTF-8"}, ASCII),
        ({"TERM": "linux", "HELPDESK_TUI_ASCII": "0"}, UNICODE),
        ({"TERM": "xterm", "HELPDESK_TUI_ASCII": "1"}, ASCII),
    ],
)
def test_poor_consoles_get_plain_characters(
    environ: dict[str, str], expected: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert symbols() is expected


def test_ascii_is_ascii_and_verdicts_differ_in_shape() -> None:
    for shown in (ASCII, UNICODE):
        assert len({shown.verdict(kind) for kind in ("ok", "waiting", "attention")}) == 3
    assert all(value.isascii() for name in ASCII.__slots__ if isinstance(value := getattr(ASCII, name), str))


def test_every_theme_has_the_same_variables() -> None:
    ours = [set(theme.variables) for theme in THEMES]
    assert {theme.name for theme in THEMES} == set(THEME_NAMES) - {"auto"}
    assert set.intersection(*ours) >= set(THEMES[0].variables) - {"scrollbar-corner-color"}
