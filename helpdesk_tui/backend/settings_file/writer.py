"""How settings are written down, one per line: XML for Snom, `key = value` for Yealink. The same every time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
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


@dataclass(frozen=True, eq=False)  # without slots, so that what is found out about it can be kept
class Block:
    """Settings that are made together and stand together in one section: written down once, for every file they are in.

    A block that is kept for other phones holds no secret.
    """

    vendor: Vendor
    section: str
    settings: tuple[Setting, ...] = field(repr=False)

    @cached_property
    def names(self) -> frozenset[str]:
        """What it sets."""
        return frozenset([setting.name for setting in self.settings])

    @cached_property
    def text(self) -> str:
        """Its lines, one for each setting. Raises BadInput for a value that no line can carry."""
        write = _elements if self.vendor is Vendor.SNOM else _assignments
        return "\n".join(write(self.settings))


def blocks_of(vendor: Vendor, settings: Iterable[Setting]) -> tuple[Block, ...]:
    """These settings as blocks: a new one wherever the section changes."""
    sections = groupby(settings, key=attrgetter("section"))
    return tuple([Block(vendor, section, tuple(members)) for section, members in sections])


def as_bytes(vendor: Vendor, blocks: Iterable[Block]) -> bytes:
    """The settings file itself. Raises BadInput for a value that it cannot carry."""
    return ("\n".join([text for text, _ in _parts(vendor, blocks)]) + "\n").encode()


def file_lines(vendor: Vendor, blocks: Iterable[Block]) -> tuple[FileLine, ...]:
    """The lines of a settings file, each with its setting. Raises BadInput for a value that it cannot carry."""
    lines: list[FileLine] = []
    for text, block in _parts(vendor, blocks):
        if block is None:
            lines.append(FileLine(text, None))
        else:  # no value holds a line break
            lines += [FileLine(*line) for line in zip(text.split("\n"), block.settings, strict=True)]
    return tuple(lines)


def _parts(vendor: Vendor, blocks: Iterable[Block]) -> list[tuple[str, Block | None]]:
    """The text of each block, between the lines of the frame."""
    above, below, begin, end = _FRAMES[vendor]
    parts: list[tuple[str, Block | None]] = [(line, None) for line in above]
    for section, members in groupby(blocks, key=attrgetter("section")):
        parts.append((begin.format(section), None))
        parts += [(block.text, block) for block in members]
        parts += [(line.format(section), None) for line in end]
    parts += [(line, None) for line in below]
    return parts


_FRAMES: dict[Vendor, tuple[tuple[str, ...], tuple[str, ...], str, tuple[str, ...]]] = {
    Vendor.SNOM: ((_XML, "<settings>"), ("</settings>",), "  <{}>", ("  </{}>",)),
    Vendor.YEALINK: ((_HEADER,), (), "# {}", ()),
}
"""The lines above and below all sections, and those that begin and end each of them."""


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


def _assignments(settings: Sequence[Setting]) -> list[str]:
    _check(settings)
    return [f"{setting.name} = {setting.value}" for setting in settings]


def _elements(settings: Sequence[Setting]) -> list[str]:
    """One XML element on each line. Always with an end tag, also when it is empty."""
    _check(settings)
    values = _escape("\n".join([setting.value for setting in settings])).split("\n")  # all at once, which is faster
    return [
        f"    <{s.name}{_attributes(s.index, s.attributes, s.permission)}>{value}</{s.name}>"
        for s, value in zip(settings, values, strict=True)
    ]


@lru_cache(maxsize=8192)
def _attributes(index: int | None, further: tuple[tuple[str, str], ...], permission: str | None) -> str:
    written = [] if index is None else [("idx", str(index))]
    written += further
    if permission is not None:
        written.append(("perm", permission))
    return "".join([f' {name}="{_escape(value).replace(_QUOTE, "&quot;")}"' for name, value in written])


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
