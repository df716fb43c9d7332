"""`helpdesk-tui web` in a real browser."""

from __future__ import annotations

import base64
import json
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import httpx
import pyte
import pytest

from tests.real_program import PRIVATE, PROGRAM, check_database, environ

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

Served = tuple[str, "subprocess.Popen[str]"]


@pytest.fixture
def served(demo_file: Path) -> Iterator[Served]:
    """The address, once it listens, and the process."""
    with serving("--database", str(demo_file), "--read-only", "web", "--port", "0") as running:
        yield running


@contextmanager
def serving(*arguments: str) -> Iterator[Served]:
    """The program with these arguments."""
    command = (*PROGRAM[:-2], *arguments)
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", env=environ(TERM="dumb")
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:"), process.communicate(timeout=10)
        yield address, process
    finally:
        process.terminate()
        process.communicate(timeout=20)


class Tab:
    """What a browser tab shows: its terminal is painted on a canvas, so the line to the program is read along."""

    def __init__(self, browser: Chrome) -> None:
        self.browser = browser
        self.requested: list[str] = []
        self._terminal = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self._terminal)

    def read(self) -> str:
        """The screen now."""
        for entry in self.browser.get_log("performance"):  # type: ignore[no-untyped-call]
            event: dict[str, Any] = json.loads(entry["message"])["message"]
            if event["method"] == "Network.requestWillBeSent":
                self.requested.append(event["params"]["request"]["url"])
            elif event["method"] == "Network.webSocketFrameReceived":
                frame = event["params"]["response"]
                if frame["opcode"] == 2:
                    self._feed(base64.b64decode(frame["payloadData"]))
        return "\n".join(self._terminal.display)

    def _feed(self, data: bytes) -> None:
        self._stream.feed(PRIVATE.sub(b"", data))

    def resize(self, columns: int, lines: int) -> None:
        """The browser's window decides how many cells there are."""
        self._terminal.resize(lines, columns)

    def until(self, holds: Callable[[str], object], seconds: float = 30.0) -> str:
        """Wait until this holds for the screen."""
        deadline = time.monotonic() + seconds
        while not holds(shown := self.read()):
            assert time.monotonic() < deadline, shown
            time.sleep(0.05)
        return shown

    def type(self, keys: str) -> None:
        """Type into the terminal, once it takes keys."""
        from selenium.webdriver.common.by import By

        self.browser.find_element(By.CSS_SELECTOR, ".xterm-helper-textarea").send_keys(keys)


def test_a_tab_shows_the_phones_and_asks_nobody_else_for_anything(
    browser: Chrome, served: Served, demo_file: Path
) -> None:
    from selenium.webdriver.common.keys import Keys

    address, process = served
    tab = Tab(browser)
    tab.resize(200, 60)
    browser.get(address)
    tab.until(lambda text: "READ-ONLY" in text and "attention" in text and "Activate first." in text)
    assert browser.title == "Helpdesk"
    tab.type("/jansen")
    tab.until(lambda text: re.search(r" \d+ of 60 phones", text))
    tab.type(Keys.ENTER)
    tab.until(lambda text: "Provisioning by manufacturer" in text)
    assert {url.split("/")[2] for url in tab.requested if url.startswith("http")} == {address.split("/")[2]}
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []  # type: ignore[no-untyped-call]
    tab.type("q")
    ended = browser.find_element("id", "ended")
    tab.until(lambda _: ended.is_displayed())
    ended.find_element("tag name", "button").click()
    tab.until(lambda text: "Activate first." in text)  # another session; it is open when the server ends
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=20)
    assert "behind a proxy that asks for a login" in err
    assert "Traceback" not in out + err
    check_database(demo_file)


HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {},
        {"Origin": "http://evil.example:1", "Host": "evil.example:1"},
    ],
)
def test_other_pages_cannot_open_a_line(served: Served, headers: dict[str, str]) -> None:
    address, _ = served
    answer = httpx.get(f"{address}/ws", headers={**HANDSHAKE, **headers})
    assert answer.status_code == 403


async def test_the_proxy_says_who_it_is(demo_file: Path) -> None:
    """With a header that it sets, every session has a name of its own; without it there is no session."""
    arguments = ("--database", str(demo_file), "web", "--port", "0", "--operator-header", "X-Remote-User")
    with serving(*arguments) as (address, _):
        async with aiohttp.ClientSession(headers={"Origin": address}) as client:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await client.ws_connect(f"{address}/ws")
            assert refused.value.status == 403
            hostile = "anna; touch /tmp/hacked $(id)"
            async with client.ws_connect(f"{address}/ws", headers={"X-Remote-User": hostile}) as tab:
                await tab.receive_bytes(timeout=60)
                assert hostile in names_of_programs(demo_file)


def names_of_programs(database: Path) -> list[str]:
    """The operators' names that programs on this database were started with."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                words = (entry / "cmdline").read_text().split("\0")
                surroundings = (entry / "environ").read_text().split("\0")
            except (OSError, UnicodeDecodeError):
                continue
            if str(database) in words:
                named = [line.partition("=")[2] for line in surroundings if line.startswith("HELPDESK_TUI_OPERATOR=")]
                found += named
    return found
