"""Phones of both vendors that boot against a real endpoint, as provisioning.txt tells it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from helpdesk_tui.backend.endpoint.server import in_background
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.manufacturers.simulator.server import SimulatorServer
from helpdesk_tui.backend.model.firmware_entry import FirmwareEntry
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.request import Via
from helpdesk_tui.backend.model.step import Step
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.virtual_phone import BootStep, Progress, VirtualPhone, ask_over_http
from tests.backend.endpoint.served import until
from tests.backend.offices import SNOM, YEALINK, add_phone, service

PHONES = ((SNOM, "D735"), (YEALINK, "T46S"))


@dataclass
class Desk:
    """A virtual phone's way to the endpoint of a real Helpdesk."""

    desk: Helpdesk
    url: str
    seen: list[Progress] = field(default_factory=list)

    def phone(self, phone: Phone, **more: object) -> VirtualPhone:
        """The device for this phone of the database."""
        return VirtualPhone(
            phone.mac,
            self.desk.catalogue.get(phone.model),
            service(self.desk, phone.vendor).phone_asks,
            reach=(self.desk.environment.provisioning_url, self.url),
            progress=self.seen.append,
            **more,  # type: ignore[arg-type]
        )

    def steps(self) -> list[BootStep]:
        """The steps seen since the last time, repetitions left out."""
        steps = [progress.step for progress in self.seen]
        self.seen.clear()
        return [step for place, step in enumerate(steps) if place == 0 or steps[place - 1] is not step]


@pytest.fixture
def office(desk: Helpdesk) -> Iterator[Desk]:
    """The endpoint of the test's environment."""
    with in_background(desk) as url:
        yield Desk(desk, url)


@pytest.mark.parametrize(("mac", "model"), PHONES)
def test_a_reset_phone_boots_until_it_can_make_calls(office: Desk, mac: str, model: str) -> None:
    phone = add_phone(office.desk, mac, model)
    virtual = office.phone(phone)
    assert virtual.boot()
    until(lambda: office.desk.phones.get(phone.id).step is Step.DISABLED)
    until(lambda: office.desk.phones.get(phone.id).firmware_installed == virtual.firmware)
    until(lambda: {request.via for request in office.desk.phones.requests(phone)} == set(Via))
    start = [BootStep.SOFTWARE, BootStep.LIGHTS, BootStep.NETWORK, BootStep.ADDRESS, BootStep.TIME]
    got = [BootStep.ENDPOINT, BootStep.CHECK, BootStep.APPLY]
    ready = [BootStep.TIME_ZONE, BootStep.REGISTER, BootStep.IDLE]
    first = [*start, BootStep.MANUFACTURER, *got, BootStep.REBOOT]
    assert office.steps() == [*first, *start, *got, *ready]
    assert virtual.boot()
    assert office.steps() == [*start, *got, *ready]  # the manufacturer is no longer contacted
    assert all(request.note == "" for request in office.desk.phones.requests(phone))


def test_a_phone_that_is_not_registered_boots_for_manual_use(office: Desk) -> None:
    phone = add_phone(office.desk)
    office.desk.registration.deregister(phone)
    virtual = office.phone(phone)
    assert not virtual.boot()
    assert office.steps()[-2:] == [BootStep.MANUFACTURER, BootStep.IDLE]
    assert virtual.settings == {}


def test_a_phone_remembers_its_settings_in_its_file_until_it_is_reset(office: Desk, tmp_path: Path) -> None:
    phone = add_phone(office.desk)
    state = tmp_path / "phone.json"
    assert office.phone(phone, state_file=state).boot()
    assert state.stat().st_mode & 0o077 == 0
    office.steps()
    again = office.phone(phone, state_file=state)
    assert again.boot()
    assert BootStep.MANUFACTURER not in office.steps()
    again.factory_reset()
    assert not office.phone(phone, state_file=state).boot()


@pytest.mark.parametrize(("mac", "model", "old", "new"), [(YEALINK, "T46S", "66.84.0.125", "66.86.0.15")])
def test_a_selected_firmware_is_loaded_from_our_server_and_reported(
    office: Desk, mac: str, model: str, old: str, new: str
) -> None:
    desk = office.desk
    phone = add_phone(desk, mac, model)
    folder = desk.environment.database.parent / "firmware"
    folder.mkdir()
    (folder / f"{model}-{new}.rom").write_bytes(b"image")
    digest = hashlib.sha256(b"image").hexdigest()
    desk.firmware.add(FirmwareEntry(0, Vendor.YEALINK, new, (model,), f"{model}-{new}.rom", 5, digest))
    desk.firmware.certify(new)
    virtual = office.phone(phone, firmware=old)
    assert virtual.boot()
    until(lambda: desk.phones.get(phone.id).firmware_installed == old)
    desk.firmware.carry_out(desk.firmware.plan([desk.phones.get(phone.id)], new))
    office.steps()
    assert virtual.boot()
    assert virtual.firmware == new
    assert BootStep.FIRMWARE in office.steps()
    until(lambda: desk.phones.get(phone.id).firmware_installed == new)
    desk.firmware.carry_out(desk.firmware.plan([desk.phones.get(phone.id)], None))
    assert virtual.boot()
    assert BootStep.FIRMWARE not in office.steps()  # the choice was really taken back


def test_progress_and_repr_hold_no_secret(office: Desk) -> None:
    phone = add_phone(office.desk)
    virtual = office.phone(phone)
    virtual.boot()
    told = repr(virtual) + "".join(progress.text for progress in office.seen)
    current = office.desk.phones.get(phone.id)
    assert not any(secret in told for secret in (current.secret, current.sip_password, current.web_password))


@pytest.mark.parametrize("vendor", Vendor)
def test_the_simulated_services_are_asked_over_http(vendor: Vendor) -> None:
    mac = Mac.parse(SNOM if vendor is Vendor.SNOM else YEALINK)
    with SimulatorServer() as simulator:
        ask = ask_over_http(simulator.url, vendor, "D735" if vendor is Vendor.SNOM else "T46S")
        assert ask(mac) is None
        simulator.simulator.state.put(vendor, "ours", mac.hex, "https://pbx.example.net/t/1/")
        assert ask(mac) == "https://pbx.example.net/t/1/"
