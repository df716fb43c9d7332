"""The document's three ways of moving phones, step by step, with phones that boot against real endpoints.

provisioning.txt, "Moving phones between organisations on the same environment" (1. the API's way, 2. manually) and
"Moving phones between two or more environments". Manufacturers, environments and phones speak real HTTP.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from helpdesk_tui.backend.endpoint.server import Listen, in_background
from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.manufacturers.simulator.server import SimulatorServer
from helpdesk_tui.backend.model.environment import Environment, ServiceKind
from helpdesk_tui.backend.model.keys import CustomSetting, FunctionKey, KeyFunction, Scope
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.organisation import Organisation
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.step import Step
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.use_cases.phones import NewPhone
from helpdesk_tui.backend.virtual_phone import BootStep, Progress, VirtualPhone, ask_over_http
from tests.backend import offices
from tests.backend.endpoint.served import until

PHONES = pytest.mark.parametrize(("mac", "model"), [(offices.SNOM, "D735"), (offices.YEALINK, "T46S")])


@dataclass
class Platform:
    """One environment with its endpoint; its manufacturers are shared with the others."""

    desk: Helpdesk
    home: Organisation
    other: Organisation

    def add(self, mac: str, model: str, **values: object) -> Phone:
        """Add the phone to its home organisation, which registers it."""
        new = NewPhone(Mac.parse(mac), self.desk.catalogue.get(model), self.home.id, values)
        attempt = self.desk.phones.add(new)
        assert attempt.ok and attempt.phone
        return attempt.phone

    def now(self, phone: Phone) -> Phone:
        return self.desk.phones.find(phone.mac.colons)

    def rests(self, phone: Phone) -> None:
        """Wait until it is in normal operation: what the phone did is written down, and its registration ended."""
        until(lambda: self.now(phone).step is Step.DISABLED and self.now(phone).pending is None)


@contextmanager
def platform(folder: Path, name: str, simulator: SimulatorServer) -> Iterator[Platform]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    accounts = {
        Vendor.SNOM: simulator.account(Vendor.SNOM, ServiceKind.SRAPS),
        Vendor.YEALINK: simulator.account(Vendor.YEALINK, ServiceKind.YMCS),
    }
    environment: Environment = replace(
        offices.environment(folder / f"{name}.db"),
        name=name,
        base_domain=f"{name}.example.net",
        provisioning_url=f"http://127.0.0.1:{port}",
        accounts={vendor: replace(account, requests_per_second=1000.0) for vendor, account in accounts.items()},
    )
    desk = Helpdesk(environment, "anna")
    home = desk.organisations.get(offices.add_organisation(desk, f"Bakkerij {name}", "bakkerij"))
    other = desk.organisations.get(offices.add_organisation(desk, f"Fietsen {name}", "fietsen"))
    with in_background(desk, Listen(port=port, access_log=folder / f"{name}.log")):
        yield Platform(desk, home, other)
    desk.close()


@pytest.fixture
def simulator() -> Iterator[SimulatorServer]:
    with SimulatorServer() as running:
        running.simulator.state.switches.requests_per_second = 10_000
        yield running


@pytest.fixture
def production(tmp_path: Path, simulator: SimulatorServer) -> Iterator[Platform]:
    with platform(tmp_path, "production", simulator) as running:
        yield running


@pytest.fixture
def staging(tmp_path: Path, simulator: SimulatorServer) -> Iterator[Platform]:
    with platform(tmp_path, "staging", simulator) as running:
        yield running


class Device:
    """The phone on somebody's desk, fresh from its box."""

    def __init__(self, platform: Platform, simulator: SimulatorServer, mac: str, model: str) -> None:
        self.seen: list[Progress] = []
        kind = platform.desk.catalogue.get(model)
        ask = ask_over_http(simulator.url, kind.vendor, model)
        self.phone = VirtualPhone(Mac.parse(mac), kind, ask, progress=self.seen.append)

    def boot(self) -> bool:
        """Start; True when it can make calls."""
        self.seen.clear()
        return self.phone.boot()

    def reset(self) -> bool:
        """Reset it to factory defaults and let it start."""
        self.phone.factory_reset()
        return self.boot()

    @property
    def asked_manufacturer(self) -> bool:
        return any(progress.step is BootStep.MANUFACTURER for progress in self.seen)

    def shows(self, text: str) -> bool:
        """Whether this stands in its settings: the organisation's name is on its display."""
        return any(text in value for value in self.phone.settings.values())


def asked(simulator: SimulatorServer) -> int:
    """How many requests the platform has made to manufacturers; those of phones do not count."""
    return sum("/phone/" not in target for _, _, target, _ in simulator.simulator.requests)


# -- between organisations, 1. the API's way ---------------------------------------------------------------------------


@PHONES
def test_a_phone_moves_at_once_with_its_settings(
    production: Platform, simulator: SimulatorServer, mac: str, model: str
) -> None:
    desk = production.desk
    phone = production.add(mac, model, name="Balie", vlan=12)
    device = Device(production, simulator, mac, model)
    assert device.boot() and device.asked_manufacturer
    production.rests(phone)
    _customise(desk, phone)
    assert device.boot() and device.shows("Bakkerij production") and device.shows("0612345678")
    calls, before = asked(simulator), production.now(phone)

    moved = desk.moves.move(before, production.other)

    assert asked(simulator) == calls  # no provisioning by manufacturer
    assert (moved.step, moved.name, moved.vlan, moved.secret) == (Step.DISABLED, "Balie", 12, before.secret)
    assert device.boot()  # its next check or restart; it was not reset
    assert not device.asked_manufacturer
    assert device.shows("Fietsen production") and not device.shows("Bakkerij production")
    assert device.shows("0612345678") and device.shows("12")  # its own function key and its VLAN
    assert production.now(phone).step is Step.DISABLED
    assert asked(simulator) == calls


def _customise(desk: Helpdesk, phone: Phone) -> None:
    owner: dict[str, int | str] = {"phone_id": phone.id}
    key = FunctionKey(3, KeyFunction.SPEED_DIAL, "0612345678", "Baas")
    desk.store.custom.set_function_keys(Scope.PHONE, owner, (key,))
    name = "ringer_volume" if phone.vendor is Vendor.SNOM else "voice.ring_vol"
    desk.store.custom.set_custom_settings(Scope.PHONE, owner, (CustomSetting(name, "7", Scope.PHONE),))


# -- between organisations, 2. manually --------------------------------------------------------------------------------


@PHONES
def test_a_phone_is_moved_by_hand(production: Platform, simulator: SimulatorServer, mac: str, model: str) -> None:
    desk = production.desk
    phone = production.add(mac, model, name="Balie", vlan=12)
    device = Device(production, simulator, mac, model)
    assert device.boot()
    production.rests(phone)
    _customise(desk, phone)
    assert device.boot() and device.shows("0612345678")

    # 1. On the phone overview page, note the MAC address.
    noted = desk.phones.find("balie").mac
    new = NewPhone(noted, desk.catalogue.get(model), production.other.id, {})
    # "... because a phone MAC address can only be added to an environment once."
    with pytest.raises(BadInput, match="already in this environment: a MAC can be added once"):
        desk.phones.add(new)
    # 2. Then, remove the phone from its original organisation.
    desk.phones.remove(production.now(phone))
    # 3. Re-add the MAC address of the phone to the new organisation.
    attempt = desk.phones.add(new)
    assert attempt.ok and attempt.phone and attempt.phone.step is Step.ACTIVE
    # Not reset yet, it asks by an address that is no longer any phone's, and keeps its old settings.
    device.boot()
    assert device.shows("Bakkerij production") and not device.asked_manufacturer
    assert production.now(phone).last_seen is None
    # 4. Reset the phone to factory defaults.
    assert device.reset() and device.asked_manufacturer
    production.rests(phone)

    now = production.now(phone)
    assert (now.organisation, now.name, now.vlan) == ("Fietsen production", "", None)  # settings are lost
    assert device.shows("Fietsen production")
    assert not any(map(device.shows, ("Bakkerij production", "0612345678")))
    assert device.boot() and not device.asked_manufacturer


# -- between environments ----------------------------------------------------------------------------------------------


@PHONES
def test_a_phone_switches_between_environments(
    production: Platform, staging: Platform, simulator: SimulatorServer, mac: str, model: str
) -> None:
    device = Device(production, simulator, mac, model)
    # Setup: 1. Add the phone to the production environment. 2. Reset it, and check that it registers.
    of_production = production.add(mac, model)
    assert device.reset() and device.shows("Bakkerij production")
    production.rests(of_production)
    # 3. Repeat these steps on the staging environment: the same MAC, at the same time.
    of_staging = staging.add(mac, model)
    assert device.boot() and device.shows("Bakkerij production")  # nothing changes before the reset
    assert device.reset() and device.shows("Bakkerij staging") and not device.shows("Bakkerij production")
    staging.rests(of_staging)
    assert production.now(of_production).step is Step.DISABLED

    for there, left, phone, name in (
        (production, staging, of_production, "production"),
        (staging, production, of_staging, "staging"),
    ):
        # How to switch: 1. Activate on the environment that you want. 2. Reset the phone to factory defaults.
        assert there.desk.registration.activate(there.now(phone)).ok
        assert device.reset() and device.asked_manufacturer
        assert device.shows(f"Bakkerij {name}")
        # "... its info page will read Provisioning by manufacturer: disabled"; the other one's stays as it is.
        there.rests(phone)
        assert left.now(phone).step is Step.DISABLED
        assert device.boot() and device.shows(f"Bakkerij {name}") and not device.asked_manufacturer

    # Of two that have it activated, the last one gets it; the other's record waits in vain until its deadline.
    assert staging.desk.registration.activate(staging.now(of_staging)).ok
    assert production.desk.registration.activate(production.now(of_production)).ok
    assert device.reset() and device.shows("Bakkerij production")
    production.rests(of_production)
    assert staging.now(of_staging).step is Step.ACTIVE
    # It need not be removed anywhere; removing it from the one that it left does it no harm.
    staging.desk.phones.remove(staging.now(of_staging))
    assert device.boot() and device.shows("Bakkerij production")
    assert production.now(of_production).step is Step.DISABLED


@PHONES
def test_removing_a_phone_from_one_environment_ends_what_the_other_has_registered(
    production: Platform, staging: Platform, simulator: SimulatorServer, mac: str, model: str
) -> None:
    """Both share one account: until the phone has come, leave its record in the environment that it left."""
    device = Device(production, simulator, mac, model)
    of_production = production.add(mac, model)
    of_staging = staging.add(mac, model)  # the last Activate wins
    production.desk.phones.remove(production.now(of_production))  # still `active`, so the manufacturer is told
    assert not device.reset()
    assert staging.now(of_staging).step is Step.ACTIVE
    assert staging.desk.registration.activate(staging.now(of_staging)).ok
    assert device.reset() and device.shows("Bakkerij staging")


def test_everything_ends_with_the_test(tmp_path: Path) -> None:
    """The platforms of these tests leave nothing that listens."""
    with ExitStack() as stack:
        simulator = stack.enter_context(SimulatorServer())
        running = stack.enter_context(platform(tmp_path, "short", simulator))
        port = int(running.desk.environment.provisioning_url.rpartition(":")[2])
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
