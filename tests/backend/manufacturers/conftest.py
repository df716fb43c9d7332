from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from helpdesk_tui.backend.manufacturers.factory import open_service
from helpdesk_tui.backend.manufacturers.service import Device, ManufacturerService
from helpdesk_tui.backend.manufacturers.simulator.faults import Fault, Wire
from helpdesk_tui.backend.manufacturers.simulator.server import SimulatorServer
from helpdesk_tui.backend.model.environment import ServiceAccount, ServiceKind
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.vendor import Vendor

URL = "https://prov.example.test/t/Zk3v9qLxw2RtY7aBcDeFgH/"

WIRES = {
    Wire.SRAPS: (Vendor.SNOM, ServiceKind.SRAPS),
    Wire.SNOM_XMLRPC: (Vendor.SNOM, ServiceKind.XMLRPC),
    Wire.YMCS: (Vendor.YEALINK, ServiceKind.YMCS),
    Wire.YEALINK_XMLRPC: (Vendor.YEALINK, ServiceKind.XMLRPC),
}


@dataclass(slots=True)
class Stage:
    """One wire of the simulator, and clients of it."""

    server: SimulatorServer
    wire: Wire

    def account(self, **changes: Any) -> ServiceAccount:
        account = self.server.account(*WIRES[self.wire])
        return replace(account, **{"requests_per_second": 1000.0} | changes)

    def open(self, **changes: Any) -> ManufacturerService:
        return open_service(self.account(**changes))

    @property
    def vendor(self) -> Vendor:
        return WIRES[self.wire][0]

    @property
    def phone(self) -> Device:
        return Device(Mac("000413aabbcc" if self.vendor is Vendor.SNOM else "805ec0aabbcc"))

    def registered(self) -> dict[str, tuple[str, str]]:
        """Tenant and URL of every phone, by MAC."""
        entries = self.server.simulator.state.registries[self.vendor].values()
        return {entry.mac: (entry.tenant, entry.url) for entry in entries}

    def fail(self, fault: Fault, **more: Any) -> None:
        self.server.simulator.inject(fault, wire=self.wire, **more)

    def statuses(self) -> list[int]:
        """Of all requests of this wire so far."""
        return [status for wire, _, _, status in self.server.simulator.requests if wire == self.wire]

    def give_to_other(self) -> None:
        self.server.simulator.state.put(self.vendor, "other", self.phone.mac.hex, "https://other.example/")


@pytest.fixture
def server() -> Iterator[SimulatorServer]:
    with SimulatorServer() as running:
        running.simulator.state.switches.requests_per_second = 10_000
        yield running


@pytest.fixture(params=list(WIRES), ids=str)
def stage(server: SimulatorServer, request: pytest.FixtureRequest) -> Stage:
    return Stage(server, request.param)
