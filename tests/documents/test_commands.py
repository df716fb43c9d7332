"""Every command of the README and of the documents is run, in order, by the installed program in an empty folder."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk_tui.backend.store.migrations import ACTIVITY_INDEXES
from tests.benchmarks.pty_bytes import PtyProgram
from tests.documents.reading import CHECKOUT, blocks, commands, section

# Commands that are not run here, by how they begin, and why.
NOT_RUN = {
    "make ": "it sets up an environment of its own; this test runs in the one that it made",
    ".ci/run": "it runs all tests, this one among them",
    ".venv/bin/pytest tests/screens --snapshot-update": "it would approve pictures that nobody has looked at",
    "python3 -m venv /opt": "tests/test_wheel.py makes the environment",
    "/opt/helpdesk-tui/bin/pip install": "tests/test_wheel.py installs the wheel, without downloads",
    "useradd ": "it changes the machine's accounts",
    "groupadd ": "it changes the machine's accounts",
    "install -d ": "it gives folders to an account that is not there; they are made for the test",
    "systemctl ": "there is no service manager: the lines of the unit are run instead, in the test of operating",
}
SCREENS = re.compile(r"^helpdesk-tui( demo)?$|helpdesk-tui --config \S+$")
"""These open the screens, until q is pressed."""
PREPARED = {"docs/commands.md"}
"""Documents that speak of phones which somebody else has imported."""
SAMPLES = CHECKOUT / "assets" / "samples"
PROGRAMS = ("jq", "sqlite3")


class Host:
    """A folder that stands for a machine: the places that the documents name lie in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.places = {name: folder / name.strip("/").replace("/", "-") for name in (
            "/var/lib/helpdesk-tui", "/var/backups/helpdesk-tui", "/var/log/helpdesk-tui", "/etc/helpdesk-tui"
        )}  # fmt: skip
        for place in self.places.values():
            place.mkdir(mode=0o700)
        (folder / "assets").symlink_to(CHECKOUT / "assets")
        (folder / ".venv").symlink_to(sys.prefix)
        (folder / "my-walkthroughs").mkdir()
        for sample in SAMPLES.glob("*.csv"):
            shutil.copy(sample, folder)
        self.environ = {**os.environ, "TERM": "xterm-256color"}
        self.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"

    def here(self, text: str) -> str:
        """What a document says, for this host."""
        for place, own in self.places.items():
            text = text.replace(place, str(own))
        return text.replace("/opt/helpdesk-tui/bin/", "").replace("sudo -u helpdesk ", "")

    def run(self, command: str) -> str:
        """Run one command as it stands there; what it prints."""
        if missing := [name for name in PROGRAMS if re.search(rf"\b{name} ", command) and not shutil.which(name)]:
            return f"{missing[0]} is not installed on this machine"
        command = self.here(command)
        if SCREENS.search(command):
            self.look(command)
            return ""
        ended = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command], cwd=self.folder, env=self.environ, text=True,
            stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False,
        )  # fmt: skip
        assert ended.returncode == 0, f"{command}\n{ended.stdout}\n{ended.stderr}"
        return ended.stdout

    def import_samples(self) -> None:
        """As the README says."""
        for command in commands((CHECKOUT / "README.md").read_text(encoding="utf-8")):
            if " import " in command:
                self.run(command)

    def look(self, command: str) -> None:
        """Open the screens, see that there are phones, and leave."""
        shell = ["bash", "-c", f"cd {self.folder} && exec {command}"]
        with PtyProgram(shell, size=(80, 24), environ=self.environ) as program:
            program.read_until(lambda output: b":" in output and b" phone" in output)
            program.settle(0.2)
            program.press("q")
            assert program.wait() == 0


@pytest.fixture
def host(tmp_path: Path) -> Host:
    folder = tmp_path / "host"
    folder.mkdir()
    return Host(folder)


def why_not(command: str) -> str | None:
    """Why this command is not run."""
    return next((why for begin, why in NOT_RUN.items() if command.startswith(begin)), None)


DOCUMENTS = ("README.md", "docs/commands.md", "docs/files.md", "docs/walkthroughs.md")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_runs(document: str, host: Host) -> None:
    if document in PREPARED:
        host.import_samples()
    run = [command for command in commands((CHECKOUT / document).read_text(encoding="utf-8")) if not why_not(command)]
    assert run
    for command in run:
        host.run(command)


def test_no_other_document_has_commands_that_nobody_runs() -> None:
    others = {CHECKOUT / "CONTRIBUTING.md", *(CHECKOUT / "docs").glob("*.md")}
    others -= {CHECKOUT / document for document in (*DOCUMENTS, "docs/operating.md", "docs/rest-api.md")}
    left = [command for path in others for command in commands(path.read_text(encoding="utf-8"))]
    assert [command for command in left if not why_not(command) and "pytest" not in command] == []


# -- operating ---------------------------------------------------------------------------------------------------------

OPERATING = (CHECKOUT / "docs" / "operating.md").read_text(encoding="utf-8")


class Service:
    """What systemd would do with the units of the document."""

    def __init__(self, host: Host) -> None:
        self.host = host
        units = (unit.replace("\\\n", " ") for unit in blocks(OPERATING, "ini"))
        self.lines = [line for unit in units for line in re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)]
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """`ExecStart` of the service, on a free port; it is ready when it prints its address."""
        (serve,) = [line for line in self.lines if " serve " in line]
        self.serve(serve.replace("--port 8080", "--port 0"))

    def serve(self, line: str) -> str:
        """Run this until it is stopped; its address, once it is ready."""
        command = self.host.here(line)
        self.process = subprocess.Popen(
            ["bash", "-c", f"exec {command}"], cwd=self.host.folder, env=self.host.environ, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert self.process.stdout
        address = self.process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:")
        return address

    def stop(self) -> None:
        """As systemd stops it."""
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            assert self.process.wait(20) == 0
            self.process = None

    def kill(self) -> None:
        """After a test that failed."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def maintain(self) -> None:
        """`ExecStart` of the timer's service."""
        (line,) = [line for line in self.lines if line.endswith(" maintain")]
        self.host.run(line)

    def run(self, heading: str) -> None:
        """Every command under a heading; those for systemd as it would do them."""
        systemd = {
            "systemctl enable --now helpdesk-tui": self.start,
            "systemctl enable --now helpdesk-tui-maintain.timer": self.maintain,
            "systemctl stop helpdesk-tui": self.stop,
            "systemctl start helpdesk-tui": self.start,
        }
        for command in commands(section(OPERATING, heading)):
            if command in systemd:
                systemd[command]()
            elif not why_not(command):
                self.host.run(command)


@pytest.fixture
def service(host: Host) -> Iterator[Service]:
    service = Service(host)
    (configured,) = blocks(section(OPERATING, "Installing"), "toml")
    (host.places["/etc/helpdesk-tui"] / "config.toml").write_text(host.here(configured), encoding="utf-8")
    yield service
    service.kill()


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="backups are made by sqlite3, which is not installed")
def test_what_is_said_about_operating_is_done_in_order(service: Service, host: Host) -> None:
    """Installed, served, looked at, backed up while in use, restored, upgraded."""
    database = host.places["/var/lib/helpdesk-tui"] / "production.db"
    backup = host.places["/var/backups/helpdesk-tui"] / "production.db"
    program = "helpdesk-tui --config /etc/helpdesk-tui/config.toml"
    for heading in ("Installing", "Serving", "Operators over SSH"):
        service.run(heading)

    host.run(f"{program} phone set 00:04:13:7a:10:01 --name before")
    writer = sqlite3.connect(database, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")  # somebody is at work, and not done
    writer.execute("UPDATE phones SET name = 'half-way'")
    service.run("Backup")
    writer.execute("ROLLBACK")
    writer.close()
    assert backup.stat().st_mode & 0o077 == 0
    host.run(f"{program} phone set 00:04:13:7a:10:01 --name after")
    assert '"after"' in host.run(f"{program} phone show 1001 --json")

    service.run("Restore")
    assert '"before"' in host.run(f"{program} phone show 1001 --json")

    service.stop()
    old = sqlite3.connect(database)
    for index in ACTIVITY_INDEXES:  # as it was made before these
        old.execute(f"DROP INDEX {index.split()[2]}")
    old.execute("DELETE FROM _sqlite_migrations WHERE name = 'activity_indexes'")
    old.execute("PRAGMA user_version = 7")
    old.commit()
    old.close()
    service.run("Upgrade")
    service.stop()
    upgraded = sqlite3.connect(database)
    assert upgraded.execute("SELECT 1 FROM sqlite_master WHERE name = 'events_at'").fetchone()
    upgraded.close()
    assert '"before"' in host.run(f"{program} phone show 1001 --json")


# -- REST API ----------------------------------------------------------------------------------------------------------

PASSWORD = "a-password-for-tests"


@pytest.mark.skipif(shutil.which("curl") is None, reason="requests are made by curl, which is not installed")
def test_what_is_said_about_the_rest_api_is_answered(service: Service, host: Host) -> None:
    """Users are made, then every request is sent as it stands there, to a service of this machine."""
    host.import_samples()
    (host.folder / ".curlrc").write_text("fail-with-body\nsilent\n", encoding="utf-8")
    host.environ["CURL_HOME"] = str(host.folder)
    address = service.serve("helpdesk-tui serve --port 0")
    requests = 0
    for command in commands((CHECKOUT / "docs" / "rest-api.md").read_text(encoding="utf-8")):
        if not command.startswith("curl "):
            host.run(command)
            name = re.match(r"helpdesk-tui api-user add (\w+)", command)
            if name:
                host.run(f"echo {PASSWORD} | helpdesk-tui api-user password {name[1]} --password-stdin")
            continue
        # The numbers of the document's phone and organisation are another platform's.
        command = command.replace("/phone/2001", "/phone/1").replace("/company/12", "/company/2")
        command = command.replace("https://rest.pbx.example.net", address)
        host.run(re.sub(r"--user (\w+)", rf"--user \1:{PASSWORD}", command))
        requests += 1
    assert requests
    assert "Brouwerij" in host.run("helpdesk-tui phone show 1001 --json")  # it was moved
