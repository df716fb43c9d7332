"""Who is at the keyboard, what they may do, and what the configuration says about it."""

from __future__ import annotations

import os
import pwd

import pytest

from tests.cli.conftest import Program

HERE = pwd.getpwuid(os.getuid()).pw_name
PHONE = "00:04:13:a1:b2:c3"


def with_operators(samples: Program, text: str) -> Program:
    """The sample phones, and a configuration with this text."""
    config = samples.folder / "config.toml"
    config.write_text(text, encoding="utf-8")
    return samples.with_options("--config", config)


def any_mac(program: Program) -> str:
    return str(program.json("phone", "list")[0]["mac"])


def test_without_a_list_the_account_is_an_administrator(samples: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    mac = any_mac(samples)
    assert samples("phone", "set", mac, "--name", "Reception").returncode == 0
    assert samples.json("phone", "history", mac)[0]["operator"] == HERE


def test_whoever_is_not_listed_may_look_only(samples: Program) -> None:
    program = with_operators(samples, '[operators.logins.boss]\nrole = "administrator"\n')
    mac = any_mac(program)
    assert program.refused("phone", "set", mac, "--name", "x") == "Your role is viewer: ask an operator to do this."
    assert program.refused("phone", "activate", mac).endswith("ask an operator to do this.")


def test_an_operator_works_on_phones_and_not_on_organisations(samples: Program) -> None:
    program = with_operators(samples, f'[operators.logins.{HERE}]\nname = "Anna de Vries"\n')
    mac = any_mac(program)
    assert program("phone", "set", mac, "--name", "Reception").returncode == 0
    assert program.json("phone", "history", mac)[0]["operator"] == "Anna de Vries"
    short_name = program.json("organisation", "list")[0]["short_name"]
    said = program.refused("organisation", "set", short_name, "language", "en")
    assert said == "Your role is operator: ask an administrator to do this."


def test_sudo_tells_who_called_it(samples: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    program = with_operators(samples, '[operators]\nidentity = "sudo"\ndefault_role = "operator"\n')
    monkeypatch.delenv("SUDO_USER", raising=False)
    assert "SUDO_USER does not say who you are" in program.refused("phone", "list")
    monkeypatch.setenv("SUDO_USER", "piet")
    mac = any_mac(program)
    assert program("phone", "set", mac, "--name", "Reception").returncode == 0
    assert program.json("phone", "history", mac)[0]["operator"] == "piet"


def test_a_forced_command_tells_whose_key_it_is(samples: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    text = '[operators]\nidentity = "variable"\n[operators.logins.anna]\nname = "Anna"\nrole = "operator"\n'
    program = with_operators(samples, text)
    monkeypatch.setenv("HELPDESK_TUI_OPERATOR", "anna")
    mac = any_mac(program)
    assert program("phone", "set", mac, "--name", "Reception").returncode == 0
    assert program.json("phone", "history", mac)[0]["operator"] == "Anna"
    monkeypatch.setenv("HELPDESK_TUI_OPERATOR", "\x1b[31m")
    assert "does not say who you are" in program.refused("phone", "list")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[operators]\nrole = "viewer"\n', "operators.role: this key is unknown: known are identity"),
        ('[operators]\ndefault_role = "boss"\n', "operators.default_role: 'boss' is unknown: one of viewer, operator"),
        ('[operators]\nidentity = "ssh"\n', "operators.identity: 'ssh' is unknown: one of login, sudo, variable."),
        ('[operators.logins.anna]\nrole = "root"\n', "operators.logins.anna.role: 'root' is unknown"),
        ('[operators.logins.anna]\nname = ""\n', "operators.logins.anna.name: a name of at most 64"),
        ('[operators]\nlogins = "anna"\n', "operators.logins: a table is needed here."),
    ],
)
def test_mistakes_name_the_file_and_the_key(samples: Program, text: str, said: str) -> None:
    program = with_operators(samples.inside(), text)
    sentence = program.refused("phone", "list")
    assert "config.toml" in sentence and said in sentence
