"""The files of walkthroughs: those that travel with the program, and those of an operator's own folder."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from helpdesk_tui.assets import asset
from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.walkthroughs.library import Files, Library, read_library
from helpdesk_tui.backend.walkthroughs.reader import UNREADABLE, Problem


def library_with(own: Path | None, families: frozenset[str]) -> Library:
    """The walkthroughs in force with this folder over the shipped ones, and what is wrong with its files."""
    if own is None:
        return _shipped_library(families)
    library = read_library(_shipped_files(), _files(own), families)
    if not own.is_dir():
        missing = Problem(str(own), 0, "walkthrough_folder names this, but there is no such folder.")
        return replace(library, problems=(*library.problems, missing))
    return library


def problems_with(path: Path, families: frozenset[str]) -> tuple[Problem, ...]:
    """What is wrong with this file or folder over the shipped ones. Raises BadInput."""
    if not path.exists():
        raise BadInput(f"{path}: there is no such file or folder.")
    own = _files(path) if path.is_dir() else {str(path): _read(path)}
    return read_library(_shipped_files(), own, families).problems


@cache
def _shipped_library(families: frozenset[str]) -> Library:
    """It is the same for every environment, and does not change while the program runs."""
    return read_library(_shipped_files(), {}, families)


@cache
def _shipped_files() -> Files:
    return _files(asset("walkthroughs"))


def _files(folder: Path) -> Files:
    """The TOML files of a folder."""
    return {str(path): _read(path) for path in sorted(folder.glob("*.toml"))}


def _read(path: Path) -> str:
    """The text of a file; what is no UTF-8 in it becomes what its reader complains about."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return UNREADABLE
