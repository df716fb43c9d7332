"""Several requests on one connection: answered in their order, each whole, until one of the two wants to close it."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from http.client import HTTPConnection

import pytest

from helpdesk_tui.backend.endpoint.app import MOST_SLOW_MISSES
from helpdesk_tui.backend.helpdesk import Helpdesk
from tests.backend.endpoint.served import Served, answers, failures_of, until
from tests.backend.offices import SNOM, YEALINK, in_service


def test_requests_that_are_sent_together_are_answered_in_their_order(desk: Helpdesk, endpoint: Served) -> None:
    paths = [endpoint.definitive(in_service(desk, mac, model)) for mac, model in ((SNOM, "D735"), (YEALINK, "T46S"))]
    files = [endpoint.get(path).content for path in paths]
    asked = [("GET", paths[0]), ("GET", "/p/x/y"), ("HEAD", paths[1]), ("GET", paths[1]), ("GET", paths[0])]
    with socket.create_connection(("127.0.0.1", endpoint.port), timeout=10) as connection:
        for _ in range(2):
            together = "".join(f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" for method, path in asked)
            connection.sendall(together.encode())
            assert answers(connection, [method for method, _ in asked]) == [
                (200, files[0]),
                (404, b"Not found\n"),
                (200, b""),
                (200, files[1]),
                (200, files[0]),
            ]


def test_a_reader_that_pauses_gets_all_answers_whole(desk: Helpdesk, endpoint: Served) -> None:
    path = endpoint.definitive(in_service(desk))
    file, many = endpoint.get(path).content, 200
    with socket.create_connection(("127.0.0.1", endpoint.port), timeout=10) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode() * many)
        assert endpoint.get(path).content == file  # others are answered meanwhile
        assert answers(connection, ["GET"] * many) == [(200, file)] * many


@pytest.mark.parametrize("version", ["HTTP/1.1\r\nConnection: close", "HTTP/1.0"])
def test_who_wants_no_second_answer_is_left_alone_after_the_first(
    desk: Helpdesk, endpoint: Served, version: str
) -> None:
    path = endpoint.definitive(in_service(desk))
    received = endpoint.raw(f"GET {path} {version}\r\nHost: 127.0.0.1\r\n\r\n".encode())
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK") and b"connection: close" in head.lower()
    assert body == endpoint.get(path).content


def test_an_unchanged_file_keeps_the_connection(desk: Helpdesk, endpoint: Served) -> None:
    path = endpoint.definitive(in_service(desk))
    connection = HTTPConnection("127.0.0.1", endpoint.port, timeout=10)
    connection.request("GET", path)
    whole = connection.getresponse()
    file, etag, first = whole.read(), whole.getheader("etag"), connection.sock
    for headers, expected in (({"If-None-Match": etag or ""}, (304, b"")), ({}, (200, file))):
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == expected
    assert connection.sock is first
    connection.close()


def test_who_leaves_before_the_answer_costs_nothing(desk: Helpdesk, endpoint: Served) -> None:
    path = endpoint.definitive(in_service(desk))
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", endpoint.port), timeout=10) as connection:
            connection.sendall(b"GET /p/x/y HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert endpoint.get(path).status_code == 200
    until(lambda: len(failures_of(desk)) == 1)
    until(lambda: failures_of(desk)[0].count == 20)


def test_more_strangers_than_are_kept_waiting_are_cut_off_and_the_server_goes_on(
    desk: Helpdesk, endpoint: Served
) -> None:
    path = endpoint.definitive(in_service(desk))
    with ExitStack() as stack:
        many = [
            stack.enter_context(socket.create_connection(("127.0.0.1", endpoint.port), timeout=10))
            for _ in range(3 * MOST_SLOW_MISSES)
        ]
        for connection in many:
            connection.sendall(b"GET /p/x/y HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert [answers(connection, ["GET"]) for connection in many] == [[(404, b"Not found\n")]] * len(many)
    assert endpoint.get(path).status_code == 200
