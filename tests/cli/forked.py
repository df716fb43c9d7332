"""Processes of the program that begin where its imports are done.

Most of the time of a short command goes into imports. Here one process does them once and is copied for each command:
a process of its own as ever, in a fraction of the time. What is about starting itself does without this.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import helpdesk_tui.backend.settings_file
import helpdesk_tui.backend.use_cases
import helpdesk_tui.cli

LONGEST_MESSAGE = 1 << 20
DECIDED_AT_START = ("LANG", "LC_", "PYTHON")
"""What begins so in the environment is read before the first import, so it cannot be changed in a copy."""


class Forker:
    """The process that is copied."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control = ours
        command = [sys.executable, "-m", __name__, str(theirs.fileno())]
        # Pipes as its copies will have: Python looks once at what it writes to.
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            command, pass_fds=[theirs.fileno()], env=environment, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe
        )
        theirs.close()

    def run(
        self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], seconds: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Run the program to its end. May be called from several threads. Raises TimeoutError."""
        message = json.dumps([arguments, str(folder), dict(environment)]).encode()
        pipes = [os.pipe() for _ in range(3)]
        try:
            try:
                socket.send_fds(self._control, [message], [writing for _, writing in pipes])
            finally:
                for _, writing in pipes:
                    os.close(writing)
            out, err, told = _read_all([reading for reading, _ in pipes], time.monotonic() + seconds)
        finally:
            for reading, _ in pipes:
                os.close(reading)
        _, status = told.split()
        texts = (text.decode().replace("\r\n", "\n") for text in (out, err))
        return subprocess.CompletedProcess(arguments, int(status), *texts)


def _read_all(pipes: Sequence[int], deadline: float) -> list[bytes]:
    """What comes from each of these until it is closed."""
    said = dict.fromkeys(pipes, b"")
    with selectors.DefaultSelector() as waiting:
        for pipe in pipes:
            waiting.register(pipe, selectors.EVENT_READ)
        while waiting.get_map():
            ready = waiting.select(max(0.0, deadline - time.monotonic()))
            if not ready:
                with suppress(ProcessLookupError, ValueError):  # what it told first is its id
                    os.kill(int(said[pipes[-1]]), signal.SIGKILL)
                raise TimeoutError
            for key, _ in ready:
                more = os.read(key.fd, 1 << 16)
                said[key.fd] += more
                if not more:
                    waiting.unregister(key.fd)
    return list(said.values())


_forkers: dict[frozenset[tuple[str, str]], Forker] = {}


def forker(environment: Mapping[str, str]) -> Forker:
    """One whose copies can run in this environment."""
    start = frozenset((name, value) for name, value in environment.items() if name.startswith(DECIDED_AT_START))
    if start not in _forkers:
        _forkers[start] = Forker(environment)
    return _forkers[start]


def serve(control: socket.socket) -> None:
    """Copy this process for every message, until nobody is there to send one."""
    for package in (helpdesk_tui.cli, helpdesk_tui.backend.use_cases, helpdesk_tui.backend.settings_file):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    gc.collect()
    gc.freeze()  # copies need not look for garbage among all this
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
        os.write(answers, b"%d " % child)
        _, status = os.waitpid(child, 0)
        os.write(answers, b"%d" % os.waitstatus_to_exitcode(status))
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
