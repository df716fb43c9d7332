"""A documented platform with two organisations, and the program's side of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from helpdesk_tui.backend.compass.desk import CompassDesk
from helpdesk_tui.backend.compass.environment import CompassEnvironment, Fact
from tests.backend.compass.documented_server import PASSWORD, USERNAME, DocumentedServer, Platform, running
from tests.frozen_clock import FrozenClock

FIELDS = {
    Fact.MAC: "hardware.mac",
    Fact.MODEL: "phoneType",
    Fact.STEP: "provisioningByVendor",
    Fact.FIRMWARE: "firmware",
}


def platform() -> Platform:
    """Two organisations that the login may change, one that it may only read, one that it may not see."""
    return Platform(
        companies={
            "2003": {"name": "Bakkerij Jansen", "shortname": "jansen"},
            "2004": {"name": "Garage [red]Eynde[/]", "shortname": "eynde"},
            "2005": {"name": "Only to read", "shortname": "look"},
            "2006": {"name": "Invisible", "shortname": "hidden"},
        },
        phones={
            "31": phone("Balie", "00:04:13:AA:BB:01", "D735", "active"),
            "32": phone("Kantoor", "805EC0112202", "T46S", "provision"),
            "k/33": phone("\x1b[31mred\x1b[0m [red]Winkel[/]", "00041-3aabb03", "D785", "DISABLED"),
            "41": phone("Werkplaats", "not a MAC", "T46S", "frobnicated"),
            "51": phone("Magazijn", "00:04:13:aa:bb:51", "D735", "disabled"),
        },
        owners={"31": "2003", "32": "2003", "k/33": "2003", "41": "2004", "51": "2005"},
        statuses={"31": {"privateIP": "10.0.0.31", "publicIP": "192.0.2.1:5060", "registered": True}},
        users={
            "7": {"company": "2003", "name": "Anna Jansen", "username": "helpdesk", "contact": "anna@example.net"},
            "8": {"company": "2003", "name": "Piet", "username": "piet", "theLanguage": "nl"},
        },
        writable={"2003", "2004"},
        readable={"2005"},
    )


def phone(name: str, mac: str, model: str, step: str) -> dict[str, object]:
    """What this platform says of a phone, under keys that no public text names."""
    return {
        "name": name,
        "hardware": {"mac": mac},
        "phoneType": model,
        "provisioningByVendor": step,
        "firmware": "10.1.184.15",
        "sipPassword": "geheim-8c1d",
        "somethingNew": {"nested": [1, 2, {"deep": None}]},
    }


@pytest.fixture
def server() -> Iterator[DocumentedServer]:
    with running(platform()) as server:
        yield server


@pytest.fixture
def environment(server: DocumentedServer) -> CompassEnvironment:
    return CompassEnvironment(
        name="remote",
        url=server.url,
        username=USERNAME,
        password=PASSWORD,
        companies=("2004", "2005"),
        fields=FIELDS,
        requests_per_second=1000.0,
    )


Opening = Callable[..., CompassDesk]


@pytest.fixture
def opening(environment: CompassEnvironment, clock: FrozenClock) -> Iterator[Opening]:
    """Opens the environment, with changes; whatever was opened is closed at the end."""
    opened: list[CompassDesk] = []

    def open_desk(read_only: bool = False, **changes: Any) -> CompassDesk:
        desk = CompassDesk(replace(environment, **changes), "anna", read_only=read_only, clock=clock)
        opened.append(desk)
        return desk

    yield open_desk
    for desk in opened:
        desk.close()


@pytest.fixture
def desk(opening: Opening) -> CompassDesk:
    """Everything was read."""
    desk = opening()
    desk.read_all()
    return desk
