"""An environment whose platform is elsewhere, as config.toml describes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpdesk_tui import configuration
from helpdesk_tui.backend.compass.environment import CompassEnvironment, Fact
from helpdesk_tui.backend.errors import ConfigurationProblem
from helpdesk_tui.backend.model.environment import Environment

REMOTE = """
[environments.production]

[environments.remote]
kind = "compass"
url = "https://rest.pbx.example.net/"
username = "helpdesk@example.net"
password = "env:COMPASS_PASSWORD"
"""


def load(tmp_path: Path, text: str) -> configuration.Configuration:
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    return configuration.load(file)


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPASS_PASSWORD", "Zon-vijf-appels-9")


def test_a_remote_environment_stands_beside_one_of_our_own(tmp_path: Path) -> None:
    more = 'companies = ["2004", "https://rest.pbx.example.net/company/2005"]\nread_timeout = 3\n'
    fields = '[environments.remote.fields]\nmac = "hardware.mac"\nonline = "registered"\n'
    loaded = load(tmp_path, REMOTE + more + fields)
    remote = loaded.environment("remote")
    assert isinstance(remote, CompassEnvironment)
    assert (remote.url, remote.username) == ("https://rest.pbx.example.net", "helpdesk@example.net")
    assert remote.password == "Zon-vijf-appels-9" and remote.password not in repr(remote)
    assert remote.companies == ("2004", "https://rest.pbx.example.net/company/2005")
    assert dict(remote.fields) == {Fact.MAC: "hardware.mac", Fact.ONLINE: "registered"}
    assert (remote.connect_timeout, remote.read_timeout, remote.requests_per_second) == (5.0, 3, 20.0)
    assert isinstance(loaded.environment("production"), Environment)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (REMOTE + 'database = "x.db"\n', 'database: this key is for environments of kind = "local".'),
        ('[environments.a]\nusername = "x"\n', 'username: this key is for environments of kind = "compass".'),
        (REMOTE + 'usrname = "x"\n', "did you mean 'username'?"),
        (REMOTE.replace('"compass"', '"xmpp"'), "'xmpp' is unknown: one of local, compass."),
        (REMOTE.replace("https:", "http:"), "http:// is accepted for loopback addresses only"),
        (REMOTE.replace('username = "helpdesk@example.net"', ""), "username: it is missing"),
        (REMOTE.replace('"helpdesk@example.net"', '"a:b"'), "a login name has no colon"),
        (REMOTE + "companies = [2004]\n", "a list of ids or addresses, each in quotes"),
        (REMOTE + "read_timeout = 0\n", "a number from 0.1 to 120 is"),
        ("[environments.a]\nrequest_log_rows = 10\n", "a number from 1000 to 100000000 is"),
        (REMOTE + '[environments.remote.fields]\nserial = "x"\n', "this key is unknown"),
        (REMOTE + '[environments.remote.fields]\nmac = ""\n', "fields.mac: it is missing"),
        (REMOTE.replace("env:COMPASS_PASSWORD", "env:NOT_SET"), "the environment variable NOT_SET is not set"),
    ],
)
def test_what_will_not_do_is_one_sentence_with_the_key(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(ConfigurationProblem) as problem:
        load(tmp_path, text)
    assert sentence in str(problem.value)
    assert "Zon-vijf" not in str(problem.value)
