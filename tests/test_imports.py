"""Start-up is a feature: what is not needed yet is not imported yet."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCREENS = {"textual", "rich"}
LATE = {
    "aiohttp",
    "argon2",
    "cryptography",
    "defusedxml",
    "fastapi",
    "httpx",
    "hypothesis",
    "lxml",
    "mohawk",
    "pydantic",
    "pygments",
    "sqlite_utils",
    "starlette",
    "uvicorn",
}


def imported_by(*arguments: str) -> set[str]:
    """The top-level packages that a new interpreter has imported when it ends well."""
    run = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr[-2000:]
    lines = (line for line in run.stderr.splitlines() if line.startswith("import time:"))
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_import_neither_screens_nor_store(option: str) -> None:
    imported = imported_by("-m", "helpdesk_tui", option)
    assert "helpdesk_tui" in imported
    assert not imported & (SCREENS | LATE | {"sqlite3", "asyncio"})


@pytest.mark.parametrize("module", ["helpdesk", "compass.desk"])
def test_the_backend_opens_without_screens_and_slow_libraries(module: str) -> None:
    assert not imported_by("-c", f"import helpdesk_tui.backend.{module}") & (SCREENS | LATE)
