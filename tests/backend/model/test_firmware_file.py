"""What names of firmware files say, and what they must not contradict."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.catalogue import Catalogue
from helpdesk_tui.backend.model.firmware import FirmwareVersion
from helpdesk_tui.backend.model.firmware_file import check_name, read_name

ASSETS = Path(__file__).parents[3] / "assets"
CATALOGUE = Catalogue.parse((ASSETS / "models.csv").read_text(encoding="utf-8").splitlines())


def check(file: str, version: str, *names: str) -> None:
    check_name(file, FirmwareVersion.parse(version), [CATALOGUE.get(name) for name in names], CATALOGUE)


@pytest.mark.parametrize(
    ("file", "version", "models"),
    [
        ("snomD735-10.1.198.19-SIP-r.bin", "10.1.198.19", ("D735",)),
        ("snom715-10.1.215.13-SIP-r.bin", "10.1.215.13", ("715",)),
        ("snomD865-10.1.198.19-SIP-r.swu", "10.1.198.19", ("D865",)),
        ("snom370-8.7.5.44-SIP-f.bin", "8.7.5.44", ()),
        ("T46S(T48S,T42S,T41S)-66.86.0.15.rom", "66.86.0.15", ("T46S", "T48S", "T42S", "T41S")),
        ("T41P-36.83.188.2.rom", "36.83.188.2", ("T41P",)),
        ("T31(T31G,T31P,T33G)-124.86.188.3.rom", "124.86.188.3", ("T31G", "T31P", "T33G")),
        ("lydis 66.86.188.2 final.rom", "66.86.188.2", ()),
        ("firmware.rom", "", ()),
    ],
)
def test_what_a_name_says(file: str, version: str, models: tuple[str, ...]) -> None:
    said = read_name(file, CATALOGUE)
    assert (said.version, said.models) == (version, models)


@pytest.mark.parametrize(
    ("file", "version", "models"),
    [
        ("T46S.rom", "66.86.188.2", ("T46S",)),
        ("T46U(T43U,T41U,T48U,T42U)-108.86.188.3.rom", "108.86.188.3", ("T44U", "T44W")),
        ("firmware.bin", "10.1.198.19", ("D735",)),
    ],
)
def test_a_name_that_says_less_will_do(file: str, version: str, models: tuple[str, ...]) -> None:
    check(file, version, *models)


@pytest.mark.parametrize(
    ("file", "version", "model", "words"),
    [
        ("snomD735-10.1.198.19-SIP-r.bin", "10.1.184.15", "D735", "is 10.1.198.19 by its name"),
        ("snomD785-10.1.198.19-SIP-r.bin", "10.1.198.19", "D735", "takes snomD735-"),
        ("snomD715-10.1.198.19-SIP-r.bin", "10.1.198.19", "715", "takes snom715-"),
        ("snomD865-10.1.198.19-SIP-r.bin", "10.1.198.19", "D865", "end in .swu"),
        ("T46S-66.86.188.2.rom", "66.86.0.2", "T46S", "is 66.86.188.2 by its name"),
        ("T54W-66.86.188.2.rom", "66.86.188.2", "T46S", "is for the Yealink T54W"),
        ("T46S-66.86.188.2.bin", "66.86.188.2", "T46S", "end in .rom"),
        ("snomD735-ramdisk-chained-update-r.bin", "10.1.198.19", "D735", "intermediate image"),
        *(
            (name, "66.86.188.2", "T46S", "is not a file name")
            for name in ("", "..", ".hidden.rom", "../T46S.rom", "a/b.rom", "a\\b.rom", "a b.rom", "a\n.rom", "é.rom")
        ),
        ("x" * 300 + ".rom", "66.86.188.2", "T46S", "is not a file name"),
    ],
)
def test_a_name_that_says_something_else_is_refused(file: str, version: str, model: str, words: str) -> None:
    with pytest.raises(BadInput) as refusal:
        check(file, version, model)
    assert words in str(refusal.value)


def test_the_example_catalogue_agrees_with_itself() -> None:
    rows = list(csv.DictReader(line for line in (ASSETS / "firmware.csv").open() if not line.startswith("#")))
    for row in rows:
        check(row["file"], row["version"], *row["models"].split(";"))
        assert read_name(row["file"], CATALOGUE).version == row["version"]


@given(st.text(max_size=60))
def test_any_name_is_read_or_refused_in_words(file: str) -> None:
    read_name(file, CATALOGUE)
    try:
        check(file, "66.86.188.2", "T46S")
    except BadInput as error:
        assert str(error).endswith((".", "…"))
