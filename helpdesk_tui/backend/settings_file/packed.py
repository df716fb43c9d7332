"""A settings file as it is kept after a phone fetched it, to say later what has changed since."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain, repeat

from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.settings_file.file import SettingsFile
from helpdesk_tui.backend.settings_file.generation import Generation
from helpdesk_tui.backend.settings_file.setting import Origin, Setting
from helpdesk_tui.backend.settings_file.writer import blocks_of


def heading_of(file: SettingsFile) -> bytes:
    """What the lines of a file do not say: where each setting comes from, and which are secret."""
    runs = ",".join([block.form.about for block in file.blocks])
    return f'["{file.vendor.value}","{file.generation.value}",[{runs}]]'.encode()


def pack(heading: bytes, text: bytes) -> bytes:
    """The text of a file as it went to the phone with its heading, in few bytes and little time; it holds secrets."""
    return zlib.compress(b"%b\n%b" % (heading, text), 1)


def unpack(data: bytes) -> SettingsFile:
    """The settings file that was packed; what its settings do and override was not kept."""
    head, _, body = zlib.decompress(data).decode().partition("\n")
    vendor, generation, runs = json.loads(head)
    about = chain.from_iterable(repeat((origin, secret), count) for origin, secret, count in runs)
    read = _read_snom if vendor == Vendor.SNOM else _read_yealink
    settings = (
        Setting(name, value, Origin(origin), bool(secret), index, permission, attributes, section)
        for (section, name, value, index, permission, attributes), (origin, secret) in zip(
            read(body.rstrip("\n").split("\n")), about, strict=True
        )
    )
    return SettingsFile(blocks_of(Vendor(vendor), settings), (), Generation(generation), Vendor(vendor))


_Read = tuple[str, str, str, int | None, str | None, tuple[tuple[str, str], ...]]
"""Section, name, value, index, permission, further attributes."""


def _read_yealink(lines: Iterable[str]) -> Iterator[_Read]:
    section = ""
    for line in lines:
        if line.startswith("#"):
            section = line.removeprefix("# ")
        else:
            name, _, value = line.partition(" = ")
            yield section, name, value, None, None, ()


def _read_snom(lines: Iterable[str]) -> Iterator[_Read]:
    from xml.etree import ElementTree  # late: it costs start-up time. The lines are our own, so no bombs

    section = ""
    for line in lines:
        if line.startswith("    <"):
            element = ElementTree.fromstring(line.strip())
            attributes = dict(element.attrib)
            index, permission = attributes.pop("idx", None), attributes.pop("perm", None)
            number = None if index is None else int(index)
            yield section, element.tag, element.text or "", number, permission, tuple(attributes.items())
        elif line.startswith("  <"):
            section = line.strip(" </>")
