"""Through a real SSH line, as operators come in: the list, a search, the clipboard, and a line that drops."""

from __future__ import annotations

import base64
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.benchmarks.pty_bytes import PtyProgram
from tests.real_program import PROGRAM, RESTORED, check_database, environ, screen, shows
from tests.ssh_server import MISSING, SshServer, serving

pytestmark = pytest.mark.skipif(MISSING, reason="OpenSSH's server and client are not installed")
OSC52 = re.compile(rb"\x1b\]52;c?;([A-Za-z0-9+/=]+)(?:\a|\x1b\\)")
HANDED_ON = ("HOME", "LC_ALL", "PATH", "PYTHONPATH", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")


def server_environ() -> dict[str, str]:
    whole = environ(HOME=os.environ["HOME"])
    return {name: whole[name] for name in HANDED_ON if name in whole}


@pytest.fixture
def server(tmp_path: Path, demo_file: Path) -> Iterator[SshServer]:
    """Starts the program on the demo database for whoever logs in."""
    command = (*PROGRAM, "--database", str(demo_file))
    with serving(tmp_path / "ssh", command, server_environ()) as running:
        yield running


@contextmanager
def logged_in(server: SshServer, **changes: str) -> Iterator[PtyProgram]:
    with PtyProgram(server.client(), environ=environ(TERM="xterm-256color", **changes)) as line:
        line.read_marker("attention")
        line.settle()
        yield line


def program_of(demo_file: Path) -> list[int]:
    """The processes that have this database open on their command line."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"helpdesk_tui" in words and str(demo_file).encode() in words:
                found.append(int(entry.name))
    return found


def test_an_operator_logs_in_finds_a_phone_and_leaves(server: SshServer) -> None:
    with logged_in(server) as line:
        assert "00:04:13:" in screen(line)
        line.press("/")
        line.settle(0.2)
        line.press("jansen")
        line.read_until(lambda _: re.search(r" \d+ of 60 phones", screen(line)) is not None)
        line.press("enter")
        shows(line, "Provisioning by manufacturer")
        line.press("q")
        assert line.wait() == 0
        line.read(0.2)
        assert RESTORED in line.output


def test_a_line_that_drops_ends_the_program_and_harms_nothing(server: SshServer, demo_file: Path) -> None:
    with logged_in(server) as line:
        line.press("f")
        shows(line, "Register the phone")
        assert program_of(demo_file)
        line.signal(signal.SIGKILL)
        line.wait()
        deadline = time.monotonic() + 60
        while program_of(demo_file):
            assert time.monotonic() < deadline, "the program goes on without its line"
            time.sleep(0.05)
    check_database(demo_file)
    with closing(sqlite3.connect(demo_file)) as connection:
        assert connection.execute("SELECT count(*) FROM walkthrough_runs WHERE ended_at IS NULL").fetchone() == (4,)


def test_what_is_copied_comes_out_at_the_other_end_of_the_line(server: SshServer) -> None:
    with logged_in(server) as line:
        mac = re.search(r"00:04:13:[0-9a-f:]{8}", screen(line))
        assert mac
        line.press("y")
        line.read_until(lambda output: OSC52.search(output) is not None)
        sent = OSC52.search(line.output)
        assert sent and mac[0] in base64.b64decode(sent[1]).decode()
        shows(line, "Sent to your terminal's clipboard")


def test_without_a_terminal_the_line_says_what_to_add(server: SshServer) -> None:
    words = [word for word in server.client() if word != "-tt"]
    ended = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert b"with ssh, add -t" in ended.stderr


@pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed")
def test_what_is_copied_in_tmux_at_the_other_end_comes_out_here(tmp_path: Path, demo_file: Path) -> None:
    """With tmux's default settings, which drop what programs inside it send to the clipboard."""
    socket = tmp_path / "tmux-there"
    inner = (*PROGRAM, "--database", str(demo_file))
    command = ("tmux", "-S", str(socket), "-f", "/dev/null", "new-session", *inner)
    try:
        with serving(tmp_path / "ssh", command, server_environ()) as server, logged_in(server) as line:
            line.press("y")
            line.read_until(lambda output: OSC52.search(output) is not None)
            sent = OSC52.search(line.output)
            assert sent and b"00:04:13:" in base64.b64decode(sent[1])
            shown = subprocess.run(["tmux", "-S", socket, "show-buffer"], capture_output=True, check=True, timeout=10)
            assert shown.stdout == base64.b64decode(sent[1])
    finally:
        subprocess.run(["tmux", "-S", socket, "kill-server"], capture_output=True, check=False, timeout=10)
