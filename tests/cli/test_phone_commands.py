"""`helpdesk-tui phone …`"""

from __future__ import annotations

import re
import sqlite3
from datetime import datetime

import pytest

from tests.cli.conftest import SERVICE_SECRET, Program

SNOM, YEALINK = "00:04:13:7a:10:01", "80:5e:c0:7a:10:02"

FIELDS = {
    *("mac", "vendor", "model", "name", "serial", "organisation", "user", "step", "step_since", "deadline"),
    *("reason", "reason_text", "pending", "verdict", "verdict_text", "firmware_installed", "firmware_selected"),
    "last_seen",
}
"""What scripts rely on."""
SECRET_FIELDS = {"settings_url", "temporary_url"}


def test_a_list_is_filtered_by_every_option_and_prints_one_document(demo: Program) -> None:
    everything = demo.json("phone", "list")
    assert len(everything) == 60
    assert all(phone.keys() >= FIELDS for phone in everything)
    assert all(not phone.keys() & SECRET_FIELDS for phone in everything)
    times = [phone[name] for phone in everything for name in ("step_since", "deadline", "last_seen") if phone[name]]
    assert all(datetime.fromisoformat(time).tzinfo for time in times)
    for option, field in (("--verdict", "verdict"), ("--step", "step"), ("--model", "model")):
        value = everything[0][field]
        found = demo.json("phone", "list", option, value)
        assert found == [phone for phone in everything if phone[field] == value]
    found = demo.json("phone", "list", "--organisation", "eynde", "step:provision", "!forbidden", "!reason:forbidden")
    assert [phone["reason"] for phone in found] == ["clock_skew"]


def test_a_plain_list_has_one_line_for_each_phone_and_no_control_characters(demo: Program) -> None:
    lines = demo("phone", "list").stdout.splitlines()
    assert len(lines) == 60
    assert lines[0].startswith("attention")
    assert all(line.isprintable() for line in lines)
    assert any("[red]Atelier" in line or "[bold]Willem" in line for line in lines)


@pytest.mark.parametrize("notation", [SNOM, "MAC: 00-04-13-7A-10-01", "0004.137a.1001", "7a:10:01", "1001", "Kantoor"])
def test_a_phone_is_named_by_its_mac_in_any_notation_or_by_what_fits_it_alone(samples: Program, notation: str) -> None:
    assert samples.inside().json("phone", "show", notation)["mac"] == SNOM


def test_a_phone_that_is_unknown_or_not_the_only_one_is_refused(samples: Program) -> None:
    assert "No phone with MAC 00:04:13:00:00:01" in samples.refused("phone", "show", "000413000001")
    assert "No phone fits 'nobody'" in samples.refused("phone", "show", "nobody", "--json")
    assert f"3 phones fit 'bakkerij jansen': {SNOM}, {YEALINK}, 80:5e:c0:7a:10:03; name one" in samples.refused(
        "phone", "show", "bakkerij jansen"
    )
    assert samples("phone", "activate", SNOM, "nobody").stdout == ""  # nothing is done before all are found


def test_showing_a_phone_keeps_its_addresses_secret_unless_asked_for(samples: Program) -> None:
    plain, document = samples("phone", "show", YEALINK).stdout, samples.json("phone", "show", YEALINK)
    assert "/p/" not in plain
    assert not document.keys() & SECRET_FIELDS
    revealed = samples.json("phone", "show", YEALINK, "--reveal")
    assert {name: revealed[name] for name in document} == document
    assert re.fullmatch(r"https://provisioning\S+/[0-9a-f]{32,}/805ec07a1002\.cfg", revealed["settings_url"])
    assert re.fullmatch(r"https://provisioning\S+/[0-9a-f]{32,}/", revealed["temporary_url"])
    assert revealed["temporary_url"] not in revealed["settings_url"]
    assert samples.json("phone", "history", YEALINK)[0]["kind"] == "revealed"
    listed = samples.json("phone", "list", "winkel", "--reveal")
    assert listed == [revealed]


def test_only_an_active_phone_has_a_temporary_address_but_every_phone_a_definitive_one(demo: Program) -> None:
    for phone in demo.json("phone", "list", "--reveal"):
        assert bool(phone["temporary_url"]) is (phone["step"] == "active")
        assert not phone["settings_url"].endswith("/")


def test_adding_a_phone_registers_it(samples: Program) -> None:
    options = ("--model", "snom d785", "--organisation", "jansen", "--name", "Hal ü", "--serial", "S-1")
    ended = samples("phone", "add", "00 04 13 7a 40 01", *options)
    assert (ended.returncode, ended.stderr) == (0, "")
    phone = samples.json("phone", "show", "00:04:13:7a:40:01")
    assert (phone["model"], phone["name"], phone["serial"], phone["step"]) == ("D785", "Hal ü", "S-1", "active")
    assert phone["deadline"] > phone["step_since"]
    assert phone["firmware_selected"] is None
    assert "already in this environment" in samples.refused("phone", "add", "0004137a4001", *options)


@pytest.mark.parametrize(
    ("mac", "model", "organisation", "words"),
    [
        ("00:04:13:7a:40", "D785", "jansen", "10 digits instead of 12"),
        ("00:04:13:7a:40:0g", "D785", "jansen", "no hexadecimal digit"),
        ("01:00:5e:7a:40:01", "D785", "jansen", "multicast"),
        ("00:04:13:7a:40:01", "D78", "jansen", "did you mean D785"),
        ("00:04:13:7a:40:01", "D785", "bakkerij pietersen", "No organisation is called"),
        ("00:04:13:7a:40:01", "T46S", "jansen", "is a MAC of Snom"),
    ],
)
def test_a_phone_that_cannot_be_right_is_not_added(
    samples: Program, mac: str, model: str, organisation: str, words: str
) -> None:
    samples = samples.inside()
    assert words in samples.refused("phone", "add", mac, "--model", model, "--organisation", organisation)
    assert len(samples.json("phone", "list")) == 5


def test_the_vendor_of_a_mac_prefix_is_overruled_by_force(samples: Program) -> None:
    ended = samples("phone", "add", "0004137a4001", "--model", "T46S", "--organisation", "jansen", "--force")
    assert ended.returncode == 0
    assert samples.json("phone", "show", "7a4001")["vendor"] == "yealink"


def queued(program: Program) -> list[tuple[str, str]]:
    """The calls that wait in the queue: what, and for which MAC."""
    with sqlite3.connect(program.folder / "samples.db") as connection:
        return connection.execute("SELECT call, mac FROM jobs ORDER BY mac").fetchall()


def test_a_phone_whose_manufacturer_cannot_be_reached_is_added_all_the_same(unreachable: Program) -> None:
    sentence = unreachable.refused("phone", "add", "0004137a4001", "--model", "D735", "--organisation", "jansen")
    assert sentence.startswith("00:04:13:7a:40:01 was added, but is not registered.")
    phone = unreachable.json("phone", "show", "7a4001")
    assert (phone["step"], phone["reason"], phone["verdict"]) == ("provision", "unreachable", "attention")
    assert (phone["pending"]["job"], phone["pending"]["tries"]) == ("register", 1)
    assert phone["pending"]["next_try"] > phone["step_since"]
    assert "cannot be reached" in phone["verdict_text"]


def test_a_registered_phone_is_removed_only_when_its_manufacturer_was_told_or_by_force(unreachable: Program) -> None:
    assert "--yes" in unreachable.refused("phone", "remove", YEALINK)
    assert unreachable.json("phone", "show", YEALINK)["step"] == "active"
    assert f"{YEALINK} was not removed" in unreachable.refused("phone", "remove", YEALINK, "--yes")
    assert unreachable.json("phone", "show", YEALINK)["step"] == "deprovision"
    assert unreachable("phone", "remove", YEALINK, "--yes", "--force").returncode == 0
    unreachable.refused("phone", "show", YEALINK)
    assert queued(unreachable) == [("deregister", "805ec07a1002")]
    assert unreachable.json("phone", "history", YEALINK)[0]["kind"] == "removed"


def test_a_removed_phone_is_gone_and_its_history_stays(samples: Program) -> None:
    ended = samples("phone", "remove", SNOM, "--yes")
    assert (ended.returncode, ended.stderr) == (0, "")
    samples.refused("phone", "show", SNOM)
    kinds = [event["kind"] for event in samples.json("phone", "history", SNOM)]
    assert (kinds[:2], kinds[-1]) == (["removed", "deregistered"], "added")
    assert queued(samples) == []
    assert len(samples("phone", "history", SNOM).stdout.splitlines()) == len(kinds)


def test_activating_succeeds_only_when_every_phone_is_active(unreachable: Program) -> None:
    ended = unreachable("phone", "activate", SNOM, YEALINK)
    assert (ended.returncode, ended.stdout) == (1, "")
    for phone, line in zip((SNOM, YEALINK), ended.stderr.splitlines(), strict=True):
        assert f"{phone}: " in line
        assert "cannot be reached" in line
    assert {phone["step"] for phone in unreachable.json("phone", "list", "jansen", "!7a1003")} == {"provision"}
    simulated = Program(unreachable.folder, unreachable.options[:2])
    again = simulated("phone", "activate", SNOM, YEALINK)
    assert (again.returncode, again.stderr) == (0, "")
    phones = simulated.json("phone", "list", "--organisation", "jansen")
    assert {(phone["step"], phone["reason"], phone["pending"]) for phone in phones} == {("active", None, None)}


def test_a_phone_is_edited(samples: Program) -> None:
    edit = ("--name", "Balie 'midden'", "--serial", "X-9", "--pin", "99812", "--vlan", "12", "--user", "202")
    assert samples("phone", "set", SNOM, *edit, "--model", "D785").returncode == 0
    phone = samples.json("phone", "show", SNOM)
    assert (phone["name"], phone["serial"], phone["user"]) == ("Balie 'midden'", "X-9", "202")
    assert (phone["model"], phone["vlan"]) == ("D785", 12)
    assert samples("phone", "set", SNOM, "--no-user", "--name", "", "--vlan", "").returncode == 0
    phone = samples.json("phone", "show", SNOM)
    assert (phone["name"], phone["user"], phone["vlan"]) == ("", None, None)
    history = samples("phone", "history", SNOM).stdout
    assert "99812" not in history
    assert "Changed the pin" in history


def test_an_edit_that_cannot_be_right_changes_nothing(samples: Program) -> None:
    before = samples.json("phone", "show", SNOM)
    good = ("--name", "never stored")
    assert "from 0 to 4094" in samples.refused("phone", "set", SNOM, *good, "--vlan", "4095")
    assert "no user with extension" in samples.refused("phone", "set", SNOM, *good, "--user", "300")
    assert "made by Yealink" in samples.refused("phone", "set", SNOM, *good, "--model", "T46S")
    assert "line break" in samples.refused("phone", "set", SNOM, "--name", "two\nlines")
    assert samples.json("phone", "show", SNOM) == before


def test_nothing_is_changed_when_opened_read_only(samples: Program) -> None:
    before = samples.json("phone", "list")
    looking = samples.with_options("--read-only")
    for args in (
        ("phone", "activate", SNOM),
        ("phone", "set", SNOM, "--name", "x"),
        ("phone", "remove", SNOM, "--yes", "--force"),
        ("phone", "add", "0004137a4001", "--model", "D735", "--organisation", "jansen"),
        ("phone", "settings", SNOM, "--reveal"),
    ):
        assert "read-only" in looking.refused(*args)
    assert looking.json("phone", "list") == before


def test_no_secret_is_printed_unless_asked_for(unreachable: Program) -> None:
    unreachable("phone", "activate", SNOM)
    with sqlite3.connect(unreachable.folder / "samples.db") as connection:
        secrets = {SERVICE_SECRET, "Brood-en-8-krenten", "Deeg-rijst-6-uur"}
        for table, columns in (("identities", "sip_password"), ("phones", "secret, sip_password, web_password, token")):
            for row in connection.execute(f"SELECT {columns} FROM {table}"):
                secrets.update(value for value in row if value)
    assert len(secrets) > 15
    for args in (
        ("phone", "list", "--json"),
        ("phone", "show", SNOM),
        ("phone", "settings", SNOM),
        ("phone", "settings", YEALINK),
        ("phone", "history", SNOM, "--json"),
        ("phone", "remove", SNOM, "--yes"),
    ):
        ended = unreachable(*args)
        assert [secret for secret in secrets if secret in ended.stdout + ended.stderr] == []
