"""Pictures of a platform elsewhere, each approved by a person: what it tells, and what it is said not to offer."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator

import pytest
from textual.pilot import Pilot

from helpdesk_tui.app import HelpdeskApp
from helpdesk_tui.backend import CompassDesk, Fact
from helpdesk_tui.backend.compass.environment import CompassEnvironment
from helpdesk_tui.screens.base import HelpdeskScreen, Session
from helpdesk_tui.screens.remote_phone import RemotePhoneScreen
from helpdesk_tui.screens.remote_phones import RemotePhonesScreen
from tests.backend.compass.conftest import FIELDS, platform
from tests.backend.compass.documented_server import PASSWORD, USERNAME, running
from tests.frozen_clock import FrozenClock
from tests.snapshots.test_pictures import SIZES, capable_console, settled

__all__ = ["capable_console"]

Compare = Callable[..., bool]


@pytest.fixture
def desk() -> Iterator[CompassDesk]:
    """Everything was read; the firmware is not in the field map."""
    fields: dict[Fact, str] = {fact: path for fact, path in FIELDS.items() if fact is not Fact.FIRMWARE}
    with running(platform()) as server:
        environment = CompassEnvironment("remote", server.url, USERNAME, PASSWORD, ("2004",), fields)
        desk = CompassDesk(environment, "n.peeters", clock=FrozenClock())
        desk.read_all()
        yield desk
        desk.close()


def showing(text: str) -> Callable[[Pilot[int]], Awaitable[None]]:
    """Wait until this stands on the screen: the platform answers when it pleases."""

    async def wait(pilot: Pilot[int]) -> None:
        end = time.monotonic() + 30
        while text not in shown(pilot) and time.monotonic() < end:
            await pilot.pause(0.02)
        await settled(pilot)

    return wait


def shown(pilot: Pilot[int]) -> str:
    """What stands in the terminal."""
    strips = pilot.app.screen._compositor.render_strips()
    return "".join(segment.text for strip in strips for segment in strip)


def app_showing(desk: CompassDesk, screen: Callable[[Session], HelpdeskScreen]) -> HelpdeskApp:
    return HelpdeskApp(Session.of(desk), screen, theme="dark")


def test_remote_phones(snap_compare: Compare, desk: CompassDesk) -> None:
    app = app_showing(desk, RemotePhonesScreen)
    assert snap_compare(app, terminal_size=SIZES["140x45"], run_before=showing("4 phones"))


def test_remote_phone(snap_compare: Compare, desk: CompassDesk) -> None:
    app = app_showing(desk, lambda session: RemotePhoneScreen(session, desk.find("31")))
    assert snap_compare(app, terminal_size=SIZES["80x24"], run_before=showing("Keys in its status"))
