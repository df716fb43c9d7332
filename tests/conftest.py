"""What every test shares: nothing of the developer's machine leaks in, and time stands still."""

from __future__ import annotations

import gc
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.frozen_clock import FrozenClock

# Textual reads these when it is imported, so they are settled here and not in a fixture.
for _name in ("NO_COLOR", "TEXTUAL_THEME", "COLORTERM", "HELPDESK_TUI_CONFIG"):
    os.environ.pop(_name, None)
os.environ |= {"TEXTUAL_ANIMATIONS": "none", "TZ": "UTC"}

# Time limits would measure the machine; in CI the examples are the same in every run.
settings.register_profile("local", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("local"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


LONGEST_ID = 100
"""Characters of a parameter in a test's name; names travel between processes for every test."""


def pytest_make_parametrize_id(val: object) -> str | None:
    """A long text is told by its beginning; None leaves it to pytest."""
    if isinstance(val, str | bytes) and len(val) > LONGEST_ID:
        return f"{val[:40]!r}…{len(val)}"
    return None


def pytest_collection_finish() -> None:
    """Thousands of tests stay in memory: garbage is not to be looked for among them again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of the test's own, not made yet: where configuration, data, state and cache go by default."""
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    for kind in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(home / kind.lower()))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(home / "run"))
    return home


@pytest.fixture
def clock() -> FrozenClock:
    """A clock that stands still until the test advances it."""
    return FrozenClock()


@pytest.fixture(scope="session")
def demo_made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo database, as of now."""
    from helpdesk_tui.backend.demo import create_demo

    path = tmp_path_factory.mktemp("demo-made-once") / "demo.db"
    create_demo(path, datetime.now(UTC))
    return path


@pytest.fixture
def demo_file(demo_made_once: Path, tmp_path: Path) -> Path:
    """A demo database of the test's own, for programs that are started on it."""
    folder = tmp_path / "data"
    folder.mkdir()
    return Path(shutil.copy(demo_made_once, folder / "demo.db"))
