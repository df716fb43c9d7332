"""Pictures of what operators look at, each approved by a person: on the demo's data, with a clock that stands still.

`pytest tests/snapshots --snapshot-update` draws them anew; look at every one that changed before committing it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from helpdesk_tui.app import HelpdeskApp
from helpdesk_tui.backend import Helpdesk, Phone, VerdictKind, parse_query
from helpdesk_tui.backend.demo import create_demo, demo_environment
from helpdesk_tui.screens.activity import ActivityScreen
from helpdesk_tui.screens.base import NOTICE_SECONDS, HelpdeskScreen, Session
from helpdesk_tui.screens.firmware import FirmwareScreen
from helpdesk_tui.screens.move import MoveScreen
from helpdesk_tui.screens.phone import PhoneScreen
from helpdesk_tui.screens.phones import PhonesScreen
from helpdesk_tui.screens.services import ServicesScreen
from helpdesk_tui.screens.settings_file import SettingsFileScreen
from helpdesk_tui.widgets.header import DEMO
from tests.frozen_clock import FrozenClock

SIZES = {"80x24": (80, 24), "140x45": (140, 45)}
sizes = pytest.mark.parametrize("size", list(SIZES.values()), ids=list(SIZES))


@pytest.fixture(autouse=True)
def capable_console(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "HELPDESK_TUI_ASCII", "LC_ALL", "LC_CTYPE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    for severity in NOTICE_SECONDS:
        monkeypatch.setitem(NOTICE_SECONDS, severity, 3600.0)  # also on a machine that is slow


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's database, made once."""
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    create_demo(path, FrozenClock()())
    return path


@pytest.fixture
def desk(demo_file: Path, tmp_path: Path) -> Iterator[Helpdesk]:
    path = tmp_path / "demo.db"
    shutil.copy(demo_file, path)
    desk = Helpdesk(demo_environment(path), "n.peeters", clock=FrozenClock())
    yield desk
    desk.close()


def first_phone(desk: Helpdesk, query: str) -> Phone:
    return desk.phones.page(parse_query(query), 0, 1).phones[0]


async def settled(pilot: Pilot[int]) -> None:
    for _ in range(3):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


def app_showing(desk: Helpdesk, screen: Callable[[Session], HelpdeskScreen]) -> HelpdeskApp:
    return HelpdeskApp(Session(desk, "demo", desk.operator, (DEMO,)), screen, theme="dark")


Compare = Callable[..., bool]


@sizes
def test_phones(snap_compare: Compare, desk: Helpdesk, size: tuple[int, int]) -> None:
    assert snap_compare(app_showing(desk, PhonesScreen), terminal_size=size, run_before=settled)


def test_search(snap_compare: Compare, desk: Helpdesk) -> None:
    async def search(pilot: Pilot[int]) -> None:
        await settled(pilot)
        await pilot.press("slash", *"org:jansen !ok")
        await settled(pilot)

    assert snap_compare(app_showing(desk, PhonesScreen), terminal_size=SIZES["80x24"], run_before=search)


@sizes
@pytest.mark.parametrize("kind", list(VerdictKind))
def test_phone(snap_compare: Compare, desk: Helpdesk, size: tuple[int, int], kind: VerdictKind) -> None:
    phone = first_phone(desk, f"verdict:{kind.value}")
    app = app_showing(desk, lambda session: PhoneScreen(session, phone.id))
    assert snap_compare(app, terminal_size=size, run_before=settled)


@sizes
@pytest.mark.parametrize("vendor", ["snom", "yealink"])
def test_settings_file(snap_compare: Compare, desk: Helpdesk, size: tuple[int, int], vendor: str) -> None:
    phone = first_phone(desk, f"vendor:{vendor} verdict:ok")
    app = app_showing(desk, lambda session: SettingsFileScreen(session, phone.id))
    assert snap_compare(app, terminal_size=size, run_before=settled)


@sizes
def test_firmware(snap_compare: Compare, desk: Helpdesk, size: tuple[int, int]) -> None:
    phone = first_phone(desk, "model:T46S verdict:ok")
    app = app_showing(desk, lambda session: FirmwareScreen(session, (phone.id,)))
    assert snap_compare(app, terminal_size=size, run_before=settled)


@sizes
def test_move(snap_compare: Compare, desk: Helpdesk, size: tuple[int, int]) -> None:
    phone = first_phone(desk, "jansen vendor:snom")
    app = app_showing(desk, lambda session: MoveScreen(session, (phone.id,)))
    assert snap_compare(app, terminal_size=size, run_before=settled)


@sizes
def test_activity(snap_compare: Compare, desk: Helpdesk, size: tuple[int, int]) -> None:
    app = app_showing(desk, lambda session: ActivityScreen(session, search="!by:platform since:30d"))
    assert snap_compare(app, terminal_size=size, run_before=settled)


@sizes
def test_services(snap_compare: Compare, desk: Helpdesk, size: tuple[int, int]) -> None:
    assert snap_compare(app_showing(desk, ServicesScreen), terminal_size=size, run_before=settled)


@pytest.mark.parametrize(
    "key", ["L", "U", "o", "b", "t"], ids=["sites", "rollout", "organisation", "function-keys", "timeline"]
)
def test_what_a_phone_leads_to(snap_compare: Compare, desk: Helpdesk, key: str) -> None:
    phone = first_phone(desk, "vendor:snom verdict:ok user:an")

    async def open_it(pilot: Pilot[int]) -> None:
        await settled(pilot)
        await pilot.press(key)
        await settled(pilot)

    app = app_showing(desk, lambda session: PhoneScreen(session, phone.id))
    assert snap_compare(app, terminal_size=SIZES["80x24"], run_before=open_it)


DIRECTORY = {
    "organisations": (("O",), "80x24"),
    "users": (("O", "enter"), "80x24"),
    "users-wide": (("O", "enter"), "140x45"),
    "user": (("O", "enter", "enter", "end"), "80x24"),
}


@pytest.mark.parametrize("picture", list(DIRECTORY))
def test_directory(snap_compare: Compare, desk: Helpdesk, picture: str) -> None:
    keys, size = DIRECTORY[picture]
    phone = first_phone(desk, "org:jansen verdict:ok user:an")

    async def go(pilot: Pilot[int]) -> None:
        await settled(pilot)
        for key in keys:
            await pilot.press(key)
            await settled(pilot)

    app = app_showing(desk, lambda session: PhoneScreen(session, phone.id))
    assert snap_compare(app, terminal_size=SIZES[size], run_before=go)


@sizes
def test_help(snap_compare: Compare, desk: Helpdesk, size: tuple[int, int]) -> None:
    async def ask(pilot: Pilot[int]) -> None:
        await settled(pilot)
        await pilot.press("question_mark")
        await settled(pilot)

    assert snap_compare(app_showing(desk, PhonesScreen), terminal_size=size, run_before=ask)


def test_a_question(snap_compare: Compare, desk: Helpdesk) -> None:
    phone = first_phone(desk, "verdict:ok")

    async def ask(pilot: Pilot[int]) -> None:
        await settled(pilot)
        await pilot.press("a")
        await pilot.pause()

    app = app_showing(desk, lambda session: PhoneScreen(session, phone.id))
    assert snap_compare(app, terminal_size=SIZES["80x24"], run_before=ask)
