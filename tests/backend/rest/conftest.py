"""The REST API on the test's own environment, with passwords that are quick to check."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from helpdesk_tui.backend.use_cases import passwords

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
NOBODYS_HASH = QUICK.hash("nobody's password")


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost nothing: `test_passwords` looks at the real ones."""
    monkeypatch.setattr(passwords, "_hasher", lambda: QUICK)
    monkeypatch.setattr(passwords, "_nobodys_hash", lambda: NOBODYS_HASH)
