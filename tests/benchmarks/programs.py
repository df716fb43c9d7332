"""The programs that are measured, as somebody who installed them starts them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from helpdesk_tui.backend.model.query import Query
from helpdesk_tui.backend.store import Store
from tests.benchmarks.data import folder

CHECKOUT = Path(__file__).parents[2]
PYTHON = [sys.executable]
PLAIN = [*PYTHON, "-m", "tests.benchmarks.plain_table"]


def ours(*arguments: str | Path) -> list[str]:
    """`helpdesk-tui` with these arguments."""
    return [*PYTHON, "-m", "helpdesk_tui", *map(str, arguments)]


def environ() -> dict[str, str]:
    """No settings of this shell; compiled modules are kept, as an installation keeps them."""
    strays = {"COLORTERM", "COLUMNS", "LINES", "NO_COLOR", "TEXTUAL_THEME", "TMUX"}
    strays |= {"PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
    kept = {name: value for name, value in os.environ.items() if name not in strays}
    compiled = str(folder() / "compiled")
    return {**kept, "TERM": "xterm-256color", "PYTHONPATH": str(CHECKOUT), "PYTHONPYCACHEPREFIX": compiled}


def first_phone(database: Path) -> str:
    """The MAC that stands at the top of the list."""
    store = Store(database)
    try:
        return store.phones.page(Query(), 0, 1).phones[0].mac.colons
    finally:
        store.close()
