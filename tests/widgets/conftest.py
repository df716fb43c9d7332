"""Widgets are tested in a bare app with our themes, on a console that can show everything."""

from __future__ import annotations

import pytest
from textual.app import App

from helpdesk_tui.themes import THEMES


@pytest.fixture(autouse=True)
def capable_console(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "HELPDESK_TUI_ASCII", "LC_ALL", "LC_CTYPE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("LANG", "en_GB.UTF-8")


@pytest.fixture(autouse=True)
def our_themes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Widgets' styles name the variables of our themes, so that they must be there from the start."""
    monkeypatch.setattr(App, "get_theme_variable_defaults", lambda self: dict(THEMES[0].variables))
