"""The process that writes down what phones fetch, beside the one that answers them: neither outlives the other."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest

from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.firmware_entry import FirmwareEntry
from helpdesk_tui.backend.model.step import Step
from helpdesk_tui.backend.model.vendor import Vendor
from tests.backend.endpoint.served import Serve, children, is_running, path_of, requests_of, serving, until
from tests.backend.offices import YEALINK, add_phone, in_service

STOPPED = 10.0
"""Seconds: three, and more for a machine that has much to do."""

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="finds processes as Linux shows them")


def test_when_the_server_is_killed_nothing_is_left_behind_and_the_books_agree(desk: Helpdesk, serve: Serve) -> None:
    path, office = path_of(desk, in_service(desk)), serve.office
    with httpx.Client(base_url=serve.url) as client:
        for _ in range(200):
            assert client.get(path).status_code == 200
        until(lambda: requests_of(desk))
    serve.process.kill()
    until(lambda: not is_running(office))
    assert len(serve.access_log.read_text().splitlines()) == len(requests_of(desk)) > 0


def test_workers_that_are_left_alone_end(desk: Helpdesk) -> None:
    with serving(desk.environment.database, "--workers", "2") as serve:
        workers = children(serve.process.pid)
        offices = [office for worker in workers for office in children(worker)]
        assert (len(workers), len(offices)) == (2, 2)
        serve.process.kill()
        until(lambda: not any(is_running(process) for process in (*workers, *offices)))
        assert serve.errors.read_text() == ""


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
    assert len(requests_of(desk)) == 1
    assert serve.errors.read_text() == ""


def test_a_new_phone_is_written_down_first_and_ends_disabled(desk: Helpdesk, serve: Serve) -> None:
    phone = add_phone(desk, YEALINK, "T46S")
    assert serve.get(path_of(desk, phone)) == 200
    assert desk.phones.get(phone.id).token == ""
    until(lambda: desk.phones.get(phone.id).step is Step.DISABLED)


def test_strangers_who_still_wait_do_not_keep_it_from_stopping(serve: Serve) -> None:
    with ExitStack() as stack:
        for _ in range(30):
            stranger = stack.enter_context(socket.create_connection(serve.address, timeout=10))
            stranger.sendall(b"GET /p/x/y HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        serve.process.terminate()
        assert serve.process.wait(timeout=20) == 0


def test_a_reader_of_a_firmware_who_takes_long_does_not_keep_it_from_stopping(desk: Helpdesk, serve: Serve) -> None:
    name, size = "T46S-66.86.0.20.rom", 32 * 2**20
    desk.environment.images.mkdir()
    desk.firmware.add(FirmwareEntry(0, Vendor.YEALINK, "66.86.0.20", ("T46S",), name, size))
    desk.firmware.certify("66.86.0.20")
    with (desk.environment.images / name).open("wb") as image:
        image.truncate(size)
    folder = path_of(desk, in_service(desk, YEALINK, "T46S")).rpartition("/")[0]
    with socket.socket() as reader:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.connect(serve.address)
        reader.sendall(f"GET {folder}/firmware/{name} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        assert reader.recv(12) == b"HTTP/1.1 200"
        serve.process.terminate()
        assert serve.process.wait(timeout=STOPPED) == 0
    assert serve.errors.read_text() == ""


@pytest.mark.parametrize("pause", [0.0, 0.1])
def test_who_asks_twice_to_stop_is_heard(serve: Serve, pause: float) -> None:
    office = serve.office
    serve.process.send_signal(signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        serve.process.wait(timeout=pause)
    serve.process.send_signal(signal.SIGINT)
    assert serve.process.wait(timeout=20) == 0
    assert not is_running(office)


def test_where_nobody_hears_that_it_is_ready_it_ends(desk: Helpdesk) -> None:
    command = [
        sys.executable,
        "-m",
        "helpdesk_tui",
        "--database",
        str(desk.environment.database),
        "serve",
        "--port",
        "0",
    ]
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(command, stdout=full, stderr=subprocess.DEVNULL, timeout=60)
    assert ended.returncode != 0


def test_a_folder_that_is_moved_away_and_back_is_gone_on_with(desk: Helpdesk, serve: Serve) -> None:
    path, folder = path_of(desk, in_service(desk)), desk.environment.database.parent
    assert serve.get(path) == 200
    until(lambda: len(requests_of(desk)) == 1)
    away = folder.with_name("away")
    folder.rename(away)
    until(lambda: serve.get(path) == 503)
    away.rename(folder)
    until(lambda: serve.get(path) == 200)
    new = add_phone(desk, YEALINK, "T46S")
    until(lambda: serve.get(path_of(desk, new)) == 200)
    until(lambda: new.id in {request.phone_id for request in requests_of(desk)})
    serve.process.terminate()
    assert serve.process.wait(timeout=20) == 0
