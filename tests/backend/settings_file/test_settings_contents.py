"""Each sentence of "What is sent to the phone by the Compass platform?" and the settings that carry it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from helpdesk_tui.backend.model.organisation import CallWaiting, Identity
from helpdesk_tui.backend.settings_file import Generation, Source, render, settings_of
from tests.backend.settings_file.settings_sources import (
    ANNA,
    FIRMWARE,
    KEYS,
    ORGANISATION,
    SNOM,
    YEALINK,
    Read,
    read,
    sample,
)


def file_of(source: Source) -> Read:
    return read(render(settings_of(source)))


SNOM_8, SNOM_10, SNOM_D8 = SNOM
V80, V81, V84, V87 = YEALINK
STATIC = (V81, V84, V87)

COMMON: list[tuple[str, tuple[Generation, ...], dict[str, str]]] = [
    # Name, SIP host and outbound proxy for the Compass organisation the phone is in.
    ("name", tuple(SNOM), {"user_idle_text[1]": "Bakkerij Jansen & Zonen"}),
    ("name", tuple(YEALINK), {"account.1.label": "Bakkerij Jansen & Zonen"}),
    ("name", STATIC, {"features.station_name.value": "Bakkerij Jansen & Zonen"}),
    ("SIP host", tuple(SNOM), {"user_host[1]": "pbx.example.net"}),
    (
        "SIP host",
        tuple(YEALINK),
        {"account.1.sip_server.1.address": "pbx.example.net", "account.1.sip_server.1.port": "5060"},
    ),
    ("outbound proxy", tuple(SNOM), {"user_outbound[1]": "proxy.example.net:5070;transport=udp"}),
    (
        "outbound proxy",
        tuple(YEALINK),
        {
            "account.1.outbound_proxy_enable": "1",
            "account.1.outbound_proxy.1.address": "proxy.example.net",
            "account.1.outbound_proxy.1.port": "5070",
        },
    ),
    ("outbound proxy", STATIC, {"account.1.sip_server.1.outbound_proxy_enable": "1"}),
    # NTP server address and timezone.
    ("time", tuple(SNOM), {"ntp_server": "ntp.example.net", "timezone": "NLD+1"}),
    (
        "time",
        tuple(YEALINK),
        {
            "local_time.ntp_server1": "ntp.example.net",
            "local_time.time_zone": "+1",
            "local_time.summer_time": "1",
            "local_time.start_time": "3/5/7/2",
            "local_time.end_time": "10/5/7/3",
            "local_time.offset_time": "60",
        },
    ),
    # Display language and other localization settings.
    ("language", tuple(SNOM), {"language": "Nederlands", "web_language": "Nederlands", "tone_scheme": "NLD"}),
    ("language", (SNOM_D8,), {"locale": "nl_NL"}),
    ("language", tuple(YEALINK), {"lang.gui": "Dutch", "lang.wui": "Dutch", "voice.tone.country": "Netherlands"}),
    ("language", (V81,), {"static.lang.gui": "Dutch", "static.lang.wui": "Dutch"}),
    # Dial pad settings for when the phone is not logged in.
    ("dial pad", tuple(SNOM), {"user_dp_str[1]": r"!^([*]1)$!sip:\1@\d!d !^(112)$!sip:\1@\d!d"}),
    ("dial pad", (V80, V81), {"dialplan.dialnow.rule.1": "*1", "dialplan.dialnow.rule.2": "112"}),
    ("dial pad", (V84, V87), {"dialplan.digitmap.enable": "1", "dialplan.digitmap.string": "*1|112"}),
    ("dial pad", tuple(SNOM), {"keyboard_lock_emergency": "112 911 110 999", "logon_wizard": "off"}),
    ("dial pad", tuple(YEALINK), {"phone_setting.emergency.number": "112,911,110,999", "features.key_as_send": "1"}),
    # Default audio codec priorities.
    ("codecs", tuple(SNOM), {"codec_priority_list[1]": "pcma,g722,telephone-event"}),
    (
        "codecs",
        tuple(YEALINK),
        {
            "account.1.codec.pcma.enable": "1",
            "account.1.codec.pcma.priority": "1",
            "account.1.codec.g722.priority": "2",
            "account.1.codec.pcmu.enable": "0",
        },
    ),
    # Call waiting setting.
    ("call waiting", tuple(SNOM), {"call_waiting": "visual", "cw_dialtone": "off"}),
    ("call waiting", tuple(YEALINK), {"call_waiting.enable": "1", "call_waiting.tone": "0"}),
    # Speaker and microphone sensitivity level.
    ("levels", tuple(SNOM), {"vol_speaker": "11", "vol_handset": "11", "vol_speaker_mic": "6", "vol_headset_mic": "6"}),
    ("levels", tuple(YEALINK), {"voice.handfree.spk_vol": "11", "voice.handset_send": "20"}),
    # Configuration of caller ID on the display.
    ("caller ID", tuple(SNOM), {"display_method": "display_number_name"}),
    ("caller ID", tuple(YEALINK), {"phone_setting.call_info_display_method": "1"}),
    # Phone web portal access username and password.
    ("web portal", (SNOM_8, SNOM_10), {"http_user": "beheer", "http_pass": "portal-secret"}),
    (
        "web portal",
        (SNOM_10, SNOM_D8),
        {"webserver_admin_name": "beheer", "webserver_admin_password": "portal-secret"},
    ),
    ("web portal", (SNOM_D8,), {"webserver_user_name": "user", "webserver_user_password": "portal-secret"}),
    ("web portal", tuple(SNOM), {"admin_mode_password": "portal-secret"}),
    ("web portal", (V80,), {"security.user_name.admin": "beheer", "security.user_password": "beheer:portal-secret"}),
    ("web portal", STATIC, {"static.security.user_name.admin": "beheer"}),
    # The definitive address, and asking it again and again.
    ("address", tuple(SNOM), {"setting_server": "https://prov.example.net/p/f00dcafe/phone.xml", "pnp_config": "off"}),
    ("address", (SNOM_8,), {"settings_refresh_timer": "17220"}),
    ("address", (SNOM_10, SNOM_D8), {"prov_polling_enabled": "on", "prov_polling_period": "17220"}),
    ("address", (V80,), {"auto_provision.server.url": "https://prov.example.net/p/f00dcafe/"}),
    (
        "address",
        STATIC,
        {
            "static.auto_provision.server.url": "https://prov.example.net/p/f00dcafe/",
            "static.auto_provision.power_on": "1",
            "static.auto_provision.repeat.enable": "1",
            "static.auto_provision.repeat.minutes": "287",
            "static.auto_provision.pnp_enable": "0",
        },
    ),
    # Still required, so that the phone can call *1 and emergency services: the phone's own account.
    ("own account", tuple(SNOM), {"user_active[1]": "on", "user_name[1]": "p000413a1b2c3", "user_active[2]": "off"}),
    ("own account", tuple(SNOM), {"user_pass[1]": "account-secret", "user_mailbox[1]": ""}),
    ("own account", tuple(YEALINK), {"account.1.enable": "1", "account.1.user_name": "p000413a1b2c3"}),
    ("own account", tuple(YEALINK), {"account.1.password": "account-secret", "voice_mail.number.1": "%NULL%"}),
    ("own account", tuple(YEALINK), {"account.2.enable": "0", "account.2.user_name": "%NULL%"}),
]

WITH_USER: list[tuple[str, tuple[Generation, ...], dict[str, str]]] = [
    # SIP account username and password; several identities are several accounts.
    ("accounts", tuple(SNOM), {"user_name[1]": "jansen201", "user_pass[1]": "sip-secret-1", "user_name[2]": "winkel"}),
    ("accounts", tuple(SNOM), {"user_active[2]": "on", "user_active[3]": "off", "user_pass[3]": ""}),
    ("accounts", tuple(SNOM), {"user_realname[1]": "Anna Jansen", "user_idle_number[1]": "201"}),
    ("accounts", tuple(YEALINK), {"account.1.user_name": "jansen201", "account.1.password": "sip-secret-1"}),
    ("accounts", tuple(YEALINK), {"account.2.user_name": "winkel", "account.2.enable": "1", "account.3.enable": "0"}),
    ("accounts", tuple(YEALINK), {"account.1.display_name": "Anna Jansen", "account.3.password": "%NULL%"}),
    # The organisation's name is still there.
    ("name", tuple(SNOM), {"user_idle_text[1]": "Bakkerij Jansen & Zonen"}),
    ("name", (V80, V81), {"account.1.label": "201 Bakkerij Jansen & Zonen"}),
    ("name", STATIC, {"features.station_name.value": "Bakkerij Jansen & Zonen"}),
    # Settings of function buttons on the phone, if configured.
    ("keys", tuple(SNOM), {"fkey[0]": "blf 202|*8", "fkey[1]": "speed 0201234567", "fkey[2]": "none"}),
    ("keys", tuple(YEALINK), {"linekey.1.type": "16", "linekey.1.value": "202", "linekey.2.type": "13"}),
    ("keys", tuple(YEALINK), {"linekey.3.type": "0", "linekey.27.type": "0"}),
    ("keys", (V80,), {"linekey.1.pickup_value": "*8"}),
    ("keys", STATIC, {"linekey.1.extension": "*8"}),
    # A reference to the voicemail box of the logged in user.
    ("voicemail", tuple(SNOM), {"user_mailbox[1]": "1233", "dkey_retrieve": "speed 1233"}),
    ("voicemail", tuple(YEALINK), {"voice_mail.number.1": "1233", "account.1.subscribe_mwi": "1"}),
    # Ring tone choices for internal and external calls.
    ("ring tones", tuple(SNOM), {"alert_internal_ring_text": "alert-internal", "alert_internal_ring_sound": "Ringer3"}),
    ("ring tones", tuple(SNOM), {"alert_external_ring_sound": "Ringer5", "user_ringer[1]": "Ringer5"}),
    ("ring tones", (SNOM_D8,), {"internal_ringer_text[0]": "alert-internal", "internal_ringer_file[0]": "Ringer3"}),
    (
        "ring tones",
        tuple(YEALINK),
        {
            "distinctive_ring_tones.alert_info.1.text": "alert-internal",
            "distinctive_ring_tones.alert_info.1.ringer": "3",
            "distinctive_ring_tones.alert_info.2.ringer": "5",
            "account.1.ringtone.ring_type": "Ring5.wav",
        },
    ),
    # The dial pad settings are for a phone without a user only.
    ("dial pad", tuple(SNOM), {"user_dp_str[1]": ""}),
    ("dial pad", (V80, V81), {"dialplan.dialnow.rule.1": "%NULL%"}),
    ("dial pad", (V84, V87), {"dialplan.digitmap.enable": "0", "dialplan.digitmap.string": "%NULL%"}),
]


def rows(table: list[tuple[str, tuple[Generation, ...], dict[str, str]]]) -> list[object]:
    return [
        pytest.param(generation, wanted, id=f"{generation.name}-{what}-{number}")
        for number, (what, generations, wanted) in enumerate(table)
        for generation in generations
    ]


@pytest.mark.parametrize(("generation", "wanted"), rows(COMMON))
def test_common_settings_without_a_user(generation: Generation, wanted: dict[str, str]) -> None:
    found = file_of(sample(generation))
    assert {name: found[name] for name in wanted} == wanted


@pytest.mark.parametrize(("generation", "wanted"), rows(WITH_USER))
def test_more_settings_with_a_user(generation: Generation, wanted: dict[str, str]) -> None:
    found = file_of(sample(generation, user=ANNA, function_keys=KEYS))
    assert {name: found[name] for name in wanted} == wanted


@pytest.mark.parametrize("generation", Generation)
def test_every_bullet_is_in_the_tables(generation: Generation) -> None:
    common = {what for what, generations, _ in COMMON if generation in generations}
    assert common == {
        *("name", "SIP host", "outbound proxy", "time", "language", "dial pad", "codecs", "call waiting", "levels"),
        *("caller ID", "web portal", "address", "own account"),
    }
    with_user = {what for what, generations, _ in WITH_USER if generation in generations}
    assert with_user == {"accounts", "name", "keys", "voicemail", "ring tones", "dial pad"}


@pytest.mark.parametrize("generation", STATIC)
def test_every_yealink_login_gets_its_password(generation: Generation) -> None:
    found = file_of(sample(generation))
    passwords = [value for name, value in found.pairs if name == "static.security.user_password"]
    assert passwords == ["beheer:portal-secret", "user:portal-secret"]


@pytest.mark.parametrize("generation", Generation)
def test_logging_in_and_out_sends_the_same_keys(generation: Generation) -> None:
    """Nothing of a user stays behind: every key is sent in both states."""
    logged_in = file_of(sample(generation, user=ANNA, function_keys=KEYS))
    assert logged_in.names == file_of(sample(generation)).names
    assert not any("sip-secret" in value for value in file_of(sample(generation)).values)


@pytest.mark.parametrize("generation", SNOM)
def test_snom_firmware(generation: Generation) -> None:
    installed = file_of(sample(generation))
    assert installed["update_policy"] == "settings_only"
    assert not any("firmware" in name for name in installed.names)
    chosen = file_of(sample(generation, firmware=FIRMWARE))
    assert chosen["update_policy"] == "auto_update"
    assert chosen["firmware_status"] == FIRMWARE.settings_url


@pytest.mark.parametrize("generation", YEALINK)
def test_yealink_firmware(generation: Generation) -> None:
    assert not any("firmware" in name for name in file_of(sample(generation)).names)
    name = "firmware.url" if generation is V80 else "static.firmware.url"
    assert file_of(sample(generation, firmware=FIRMWARE))[name] == FIRMWARE.url


def test_restart_on_change_comes_first_for_snom() -> None:
    assert file_of(sample(SNOM_10)).pairs[0] == ("auto_reboot_on_setting_change", "on")


@pytest.mark.parametrize("generation", YEALINK)
def test_only_the_first_generation_writes_names_without_static(generation: Generation) -> None:
    found = file_of(sample(generation, firmware=FIRMWARE, vlan=20))
    families = ("network.", "security.", "auto_provision.", "firmware.", "zero_touch.")
    bare = [name for name in found.names if name.startswith(families)]
    prefixed = [name.removeprefix("static.") for name in found.names if name.startswith("static.")]
    if generation is V80:
        assert bare and not prefixed
    else:
        assert not bare and all(name.startswith((*families, "lang.")) for name in prefixed)


@pytest.mark.parametrize(("installed", "level", "sent"), [("28.80.0.95", 4, "0"), ("28.73.0.50", 4, "25")])
def test_the_old_microphone_scale_stays_with_old_firmware(installed: str, level: int, sent: str) -> None:
    organisation = replace(ORGANISATION, microphone_level=level)
    found = file_of(sample(V80, firmware_installed=installed, organisation=organisation))
    assert found["voice.handfree_send"] == sent


@pytest.mark.parametrize(
    ("waiting", "snom", "enable", "tone"),
    [(CallWaiting.ON, "on", "1", "1"), (CallWaiting.SILENT, "visual", "1", "0"), (CallWaiting.OFF, "off", "0", "0")],
)
def test_call_waiting(waiting: CallWaiting, snom: str, enable: str, tone: str) -> None:
    organisation = replace(ORGANISATION, call_waiting=waiting)
    assert file_of(sample(SNOM_10, organisation=organisation))["call_waiting"] == snom
    found = file_of(sample(V84, organisation=organisation))
    assert (found["call_waiting.enable"], found["call_waiting.tone"]) == (enable, tone)


def test_an_administrator_by_the_name_of_user_is_no_second_user() -> None:
    organisation = replace(ORGANISATION, web_username="user")
    found = file_of(sample(V84, organisation=organisation))
    passwords = [value for name, value in found.pairs if name == "static.security.user_password"]
    assert passwords == ["user:portal-secret", "guest:portal-secret"]
    assert found["static.security.user_name.user"] == "guest"


def test_digit_maps_become_regular_expressions_for_snom() -> None:
    organisation = replace(ORGANISATION, logged_out_dialplan="+31x.|[1-5]XT")
    found = file_of(sample(SNOM_10, organisation=organisation))
    first, second = (part.split("!")[1] for part in found["user_dp_str[1]"].split(" "))
    assert re.fullmatch(first, "+31201234567") and not re.fullmatch(first, "0031")
    assert re.fullmatch(second, "42") and not re.fullmatch(second, "62")


def test_vlan() -> None:
    assert "vlan_id" not in file_of(sample(SNOM_10))
    assert file_of(sample(SNOM_10, vlan=20))["vlan_id"] == "20"
    assert file_of(sample(SNOM_10, vlan=0))["vlan_id"] == ""
    taken_away = file_of(sample(V84, vlan=0))
    assert taken_away["static.network.vlan.internet_port_enable"] == "0"
    assert taken_away["static.network.vlan.internet_port_vid"] == "%NULL%"


def test_credentials_of_the_endpoint() -> None:
    endpoint = replace(sample(SNOM_10).endpoint, username="phone", password="door-secret")
    found = file_of(sample(SNOM_10, endpoint=endpoint))
    assert (found["http_client_user"], found["http_client_pass"]) == ("phone", "door-secret")
    found = file_of(sample(V84, endpoint=endpoint))
    assert found["static.auto_provision.server.username"] == "phone"
    assert found["static.auto_provision.server.password"] == "door-secret"


@pytest.mark.parametrize("generation", Generation)
def test_more_identities_than_slots(generation: Generation) -> None:
    user = replace(ANNA, identities=tuple(Identity(f"sip{n}", f"secret-{n}") for n in range(40)))
    slots = sample(generation).model.identities
    made = settings_of(sample(generation, user=user))
    assert any(f"40 identities and this {sample(generation).model.name} holds {slots}" in w for w in made.warnings)
    assert [s for s in made.settings if "do not fit" in s.explanation]
    assert not any("sip39" in value for value in read(render(made)).values)


def test_a_user_without_identities_is_a_warning() -> None:
    made = settings_of(sample(SNOM_10, user=replace(ANNA, identities=())))
    assert "no identity" in made.warnings[0]
    assert read(render(made))["user_active[1]"] == "off"
