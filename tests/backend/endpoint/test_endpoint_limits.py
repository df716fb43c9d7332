"""What half-sent, idle and stalled connections may cost, and what happens when the database is away (case 72)."""

from __future__ import annotations

import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest

from helpdesk_tui.backend.endpoint.protocol import PhoneProtocol
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.step import Step
from tests.backend.endpoint.served import Served, failures_of, requests_of, until
from tests.backend.offices import add_phone, in_service
from tests.frozen_clock import FrozenClock


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """An endpoint that waits a second for a request, and holds few connections."""
    monkeypatch.setattr(PhoneProtocol, "head_takes", 0.5)
    monkeypatch.setattr(PhoneProtocol, "most_connections", 50)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    "start",
    [b"", b"GET /", b"GET /p/x/y HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nX", b"POST / HTTP/1.1\r\nContent-L"],
)
def test_a_half_sent_request_is_closed_however_it_drips(desk: Helpdesk, endpoint: Served, start: bytes) -> None:
    begun = time.monotonic()
    with socket.create_connection(("127.0.0.1", endpoint.port), timeout=10) as connection:
        connection.sendall(start)
        connection.settimeout(0.1)
        while time.monotonic() - begun < 30:
            try:
                if start:
                    connection.sendall(b"x")
                if connection.recv(100) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
    assert 0.4 < time.monotonic() - begun < 20
    log = desk.environment.database.with_suffix(".log")
    until(lambda: len(log.read_text().splitlines()) == (1 if start else 0))


@pytest.mark.usefixtures("impatient")
def test_a_body_that_never_ends_is_not_waited_for(desk: Helpdesk, endpoint: Served) -> None:
    head = (
        f"POST {endpoint.definitive(in_service(desk))} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\n"
    )
    begun = time.monotonic()
    assert endpoint.raw(head.encode() + b"x" * 1000).startswith(b"HTTP/1.1 404")
    assert time.monotonic() - begun < 20


@pytest.fixture
def crowd(endpoint: Served) -> Iterator[None]:
    """400 connections that say nothing."""
    with ExitStack() as stack:
        for _ in range(400):
            stack.enter_context(socket.create_connection(("127.0.0.1", endpoint.port), timeout=10))
        yield


def test_400_idle_connections_keep_no_phone_out(
    desk: Helpdesk, endpoint: Served, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr(PhoneProtocol, "most_connections", 50)
    request.getfixturevalue("crowd")
    answer = endpoint.get(endpoint.definitive(in_service(desk)))
    assert answer.status_code == 200
    assert answer.elapsed < timedelta(seconds=3)


def test_case_72_while_the_database_is_locked_known_phones_are_answered_and_noted_later(
    desk: Helpdesk, endpoint: Served
) -> None:
    known, new = in_service(desk), add_phone(desk, "80:5e:c0:11:22:33", "T46S")
    own, token = endpoint.definitive(known), endpoint.temporary(new)
    locker = sqlite3.connect(desk.environment.database, isolation_level=None)
    locker.execute("BEGIN EXCLUSIVE")
    assert endpoint.get(own).status_code == 200
    refused = endpoint.get(token)  # its first use must be on disk before it is answered
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")
    locker.execute("ROLLBACK")
    locker.close()
    assert endpoint.get(token).status_code == 200
    until(lambda: len(requests_of(desk)) == 2)
    until(lambda: endpoint.now(new).step is Step.DISABLED)


def test_case_72_while_the_database_is_gone_phones_hear_later_and_then_it_goes_on(
    desk: Helpdesk, endpoint: Served, clock: FrozenClock
) -> None:
    phone = in_service(desk)
    path, database = endpoint.definitive(phone), desk.environment.database
    assert endpoint.get(path).status_code == 200
    until(lambda: len(requests_of(desk)) == 1)
    database.rename(database.with_suffix(".away"))
    gone = endpoint.get(path)
    assert (gone.status_code, gone.headers["retry-after"]) == (503, "10")
    assert endpoint.get("/p/x/y").status_code == 503
    database.with_suffix(".away").rename(database)
    assert endpoint.get(path).status_code == 200
    until(lambda: len(requests_of(desk)) == 2)


def test_case_72_a_restored_backup_is_what_phones_get(desk: Helpdesk, endpoint: Served) -> None:
    phone = in_service(desk, name="Balie")
    path, database = endpoint.definitive(phone), desk.environment.database
    backup = database.with_suffix(".backup")
    with sqlite3.connect(database) as source, sqlite3.connect(backup) as copy:
        source.backup(copy)
    source.close()
    copy.close()
    desk.phones.set_text(phone, "name", "Magazijn")
    assert "Magazijn" in endpoint.get(path).text
    for left in ("-wal", "-shm"):
        database.with_name(database.name + left).unlink(missing_ok=True)
    backup.rename(database)
    until(lambda: "Balie" in endpoint.get(path).text)


def test_the_log_of_requests_stays_within_its_bounds(desk: Helpdesk, endpoint: Served, clock: FrozenClock) -> None:
    phone = in_service(desk)
    for _ in range(3):
        endpoint.get(endpoint.definitive(phone))
        endpoint.get("/p/x/y")
    until(lambda: len(requests_of(desk)) == 3 and failures_of(desk))
    clock.advance(timedelta(days=desk.environment.request_log_days - 1))
    desk.fetching.prune()
    assert len(requests_of(desk)) == 3
    desk.store.requests.prune(clock() - timedelta(days=900), 2)
    assert len(requests_of(desk)) == 2
    clock.advance(timedelta(days=2))
    desk.maintenance.tidy()
    assert (requests_of(desk), failures_of(desk)) == ((), ())
