"""The line drops in every screen: the terminal is restored, the database is whole, and a walkthrough goes on."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.benchmarks.pty_bytes import PtyProgram
from tests.real_program import RESTORED, check_database, screen, shows, started

# The keys that lead to each screen from the list of phones, and what then stands on it.
SCREENS = {
    "phones": ((), "SIMULATED"),
    "search": (("/", "jan"), " phones"),
    "help": (("?",), "On this screen (phones)"),
    "palette": (("ctrl+p",), "Type the name of a command"),
    "phone": (("enter",), "Provisioning by manufacturer"),
    "settings file": (("v",), " lines"),
    "comparison question": (("v", "c"), "with which phone?"),
    "comparison": (("v", "c", "3f721f", "enter"), " removed, "),
    "firmware": (("u",), "Firmware of"),
    "rollout": (("U",), "Firmware rollout"),
    "firmware catalogue": (("U", "c"), "Firmware catalogue"),
    "firmware question": (("u", "enter"), "Select"),
    "walkthrough": (("f",), "Register the phone"),
    "walkthrough question": (("f", "X"), "Why is this walkthrough given up?"),
    "open walkthroughs": (("W",), "Open walkthroughs"),
    "choice of walkthroughs": (("w",), "It still does not work"),
    "services": (("S",), "Weekly deadline"),
    "sites": (("L",), "Sites"),
    "timeline": (("enter", "t"), "Boot of"),
    "organisation": (("o",), "Organisation "),
    "organisation question": (("o", "enter"), "Name"),
    "function keys": (("enter", "b"), "Keys of"),
    "custom settings": (("enter", "c"), "Custom settings of"),
    "move": (("m",), "organisations"),
}


def go(program: PtyProgram, keys: tuple[str, ...], text: str) -> None:
    """Press these keys, each once the last had its effect, and wait for this text."""
    for key in keys:
        program.press(key)
        program.settle(0.25)
    shows(program, text)


@pytest.mark.parametrize("name", SCREENS)
def test_a_hang_up_leaves_terminal_and_database_clean(demo_file: Path, name: str) -> None:
    with started("--database", str(demo_file)) as program:
        go(program, *SCREENS[name])
        program.signal(signal.SIGHUP)
        assert program.wait(10.0) == 128 + signal.SIGHUP
        program.read(0.2)
        assert RESTORED in program.output and b"\x1b[?25h" in program.output
        assert b"Traceback" not in program.output
    check_database(demo_file)


@pytest.mark.parametrize("name", ["phones", "walkthrough question"])
def test_a_line_that_is_gone_ends_the_program(demo_file: Path, name: str) -> None:
    with started("--database", str(demo_file)) as program:
        go(program, *SCREENS[name])
        program.hang_up()
        program.wait(10.0)
    check_database(demo_file)


def test_a_walkthrough_goes_on_where_the_line_dropped(demo_file: Path) -> None:
    with started("--database", str(demo_file)) as program:
        go(program, ("f", "a"), "Reset to factory")
        shows(program, "▸ 2 Reset to factory")
        program.hang_up()
        program.wait(10.0)
    check_database(demo_file)
    with started("--database", str(demo_file)) as program:
        go(program, ("W",), "Open walkthroughs")
        assert "4 open" in screen(program)
        go(program, ("enter",), "▸ 2 Reset to factory")
        shows(program, "Resumed where it was left")
