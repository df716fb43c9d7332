"""Our own client of the documented API against our own API: both keep to the same documentation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from helpdesk_tui.backend.compass.desk import CompassDesk
from helpdesk_tui.backend.compass.environment import CompassEnvironment, Fact
from helpdesk_tui.backend.compass.problem import PlatformProblem
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.rights import Right
from helpdesk_tui.backend.model.step import Step
from tests.backend.rest.calling import PASSWORD, Caller, add_api_user
from tests.backend.rest.conftest import Places

FIELDS = {
    Fact.MAC: "macAddress",
    Fact.MODEL: "model",
    Fact.STEP: "provisioningByManufacturer",
    Fact.FIRMWARE: "firmwareVersion",
}
Opening = Callable[[str], CompassDesk]


@pytest.fixture
def opening(desk: Helpdesk, call: Caller, places: Places) -> Iterator[Opening]:
    """Opens our API as this user; everything was read."""
    with ExitStack() as stack:
        yield lambda username: stack.enter_context(_opened(call, places, username))


@contextmanager
def _opened(call: Caller, places: Places, username: str) -> Iterator[CompassDesk]:
    environment = CompassEnvironment(
        "remote", call.base, username, PASSWORD, (str(places.there),), FIELDS, requests_per_second=1000.0
    )
    remote = CompassDesk(environment, "anna")
    remote.read_all()
    yield remote
    remote.close()


def test_what_our_api_tells_is_read(desk: Helpdesk, places: Places, opening: Opening) -> None:
    add_api_user(desk, "reader", places.here, Right.READ)
    remote = opening("reader")
    assert remote.progress.problem is None
    assert [(each.short_name, each.own) for each in remote.organisations] == [
        (desk.organisations.get(places.here).short_name, True),
        ("dewit", False),
    ]
    counter, workshop = remote.find("Counter"), remote.find("Workshop")
    ours = desk.phones.get(places.phone)
    assert (counter.mac, counter.model, counter.step) == (ours.mac, ours.model, Step.DISABLED)
    assert counter.firmware == ours.firmware_installed
    assert (workshop.model, remote.organisation_of(workshop)) == ("T46S", remote.organisations[1])
    assert remote.status(workshop).public_address == "198.51.100.7"
    assert "Anna Jansen" in {user.name for user in remote.users(remote.organisations[0])}
    assert [each.name for each in remote.phones()] == ["Counter", "Workshop"]


def test_a_phone_moves_and_our_history_knows_who_did_it(desk: Helpdesk, places: Places, opening: Opening) -> None:
    add_api_user(desk, "mover", places.here, Right.WRITE)
    remote = opening("mover")
    moved = remote.move(remote.find("Counter"), remote.organisation_named("dewit"))
    assert moved.listed
    now = desk.phones.get(places.phone)
    assert now.organisation_id == places.there
    assert "mover" in desk.phones.history(now.mac)[0].operator


def test_whoever_may_only_read_hears_why_it_is_not_moved(desk: Helpdesk, places: Places, opening: Opening) -> None:
    add_api_user(desk, "reader", places.here, Right.READ)
    remote = opening("reader")
    with pytest.raises(PlatformProblem, match=r"HTTP 403: forbidden: .*write"):
        remote.move(remote.find("Counter"), remote.organisation_named("dewit"))
    assert desk.phones.get(places.phone).organisation_id == places.here


def test_an_organisation_that_may_not_be_seen_is_named_with_the_reason(
    desk: Helpdesk, places: Places, opening: Opening
) -> None:
    add_api_user(desk, "local", places.here, rights={places.here: Right.READ})
    remote = opening("local")
    assert [bool(each.problem) for each in remote.organisations] == [False, True]
    assert [each.name for each in remote.phones()] == ["Counter"]


def test_a_wrong_password_costs_one_login(desk: Helpdesk, call: Caller, places: Places) -> None:
    add_api_user(desk, "reader", places.here, Right.READ)
    environment = CompassEnvironment("remote", call.base, "reader", "wrong", (), FIELDS)
    remote = CompassDesk(environment, "anna")
    problem = remote.read_all().problem
    assert problem and "HTTP 401" in problem
    remote.close()
