"""Custom settings: names and values that an administrator adds; they come last and win."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.keys import CustomSetting, Scope
from helpdesk_tui.backend.model.text import RESET
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.settings_file.setting import Origin, Setting
from helpdesk_tui.backend.settings_file.snom_texts import PER_IDENTITY
from helpdesk_tui.backend.settings_file.text import check_carried, check_text, holds_secret
from helpdesk_tui.backend.settings_file.writer import Block, Form, blocks_of, without

_ADDRESS = "where the phone gets its settings from"
_FIRMWARE = "the firmware; choose it on the Firmware screen"
_PORTAL = "the login of the web portal; change it with the organisation"

PROTECTED: dict[Vendor, dict[str, str]] = {
    Vendor.SNOM: {
        "setting_server": _ADDRESS,
        "http_client_user": _ADDRESS,
        "http_client_pass": _ADDRESS,
        "provisioning_order": _ADDRESS,
        "pnp_config": _ADDRESS,
        "firmware": _FIRMWARE,
        "firmware_status": _FIRMWARE,
        "firmware_uxm": _FIRMWARE,
        "update_policy": _FIRMWARE,
        "http_user": _PORTAL,
        "http_pass": _PORTAL,
        "http_password": _PORTAL,
        "admin_mode_password": _PORTAL,
        "admin_mode_password_confirm": _PORTAL,
        "webserver_admin_name": _PORTAL,
        "webserver_admin_password": _PORTAL,
        "webserver_user_name": _PORTAL,
        "webserver_user_password": _PORTAL,
        **dict.fromkeys(("fkey", "functionkeys", "function-keys"), "function keys; set them on the phone's screen"),
        **dict.fromkeys(
            ("settings", "setting-files", "phone-settings", "firmware-settings", "dialplan", "tbook", "certificates"),
            "the frame of the settings file",
        ),
    },
    Vendor.YEALINK: {
        "auto_provision.server.url": _ADDRESS,
        "auto_provision.server.username": _ADDRESS,
        "auto_provision.server.password": _ADDRESS,
        "auto_provision.pnp_enable": _ADDRESS,
        "auto_provision.dhcp_option.enable": _ADDRESS,
        "auto_provision.aes_key_in_file": _ADDRESS,
        "auto_provision.aes_key_16.com": _ADDRESS,
        "auto_provision.aes_key_16.mac": _ADDRESS,
        "zero_touch.enable": _ADDRESS,
        "custom_mac_cfg.url": _ADDRESS,
        "configuration.url": _ADDRESS,
        "custom_factory_configuration.url": _ADDRESS,
        "firmware.url": _FIRMWARE,
        "security.user_password": _PORTAL,
        "security.user_name.admin": _PORTAL,
        "security.user_name.user": _PORTAL,
        "security.user_name.var": _PORTAL,
        "web_item_level.url": _PORTAL,
    },
}
"""What a custom setting must not replace, in small letters; Yealink's without `static.`, which may stand before it."""

_PROTECTED_YEALINK = re.compile(
    r"over_the_air\.url\..*|autoprovision\.\d+\..*|managementserver\..*|dm\.server\..*", re.ASCII
)

_NAMES = {
    Vendor.SNOM: re.compile(r"([A-Za-z_][A-Za-z0-9_-]*)(?:\[([0-9]{1,4})\])?([!&$]?)"),
    Vendor.YEALINK: re.compile(r"([A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)+)()()"),
}
"""Name, index (Snom: `user_srtp[1]`) and permission flag (Snom: last character)."""

_SECRET_NAME = re.compile(r"pass|secret|_pw\b|\bpin\b|_pin\b|aes_key|token", re.I)


@dataclass(frozen=True, slots=True)
class _Name:
    name: str
    index: int | None
    permission: str | None


def check_custom(vendor: Vendor, custom: CustomSetting) -> None:
    """Raises BadInput when it is malformed, belongs to the other vendor, or would cut the phone off from us."""
    _checked(vendor, custom)


def _checked(vendor: Vendor, custom: CustomSetting) -> _Name:
    parsed = _checked_name(vendor, custom.name)
    unset = RESET if vendor is Vendor.YEALINK else " "  # Snom: one blank unsets the value (compass.md, section 2.5)
    if custom.value != unset:
        check_carried(custom.value, f"the value of {parsed.name}", vendor)
        check_text(custom.value, f"the value of {parsed.name}", vendor)
    return parsed


@lru_cache(maxsize=4096)
def _checked_name(vendor: Vendor, name: str) -> _Name:
    """Raises BadInput as `check_custom` does, for the name alone."""
    parsed = _parse(vendor, name)
    if vendor is Vendor.SNOM and parsed.index is None and parsed.name in PER_IDENTITY:
        raise BadInput(f"{parsed.name} is set per identity: write {parsed.name}[1] for the first one.")
    plain = parsed.name.lower().removeprefix("static.")
    guarded = PROTECTED[vendor].get(plain)
    if guarded is None and vendor is Vendor.YEALINK and _PROTECTED_YEALINK.fullmatch(plain):
        guarded = _ADDRESS
    if guarded:
        raise BadInput(f"{parsed.name} cannot be a custom setting, because it decides {guarded}.")
    return parsed


def _parse(vendor: Vendor, name: str) -> _Name:
    match = _NAMES[vendor].fullmatch(name) if len(name) <= 100 else None
    if match is None:
        shown = name.strip()[:40]
        other = Vendor.YEALINK if vendor is Vendor.SNOM else Vendor.SNOM
        if _NAMES[other].fullmatch(name):
            raise BadInput(f"{shown} is a setting of {other.label} phones, and this is for {vendor.label} phones.")
        wanted = (
            "letters, digits and _, then [number] for one identity and !, & or $ for the permission"
            if vendor is Vendor.SNOM
            else "words of letters, digits and _ with dots between them"
        )
        raise BadInput(f"{shown!r} is no name of a {vendor.label} setting: write {wanted}.")
    return _Name(match[1], int(match[2]) if match[2] else None, match[3] or None)


def with_custom(
    vendor: Vendor, settings: Sequence[Setting], customs: Iterable[CustomSetting], secrets: frozenset[str]
) -> tuple[Setting, ...]:
    """What `add_custom` makes of these settings. Raises BadInput as it does."""
    blocks = add_custom(vendor, blocks_of(vendor, settings), customs, secrets)
    return tuple([setting for block in blocks for setting in block.settings])


def add_custom(
    vendor: Vendor, blocks: Sequence[Block], customs: Iterable[CustomSetting], secrets: frozenset[str]
) -> tuple[Block, ...]:
    """The settings with the custom ones last; what they replace is taken out and kept in `overrides`.

    A custom setting of the phone wins over one of its model. A value that holds one of `secrets` is secret too.
    Raises BadInput for a custom setting that `check_custom` refuses, or that is given twice.
    """
    chosen: dict[tuple[str, int | None], Setting] = {}
    scopes: set[tuple[str, int | None, Scope]] = set()
    for custom in sorted(customs, key=lambda custom: custom.scope is Scope.PHONE):
        parsed = _checked(vendor, custom)
        key = (parsed.name, parsed.index)
        if (*key, custom.scope) in scopes:
            raise BadInput(
                f"The custom setting {parsed.name} is given twice for the same {custom.scope.value}: keep one."
            )
        scopes.add((*key, custom.scope))
        chosen[key] = _setting(vendor, parsed, custom, secrets, chosen.get(key))
    if not chosen:
        return tuple(blocks)
    names = {name for name, _ in chosen}
    kept: list[Block] = []
    replaced: dict[tuple[str, int | None], Setting] = {}
    for block in blocks:
        if block.form.names.isdisjoint(names):
            kept.append(block)
        else:
            replaced |= {key: s for s in block.settings if (key := (s.name, s.index)) in chosen}
            kept += without(block, frozenset(chosen))
    added = [_block(vendor, _over(setting, replaced.get(key))) for key, setting in chosen.items()]
    # Last of their section; Snom's function keys are a section of their own, which follows.
    section = added[0].form.section
    end = next((place for place in range(len(kept), 0, -1) if kept[place - 1].form.section == section), len(kept))
    return (*kept[:end], *added, *kept[end:])


def _block(vendor: Vendor, setting: Setting) -> Block:
    form = _form(vendor, setting.name, setting.index, setting.permission, setting.explanation, setting.secret)
    return Block(form, (setting.value,), (setting,) if setting.overrides else None)


@lru_cache(maxsize=4096)
def _form(vendor: Vendor, name: str, index: int | None, permission: str | None, explanation: str, secret: bool) -> Form:
    section = "phone-settings" if vendor is Vendor.SNOM else "Custom settings"
    return Form(vendor, (Setting(name, "", Origin.CUSTOM, secret, index, permission, (), section, explanation),))


def _setting(
    vendor: Vendor, parsed: _Name, custom: CustomSetting, secrets: frozenset[str], overrides: Setting | None
) -> Setting:
    whose = "this phone" if custom.scope is Scope.PHONE else "all phones of this model in the organisation"
    return Setting(
        name=parsed.name,
        value=custom.value,
        origin=Origin.CUSTOM,
        secret=bool(_SECRET_NAME.search(parsed.name)) or holds_secret(custom.value, secrets),
        index=parsed.index,
        permission=parsed.permission,
        section="phone-settings" if vendor is Vendor.SNOM else "Custom settings",
        explanation=f"A custom setting for {whose}, which wins over what is sent otherwise.",
        overrides=overrides,
    )


def _over(setting: Setting, managed: Setting | None) -> Setting:
    """Put the managed setting at the end of the chain of what this one overrides."""
    if managed is None:
        return setting
    secret = setting.secret or managed.secret
    if setting.overrides is None:
        return replace(setting, overrides=managed, secret=secret)
    return replace(setting, overrides=_over(setting.overrides, managed), secret=secret)
