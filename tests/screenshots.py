"""Draws the README's pictures (`make screenshots`): the demo at a moment that stands still, driven by keys."""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "assets" / "screenshots"
SIZE = (100, 30)

# Name of the picture -> the keys that lead there from the list of phones.
PICTURES: dict[str, Sequence[str]] = {
    "phones": (),
    "search": ("slash", *"jansen"),
    "phone": ("slash", *"b2c3", "enter"),
    "settings-file": ("slash", *"b2c3", "enter", "v", *"jjjj"),
    "firmware": ("slash", *"b2c3", "enter", "u", "down"),
    "fix": ("slash", *"b2c3", "enter", "f", "a"),
    "boot": ("slash", *"b2c3", "enter", "t"),
    "sites": ("L",),
    "services": ("S",),
}


async def draw(name: str, keys: Sequence[str], folder: Path) -> None:
    """Play the keys and write the picture."""
    from helpdesk_tui.app import HelpdeskApp
    from helpdesk_tui.backend import Helpdesk
    from helpdesk_tui.backend.demo import create_demo, demo_environment
    from helpdesk_tui.screens.base import Session
    from helpdesk_tui.screens.phones import PhonesScreen
    from helpdesk_tui.widgets.header import DEMO
    from tests.frozen_clock import FrozenClock

    path = folder / f"{name}.db"
    create_demo(path, FrozenClock()())
    desk = Helpdesk(demo_environment(path), "n.peeters", clock=FrozenClock())
    app = HelpdeskApp(Session(desk, "demo", desk.operator, (DEMO,)), PhonesScreen, theme="dark")
    async with app.run_test(size=SIZE) as pilot:
        for key in ("", *keys, ""):
            if key:
                await pilot.press(key)
            for _ in range(2):
                await app.workers.wait_for_complete()
                await pilot.pause()
        picture = app.export_screenshot(title="Helpdesk TUI")
    desk.close()
    # Viewers have a monospaced font of their own: nothing is to be fetched from elsewhere.
    picture = re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)
    (FOLDER / f"{name}.svg").write_text(picture, encoding="utf-8")


def main() -> None:
    """Draw all of them."""
    os.environ |= {"TERM": "xterm-256color", "TZ": "UTC", "LANG": "C.UTF-8", "TEXTUAL_ANIMATIONS": "none"}
    for name in ("NO_COLOR", "COLORTERM", "LC_ALL", "HELPDESK_TUI_ASCII"):
        os.environ.pop(name, None)
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, keys in PICTURES.items():
            asyncio.run(draw(name, keys, Path(folder)))


if __name__ == "__main__":
    main()
