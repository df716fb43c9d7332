"""The program in a pseudo-terminal: how it starts, what it writes, and how it ends."""

from __future__ import annotations

import base64
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk_tui.backend import HelpdeskError
from helpdesk_tui.terminal import check_terminal
from tests.benchmarks.pty_bytes import PtyProgram

DEMO = (sys.executable, str(Path(__file__).parent / "widgets" / "demo_screens.py"))
RESTORED = b"\x1b[?1049l"
READY = "1,204 phones"


def environ(**changes: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("COLORTERM", "NO_COLOR", "LC_ALL", "LANG", "TMUX")}
    return {**kept, "TERM": "screen", "PYTHONPATH": str(Path(__file__).parent.parent), **changes}


@pytest.fixture
def program() -> Iterator[PtyProgram]:
    with PtyProgram(DEMO, environ=environ()) as running:
        running.read_marker(READY)
        yield running


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_end_it_restores_the_terminal(program: PtyProgram, number: signal.Signals) -> None:
    program.signal(number)
    assert program.wait() == 128 + number
    program.read(0.2)
    assert RESTORED in program.output and b"?1003l" in program.output
    assert b"Traceback" not in program.output


def test_told_to_end_while_a_thread_hangs_it_ends(program: PtyProgram) -> None:
    program.press("x")
    program.settle()
    program.signal(signal.SIGTERM)
    assert program.wait() == 143
    program.read(0.2)
    assert RESTORED in program.output


def test_a_lost_line_ends_it(program: PtyProgram) -> None:
    program.hang_up()
    program.wait()


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_suspended_and_resumed_it_comes_back() -> None:
    with PtyProgram(("bash", "--norc", "--noprofile", "-i"), environ=environ(PS1="shell> ")) as shell:
        shell.read_marker("shell> ")
        shell.type(shlex.join(DEMO) + "\n")
        shell.read_marker(READY)
        shell.settle()
        before = len(shell.output)
        shell.press("ctrl+z")
        shell.read_until(lambda output: RESTORED in output[before:] and b"shell> " in output[before:])
        before = len(shell.output)
        shell.type("fg\n")
        shell.read_until(lambda output: READY.encode() in output[before:])
        shell.settle()
        shell.press("q")
        before = len(shell.output)
        shell.read_until(lambda output: b"shell> " in output[before:])
        shell.type("exit\n")
        assert shell.wait() == 0


def test_without_a_shell_it_is_not_suspended_for_ever(program: PtyProgram) -> None:
    program.press("ctrl+z")
    program.read_marker("No shell started this program")
    program.settle()
    program.signal(signal.SIGTSTP)
    program.press("v")  # it goes on
    program.read_until(lambda output: output.count(b"settings") > 1)
    program.press("q")
    assert program.wait() == 0


def test_thin_lines(program: PtyProgram) -> None:
    """The budgets of a slow line; bytes are exact, so that they can be tested."""
    program.settle()
    assert len(program.output) <= 20_000
    assert sum(program.cost("j", quiet=0.06) for _ in range(24)) / 24 <= 600
    assert program.cost("a") + program.cost("n") <= 5_000
    assert program.read(1.5) == b""


def test_what_is_copied_reaches_the_terminal(program: PtyProgram) -> None:
    program.press("v")
    program.read_marker("Settings file of")
    program.press("y")
    program.read_until(lambda output: b"\x1b]52;c;" + base64.b64encode(b"#!version:1.0.0.1") + b"\a" in output)
    program.read_marker("Sent to your terminal's clipboard: the line.")


def test_a_crash_shows_a_sentence_and_no_secret(program: PtyProgram) -> None:
    program.press("d")
    assert program.wait() == 1
    program.read(0.2)
    assert RESTORED in program.output
    assert b"Something unexpected" in program.output
    assert b"hunter2" not in program.output and b"Traceback" not in program.output


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_cannot_show_screens_is_refused(term: str) -> None:
    with PtyProgram(
        (
            sys.executable,
            "-c",
            "import os; from helpdesk_tui.terminal import check_terminal; check_terminal(os.environ)",
        ),
        environ=environ(TERM=term),
    ) as running:
        assert running.wait() == 1
        assert b"This terminal cannot show screens" in running.output


def test_without_a_terminal_it_does_not_hang() -> None:
    done = subprocess.run(DEMO, stdin=subprocess.DEVNULL, capture_output=True, timeout=20, env=environ(), check=False)
    assert done.returncode == 1 and b"need a terminal" in done.stderr


def test_the_refusal_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "isatty", lambda _: True)
    check_terminal({"TERM": "vt100"})
    with pytest.raises(HelpdeskError, match="TERM=dumb"):
        check_terminal({})
