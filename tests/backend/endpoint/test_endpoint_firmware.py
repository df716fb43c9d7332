"""Firmware images: the right ones for the right phones, whole or in part; case 65."""

from __future__ import annotations

import hashlib
import socket
from pathlib import Path

import pytest

from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.firmware_entry import FirmwareEntry
from helpdesk_tui.backend.model.vendor import Vendor
from tests.backend.endpoint.served import Served, answers
from tests.backend.offices import SNOM, YEALINK, in_service

IMAGE = bytes(range(256)) * 2500
NAME = "T46S(T48S,T42S)-66.86.0.15.rom"


@pytest.fixture
def images(desk: Helpdesk) -> Path:
    """A certified image, and one that nobody knows."""
    folder = desk.environment.database.parent / "firmware"
    folder.mkdir()
    (folder / NAME).write_bytes(IMAGE)
    (folder / "unknown.rom").write_bytes(b"x")
    digest = hashlib.sha256(IMAGE).hexdigest()
    entry = FirmwareEntry(0, Vendor.YEALINK, "66.86.0.15", ("T46S",), NAME, len(IMAGE), digest)
    desk.firmware.add(entry)
    desk.firmware.certify("66.86.0.15")
    return folder


@pytest.fixture
def url(desk: Helpdesk, endpoint: Served, images: Path) -> str:
    """The path of the image, as the settings file names it."""
    phone = in_service(desk, YEALINK, "T46S")
    desk.firmware.carry_out(desk.firmware.plan([phone], "66.86.0.15"))
    text = endpoint.get(endpoint.definitive(phone)).text
    (line,) = (line for line in text.splitlines() if line.startswith("static.firmware.url"))
    return line.partition("example.net")[2]


def test_the_image_is_sent_whole(endpoint: Served, url: str) -> None:
    answer = endpoint.get(url)
    assert answer.content == IMAGE
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["etag"] == f'"{hashlib.sha256(IMAGE).hexdigest()}"'
    assert endpoint.get(url, if_none_match=answer.headers["etag"]).status_code == 304
    head = endpoint.get(url, "HEAD")
    assert (head.headers["content-length"], head.content) == (str(len(IMAGE)), b"")


@pytest.mark.parametrize("more", ["", "Connection: keep-alive\r\n", "TE: trailers\r\nContent-Length: 0\r\n"])
def test_the_connection_goes_on_after_an_image(endpoint: Served, url: str, more: str) -> None:
    asked = [("GET", url), ("HEAD", url), ("GET", url), ("GET", url.rpartition("/")[0]), ("GET", url)]
    expected = [(200, IMAGE), (200, b""), (200, IMAGE), (404, b"Not found\n"), (200, IMAGE)]
    requests = [f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{more}\r\n".encode() for method, path in asked]
    with socket.create_connection(("127.0.0.1", endpoint.port), timeout=10) as connection:
        for request, (method, _), answer in zip(requests, asked, expected, strict=True):
            connection.sendall(request)
            assert answers(connection, [method]) == [answer]
        connection.sendall(b"".join(requests))
        assert answers(connection, [method for method, _ in asked]) == expected


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-0", slice(0, 1)),
        ("bytes=300000-", slice(300000, None)),
        ("bytes=-10", slice(-10, None)),
        ("bytes=5-99999999", slice(5, None)),
        ("bytes=262143-262145", slice(262143, 262146)),
    ],
)
def test_a_part_is_sent_where_a_phone_goes_on(endpoint: Served, url: str, header: str, part: slice) -> None:
    answer = endpoint.get(url, range=header)
    assert (answer.status_code, answer.content) == (206, IMAGE[part])
    start = part.indices(len(IMAGE))[0]
    assert answer.headers["content-range"] == f"bytes {start}-{start + len(answer.content) - 1}/{len(IMAGE)}"


def test_ranges_that_are_none_and_ranges_outside(endpoint: Served, url: str) -> None:
    for header in ("bytes=", "lines=1-2", "bytes=5-2,7-9", "bytes=--", "bytes=a-b", "bytes=9-5", "bytes=9999999-5"):
        assert endpoint.get(url, range=header).content == IMAGE
    for header in (f"bytes={len(IMAGE)}-", "bytes=-0"):
        assert endpoint.get(url, range=header).status_code == 416
    assert endpoint.get(url, range="bytes=0-1", if_range='"other"').content == IMAGE


def test_case_65_nothing_else_comes_out_of_the_folder(
    desk: Helpdesk, endpoint: Served, url: str, images: Path, tmp_path: Path
) -> None:
    folder = url.rpartition("/")[0]
    (images / ".hidden.rom").write_bytes(b"x")
    for name in ("unknown.rom", ".hidden.rom", "../test.db", "%2e%2e%2ftest.db", "..%5ctest.db", "/etc/passwd", ""):
        assert endpoint.get(f"{folder}/{name}").status_code == 404
    other = endpoint.definitive(in_service(desk, SNOM, "D735")).rpartition("/")[0]
    assert endpoint.get(f"{other}/firmware/{url.rpartition('/')[2]}").status_code == 404  # of another model
    assert endpoint.get(url).status_code == 200


def test_case_65_a_symbolic_link_is_no_image(endpoint: Served, url: str, images: Path, tmp_path: Path) -> None:
    (images / NAME).rename(tmp_path / "elsewhere.rom")
    (images / NAME).symlink_to(tmp_path / "elsewhere.rom")
    assert endpoint.get(url).status_code == 404


@pytest.mark.parametrize("content", [b"", IMAGE[:-1], IMAGE[:-1] + b"x"])
def test_case_65_an_image_that_was_changed_is_not_sent(
    endpoint: Served, url: str, images: Path, content: bytes
) -> None:
    assert endpoint.get(url).status_code == 200
    (images / NAME).write_bytes(content)
    assert endpoint.get(url).status_code == 404


def test_a_withdrawn_image_is_not_sent(desk: Helpdesk, endpoint: Served, url: str) -> None:
    desk.firmware.withdraw("66.86.0.15")
    assert endpoint.get(url).status_code == 404
