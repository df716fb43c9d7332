"""Screens are tested on a real database with simulated services, a clock that stands still, and a capable console."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk_tui.backend import Environment, FirmwareEntry, Helpdesk, Phone, Vendor
from helpdesk_tui.backend.model.deadline import WeeklyDeadline
from helpdesk_tui.backend.model.environment import ServiceAccount, ServiceKind
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.organisation import Identity, Organisation, User
from helpdesk_tui.backend.use_cases.phones import NewPhone
from helpdesk_tui.screens.base import Session
from tests.frozen_clock import FrozenClock


@pytest.fixture(autouse=True)
def capable_console(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "HELPDESK_TUI_ASCII", "LC_ALL", "LC_CTYPE", "TMUX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("LANG", "en_GB.UTF-8")


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment(
        name="staging",
        database=tmp_path / "phones.db",
        base_domain="pbx.example.net",
        provisioning_url="https://provisioning.pbx.example.net",
        weekly_deadline=WeeklyDeadline.parse("wednesday 00:00 Europe/Amsterdam"),
        accounts={vendor: ServiceAccount(vendor, ServiceKind.SIMULATED) for vendor in Vendor},
    )


@pytest.fixture
def desk(environment: Environment, clock: FrozenClock) -> Iterator[Helpdesk]:
    """The backend of the operator Anna."""
    desk = Helpdesk(environment, "anna", clock=clock)
    yield desk
    desk.close()


@pytest.fixture
def colleague(desk: Helpdesk, environment: Environment, clock: FrozenClock) -> Iterator[Helpdesk]:
    """The same environment in another process, as far as the database can tell."""
    other = Helpdesk(environment, "piet", clock=clock)
    yield other
    other.close()


@pytest.fixture
def session(desk: Helpdesk) -> Session:
    return Session(desk, desk.environment.name, desk.operator)


@pytest.fixture
def read_only(environment: Environment, desk: Helpdesk, clock: FrozenClock) -> Iterator[Session]:
    """A session that cannot change anything."""
    looking = Helpdesk(environment, "anna", read_only=True, clock=clock)
    yield Session(looking, environment.name, "anna", read_only=True)
    looking.close()


@pytest.fixture
def organisation_id(desk: Helpdesk) -> int:
    """A customer whose name tries to be markup."""
    organisation = Organisation(0, "[bold]Bakkerij[/] Jansen", "bakkerij", "sip.pbx.example.net")
    return desk.store.directory.save_organisation(organisation)


@pytest.fixture
def snom(desk: Helpdesk, organisation_id: int) -> Phone:
    """A Snom D735 in normal operation, with somebody logged in."""
    user = User(0, organisation_id, "201", "[red]Anna[/foo] Jansen", (Identity("201a", "sip-secret-201"),))
    user_id = desk.store.directory.save_user(user)
    return add_phone(desk, organisation_id, "000413a1b2c3", "D735", {"user_id": user_id, "name": "Balie [/x]"})


@pytest.fixture
def yealink(desk: Helpdesk, organisation_id: int) -> Phone:
    """A Yealink T46S that nobody is logged in on."""
    return add_phone(desk, organisation_id, "805ec0112233", "T46S", {"name": "Kantoor"})


def add_phone(desk: Helpdesk, organisation_id: int, mac: str, model: str, values: dict[str, object]) -> Phone:
    """A phone that runs on the platform already."""
    new = NewPhone(Mac(mac), desk.catalogue.get(model), organisation_id, values)
    with desk.context.write():
        return desk.phones.insert(new, EventKind.IMPORTED, "Imported.")


def change(desk: Helpdesk, phone: Phone, **values: object) -> Phone:
    """What the endpoint would write down."""
    with desk.context.write():
        desk.store.phones.update(phone.id, values)
    return desk.phones.get(phone.id)


def add_firmware(desk: Helpdesk, version: str, *models: str, notes: str = "", known_problems: str = "") -> None:
    """A certified firmware."""
    ending = "rom" if desk.catalogue.get(models[0]).vendor is Vendor.YEALINK else "bin"
    file = f"{models[0]}-{version}.{ending}"
    entry = FirmwareEntry(0, Vendor.SNOM, version, models, file, notes=notes, known_problems=known_problems)
    desk.firmware.add(entry)
    desk.firmware.certify(version)
