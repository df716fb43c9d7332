"""The process that writes down what phones fetch, beside the one that answers them: neither outlives the other."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import httpx
import pytest

from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.step import Step
from tests.backend.endpoint.served import Serve, is_running, path_of, until
from tests.backend.offices import YEALINK, add_phone, in_service

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="finds processes as Linux shows them")


def test_when_the_server_is_killed_nothing_is_left_behind_and_the_books_agree(desk: Helpdesk, serve: Serve) -> None:
    path, office = path_of(desk, in_service(desk)), serve.office
    with httpx.Client(base_url=serve.url) as client:
        for _ in range(200):
            assert client.get(path).status_code == 200
        until(lambda: desk.fetching.latest())
    serve.process.kill()
    until(lambda: not is_running(office))
    assert len(serve.access_log.read_text().splitlines()) == len(desk.fetching.latest()) > 0


def test_the_server_stops_when_nobody_writes_down_any_more(desk: Helpdesk, serve: Serve) -> None:
    os.kill(serve.office, signal.SIGKILL)
    assert serve.process.wait(timeout=20) == 1
    assert "ended by itself" in serve.errors.read_text()


def test_what_every_process_is_told_ends_them_in_order(desk: Helpdesk, serve: Serve) -> None:
    office = serve.office
    path = path_of(desk, in_service(desk))
    assert serve.get(path) == 200
    for process in (office, serve.process.pid):  # as systemd does, and ctrl+c
        os.kill(process, signal.SIGTERM)
    assert serve.process.wait(timeout=20) == 0
    assert not is_running(office)
    assert len(desk.fetching.latest()) == 1
    assert serve.errors.read_text() == ""


def test_a_new_phone_is_written_down_first_and_ends_disabled(desk: Helpdesk, serve: Serve) -> None:
    phone = add_phone(desk, YEALINK, "T46S")
    assert serve.get(path_of(desk, phone)) == 200
    assert desk.phones.get(phone.id).token == ""
    until(lambda: desk.phones.get(phone.id).step is Step.DISABLED)
