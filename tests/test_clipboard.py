"""What is sent to the operator's clipboard, and what is said about it."""

from __future__ import annotations

import base64
import os
import stat
from pathlib import Path

import pytest

from helpdesk_tui.clipboard import MOST_BYTES, cut, send


def decoded(sequence: str) -> bytes:
    assert sequence.startswith("\x1b]52;c;") and sequence.endswith("\a")
    return base64.b64decode(sequence.removeprefix("\x1b]52;c;").removesuffix("\a"))


def test_the_terminal_is_asked_and_nobody_claims_that_it_obeyed() -> None:
    written: list[str] = []
    sentence = send("00:04:13:aa:bb:cc é", "the MAC", written.append, {})
    assert decoded("".join(written)).decode() == "00:04:13:aa:bb:cc é"
    assert sentence == "Sent to your terminal's clipboard: the MAC."


def test_long_text_is_cut_at_a_whole_character_and_that_is_said() -> None:
    written: list[str] = []
    text = "é€😀" * 20_000
    sentence = send(text, "the settings file", written.append, {})
    assert len(written[0]) <= 74_100
    sent = decoded(written[0]).decode()
    assert text.startswith(sent) and len(sent.encode()) > MOST_BYTES - 4
    assert f"without the last {len(text) - len(sent):,} characters" in sentence


def test_a_text_that_just_fits_is_whole() -> None:
    assert cut("x" * MOST_BYTES).left_out == 0
    assert cut("x" * (MOST_BYTES + 1)).left_out == 1


def test_inside_tmux_its_buffer_gets_the_text_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmux = tmp_path / "tmux"
    tmux.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/arguments\ncat > {tmp_path}/buffer\n')
    tmux.chmod(tmux.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    send("hello", "it", lambda _: None, {"TMUX": "/tmp/tmux-0/default,1,0"})
    assert (tmp_path / "arguments").read_text().split() == ["load-buffer", "-w", "-"]
    assert (tmp_path / "buffer").read_text() == "hello"


def test_a_tmux_that_is_gone_or_fails_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for behaviour in (None, "exit 1", "exec sleep 60"):
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin" if behaviour else str(tmp_path))
        if behaviour:
            (tmp_path / "tmux").write_text(f"#!/bin/sh\n{behaviour}\n")
            (tmp_path / "tmux").chmod(0o700)
        assert "Sent" in send("hello", "it", lambda _: None, {"TMUX": "/nowhere,1,0"})
