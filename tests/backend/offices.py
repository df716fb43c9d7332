"""A small customer with its environment, for every test that needs a Helpdesk."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.manufacturers.simulated import SimulatedService
from helpdesk_tui.backend.model.deadline import DEFAULT_RULE, WeeklyDeadline
from helpdesk_tui.backend.model.environment import Environment, ServiceAccount, ServiceKind
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.organisation import Identity, Organisation, User
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.store import Clock
from helpdesk_tui.backend.use_cases.phones import NewPhone
from helpdesk_tui.backend.use_cases.registration import Attempt

SNOM, YEALINK = "00:04:13:a1:b2:c3", "80:5e:c0:11:22:33"


class Remembering(SimulatedService):
    """A simulated service that keeps its phones in a file, so that several processes meet the same one."""

    def __init__(self, vendor: Vendor, file: Path, now: Clock) -> None:
        self._file: Path | None = None
        super().__init__(vendor, now=now)
        self._file = file

    @property
    def _entries(self) -> Any:
        return pickle.loads(self._file.read_bytes()) if self._file and self._file.exists() else {}

    @_entries.setter
    def _entries(self, entries: Any) -> None:
        if self._file:
            self._file.write_bytes(pickle.dumps(entries))


def environment(database: Path) -> Environment:
    """An environment whose services are simulated."""
    return Environment(
        name="test",
        database=database,
        base_domain="pbx.example.net",
        provisioning_url="https://provisioning.pbx.example.net",
        weekly_deadline=WeeklyDeadline.parse(DEFAULT_RULE),
        accounts={vendor: ServiceAccount(vendor, ServiceKind.SIMULATED) for vendor in Vendor},
    )


def open_desk(folder: Path, clock: Clock, *, operator: str = "anna", read_only: bool = False) -> Helpdesk:
    """The environment in this folder; its services remember in files there, as real ones do elsewhere."""
    desk = Helpdesk(environment(folder / "test.db"), operator, read_only=read_only, clock=clock)
    for vendor in Vendor:
        desk.services.put(Remembering(vendor, folder / f"{vendor.value}.pickle", clock))
    return desk


def service(desk: Helpdesk, vendor: Vendor = Vendor.SNOM) -> SimulatedService:
    """The simulated service, to switch its failures."""
    found = desk.services.of(vendor)
    assert isinstance(found, SimulatedService)
    return found


def add_organisation(desk: Helpdesk, name: str = "Bakkerij Jansen", short_name: str = "jansen") -> int:
    """A customer; returns its id."""
    return desk.store.directory.save_organisation(
        Organisation(0, name, short_name, f"sip.{desk.environment.base_domain}")
    )


def add_user(desk: Helpdesk, organisation_id: int, extension: str, name: str) -> int:
    """A person with one identity; returns its id."""
    identity = Identity(f"{organisation_id}-{extension}", "s3cret")
    return desk.store.directory.save_user(User(0, organisation_id, extension, name, (identity,)))


def new_phone(desk: Helpdesk, mac: str = SNOM, model: str = "D735", **values: object) -> NewPhone:
    """What is needed to add a phone to the first organisation, which is made when there is none."""
    organisations = desk.store.directory.organisations()
    organisation_id = organisations[0].id if organisations else add_organisation(desk)
    return NewPhone(Mac.parse(mac), desk.catalogue.get(model), organisation_id, values)


def add_phone(desk: Helpdesk, mac: str = SNOM, model: str = "D735", **values: object) -> Phone:
    """A phone that is added and registered, as far as the service lets it."""
    phone = desk.phones.add(new_phone(desk, mac, model, **values)).phone
    assert phone is not None
    return phone


def in_service(desk: Helpdesk, mac: str = SNOM, model: str = "D735", **values: object) -> Phone:
    """A phone that runs on the platform already: disabled, and seen just now."""
    with desk.context.write():
        phone = desk.phones.insert(new_phone(desk, mac, model, **values), EventKind.IMPORTED, "Imported.")
        desk.store.phones.update(phone.id, {"last_seen": desk.clock()})
    return desk.phones.get(phone.id)


def fetches(desk: Helpdesk, phone: Phone) -> bool:
    """The phone fetches its settings, as the endpoint writes it down."""
    desk.store.phones.update(phone.id, {"last_seen": desk.clock()})
    return desk.registration.phone_fetched(desk.phones.get(phone.id))


def run_due(desk: Helpdesk) -> list[Attempt]:
    """One round of the queue."""
    return list(desk.registration.run_due())
