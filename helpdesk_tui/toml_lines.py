"""Where in a TOML file a key stands, for errors that somebody has to mend."""

from __future__ import annotations

import re

PART = r"""(?:"[^"\n]*"|'[^'\n]*'|[\w-]+)"""
PATH = rf"({PART}(?:\s*\.\s*{PART})*)"
HEAD = re.compile(rf"\s*\[\[?\s*{PATH}\s*\]")
KEY = re.compile(rf"\s*{PATH}\s*=")


def line_of(text: str, key: str) -> int | None:
    """The line, counted from 1, of this key (`environments.production.database`); of a missing one, that of its table.

    Lines are read one by one: inside a text of several lines it may be mistaken.
    """
    lines: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if head := HEAD.match(line):
            table = _joined(head[1])
            lines.setdefault(table, number)
        elif pair := KEY.match(line):
            lines.setdefault(f"{table}.{_joined(pair[1])}".lstrip("."), number)
    while key and key not in lines:
        key = key.rpartition(".")[0]
    return lines.get(key)


def _joined(path: str) -> str:
    return ".".join(part.strip("\"'") for part in re.findall(PART, path))
