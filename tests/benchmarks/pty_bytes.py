"""Run a program in a pseudo-terminal, as over a thin line: count what it writes, and time what it shows.

As a script: `pty_bytes.py [--size 80x24] [--term screen] [--marker TEXT] [--keys "j j j"] -- COMMAND [ARG ...]`.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

KEYS = {"enter": "\r", "escape": "\x1b", "up": "\x1b[A", "down": "\x1b[B", "tab": "\t", "pagedown": "\x1b[6~"}
KEYS |= {"space": " ", "backspace": "\x7f", "ctrl+p": "\x10", "ctrl+d": "\x04", "ctrl+u": "\x15"}
KEYS |= {"ctrl+z": "\x1a", "ctrl+q": "\x11"}


class PtyProgram:
    """A program in a pseudo-terminal that answers nothing. Use it in a `with` block, which ends the program."""

    def __init__(
        self, command: Sequence[str], *, size: tuple[int, int] = (80, 24), environ: Mapping[str, str] | None = None
    ) -> None:
        self._command = command
        self.size = size
        self._environ = dict(os.environ if environ is None else environ)
        self.output = bytearray()
        """Everything written so far."""
        self.latest = 0.0
        """When it last wrote something (time.monotonic)."""
        self.status: int | None = None
        """The exit status, once it has ended; 128 + the number of the signal that killed it."""

    def __enter__(self) -> PtyProgram:
        self.started = time.monotonic()
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            try:
                columns, lines = self.size
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
                os.execvpe(self._command[0], list(self._command), self._environ)
            finally:
                os._exit(127)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.status is None and not self.ended():
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        self.hang_up()

    def receive(self, seconds: float) -> bytes:
        """What is written next, as soon as it comes; nothing when this time passes, or the program ends."""
        if self.master < 0 or not select.select([self.master], [], [], max(0.0, seconds))[0]:
            return b""
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return b""
        if data:
            self.latest = time.monotonic()
        self.output += data
        return data

    def read(self, seconds: float) -> bytes:
        """What is written within this time; ends earlier when the program does."""
        deadline = time.monotonic() + seconds
        before = len(self.output)
        while (left := deadline - time.monotonic()) > 0:
            if not self.receive(left):
                break
        return bytes(self.output[before:])

    def read_until(self, done: Callable[[bytes], bool], seconds: float = 60.0) -> float:
        """Read until `done(output)`; the seconds since the start. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while not done(bytes(self.output)):
            if time.monotonic() > deadline or (not self.receive(0.01) and self.ended()):
                raise TimeoutError(f"it did not come; the output ends in {bytes(self.output[-300:])!r}")
        return time.monotonic() - self.started

    def read_marker(self, marker: str, seconds: float = 60.0) -> float:
        """Read until this text was written; the seconds since the start."""
        return self.read_until(lambda output: marker.encode() in output, seconds)

    def settle(self, quiet: float = 0.4) -> None:
        """Read until nothing was written for this time."""
        while self.read(quiet):
            pass

    def press(self, key: str) -> None:
        """Send a key by name, or literal text."""
        os.write(self.master, KEYS.get(key, key).encode())

    def type(self, text: str) -> None:
        """Send much text; what it makes the program write is read meanwhile, as a terminal does."""
        data = text.encode()
        while data:
            if select.select([], [self.master], [], 0.01)[1]:
                data = data[os.write(self.master, data[:512]) :]
            self.receive(0.0)

    def cost(self, key: str, quiet: float = 0.15) -> int:
        """The bytes that a key makes the program write."""
        before = len(self.output)
        self.press(key)
        self.settle(quiet)
        return len(self.output) - before

    def memory(self) -> int:
        """MB that it has in memory now (VmRSS of /proc)."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) // 1024

    def signal(self, number: int) -> None:
        """Send a signal to the program."""
        os.kill(self.pid, number)

    def hang_up(self) -> None:
        """Close the line, as when a connection is lost."""
        if self.master >= 0:
            os.close(self.master)
            self.master = -1

    def ended(self) -> bool:
        """Whether the program has ended; then `status` is set."""
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                code = os.waitstatus_to_exitcode(status)
                self.status = code if code >= 0 else 128 - code
        return self.status is not None

    def wait(self, seconds: float = 60.0) -> int:
        """The exit status, within this time. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while not self.ended():
            if time.monotonic() > deadline:
                raise TimeoutError("it is still running")
            self.read(0.02)
            time.sleep(0.01)  # a closed line gives `read` nothing to wait for
        assert self.status is not None
        return self.status


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="80x24")
    parser.add_argument("--term", default="screen")
    parser.add_argument("--marker", default="", help="what stands on the screen once the program is ready")
    parser.add_argument("--keys", default=" ".join(["j"] * 50))
    words = sys.argv[1:]
    command = words[words.index("--") + 1 :]
    args = parser.parse_args(words[: words.index("--")])
    columns, lines = (int(part) for part in args.size.split("x"))
    environ = {**os.environ, "TERM": args.term}
    environ.pop("COLORTERM", None)
    with PtyProgram(command, size=(columns, lines), environ=environ) as program:
        if args.marker:
            print(f"to the marker {program.read_marker(args.marker):.2f} s")
        program.settle()
        print(f"launch {len(program.output)} B")
        costs = [program.cost(key) for key in args.keys.split()]
        print("per key", costs, f"average {sum(costs) / max(1, len(costs)):.0f} B")
        print(f"idle 2 s: {len(program.read(2))} B")
        if path := os.environ.get("PTY_RECORDING"):
            Path(path).write_bytes(bytes(program.output))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
