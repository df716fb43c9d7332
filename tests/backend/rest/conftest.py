"""The REST API on the test's own environment, with passwords that are quick to check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from argon2 import PasswordHasher

from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.use_cases import passwords
from tests.backend.offices import SNOM, YEALINK, add_organisation, add_user, in_service
from tests.backend.rest.calling import Caller, api

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
NOBODYS_HASH = QUICK.hash("nobody's password")


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost nothing: `test_passwords` looks at the real ones."""
    monkeypatch.setattr(passwords, "_hasher", lambda: QUICK)
    monkeypatch.setattr(passwords, "_nobodys_hash", lambda: NOBODYS_HASH)


@dataclass(frozen=True)
class Places:
    """Two customers with a phone and a person each."""

    here: int
    there: int
    phone: int
    other_phone: int
    person: int
    other_person: int


@pytest.fixture
def places(desk: Helpdesk) -> Places:
    """`here` is where the users of the API are at home."""
    here, there = add_organisation(desk), add_organisation(desk, "Garage De Wit", "dewit")
    people = [add_user(desk, here, "201", "Anna Jansen"), add_user(desk, there, "301", "Piet de Wit")]
    phones = [in_service(desk, SNOM, name="Counter"), in_service(desk, YEALINK, "T46S", name="Workshop")]
    desk.store.phones.update(phones[1].id, {"organisation_id": there, "last_address": "198.51.100.7"})
    return Places(here, there, phones[0].id, phones[1].id, *people)


@pytest.fixture
def call(desk: Helpdesk, places: Places) -> Iterator[Caller]:
    """The API, called without credentials."""
    with api(desk) as caller:
        yield caller
