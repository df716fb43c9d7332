"""Two settings files beside each other: the lines that differ, by section, with every secret masked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from helpdesk_tui.backend.settings_file.file import ChangeKind, SettingsFile, compare, lines_of, masked

OTHER_SECRET = "(another secret)"


class Side(StrEnum):
    """On which side of a comparison a line stands."""

    SECTION = "@"
    """On neither: it names the part of the file that the following lines are from."""
    OLD = "-"
    NEW = "+"


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """One line of a comparison; without any secret."""

    side: Side
    text: str

    def __str__(self) -> str:
        return f"{self.side.value} {self.text}"


@dataclass(frozen=True, slots=True)
class FileComparison:
    """How one settings file differs from another."""

    lines: tuple[ComparedLine, ...]
    added: int
    removed: int
    changed: int

    @property
    def summary(self) -> str:
        """`2 added, 1 removed, 3 changed`, or that nothing is different."""
        counts = ((self.added, "added"), (self.removed, "removed"), (self.changed, "changed"))
        words = ", ".join(f"{count} {word}" for count, word in counts if count)
        return words or "nothing is different"


def compare_files(old: SettingsFile, new: SettingsFile) -> FileComparison:
    """What differs, in the order of the new file, then what is gone."""
    changes = compare(old, new)
    before, after = _texts(old), _texts(new)
    lines: list[ComparedLine] = []
    section = None
    for change in changes:
        setting = change.new or change.old
        if setting is not None and setting.section != section:
            section = setting.section
            lines.append(ComparedLine(Side.SECTION, section))
        gone = before[id(change.old)] if change.old else None
        come = after[id(change.new)] if change.new else None
        if gone is not None:
            lines.append(ComparedLine(Side.OLD, gone))
        if come is not None:
            lines.append(ComparedLine(Side.NEW, f"{come}  {OTHER_SECRET}" if come == gone else come))
    kinds = [change.kind for change in changes]
    return FileComparison(tuple(lines), *(kinds.count(kind) for kind in _COUNTED))


_COUNTED = (ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.CHANGED)


def _texts(file: SettingsFile) -> dict[int, str]:
    """The masked line of each setting, by the identity of the setting: names may repeat."""
    texts = [line.text.strip() for line in lines_of(masked(file)) if line.setting is not None]
    return {id(setting): text for setting, text in zip(file.settings, texts, strict=True)}
