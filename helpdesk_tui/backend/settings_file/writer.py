"""How settings are written down, one per line: XML for Snom, `key = value` for Yealink. The same every time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
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


@dataclass(frozen=True, eq=False)  # this and the next without slots, so that what is found out about them is kept
class Form:
    """Settings of one section without their values, which are the same for many phones."""

    vendor: Vendor
    settings: tuple[Setting, ...] = field(repr=False)
    """Their values, and those of their attributes, are places to fill."""

    @cached_property
    def section(self) -> str:
        """The section of all of them."""
        return self.settings[0].section

    @cached_property
    def names(self) -> frozenset[str]:
        """What it sets."""
        return frozenset([setting.name for setting in self.settings])

    @cached_property
    def lines(self) -> str:
        """Its lines, one for each setting, with `%s` at each place."""
        write = _element if self.vendor is Vendor.SNOM else _assignment
        return "\n".join([write(setting) for setting in self.settings])

    @cached_property
    def about(self) -> str:
        """Origin, secrecy and number of its settings that are alike in both, one run after the other, as JSON."""
        alike = groupby(self.settings, key=attrgetter("origin", "secret"))
        runs = [(origin.value, secret, len(list(run))) for (origin, secret), run in alike]
        return json.dumps(runs, separators=(",", ":"))[1:-1]

    @cached_property
    def in_attributes(self) -> tuple[bool, ...]:
        """Of each place, whether it is in an attribute."""
        return tuple([place for setting in self.settings for place in (*[True] * len(setting.attributes), False)])


@dataclass(frozen=True, eq=False)
class Block:
    """Settings that stand together in a file: written down once, for every file they are in.

    A block that is kept for other phones holds no secret.
    """

    form: Form
    values: tuple[str, ...] = field(repr=False)
    """For each place of the form: of every setting those of its attributes, then its own."""

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """The settings themselves."""
        values = iter(self.values)
        return tuple([_filled(setting, values) for setting in self.form.settings])

    @cached_property
    def text(self) -> str:
        """Its lines, one for each setting. Raises BadInput for a value that no line can carry."""
        if not "".join(self.values).isprintable():  # what is forbidden is not printable, and that is soon known
            _check(self.settings)
        values = self.values if self.form.vendor is Vendor.YEALINK else _escaped(self.values, self.form)
        return self.form.lines % values


def blocks_of(vendor: Vendor, settings: Iterable[Setting]) -> tuple[Block, ...]:
    """These settings as blocks: a new one wherever the section changes."""
    blocks = []
    for _, members in groupby(settings, key=attrgetter("section")):
        form = Form(vendor, tuple(members))
        values = [value for s in form.settings for value in (*[text for _, text in s.attributes], s.value)]
        blocks.append(Block(form, tuple(values)))
    return tuple(blocks)


def _filled(setting: Setting, values: Iterator[str]) -> Setting:
    attributes = tuple([(name, next(values)) for name, _ in setting.attributes])
    value = next(values)
    if (value, attributes) == (setting.value, setting.attributes):
        return setting
    return replace(setting, value=value, attributes=attributes)


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
    for section, members in groupby(blocks, key=attrgetter("form.section")):
        parts.append((begin.format(section), None))
        for block in members:  # often one: loops are faster than lists
            parts.append((block.text, block))
        for line in end:
            parts.append((line.format(section), None))
    parts += [(line, None) for line in below]
    return parts


_FRAMES: dict[Vendor, tuple[tuple[str, ...], tuple[str, ...], str, tuple[str, ...]]] = {
    Vendor.SNOM: ((_XML, "<settings>"), ("</settings>",), "  <{}>", ("  </{}>",)),
    Vendor.YEALINK: ((_HEADER,), (), "# {}", ()),
}
"""The lines above and below all sections, and those that begin and end each of them."""


def _check(settings: Sequence[Setting]) -> None:
    """The last guard: what is entered has been checked before. Custom names are checked with the custom settings."""
    for setting in settings:
        if any(FORBIDDEN.search(text) for text in (setting.value, *dict(setting.attributes).values())):
            raise BadInput(
                f"The value of {setting.name} contains a character that a settings file cannot carry: change it."
            )


def _assignment(setting: Setting) -> str:
    return f"{setting.name} = %s"


def _element(setting: Setting) -> str:
    """One XML element on one line, as no value holds a line break. Always with an end tag, also when it is empty."""
    attributes = [] if setting.index is None else [f' idx="{setting.index}"']
    attributes += [f' {name}="%s"' for name, _ in setting.attributes]
    if setting.permission is not None:
        attributes.append(f' perm="{escape(setting.permission)}"')
    return f"    <{setting.name}{''.join(attributes)}>%s</{setting.name}>"


def _escaped(values: Sequence[str], form: Form) -> tuple[str, ...]:
    """The values as XML: all at once, which is faster, with line breaks between them, as none holds one."""
    text = escape("\n".join(values), quote=False)
    if '"' not in text:
        return tuple(text.split("\n"))
    places = zip(text.split("\n"), form.in_attributes, strict=True)
    return tuple([value.replace('"', "&quot;") if quoted else value for value, quoted in places])


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
