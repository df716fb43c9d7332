"""The settings of Yealink desk phones (reference phone_formats.md, section 1).

What is the same for many phones is made once and kept: the functions with a cache take nothing that is secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache, partial

from helpdesk_tui.backend.model.organisation import (
    CallerIdDisplay,
    CallWaiting,
    Codec,
    Country,
    Identity,
    Organisation,
    User,
)
from helpdesk_tui.backend.model.text import DIAL_PATTERNS, RESET
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.settings_file.generation import Generation, major_version
from helpdesk_tui.backend.settings_file.layout import Layout
from helpdesk_tui.backend.settings_file.localisation import (
    EMERGENCY_NUMBERS,
    EXTERNAL_CALL,
    INTERNAL_CALL,
    YEALINK_LANGUAGES,
    YEALINK_TONES,
)
from helpdesk_tui.backend.settings_file.setting import FirmwareChoice, Origin, Setting, Source
from helpdesk_tui.backend.settings_file.text import holds_secret, second_login, split_host
from helpdesk_tui.backend.settings_file.timezones import YEALINK_ZONE_NAMES, yealink_change, yealink_offset, zone_rule
from helpdesk_tui.backend.settings_file.writer import Block, Form, kept_blocks_of
from helpdesk_tui.backend.settings_file.yealink_keys import function_keys
from helpdesk_tui.backend.settings_file.yealink_texts import EXPLANATIONS

_CALLER_ID = {
    CallerIdDisplay.NAME_NUMBER: "0",
    CallerIdDisplay.NUMBER_NAME: "1",
    CallerIdDisplay.NAME: "2",
    CallerIdDisplay.NUMBER: "3",
}
_OLD_MICROPHONES = {"handfree": 25, "handset": 35, "headset": 29}
"""Defaults of the scale 1 to 53 before V80. From V80 on the scale is relative, and 0 is the default."""


def blocks(source: Source, generation: Generation, layout: Layout) -> list[Block]:
    """All managed settings, in the order of the file."""
    organisation, user, model = source.organisation, source.user, source.model
    selected = source.firmware.version if source.firmware else None
    found = [_registration(source, generation), _asking_again(generation, layout.recheck_minutes)]
    if source.firmware:
        # "Use installed firmware" sends no address at all.
        found.append(_firmware(source.firmware, generation, layout.secrets))
    found += _phone(source, generation)
    found += _common(organisation, generation)
    found += _microphones(organisation.microphone_level, major_version(model, source.firmware_installed, selected))
    found += _dialling("" if user else organisation.logged_out_dialplan, generation)
    found += _rings(user.ring_internal if user else None, user.ring_external if user else None)
    registrar = (organisation.sip_host, organisation.outbound_proxy, organisation.codecs, generation)
    mailbox, ring = (user.voicemail, user.ring_external) if user else ("", None)
    for number, identity in enumerate(layout.identities, 1):
        found.append(_account(source, generation, number, identity))
        found += _organisation_of_account(*registrar, number)
        found.append(_user_of_account(mailbox, ring, number))
    found += _unused_accounts(*registrar, len(layout.identities) + 1, model.identities)
    found += function_keys(model, generation, layout)
    return found


_blocks = partial(kept_blocks_of, Vendor.YEALINK)


def _setting(
    name: str, value: str, origin: Origin, section: str, pattern: str | None = None, *, secret: bool = False
) -> Setting:
    """`pattern`: the name with N for its number, where it has one."""
    explanation = EXPLANATIONS[pattern or name.removeprefix("static.")]
    return Setting(name, value, origin, secret, None, None, (), section, explanation)


def _static(generation: Generation, name: str) -> str:
    """Names of the network, security and provisioning settings got their prefix in V81 (phone_formats.md 2.2)."""
    return name if generation is Generation.YEALINK_V80 else f"static.{name}"


_SECRET = ("auto_provision.server.url", "auto_provision.server.password", "security.user_password")
_ORIGINS = {"security.user_name.admin": Origin.ORGANISATION, "security.user_name.user": Origin.MODEL}
"""Of settings that are made together with those of another origin."""


@lru_cache(maxsize=64)
def _form(
    names: tuple[str, ...], origin: Origin, section: str, generation: Generation, secrets: tuple[str, ...] = _SECRET
) -> Form:
    settings = [
        _setting(_static(generation, name), "", _ORIGINS.get(name, origin), section, secret=name in secrets)
        for name in names
    ]
    return Form(Vendor.YEALINK, tuple(settings))


def _personal(values: Sequence[tuple[str, str]], origin: Origin, section: str, generation: Generation) -> Block:
    """Settings whose values are one phone's own. Their names get the prefix of their generation."""
    names = tuple([name for name, _ in values])
    return Block(_form(names, origin, section, generation), tuple([value for _, value in values]))


def _registration(source: Source, generation: Generation) -> Block:
    values = (
        ("auto_provision.server.url", source.endpoint.folder_url),
        ("auto_provision.server.username", source.endpoint.username or RESET),
        ("auto_provision.server.password", source.endpoint.password or RESET),
    )
    return _personal(values, Origin.REGISTRATION, "Provisioning", generation)


def _asking_again(generation: Generation, minutes: int) -> Block:
    values = ("1", "1", str(minutes), "0", "0", "0", "0", "0", "0")
    return Block(_form_of_asking(generation), values)


@lru_cache(maxsize=16)
def _form_of_asking(generation: Generation) -> Form:
    asking = ("power_on", "repeat.enable", "repeat.minutes", "weekly.enable")
    others = ("pnp_enable", "dhcp_option.enable", "custom.protect")
    names = (*(f"auto_provision.{name}" for name in (*asking, *others)), "zero_touch.enable")
    spelled = [_static(generation, name) for name in names]
    spelled.append("sip.notify_reboot_enable")
    return Form(Vendor.YEALINK, tuple([_setting(name, "", Origin.REGISTRATION, "Provisioning") for name in spelled]))


def _firmware(choice: FirmwareChoice, generation: Generation, secrets: frozenset[str]) -> Block:
    secret = ("firmware.url",) if holds_secret(choice.url, secrets) else ()
    return Block(_form(("firmware.url",), Origin.FIRMWARE, "Firmware", generation, secret), (choice.url,))


def _phone(source: Source, generation: Generation) -> Iterator[Block]:
    if source.vlan is not None:
        enable, number = (f"network.vlan.internet_port_{part}" for part in ("enable", "vid"))
        values = [(enable, "1" if source.vlan else "0"), (number, str(source.vlan or RESET))]
        yield _personal(values, Origin.PHONE, "Network", generation)
    login = source.organisation.web_username
    second = second_login(login)
    values = [
        ("security.user_name.admin", login),
        ("security.user_name.user", second),
        ("security.user_password", f"{login}:{source.web_password}"),
    ]
    if generation is not Generation.YEALINK_V80:
        values.append(("security.user_password", f"{second}:{source.web_password}"))
    yield _personal(values, Origin.PHONE, "Web portal", generation)


_FIXED = {
    "features.key_as_send": "1",
    "phone_setting.emergency.number": ",".join(EMERGENCY_NUMBERS),
    "phone_setting.logon_wizard": "0",
    "features.reset_by_long_press_enable": "1",
}
"""The same for every phone of every organisation."""


@lru_cache(maxsize=1024)
def _common(organisation: Organisation, generation: Generation) -> tuple[Block, ...]:
    """The common settings that are the same for every phone of this generation in the organisation."""
    waiting = organisation.call_waiting
    level = str(organisation.speaker_level)
    sections = {
        "Organisation": _name(organisation, generation),
        "Time": _time(organisation),
        "Language": _language(organisation, generation),
        "Calls": {
            "call_waiting.enable": "0" if waiting is CallWaiting.OFF else "1",
            "call_waiting.tone": "1" if waiting is CallWaiting.ON else "0",
            "phone_setting.call_info_display_method": _CALLER_ID[organisation.caller_id_display],
        },
        "Audio": {f"voice.{device}.spk_vol": level for device in ("handfree", "handset", "headset")},
    }
    found = (
        *(_setting(name, value, Origin.MODEL, "Phone") for name, value in _FIXED.items()),
        *(
            _setting(name, value, Origin.ORGANISATION, section)
            for section, values in sections.items()
            for name, value in values.items()
        ),
    )
    return _blocks(found)


def _name(organisation: Organisation, generation: Generation) -> dict[str, str]:
    """Known from V83 on; V81 and V82 skip what they do not know."""
    if generation is Generation.YEALINK_V80:
        return {}
    return {"features.station_name.value": organisation.name, "features.station_name.scrolling_display": "1"}


def _language(organisation: Organisation, generation: Generation) -> dict[str, str]:
    """V81 and V82 want the prefix, V83 does not: each skips the other's spelling (phone_formats.md, section 1.3)."""
    language = YEALINK_LANGUAGES[organisation.language]
    names: tuple[str, ...] = ("lang.gui", "lang.wui")
    if generation is Generation.YEALINK_V81:
        names = ("static.lang.gui", "static.lang.wui", *names)
    return dict.fromkeys(names, language) | {"voice.tone.country": YEALINK_TONES[organisation.country]}


def _time(organisation: Organisation) -> dict[str, str]:
    """Offset and rule as numbers, so that the phone's own list of zones does not matter (phone_formats.md 1.2)."""
    rule = zone_rule(organisation.timezone)
    known = rule.start and rule.end
    american = organisation.country is Country.US
    return {
        "local_time.ntp_server1": organisation.ntp_server,
        "local_time.manual_ntp_srv_prior": "1",
        "local_time.time_zone": yealink_offset(rule),
        "local_time.time_zone_name": YEALINK_ZONE_NAMES.get(organisation.timezone, RESET),
        "local_time.summer_time": "1" if known else "2" if rule.saving else "0",
        "local_time.dst_time_type": "1" if known else RESET,
        "local_time.start_time": yealink_change(rule.start) if known and rule.start else RESET,
        "local_time.end_time": yealink_change(rule.end) if known and rule.end else RESET,
        "local_time.offset_time": str(rule.saving) if known else RESET,
        "local_time.time_format": "0" if american else "1",
        "local_time.date_format": "4" if american else "3",
    }


@lru_cache(maxsize=64)
def _microphones(level: int, major: int) -> tuple[Block, ...]:
    """Level 4 of 8 is the phone's default. Before V80 the scale is another one: its numbers would be far too loud."""
    values = {
        device: str(min(53, default + (level - 4) * 5)) if major < 80 else str((level - 4) * 10)
        for device, default in _OLD_MICROPHONES.items()
    }
    return _blocks(_setting(f"voice.{device}_send", v, Origin.ORGANISATION, "Audio") for device, v in values.items())


@lru_cache(maxsize=1024)
def _dialling(patterns: str, generation: Generation) -> tuple[Block, ...]:
    """Numbers that are dialled at once, without waiting for more digits (phone_formats.md, section 1.4).

    Other numbers can still be tried: the PBX refuses them, and a forgotten emergency number gets through.
    """
    origin, section = Origin.ORGANISATION, "Dialling"
    if generation in {Generation.YEALINK_V84, Generation.YEALINK_V87}:
        return _blocks(
            (
                _setting("dialplan.digitmap.enable", "1" if patterns else "0", origin, section),
                _setting("dialplan.digitmap.string", patterns or RESET, origin, section),
            )
        )
    found = patterns.split("|") if patterns else []
    slots = [*found, *[RESET] * (DIAL_PATTERNS - len(found))]
    return _blocks(
        setting
        for number, pattern in enumerate(slots, 1)
        for setting in (
            _setting(f"dialplan.dialnow.rule.{number}", pattern, origin, section, "dialplan.dialnow.rule.N"),
            _setting(
                f"dialplan.dialnow.line_id.{number}",
                RESET if pattern == RESET else "0",
                origin,
                section,
                "dialplan.dialnow.line_id.N",
            ),
        )
    )


@lru_cache(maxsize=128)
def _rings(internal: int | None, external: int | None) -> tuple[Block, ...]:
    origin, section = Origin.USER if internal else Origin.MODEL, "Ring tones"
    rings = ((INTERNAL_CALL, internal or 1), (EXTERNAL_CALL, external or 1))
    name = "distinctive_ring_tones.alert_info"
    found = (
        *(
            setting
            for number, (keyword, ring) in enumerate(rings, 1)
            for setting in (
                _setting(f"{name}.{number}.text", keyword, Origin.MODEL, section, f"{name}.N.text"),
                _setting(f"{name}.{number}.ringer", str(ring), origin, section, f"{name}.N.ringer"),
            )
        ),
        _setting("phone_setting.ring_type", f"Ring{external or 1}.wav", origin, section),
    )
    return _blocks(found)


def _of_account(number: int, key: str, value: str, origin: Origin, *, secret: bool = False) -> Setting:
    name, pattern = f"account.{number}.{key}", f"account.N.{key}"
    return _setting(name, value, origin, f"Account {number}", pattern, secret=secret)


@lru_cache(maxsize=128)
def _account_form(number: int, origin: Origin) -> Form:
    keys = ("enable", "label", "display_name", "user_name", "auth_name", "password")
    return Form(Vendor.YEALINK, tuple([_of_account(number, key, "", origin, secret=key == "password") for key in keys]))


def _account(source: Source, generation: Generation, number: int, identity: Identity) -> Block:
    """What is personal to this account; with nobody logged in the phone's own account stands at the first."""
    organisation, user = source.organisation, source.user
    name = identity.display_name or (user.name if user else organisation.name) or identity.sip_username
    label = _label(organisation, user, generation, number, name)
    login, password = identity.sip_username, identity.sip_password
    form = _account_form(number, Origin.USER if user else Origin.PHONE)
    return Block(form, ("1", label, name, login, login, password))


def _label(organisation: Organisation, user: User | None, generation: Generation, number: int, name: str) -> str:
    """The organisation's name where the phone shows it nowhere else: station names are known from V83 on only."""
    if user is None:
        return organisation.name
    if number > 1:
        return name
    older = generation in {Generation.YEALINK_V80, Generation.YEALINK_V81}
    return f"{user.extension} {organisation.name if older else name}".strip()


@lru_cache(maxsize=1024)
def _unused_accounts(
    host: str, proxy: str, codecs: tuple[Codec, ...], generation: Generation, first: int, last: int
) -> tuple[Block, ...]:
    return _blocks(
        setting
        for number in range(first, last + 1)
        for setting in (
            *_unused_account(number),
            *_registrar(host, proxy, codecs, generation, number),
            *_user_of_account("", None, number).settings,
        )
    )


@lru_cache(maxsize=8192)
def _organisation_of_account(
    host: str, proxy: str, codecs: tuple[Codec, ...], generation: Generation, number: int
) -> tuple[Block, ...]:
    return _blocks(_registrar(host, proxy, codecs, generation, number))


def _unused_account(number: int) -> tuple[Setting, ...]:
    keys = ("label", "display_name", "user_name", "auth_name", "password")
    return (
        _of_account(number, "enable", "0", Origin.USER),
        *(_of_account(number, key, RESET, Origin.USER, secret=key == "password") for key in keys),
    )


def _registrar(
    sip_host: str, outbound_proxy: str, codecs: tuple[Codec, ...], generation: Generation, number: int
) -> tuple[Setting, ...]:
    host, port = split_host(sip_host)
    proxy, proxy_port = split_host(outbound_proxy)
    by_proxy = "1" if proxy else "0"
    values = {
        "sip_server.1.address": host,
        "sip_server.1.port": port or "5060",
        "outbound_proxy_enable": by_proxy,
        "outbound_proxy.1.address": proxy or RESET,
        "outbound_proxy.1.port": (proxy_port or "5060") if proxy else RESET,
    }
    if generation is not Generation.YEALINK_V80:
        values["sip_server.1.outbound_proxy_enable"] = by_proxy
    for codec in Codec:
        place = codecs.index(codec) + 1 if codec in codecs else 0
        values[f"codec.{codec.value}.enable"] = "1" if place else "0"
        values[f"codec.{codec.value}.priority"] = str(place)
    fixed = {
        "sip_server.1.transport_type": "0",
        "sip_server.1.expires": "3600",
        "srtp_encryption": "0",
        "dtmf.type": "1",
        "cid_source": "2",
        "alert_info_url_enable": "0",
    }
    return (
        *(_of_account(number, key, value, Origin.ORGANISATION) for key, value in values.items()),
        *(_of_account(number, key, value, Origin.MODEL) for key, value in fixed.items()),
    )


def _user_of_account(mailbox: str, ring: int | None, number: int) -> Block:
    form = _form_of_user(number, Origin.USER if ring else Origin.MODEL)
    return Block(form, (mailbox or RESET, "1" if mailbox else "0", f"Ring{ring or 1}.wav"))


@lru_cache(maxsize=128)
def _form_of_user(number: int, ringer: Origin) -> Form:
    name, pattern = f"voice_mail.number.{number}", "voice_mail.number.N"
    settings = (
        _setting(name, "", Origin.USER, f"Account {number}", pattern),
        _of_account(number, "subscribe_mwi", "", Origin.USER),
        _of_account(number, "ringtone.ring_type", "", ringer),
    )
    return Form(Vendor.YEALINK, settings)
