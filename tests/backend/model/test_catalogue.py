"""The catalogue of models, as it is shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.catalogue import Catalogue, PhoneModel, ResetWay
from helpdesk_tui.backend.model.firmware import FirmwareVersion, misfit
from helpdesk_tui.backend.model.vendor import Vendor

ASSETS = Path(__file__).parents[3] / "assets"
CATALOGUE = Catalogue.parse((ASSETS / "models.csv").read_text(encoding="utf-8").splitlines())

SNOM = (
    "D120 D140 D150 D305 D315 D335 D345 D375 D385 D712 D713 D717 D735 D745 D765 D785 "
    "D810 D812 D815 D862 D865 D892 710 715 720 725 760"
)
YEALINK = (
    "T19P_E2 T21P_E2 T23G T27G T29G T31P T31G T33G T34W T40P T40G T41P T41S T41U T42G T42S T42U T43U T44U T44W "
    "T46G T46S T46U T48G T48S T48U T53 T53W T54W T57W T58A T58W CP920 CP925 CP965"
)


def model(name: str) -> PhoneModel:
    return CATALOGUE.get(name)


def test_the_promised_models_are_all_there_once() -> None:
    assert sorted(m.name for m in CATALOGUE.models if m.vendor is Vendor.SNOM) == sorted(SNOM.split())
    assert sorted(m.name for m in CATALOGUE.models if m.vendor is Vendor.YEALINK) == sorted(YEALINK.split())


@pytest.mark.parametrize("model", CATALOGUE.models, ids=lambda model: model.name)
def test_each_model_is_complete(model: PhoneModel) -> None:
    assert model.identities >= 1
    assert model.keys >= 0
    assert bool(model.modules) == bool(model.module_keys)
    assert misfit(FirmwareVersion.parse(model.oldest_firmware), model, CATALOGUE) is None
    if model.vendor is Vendor.SNOM:
        assert model.firmware_image == f"snom{model.name}"
        assert not model.firmware_prefixes
    else:
        assert model.firmware_prefixes
        assert not model.common_file or (len(model.common_file) == 12 and model.common_file.isdecimal())


def test_only_models_that_share_a_common_file_have_the_same_one() -> None:
    files: dict[str, set[str]] = {}
    for m in CATALOGUE.models:
        if m.common_file:
            files.setdefault(m.common_file, set()).add(m.name)
    assert {frozenset(names) for names in files.values() if len(names) > 1} == {
        frozenset({"T53", "T53W"}),
        frozenset({"T31P", "T31G"}),
    }


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("D735", "D735"),
        ("d735", "D735"),
        ("Snom D735", "D735"),
        ("snomD735", "D735"),
        (" SNOM-D735 ", "D735"),
        ("D715", "715"),
        ("snom715", "715"),
        ("Snom D725", "725"),
        ("T46S", "T46S"),
        ("SIP-T46S", "T46S"),
        ("Yealink SIP-T46S", "T46S"),
        ("yealink t46s", "T46S"),
        ("t21p e2", "T21P_E2"),
        ("T21P_E2", "T21P_E2"),
        ("SIP-T21P_E2", "T21P_E2"),
        ("SIP-CP920", "CP920"),
        ("CP-920", "CP920"),
        ("SIP-T58", "T58A"),
        ("T53W", "T53W"),
        ("T53", "T53"),
    ],
)
def test_a_model_is_found_in_any_spelling(spelling: str, name: str) -> None:
    found = CATALOGUE.find(spelling)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("spelling", ["", "snom", "T21P", "T99", "Yealink D735", "Snom T46S", "715 x", "SIP"])
def test_other_names_are_not_models(spelling: str) -> None:
    assert CATALOGUE.find(spelling) is None


def test_an_unknown_name_gets_the_nearest_ones() -> None:
    with pytest.raises(BadInput, match="T46S"):
        CATALOGUE.get("T46SS")
    with pytest.raises(BadInput, match=r"docs/files\.md"):
        CATALOGUE.get("toaster")


@pytest.mark.parametrize(
    ("name", "reset"),
    [
        ("D735", ResetWay.HOLD_HASH_AT_BOOT),
        ("D865", ResetWay.MANUAL),
        ("T46S", ResetWay.HOLD_OK),
        ("T57W", ResetWay.MENU),
        ("CP920", ResetWay.MENU),
    ],
)
def test_how_a_family_is_reset(name: str, reset: ResetWay) -> None:
    assert model(name).reset is reset


@pytest.mark.parametrize(
    ("prefix", "generation", "names"),
    [
        (66, 86, "T41S T42S T46S T48S"),
        (68, 81, "T41S"),
        (68, 82, ""),
        (95, 84, "T53 T53W"),
        (95, 85, ""),
        (96, 84, "T54W"),
        (96, 85, "T53 T53W T54W T57W"),
        (97, 84, "T57W"),
        (108, 86, "T41U T42U T43U T44U T44W T46U T48U"),
        (58, 86, "T58A"),
        (150, 87, "T58W"),
    ],
)
def test_which_models_yealink_numbers_are_for(prefix: int, generation: int, names: str) -> None:
    assert " ".join(m.name for m in CATALOGUE.accepting(prefix, generation)) == names
