"""`helpdesk-tui organisation`, `user`, and what is configured on a phone: by scripts, with their exit status."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.cli.conftest import Program

SNOM, YEALINK = "00:04:13:7a:10:01", "80:5e:c0:7a:10:02"
SECRETS = ("Brood-en-8-krenten", "Vroeg-op-om-4-uur", "4821")


@pytest.fixture
def inside(samples: Program) -> Program:
    return samples.inside()


def test_organisations_are_searched_with_the_verdicts_of_their_phones(inside: Program) -> None:
    (row,) = inside.json("organisation", "list", "JANSEN", "bak")
    assert (row["organisation"], row["short_name"], row["users"]) == ("Bakkerij Jansen", "jansen", 2)
    assert row["phones"] == row["attention"] + row["waiting"] + row["ok"] == 3
    assert inside.json("organisation", "list", "nobody") == []
    assert inside.json("organisation", "show", "jansen") == row
    assert "    3 phones" in inside("organisation", "list", "jansen").stdout


def test_an_organisation_is_added_and_removed(inside: Program) -> None:
    done = inside("organisation", "add", "Café Zürich", "--sip-host", "SIP.example.net", "--call-waiting", "off")
    assert (done.returncode, done.stdout) == (0, "Café Zürich: added as cafzrich.\n")
    shown = inside.json("organisation", "show", "cafzrich")
    assert (shown["sip_host"], shown["call_waiting"], shown["phones"]) == ("sip.example.net", "off", 0)
    assert "is called 'Café Zürich' already" in inside.refused("organisation", "add", "café zürich")
    assert "is not a host name" in inside.refused("organisation", "add", "Other", "--sip-host", "a b")
    inside("user", "add", "cafzrich", "9", "--sip-username", "nine")
    sentence = inside.refused("organisation", "remove", "cafzrich")
    assert "from production? Lost for good: 1 user and 1 identity. Nothing was done: add --yes" in sentence
    assert inside("organisation", "remove", "cafzrich", "--yes").stdout == "Café Zürich: removed.\n"
    assert "No organisation" in inside.refused("organisation", "show", "cafzrich")
    assert "has 3 phones: move them" in inside.refused("organisation", "remove", "jansen", "--yes")
    assert inside("organisation", "add", "Other", "--colour", "red").returncode == 2


def test_users_are_listed_and_shown_with_secrets_on_request_only(inside: Program) -> None:
    first, second = inside.json("user", "list", "jansen")
    assert (first["extension"], first["name"], first["phones"]) == ("201", "Anna Jansen", [SNOM])
    assert [identity["sip_username"] for identity in first["identities"]] == ["jansen201", "jansen201b"]
    assert inside.json("user", "list", "jansen", "piet") == [second]
    assert inside.json("user", "show", "jansen", "201") == first
    for hidden in (inside("user", "list", "jansen"), inside("user", "show", "jansen", "201")):
        assert not any(secret in hidden.stdout for secret in SECRETS) and SNOM in hidden.stdout
    assert not any(secret in json.dumps(first) for secret in SECRETS)
    for shown in (inside("user", "list", "jansen", "--reveal"), inside("user", "show", "jansen", "201", "--reveal")):
        assert all(secret in shown.stdout for secret in SECRETS)
    assert "has no user with extension '999'" in inside.refused("user", "show", "jansen", "999")


def test_a_user_is_added_changed_and_removed(inside: Program) -> None:
    assert inside("user", "add", "jansen", "299", "--sip-username", "j299").stdout == "Bakkerij Jansen 299: added.\n"
    assert "299 is that of 299 already" in inside.refused("user", "add", "jansen", "299", "--sip-username", "x")
    assert "sip_username: it must be given" in inside.refused("user", "add", "jansen", "300")
    changed = inside("user", "set", "jansen", "299", "--name", "Fatima", "--voicemail", "*97", "--extension", "300")
    assert changed.stdout == "Bakkerij Jansen 300: done.\n"
    refused = inside.refused("user", "set", "jansen", "300", "--name", "Nobody", "--ring-internal", "9")
    assert "is not a ring tone" in refused
    user = inside.json("user", "show", "jansen", "300", "--reveal")
    assert (user["name"], user["voicemail"], len(user["identities"][0]["sip_password"])) == ("Fatima", "*97", 24)
    assert inside("user", "set", "jansen", "300").returncode == 2
    sentence = inside.refused("user", "remove", "jansen", "300")
    assert "Remove Fatima (300) of Bakkerij Jansen from production? Lost for good: 1 identity." in sentence
    assert inside("user", "remove", "jansen", "300", "--yes").returncode == 0
    inside("user", "remove", "jansen", "201", "--yes")
    assert inside.json("phone", "show", SNOM)["user"] is None


def test_identities_by_script_and_a_password_from_stdin(samples: Program) -> None:
    ended = subprocess.run(
        samples.command("user", "identity", "add", "jansen", "202", "night", "--sip-password", "-"),
        cwd=samples.folder,
        env=samples.environment(),
        input="Deeg-rijst-9-uur\n",
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "night: added.\n", "")
    inside = samples.inside()
    inside("user", "identity", "set", "jansen", "202", "night", "--primary", "--display-name", "Nacht")
    identities = inside.json("user", "show", "jansen", "202", "--reveal")["identities"]
    assert [identity["sip_username"] for identity in identities] == ["night", "jansen202"]
    assert (identities[0]["sip_password"], identities[0]["display_name"]) == ("Deeg-rijst-9-uur", "Nacht")
    assert "add --yes" in inside.refused("user", "identity", "remove", "jansen", "202", "night")
    assert inside("user", "identity", "remove", "jansen", "202", "night", "--yes").returncode == 0
    assert "is the only identity" in inside.refused("user", "identity", "remove", "jansen", "202", "jansen202", "--yes")
    assert inside("user", "identity", "set", "jansen", "202", "jansen202").returncode == 2


def test_function_keys_by_script(inside: Program) -> None:
    done = inside("phone", "key", SNOM, "3", "speed_dial", "112", "--label", "Nood")
    assert (done.returncode, done.stderr) == (0, "")
    inside("phone", "key", SNOM, "4", "status", "202", "--for", "user")
    inside("phone", "key", SNOM, "3", "redial", "--for", "model")
    keys = {key["position"]: key for key in inside.json("phone", "keys", SNOM)}
    assert (keys[3]["function"], keys[3]["value"], keys[3]["label"], keys[3]["for"]) == (
        *("speed_dial", "112", "Nood", "phone"),
    )
    assert keys[4]["for"] == "user" and keys[5]["function"] is None
    assert "  3  speed_dial  phone  112 Nood\n" in inside("phone", "keys", SNOM).stdout
    inside("phone", "key", SNOM, "3", "clear")
    assert inside.json("phone", "keys", SNOM)[2]["for"] == "model"
    assert "key 3" in inside.refused("phone", "key", SNOM, "3", "clear")
    assert "no function key 900" in inside.refused("phone", "key", SNOM, "900", "redial").lower()
    assert inside("phone", "key", SNOM, "3", "juggle").returncode == 2


def test_custom_settings_by_script(samples: Program, inside: Program) -> None:
    inside("phone", "custom", YEALINK, "local_time.ntp_server1", "time.example.net")
    inside("phone", "custom", YEALINK, "local_time.ntp_server1", "model.example.net", "--for", "model")
    rows = inside.json("phone", "custom", YEALINK)
    assert {(row["for"], row["value"], row["overridden"]) for row in rows} == {
        ("phone", "time.example.net", False),
        ("model", "model.example.net", True),
    }
    assert "time.example.net" in samples("phone", "settings", YEALINK).stdout
    inside("phone", "custom", YEALINK, "account.1.password", "Geheim-12-geheim")
    assert "Geheim" not in inside("phone", "custom", YEALINK).stdout
    assert "Geheim-12-geheim" in inside("phone", "custom", YEALINK, "--reveal").stdout
    inside("phone", "custom", YEALINK, "local_time.ntp_server1", "--clear")
    assert [row["for"] for row in inside.json("phone", "custom", YEALINK) if "ntp" in row["name"]] == ["model"]
    assert "is not a custom setting" in inside.refused("phone", "custom", YEALINK, "nothing.here", "--clear")
    assert inside("phone", "custom", YEALINK, "only.a.name").returncode == 2
