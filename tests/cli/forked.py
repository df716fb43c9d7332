"""Processes of the program that begin where its imports are done.

Most of the time of a short command goes into imports. Here one process does them once and is copied for each command:
a process of its own as ever, in a fraction of the time. What is about starting itself does without this.
"""

from __future__ import annotations

import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

LONGEST_MESSAGE = 1 << 20
DECIDED_AT_START = ("LANG", "LC_", "PYTHON")
"""What begins so in the environment is read before the first import: who changes it needs a process from scratch."""


class Forker:
    """The process that is copied."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control = ours
        self._start = _decided_at_start(os.environ)
        command = [sys.executable, "-m", __name__, str(theirs.fileno())]
        self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        theirs.close()

    def takes(self, environment: Mapping[str, str]) -> bool:
        """Whether a copy can run in this environment."""
        return _decided_at_start(environment) == self._start

    def run(
        self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], seconds: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Run the program to its end. May be called from several threads. Raises TimeoutError."""
        message = json.dumps([arguments, str(folder), dict(environment)]).encode()
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            ours, theirs = socket.socketpair()
            with ours:
                with theirs:
                    socket.send_fds(self._control, [message], [out.fileno(), err.fileno(), theirs.fileno()])
                status = _status(ours, time.monotonic() + seconds)
            texts = []
            for file in (out, err):
                file.seek(0)
                texts.append(file.read().decode().replace("\r\n", "\n"))
        return subprocess.CompletedProcess(arguments, status, *texts)


def _status(answers: socket.socket, deadline: float) -> int:
    """How the process ended, as `subprocess` says it."""
    said = b""
    while not said.endswith(b"\n"):
        answers.settimeout(max(0.01, deadline - time.monotonic()))
        more = answers.recv(100)
        assert more, "the process that is copied has died"
        said += more
    return int(said)


def _decided_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(DECIDED_AT_START)}


@cache
def forker() -> Forker:
    """The one of this process."""
    return Forker()


def serve(control: socket.socket) -> None:
    """Copy this process for every message, until nobody is there to send one."""
    import helpdesk_tui.backend.helpdesk
    import helpdesk_tui.cli.phone_customs
    import helpdesk_tui.cli.phones  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the keepers are not waited for
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, LONGEST_MESSAGE, 3)
        if not message:
            return
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            control.close()
            _keep(message, *descriptors)
            return
        for descriptor in descriptors:
            os.close(descriptor)


def _keep(message: bytes, out: int, err: int, answers: int) -> None:
    """Start the program as a child, and tell how it ended; returns in that child, at the program's end."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        os.write(answers, b"%d\n" % os.waitstatus_to_exitcode(status))
        os._exit(0)
    arguments, folder, environment = json.loads(message)
    os.close(answers)
    for descriptor, standard in ((out, 1), (err, 2)):
        os.dup2(descriptor, standard)
        os.close(descriptor)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.argv = ["helpdesk-tui", *arguments]
    runpy.run_module("helpdesk_tui", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
