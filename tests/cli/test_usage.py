"""Wrong usage, help, and what surrounds every command."""

from __future__ import annotations

import subprocess
import xml.etree.ElementTree as ElementTree

import pytest

import helpdesk_tui
from tests.cli.conftest import Program


@pytest.mark.parametrize(
    "args",
    [
        ("nonsense",),
        ("--nonsense",),
        ("--theme", "pink"),
        ("phone",),
        ("phone", "show"),
        ("phone", "list", "--step", "provisioning"),
        ("phone", "list", "--verdict", "good"),
        ("phone", "add", "000413000001"),
        ("phone", "activate"),
        ("phone", "set", "1001"),
        ("phone", "set", "1001", "--user", "201", "--no-user"),
        ("phone", "firmware", "1001"),
        ("phone", "firmware", "1001", "--installed", "--version", "8.9.3.80"),
        ("firmware", "set", "--version", "8.9.3.80"),
        ("import", "people", "users.csv"),
    ],
)
def test_wrong_usage_ends_with_status_2_and_makes_no_database(run: Program, args: tuple[str, ...]) -> None:
    ended = run.inside().with_options("--database", "made.db")(*args)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "Usage: helpdesk-tui" in ended.stderr
    assert list(run.folder.iterdir()) == []


def test_help_and_version_are_printed_and_nothing_is_made(run: Program) -> None:
    help_text = run("--help").stdout
    assert run("-h").stdout == help_text
    for word in ("auto|dark|light|high-contrast|ansi|mono", "--read-only", "--debug", "--database", "demo", "import"):
        assert word in help_text
    commands = [line.split()[0] for line in help_text.partition("Commands:")[2].splitlines() if line.strip()]
    assert {"demo", "import", "phone", "firmware"} <= set(commands)
    for command in commands:  # nothing is listed before it works
        assert run(command, "--help").stdout.startswith(f"Usage: helpdesk-tui {command}")
    assert run("--version").stdout == f"helpdesk-tui {helpdesk_tui.__version__}\n"
    assert "--reveal" in run("phone", "show", "-h").stdout
    assert list(run.folder.iterdir()) == []


def test_debug_shows_where_a_refusal_came_from(samples: Program) -> None:
    ended = samples.with_options("--debug")("phone", "show", "nobody")
    assert ended.returncode == 1
    assert "Traceback" in ended.stderr
    assert ended.stderr.splitlines()[-1].endswith(
        "No phone fits 'nobody': search by MAC, name, extension or organisation."
    )


def test_the_screens_need_a_terminal_and_say_so(samples: Program) -> None:
    assert "need a terminal" in samples.refused()
    assert "need a terminal" in samples.refused("demo")


def test_a_reader_that_goes_away_ends_the_program_quietly(demo: Program) -> None:
    process = subprocess.Popen(
        demo.command("phone", "list"),
        cwd=demo.folder,
        env=demo.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait(timeout=30) == 1


def test_a_terminal_with_another_encoding_gets_what_it_can_show(demo: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "iso-8859-15")
    command = demo.command("phone", "settings", "00:04:13:d6:54:af", "--reveal")
    ended = subprocess.run(command, cwd=demo.folder, env=demo.environment(), capture_output=True, check=True)
    assert ElementTree.fromstring(ended.stdout).findtext(".//phone_name") == "Zentrale"  # the phone's own encoding
    assert "Müller" in ended.stdout.decode()
    listed = subprocess.run(demo.command("phone", "list"), cwd=demo.folder, env=demo.environment(), capture_output=True)
    assert (listed.returncode, listed.stderr) == (0, b"")
    assert "Mohamed Ayd\\u0131n" in listed.stdout.decode("iso-8859-15")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[environments.production]\nbase_domian = "x"\n', "did you mean 'base_domain'?"),
        ('default_environment = "x"\n', "default_environment: 'x' is not one of production"),
        ('[environments.production.manufacturers.snom]\nservice = "ymcs"\n', "Snom has no service 'ymcs'"),
        ('[environments.production.manufacturers.snom]\nservice = "sraps"\n', "snom.url: it is missing"),
        ('[environments.production]\nweekly_deadline = "someday"\n', "weekly_deadline"),
        ('[environments.production]\nprovisioning_url = "http://example.net"\n', "loopback"),
        ("[environments\n", "this is not TOML"),
        (None, "cannot be read"),
    ],
)
def test_a_faulty_configuration_names_file_and_key_before_anything_starts(
    run: Program, text: str | None, words: str
) -> None:
    config = run.folder / "config.toml"
    if text is not None:
        config.write_text(text, encoding="utf-8")
    sentence = run.inside().with_options("--config", config, "--database", "made.db").refused("phone", "list")
    assert str(config) in sentence
    assert words in sentence
    assert not (run.folder / "made.db").exists()


def test_an_unknown_environment_is_refused(run: Program) -> None:
    assert "no environment 'staging'" in run.with_options("--environment", "staging").refused("phone", "list")
