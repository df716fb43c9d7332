"""How settings are written down, one per line: XML for Snom, `key = value` for Yealink. The same every time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from html import escape
from itertools import groupby
from operator import attrgetter

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.text import FORBIDDEN
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.settings_file.generation import Generation
from helpdesk_tui.backend.settings_file.setting import FirmwareChoice, Setting

_XML = '<?xml version="1.0" encoding="UTF-8"?>'
_HEADER = "#!version:1.0.0.1"
"""Must be the very first line of every Yealink file (phone_formats.md, section 2.2, confidence A)."""


@dataclass(frozen=True, slots=True)
class FileLine:
    """One line of a settings file, and the setting that it carries (None: the file's own frame)."""

    text: str = field(repr=False)
    setting: Setting | None


def file_lines(vendor: Vendor, settings: Sequence[Setting]) -> list[tuple[str, Setting | None]]:
    """The lines of a settings file, each with its setting. Raises BadInput for a value that it cannot carry."""
    return _snom_lines(settings) if vendor is Vendor.SNOM else _yealink_lines(settings)


def as_bytes(lines: Iterable[tuple[str, Setting | None]]) -> bytes:
    """The file itself."""
    return ("\n".join([text for text, _ in lines]) + "\n").encode()


def _check(settings: Sequence[Setting]) -> None:
    """The last guard: what is entered has been checked before. Custom names are checked with the custom settings."""
    values = [setting.value for setting in settings]
    values += [value for setting in settings for _, value in setting.attributes]
    text = "".join(values)
    if not text.isprintable() and FORBIDDEN.search(text):  # what is forbidden is not printable, and that is soon known
        name = next(
            s.name for s in settings if any(FORBIDDEN.search(text) for text in (s.value, *dict(s.attributes).values()))
        )
        raise BadInput(f"The value of {name} contains a character that a settings file cannot carry: change it.")


def _yealink_lines(settings: Sequence[Setting]) -> list[tuple[str, Setting | None]]:
    _check(settings)
    lines: list[tuple[str, Setting | None]] = [(_HEADER, None)]
    for section, members in groupby(settings, key=attrgetter("section")):
        lines.append((f"# {section}", None))
        lines += [(f"{setting.name} = {setting.value}", setting) for setting in members]
    return lines


def _snom_lines(settings: Sequence[Setting]) -> list[tuple[str, Setting | None]]:
    elements = iter(_elements(settings))
    lines: list[tuple[str, Setting | None]] = [(_XML, None), ("<settings>", None)]
    for section, members in groupby(settings, key=attrgetter("section")):
        lines.append((f"  <{section}>", None))
        lines += [(f"    {next(elements)}", setting) for setting in members]
        lines.append((f"  </{section}>", None))
    lines.append(("</settings>", None))
    return lines


_Key = tuple[str, str, int | None, str | None, tuple[tuple[str, str], ...]]
_known: dict[_Key, str] = {}
_KEPT = 16384
"""Elements without secrets are kept, because the files of a fleet repeat most of theirs."""


def _elements(settings: Sequence[Setting]) -> list[str]:
    """The XML element of each setting."""
    keys: list[_Key] = [(s.name, s.value, s.index, s.permission, s.attributes) for s in settings]
    texts = [_known.get(key) for key in keys]
    missing = [place for place, text in enumerate(texts) if text is None]
    if len(_known) > _KEPT:
        _known.clear()
    _check([settings[place] for place in missing])
    for place in missing:
        text = texts[place] = _element(settings[place])
        if not (settings[place].secret and settings[place].value):
            _known[keys[place]] = text
    return [text for text in texts if text is not None]


def _element(setting: Setting) -> str:
    """One element on one line, as no value holds a line break. Always with an end tag, also when it is empty."""
    attributes = [] if setting.index is None else [("idx", str(setting.index))]
    attributes += setting.attributes
    if setting.permission is not None:
        attributes.append(("perm", setting.permission))
    written = "".join([f' {name}="{_escape(value).replace(_QUOTE, "&quot;")}"' for name, value in attributes])
    return f"<{setting.name}{written}>{_escape(setting.value)}</{setting.name}>"


_QUOTE = '"'
_escape = partial(escape, quote=False)


def snom_firmware_file(choice: FirmwareChoice) -> bytes:
    """The file at `FirmwareChoice.settings_url`: it tells the phone which image to load.

    Where an intermediate image must come first, that one is named (phone_formats.md 4.2: chained update).
    """
    from xml.etree import ElementTree

    url = choice.chained_url or choice.url
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
