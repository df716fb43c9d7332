"""Reading, explaining and comparing firmware versions."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.catalogue import Catalogue
from helpdesk_tui.backend.model.firmware import (
    Difference,
    FirmwareVersion,
    Relation,
    Scheme,
    compare,
    explain,
    find_version,
    misfit,
)
from helpdesk_tui.backend.model.vendor import Vendor

ASSETS = Path(__file__).parents[3] / "assets"
CATALOGUE = Catalogue.parse((ASSETS / "models.csv").read_text(encoding="utf-8").splitlines())

# phone_formats.md section 4.1: the models, their prefix, and its public builds without that prefix.
PUBLIC_YEALINK = """
    T46G             28  .80.0.95 .81.0.110 .82.0.30 .83.0.120
    T42G             29  .80.0.95 .81.0.110 .82.0.20 .83.0.120
    T48G             35  .80.0.95 .81.0.110 .82.0.30 .83.0.120
    T41P             36  .80.0.95 .81.0.110 .82.0.20 .83.0.35 .83.0.120
    CP920            78  .81.0.15 .84.0.125 .85.0.5 .86.0.15
    CP965            143 .86.0.10
    CP925            148 .86.0.5
    T23G             44  .80.0.95 .84.0.140
    T27G             69  .81.0.110 .86.0.15
    T29G             46  .80.0.95 .83.0.120
    T21P_E2          52  .80.0.95 .81.0.110 .82.0.20 .83.0.35 .84.0.125
    T19P_E2          53  .80.0.95 .81.0.110 .82.0.20 .83.0.35 .84.0.125 .84.0.160
    T40P             54  .80.0.95 .81.0.110 .82.0.20 .83.0.35 .84.0.125
    T40G             76  .81.0.110 .82.0.20 .83.0.35 .84.0.125
    T58A             58  .80.0.25 .83.0.15 .84.0.25 .85.0.5 .86.0.20
    T41S,T42S,T46S,T48S 66 .81.0.110 .82.0.30 .83.0.35 .84.0.125 .85.0.5 .86.0.15
    T41S             68  .81.0.25
    T42S             67  .81.0.25
    T48S             65  .81.0.25
    T53,T53W         95  .84.0.125
    T54W             96  .84.0.125
    T53,T53W,T54W,T57W 96 .85.0.5 .86.0.45 .87.0.15
    T57W             97  .84.0.125
    T41U,T42U,T43U,T46U,T48U 108 .84.0.50 .85.0.15 .86.0.20 .86.0.90 .87.0.15
    T44U,T44W        108 .86.0.90 .87.0.15
    T31G,T31P,T33G   124 .85.0.40 .86.0.40 .86.0.75 .87.0.15
    T34W             124 .86.0.75 .87.0.15
    T58W             150 .86.0.5 .86.0.11 .87.0.15
"""

_10_1 = "10.1.39.11 10.1.46.16 10.1.49.11 10.1.51.12 10.1.54.13 10.1.101.11 10.1.141.13 10.1.152.12 10.1.159.12 "
_10_1 += "10.1.175.16 10.1.184.15 10.1.198.19 10.1.215.13"

# phone_formats.md section 4.2; A-B stands for the versions of the 715 from A to B.
PUBLIC_SNOM = """
    710,720,760      8.7.5.35 8.9.3.80
    715              8.7.5.35 8.9.3.80 10.1.39.11-10.1.215.13
    725              8.7.5.35 8.9.3.80 10.1.39.11-10.1.175.16
    D120             10.1.46.16 10.1.49.11 10.1.51.12 10.1.54.13
    D140,D150        10.1.184.15 10.1.198.19 10.1.215.13
    D305             8.9.3.60 8.9.3.80 10.1.46.16-10.1.54.13
    D315             8.9.3.60 8.9.3.80 10.1.46.16-10.1.198.19
    D335,D385,D717   10.1.46.16-10.1.215.13
    D345             8.9.3.60 8.9.3.80 10.1.46.16-10.1.175.16
    D375             8.9.3.60 8.9.3.80 10.1.39.11-10.1.54.13
    D712             8.9.3.80 10.1.46.16-10.1.184.15
    D713             10.1.141.13-10.1.215.13
    D735             10.1.26.1 10.1.39.11-10.1.215.13
    D745             8.9.3.40 8.9.3.80 10.1.39.11-10.1.54.13
    D765             8.7.5.35 8.9.3.80 10.1.39.11-10.1.54.13
    D785             10.1.20.0 10.1.39.11-10.1.215.13
    D810,D892        10.1.215.13
    D812,D815        10.1.184.15 10.1.198.19 10.1.215.13
    D862,D865        10.1.141.13-10.1.215.13
"""


# The rows of both tables whose models our catalogue does not hold: they are read all the same.
READ_ONLY_YEALINK = """
    2 .73.0.50
    6 .73.0.50
    7 .73.0.50
    9 .73.0.50
    18 .0.0.80
    34 .72.0.1
    38 .70.0.185
    25 .73.0.40 .80.0.15 .81.0.60
    37 .80.0.30 .81.0.10
    73 .80.0.35 .83.0.30 .84.0.25 .85.0.5
    45 .80.0.95 .83.0.35
    51 .80.0.100
    58 .80.0.25 .83.0.15 .84.0.25 .85.0.5 .86.0.20
    70 .83.0.35 .84.0.70
    77 .83.0.85 .85.0.25
    103 .83.0.122 .85.0.25 .87.0.18
    130 .85.0.44 .87.0.18
    146 .85.0.40 .87.0.21
    175 .85.0.5 .87.0.18
    91 .283.0.30
    180 .86.0.5 .87.0.15
    182 .87.0.15
    185 .87.0.15 .87.0.34
    192 .87.0.10
    61 .87.0.5
    88 .85.0.20
    115 .87.0.5
    116 .87.0.5
    118 .87.0.5
    119 .87.0.5
    16 .87.0.5
    87 .85.0.20
"""
READ_ONLY_SNOM = "8.7.5.35 8.7.3.25.9 8.7.5.44 8.9.3.40 8.9.3.60 8.9.3.80 10.1.20.0 10.1.26.1 05.20.0001 07.40.0104"


@pytest.mark.parametrize("row", READ_ONLY_YEALINK.split("\n")[1:-1])
def test_the_rows_of_other_yealink_models_are_read(row: str) -> None:
    prefix, *builds = row.split()
    for build in builds:
        version = FirmwareVersion.parse(prefix + build)
        _, generation, branch, _ = (prefix + build).split(".")
        assert (version.vendor, version.family_prefix) == (Vendor.YEALINK, int(prefix))
        assert (version.generation, version.branch) == (int(generation), int(branch))


@pytest.mark.parametrize("text", READ_ONLY_SNOM.split())
def test_the_rows_of_other_snom_models_are_read(text: str) -> None:
    version = FirmwareVersion.parse(text)
    assert (version.vendor, version.generation) == (Vendor.SNOM, int(text.partition(".")[0]))


def _public() -> list[tuple[str, str]]:
    pairs = []
    for line in PUBLIC_YEALINK.split("\n")[1:-1]:
        models, prefix, *builds = line.split()
        pairs += [(model, prefix + build) for model in models.split(",") for build in builds]
    all_of_715 = _10_1.split()
    for line in PUBLIC_SNOM.split("\n")[1:-1]:
        models, *ranges = line.split()
        for written in ranges:
            first, _, last = written.partition("-")
            known = all_of_715[all_of_715.index(first) : all_of_715.index(last) + 1] if last else [first]
            pairs += [(model, version) for model in models.split(",") for version in known]
    return pairs


@pytest.mark.parametrize(("name", "text"), _public(), ids=lambda part: part)
def test_every_public_version_fits_its_model(name: str, text: str) -> None:
    model = CATALOGUE.get(name)
    said = explain(text, model, CATALOGUE)
    assert said.vendor is model.vendor
    assert said.fits is True
    if model.vendor is Vendor.YEALINK:
        prefix, generation = (int(number) for number in text.split(".")[:2])
        assert (said.family_prefix, said.generation, said.branch) == (prefix, f"V{generation}", "international")
    else:
        assert (said.family_prefix, said.branch) == (None, None)
        assert said.generation == "V" + text.split(".")[0]


@pytest.mark.parametrize(
    "row",
    list(
        csv.DictReader(
            line
            for line in (ASSETS / "firmware.csv").read_text(encoding="utf-8").splitlines()
            if not line.startswith("#")
        )
    ),
    ids=lambda row: f"{row['version']} {row['models']}",
)
def test_every_row_of_the_example_catalogue_fits_its_models(row: dict[str, str]) -> None:
    for name in row["models"].split(";"):
        model = CATALOGUE.get(name)
        assert model.vendor.value == row["vendor"]
        assert misfit(FirmwareVersion.parse(row["version"]), model, CATALOGUE) is None
        assert row["version"] in row["file"]


@pytest.mark.parametrize(
    ("text", "scheme", "prefix", "generation", "branch"),
    [
        # provisioning.txt
        ("8.9.3.80", Scheme.SNOM_DESK, None, 8, None),
        ("10.1.54.13", Scheme.SNOM_DESK, None, 10, None),
        ("66.86.188.2", Scheme.YEALINK, 66, 86, "Lydis"),
        ("36.81.0.4", Scheme.YEALINK, 36, 81, "international"),
        # overlaps of the first number
        ("9.73.0.50", Scheme.YEALINK, 9, 73, "international"),
        ("7.73.0.50", Scheme.YEALINK, 7, 73, "international"),
        ("6.73.0.50", Scheme.YEALINK, 6, 73, "international"),
        ("2.73.0.50", Scheme.YEALINK, 2, 73, "international"),
        ("8.7.5.35", Scheme.SNOM_DESK, None, 8, None),
        ("9.1.43", Scheme.SNOM_DESK, None, 9, None),
        # lengths and oddities
        ("6.5.20", Scheme.SNOM_DESK, None, 6, None),
        ("8.7.3.25.9", Scheme.SNOM_DESK, None, 8, None),
        ("873_19_20130321", Scheme.SNOM_DESK, None, 8, None),
        ("05.20.0001", Scheme.SNOM_DECT, None, 5, None),
        ("07.40.0104", Scheme.SNOM_DECT, None, 7, None),
        ("124.85.257.55", Scheme.YEALINK, 124, 85, "custom 257"),
        ("108.87.14.1", Scheme.YEALINK, 108, 87, "custom 14"),
        ("91.283.0.30", Scheme.YEALINK, 91, 283, "international"),
        (" V10.1.54.13 ", Scheme.SNOM_DESK, None, 10, None),
    ],
)
def test_reading(text: str, scheme: Scheme, prefix: int | None, generation: int, branch: str | None) -> None:
    version = FirmwareVersion.parse(text)
    assert (version.scheme, version.family_prefix, version.generation) == (scheme, prefix, generation)
    assert version.branch_name == branch
    assert explain(text, None, CATALOGUE).fits is None


@pytest.mark.parametrize(
    "text",
    [
        *("", "latest", "66", "66.86", "66.86.188", "66.86.188.2.1", "66.86.188.x", "66.86..2", "66,86,188,2"),
        *("-1.86.0.2", "192.168.1.1", "999.1.2.3", "0.86.0.1", "66.86.188.\u0662", "10.1.54.13; rm", "1" * 500),
    ],
)
def test_what_is_no_version_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(BadInput, match="is not a firmware version") as refusal:
        FirmwareVersion.parse(text)
    assert len(str(refusal.value)) < 200
    assert find_version(text) is None


def test_a_hardware_version_is_told_apart() -> None:
    with pytest.raises(BadInput, match="hardware version"):
        FirmwareVersion.parse("28.1.0.128.0.0.0")


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        ("66.86.188.2", "D735", "firmware of Yealink"),
        ("10.1.54.13", "T46S", "firmware of Snom"),
        ("66.86.188.2", "T41P", "for the T41S, T42S, T46S and T48S.* begin with 36"),
        ("36.83.0.35", "T46S", "for the T41P.* begin with 66"),
        ("68.81.0.25", "T46S", "for the T41S"),
        ("68.82.0.25", "T41S", "in V82 the first number 68"),
        ("95.85.0.5", "T53", "in V85 the first number 95"),
        ("96.84.0.125", "T53W", "in V84 the first number 96"),
        ("58.86.0.20", "T58W", "for the T58A.* begin with 150"),
        ("199.86.0.20", "T58W", "for another family"),
        ("8.9.3.80", "D735", "No V8 firmware"),
        ("8.9.3.80", "D865", "No V8 firmware"),
        ("8.7.5.35", "D785", "No V8 firmware"),
        ("10.1.54.13", "D862", "older than 10.1.141.13"),
        ("8.7.5.35", "D345", "older than 8.9.3.60"),
        ("05.20.0001", "D735", "DECT"),
        ("124.84.188.9", "T34W", "No V84 firmware"),
    ],
)
def test_what_does_not_fit_says_why(text: str, name: str, why: str) -> None:
    model = CATALOGUE.get(name)
    said = explain(text, model, CATALOGUE)
    assert said.fits is False
    sentence = misfit(FirmwareVersion.parse(text), model, CATALOGUE)
    assert sentence is not None
    assert sentence in said.text
    assert re.search(why, sentence)


def test_the_explanation_is_in_plain_words() -> None:
    said = explain("66.86.188.2", CATALOGUE.get("T46S"), CATALOGUE)
    assert said.text == (
        "Yealink firmware for the T41S, T42S, T46S and T48S: major version V86, custom build by Lydis (188) "
        "with Dutch built in, minor version 2. It fits the Yealink T46S."
    )
    said = explain("10.1.54.13", None, CATALOGUE)
    assert said.text == "Snom firmware: major version V10, minor and patch versions 1.54.13."


COMPARISONS = [
    # provisioning.txt
    ("10.1.54.13", "8.9.3.80", None, Relation.NEWER, Difference.MAJOR),
    ("8.9.36.1", "8.9.30.1", None, Relation.NEWER, Difference.MINOR),
    ("8.9.10.1", "8.9.9.1", None, Relation.NEWER, Difference.MINOR),
    ("36.86.188.1", "36.81.188.9", None, Relation.NEWER, Difference.MAJOR),
    ("66.86.188.4", "66.86.188.5", None, Relation.OLDER, Difference.MINOR),
    # by numbers, never by letters
    ("66.86.188.10", "66.86.188.9", None, Relation.NEWER, Difference.MINOR),
    ("8.9.3.60", "8.9.3.80", None, Relation.OLDER, Difference.PATCH),
    ("8.7.3.25", "8.7.3.25.9", None, Relation.OLDER, Difference.PATCH),
    ("8.4.18", "8.4.35", None, Relation.OLDER, Difference.MINOR),
    ("873_19_20130321", "8.7.3.19", None, Relation.SAME, None),
    ("07.40.0104", "05.20.0001", None, Relation.NEWER, Difference.MAJOR),
    ("05.20.0002", "05.20.0001", None, Relation.NEWER, Difference.PATCH),
    ("66.86.188.2", "66.86.188.2", None, Relation.SAME, None),
    # families
    ("66.86.188.2", "36.83.188.2", None, Relation.INCOMPARABLE, Difference.FAMILY),
    ("66.86.188.2", "10.1.54.13", None, Relation.INCOMPARABLE, Difference.FAMILY),
    ("05.20.0001", "10.1.54.13", None, Relation.INCOMPARABLE, Difference.FAMILY),
    ("68.81.0.25", "66.84.0.125", None, Relation.OLDER, Difference.MAJOR),
    ("68.81.0.25", "66.84.0.125", "T41S", Relation.OLDER, Difference.MAJOR),
    ("68.81.0.25", "66.84.0.125", "T46S", Relation.INCOMPARABLE, Difference.FAMILY),
    ("68.81.0.25", "67.81.0.25", None, Relation.INCOMPARABLE, Difference.FAMILY),
    ("95.84.0.125", "96.86.0.45", "T53", Relation.OLDER, Difference.MAJOR),
    ("96.84.0.125", "96.86.0.45", "T53", Relation.INCOMPARABLE, Difference.FAMILY),
    ("96.84.0.125", "96.86.0.45", None, Relation.OLDER, Difference.MAJOR),
    # branches
    ("66.86.188.2", "66.86.0.15", None, Relation.INCOMPARABLE, Difference.BRANCH),
    ("66.86.188.2", "66.84.0.125", None, Relation.NEWER, Difference.BRANCH),
    ("66.84.0.125", "66.86.188.2", None, Relation.OLDER, Difference.BRANCH),
]


@pytest.mark.parametrize(("a", "b", "name", "relation", "difference"), COMPARISONS)
def test_comparing(a: str, b: str, name: str | None, relation: Relation, difference: Difference | None) -> None:
    model = CATALOGUE.get(name) if name else None
    found = compare(a, b, model, CATALOGUE)
    assert (found.relation, found.difference) == (relation, difference)
    assert a in found.text
    assert b in found.text


def test_a_comparison_says_when_one_does_not_fit() -> None:
    text = compare("8.9.3.80", "10.1.54.13", CATALOGUE.get("D735"), CATALOGUE).text
    assert "older than 10.1.54.13 by a major version (V8, V10)" in text
    assert "8.9.3.80 does not fit" in text


_BIG = st.integers(0, 300)
SNOM_VERSIONS = st.builds("{}.{}.{}.{}".format, st.sampled_from([8, 10]), st.integers(0, 9), _BIG, _BIG)
YEALINK_VERSIONS = st.builds(
    "{}.{}.{}.{}".format, st.sampled_from([36, 66, 95, 96]), st.integers(81, 87), st.sampled_from([0, 188]), _BIG
)
VERSIONS = st.one_of(SNOM_VERSIONS, YEALINK_VERSIONS)
_OPPOSITE = {
    Relation.NEWER: Relation.OLDER,
    Relation.OLDER: Relation.NEWER,
    Relation.SAME: Relation.SAME,
    Relation.INCOMPARABLE: Relation.INCOMPARABLE,
}


@given(VERSIONS, VERSIONS)
def test_comparing_the_other_way_round_gives_the_opposite(a: str, b: str) -> None:
    there, back = compare(a, b, None, CATALOGUE), compare(b, a, None, CATALOGUE)
    assert (back.relation, back.difference) == (_OPPOSITE[there.relation], there.difference)
    assert (there.relation is Relation.SAME) == (there.difference is None)


@given(st.lists(SNOM_VERSIONS, min_size=3, max_size=3))
def test_within_a_family_the_order_is_total(versions: list[str]) -> None:
    ordered = sorted(versions, key=lambda text: [int(number) for number in text.split(".")])
    for older, newer in ((0, 1), (1, 2), (0, 2)):
        found = compare(ordered[older], ordered[newer], None, CATALOGUE).relation
        assert found is (Relation.SAME if ordered[older] == ordered[newer] else Relation.OLDER)


@given(VERSIONS, VERSIONS)
def test_across_vendors_and_prefixes_without_a_shared_model_nothing_is_ordered(a: str, b: str) -> None:
    first, second = FirmwareVersion.parse(a), FirmwareVersion.parse(b)
    prefixes = {first.family_prefix, second.family_prefix}
    assume(len(prefixes) == 2 and prefixes != {95, 96})
    assert compare(a, b, None, CATALOGUE).relation is Relation.INCOMPARABLE


@given(st.one_of(st.text(), st.text(alphabet="0123456789._vV", max_size=45)))
def test_any_text_is_a_version_or_a_sentence(text: str) -> None:
    try:
        version = FirmwareVersion.parse(text)
    except BadInput as error:
        assert str(error).endswith(".")
    else:
        assert FirmwareVersion.parse(str(version)) == version
        assert explain(text, None, CATALOGUE).version == version.text
