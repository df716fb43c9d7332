"""From three files to a phone on the screen: what a helpdesk does on its first day."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from helpdesk_tui import configuration
from helpdesk_tui.backend import Environment, Helpdesk, Step
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.phones import PhonesScreen
from helpdesk_tui.widgets.code_view import CodeView
from tests.cli.conftest import SAMPLES, Program
from tests.screens.looking import looking_at


async def test_imported_phones_are_found_activated_and_read(run: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    program = run.with_options("--database", "first.db")
    for kind in ("organisations", "users", "phones"):
        assert program("import", kind, SAMPLES / f"{kind}.csv").returncode == 0
    assert {phone["step"] for phone in program.json("phone", "list")} == {"active"}

    for name in ("NO_COLOR", "HELPDESK_TUI_ASCII", "LC_ALL", "LC_CTYPE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    environment = configuration.load().environment(None)
    assert isinstance(environment, Environment)
    environment = replace(environment, database=Path(run.folder / "first.db"))
    desk = Helpdesk(environment, "anna")
    before = desk.phones.find("1001")
    async with looking_at(Session(desk, environment.name, "anna"), PhonesScreen) as (looking, _):
        await looking.pilot.press("slash", *"1001")
        await looking.shows("1 of 5 phones", "00:04:13:7a:10:01", "Bakkerij Jansen")
        await looking.pilot.press("enter")
        await looking.shows("Provisioning by manufacturer active", "Snom D735")
        await looking.pilot.press("a")
        await looking.says("Registered at Snom SRAPS")
        await looking.pilot.press("v")
        await looking.shows("Snom 10.1", "<phone-settings>")
        view = looking.app.screen.query_one(CodeView)
        text = "\n".join(view.line_text(number) for number in range(view.total))
    after = desk.phones.find("1001")
    desk.close()
    assert after.step is Step.ACTIVE and after.token != before.token
    assert "Bakkerij Jansen" in text and after.secret not in text and after.web_password not in text
