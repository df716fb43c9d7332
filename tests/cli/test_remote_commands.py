"""The command line on a platform elsewhere: what it offers works, and all else is said not to be offered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.backend.compass.conftest import platform
from tests.backend.compass.documented_server import PASSWORD, USERNAME, DocumentedServer, Fault, running
from tests.cli.conftest import CHECKOUT, Program
from tests.documents.reading import blocks

CONFIGURATION = """
default_environment = "remote"

[environments.remote]
kind = "compass"
url = "{url}"
username = "{username}"
password = "{password}"
companies = ["2004"]
requests_per_second = 1000

[environments.production]
"""
FIELDS = """
[environments.remote.fields]
mac = "hardware.mac"
model = "phoneType"
step = "provisioningByVendor"
"""


@pytest.fixture
def server() -> Iterator[DocumentedServer]:
    with running(platform()) as server:
        yield server


def configured(run: Program, server: DocumentedServer, fields: str = FIELDS, password: str = PASSWORD) -> Program:
    path = run.folder / "config.toml"
    text = CONFIGURATION.format(url=server.url, username=USERNAME, password=password)
    path.write_text(text + fields, encoding="utf-8")
    return run.with_options("--config", path).inside()


@pytest.fixture
def remote(run: Program, server: DocumentedServer) -> Program:
    return configured(run, server)


def test_phones_are_listed_with_what_the_field_map_names(remote: Program) -> None:
    listed = remote.json("phone", "list")
    assert [row["id"] for row in listed] == ["k/33", "31", "32", "41"]
    balie = listed[1]
    assert (balie["mac"], balie["model"], balie["step"]) == ("00:04:13:aa:bb:01", "D735", "active")
    assert (balie["name"], balie["organisation"]) == ("Balie", "Bakkerij Jansen")
    assert balie["firmware_installed"] is None and "firmware_installed" in balie["not_offered"]
    assert balie["verdict"] is None and "verdict" in balie["not_offered"]
    assert "mac" not in balie["not_offered"]
    assert [row["id"] for row in remote.json("phone", "list", "--step", "provision")] == ["32"]
    assert [row["id"] for row in remote.json("phone", "list", "t46s", "--organisation", "eynde")] == ["41"]


def test_names_that_act_on_a_terminal_are_harmless(remote: Program) -> None:
    ended = remote("phone", "show", "k/33")
    assert "\x1b" not in ended.stdout and "[red]Winkel[/]" in ended.stdout
    assert "\x1b" not in remote("phone", "list").stdout


def test_one_phone_is_shown_with_its_status_and_the_names_of_its_keys(remote: Program) -> None:
    shown = remote.json("phone", "show", "31")
    assert shown["status"]["public_address"] == "192.0.2.1:5060"
    assert "sipPassword" in shown["keys_in_answer"]
    text = remote("phone", "show", "00:04:13:aa:bb:01").stdout
    assert "Provisioning by manufacturer: active: registered; the phone has not come by yet" in text
    assert "Firmware installed: not offered by this platform" in text
    assert "geheim" not in text
    odd = remote("phone", "show", "41").stdout
    assert 'MAC: "not a MAC" is no MAC' in odd


def test_without_a_field_map_facts_are_said_not_to_be_offered(run: Program, server: DocumentedServer) -> None:
    bare = configured(run, server, fields="")
    shown = bare.json("phone", "show", "Balie")
    assert (shown["mac"], shown["step"]) == (None, None)
    assert {"mac", "model", "step", "firmware_installed"} <= set(shown["not_offered"])
    assert "step: is not offered by this platform" in bare.refused("phone", "list", "--step", "active")
    assert "No phone fits" in bare.refused("phone", "show", "00:04:13:aa:bb:01")


def test_a_phone_moves(remote: Program, server: DocumentedServer) -> None:
    moved = remote("phone", "move", "31", "--to", "eynde")
    assert moved.stdout == "Balie was moved to Garage [red]Eynde[/]; its list shows the phone.\n"
    assert server.platform.owners["31"] == "2004"
    assert "belongs to Garage [red]Eynde[/] already" in remote.refused("phone", "move", "31", "--to", "2004")
    assert "the configuration may name more" in remote.refused("phone", "move", "31", "--to", "2006")
    server.platform.writable = {"2004"}
    assert "HTTP 403" in remote.refused("phone", "move", "31", "--to", "jansen")
    assert "read-only" in remote.with_options("--read-only").inside().refused("phone", "move", "41", "--to", "jansen")


def test_organisations_are_listed(remote: Program) -> None:
    listed = remote.json("organisation", "list")
    assert [(row["short_name"], row["phones"], row["own"]) for row in listed] == [
        ("jansen", 3, True),
        ("eynde", 1, False),
    ]


@pytest.mark.parametrize(
    "command",
    [
        ("phone", "activate", "31"),
        ("phone", "settings", "31"),
        ("phone", "firmware", "31", "--installed"),
        ("phone", "history", "31"),
        ("phone", "set", "31", "--name", "x"),
        ("phone", "remove", "31", "--yes"),
        ("phone", "add", "000413aabbcc", "--model", "D735", "--organisation", "jansen"),
        ("organisation", "show", "jansen"),
        ("firmware", "list"),
        ("maintain",),
        ("serve",),
    ],
    ids=" ".join,
)
def test_every_other_command_is_not_offered(
    remote: Program, server: DocumentedServer, command: tuple[str, ...]
) -> None:
    words = command[: 2 if command[0] in ("phone", "organisation", "firmware") else 1]
    assert remote.refused(*command) == f"{' '.join(words)} is not offered by this platform (Compass REST API)."
    assert server.asked == []


@pytest.mark.parametrize(
    "command", [("phone", "list", "--reveal"), ("phone", "show", "31", "--reveal"), ("phone", "list", "user:anna"),
                ("phone", "list", "--verdict", "ok"), ("phone", "move", "31", "--to", "eynde", "--dry-run")],
    ids=" ".join,
)  # fmt: skip
def test_options_that_the_platform_has_nothing_for_are_refused(remote: Program, command: tuple[str, ...]) -> None:
    assert "is not offered by this platform" in remote.refused(*command)


def test_a_database_does_not_go_with_it(remote: Program) -> None:
    assert "leave --database out" in remote.with_options("--database", "x.db").inside().refused("phone", "list")


def test_doctor_tries_the_credentials_once(run: Program, server: DocumentedServer) -> None:
    good = configured(run, server)
    found = good.json("doctor")
    assert found["ok"] and [check["name"] for check in found["checks"]][-2:] == ["Platform", "Credentials"]
    assert "names mac, model, step; not firmware" in good("doctor").stdout
    server.asked.clear()
    bad = configured(run, server, password="wrong-word-3")("doctor")
    assert bad.returncode == 1 and "PROBLEM  Credentials" in bad.stdout and "HTTP 401" in bad.stdout
    assert len(server.asked) == 1
    assert "wrong-word-3" not in bad.stdout + bad.stderr


def test_a_wrong_password_is_one_sentence_and_one_request(run: Program, server: DocumentedServer) -> None:
    sentence = configured(run, server, password="wrong-word-3").refused("phone", "show", "31")
    assert "refuses the username or password (HTTP 401)" in sentence
    assert len(server.asked) == 1


def test_what_could_be_read_is_printed_and_what_could_not_is_said(remote: Program, server: DocumentedServer) -> None:
    server.fail(Fault.ERROR, "/company/2004/resourcesFiltered")
    ended = remote("phone", "list")
    assert ended.returncode == 1
    assert "Balie" in ended.stdout and "HTTP 500" in ended.stderr


def test_entries_without_an_address_are_counted(remote: Program, server: DocumentedServer) -> None:
    server.platform.listed_selves = {"31": "/phone/31"}
    ended = remote("phone", "list")
    assert (ended.returncode, ended.stderr) == (0, "1 entry is no phone with an address of its own: left out.\n")


def test_the_commands_of_the_document_run(remote: Program, server: DocumentedServer) -> None:
    (block,) = blocks((CHECKOUT / "docs" / "compass.md").read_text(encoding="utf-8"), "text")
    commands = [line.partition("#")[0].split()[1:] for line in block.splitlines()]
    assert commands.pop(1) == ["--environment", "remote"], "it opens the screens"
    for command in commands:
        assert remote(*command).returncode == 0, command
    assert server.platform.owners["31"] == "2004"


def test_as_a_process(run: Program, server: DocumentedServer) -> None:
    program = configured(run, server)
    ended = Program(program.folder, program.options)("phone", "list", "balie")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "00:04:13:aa:bb:01" in ended.stdout
