"""Large images: one of more than 2 GB in parts, and a reader that keeps nobody else waiting; case 65."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from helpdesk_tui.backend.endpoint.firmware import FirmwareFiles
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.firmware_entry import FirmwareEntry
from helpdesk_tui.backend.model.vendor import Vendor
from tests.backend.endpoint.served import Served
from tests.backend.offices import YEALINK, add_phone, in_service

NAME, VERSION = "T46S(T48S,T42S)-66.86.0.20.rom", "66.86.0.20"
BORDER = 2**31
"""Bytes that fit a signed number of 32 bits; programs that count so break here."""


@pytest.fixture
def offer(desk: Helpdesk, endpoint: Served) -> Callable[[int], tuple[str, Path]]:
    """Offers an image of this size, which is a hole and takes no room; its path for a phone, and the file."""

    def made(size: int) -> tuple[str, Path]:
        folder = desk.environment.images
        folder.mkdir()
        # Before the file is there, so that nobody computes its digest.
        desk.firmware.add(FirmwareEntry(0, Vendor.YEALINK, VERSION, ("T46S",), NAME, size))
        desk.firmware.certify(VERSION)
        with (folder / NAME).open("wb") as file:
            file.truncate(size)
        own = endpoint.definitive(in_service(desk, YEALINK, "T46S")).rpartition("/")[0]
        return f"{own}/firmware/{quote(NAME)}", folder / NAME

    return made


def test_case_65_an_image_of_more_than_2_gb_is_sent_in_parts(
    endpoint: Served, offer: Callable[[int], tuple[str, Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    # To read so much takes many seconds on a busy machine; that digests are compared is tested with small images.
    monkeypatch.setattr(FirmwareFiles, "_digest", lambda self, image: "0" * 64)
    size = BORDER + 100
    url, file = offer(size)
    with file.open("r+b") as image:
        image.seek(BORDER - 4)
        image.write(b"before\0after")
    head = endpoint.get(url, "HEAD")
    assert (head.status_code, head.headers["content-length"]) == (200, str(size))
    part = endpoint.get(url, range=f"bytes={BORDER - 4}-{BORDER + 7}")
    assert (part.status_code, part.content) == (206, b"before\0after")
    assert part.headers["content-range"] == f"bytes {BORDER - 4}-{BORDER + 7}/{size}"
    last = endpoint.get(url, range=f"bytes={size - 10}-")
    assert (last.status_code, last.content) == (206, bytes(10))
    assert endpoint.get(url, range=f"bytes={size}-").status_code == 416


def test_readers_that_stall_keep_nobody_out(
    desk: Helpdesk, endpoint: Served, offer: Callable[[int], tuple[str, Path]]
) -> None:
    size = 32 * 2**20
    url, _ = offer(size)
    phone = add_phone(desk)
    stalled = [socket.socket() for _ in range(40)]  # more than there are threads that read files
    try:
        for reader in stalled:
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.settimeout(60)
            reader.connect(("127.0.0.1", endpoint.port))
            reader.sendall(f"GET {url} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        assert all(reader.recv(12) == b"HTTP/1.1 200" for reader in stalled)
        for path in (endpoint.temporary(phone), endpoint.definitive(phone)):
            answer = endpoint.get(path)
            assert answer.status_code == 200
            assert answer.elapsed < timedelta(seconds=3)
        part = endpoint.get(url, range="bytes=0-99")
        assert (part.status_code, len(part.content)) == (206, 100)
        received = 12
        while more := stalled[0].recv(2**20):
            received += len(more)
        assert received > size, "who goes on reading gets the whole image"
    finally:
        for reader in stalled:
            reader.close()
