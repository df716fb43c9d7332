"""The program itself in a pseudo-terminal, on the demo: how it starts, what it writes, and how it ends."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyte
import pytest

import helpdesk_tui
from tests.benchmarks.pty_bytes import PtyProgram

PROGRAM = (sys.executable, "-m", "helpdesk_tui", "--theme", "ansi")
FIRST = "▲ attention"
RESTORED = b"\x1b[?1049l"
PRIVATE = re.compile(rb"\x1b\[[<=>][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]+\$p")
"""Sequences that pyte does not know and would write on its screen."""


def environ(**changes: str) -> dict[str, str]:
    strays = ("COLORTERM", "COLUMNS", "LINES", "NO_COLOR", "LC_ALL", "LANG", "TMUX")
    kept = {name: value for name, value in os.environ.items() if name not in strays}
    checkout = str(Path(helpdesk_tui.__file__).parents[1])
    return {**kept, "TERM": "screen", "LC_ALL": "C.UTF-8", "PYTHONPATH": checkout, **changes}


@contextmanager
def started(
    *arguments: str, size: tuple[int, int] = (80, 24), marker: str = FIRST, **changes: str
) -> Iterator[PtyProgram]:
    """The program at rest, once this text was written."""
    with PtyProgram((*PROGRAM, *arguments), size=size, environ=environ(**changes)) as running:
        running.read_marker(marker, seconds=60)
        running.settle()
        yield running


def screen(program: PtyProgram) -> str:
    """What a person sees."""
    terminal = pyte.Screen(*program.size)
    pyte.ByteStream(terminal).feed(PRIVATE.sub(b"", bytes(program.output)))
    return "\n".join(terminal.display)


@pytest.fixture
def demo() -> Iterator[PtyProgram]:
    with started("demo") as running:
        yield running


def test_a_person_finds_opens_and_leaves(demo: PtyProgram) -> None:
    assert "DEMO" in screen(demo)
    demo.press("/")
    demo.read(0.1)
    demo.press("jansen")
    demo.read_until(lambda _: re.search(r" \d+ of \d+ phones", screen(demo)) is not None)
    demo.settle()
    demo.press("enter")
    demo.read_until(lambda _: "Provisioning by manufacturer" in screen(demo))
    demo.settle()
    demo.press("q")
    assert demo.wait(10.0) == 0
    demo.read(0.2)
    assert RESTORED in demo.output


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_end_it_ends_in_good_order(tmp_path: Path, number: signal.Signals) -> None:
    with started("demo", TMPDIR=str(tmp_path)) as demo:
        demo.signal(number)
        assert demo.wait(5.0) == 128 + number
        demo.read(0.2)
        assert RESTORED in demo.output and b"Traceback" not in demo.output
        assert not list(tmp_path.iterdir())


def test_a_window_that_is_too_small_says_so_and_lives() -> None:
    with started("demo", size=(40, 10), marker="too small") as small:
        shown = " ".join(screen(small).split())
        assert shown == "This window is too small: Helpdesk needs 60 columns and 16 lines."
        assert small.cost("j") == 0
        small.press("q")
        assert small.wait(10.0) == 0


def test_thin_lines(demo: PtyProgram) -> None:
    """The budgets of a slow line at 80x24; bytes are exact, so that they can be tested."""
    assert len(demo.output) <= 20_000
    assert demo.read(2.0) == b""
    assert sum(demo.cost("down", quiet=0.06) for _ in range(50)) / 50 <= 600
    demo.settle()
    demo.press(" ")
    demo.settle()
    demo.press(" ")
    demo.settle()
    assert demo.cost("a") <= 5_000
    assert "Activate 2 phones?" in screen(demo)


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_cannot_show_screens_is_refused(term: str) -> None:
    with PtyProgram((*PROGRAM, "demo"), environ=environ(TERM=term)) as refused:
        assert refused.wait(30.0) == 1
        assert b"This terminal cannot show screens" in refused.output
        assert len(bytes(refused.output).splitlines()) == 1


@pytest.mark.parametrize("arguments", [(), ("demo",)])
def test_without_a_terminal_it_does_not_hang(arguments: tuple[str, ...]) -> None:
    ended = subprocess.run(
        (*PROGRAM, *arguments), stdin=subprocess.DEVNULL, capture_output=True, timeout=60, env=environ(), check=False
    )
    assert (ended.returncode, ended.stdout) == (1, b"")
    assert b"need a terminal" in ended.stderr and len(ended.stderr.splitlines()) == 1
