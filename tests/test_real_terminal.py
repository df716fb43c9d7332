"""The program itself in a pseudo-terminal, on the demo: how it starts, what it writes, and how it ends."""

from __future__ import annotations

import random
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks.pty_bytes import PtyProgram
from tests.real_program import PROGRAM, RESTORED, environ, resize, screen, shows, started


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
    assert demo.wait() == 0
    demo.read(0.2)
    assert RESTORED in demo.output


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_end_it_ends_in_good_order(tmp_path: Path, number: signal.Signals) -> None:
    with started("demo", TMPDIR=str(tmp_path)) as demo:
        demo.signal(number)
        assert demo.wait() == 128 + number
        demo.read(0.2)
        assert RESTORED in demo.output and b"Traceback" not in demo.output
        assert not list(tmp_path.iterdir())


def test_a_window_that_is_too_small_says_so_and_lives() -> None:
    with started("demo", size=(40, 10), marker="too small") as small:
        shown = " ".join(screen(small).split())
        assert shown == "This window is too small: Helpdesk needs 60 columns and 16 lines."
        assert small.cost("j") == 0
        small.press("q")
        assert small.wait() == 0


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
    shows(demo, "Activate 2 phones?")


@pytest.mark.parametrize("term", ["xterm-256color", "screen-256color", "tmux-256color", "xterm", "linux", "vt100"])
def test_every_terminal_shows_the_list_and_is_left_as_it_was(demo_file: Path, term: str) -> None:
    with started("--database", str(demo_file), TERM=term) as program:
        seen = screen(program)
        assert "SIMULATED" in seen and "00:04:13:" in seen and "search" in seen.splitlines()[-1]
        signs = "!-" if term in ("linux", "vt100") else "▲─"
        assert seen.splitlines()[3][1] == signs[0] and set(seen.splitlines()[1]) == {signs[1]}
        program.press("?")
        shows(program, "On this screen (phones)")
        program.press("escape")
        # A key that comes at once would make it alt and that key.
        program.read_until(lambda _: "On this screen" not in screen(program))
        program.press("q")
        assert program.wait() == 0
        program.read(0.2)
        assert RESTORED in program.output


@pytest.mark.parametrize("locale", ["C", "POSIX"])
def test_a_locale_without_unicode_gets_plain_characters(demo_file: Path, locale: str) -> None:
    with started("--database", str(demo_file), LC_ALL=locale, TERM="xterm-256color") as program:
        lines = screen(program).splitlines()
        assert "! attention" in lines[3] and set(lines[1]) == {"-"}
        assert lines[-1].isascii()
        program.press("q")
        assert program.wait() == 0


def test_a_window_that_is_pulled_at_comes_out_whole(demo_file: Path) -> None:
    sizes = random.Random(7)
    with started("--database", str(demo_file), TERM="xterm-256color") as program:
        before = screen(program)
        for _ in range(60):
            resize(program, sizes.randint(1, 200), sizes.randint(1, 70))
            program.read(0.005)
        resize(program, 40, 10)
        shows(program, "too small")
        resize(program, 80, 24)
        program.read_until(lambda _: screen(program) == before)
        program.press("enter")
        shows(program, "Provisioning by manufacturer")
        assert b"Traceback" not in program.output


PASTED = "\x1b[200~%s\x1b[201~"


def test_a_pasted_novel_lands_in_the_search_field_and_nowhere_else(demo_file: Path) -> None:
    """Bracketed, as terminals paste into programs that ask for it; with keys in it that would do something."""
    text = "jansen" + " qaxr\t" * 1_700
    with started("--database", str(demo_file), TERM="xterm-256color") as program:
        assert b"\x1b[?2004h" in program.output
        program.press("/")
        program.settle(0.1)
        program.type(PASTED % text)
        program.read_until(lambda _: re.search(r" \d+ of \d+ phones", screen(program)) is not None)
        program.press("ctrl+u")
        shows(program, "▲ attention")
        program.press("enter")
        shows(program, "Provisioning by manufacturer")
        program.press("?")
        shows(program, "On this screen (phone)")
        program.press("ctrl+q")
        assert program.wait() == 0


def test_a_paste_that_is_not_bracketed_is_typing(demo_file: Path) -> None:
    """An old terminal, or a paste into the middle of `/`: ten thousand keys, and the program is there afterwards."""
    with started("--database", str(demo_file)) as program:
        program.press("/")
        program.settle(0.1)
        program.type("jansen" + "x" * 10_000)
        shows(program, " 0 of 60 phones")
        program.press("ctrl+u")
        shows(program, "▲ attention")
        program.press("enter")
        shows(program, "Provisioning by manufacturer")
        program.press("q")
        assert program.wait() == 0


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_cannot_show_screens_is_refused(term: str) -> None:
    with PtyProgram((*PROGRAM, "demo"), environ=environ(TERM=term)) as refused:
        assert refused.wait() == 1
        assert b"This terminal cannot show screens" in refused.output
        assert len(bytes(refused.output).splitlines()) == 1


@pytest.mark.parametrize("arguments", [(), ("demo",)])
def test_without_a_terminal_it_does_not_hang(arguments: tuple[str, ...]) -> None:
    ended = subprocess.run(
        (*PROGRAM, *arguments), stdin=subprocess.DEVNULL, capture_output=True, timeout=60, env=environ(), check=False
    )
    assert (ended.returncode, ended.stdout) == (1, b"")
    assert b"need a terminal" in ended.stderr and len(ended.stderr.splitlines()) == 1
