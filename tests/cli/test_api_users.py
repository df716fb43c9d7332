"""`helpdesk-tui api-user`: who may use the REST API."""

from __future__ import annotations

import os
import pty
import subprocess

import pytest

from tests.cli.conftest import Program

PASSWORD = "correct horse battery"


def with_stdin(program: Program, text: str, *args: str) -> subprocess.CompletedProcess[str]:
    """Run it with this on standard input."""
    ended = subprocess.run(
        program.command(*args),
        cwd=program.folder,
        env=program.environment(),
        input=text,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return program.checked(ended)


def test_a_user_is_added_given_rights_and_removed(samples: Program) -> None:
    added = with_stdin(
        samples,
        PASSWORD + "\n",
        *("api-user", "add", "Anna", "--organisation", "jansen", "--contact", "anna@example.net", "--password-stdin"),
    )
    assert (added.returncode, added.stdout, added.stderr) == (0, "anna: added.\n", "")
    inside = samples.inside()
    assert inside("api-user", "grant", "anna", "jansen", "read").stdout == "anna: read on Bakkerij Jansen.\n"
    assert inside("api-user", "grant", "anna", "eynde", "write").returncode == 0
    (shown,) = inside.json("api-user", "list")
    assert shown == {
        "username": "anna",
        "name": "",
        "contact": "anna@example.net",
        "language": "en",
        "organisation": "Bakkerij Jansen",
        "everywhere": "none",
        "rights": {"Bakkerij Jansen": "read", "Brouwerij Van den Eynde": "write"},
        "last_login": None,
        "last_address": None,
    }
    assert inside("api-user", "grant", "anna", "jansen", "none").returncode == 0
    assert inside("api-user", "grant-all", "anna", "read").stdout == "anna: read on all organisations.\n"
    line = inside("api-user", "list").stdout
    assert "read on all organisations, write on Brouwerij Van den Eynde" in line
    assert "add --yes" in inside.refused("api-user", "remove", "anna")
    assert inside("api-user", "remove", "anna", "--yes").stdout == "anna: removed.\n"
    assert inside.json("api-user", "list") == []


def test_a_password_is_made_and_shown_once(samples: Program) -> None:
    inside = samples.inside()
    said = inside("api-user", "add", "robot", "--organisation", "jansen", "--right", "write").stdout
    first, second = said.splitlines()
    assert first == "robot: added."
    made = second.removeprefix("Password, shown this once: ")
    assert len(made) >= 24
    again = inside("api-user", "password", "robot").stdout
    assert again.splitlines()[1] != second
    files = [path.read_bytes() for path in samples.folder.iterdir()]
    assert not any(made.encode() in data for data in files)


def test_what_will_not_do_is_one_sentence(samples: Program) -> None:
    inside = samples.inside()
    assert inside("api-user", "add", "anna", "--organisation", "jansen").returncode == 0
    assert "already" in inside.refused("api-user", "add", "ANNA", "--organisation", "jansen")
    assert "no login name" in inside.refused("api-user", "add", "a b", "--organisation", "jansen")
    assert "No organisation" in inside.refused("api-user", "add", "bert", "--organisation", "nobody")
    assert "There is no API user" in inside.refused("api-user", "grant", "nobody", "jansen", "read")
    assert "There is no API user" in inside.refused("api-user", "password", "nobody")
    assert "There is no API user" in inside.refused("api-user", "remove", "nobody")
    assert inside("api-user", "grant", "anna", "jansen", "everything").returncode == 2
    assert "read-only" in samples.with_options("--read-only").inside().refused("api-user", "password", "anna")
    for short in ("", "\n", "too short\n"):
        ended = with_stdin(samples, short, "api-user", "password", "anna", "--password-stdin")
        assert (ended.returncode, ended.stdout) == (1, "")
        assert ended.stderr.startswith("password: ")


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_only_administrators_manage_api_users(samples: Program, role: str) -> None:
    (samples.folder / "config.toml").write_text(f'[operators]\ndefault_role = "{role}"\n')
    inside = samples.with_options("--config", samples.folder / "config.toml").inside()
    assert "administrator" in inside.refused("api-user", "add", "anna", "--organisation", "jansen")
    assert samples.inside().json("api-user", "list") == []


def test_on_a_terminal_the_password_is_asked_for_twice_and_never_shown(samples: Program) -> None:
    command = samples.command("api-user", "add", "anna", "--organisation", "jansen")
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        command, cwd=samples.folder, env=samples.environment(), stdin=follower, stdout=follower, stderr=follower
    )
    os.close(follower)
    screen = b""

    def read_until(text: bytes) -> None:
        nonlocal screen
        while text not in screen:
            screen += os.read(leader, 1000)

    read_until(b"Password (empty: make one)")
    os.write(leader, PASSWORD.encode() + b"\n")
    read_until(b"The same again")
    os.write(leader, PASSWORD.encode() + b"\n")
    read_until(b"anna: added.")
    assert process.wait(timeout=30) == 0
    os.close(leader)
    assert PASSWORD.encode() not in screen
