"""A whole settings file: made from its source, written down, masked, compared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from helpdesk_tui.backend.model.text import RESET
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.settings_file import snom, yealink
from helpdesk_tui.backend.settings_file.custom import add_custom
from helpdesk_tui.backend.settings_file.generation import Generation, generation_of
from helpdesk_tui.backend.settings_file.layout import Layout, layout_of
from helpdesk_tui.backend.settings_file.setting import Setting, Source
from helpdesk_tui.backend.settings_file.text import all_carried, check_carried, check_organisation, check_value
from helpdesk_tui.backend.settings_file.timezones import snom_zone, zone_rule
from helpdesk_tui.backend.settings_file.writer import Block, FileLine, as_bytes, blocks_of, file_lines, values_of

MASK = "••••••••"
"""Stands for every secret, whatever its length."""

_BUILDERS = {Vendor.SNOM: snom.blocks, Vendor.YEALINK: yealink.blocks}


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """The settings that a phone gets, in order, and what the operator should know about them."""

    blocks: tuple[Block, ...] = field(repr=False)
    warnings: tuple[str, ...]
    generation: Generation
    vendor: Vendor

    @property
    def settings(self) -> tuple[Setting, ...]:
        """All of them, in the order of the file."""
        return tuple([setting for block in self.blocks for setting in block.settings])


class ChangeKind(StrEnum):
    """What happened to a setting between two files."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two settings files."""

    kind: ChangeKind
    name: str
    index: int | None
    old: Setting | None
    """None: added."""
    new: Setting | None
    """None: removed."""


def settings_of(source: Source) -> SettingsFile:
    """Everything this phone gets. Raises BadInput for a model that we cannot provision or a value no file can carry."""
    vendor = source.model.vendor
    selected = source.firmware.version if source.firmware else None
    generation = generation_of(source.model, source.firmware_installed, selected)
    _check(source)
    layout = layout_of(source)
    blocks = _BUILDERS[vendor](source, generation, layout)
    return SettingsFile(
        blocks=add_custom(vendor, _explain_left_out(blocks, layout, source), source.custom, layout.secrets),
        warnings=tuple(_warnings(source, layout)),
        generation=generation,
        vendor=vendor,
    )


def render(file: SettingsFile) -> bytes:
    """The bytes that the phone gets; the same file gives the same bytes. Raises BadInput."""
    return as_bytes(file.vendor, file.blocks)


def lines_of(file: SettingsFile) -> tuple[FileLine, ...]:
    """The lines of the rendered file, each with the setting that stands on it."""
    return file_lines(file.vendor, file.blocks)


def _check(source: Source) -> None:
    """Raises BadInput when a text of this source cannot be carried as it is."""
    vendor, user = source.model.vendor, source.user
    check_organisation(source.organisation, vendor)
    check_value(vendor, "web_password", source.web_password)
    texts = [
        ("the web password", source.web_password),
        ("the name of the phone", source.phone_name),
        ("the address of the endpoint", source.endpoint.settings_url),
        ("the folder of the endpoint", source.endpoint.folder_url),
        ("the user name of the endpoint", source.endpoint.username),
        ("the password of the endpoint", source.endpoint.password),
    ]
    if user:
        texts += [("the name of the user", user.name), ("the extension", user.extension), ("voicemail", user.voicemail)]
    for identity in user.identities if user else (source.account,):
        texts += [
            ("the SIP user name", identity.sip_username),
            ("the SIP password", identity.sip_password),
            ("the display name", identity.display_name),
        ]
    if source.firmware:
        texts += [("the address of the firmware", source.firmware.url or source.firmware.settings_url)]
    if not all_carried([value for _, value in texts]):
        for name, value in texts:
            check_carried(value, name, vendor)


def _warnings(source: Source, layout: Layout) -> Iterable[str]:
    if source.user and not source.user.identities:
        yield f"{source.user.name} has no identity, so the phone cannot make calls: give the user a SIP account."
    if layout.left_out:
        yield _left_out(source, layout)
    if layout.homeless_keys:
        count = len(layout.homeless_keys)
        yield (
            f"{count} function key{'s' if count > 1 else ''} beyond position {layout.last_key} "
            f"find{'' if count > 1 else 's'} no place on this {source.model.name}."
        )
    zone = source.organisation.timezone
    if source.model.vendor is Vendor.SNOM and not snom_zone(zone)[1]:
        yield f"Snom phones have no code for {zone}: the nearest is sent, and the clock may be wrong."
    rule = zone_rule(zone)
    if source.model.vendor is Vendor.YEALINK and rule.saving and not (rule.start and rule.end):
        yield f"The summer time of {zone} cannot be told to Yealink phones: the phone's own list decides."


def _left_out(source: Source, layout: Layout) -> str:
    total, slots = layout.left_out + len(layout.identities), source.model.identities
    model = source.model.name
    return f"The user has {total} identities and this {model} holds {slots}: the last {layout.left_out} do not fit."


def _explain_left_out(blocks: Sequence[Block], layout: Layout, source: Source) -> Sequence[Block]:
    """Say at the last identity of the phone that more do not fit."""
    if not layout.left_out:
        return blocks
    slots = source.model.identities
    last = {("user_active", slots), (f"account.{slots}.enable", None)}
    settings = [
        replace(s, explanation=f"{s.explanation} {_left_out(source, layout)}") if (s.name, s.index) in last else s
        for block in blocks
        for s in block.settings
    ]
    return blocks_of(source.model.vendor, settings)


def mask(settings: Iterable[Setting]) -> tuple[Setting, ...]:
    """The settings with every secret replaced by a mask of fixed width; of addresses only the secret part."""
    return tuple(_masked(setting) for setting in settings)


def masked(file: SettingsFile) -> SettingsFile:
    """The file as it may be shown, printed and piped."""
    return replace(file, blocks=tuple([_masked_block(block) for block in file.blocks]))


def _masked_block(block: Block) -> Block:
    settings = mask(block.settings)
    return Block(block.form, tuple([value for setting in settings for value in values_of(setting)]), settings)


def masked_text(file: SettingsFile) -> str:
    """The rendered file with every secret masked."""
    return render(masked(file)).decode()


_URL = re.compile(r"(https?://)(?:[^/\s@]*@)?([^/\s?#]+).*", re.I)


def _masked(setting: Setting) -> Setting:
    overrides = _masked(setting.overrides) if setting.overrides else None
    if not setting.secret or setting.value in {"", RESET}:
        return setting if overrides is setting.overrides else replace(setting, overrides=overrides)
    url = _URL.fullmatch(setting.value)
    login, colon, _ = setting.value.partition(":")
    if url:
        value = f"{url[1]}{url[2]}/{MASK}"
    elif colon and setting.name.endswith("security.user_password"):
        value = f"{login}:{MASK}"
    else:
        value = MASK
    return replace(setting, value=value, overrides=overrides)


def compare(old: SettingsFile, new: SettingsFile) -> tuple[Change, ...]:
    """What differs, in the order of the new file, then what is gone. Secrets are as they are: mask what is shown."""
    before, after = _by_key(old), _by_key(new)
    changes = []
    for key, setting in after.items():
        was = before.get(key)
        if was is None:
            changes.append(Change(ChangeKind.ADDED, setting.name, setting.index, None, setting))
        elif (was.value, was.permission, was.attributes) != (setting.value, setting.permission, setting.attributes):
            changes.append(Change(ChangeKind.CHANGED, setting.name, setting.index, was, setting))
    gone = [setting for key, setting in before.items() if key not in after]
    return (*changes, *(Change(ChangeKind.REMOVED, s.name, s.index, s, None) for s in gone))


def _by_key(file: SettingsFile) -> dict[tuple[str, int | None, int], Setting]:
    """Name, index, and which one of that name it is: Yealink's web passwords repeat."""
    found: dict[tuple[str, int | None, int], Setting] = {}
    for setting in file.settings:
        number = 0
        while (setting.name, setting.index, number) in found:
            number += 1
        found[setting.name, setting.index, number] = setting
    return found
