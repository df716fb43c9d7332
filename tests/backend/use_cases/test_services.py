"""What the manufacturers' services themselves say, over HTTP, beside what we believe."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.request import urlopen

import pytest

from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.manufacturers.service import Device, Failure, Lookup
from helpdesk_tui.backend.manufacturers.simulator.faults import Fault, Wire
from helpdesk_tui.backend.manufacturers.simulator.server import SimulatorServer
from helpdesk_tui.backend.model.environment import ServiceKind
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.reason import Reason
from helpdesk_tui.backend.model.step import Step
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.use_cases.services import Asked
from tests.backend.offices import SNOM, YEALINK, add_phone, environment, in_service
from tests.frozen_clock import FrozenClock

WIRES = {
    Wire.SRAPS: (Vendor.SNOM, ServiceKind.SRAPS),
    Wire.SNOM_XMLRPC: (Vendor.SNOM, ServiceKind.XMLRPC),
    Wire.YMCS: (Vendor.YEALINK, ServiceKind.YMCS),
    Wire.YEALINK_XMLRPC: (Vendor.YEALINK, ServiceKind.XMLRPC),
}
PHONES = {Vendor.SNOM: (SNOM, "D735"), Vendor.YEALINK: (YEALINK, "T46S")}


@dataclass
class Stage:
    """An environment whose services are simulators, and one phone of one of them."""

    wire: Wire
    server: SimulatorServer
    desk: Helpdesk

    def phone(self) -> Phone:
        """Added and registered."""
        return add_phone(self.desk, *PHONES[WIRES[self.wire][0]])

    def now(self, phone: Phone) -> Phone:
        return self.desk.phones.get(phone.id)

    def ask(self, phone: Phone) -> Asked:
        return self.desk.manufacturers.ask(self.now(phone))

    def reconcile(self, phone: Phone, asked: Asked) -> Phone:
        assert self.desk.manufacturers.reconcile(self.now(phone), asked).ok
        return self.now(phone)

    def holds(self, phone: Phone, url: str, tenant: str = "ours") -> None:
        """Let the manufacturer hold this, whoever has caused it."""
        self.server.simulator.state.put(phone.vendor, tenant, phone.mac.hex, url)

    def forgets(self, phone: Phone) -> None:
        self.desk.services.of(phone.vendor).deregister(Device(phone.mac))


@pytest.fixture(params=WIRES, ids=str)
def stage(request: pytest.FixtureRequest, tmp_path: Path, clock: FrozenClock) -> Iterator[Stage]:
    with SimulatorServer() as server:
        vendor, kind = WIRES[request.param]
        found = environment(tmp_path / "test.db")
        accounts = {**found.accounts, vendor: server.account(vendor, kind)}
        desk = Helpdesk(replace(found, accounts=accounts), "anna", clock=clock)
        yield Stage(request.param, server, desk)
        desk.close()


def test_both_agree(stage: Stage) -> None:
    phone = stage.phone()
    asked = stage.ask(phone)
    assert asked.agrees and "registered with our account. That is what we believe too." in asked.sentence
    waiting = in_service(stage.desk, PHONES[phone.vendor][0][:-2] + "99", PHONES[phone.vendor][1])
    asked = stage.ask(waiting)
    assert asked.agrees and "not registered with our account. That is what we believe too." in asked.sentence
    assert stage.desk.phones.history(waiting.mac)[0].text == f"Asked the manufacturer. {asked.sentence}"


def test_a_registration_that_got_lost_is_made_again(stage: Stage) -> None:
    phone = stage.phone()
    stage.forgets(phone)
    asked = stage.ask(phone)
    assert not asked.agrees and "A reset now would strand it: register it again." in asked.sentence
    assert stage.reconcile(phone, asked).step is Step.ACTIVE
    assert stage.ask(phone).agrees


def test_a_registration_that_is_left_over_is_removed(stage: Stage) -> None:
    phone = in_service(stage.desk, *PHONES[WIRES[stage.wire][0]])
    stage.holds(phone, f"{stage.desk.environment.provisioning_url}/t/former/")
    asked = stage.ask(phone)
    assert not asked.agrees and "A registration is left over: remove it." in asked.sentence
    assert stage.reconcile(phone, asked).step is Step.DISABLED
    assert stage.ask(phone).agrees


@pytest.mark.parametrize("stage", [Wire.SRAPS, Wire.SNOM_XMLRPC, Wire.YMCS], indirect=True, ids=str)
def test_another_environment_has_activated_the_phone(stage: Stage) -> None:
    phone = stage.phone()
    stage.holds(phone, "https://staging.example.net/t/abc/")
    asked = stage.ask(phone)
    assert not asked.agrees and "sent to another address" in asked.sentence
    assert "staging" not in asked.sentence
    stage.reconcile(phone, asked)
    assert stage.ask(phone).agrees

    stage.desk.registration.deregister(stage.now(phone))
    stage.holds(phone, "https://staging.example.net/t/abc/")
    assert "Another environment has activated it: leave it" in stage.ask(phone).sentence


@pytest.mark.parametrize("stage", [Wire.SRAPS, Wire.SNOM_XMLRPC, Wire.YEALINK_XMLRPC], indirect=True, ids=str)
def test_a_phone_of_another_account(stage: Stage) -> None:
    phone = stage.phone()
    stage.holds(phone, "https://other.example/", tenant="other")
    asked = stage.ask(phone)
    assert not asked.agrees and "registered with another account" in asked.sentence
    assert "its owner must release it first" in asked.sentence
    assert not stage.desk.manufacturers.reconcile(phone, asked).ok
    assert stage.now(phone).reason is Reason.OWNED_ELSEWHERE
    assert "registered with another account. Our step says provision." in stage.ask(phone).sentence


def test_a_service_that_does_not_answer(stage: Stage) -> None:
    phone = stage.phone()
    stage.server.simulator.inject(Fault.ERROR_503, times=None)
    asked = stage.ask(phone)
    assert isinstance(asked.lookup, Failure) and asked.agrees
    assert "cannot be reached" in asked.sentence and "It said: HTTP 503" in asked.sentence
    assert stage.now(phone).step is Step.ACTIVE


@pytest.mark.parametrize("stage", [Wire.YMCS], indirect=True, ids=str)
def test_yealink_tells_the_last_contact_and_the_pin_that_a_technician_needs(stage: Stage) -> None:
    phone = stage.phone()
    assert phone.pin == ""
    stage.server.simulator.state.switches.yealink_sends_file = True  # a redirect would be followed
    urlopen(f"{stage.server.url}/yealink/phone/service.do?method=redirect&mac={phone.mac.hex}", timeout=5)
    asked = stage.ask(phone)
    assert isinstance(asked.lookup, Lookup) and asked.lookup.last_contact is not None
    assert stage.now(phone).pin == asked.lookup.pin and len(stage.now(phone).pin) == 5
    assert all(stage.now(phone).pin not in event.text for event in stage.desk.phones.history(phone.mac))


def test_moments_that_are_only_played_do_not_reach_the_services(stage: Stage, clock: FrozenClock) -> None:
    """Signatures and timestamps are compared with the true time: the clock of these tests is far from it."""
    assert stage.phone().step is Step.ACTIVE
    assert stage.desk.manufacturers.report(WIRES[stage.wire][0]).problems == ()


def test_a_long_queue_of_one_service_does_not_hide_that_of_the_other(desk: Helpdesk) -> None:
    many = [in_service(desk, f"00:04:13:00:{n // 256:02x}:{n % 256:02x}") for n in range(600)]
    desk.registration.queue_activation([*many, in_service(desk, YEALINK, "T46S")])
    assert {vendor: len(desk.manufacturers.queue(vendor).jobs) for vendor in Vendor} == {
        Vendor.SNOM: 600,
        Vendor.YEALINK: 1,
    }
