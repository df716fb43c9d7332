"""Inside a real tmux, with its default settings, on a server of the test's own."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from helpdesk_tui.clipboard import MOST_BYTES
from tests.real_program import PROGRAM, check_database, environ

pytestmark = pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed")


@dataclass(frozen=True, slots=True)
class Tmux:
    """One server with one window."""

    socket: Path

    def __call__(self, *words: str) -> str:
        command = ["tmux", "-S", str(self.socket), "-f", "/dev/null", *words]
        surroundings = environ(PS1="$ ", SHELL="/bin/sh")
        ended = subprocess.run(command, capture_output=True, encoding="utf-8", env=surroundings, timeout=20, check=True)
        return ended.stdout

    @property
    def screen(self) -> str:
        """What stands in the window."""
        return self("capture-pane", "-p")

    def keys(self, *names: str) -> None:
        """Press keys, by tmux's names."""
        self("send-keys", *names)

    def until(self, holds: Callable[[], object], seconds: float = 60.0) -> None:
        """Wait until this holds."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, self.screen
            time.sleep(0.05)

    def shows(self, text: str) -> None:
        """Wait until this stands in the window."""
        self.until(lambda: text in self.screen)


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    """A shell in a window of 80x24."""
    server = Tmux(tmp_path / "tmux")
    server("new-session", "-d", "-x", "80", "-y", "24", "-s", "work", "/bin/sh")
    yield server
    subprocess.run(["tmux", "-S", server.socket, "kill-server"], capture_output=True, check=False, timeout=20)


def start(tmux: Tmux, demo_file: Path) -> None:
    """The program, from the shell."""
    words = (*PROGRAM, "--database", str(demo_file))
    tmux.keys(f"{shlex.join(words)}; echo it ended with $?", "Enter")
    tmux.shows("Activate first.")  # what is read last of all


def test_it_shows_searches_resizes_and_gives_the_shell_back(tmux: Tmux, demo_file: Path) -> None:
    start(tmux, demo_file)
    tmux.keys("/", "jansen")
    tmux.until(lambda: re.search(r" \d+ of 60 phones", tmux.screen))
    tmux.keys("Enter")
    tmux.shows("Provisioning by manufacturer")
    tmux("resize-window", "-x", "40", "-y", "10")
    tmux.shows("too small")
    tmux("resize-window", "-x", "120", "-y", "40")
    tmux.shows("Provisioning by Compass")
    tmux.keys("q")
    tmux.shows("it ended with 0")
    tmux.keys("echo back in the $((1 + 1))", "Enter")
    tmux.shows("back in the 2")


def test_suspended_it_gives_the_shell_back_and_fg_brings_it_again(tmux: Tmux, demo_file: Path) -> None:
    start(tmux, demo_file)
    tmux.keys("C-z")
    tmux.until(lambda: "attention" not in tmux.screen)
    tmux.keys("echo still $((40 + 2))", "Enter")
    tmux.shows("still 42")
    tmux.keys("fg", "Enter")
    tmux.shows("attention")
    tmux.keys("q")
    tmux.until(lambda: "attention" not in tmux.screen)


def test_what_is_copied_lies_in_its_buffer(tmux: Tmux, demo_file: Path) -> None:
    start(tmux, demo_file)
    mac = re.search(r"00:04:13:[0-9a-f:]{8}", tmux.screen)
    assert mac
    tmux.keys("y")
    tmux.shows("Sent to your terminal's clipboard")
    assert mac[0] in tmux("show-buffer")


def test_a_window_that_is_closed_ends_it(tmux: Tmux, demo_file: Path) -> None:
    start(tmux, demo_file)
    pane = tmux("list-panes", "-F", "#{pane_pid}").strip()
    children = Path(f"/proc/{pane}/task/{pane}/children").read_text().split()
    assert children
    tmux("kill-session", "-t", "work")
    deadline = time.monotonic() + 60
    while any(_runs(child) for child in children):
        assert time.monotonic() < deadline, "it goes on without a window"
        time.sleep(0.05)
    check_database(demo_file)


def _runs(pid: str) -> bool:
    """Whether there is such a process, and not only its status that nobody has asked for yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_text_that_is_too_long_is_cut_where_terminals_would_drop_it(tmux: Tmux, tmp_path: Path) -> None:
    """Through the very code that copies, started in the window so that it talks to the window's tmux."""
    script = tmp_path / "long_copy.py"
    script.write_text(
        "import os, sys\n"
        "from helpdesk_tui import clipboard\n"
        "print(clipboard.send('é' * 40_000, 'the settings file', sys.stdout.write, os.environ))\n"
    )
    tmux.keys(f"clear; {shlex.join((PROGRAM[0], str(script)))} | tail -c 200 | tr -d '\\033'; echo do''ne", "Enter")
    tmux.shows("done")
    assert tmux("show-buffer") == "é" * (MOST_BYTES // 2)
    assert "without the last 12,250 characters" in " ".join(tmux.screen.split())
