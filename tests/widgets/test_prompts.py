"""Questions at the bottom of the screen, through the keys and clicks of an operator."""

from __future__ import annotations

from typing import cast

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from helpdesk_tui.app import HelpdeskApp
from helpdesk_tui.backend import Helpdesk
from helpdesk_tui.screens.base import Session
from helpdesk_tui.widgets.phone_table import PhoneTable
from helpdesk_tui.widgets.prompt import AnswerButton, Prompt
from tests.widgets.demo_screens import DemoPhones


def demo() -> HelpdeskApp:
    return HelpdeskApp(Session(cast(Helpdesk, None), "staging", "anna"), DemoPhones, theme="ansi")


def shown(app: HelpdeskApp) -> str:
    return "\n".join("".join(segment.text for segment in line) for line in app.screen._compositor.render_strips())


async def answer(pilot: Pilot[int], ask: str, *keys: str) -> object:
    """What the screen was told after these keys."""
    screen = cast(DemoPhones, pilot.app.screen)
    screen.answers.clear()
    await pilot.press(ask)
    await pilot.pause()
    assert screen.query(Prompt)
    await pilot.press(*keys)
    await pilot.pause()
    assert not screen.query(Prompt) and len(screen.answers) == 1
    return screen.answers[0]


async def test_yes_needs_to_be_said() -> None:
    app = demo()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        for keys in (["n"], ["escape"], ["enter"], ["q"], ["left", "right", "enter"], ["a", "j", "x", "enter"]):
            assert await answer(pilot, "a", *keys) is False
        for keys in (["y"], ["left", "enter"], ["tab", "space"]):
            assert await answer(pilot, "a", *keys) is True
        table = app.screen.query_one(PhoneTable)
        assert table.has_focus and table.cursor == 0


async def test_the_question_names_environment_target_and_consequence() -> None:
    app = demo()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("down", "a")
        await pilot.pause()
        for text in (
            "staging",
            "Activate 00:04:13:a1:00:01?",
            "until Wednesday 00:00",
            "Yes, activate",
            "No, leave it",
        ):
            assert text in shown(app).split("-----")[-1]


@pytest.mark.parametrize(("place", "expected"), [("yes", True), ("no", False), ("elsewhere", False)])
async def test_answers_by_mouse(place: str, expected: bool) -> None:
    app = demo()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("a")
        await pilot.pause()
        if place == "elsewhere":
            await pilot.click(PhoneTable, offset=(5, 5))
        else:
            yes, no = app.screen.query(AnswerButton)
            await pilot.click(yes if place == "yes" else no)
        await pilot.pause()
        assert cast(DemoPhones, app.screen).answers == [expected]


async def test_a_line_of_text_is_checked_before_it_is_taken() -> None:
    app = demo()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        table = app.screen.query_one(PhoneTable)
        await pilot.press("f", "end", "enter")
        await pilot.pause()
        assert "at least three letters" in shown(app)
        await pilot.press("y", "z", "enter")
        await pilot.pause()
        assert cast(DemoPhones, app.screen).answers == ["xyz"]
        assert table.total == 1204 and table.has_focus
        assert await answer(pilot, "f", "escape") is None


async def test_one_of_a_few() -> None:
    app = demo()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert await answer(pilot, "r", "enter") == 1
        assert await answer(pilot, "r", "j", "down", "enter") == 3
        assert await answer(pilot, "r", "escape") is None
        await pilot.press("r")
        await pilot.pause()
        assert "Choice [number] 0" in shown(app)
        await pilot.click(OptionList, offset=(3, 0))
        await pilot.pause()
        assert cast(DemoPhones, app.screen).answers[-1] == 0


async def test_leaving_the_screen_answers_no() -> None:
    app = demo()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        below = cast(DemoPhones, app.screen)
        app.push_screen(above := DemoPhones(app.session))
        await pilot.pause()
        await pilot.press("a")
        await pilot.pause()
        app.pop_screen()
        await pilot.pause()
        assert app.screen is below and not below.query(Prompt) and above.answers in ([], [False])
