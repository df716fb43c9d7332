"""`helpdesk-tui firmware …` and `phone firmware`"""

from __future__ import annotations

import hashlib

import pytest

from tests.cli.conftest import Program

T46S = "80:5e:c0:11:22:34"
"""A phone of the demo with 66.84.188.5 installed and 66.86.188.2 selected."""


def selected(demo: Program, phone: str) -> str | None:
    version: str | None = demo.json("phone", "show", phone)["firmware_selected"]
    return version


def test_a_plain_upgrade_is_selected_without_a_word(demo: Program) -> None:
    old = "00:04:13:2e:d9:1e"  # D785 on 10.1.198.19
    ended = demo("phone", "firmware", old, "--version", "10.1.215.13")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert selected(demo, old) == "10.1.215.13"
    assert demo("phone", "firmware", old, "--installed").returncode == 0
    assert selected(demo, old) is None
    assert [event["kind"] for event in demo.json("phone", "history", old)[:2]] == ["firmware", "firmware"]


def test_a_risky_choice_is_carried_out_only_with_consent(demo: Program) -> None:
    u = "24:9a:d8:e4:b2:ba"  # T43U on 108.86.188.1
    warning = demo.refused("phone", "firmware", u, "--version", "108.87.188.1")
    assert warning.startswith(u)
    assert "V86 to V87" in warning
    assert selected(demo, u) is None
    ended = demo("phone", "firmware", u, "--version", "108.87.188.1", "--yes")
    assert (ended.returncode, "V86 to V87" in ended.stderr) == (0, True)
    assert selected(demo, u) == "108.87.188.1"


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("96.86.188.4", "does not fit"),
        ("10.1.215.13", "does not fit"),
        ("66.84.188.5", "was withdrawn"),
        ("66.86.188.99", "not in the catalogue"),
        ("sixty-six", "not a firmware version"),
    ],
)
def test_a_version_that_the_phone_must_not_get_is_refused_even_with_consent(
    demo: Program, version: str, words: str
) -> None:
    demo = demo.inside()
    assert words in demo.refused("phone", "firmware", T46S, "--version", version, "--yes")
    assert selected(demo, T46S) == "66.86.188.2"


def test_a_refusal_for_one_phone_does_not_stop_the_others(demo: Program) -> None:
    d785, d335 = "00:04:13:2e:d9:1e", "00:04:13:cb:19:71"  # the second is a D865
    ended = demo("phone", "firmware", d785, d335, T46S, "--version", "10.1.215.13")
    assert ended.returncode == 1
    assert [line[:17] for line in ended.stderr.splitlines()] == [T46S]
    assert (selected(demo, d785), selected(demo, d335), selected(demo, T46S)) == (
        "10.1.215.13",
        "10.1.215.13",
        "66.86.188.2",
    )


def test_all_phones_of_a_model_get_a_firmware_within_an_organisation_or_everywhere(demo: Program) -> None:
    ended = demo("firmware", "set", "--model", "T53", "--version", "96.86.188.4", "--organisation", "eynde")
    assert (ended.returncode, ended.stderr) == (0, "")
    phones = demo.json("phone", "list", "--model", "T53")
    assert {phone["firmware_selected"] for phone in phones} == {"96.86.188.4"}
    assert demo("firmware", "set", "--model", "T53", "--installed").stdout.startswith(f"{len(phones)} phones changed")
    assert "no phone of model D140" in demo.refused("firmware", "set", "--model", "D140", "--installed")


def test_the_catalogue_is_listed_with_all_that_is_known(demo: Program) -> None:
    entries = demo.json("firmware", "list")
    wanted = {"vendor", "version", "models", "file", "size", "sha256", "certified", "withdrawn", "notes"}
    assert all(entry.keys() >= wanted for entry in entries)
    by_version = {entry["version"]: entry for entry in entries}
    assert by_version["66.86.188.2"]["models"] == ["T41S", "T42S", "T46S", "T48S"]
    assert {(entry["certified"], entry["withdrawn"]) for entry in entries} == {
        (True, False),
        (False, False),
        (False, True),
    }
    assert len(demo("firmware", "list").stdout.splitlines()) == len(entries)


def test_a_firmware_is_added_certified_selected_and_withdrawn(samples: Program) -> None:
    image = samples.folder / "T46S.rom"
    image.write_bytes(b"not really an image" * 1000)
    digest = hashlib.sha256(image.read_bytes()).hexdigest()
    phone = "80:5e:c0:7a:10:02"
    add = ("firmware", "add", "--version", "66.86.188.2", "--models", "T46S,T48S")
    assert "its sha256 is" in samples.refused(*add, image, "--sha256", "0" * 64)
    assert "no such file" in samples.refused(*add, "folder/absent.rom")
    assert "not a model" in samples.refused("firmware", "add", image, "--version", "66.86.188.2", "--models", "T46X")
    assert "does not fit" in samples.refused("firmware", "add", image, "--version", "66.86.188.2", "--models", "T54W")
    assert samples(*add, image, "--sha256", digest.upper(), "--notes", "with Dutch").returncode == 0
    assert "in the catalogue already" in samples.refused(*add, image)
    (entry,) = samples.json("firmware", "list")
    assert (entry["size"], entry["sha256"], entry["file"]) == (image.stat().st_size, digest, "T46S.rom")
    assert (entry["certified"], entry["notes"]) == (False, "with Dutch")

    choose = ("phone", "firmware", phone, "--version", "66.86.188.2")
    assert "not certified yet" in samples.refused(*choose)
    assert samples("firmware", "certify", "66.86.188.2").returncode == 0
    assert samples(*choose).returncode == 0
    assert "T46S.rom" in samples("phone", "settings", phone, "--reveal").stdout
    withdrawn = samples("firmware", "certify", "66.86.188.2", "--withdraw").stdout
    assert phone in withdrawn
    assert "T46S.rom" not in samples("phone", "settings", phone, "--reveal").stdout
    assert "not in the catalogue" in samples.refused("firmware", "certify", "66.86.188.3")


def test_a_file_is_added_by_its_name_alone(samples: Program) -> None:
    image = samples.folder / "snomD713-10.1.198.19-SIP-r.bin"
    image.write_bytes(b"")
    assert "is empty" in samples.refused("firmware", "add", image)
    image.write_bytes(b"image")
    samples = samples.inside()
    assert "not 10.1.184.15" in samples.refused("firmware", "add", image, "--version", "10.1.184.15")
    assert "takes snomD735-" in samples.refused("firmware", "add", image, "--models", "D735")
    ended = samples("firmware", "add", image)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert (samples.folder / "firmware" / image.name).read_bytes() == b"image"
    (entry,) = samples.json("firmware", "list")
    assert (entry["version"], entry["models"], entry["certified"]) == ("10.1.198.19", ["D713"], False)


def test_the_example_list_is_loaded_but_certified_by_nobody(samples: Program) -> None:
    samples = samples.inside()
    assert samples("firmware", "load").returncode == 2
    assert "0 known already" in samples("firmware", "load", "--example").stdout
    entries = samples.json("firmware", "list")
    assert not any(entry["certified"] for entry in entries)
    assert all(entry["notes"].startswith("Example, certified by nobody.") for entry in entries)
    assert samples("firmware", "load", "--example").stdout.startswith("0 added")
    faulty = samples.folder / "list.csv"
    faulty.write_text("version,models,file\n66.86.188.2,T54W,T54W.rom\n", encoding="utf-8")
    assert samples.refused("firmware", "load", faulty).startswith("list.csv:2: 66.86.188.2 is firmware for the")
    assert "Phones cannot fetch T41P-36.83.188.2.rom yet" in samples("firmware", "certify", "36.83.188.2").stdout


def test_the_rollout_counts_phones_by_model(demo: Program) -> None:
    demo = demo.inside()
    by_model = {each["model"]: each for each in demo.json("firmware", "rollout")}
    counts = {"refused": 0, "waiting": 1, "installed": 0, "nothing_selected": 1}
    assert by_model["T46S"] == {"model": "T46S", "phones": 2, **counts}
    assert demo.json("phone", "show", T46S)["firmware_progress"] == "waiting"
    assert "Selected but not yet installed" in demo("phone", "show", T46S).stdout
    assert "T46S" in demo("firmware", "rollout").stdout


def test_a_version_number_is_explained(run: Program) -> None:
    document = run.json("firmware", "explain", "66.86.188.2")
    run = run.inside()
    assert document.keys() == {"version", "vendor", "family_prefix", "generation", "branch", "fits", "text"}
    assert (document["vendor"], document["family_prefix"], document["fits"]) == ("yealink", 66, None)
    assert document["text"] == run("firmware", "explain", "66.86.188.2").stdout.strip()
    assert run.json("firmware", "explain", "66.86.188.2", "--model", "t46s")["fits"] is True
    assert run.json("firmware", "explain", "66.86.188.2", "--model", "D735")["fits"] is False
    assert run.json("firmware", "explain", "8.9.3.80")["family_prefix"] is None
    assert "not a firmware version" in run.refused("firmware", "explain", "latest", "--json")
    assert "not a model" in run.refused("firmware", "explain", "8.9.3.80", "--model", "X1")


@pytest.mark.parametrize(
    ("a", "b", "relation", "difference"),
    [
        ("10.1.198.19", "8.9.3.80", "newer", "major"),
        ("10.1.54.13", "10.1.198.19", "older", "minor"),
        ("66.86.188.2", "66.86.188.2", "same", None),
        ("66.86.0.5", "66.86.188.2", "incomparable", "branch"),
        ("66.86.188.2", "96.86.188.4", "incomparable", "family"),
    ],
)
def test_two_versions_are_compared(run: Program, a: str, b: str, relation: str, difference: str | None) -> None:
    document = run.inside().json("firmware", "compare", a, b)
    assert document.keys() == {"relation", "difference", "text"}
    assert (document["relation"], document["difference"]) == (relation, difference)
