"""How settings are written down, one per line: XML for Snom, `key = value` for Yealink. The same every time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.settings_file.generation import Generation
from helpdesk_tui.backend.settings_file.setting import FirmwareChoice, Setting
from helpdesk_tui.backend.settings_file.text import FORBIDDEN

_XML = '<?xml version="1.0" encoding="UTF-8"?>'
_HEADER = "#!version:1.0.0.1"
"""Must be the very first line of every Yealink file (phone_formats.md, section 2.2, confidence A)."""


@dataclass(frozen=True, slots=True)
class FileLine:
    """One line of a settings file, and the setting that it carries (None: the file's own frame)."""

    text: str
    setting: Setting | None


def file_lines(vendor: Vendor, settings: Sequence[Setting]) -> list[tuple[str, Setting | None]]:
    """The lines of a settings file, each with its setting. Raises BadInput for a value that it cannot carry."""
    lines = _snom_lines(settings) if vendor is Vendor.SNOM else _yealink_lines(settings)
    found = list(lines)
    if FORBIDDEN.search("".join([text for text, _ in found])):
        name = next(s.name for text, s in found if s and FORBIDDEN.search(text))
        raise BadInput(f"The value of {name} contains a character that a settings file cannot carry: change it.")
    return found


def as_bytes(lines: Iterable[tuple[str, Setting | None]]) -> bytes:
    """The file itself."""
    return ("\n".join([text for text, _ in lines]) + "\n").encode()


def _snom_lines(settings: Sequence[Setting]) -> Iterable[tuple[str, Setting | None]]:
    yield _XML, None
    yield "<settings>", None
    for section, members in groupby(settings, key=lambda setting: setting.section):
        yield f"  <{section}>", None
        for setting in members:
            yield _element(setting), setting
        yield f"  </{section}>", None
    yield "</settings>", None


def _element(s: Setting) -> str:
    # A fleet's files repeat most of their elements; those with a secret are never kept.
    make = _make_element.__wrapped__ if s.secret else _make_element
    return make(s.name, s.value, s.index, s.permission, s.attributes)


@lru_cache(maxsize=16384)
def _make_element(
    name: str, value: str, index: int | None, permission: str | None, attributes: tuple[tuple[str, str], ...]
) -> str:
    from xml.etree import ElementTree  # only when a file is made: it costs start-up time

    element = ElementTree.Element(name)
    if index is not None:
        element.set("idx", str(index))
    for attribute, text in attributes:
        element.set(attribute, text)
    if permission is not None:
        element.set("perm", permission)
    element.text = value
    return "    " + ElementTree.tostring(element, encoding="unicode", short_empty_elements=False)


def _yealink_lines(settings: Sequence[Setting]) -> Iterable[tuple[str, Setting | None]]:
    yield _HEADER, None
    section = None
    for setting in settings:
        if setting.section != section:
            section = setting.section
            yield f"# {section}", None
        yield f"{setting.name} = {setting.value}", setting


def snom_firmware_file(choice: FirmwareChoice) -> bytes:
    """The file at `FirmwareChoice.settings_url`: it tells the phone which image to load.

    Where an intermediate image must come first, that one is named, with the real image in its query
    (phone_formats.md, section 4.2: chained update).
    """
    from urllib.parse import urlencode
    from xml.etree import ElementTree

    url = choice.url
    if choice.chained_url:
        url = f"{choice.chained_url}?{urlencode({'chained_url': choice.url})}"
    if FORBIDDEN.search(url):
        raise BadInput("The address of the firmware contains a character that a settings file cannot carry.")
    root = ElementTree.Element("firmware-settings")
    ElementTree.SubElement(root, "firmware", perm="").text = url
    ElementTree.indent(root)
    return f"{_XML}\n{ElementTree.tostring(root, encoding='unicode')}\n".encode()


def yealink_boot_file(includes: Sequence[str], generation: Generation) -> bytes:
    """The boot file that lists the settings files to load, in this order; later ones win.

    `overwrite_mode = 1`: what no file sets any more falls back to the factory's value. Raises BadInput for
    generations that know no boot files, and for names that cannot be included.
    """
    if not generation.knows_boot_files:
        raise BadInput(f"{generation.value} knows no boot files: give the phone its settings file directly.")
    for name in includes:
        if FORBIDDEN.search(name) or set(name) & set('"<> #') or not name.endswith(".cfg"):
            raise BadInput(f"{name[:60]!r} cannot be included: it must be a name or address that ends in .cfg.")
    lines = [_HEADER, *(f"include:config <{name}>" for name in includes), "overwrite_mode = 1"]
    return ("\n".join(lines) + "\n").encode()
