"""What the screens and the command line make of a settings file: lines, masks, comparisons, explanations."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.keys import CustomSetting, FunctionKey, KeyFunction
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.recheck import recheck_minutes
from helpdesk_tui.backend.settings_file import (
    MASK,
    ChangeKind,
    FirmwareChoice,
    Generation,
    compare,
    lines_of,
    mask,
    masked,
    masked_text,
    render,
    settings_of,
    snom_firmware_file,
    yealink_boot_file,
)
from tests.backend.settings_file.settings_sources import ANNA, FIRMWARE, KEYS, SNOM, YEALINK, read, sample

SECRETS = ("sip-secret-1", "sip-secret-2", "portal-secret", "account-secret", "f00dcafe", "door-secret", "hook-secret")


def full(generation: Generation):  # type: ignore[no-untyped-def]
    made = sample(generation, user=ANNA, function_keys=KEYS, firmware=FIRMWARE, vlan=20)
    return replace(made, endpoint=replace(made.endpoint, username="phone", password="door-secret"))


@pytest.mark.parametrize("generation", Generation)
def test_lines_are_the_file(generation: Generation) -> None:
    file = settings_of(full(generation))
    lines = lines_of(file)
    assert "\n".join(line.text for line in lines) + "\n" == render(file).decode()
    assert tuple(line.setting for line in lines if line.setting) == file.settings
    for line in lines:
        assert "\n" not in line.text
        if line.setting:
            assert line.setting.name in line.text


@pytest.mark.parametrize("generation", Generation)
def test_files_of_one_shape_hold_their_own_values_only(generation: Generation) -> None:
    first = full(generation)
    others = tuple(replace(identity, sip_password="another & <secret>") for identity in ANNA.identities)
    second = replace(first, user=replace(ANNA, identities=others), web_password="another-portal", phone_name='A "b"')
    before, between, after = (render(settings_of(source)) for source in (first, second, first))
    assert before == after
    assert not [secret for secret in ("sip-secret-1", "sip-secret-2", "portal-secret") if secret in between.decode()]
    assert read(between)["user_pass[1]" if generation in SNOM else "account.1.password"] == "another & <secret>"


@pytest.mark.parametrize("generation", Generation)
def test_every_managed_setting_explains_itself_in_one_sentence(generation: Generation) -> None:
    for setting in settings_of(full(generation)).settings:
        assert setting.explanation.endswith("."), setting.name
        assert "N" not in setting.name and "M" not in setting.name


@pytest.mark.parametrize("generation", Generation)
def test_masked_text_holds_no_secret(generation: Generation) -> None:
    name = "action_setup_url" if generation in SNOM else "action_url.setup"
    url = "https://log:hook-secret@log.example.net/"
    keys = (*KEYS, FunctionKey(5, KeyFunction.URL, "https://prov.example.net/p/f00dcafe/menu.xml"))
    file = settings_of(replace(full(generation), custom=(CustomSetting(name, url),), function_keys=keys))
    text = masked_text(file)
    assert not [secret for secret in SECRETS if secret in text]
    assert not [secret for secret in SECRETS if secret in repr(file) + repr(full(generation)) + repr(lines_of(file))]
    assert "https://prov.example.net/" + MASK in text
    found = read(text.encode())
    assert [pair[0] for pair in found.pairs] == read(render(file)).names
    assert found["user_pass[1]" if generation in SNOM else "account.1.password"] == MASK


def test_mask_shows_what_is_no_secret() -> None:
    values = {setting.name: setting.value for setting in mask(settings_of(full(Generation.YEALINK_V84)).settings)}
    assert values["static.security.user_password"] == f"user:{MASK}"
    assert values["static.auto_provision.server.url"] == f"https://prov.example.net/{MASK}"
    assert values["account.1.user_name"] == "jansen201"
    assert values["account.3.password"] == "%NULL%"


def test_masking_reaches_what_is_overridden() -> None:
    made = sample(Generation.YEALINK_V84, user=ANNA, custom=(CustomSetting("account.1.password", "x"),))
    last = masked(settings_of(made)).settings[-1]
    assert last.value == MASK
    assert last.overrides and last.overrides.value == MASK


def test_compare() -> None:
    before = settings_of(sample(Generation.SNOM_10))
    assert compare(before, before) == ()
    source = sample(Generation.SNOM_10, vlan=20, function_keys=(FunctionKey(1, KeyFunction.DND, label="Rust"),))
    after = settings_of(source)
    changes = {(change.name, change.index): change for change in compare(before, after)}
    assert set(changes) == {("vlan_id", None), ("fkey", 0)}
    assert changes["vlan_id", None].kind is ChangeKind.ADDED
    key = changes["fkey", 0]
    assert key.kind is ChangeKind.CHANGED and key.old and key.new
    assert (key.old.value, key.new.value) == ("none", "keyevent F_DND")
    (gone,) = [change for change in compare(after, before) if change.name == "vlan_id"]
    assert gone.kind is ChangeKind.REMOVED and gone.new is None


def test_compare_sees_a_label_alone_and_each_web_password() -> None:
    one = settings_of(sample(Generation.SNOM_10, function_keys=(FunctionKey(1, KeyFunction.DND, label="Rust"),)))
    other = settings_of(sample(Generation.SNOM_10, function_keys=(FunctionKey(1, KeyFunction.DND, label="Stil"),)))
    assert [change.kind for change in compare(one, other)] == [ChangeKind.CHANGED]
    old = settings_of(sample(Generation.YEALINK_V84))
    new = settings_of(sample(Generation.YEALINK_V84, web_password="another"))
    assert [change.new and change.new.value for change in compare(old, new)] == ["beheer:another", "user:another"]


def test_phones_ask_again_at_different_times() -> None:
    sources = [sample(Generation.SNOM_10, mac=Mac(f"000413{number:06x}")) for number in range(300)]
    minutes = [recheck_minutes(source.mac) for source in sources]
    assert len(set(minutes)) == 60 and min(minutes) >= 240 and max(minutes) < 300
    period = read(render(settings_of(sources[7])))["prov_polling_period"]
    assert int(period) == minutes[7] * 60


def test_intermediate_firmware_of_snom() -> None:
    real = "https://www.example.net/image.bin"
    choice = FirmwareChoice(
        "10.1.198.19", real, chained_url=f"https://www.example.net/first.bin?a=1&chained_url={real}"
    )
    made = snom_firmware_file(choice).decode()
    assert f"https://www.example.net/first.bin?a=1&amp;chained_url={real}</firmware>" in made


def test_boot_files() -> None:
    for generation in YEALINK[1:]:
        assert b"overwrite_mode = 1" in yealink_boot_file(("a.cfg",), generation)
    with pytest.raises(BadInput, match="no boot files"):
        yealink_boot_file(("a.cfg",), Generation.YEALINK_V80)
    for wrong in ("a.xml", "a>.cfg", "a\n.cfg", 'a".cfg'):
        with pytest.raises(BadInput, match="cannot be included"):
            yealink_boot_file((wrong,), Generation.YEALINK_V84)
