"""A disk that fails under a running endpoint: phones are told to come later, and it recovers by itself (case 72)."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from helpdesk_tui.backend.endpoint.access_log import AccessLog
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.step import Step
from helpdesk_tui.backend.store.connections import Connections, Held
from tests.backend.endpoint.served import Serve, Served, path_of, requests_of, until
from tests.backend.offices import YEALINK, add_phone, in_service


@pytest.fixture
def paths(desk: Helpdesk, endpoint: Served) -> tuple[str, str]:
    """Of a phone in service, and of a new phone, whose first visit must be written down before it is answered."""
    return endpoint.definitive(in_service(desk)), endpoint.definitive(add_phone(desk, YEALINK, "T46S"))


def is_later(answer: httpx.Response) -> bool:
    """Whether the phone heard that it shall come again."""
    return answer.status_code == 503 and answer.headers["retry-after"] == "10"


def test_while_the_database_is_read_only_known_phones_are_answered_and_noted_later(
    desk: Helpdesk, endpoint: Served, paths: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    own, new = paths
    connect = Connections.open

    def read_only(connections: Connections) -> Held:
        held = connect(connections)
        held.connection.execute("PRAGMA query_only = ON")
        return held

    with monkeypatch.context() as patch:
        patch.setattr(Connections, "open", read_only)
        desk.store.database.close()
        until(lambda: is_later(endpoint.get(new)))
        until(lambda: endpoint.get(own).status_code == 200)
    desk.store.database.close()
    until(lambda: endpoint.get(new).status_code == 200)
    until(lambda: {"1", "2"} == {str(request.phone_id) for request in requests_of(desk)})


def limit_files(serve: Serve, limits: tuple[int, int]) -> None:
    """How large files may be that the server writes."""
    for number in (serve.process.pid, serve.office):
        resource.prlimit(number, resource.RLIMIT_FSIZE, limits)


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux can limit the files of another process")
def test_while_the_disk_is_full_known_phones_are_answered_and_noted_later(desk: Helpdesk, serve: Serve) -> None:
    own, new = path_of(desk, in_service(desk)), path_of(desk, add_phone(desk, YEALINK, "T46S"))
    with httpx.Client(base_url=serve.url, timeout=20) as client:
        assert client.get(own).status_code == 200
        until(lambda: len(requests_of(desk)) == 1)
        unlimited = resource.prlimit(serve.office, resource.RLIMIT_FSIZE)
        limit_files(serve, (0, resource.RLIM_INFINITY))
        assert client.get(own).status_code == 200
        assert is_later(client.get(new))
        assert len(requests_of(desk)) == 1
        limit_files(serve, unlimited)
        assert client.get(new).status_code == 200
        until(lambda: len(requests_of(desk)) == 3)
        assert desk.store.database.problems() == ()


def test_an_access_log_that_cannot_be_written_is_said_once_and_again_when_it_can(desk: Helpdesk, serve: Serve) -> None:
    own, log = path_of(desk, in_service(desk)), serve.access_log
    assert serve.get(own) == 200
    until(log.read_text)
    log.rename(log.with_suffix(".1"))
    log.mkdir()
    for number in (2, 3, 4):  # one after the other, each in a batch of its own
        assert serve.get(own) == 200
        until(lambda number=number: len(requests_of(desk)) == number)  # type: ignore[misc]
    log.rmdir()
    assert serve.get(own) == 200
    until(lambda: log.exists() and log.read_text())
    left_out, last = (json.loads(line) for line in log.read_text().splitlines())
    assert (left_out, last["status"]) == ({"left_out": 3}, 200)
    until(lambda: "written again: 3 lines" in serve.errors.read_text())
    assert serve.errors.read_text().count("\n") == 2


def test_a_line_that_the_disk_had_no_room_for_spoils_no_other(tmp_path: Path) -> None:
    log = AccessLog(tmp_path / "access.log")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40, before[1]))
    try:
        for number in range(4):
            log.write([{"request": number}])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    log.write([{"request": 4}])
    log.close()
    lines = (tmp_path / "access.log").read_text().splitlines()
    assert [*lines[:2], *lines[3:]] == [*(f'{{"request": {n}}}' for n in (0, 1)), '{"left_out": 2}', '{"request": 4}']


def elsewhere(database: Path, statement: str) -> str:
    """The first value that another process gets from the database; empty when it cannot read it at this moment."""
    program = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
    program += " print(*(c.execute(sys.argv[2]).fetchone() or [''])); c.close()"
    run = subprocess.run([sys.executable, "-c", program, str(database), statement], capture_output=True, text=True)
    return run.stdout.strip()


@pytest.mark.parametrize("deleted", [("-wal",), ("-wal", "-shm")])
def test_a_deleted_write_ahead_log_is_replaced_and_what_was_in_it_saved(
    desk: Helpdesk, endpoint: Served, paths: tuple[str, str], deleted: tuple[str, ...]
) -> None:
    own, _ = paths
    database = desk.environment.database
    assert endpoint.get(own).status_code == 200
    until(lambda: len(requests_of(desk)) == 1)
    for end in deleted:
        database.with_name(database.name + end).unlink()
    until(database.with_name(database.name + "-wal").exists)
    for path in paths:
        until(lambda path=path: endpoint.get(path).status_code == 200)  # type: ignore[misc]
    until(lambda: int(elsewhere(database, "SELECT count(*) FROM requests") or 0) >= 3)
    until(lambda: elsewhere(database, "SELECT step FROM phones WHERE id = 2") == Step.DISABLED)
    assert elsewhere(database, "PRAGMA integrity_check") == "ok"
    elsewhere(database, "UPDATE phones SET name = 'Magazijn'")
    assert "Magazijn" in endpoint.get(own).text


@pytest.mark.parametrize("deleted", [("-wal",), ("-wal", "-shm")])
def test_both_processes_of_the_server_survive_a_deleted_write_ahead_log(
    desk: Helpdesk, serve: Serve, deleted: tuple[str, ...]
) -> None:
    own, new = path_of(desk, in_service(desk)), path_of(desk, add_phone(desk, YEALINK, "T46S"))
    database = desk.environment.database
    assert serve.get(own) == 200
    until(lambda: elsewhere(database, "SELECT count(*) FROM requests") == "1")
    desk.close()  # nobody else holds on to the log
    for end in deleted:
        database.with_name(database.name + end).unlink(missing_ok=True)
    for path in (own, new):
        until(lambda path=path: serve.get(path) == 200)  # type: ignore[misc]
    # What is committed in the very moment of the deletion may be lost; what phones do afterwards is not.
    statement = "SELECT count(*) FROM requests"
    until(lambda: serve.get(own) == 200 and int(elsewhere(database, statement) or 0) >= 3)
    disabled = "SELECT step FROM phones WHERE id = 2"
    until(lambda: serve.get(new) == 200 and elsewhere(database, disabled) == Step.DISABLED)
    assert elsewhere(database, "PRAGMA integrity_check") == "ok"
