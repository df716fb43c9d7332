"""An endpoint on the test's own environment."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from helpdesk_tui.backend.helpdesk import Helpdesk
from tests.backend.endpoint.served import Served, served


@pytest.fixture
def endpoint(desk: Helpdesk) -> Iterator[Served]:
    """It listens on a free port; time stands still."""
    with served(desk) as running:
        yield running
