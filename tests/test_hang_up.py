"""The line drops in every screen: the terminal is restored, the database is whole, and a walkthrough goes on."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.benchmarks.pty_bytes import PtyProgram
from tests.real_program import RESTORED, check_database, shows, started

Way = tuple[tuple[str, str], ...]
"""Keys to press, each with what then stands on the screen."""
PHONE: Way = (("enter", "Provisioning by manufacturer"),)
FILE: Way = (("v", " lines"),)
FIRMWARE: Way = (("u", "Firmware of"),)
ROLLOUT: Way = (("U", "Firmware rollout"),)
WALKTHROUGH: Way = (("f", "Register the phone"),)
ORGANISATION: Way = (("o", "SIP host"),)
ORGANISATIONS: Way = (("O", "organisations"),)
USERS: Way = (*ORGANISATIONS, ("enter", " users "))
COMPARING: Way = (*FILE, ("c", "with which phone?"))

# The way to each screen from the list of phones.
SCREENS: dict[str, Way] = {
    "phones": (),
    "search": (("/", "SIMULATED"), ("jan", " of 60 phones")),
    "help": (("?", "On this screen (phones)"),),
    "palette": (("ctrl+p", "Type the name of a command"),),
    "phone": PHONE,
    "settings file": FILE,
    "comparison question": COMPARING,
    "comparison": (*COMPARING, ("3f721f", "3f721f"), ("enter", " removed, ")),
    "firmware": FIRMWARE,
    "firmware question": (*FIRMWARE, ("enter", "Select")),
    "rollout": ROLLOUT,
    "firmware catalogue": (*ROLLOUT, ("c", "Firmware catalogue")),
    "walkthrough": WALKTHROUGH,
    "walkthrough question": (*WALKTHROUGH, ("X", "Why is this walkthrough given up?")),
    "open walkthroughs": (("W", "Open walkthroughs"),),
    "choice of walkthroughs": (("w", "It still does not work"),),
    "services": (("S", "Weekly deadline"),),
    "sites": (("L", "Sites"),),
    "timeline": (*PHONE, ("t", "Boot of")),
    "organisation": ORGANISATION,
    "organisation question": (*ORGANISATION, ("enter", "Name")),
    "function keys": (*PHONE, ("b", "Keys of")),
    "custom settings": (*PHONE, ("c", "Custom settings of")),
    "move": (("m", "organisations"),),
    "organisations": ORGANISATIONS,
    "users": USERS,
    "user": (*USERS, ("enter", "SIP password")),
    "activity": (("A", " events "),),
}


def go(program: PtyProgram, way: Way) -> None:
    """Press these keys, each once what the last one shows is there."""
    for key, text in way:
        program.press(key)
        shows(program, text)


@pytest.mark.parametrize("name", SCREENS)
def test_a_hang_up_leaves_terminal_and_database_clean(demo_file: Path, name: str) -> None:
    with started("--database", str(demo_file)) as program:
        go(program, SCREENS[name])
        program.signal(signal.SIGHUP)
        assert program.wait() == 128 + signal.SIGHUP
        program.read(0.2)
        assert RESTORED in program.output and b"\x1b[?25h" in program.output
        assert b"Traceback" not in program.output
    check_database(demo_file)


@pytest.mark.parametrize("name", ["phones", "walkthrough question"])
def test_a_line_that_is_gone_ends_the_program(demo_file: Path, name: str) -> None:
    with started("--database", str(demo_file)) as program:
        go(program, SCREENS[name])
        program.hang_up()
        program.wait()
    check_database(demo_file)


def test_a_walkthrough_goes_on_where_the_line_dropped(demo_file: Path) -> None:
    with started("--database", str(demo_file)) as program:
        go(program, (*WALKTHROUGH, ("a", "▸ 2 Reset to factory")))
        program.hang_up()
        program.wait()
    check_database(demo_file)
    with started("--database", str(demo_file)) as program:
        go(program, (("W", "4 open"), ("enter", "▸ 2 Reset to factory")))
        shows(program, "Resumed where it was left")
