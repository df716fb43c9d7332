"""Reading the files that are imported: CSV, TSV or JSON, with the place of every cell. Nothing is written here."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from helpdesk_tui.backend.errors import BadInput, HelpdeskError

MOST_SHOWN = 20
"""Errors that are printed before only their number is."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row with the line it stands on; empty cells are left out."""

    line: int
    cells: dict[str, str]


class FaultyFile(HelpdeskError):
    """A file that cannot be imported, with all that is wrong with it. Nothing was changed."""

    def __init__(self, errors: Sequence[str]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(self.shown()))

    def shown(self) -> tuple[str, ...]:
        """The lines to print: at most MOST_SHOWN, then how many there are in all."""
        if len(self.errors) <= MOST_SHOWN:
            return self.errors
        return (*self.errors[:MOST_SHOWN], f"… {len(self.errors)} errors in all. Nothing was changed.")


def read_table(path: Path, columns: Collection[str]) -> tuple[TableRow, ...]:
    """The rows of a file with these columns. Raises FaultyFile with one line for each thing that is wrong."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FaultyFile([f"{path.name}: cannot be read: {error.strerror or error}."]) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise FaultyFile([f"{path.name}:{line}: this is not UTF-8 text: save the file as UTF-8."]) from error
    if path.suffix.lower() == ".json":
        return _json_rows(path.name, text, columns)
    return _csv_rows(path.name, text, columns, "\t" if path.suffix.lower() == ".tsv" else ",")


def _csv_rows(name: str, text: str, columns: Collection[str], delimiter: str) -> tuple[TableRow, ...]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    errors: list[str] = []
    rows: list[TableRow] = []
    header: list[str] | None = None
    last_line = 0
    try:
        for cells in reader:
            line, last_line = last_line + 1, reader.line_num
            comment = header is None and cells and cells[0].startswith("#")
            if comment or not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = _header(name, line, cells, columns)
            elif len(cells) != len(header):
                errors.append(
                    f"{name}:{line}: {len(cells)} cells instead of {len(header)}: a separator too many or few."
                )
            else:
                rows.append(_row(line, dict(zip(header, cells, strict=True))))
    except csv.Error as error:
        errors.append(f"{name}:{last_line + 1}: the row cannot be read: {error}.")
    if header is None:
        errors.append(f"{name}: the file is empty: a header row is needed.")
    if errors:
        raise FaultyFile(errors)
    return tuple(rows)


def _header(name: str, line: int, cells: Sequence[str], columns: Collection[str]) -> list[str]:
    header = [cell.strip().lower() for cell in cells]
    errors = [problem for cell in header if (problem := _unknown(f"{name}:{line}", cell, columns))]
    errors += [
        f"{name}:{line}: the column {cell!r} stands there twice." for cell in set(header) if header.count(cell) > 1
    ]
    if errors:
        raise FaultyFile(errors)
    return header


def _unknown(place: str, column: str, columns: Collection[str]) -> str | None:
    if column in columns:
        return None
    near = get_close_matches(column, columns, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(columns)}."
    return f"{place}: the column {column[:40]!r} is unknown: {hint}"


def _json_rows(name: str, text: str, columns: Collection[str]) -> tuple[TableRow, ...]:
    try:
        document = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise FaultyFile([f"{name}:{line}: this is not JSON: {getattr(error, 'msg', 'nested too deeply')}."]) from error
    if not isinstance(document, list) or not all(isinstance(item, dict) for item in document):
        raise FaultyFile([f"{name}: an array of objects is needed, with the column names as keys."])
    errors: list[str] = []
    rows: list[TableRow] = []
    for number, item in enumerate(document, start=1):
        cells: dict[str, str] = {}
        for key, value in item.items():
            problem = _unknown(f"{name}:{number}", key, columns)
            if problem:
                errors.append(problem)
            else:
                try:
                    cells[key] = _json_cell(value)
                except BadInput as error:
                    errors.append(f"{name}:{number}: {key}: {error}")
        rows.append(_row(number, cells))
    if errors:
        raise FaultyFile(errors)
    return tuple(rows)


def _json_cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ";".join(value)
    if isinstance(value, str | int):
        return str(value)
    raise BadInput("text or a whole number is needed here.")


def _row(line: int, cells: dict[str, str]) -> TableRow:
    return TableRow(line, {name: value for name, value in cells.items() if value.strip()})
