"""On which line of a TOML file a value stands: the standard library's reader does not tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

Path = tuple[str | int, ...]
"""Keys and numbers in arrays, such as `("step", 2, "say", "nl")`."""

HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]")
KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=\s*(.*)""")
NAME = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
LONG_STRINGS = ('"""', "'''")
STRING = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'')


class Lines:
    """The lines of the tables and keys of one TOML document that is known to be well-formed."""

    def __init__(self, text: str) -> None:
        self._lines: Mapping[Path, int] = dict(reversed(list(_places(text))))

    def of(self, *path: str | int) -> int:
        """The line of this value or, where it has none of its own, of what it is in. From 1."""
        for length in range(len(path), 0, -1):
            if path[:length] in self._lines:
                return self._lines[path[:length]]
        return 1


def _places(text: str) -> Iterator[tuple[Path, int]]:
    table: Path = ()
    counts: dict[Path, int] = {}
    rows = iter(enumerate(text.splitlines(), start=1))
    for number, row in rows:
        if header := HEADER.match(row):
            table = _table(_keys(header[2]), counts, repeated=header[1] == "[[")
            yield table, number
        elif key := KEY.match(row):
            path = (*table, *_keys(key[1]))
            for length in range(len(table) + 1, len(path) + 1):
                yield path[:length], number
            _skip_value(key[2], rows)


def _keys(dotted: str) -> list[str]:
    return [part.strip("\"'") for part in NAME.findall(dotted)]


def _table(keys: list[str], counts: dict[Path, int], *, repeated: bool) -> Path:
    """The path of a table; of an array of tables the one that was begun last."""
    path: Path = ()
    for place, key in enumerate(keys):
        path = (*path, key)
        if repeated and place == len(keys) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _skip_value(value: str, rows: Iterator[tuple[int, str]]) -> None:
    """Read on to the end of a value of several lines."""
    for quotes in LONG_STRINGS:
        if value.startswith(quotes):
            while quotes not in value[3:]:
                value = f"{quotes}{next(rows, (0, quotes))[1]}"
            return
    depth = _depth(value)
    while depth > 0:
        _, row = next(rows, (0, "]" * depth))
        depth += _depth(row)


def _depth(row: str) -> int:
    bare = STRING.sub("", row).partition("#")[0]
    return bare.count("[") - bare.count("]")
