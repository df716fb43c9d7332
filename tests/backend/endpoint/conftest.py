"""An endpoint on the test's own environment."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from helpdesk_tui.backend.helpdesk import Helpdesk
from tests.backend.endpoint.served import Serve, Served, served, serving
from tests.backend.offices import environment
from tests.frozen_clock import FrozenClock


@pytest.fixture
def endpoint(desk: Helpdesk) -> Iterator[Served]:
    """It listens on a free port; time stands still."""
    with served(desk) as running:
        yield running


@pytest.fixture
def serve(clock: FrozenClock, desk: Helpdesk) -> Iterator[Serve]:
    """It is another process, so it lives today, and would end at once what was registered long ago."""
    clock.moment = datetime.now(UTC)
    with serving(desk.environment.database) as running:
        yield running


@pytest.fixture
def behind(tmp_path: Path, clock: FrozenClock) -> Iterator[Served]:
    """An endpoint behind a proxy that it trusts."""
    configured = dataclasses.replace(environment(tmp_path / "test.db"), trusted_proxies=("127.0.0.0/8", "10.9.0.0/16"))
    desk = Helpdesk(configured, "anna", clock=clock)
    with served(desk) as endpoint:
        yield endpoint
    desk.close()
