"""Other programs of this kind, as their packages bring them: installed once, each in an environment of its own."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import venv
from pathlib import Path

from tests.benchmarks.data import folder

PATIENCE = 300
"""Seconds that installing one may take."""


def posting() -> tuple[list[str], str]:
    """The command that opens an empty collection, and what its list then says."""
    collection = folder() / "collection"
    collection.mkdir(exist_ok=True)
    return [str(_installed("posting")), "--collection", str(collection)], "is empty"


def harlequin() -> tuple[list[str], str]:
    """The command that opens a database of one table, and what its catalogue then shows."""
    path = folder() / "harlequin.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE IF NOT EXISTS phones (id INTEGER PRIMARY KEY, mac TEXT)")
    connection.close()
    return [str(_installed("harlequin")), "--no-download-tzdata", "-a", "sqlite", str(path)], "main"


BESIDE = {"posting": ("tree-sitter>=0.25,<0.26",)}
"""What must be installed beside them: with the newest parser, posting 2.11 ends in a segmentation fault."""
PEERS = {"posting": posting, "harlequin": harlequin}


def _installed(package: str) -> Path:
    """The program of this package. Raises OSError or subprocess.SubprocessError where it cannot be installed."""
    place = folder() / f"peer-{package}-{sys.version_info.major}.{sys.version_info.minor}"
    program = place / "bin" / package
    if not program.exists():
        venv.create(place, with_pip=True, symlinks=True)
        install = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, package, *BESIDE.get(package, ())], check=True, capture_output=True, timeout=PATIENCE)
    return program
