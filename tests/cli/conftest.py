"""The command line as operators and scripts meet it: a process with its exit status, stdout and stderr."""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import helpdesk_tui
from helpdesk_tui.cli import main
from tests.cli.forked import forker

CHECKOUT = Path(helpdesk_tui.__file__).parents[1]
SAMPLES = CHECKOUT / "assets" / "samples"


@dataclass(frozen=True)
class Program:
    """`helpdesk-tui` with its global options, run in a folder."""

    folder: Path
    options: tuple[str, ...] = ()

    def with_options(self, *options: str | Path) -> Program:
        """The same with further global options."""
        return replace(self, options=(*self.options, *map(str, options)))

    def inside(self) -> Program:
        """The same without starting a process: for many cases that differ in a sentence only."""
        return InsideProgram(self.folder, self.options)

    def command(self, *args: str | Path) -> list[str]:
        """The whole command."""
        return [sys.executable, "-m", "helpdesk_tui", *self.options, *map(str, args)]

    def environment(self) -> dict[str, str]:
        """The environment of the test's own home, with the program importable from any folder."""
        return {**os.environ, "PYTHONPATH": str(CHECKOUT)}

    def __call__(self, *args: str | Path, before: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
        """Run it without a terminal. No user ever sees a traceback; a refusal says why."""
        environment = self.environment()
        if before is None:
            copied = forker(environment).run([*self.options, *map(str, args)], self.folder, environment)
            return self.checked(copied)
        ended = subprocess.run(
            self.command(*args),
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
            preexec_fn=before,
        )
        return self.checked(ended)

    def checked(self, ended: subprocess.CompletedProcess[str]) -> subprocess.CompletedProcess[str]:
        """What holds however it ended."""
        assert "Traceback" not in ended.stderr or "--debug" in self.options, ended.stderr
        assert "Something unexpected" not in ended.stderr, ended.stderr
        assert ended.stderr.strip() or ended.returncode == 0
        return ended

    def json(self, *args: str | Path) -> Any:
        """Run it with `--json`; stdout is one document and nothing else."""
        ended = self(*args, "--json")
        assert (ended.returncode, ended.stderr) == (0, "")
        return json.loads(ended.stdout)

    def refused(self, *args: str | Path, before: Callable[[], None] | None = None) -> str:
        """Run it, expecting exit status 1 and one sentence on stderr; that sentence."""
        ended = self(*args, before=before)
        assert (ended.returncode, ended.stdout) == (1, ""), (ended.stdout, ended.stderr)
        (sentence,) = ended.stderr.splitlines()
        return sentence


class InsideProgram(Program):
    """The program called in this process."""

    def __call__(self, *args: str | Path, before: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
        assert before is None
        command = ["helpdesk-tui", *self.options, *map(str, args)]
        out, err, status = io.StringIO(), io.StringIO(), 0
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.folder)
            patch.setattr(sys, "argv", command)
            patch.setattr(sys, "stdin", io.StringIO())
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                try:
                    main()
                except SystemExit as ending:
                    assert isinstance(ending.code, int)
                    status = ending.code
        return self.checked(subprocess.CompletedProcess(command, status, out.getvalue(), err.getvalue()))


@pytest.fixture
def run(tmp_path: Path) -> Program:
    """The program in an empty folder, with nothing configured and no database yet."""
    folder = tmp_path / "folder"
    folder.mkdir()
    return Program(folder)


def no_file_may_grow_beyond(size: int) -> None:
    """Run before the program starts: writing more than this many bytes to any file fails, as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def _template(folder: Path, *commands: tuple[str | Path, ...]) -> Path:
    """A database that these commands made."""
    database = folder / "template.db"
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
            patch.setenv(name, str(folder))
        for command in commands:
            ended = Program(folder)(*command)
            assert ended.returncode == 0, ended.stderr
    return database


@pytest.fixture(scope="session")
def samples_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The three sample files, imported."""
    kinds = ("organisations", "users", "phones")
    commands = (("--database", "template.db", "import", kind, SAMPLES / f"{kind}.csv") for kind in kinds)
    return _template(tmp_path_factory.mktemp("samples"), *commands)


@pytest.fixture(scope="session")
def demo_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo database."""
    return _template(tmp_path_factory.mktemp("demo"), ("demo", "--create", "template.db"))


@pytest.fixture
def samples(run: Program, samples_template: Path) -> Program:
    """The program on a database of its own with the sample files in it."""
    shutil.copy(samples_template, run.folder / "samples.db")
    return run.with_options("--database", "samples.db")


@pytest.fixture
def demo(run: Program, demo_template: Path) -> Program:
    """The program on a demo database of its own."""
    shutil.copy(demo_template, run.folder / "demo.db")
    return run.with_options("--database", "demo.db")


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A loopback port where nothing listens, and nothing else will."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


CONFIGURATION = """
[environments.production.manufacturers.snom]
service = "xmlrpc"
url = "http://127.0.0.1:{port}/xmlrpc/"
username = "operator"
password = "{secret}"
read_timeout = {read_timeout}

[environments.production.manufacturers.yealink]
service = "xmlrpc"
url = "http://127.0.0.1:{port}/xmlrpc"
username = "operator"
password = "{secret}"
server_name = "compass"
read_timeout = {read_timeout}
"""
SERVICE_SECRET = "service-password-7c1d"


def configure(folder: Path, port: int, read_timeout: float = 10.0) -> Path:
    """A configuration whose manufacturers are at this loopback port."""
    path = folder / "config.toml"
    path.write_text(CONFIGURATION.format(port=port, secret=SERVICE_SECRET, read_timeout=read_timeout), encoding="utf-8")
    return path


@pytest.fixture
def unreachable(samples: Program, closed_port: int) -> Program:
    """The program on the sample phones, while no manufacturer can be reached."""
    return samples.with_options("--config", configure(samples.folder, closed_port))
