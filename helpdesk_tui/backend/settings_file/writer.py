"""How settings are written down, one per line: XML for Snom, `key = value` for Yealink. The same every time."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from html import escape
from itertools import groupby
from operator import attrgetter
from typing import ClassVar, TypeVar

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.text import FORBIDDEN
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.settings_file.generation import Generation
from helpdesk_tui.backend.settings_file.setting import FirmwareChoice, Setting

_XML = '<?xml version="1.0" encoding="UTF-8"?>'
_HEADER = "#!version:1.0.0.1"
"""Must be the very first line of every Yealink file (phone_formats.md, section 2.2, confidence A)."""

_PLACE = "\0"
"""Stands where a value goes: no file can hold it."""


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
    def text(self) -> _Text:
        """Its lines, one for each setting."""
        write = _element if self.vendor is Vendor.SNOM else _assignment
        lines = "\n".join([write(setting) for setting in self.settings])
        quoted = [place for setting in self.settings for place in (*[True] * len(setting.attributes), False)]
        return _Text(self.vendor, tuple(lines.split(_PLACE)), tuple(quoted))

    @cached_property
    def about(self) -> str:
        """Origin, secrecy and number of its settings that are alike in both, one run after the other, as JSON."""
        alike = groupby(self.settings, key=attrgetter("origin", "secret"))
        runs = [(origin.value, secret, len(list(run))) for (origin, secret), run in alike]
        return json.dumps(runs, separators=(",", ":"))[1:-1]


@dataclass(frozen=True, eq=False)
class Block:
    """Settings that stand together in a file: a form that many files share, and one phone's own values."""

    form: Form
    values: tuple[str, ...] = field(repr=False)
    """For each place of the form: of every setting those of its attributes, then its own."""
    told: tuple[Setting, ...] | None = field(default=None, repr=False)
    """The settings themselves, where there is more to tell of them than the form knows."""

    kept: ClassVar[bool] = False
    """Whether other files have it too, with its values."""

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """The settings themselves."""
        if self.told is not None:
            return self.told
        values = iter(self.values)
        return tuple([_filled(setting, values) for setting in self.form.settings])

    @cached_property
    def text(self) -> str:
        """Its lines, one for each setting. Raises BadInput for a value that no line can carry."""
        _check(self.values, [self])
        return self.form.text.filled(self.values)


class KeptBlock(Block):
    """A block that is the same in many files, with its values: written down once. It holds no secret."""

    kept = True


_Kind = TypeVar("_Kind", bound=Block)


def blocks_of(vendor: Vendor, settings: Iterable[Setting]) -> tuple[Block, ...]:
    """These settings as blocks of one file: a new one wherever the section changes."""
    return tuple(_blocks_of(Block, vendor, settings))


def kept_blocks_of(vendor: Vendor, settings: Iterable[Setting]) -> tuple[KeptBlock, ...]:
    """The same for settings that many files have, and that hold no secret."""
    return tuple(_blocks_of(KeptBlock, vendor, settings))


def _blocks_of(kind: type[_Kind], vendor: Vendor, settings: Iterable[Setting]) -> Iterator[_Kind]:
    for _, members in groupby(settings, key=attrgetter("section")):
        form = Form(vendor, tuple(members))
        yield kind(form, tuple([value for setting in form.settings for value in values_of(setting)]))


def values_of(setting: Setting) -> tuple[str, ...]:
    """What fills the places of this setting."""
    return (*[value for _, value in setting.attributes], setting.value)


@lru_cache(maxsize=4096)
def _only(form: Form, places: tuple[int, ...]) -> Form:
    return Form(form.vendor, tuple([form.settings[place] for place in places]))


def without(block: Block, names: frozenset[tuple[str, int | None]]) -> tuple[Block, ...]:
    """The block without the settings of these names and indexes; none where nothing is left."""
    left = [place for place, s in enumerate(block.settings) if (s.name, s.index) not in names]
    if not left:
        return ()
    values = tuple([value for place in left for value in values_of(block.settings[place])])
    return (Block(_only(block.form, tuple(left)), values, tuple([block.settings[place] for place in left])),)


def _filled(setting: Setting, values: Iterator[str]) -> Setting:
    attributes = tuple([(name, next(values)) for name, _ in setting.attributes])
    value = next(values)
    if (value, attributes) == (setting.value, setting.attributes):
        return setting
    return replace(setting, value=value, attributes=attributes)


@dataclass(frozen=True, slots=True)
class _Text:
    """Lines with places for values between the pieces."""

    vendor: Vendor
    pieces: tuple[str, ...]
    quoted: tuple[bool, ...]
    """Of each place, whether it is in an attribute."""

    def filled(self, values: Sequence[str]) -> str:
        """The lines with these values, which must have been checked."""
        if self.vendor is Vendor.SNOM:
            values = _escaped(values, self.quoted)
        found = [""] * (len(self.pieces) + len(values))
        found[::2] = self.pieces
        found[1::2] = values
        return "".join(found)


def as_bytes(vendor: Vendor, blocks: Sequence[Block]) -> bytes:
    """The settings file itself. Raises BadInput for a value that it cannot carry."""
    values = [value for block in blocks if not block.kept for value in block.values]
    _check(values, blocks)
    text = _whole(vendor, tuple([block if block.kept else block.form for block in blocks]))
    return text.filled(values).encode()


@lru_cache(maxsize=512)
def _whole(vendor: Vendor, parts: tuple[Block | Form, ...]) -> _Text:
    """All lines of a file, with places for what is the phone's own: most phones have them from another one."""
    lines: list[str] = []
    quoted: list[bool] = []
    for part, frame in _framed(vendor, parts, _section_of):
        if isinstance(part, Form):
            lines.append(_PLACE.join(part.text.pieces))
            quoted += part.text.quoted
        else:
            lines.append(frame if part is None else part.text)
    return _Text(vendor, tuple(("\n".join(lines) + "\n").split(_PLACE)), tuple(quoted))


def _section_of(part: Block | Form) -> str:
    return part.section if isinstance(part, Form) else part.form.section


def file_lines(vendor: Vendor, blocks: Iterable[Block]) -> tuple[FileLine, ...]:
    """The lines of a settings file, each with its setting. Raises BadInput for a value that it cannot carry."""
    lines: list[FileLine] = []
    for block, frame in _framed(vendor, blocks, _section_of):
        if block is None:
            lines.append(FileLine(frame, None))
        else:  # no value holds a line break
            lines += [FileLine(*line) for line in zip(block.text.split("\n"), block.settings, strict=True)]
    return tuple(lines)


_Thing = TypeVar("_Thing", bound=Block | Form)


def _framed(
    vendor: Vendor, things: Iterable[_Thing], section_of: Callable[[_Thing], str]
) -> Iterator[tuple[_Thing | None, str]]:
    """Things that stand in sections, or None and a line of the file's frame, in the order of the file."""
    above, below, begin, end = _FRAMES[vendor]
    yield from [(None, line) for line in above]
    for section, members in groupby(things, key=section_of):
        yield None, begin.format(section)
        yield from [(member, "") for member in members]
        yield from [(None, line.format(section)) for line in end]
    yield from [(None, line) for line in below]


_FRAMES: dict[Vendor, tuple[tuple[str, ...], tuple[str, ...], str, tuple[str, ...]]] = {
    Vendor.SNOM: ((_XML, "<settings>"), ("</settings>",), "  <{}>", ("  </{}>",)),
    Vendor.YEALINK: ((_HEADER,), (), "# {}", ()),
}
"""The lines above and below all sections, and those that begin and end each of them."""


def _check(values: Sequence[str], blocks: Iterable[Block]) -> None:
    """The last guard: what is entered has been checked before. Custom names are checked with the custom settings."""
    if "".join(values).isprintable():
        return  # what is forbidden is not printable, and that is soon known
    for setting in (setting for block in blocks for setting in block.settings):
        if any(FORBIDDEN.search(text) for text in values_of(setting)):
            raise BadInput(
                f"The value of {setting.name} contains a character that a settings file cannot carry: change it."
            )


def _assignment(setting: Setting) -> str:
    return f"{setting.name} = {_PLACE}"


def _element(setting: Setting) -> str:
    """One XML element on one line, as no value holds a line break. Always with an end tag, also when it is empty."""
    attributes = [] if setting.index is None else [f' idx="{setting.index}"']
    attributes += [f' {name}="{_PLACE}"' for name, _ in setting.attributes]
    if setting.permission is not None:
        attributes.append(f' perm="{escape(setting.permission)}"')
    return f"    <{setting.name}{''.join(attributes)}>{_PLACE}</{setting.name}>"


_SPECIAL = re.compile('[&<>"]')


def _escaped(values: Sequence[str], quoted: Sequence[bool]) -> Sequence[str]:
    """The values as XML: all at once, which is faster, with line breaks between them, as none holds one."""
    text = "\n".join(values)
    if not _SPECIAL.search(text):
        return values
    found = escape(text, quote=False).split("\n")
    if '"' not in text:
        return found
    return [value.replace('"', "&quot;") if quote else value for value, quote in zip(found, quoted, strict=True)]


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
