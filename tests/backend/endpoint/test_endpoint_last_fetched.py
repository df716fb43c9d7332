"""What a phone has after a fetch is kept, so that it can be compared with what it would get now."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from helpdesk_tui.backend import Helpdesk
from helpdesk_tui.backend.endpoint import recorder
from tests.backend.endpoint.served import AGENTS, Served, requests_of, until
from tests.backend.offices import SNOM, YEALINK, in_service
from tests.frozen_clock import FrozenClock


@pytest.mark.parametrize(("mac", "model"), [(SNOM, "D735"), (YEALINK, "T46S")])
def test_the_fetched_file_is_kept_and_compared(
    desk: Helpdesk, endpoint: Served, clock: FrozenClock, mac: str, model: str
) -> None:
    phone = in_service(desk, mac, model)
    answer = endpoint.get(endpoint.definitive(phone), user_agent=AGENTS[model])
    until(lambda: desk.settings.since_fetched(endpoint.now(phone)))
    begun = clock.moment
    found = desk.settings.since_fetched(endpoint.now(phone))
    assert found is not None and (found[0], found[1].lines) == (begun, ())

    clock.advance(timedelta(hours=1))
    changed = desk.phones.set_text(endpoint.now(phone), "vlan", "42")
    found = desk.settings.since_fetched(changed)
    assert found is not None and found[0] == begun and found[1].lines

    endpoint.get(endpoint.definitive(phone), user_agent=AGENTS[model], if_none_match=answer.headers["etag"])
    until(lambda: (now := desk.settings.since_fetched(endpoint.now(phone))) and not now[1].lines)


def test_a_change_that_is_taken_back_leaves_the_phone_with_what_it_had(
    desk: Helpdesk, endpoint: Served, clock: FrozenClock
) -> None:
    phone = in_service(desk)

    def settled() -> bool:
        found = desk.settings.since_fetched(endpoint.now(phone))
        return found is not None and not found[1].lines

    for vlan in ("", "42", "", "42"):
        desk.phones.set_text(endpoint.now(phone), "vlan", vlan)
        clock.advance(timedelta(hours=1))
        for _ in range(2):
            assert endpoint.get(endpoint.definitive(phone), user_agent=AGENTS["D735"]).status_code == 200
        until(settled)


def test_files_that_wait_for_the_database_take_no_more_than_their_room(
    desk: Helpdesk, endpoint: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    phones = [in_service(desk, f"00:04:13:a1:b2:{number:02x}", "D735") for number in range(5)]
    monkeypatch.setattr(recorder, "MOST_FILES", 3)

    def kept() -> int:
        return sum(desk.settings.since_fetched(endpoint.now(phone)) is not None for phone in phones)

    with closing(sqlite3.connect(desk.environment.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for phone in phones:
            assert endpoint.get(endpoint.definitive(phone)).status_code == 200
        other.execute("COMMIT")
    until(lambda: len(requests_of(desk)) == 5)
    until(lambda: kept() == 3)
    for phone in phones[3:]:
        assert endpoint.get(endpoint.definitive(phone)).status_code == 200
    until(lambda: kept() == 5)


def test_other_files_and_heads_are_no_fetch_of_settings(desk: Helpdesk, endpoint: Served) -> None:
    phone = in_service(desk, YEALINK, "T46S")
    path = endpoint.definitive(phone)
    folder = path.rpartition("/")[0]
    endpoint.get(path, method="HEAD", user_agent=AGENTS["T46S"])
    endpoint.get(f"{folder}/y000000000066.cfg", user_agent=AGENTS["T46S"])
    until(lambda: len(desk.phones.requests(phone)) == 2)
    assert desk.store.fetched.get(phone.id) is None
