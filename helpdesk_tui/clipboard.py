"""The operator's own clipboard, which lies at the other end of the SSH line: only their terminal can reach it.

OSC 52 asks the terminal; tmux drops that by default, and takes `load-buffer -w` instead. Neither answers, so that
nobody can say that it worked: only that it was sent.
"""

from __future__ import annotations

import base64
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass

MOST_BYTES = 55_500
"""Of text; 74,000 when encoded. Terminals silently drop more than about that."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What is sent of a text."""

    data: bytes
    left_out: int
    """Characters at the end that do not fit."""


def cut(text: str) -> Cut:
    """As much of the text as terminals accept, ending at a whole character."""
    data = text.encode("utf-8", "replace")
    kept = data[:MOST_BYTES].decode("utf-8", "ignore")
    return Cut(kept.encode("utf-8"), len(text) - len(kept)) if len(data) > MOST_BYTES else Cut(data, 0)


def osc52(data: bytes) -> str:
    """The escape sequence that asks a terminal to put this on its clipboard."""
    return f"\x1b]52;c;{base64.b64encode(data).decode('ascii')}\a"


def send(text: str, what: str, write: Callable[[str], None], environ: Mapping[str, str]) -> str:
    """Send the text on its way; the sentence returned says what was done, in the words of `what`.

    `write` writes to the terminal. Inside tmux this waits for tmux (2 s at most): call it in a thread.
    """
    part = cut(text)
    write(osc52(part.data))
    if environ.get("TMUX"):
        _load_tmux_buffer(part.data)
    if part.left_out:
        return f"Sent to your terminal's clipboard: {what}, without the last {part.left_out:,} characters (too long)."
    return f"Sent to your terminal's clipboard: {what}."


def _load_tmux_buffer(data: bytes) -> None:
    """`-w` makes tmux (3.2 or newer) pass it on to the terminal it runs in."""
    tmux = shutil.which("tmux")
    if tmux is None:
        return
    try:
        subprocess.run([tmux, "load-buffer", "-w", "-"], input=data, timeout=2, check=False, capture_output=True)
    except (OSError, subprocess.TimeoutExpired):
        return  # the escape sequence may have arrived, and we promised nothing
