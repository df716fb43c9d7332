"""The settings of Snom desk phones (reference phone_formats.md, section 1).

What is the same for many phones is made once and kept: the functions with a cache take nothing that is secret.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from itertools import groupby

from helpdesk_tui.backend.model.keys import FunctionKey, KeyFunction
from helpdesk_tui.backend.model.organisation import (
    CallerIdDisplay,
    CallWaiting,
    Codec,
    Country,
    Identity,
    Organisation,
    User,
)
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.settings_file.function_keys import PICK_UP
from helpdesk_tui.backend.settings_file.generation import Generation
from helpdesk_tui.backend.settings_file.layout import Layout
from helpdesk_tui.backend.settings_file.localisation import (
    EMERGENCY_NUMBERS,
    EXTERNAL_CALL,
    INTERNAL_CALL,
    SNOM_LANGUAGES,
    SNOM_LOCALES,
    SNOM_TONES,
)
from helpdesk_tui.backend.settings_file.setting import FirmwareChoice, Origin, Setting, Source
from helpdesk_tui.backend.settings_file.snom_texts import EXPLANATIONS
from helpdesk_tui.backend.settings_file.text import holding_secrets, holds_secret, second_login
from helpdesk_tui.backend.settings_file.timezones import snom_zone
from helpdesk_tui.backend.settings_file.writer import Block, Form, KeptBlock, kept_blocks_of

_CODECS = {Codec.G722: "g722", Codec.PCMA: "pcma", Codec.PCMU: "pcmu", Codec.G729: "g729", Codec.OPUS: "opus"}
_CALL_WAITING = {CallWaiting.ON: "on", CallWaiting.SILENT: "visual", CallWaiting.OFF: "off"}
_DISPLAY_METHODS = {
    CallerIdDisplay.NAME_NUMBER: "display_name_number",
    CallerIdDisplay.NUMBER_NAME: "display_number_name",
    CallerIdDisplay.NAME: "display_name",  # this and the next: confidence D
    CallerIdDisplay.NUMBER: "display_number",
}
_ACTIONS = {
    KeyFunction.STANDARD: ("none", ""),
    KeyFunction.LINE: ("line", ""),
    KeyFunction.SPEED_DIAL: ("speed ", ""),
    KeyFunction.STATUS: ("blf ", f"|{PICK_UP}"),
    KeyFunction.HOLD: ("keyevent F_HOLD", ""),
    KeyFunction.TRANSFER: ("transfer ", ""),
    KeyFunction.DND: ("keyevent F_DND", ""),
    KeyFunction.REDIAL: ("keyevent F_REDIAL", ""),
    KeyFunction.DTMF: ("dtmf ", ""),
    KeyFunction.URL: ("url ", ""),
    KeyFunction.NONE: ("none", ""),
}
"""What a key does: the words before and after its value. Keys that take none have an empty one."""


def blocks(source: Source, generation: Generation, layout: Layout) -> list[Block]:
    """All managed settings, in the order of the file."""
    organisation, user = source.organisation, source.user
    mailbox, ring = (user.voicemail, user.ring_external) if user else ("", None)
    found = [_registration(source), *_asking_again(generation), _period(generation, layout.recheck_minutes)]
    found += [_firmware(source.firmware, layout.secrets), _phone(source, generation)]
    found += _common(organisation, generation)
    for index, identity in enumerate(layout.identities, 1):
        found.append(_identity(source, index, identity))
        found += _organisation_of_identity(organisation.codecs, index)
        found += (_personal({"user_mailbox": mailbox}, Origin.USER, index), *_ringer_of_identity(ring, index))
    found += _unused_identities(organisation.codecs, len(layout.identities) + 1, source.model.identities)
    found += _dialling("" if user else organisation.logged_out_dialplan)
    found += _user(user, generation)
    for used, run in groupby(range(1, layout.last_key + 1), layout.keys.__contains__):
        positions = tuple(run)
        found.append(_keys(positions, layout) if used else _unused_keys(positions))
    return found


_blocks = partial(kept_blocks_of, Vendor.SNOM)


def _setting(
    name: str, value: str, origin: Origin, index: int | None = None, *, secret: bool = False, permission: str = "R"
) -> Setting:
    """`permission`: R = fixed; RW = sent again each time, but the user may change it (phone_formats.md, 2.1)."""
    return Setting(name, value, origin, secret, index, permission, (), "phone-settings", EXPLANATIONS[name])


_SECRET = frozenset(
    {
        *("setting_server", "http_client_pass", "http_pass", "admin_mode_password", "admin_mode_password_confirm"),
        *("webserver_admin_password", "webserver_user_password", "user_pass"),
    }
)
_ORIGINS = {
    "auto_reboot_on_setting_change": Origin.MODEL,
    "http_user": Origin.ORGANISATION,
    "webserver_admin_name": Origin.ORGANISATION,
    "webserver_user_name": Origin.MODEL,
    "user_host": Origin.ORGANISATION,
    "user_outbound": Origin.ORGANISATION,
}
"""Of settings that are made together with those of another origin."""


@lru_cache(maxsize=1024)
def _form(names: tuple[str, ...], origin: Origin, index: int | None, secrets: frozenset[str]) -> Form:
    settings = [
        _setting(
            name,
            "",
            Origin.ORGANISATION if (name, index) == ("user_idle_text", 1) else _ORIGINS.get(name, origin),
            index,
            secret=name in secrets,
            permission="RW" if name == "setting_server" else "R",
        )
        for name in names
    ]
    return Form(Vendor.SNOM, tuple(settings))


def _personal(
    values: dict[str, str], origin: Origin, index: int | None = None, secrets: frozenset[str] = _SECRET
) -> Block:
    """Settings whose values are one phone's own. `secrets`: the names of those that are secret."""
    return Block(_form(tuple(values), origin, index, secrets), tuple(values.values()))


def _registration(source: Source) -> Block:
    values = {
        "auto_reboot_on_setting_change": "on",  # must come first (phone_formats.md 1.9)
        "setting_server": source.endpoint.settings_url,
        "http_client_user": source.endpoint.username,
        "http_client_pass": source.endpoint.password,
    }
    return _personal(values, Origin.REGISTRATION)


@lru_cache(maxsize=16)
def _asking_again(generation: Generation) -> tuple[Block, ...]:
    values = {"provisioning_order": "redirection:stop", "pnp_config": "off"}
    if generation is not Generation.SNOM_8:
        values |= {"prov_polling_enabled": "on", "prov_polling_mode": "rel"}
    return _blocks([_setting(name, value, Origin.REGISTRATION) for name, value in values.items()])


def _period(generation: Generation, minutes: int) -> Block:
    name = "settings_refresh_timer" if generation is Generation.SNOM_8 else "prov_polling_period"
    return _personal({name: str(minutes * 60)}, Origin.REGISTRATION)


def _firmware(choice: FirmwareChoice | None, secrets: frozenset[str]) -> Block:
    if choice is None:
        # No firmware address, and settings_only, so that an earlier choice is really taken back.
        return _personal({"update_policy": "settings_only"}, Origin.FIRMWARE)
    url = choice.settings_url or choice.url
    secret = frozenset({"firmware_status"} if holds_secret(url, secrets) else ())
    return _personal({"update_policy": "auto_update", "firmware_status": url}, Origin.FIRMWARE, secrets=secret)


def _phone(source: Source, generation: Generation) -> Block:
    host_name = re.sub(r"[^A-Za-z0-9]+", "-", source.phone_name).strip("-")[:63]
    values = {"phone_name": host_name or f"snom{source.model.name}-{source.mac.upper}"}
    if source.vlan is not None:
        values["vlan_id"] = str(source.vlan or "")
    login, password = source.organisation.web_username, source.web_password
    if generation is not Generation.SNOM_D8:
        values |= {"http_user": login, "http_pass": password}
    values |= {"admin_mode_password": password, "admin_mode_password_confirm": password}
    if generation is not Generation.SNOM_8:
        values |= {"webserver_admin_name": login, "webserver_admin_password": password}
        values |= {"webserver_user_name": second_login(login), "webserver_user_password": password}
    return _personal(values, Origin.PHONE)


@lru_cache(maxsize=1024)
def _common(organisation: Organisation, generation: Generation) -> tuple[Block, ...]:
    """The common settings that are the same for every phone of this generation in the organisation."""
    language, origin = organisation.language, Origin.ORGANISATION
    american = "on" if organisation.country is Country.US else "off"
    values = {
        "ntp_server": organisation.ntp_server,
        "timezone": snom_zone(organisation.timezone)[0],
        "time_24_format": "off" if organisation.country is Country.US else "on",
        "date_us_format": american,
        "dialnumber_us_format": american,
        "language": SNOM_LANGUAGES[language],
        "web_language": SNOM_LANGUAGES[language],
        "tone_scheme": SNOM_TONES[organisation.country],
        "call_waiting": _CALL_WAITING[organisation.call_waiting],
        "cw_dialtone": "on" if organisation.call_waiting is CallWaiting.ON else "off",
        "display_method": _DISPLAY_METHODS[organisation.caller_id_display],
    }
    # Volumes are in no D8xx file that was read: sent all the same, as unknown settings are ignored (confidence D).
    devices = ("speaker", "handset", "headset")
    levels = {f"vol_{device}": organisation.speaker_level for device in devices}
    levels |= {f"vol_{device}_mic": organisation.microphone_level for device in devices}
    found = (
        *(_setting(name, value, origin) for name, value in values.items()),
        *([_setting("locale", SNOM_LOCALES[language], origin)] if generation is Generation.SNOM_D8 else []),
        *(_setting(name, str(level), origin, permission="RW") for name, level in levels.items()),
        _setting("keyboard_lock_emergency", " ".join(EMERGENCY_NUMBERS), Origin.MODEL),
        _setting("overlap_dialing", "off", Origin.MODEL),
        _setting("auto_dial", "off", Origin.MODEL),
        _setting("block_url_dialing", "on", Origin.MODEL),
        _setting("edit_alpha_mode", "123", Origin.MODEL),
        _setting("logon_wizard", "off", Origin.MODEL),
    )
    return _blocks(found)


def _identity(source: Source, index: int, identity: Identity) -> Block:
    """What is personal to this identity; with nobody logged in the phone's own account stands at the first."""
    organisation, user = source.organisation, source.user
    name = identity.display_name or (user.name if user else "") or identity.sip_username
    number = "" if user is None else user.extension if index == 1 else identity.sip_username
    values = {
        "user_active": "on",
        "user_realname": name if user else identity.display_name or organisation.name,
        "user_idle_text": organisation.name if index == 1 else name,
        "user_idle_number": number,
        "user_name": identity.sip_username,
        "user_pname": identity.sip_username,
        "user_pass": identity.sip_password,
        "user_host": organisation.sip_host,
        "user_outbound": f"{organisation.outbound_proxy};transport=udp" if organisation.outbound_proxy else "",
    }
    return _personal(values, Origin.USER if user else Origin.PHONE, index)


@lru_cache(maxsize=1024)
def _unused_identities(codecs: tuple[Codec, ...], first: int, last: int) -> tuple[Block, ...]:
    return _blocks(
        setting
        for index in range(first, last + 1)
        for setting in (
            *_unused_identity(index),
            *_of_organisation(codecs, index),
            _setting("user_mailbox", "", Origin.USER, index),
            _ringer(None, index),
        )
    )


def _unused_identity(index: int) -> tuple[Setting, ...]:
    names = ("user_realname", "user_idle_text", "user_idle_number", "user_name", "user_pname", "user_pass")
    return (
        _setting("user_active", "off", Origin.USER, index),
        *(_setting(name, "", Origin.USER, index, secret=name == "user_pass") for name in names),
        _setting("user_host", "", Origin.USER, index),
        _setting("user_outbound", "", Origin.USER, index),
    )


@lru_cache(maxsize=1024)
def _organisation_of_identity(codecs: tuple[Codec, ...], index: int) -> tuple[Block, ...]:
    return _blocks(_of_organisation(codecs, index))


def _of_organisation(codecs: tuple[Codec, ...], index: int) -> tuple[Setting, ...]:
    names = ",".join((*(_CODECS[codec] for codec in codecs), "telephone-event"))
    return (
        _setting("user_expiry", "3600", Origin.MODEL, index),
        _setting("user_srtp", "off", Origin.MODEL, index),
        _setting("codec_priority_list", names, Origin.ORGANISATION, index),
    )


@lru_cache(maxsize=512)
def _ringer_of_identity(ring: int | None, index: int) -> tuple[Block, ...]:
    return _blocks([_ringer(ring, index)])


def _ringer(ring: int | None, index: int) -> Setting:
    return _setting("user_ringer", f"Ringer{ring or 1}", Origin.USER if ring else Origin.MODEL, index, permission="RW")


@lru_cache(maxsize=1024)
def _dialling(patterns: str) -> tuple[Block, ...]:
    """Numbers that are dialled at once, without waiting for more digits (phone_formats.md 1.4; Snom: Dial Plan).

    Other numbers can still be tried: the PBX refuses them, and a forgotten emergency number gets through.
    """
    plan = " ".join(f"!^({_expression(pattern)})$!sip:\\1@\\d!d" for pattern in patterns.split("|") if pattern)
    return _blocks([_setting("user_dp_str", plan, Origin.ORGANISATION, 1)])


def _expression(pattern: str) -> str:
    """`*1x.` as a regular expression; T and the comma (a pause, a dial tone) have no meaning there."""
    meaning = {"*": "[*]", "+": "[+]", "x": "[0-9]", "X": "[0-9]", ".": "*", "T": "", ",": ""}
    return "".join(meaning.get(character, character) for character in pattern)


@lru_cache(maxsize=512)
def _rings(internal: int | None, external: int | None, numbered: bool) -> tuple[Block, ...]:
    origin = Origin.USER if internal else Origin.MODEL
    rings = ((INTERNAL_CALL, f"Ringer{internal or 1}"), (EXTERNAL_CALL, f"Ringer{external or 1}"))
    found = []
    for side, (keyword, ringer) in zip(("internal", "external"), rings, strict=True):
        found.append(_setting(f"alert_{side}_ring_text", keyword, Origin.MODEL))
        found.append(_setting(f"alert_{side}_ring_sound", ringer, origin))
    found.append(_setting("ring_sound", rings[1][1], origin, permission="RW"))
    if numbered:
        for index, (keyword, ringer) in enumerate(rings):
            found.append(_setting("internal_ringer_text", keyword, Origin.MODEL, index))
            found.append(_setting("internal_ringer_file", ringer, origin, index))
    return _blocks(found)


def _user(user: User | None, generation: Generation) -> tuple[Block, ...]:
    """Voicemail and ring tones; the numbered pairs are what D8xx phones read (phone_formats.md, section 1.8)."""
    numbered = generation is Generation.SNOM_D8
    if user is None:
        return (_personal({"dkey_retrieve": "keyevent F_RETRIEVE"}, Origin.MODEL), *_rings(None, None, numbered))
    retrieve = f"speed {user.voicemail}" if user.voicemail else "keyevent F_RETRIEVE"
    origin = Origin.USER if user.ring_internal else Origin.MODEL
    rings = _rings(user.ring_internal, user.ring_external, numbered)
    return (_personal({"dkey_retrieve": retrieve}, origin), *rings)


def _keys(positions: tuple[int, ...], layout: Layout) -> Block:
    keys = [layout.keys[position] for position in positions]
    secret = holding_secrets([key.value for key in keys], layout.secrets)
    values: list[str] = []
    for key in keys:
        line = layout.lines.get(key.position)
        values += (str(line) if line else "active", key.label, key.label, _action(key, line))
    return Block(_form_of_keys(positions, secret), tuple(values))


def _action(key: FunctionKey, line: int | None) -> str:
    if line is not None:
        return "line"
    if key.function is KeyFunction.TRANSFER and not key.value:
        return "keyevent F_TRANSFER"
    before, after = _ACTIONS[key.function]
    return f"{before}{key.value}{after}"


@lru_cache(maxsize=1024)
def _unused_keys(positions: tuple[int, ...]) -> Block:
    return KeptBlock(_form_of_keys(positions, frozenset()), ("active", "", "", "none") * len(positions))


@lru_cache(maxsize=1024)
def _form_of_keys(positions: tuple[int, ...], secret: frozenset[int]) -> Form:
    """`secret`: which of these keys, counted from 0."""
    attributes = (("context", ""), ("label", ""), ("short_label", ""))
    explanation = EXPLANATIONS["fkey"]
    # Keys count from 0 across the phone and its modules (phone_formats.md, section 1.7).
    settings = [
        Setting("fkey", "", Origin.FUNCTION_KEY, place in secret, at - 1, "R", attributes, "functionKeys", explanation)
        for place, at in enumerate(positions)
    ]
    return Form(Vendor.SNOM, tuple(settings))
