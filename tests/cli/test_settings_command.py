"""`helpdesk-tui phone settings`: the file that a phone gets, read by parsers that are not ours."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections import Counter

from tests.cli.conftest import Program, no_file_may_grow_beyond

SNOM, YEALINK, TWO_MACHINES = "00:04:13:7a:10:01", "80:5e:c0:7a:10:02", "80:5e:c0:7a:10:03"


def snom_settings(text: str) -> dict[tuple[str, str], str]:
    """The values of a Snom settings file by tag and index."""
    root = ElementTree.fromstring(text)
    assert root.tag == "settings"
    elements = list(root.iter())
    found = {(element.tag, element.get("idx", "")): element.text or "" for element in elements if not len(element)}
    assert len(found) == sum(not len(element) for element in elements)  # no key twice
    return found


def yealink_settings(text: str) -> dict[str, str]:
    """The values of a Yealink settings file, read as `key = value` lines."""
    first, *lines = text.splitlines()
    assert first == "#!version:1.0.0.1"
    pairs = [line.partition(" = ") for line in lines if line.strip() and not line.startswith("#")]
    assert all(equals for _, equals, _ in pairs)
    twice = {key for key, count in Counter(key for key, _, _ in pairs).items() if count > 1}
    assert twice <= {"static.security.user_password"}
    return {key: value for key, _, value in pairs}


def test_the_settings_of_a_snom_are_xml_with_all_identities_of_its_user(samples: Program) -> None:
    ended = samples("phone", "settings", SNOM, "--reveal")
    assert ended.returncode == 0
    found = snom_settings(ended.stdout)
    assert (found["user_name", "1"], found["user_name", "2"]) == ("jansen201", "jansen201b")
    assert (found["user_pass", "1"], found["user_pass", "2"]) == ("Brood-en-8-krenten", "Vroeg-op-om-4-uur")
    assert found["user_host", "1"] == "jansen.pbx.example.net"
    assert any("Bakkerij J" in value for value in found.values())
    address = samples.json("phone", "show", SNOM, "--reveal")["settings_url"]
    assert found["setting_server", ""] == address
    assert [event["kind"] for event in samples.json("phone", "history", SNOM)[:2]] == ["revealed", "revealed"]


def test_the_settings_of_a_yealink_carry_the_phones_own_account_when_nobody_is_logged_in(samples: Program) -> None:
    found = yealink_settings(samples("phone", "settings", YEALINK, "--reveal").stdout)
    assert (found["account.1.user_name"], found["account.1.password"]) == ("jansen-winkel", "Deeg-rijst-6-uur")
    assert found["static.network.vlan.internet_port_vid"] == "20"
    assert any("Bakkerij J" in value for value in found.values())
    samples("phone", "set", YEALINK, "--user", "201")
    found = yealink_settings(samples("phone", "settings", YEALINK, "--reveal").stdout)
    assert (found["account.1.user_name"], found["account.2.user_name"]) == ("jansen201", "jansen201b")


def test_masked_settings_have_the_same_lines_without_the_secrets(samples: Program) -> None:
    for phone, secret in ((SNOM, "Brood-en-8-krenten"), (YEALINK, "Deeg-rijst-6-uur")):
        masked = samples("phone", "settings", phone).stdout
        revealed = samples("phone", "settings", phone, "--reveal").stdout
        assert secret in revealed
        assert secret not in masked
        assert len(masked.splitlines()) == len(revealed.splitlines())
        assert masked == samples("phone", "settings", phone).stdout  # the same data, the same text


def test_the_saved_file_is_what_the_phone_gets_and_readable_by_its_owner_alone(samples: Program) -> None:
    target = samples.folder / "saved.cfg"
    target.write_text("an older file", encoding="utf-8")
    target.chmod(0o644)
    ended = samples("phone", "settings", YEALINK, "--reveal", "--output", target)
    assert (ended.returncode, ended.stdout) == (0, "")
    assert target.stat().st_mode & 0o777 == 0o600
    assert target.read_text(encoding="utf-8") == samples("phone", "settings", YEALINK, "--reveal").stdout
    assert "cannot be written" in samples.refused("phone", "settings", YEALINK, "--output", "nowhere/saved.cfg")
    assert samples("phone", "settings", YEALINK, "--output", samples.folder).returncode == 2


def test_an_older_file_stays_when_there_is_no_room_for_the_new_one(demo: Program) -> None:
    target = demo.folder / "saved.cfg"
    target.write_text("an older file", encoding="utf-8")
    save = ("phone", "settings", "80:5e:0c:c0:4c:81", "--output", target)  # two expansion modules: a long file
    assert "cannot be written" in demo.refused(*save, before=lambda: no_file_may_grow_beyond(35_000))
    assert target.read_text(encoding="utf-8") == "an older file"
    assert {path.name for path in demo.folder.iterdir()} == {"demo.db", "saved.cfg"}


def test_the_file_can_be_sent_to_a_pipe(samples: Program) -> None:
    piped = samples("phone", "settings", YEALINK, "--reveal", "--output", "/dev/stdout")
    assert piped.stdout == samples("phone", "settings", YEALINK, "--reveal").stdout
