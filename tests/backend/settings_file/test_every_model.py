"""Every model of the catalogue, with what people really type, read back by readers of the tests' own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.catalogue import PhoneModel
from helpdesk_tui.backend.model.keys import CustomSetting, FunctionKey, KeyFunction, Scope
from helpdesk_tui.backend.model.organisation import Identity, Organisation, User
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.settings_file import Generation, Setting, Source, check_custom, render, settings_of
from tests.backend.settings_file.settings_sources import (
    ANNA,
    CATALOGUE,
    KEYS,
    ORGANISATION,
    ROOT,
    SNOM,
    YEALINK,
    Read,
    read,
    sample,
    source,
)

AWKWARD = (
    "Jansen & Zonen <BV>",
    "\"Piet\" 'de Baas'",
    "]]></settings>",
    "{{x}} {% for %} ${HOME}",
    "= # ; : \\",
    "سالم العلي",
    "\u202eomgekeerd",
    "👩‍💻 Zoë Ångström",
    "N" * 900,
)


def named(setting: Setting) -> str:
    return setting.name if setting.index is None else f"{setting.name}[{setting.index}]"


def assert_read_back(made: Source) -> Read:
    """The file holds exactly the settings that were meant, in their order, and nothing twice."""
    file = settings_of(made)
    found = read(render(file))
    assert found.pairs == [(named(setting), setting.value) for setting in file.settings]
    once = [name for name in found.names if name != "static.security.user_password"]
    assert len(once) == len(set(once))
    for setting in file.settings:
        expected = dict(setting.attributes)
        if expected:
            assert found.attributes[named(setting)].items() >= expected.items()
    return found


def key_slots(made: Source, found: Read) -> list[str]:
    if made.model.vendor is Vendor.SNOM:
        return [name for name in found.names if name.startswith("fkey[")]
    return [name for name in found.names if name.endswith(".type") and ("linekey" in name or "expansion" in name)]


@pytest.mark.parametrize("model", CATALOGUE.models, ids=lambda model: model.name)
def test_every_model(model: PhoneModel) -> None:
    cases = [
        source(model),
        source(model, user=replace(ANNA, identities=ANNA.identities[:1])),
        source(model, user=ANNA, modules=model.modules),
        *(
            source(
                model,
                organisation=replace(ORGANISATION, name=text),
                user=replace(ANNA, name=text, identities=(Identity("sip", "secret", text), Identity("two", "secret"))),
                function_keys=(FunctionKey(1, KeyFunction.STATUS, "202", text),) if model.keys else (),
            )
            for text in AWKWARD
        ),
    ]
    for case in cases:
        found = assert_read_back(case)
        assert any(case.organisation.name[:10] in value for value in found.values)
        assert len(key_slots(case, found)) == model.keys + case.modules * model.module_keys
        assert not any("{{" in value and "{{x}}" not in value for value in found.values)


texts = st.text(max_size=30) | st.sampled_from(["%NULL%", "a\nb", "a\u2028b", "\ud800", "a]]>b", " x ", "#a=b", "\x0b"])


@given(name=texts, host=texts, user_name=texts, login=texts, password=texts, label=texts, voicemail=texts)
@pytest.mark.parametrize("generation", [Generation.SNOM_10, Generation.YEALINK_V84])
def test_any_text_is_refused_or_carried(
    generation: Generation, name: str, host: str, user_name: str, login: str, password: str, label: str, voicemail: str
) -> None:
    for organisation in (replace(ORGANISATION, name=name), replace(ORGANISATION, sip_host=host)):
        user = User(1, 1, "201", user_name, (Identity(login, password, label),), voicemail)
        key = FunctionKey(1, KeyFunction.SPEED_DIAL, "202", label)
        made = sample(generation, organisation=organisation, user=user, function_keys=(key,))
        made = replace(made, model=replace(made.model, identities=2, keys=2))
        try:
            assert_read_back(made)
        except BadInput as error:
            assert_sentence(error)


names = st.from_regex(r"[A-Za-z0-9_.\[\]!&$ =#<>/:-]{0,12}", fullmatch=True) | st.sampled_from(
    ["language", "language!", "user_srtp[1]&", "lang.gui", "static.firmware.url", "setting_server", "a.b\n"]
)


@given(name=names, value=texts)
@pytest.mark.parametrize("generation", [Generation.SNOM_10, Generation.YEALINK_V84])
def test_any_custom_setting_is_refused_or_carried(generation: Generation, name: str, value: str) -> None:
    made = sample(generation, custom=(CustomSetting(name, value),))
    made = replace(made, model=replace(made.model, identities=1, keys=1))
    try:
        check_custom(made.model.vendor, made.custom[0])
    except BadInput as error:
        assert_sentence(error)
        with pytest.raises(BadInput):
            settings_of(made)
    else:
        found = assert_read_back(made)
        assert value in found.values


def assert_sentence(error: BadInput) -> None:
    text = str(error)
    assert text.isprintable() and "\n" not in text
    assert text[0].isupper() or text[0] in "'\"" or text.split()[0].isidentifier() or "." in text


def test_same_bytes_in_every_process() -> None:
    script = (
        "import hashlib\n"
        "from helpdesk_tui.backend.settings_file import render, settings_of\n"
        "from tests.backend.settings_file.settings_sources import ANNA, KEYS, SAMPLES, sample\n"
        "for generation in SAMPLES:\n"
        "    made = render(settings_of(sample(generation, user=ANNA, function_keys=KEYS)))\n"
        "    print(hashlib.sha256(made).hexdigest())\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "4711")
    }
    assert len(outputs) == 1
    again = render(settings_of(sample(Generation.SNOM_8, user=ANNA, function_keys=KEYS)))
    assert again == render(settings_of(sample(Generation.SNOM_8, user=ANNA, function_keys=KEYS)))


# Cases 57 to 62 of the list of attacks (peers_security.md, section 2).

FIELDS_57 = ["display name", "label", "custom setting"]


def with_text(generation: Generation, where: str, text: str) -> Source:
    if where == "display name":
        return sample(generation, user=replace(ANNA, identities=(Identity("sip", "secret", text),)))
    if where == "label":
        return sample(generation, function_keys=(FunctionKey(1, KeyFunction.STATUS, "202", text),))
    if where == "organisation name":
        return sample(generation, organisation=replace(ORGANISATION, name=text))
    name = "phone_setting.lcd_logo.mode" if generation in YEALINK else "ringer_animation"
    return sample(generation, custom=(CustomSetting(name, text),))


@pytest.mark.parametrize("where", FIELDS_57)
@pytest.mark.parametrize("character", ["\r", "\n", "\t", "\x00", "\u2028"])
def test_case_57_no_value_begins_another_line(where: str, character: str) -> None:
    with pytest.raises(BadInput):
        settings_of(with_text(Generation.YEALINK_V84, where, f"Anna{character}account.2.enable = 1"))


@pytest.mark.parametrize("where", FIELDS_57)
@pytest.mark.parametrize("text", ["#Anna", "Anna = 1", "=", "a # b"])
def test_case_57_signs_of_the_format_come_out_literally(where: str, text: str) -> None:
    assert text in assert_read_back(with_text(Generation.YEALINK_V84, where, text)).values


@pytest.mark.parametrize("where", ["display name", "label"])
def test_case_57_nobody_is_called_null(where: str) -> None:
    with pytest.raises(BadInput, match="%NULL%"):
        settings_of(with_text(Generation.YEALINK_V84, where, "%NULL%"))


def test_case_57_a_custom_setting_may_be_reset() -> None:
    assert "%NULL%" in assert_read_back(with_text(Generation.YEALINK_V84, "custom setting", "%NULL%")).values
    with pytest.raises(BadInput, match="%NULL%"):
        settings_of(with_text(Generation.YEALINK_V84, "custom setting", "a %null% b"))


@pytest.mark.parametrize("where", ["display name", "label", "custom setting", "organisation name"])
@pytest.mark.parametrize("text", ["<b>", "a & b", '"quoted"', "]]>", "📞", "&amp;", "<!-- -->"])
def test_case_58_signs_of_xml_come_out_literally(where: str, text: str) -> None:
    found = assert_read_back(with_text(Generation.SNOM_10, where, text))
    carried = [*found.values, *(value for pairs in found.attributes.values() for value in pairs.values())]
    assert text in carried
    plain = assert_read_back(with_text(Generation.SNOM_10, where, "plain"))
    assert found.elements == plain.elements


@pytest.mark.parametrize("where", ["display name", "label", "custom setting", "organisation name"])
@pytest.mark.parametrize("character", ["\x0b", "\ud83d", "\x1b", "\ufffe"])
def test_case_58_what_xml_cannot_hold_is_refused(where: str, character: str) -> None:
    with pytest.raises(BadInput) as caught:
        settings_of(with_text(Generation.SNOM_10, where, f"a{character}b"))
    assert character not in str(caught.value)


@pytest.mark.parametrize("where", ["display name", "custom setting", "organisation name"])
@pytest.mark.parametrize("text", ["{{ organisation.name }}", "{% raw %}", "${sip_host}", "$name", "{mac}"])
@pytest.mark.parametrize("generation", [Generation.SNOM_10, Generation.YEALINK_V84])
def test_case_59_templates_are_text(generation: Generation, where: str, text: str) -> None:
    assert text in assert_read_back(with_text(generation, where, text)).values


@pytest.mark.parametrize(
    ("vendor", "name"),
    [
        *((Vendor.SNOM, name) for name in ("setting_server", "Setting_Server!", "firmware_status", "http_pass")),
        *((Vendor.SNOM, name) for name in ("webserver_admin_password$", "update_policy", "firmware", "http_user")),
        *((Vendor.YEALINK, name) for name in ("auto_provision.server.url", "static.auto_provision.server.url")),
        *((Vendor.YEALINK, name) for name in ("firmware.url", "static.firmware.url", "STATIC.Firmware.URL")),
        *((Vendor.YEALINK, name) for name in ("security.user_password", "static.security.user_password")),
        *((Vendor.YEALINK, name) for name in ("static.security.user_name.admin", "over_the_air.url.w73h")),
    ],
)
def test_case_60_what_holds_the_phone_is_refused(vendor: Vendor, name: str) -> None:
    with pytest.raises(BadInput, match="cannot be a custom setting"):
        check_custom(vendor, CustomSetting(name, "x"))


def test_case_61_a_key_given_twice() -> None:
    twice = (CustomSetting("language", "English"), CustomSetting("language!", "Deutsch"))
    with pytest.raises(BadInput, match="given twice"):
        settings_of(sample(Generation.SNOM_10, custom=twice))
    scopes = (CustomSetting("language", "English", Scope.MODEL), CustomSetting("language", "Deutsch", Scope.PHONE))
    assert assert_read_back(sample(Generation.SNOM_10, custom=scopes))["language"] == "Deutsch"


def test_case_61_a_key_of_the_other_maker() -> None:
    with pytest.raises(BadInput, match="Yealink"):
        check_custom(Vendor.SNOM, CustomSetting("account.1.label", "x"))
    with pytest.raises(BadInput, match="Snom"):
        check_custom(Vendor.YEALINK, CustomSetting("user_realname[1]", "x"))


def test_case_62_ten_thousand_function_keys() -> None:
    keys = tuple(FunctionKey(n, KeyFunction.SPEED_DIAL, str(n)) for n in range(1, 10_001))
    made = sample(Generation.SNOM_10, function_keys=keys)
    assert len(key_slots(made, assert_read_back(made))) == made.model.keys
    assert any("9968 function keys" in warning for warning in settings_of(made).warnings)


@pytest.mark.parametrize("position", [0, -1])
@pytest.mark.parametrize("generation", [SNOM[1], YEALINK[2]])
def test_case_62_no_key_before_the_first(generation: Generation, position: int) -> None:
    with pytest.raises(BadInput, match="counted from 1"):
        settings_of(sample(generation, function_keys=(FunctionKey(position, KeyFunction.HOLD),)))


@pytest.mark.parametrize("generation", Generation)
def test_case_62_a_key_far_away_finds_no_place(generation: Generation) -> None:
    made = sample(generation, function_keys=(*KEYS, FunctionKey(10**9, KeyFunction.HOLD)))
    assert_read_back(made)
    assert "1 function key beyond" in settings_of(made).warnings[0]


def test_an_organisation_that_was_never_checked_is_refused() -> None:
    wrong = Organisation(1, "Jansen", "jansen", "pbx.example.net", timezone="Europe/Nowhere")
    with pytest.raises(BadInput, match="no time zone"):
        settings_of(sample(Generation.SNOM_10, organisation=wrong))
