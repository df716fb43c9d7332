"""What every test shares: nothing of the developer's machine leaks in, and time stands still."""

from __future__ import annotations

import os
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
