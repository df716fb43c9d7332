"""A Helpdesk on a database of the test's own, with a clock that the test moves and services that it switches."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk_tui.backend.helpdesk import Helpdesk
from tests.backend.offices import open_desk
from tests.frozen_clock import FrozenClock


@pytest.fixture
def desk(tmp_path: Path, clock: FrozenClock) -> Iterator[Helpdesk]:
    """An empty environment."""
    opened = open_desk(tmp_path, clock)
    yield opened
    opened.close()


@pytest.fixture
def colleague(tmp_path: Path, clock: FrozenClock, desk: Helpdesk) -> Iterator[Helpdesk]:
    """The same environment, opened by somebody else."""
    opened = open_desk(tmp_path, clock, operator="bert")
    yield opened
    opened.close()
