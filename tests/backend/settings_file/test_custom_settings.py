"""Custom settings come last and win, and what they replace stays known."""

from __future__ import annotations

import pytest

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.keys import CustomSetting, Scope
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.settings_file import Generation, Origin, check_custom, render, settings_of
from tests.backend.settings_file.settings_sources import read, sample


def test_the_overridden_setting_is_kept_beside_it() -> None:
    made = settings_of(sample(Generation.SNOM_10, custom=(CustomSetting("language", "English"),)))
    (language,) = [setting for setting in made.settings if setting.name == "language"]
    assert (language.value, language.origin) == ("English", Origin.CUSTOM)
    assert language.overrides is not None
    assert (language.overrides.value, language.overrides.origin) == ("Nederlands", Origin.ORGANISATION)


def test_custom_settings_stand_last() -> None:
    customs = (CustomSetting("lang.gui", "English"), CustomSetting("voice.vad", "0"))
    made = settings_of(sample(Generation.YEALINK_V84, custom=customs))
    assert [setting.name for setting in made.settings[-2:]] == ["lang.gui", "voice.vad"]
    assert render(made).endswith(b"# Custom settings\nlang.gui = English\nvoice.vad = 0\n")
    snom = settings_of(sample(Generation.SNOM_10, custom=(CustomSetting("language", "English"),)))
    section = [setting.name for setting in snom.settings if setting.section == "phone-settings"]
    assert section[-1] == "language"
    assert read(render(snom)).elements.count("phone-settings") == 1


def test_the_phone_wins_over_its_model_and_the_chain_is_known() -> None:
    customs = (
        CustomSetting("lang.gui", "German", Scope.PHONE),
        CustomSetting("lang.gui", "English", Scope.MODEL),
    )
    made = settings_of(sample(Generation.YEALINK_V84, custom=customs))
    last = made.settings[-1]
    assert last.value == "German"
    assert last.overrides and last.overrides.value == "English"
    assert last.overrides.overrides and last.overrides.overrides.value == "Dutch"


@pytest.mark.parametrize(("flag", "permission"), [("!", "!"), ("&", "&"), ("$", "$"), ("", None)])
def test_permission_flag_of_snom(flag: str, permission: str | None) -> None:
    made = settings_of(sample(Generation.SNOM_10, custom=(CustomSetting(f"ringer_animation{flag}", "off"),)))
    assert read(render(made)).attributes["ringer_animation"].get("perm") == permission


def test_one_identity_of_snom() -> None:
    made = settings_of(sample(Generation.SNOM_10, custom=(CustomSetting("user_srtp[1]$", "on"),)))
    found = read(render(made))
    assert (found["user_srtp[1]"], found["user_srtp[2]"]) == ("on", "off")
    with pytest.raises(BadInput, match=r"user_srtp\[1\]"):
        check_custom(Vendor.SNOM, CustomSetting("user_srtp", "on"))


def test_one_blank_unsets_a_snom_setting() -> None:
    made = settings_of(sample(Generation.SNOM_10, custom=(CustomSetting("dkey_directory", " "),)))
    assert read(render(made))["dkey_directory"] == " "


@pytest.mark.parametrize(
    ("vendor", "name"),
    [
        *((Vendor.SNOM, name) for name in ("", "!", "a b", "1a", "a>b", "language!!", "x[1", "phone-settings", "fkey")),
        *((Vendor.SNOM, name) for name in ("a\nb", "é", "x" * 200)),
        *((Vendor.YEALINK, name) for name in ("", "#a.b", "a.b=c", "a.b ", "overwrite_mode", "include:config", "a..b")),
    ],
)
def test_malformed_names(vendor: Vendor, name: str) -> None:
    with pytest.raises(BadInput):
        check_custom(vendor, CustomSetting(name, "x"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("account.1.password", "x"),
        ("phone_setting.phone_lock.unlock_pin", "1"),
        ("action_url.setup", "https://prov.example.net/p/f00dcafe/hook"),
        ("remote_phonebook.data.1.url", "https://user:pass@book.example.net/"),
    ],
)
def test_secret_custom_settings(name: str, value: str) -> None:
    made = settings_of(sample(Generation.YEALINK_V84, custom=(CustomSetting(name, value),)))
    assert made.settings[-1].secret
