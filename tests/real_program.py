"""The program itself in a pseudo-terminal, and what a person sees there."""

from __future__ import annotations

import fcntl
import os
import re
import sqlite3
import struct
import sys
import termios
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from weakref import WeakKeyDictionary

import pyte

import helpdesk_tui
from tests.benchmarks.pty_bytes import PtyProgram

PROGRAM = (sys.executable, "-m", "helpdesk_tui", "--theme", "ansi")
FIRST = "attention"
RESTORED = b"\x1b[?1049l"
PRIVATE = re.compile(rb"\x1b\[[<=>][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]+\$p|\x1b[()][0-9A-B]")
"""Sequences that pyte does not know and would write on its screen."""
UNFINISHED = re.compile(rb"\x1b(?:\[[<=>?]?[0-9;]*\$?|[()])?$")
"""The beginning of a sequence, at the end of what has come so far."""


def environ(**changes: str) -> dict[str, str]:
    """The environment of a login of no particular taste."""
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
        running.read_marker(marker)
        running.settle()
        yield running


class _Terminal:
    """Draws what a program writes, as it comes."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = size
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self._drawn = 0

    def display(self, output: bytearray) -> str:
        whole = len(output) - len(found[0] if (found := UNFINISHED.search(output)) else b"")
        self._stream.feed(PRIVATE.sub(b"", bytes(output[self._drawn : whole])))
        self._drawn = whole
        return "\n".join(self._screen.display)


_terminals: WeakKeyDictionary[PtyProgram, _Terminal] = WeakKeyDictionary()


def screen(program: PtyProgram) -> str:
    """What a person sees."""
    terminal = _terminals.get(program)
    if terminal is None or terminal.size != program.size:
        terminal = _terminals[program] = _Terminal(program.size)
    return terminal.display(program.output)


def shows(program: PtyProgram, text: str) -> None:
    """Wait until this stands on the screen. Raises TimeoutError."""
    program.read_until(lambda _: text in screen(program))
    program.settle(0.15)


def resize(program: PtyProgram, columns: int, lines: int) -> None:
    """What a terminal does when its window is pulled at: the program gets SIGWINCH."""
    fcntl.ioctl(program.master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    program.size = (columns, lines)


def check_database(path: Path) -> None:
    """It is whole, and whoever opens it next finds nothing beside it that cannot be put right."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert [each.name for each in path.parent.glob(f"{path.name}*")] == [path.name]
