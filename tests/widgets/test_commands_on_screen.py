"""One registry, four faces: keys, footer, palette and help; and the one way in which errors are shown."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from pkgutil import iter_modules
from typing import cast

import pytest
from textual.widgets import OptionList

from helpdesk_tui import screens
from helpdesk_tui.app import HelpdeskApp
from helpdesk_tui.backend import Helpdesk
from helpdesk_tui.commands import COMMANDS, READ_ONLY_REASON, Place, commands_for
from helpdesk_tui.screens.base import UNEXPECTED, HelpdeskScreen, Session
from helpdesk_tui.screens.help import HelpScreen
from helpdesk_tui.screens.palette import Palette
from helpdesk_tui.screens.remote_base import RemoteScreen
from helpdesk_tui.widgets.cursor_view import CursorView
from helpdesk_tui.widgets.footer import FooterLine, fit_offers
from helpdesk_tui.widgets.header import READ_ONLY, SIMULATED
from helpdesk_tui.widgets.phone_table import PhoneTable
from helpdesk_tui.widgets.search_field import SearchField
from tests.widgets.demo_screens import DemoFile, DemoPhones
from tests.widgets.test_prompts import demo, shown


def notices(app: HelpdeskApp) -> list[str]:
    return [notice.message for notice in app._notifications]


@pytest.mark.parametrize("place", [place for place in Place if place not in (Place.EVERYWHERE, Place.LIST)])
def test_no_key_means_two_things_in_one_place(place: Place) -> None:
    commands = [*commands_for(place), *commands_for(Place.EVERYWHERE), *commands_for(Place.LIST)]
    keys = Counter(key for command in commands for key in command.keys)
    assert [key for key, times in keys.items() if times > 1] == []


def test_ids_are_unique_and_every_command_explains_itself() -> None:
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)
    assert all(command.title and command.help.endswith((".", "…", ":")) for command in COMMANDS)


def test_every_command_is_done_by_the_screen_of_its_place() -> None:
    modules = [import_module(f"helpdesk_tui.screens.{found.name}") for found in iter_modules(screens.__path__)]
    shown_in = {kind.PLACE: kind for module in modules for kind in vars(module).values() if _is_screen(kind)}
    assert set(Place) - set(shown_in) == {Place.EVERYWHERE, Place.LIST, Place.REMOTE}
    for place, screen in shown_in.items():
        for command in commands_for(place):
            assert hasattr(screen, f"action_{command.id}"), (place, command.id)
    assert all(hasattr(CursorView, f"action_{command.id}") for command in commands_for(Place.LIST))
    assert all(hasattr(HelpdeskScreen, f"action_{c.id}") or hasattr(HelpdeskApp, f"action_{c.id}")
               for c in commands_for(Place.EVERYWHERE))  # fmt: skip


def _is_screen(kind: object) -> bool:
    """Whether this is a screen on our own data: the remote ones stand in the same places, and say what is lacking."""
    ours = isinstance(kind, type) and issubclass(kind, HelpdeskScreen) and not issubclass(kind, RemoteScreen)
    return ours and "PLACE" in vars(kind)


@pytest.mark.parametrize("width", [60, 80, 200])
def test_the_footer_keeps_the_most_important_keys(width: int) -> None:
    offers = [(command, None) for command in (*commands_for(Place.PHONES), *commands_for(Place.EVERYWHERE))]
    kept = fit_offers(offers, width)
    assert sum(len(c.key) + len(c.footer) + 3 for c, _ in kept) < width
    dropped = [c.rank for c, _ in offers if c.footer and (c, None) not in kept]
    assert not dropped or max(c.rank for c, _ in kept) <= min(dropped)


async def test_what_cannot_be_done_says_why() -> None:
    app = demo()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("u")
        footer = app.screen.query_one(FooterLine)
        await pilot.click(footer, offset=(shown(app).splitlines()[-1].index("u firmware"), 0))
        await pilot.pause()
        assert set(notices(app)) == {"This model has no firmware to choose."}


async def test_a_read_only_session_changes_nothing() -> None:
    session = Session(cast(Helpdesk, None), "production", "anna", (SIMULATED, READ_ONLY), read_only=True)
    app = HelpdeskApp(session, DemoPhones, theme="mono")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("a", "f")
        await pilot.pause()
        assert set(notices(app)) == {READ_ONLY_REASON}
        assert cast(DemoPhones, app.screen).answers == []
        head = shown(app).splitlines()[0]
        assert all(word in head for word in ("production", "SIMULATED", "READ-ONLY", "1,204 of 1,204 phones"))


async def test_errors_are_sentences_and_hold_no_surprise() -> None:
    app = demo()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.pause()
        await pilot.press("space", "y")
        await pilot.pause()
        assert notices(app) == ["The [manufacturer] said ␛[2J no: try again.", UNEXPECTED]
        assert "[manufacturer]" in shown(app) and "secret" not in shown(app)


async def test_help_is_searchable_and_runs_what_it_lists() -> None:
    app = demo()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("question_mark")
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)
        assert "Factory reset" in shown(app) and "Reveal secrets" not in shown(app)
        await pilot.press(*"settings")
        await pilot.pause()
        assert "Settings file" in shown(app) and "Factory reset" not in shown(app)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, DemoFile)
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, DemoPhones)


async def test_help_moves_in_the_list_below() -> None:
    app = demo()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("question_mark", *"last line", "enter")
        await pilot.pause()
        assert app.screen.query_one(PhoneTable).cursor == 1203


async def test_the_palette_finds_and_runs() -> None:
    app = demo()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("colon")
        await pilot.pause()
        assert isinstance(app.screen, Palette)
        await pilot.press(*"settings")
        await app.workers.wait_for_complete()
        await pilot.pause()
        commands = app.screen.query_one(OptionList)
        assert commands.option_count >= 1
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, DemoFile)


async def test_in_the_search_field_letters_filter_and_arrows_move() -> None:
    app = demo()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        table = app.screen.query_one(PhoneTable)
        await pilot.press("slash", *"berg", "down", "down")
        assert app.screen.query_one(SearchField).value == "berg"
        assert table.cursor == 2
        await pilot.press("escape", "down")
        assert table.cursor == 3
        assert app.screen.query_one(SearchField).value == "berg"


async def test_a_window_that_is_too_small_says_so_and_recovers() -> None:
    app = demo()
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        assert "too small" in shown(app) and "Verdict" not in shown(app)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert "too small" not in shown(app) and "Verdict" in shown(app)
