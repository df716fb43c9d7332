"""Keys of an operator's own: what the configuration accepts, what it says of the rest, and that they work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from helpdesk_tui.app import HelpdeskApp
from helpdesk_tui.backend import ConfigurationProblem, Helpdesk
from helpdesk_tui.commands import BY_ID, COMMANDS, use_keys
from helpdesk_tui.configuration import load_keys
from helpdesk_tui.keymap import KeyProblem, read_keys
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.help import HelpScreen
from tests.widgets.demo_screens import DemoFile, DemoPhones
from tests.widgets.test_prompts import shown


@pytest.fixture(autouse=True)
def usual_keys_afterwards() -> Iterator[None]:
    yield
    use_keys({})


def test_every_command_may_have_the_keys_that_it_has() -> None:
    table = {command.id: list(command.usual) for command in COMMANDS if command.id != "choose"}
    assert read_keys(table) == {command.id: command.usual for command in COMMANDS if command.id != "choose"}


def test_keys_are_written_as_people_write_them() -> None:
    assert read_keys({"search": "?", "help": ["F2", "H"], "copy": "ctrl+Y", "mark": "+", "firmware": ""}) == {
        "search": ("question_mark",),
        "help": ("f2", "H"),
        "copy": ("ctrl+y",),
        "mark": ("plus",),
        "firmware": (),
    }


def test_two_commands_may_swap_their_keys() -> None:
    assert read_keys({"activate": "f", "fix": "a"}) == {"activate": ("f",), "fix": ("a",)}


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"activte": "a"}, "did you mean 'activate'?"),
        ({"zzzzzz": "a"}, "`helpdesk-tui keys` lists all"),
        ({"activate": "f"}, "'f' already is 'Fix with the caller' (fix), in phones"),
        ({"activate": "q"}, "'q' already is 'Quit' (quit), everywhere"),
        ({"activate": "j"}, "'j' already is 'Down' (cursor_down), in a list or text"),
        ({"activate": "R"}, "'R' already is 'Read again' (read_again), on a platform elsewhere"),
        ({"help": "a"}, "'a' already is 'Activate' (activate)"),
        ({"activate": "f5", "fix": "f5"}, "'f5' already is 'Activate' (activate), in phones"),
        ({"activate": "ctrl+m"}, "terminals send the same for 'ctrl+m' as for enter"),
        ({"activate": "tab"}, "'tab' goes to the next button"),
        ({"activate": "ctrl+1"}, "no terminal surely sends 'ctrl+1'"),
        ({"activate": "hyper"}, "no terminal surely sends 'hyper'"),
        ({"activate": 7}, "a key in quotes"),
        ({"done": "3"}, "'3' has a meaning of its own in walkthrough"),
        ({"find": "h"}, "'h' has a meaning of its own in settings file"),
        ({"choose": "f5"}, "by their numbers"),
        ({"quit": ""}, "must have a key"),
    ],
)
def test_what_cannot_work_is_refused_with_its_reason(table: dict[str, object], words: str) -> None:
    with pytest.raises(KeyProblem) as problem:
        read_keys(table)
    assert words in str(problem.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('default_environment = "production"\n\n[keys]\n# mine\nactivate = "q"\n', 5),
        ('keys.activate = "q"\n', 1),
        ('[keys]\nmark = "f5"\n"activate" = "q"\n', 3),
        ('\nkeys = {activate = "q"}\n', 2),
    ],
)
def test_the_problem_names_file_line_and_key(tmp_path: Path, text: str, line: int) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text)
    with pytest.raises(ConfigurationProblem) as problem:
        load_keys(file)
    assert str(problem.value).startswith(f"{file}:{line}: keys.activate: 'q' already is 'Quit'")


async def test_own_keys_work_and_are_shown_everywhere() -> None:
    keys = read_keys({"settings_file": "F6", "help": "f3", "search": "ctrl+f", "activate": "", "fix": "a"})
    session = Session(cast(Helpdesk, None), "production", "anna")
    app = HelpdeskApp(session, DemoPhones, theme="mono", keys=keys)
    async with app.run_test(size=(120, 24)) as pilot:
        await pilot.pause()
        footer = shown(app).splitlines()[-1]
        assert "f6 settings" in footer and "^f search" in footer and "a fix" in footer
        assert "activate" not in footer and "/ search" not in footer
        await pilot.press("v", "question_mark", "f")
        await pilot.pause()
        assert isinstance(app.screen, DemoPhones) and not app.screen.answers  # the usual keys mean nothing now
        await pilot.press("f3")
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)
        await pilot.press(*"settings f")
        await pilot.pause()
        assert "f6" in shown(app)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, DemoFile)
        await pilot.press("escape", "f6")
        await pilot.pause()
        assert isinstance(app.screen, DemoFile)
        await pilot.press("escape", "a")
        await pilot.pause()
        assert "What is the name of the phone?" in shown(app)


async def test_a_session_without_own_keys_has_the_usual_ones() -> None:
    use_keys({"quit": ("f10",)})
    app = HelpdeskApp(Session(cast(Helpdesk, None), "production", "anna"), DemoPhones, theme="mono")
    async with app.run_test(size=(120, 24)) as pilot:
        await pilot.pause()
        assert BY_ID["quit"].key == "q"
        await pilot.press("v")
        await pilot.pause()
        assert isinstance(app.screen, DemoFile)
