"""A phone is moved as the document says ("Move using the API"), with curl against `serve`, both as processes.

The same commands stand in docs/rest-api.md.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import CHECKOUT, Program
from tests.cli.test_serve_command import serving

CURL = shutil.which("curl")
pytestmark = pytest.mark.skipif(CURL is None, reason="curl is not installed")

V3 = "application/vnd.iperity.compass.v3+json"


def curl(folder: Path, *arguments: str) -> tuple[int, str]:
    """Status and body of one request."""
    assert CURL
    command = [CURL, "--silent", "--show-error", "--max-time", "30", "--write-out", "\n%{http_code}", *arguments]
    ended = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", timeout=60, check=True)
    body, _, status = ended.stdout.rpartition("\n")
    return int(status), body


def password(program: Program, *command: str) -> str:
    """The password that a command makes and shows once."""
    ended = program.inside()("api-user", *command)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.rpartition(" ")[2].strip()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_steps_of_the_document(samples: Program, workers: str) -> None:
    secret = password(samples, "add", "anna", "--organisation", "jansen")
    for name in ("jansen", "eynde"):
        assert samples.inside()("api-user", "grant", "anna", name, "write").returncode == 0
    (mac,) = [phone["mac"] for phone in samples.json("phone", "list", "--organisation", "jansen")][:1]
    with serving(samples, "--workers", workers, "--access-log", "access.log") as running:
        anna, accept = ("--user", f"anna:{secret}"), ("--header", f"Accept: {V3}")

        # "The resource ID of the phone you wish to move. This number can be found at the end of the URL."
        status, body = curl(samples.folder, *anna, f"{running.url}/helpdesk/v1/phones/{mac}")
        assert status == 200
        resource = json.loads(body)["resource"]
        resource_id = resource.rpartition("/")[2]

        # "Use the organisation/company ID and the GET /company/{id} endpoint [...] the property self".
        status, body = curl(samples.folder, *anna, *accept, f"{running.url}/company/2")
        assert (status, json.loads(body)["name"]) == (200, "Brouwerij Van den Eynde")
        target = json.loads(body)["self"]
        assert target == f"{running.url}/company/2"

        # "replace string with the resource URL that points to the organisation", "Execute".
        migrate = (
            *("--request", "POST", *anna, *accept, "--header", f"Content-Type: {V3}"),
            *("--data", json.dumps({"newCompany": target})),
            f"{running.url}/phone/{resource_id}/migrateToCompany",
        )
        assert curl(samples.folder, *migrate) == (200, "")

        # "the name of the new organisation appears on the phone's display": with the settings it fetches next.
        settings = samples("phone", "settings", mac).stdout
        assert "Brouwerij V" in settings and "Bakkerij" not in settings

        if workers == "2":  # every worker answers, each with a memory of its own
            statuses = [curl(samples.folder, *anna, *accept, resource)[0] for _ in range(8)]
            assert statuses == [200] * 8
        assert curl(samples.folder, "--user", "anna:wrong", *accept, resource)[0] == 401
        assert curl(samples.folder, *anna, resource)[0] == 406
        assert running.stop() == 0
    assert samples.json("phone", "show", mac)["organisation"] == "Brouwerij Van den Eynde"
    events = samples.json("phone", "history", mac)
    assert {"anna (API)"} == {event["operator"] for event in events if event["kind"] == "moved"}
    log = (samples.folder / "access.log").read_text()
    assert secret not in log and '"api_user": "anna"' in log
    assert (samples.folder / "stderr.txt").read_text() == ""


def test_our_own_client_of_compass_gets_along_with_it(samples: Program) -> None:
    """What `kind = "compass"` reads, finds and moves, with the map of fields that the manual names."""
    secret = password(samples, "add", "anna", "--organisation", "jansen", "--right", "write")
    with serving(samples, "--access-log", "access.log") as running:
        remote = f'''
            [environments.remote]
            kind = "compass"
            url = "{running.url}"
            username = "anna"
            password = "{secret}"
            companies = ["2"]
            [environments.remote.fields]
            {FIELDS}
        '''
        (samples.folder / "remote.toml").write_text(remote)
        client = Program(samples.folder).with_options("--config", "remote.toml").inside()
        shown = client.json("phone", "list")
        assert {phone["mac"] for phone in shown} == {phone["mac"] for phone in samples.json("phone", "list")}
        mine = next(phone for phone in shown if phone["organisation"] == "Bakkerij Jansen")
        assert client("phone", "move", mine["id"], "--to", "2").returncode == 0
        running.stop()
    assert samples.json("phone", "show", mine["mac"])["organisation"] == "Brouwerij Van den Eynde"
    manual = (CHECKOUT / "docs" / "rest-api.md").read_text()
    assert all(line.strip() in manual for line in FIELDS.splitlines())


FIELDS = '''mac = "macAddress"
model = "model"
step = "provisioningByManufacturer"
firmware = "firmwareVersion"'''


def test_the_manual_shows_these_very_commands() -> None:
    """Its examples name the same headers, paths and keys as the test above."""
    manual = (CHECKOUT / "docs" / "rest-api.md").read_text()
    commands = re.findall(r"^curl .*?(?:[^\\]\n)", manual, re.S | re.M)
    assert any("/helpdesk/v1/phones/" in command for command in commands)
    assert any(f"Accept: {V3}" in command and "/company/" in command for command in commands)
    (move,) = [command for command in commands if "migrateToCompany" in command]
    assert "POST" in move and "newCompany" in move and f"Content-Type: {V3}" in move
