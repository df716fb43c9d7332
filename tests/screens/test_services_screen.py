"""The manufacturers' services on the screen: are they well, what waits for them, and trying it again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from textual.widgets import OptionList

from helpdesk_tui.backend import Helpdesk, Phone, Reason, Step, Vendor
from helpdesk_tui.backend.manufacturers.service import Failure
from helpdesk_tui.backend.manufacturers.simulated import SimulatedService
from helpdesk_tui.backend.manufacturers.simulator.faults import Fault
from helpdesk_tui.backend.manufacturers.simulator.server import SimulatorServer
from helpdesk_tui.backend.model.environment import ServiceKind
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.phone import PhoneScreen
from helpdesk_tui.screens.services import ServicesScreen
from tests.frozen_clock import FrozenClock
from tests.screens.conftest import add_phone
from tests.screens.looking import looking_at

CUT = Failure(Reason.UNREACHABLE, "no answer in time from [red]api.example[/]")


def service(desk: Helpdesk, vendor: Vendor = Vendor.SNOM) -> SimulatedService:
    found = desk.services.of(vendor)
    assert isinstance(found, SimulatedService)
    return found


def failed(desk: Helpdesk, phone: Phone, failure: Failure = CUT) -> None:
    """Registering this phone has failed once; the service works again."""
    service(desk, phone.vendor).fail_next(failure, 1)
    assert not desk.registration.activate(phone).ok


async def test_services_that_are_well_and_nothing_to_do(session: Session, desk: Helpdesk, snom: Phone) -> None:
    desk.registration.activate(snom)
    async with looking_at(session, ServicesScreen) as (looking, _):
        await looking.shows("● Snom SRAPS (simulated) account simulation", "last success just now")
        await looking.shows("● Yealink RPS (simulated)", "no success yet", "credentials accepted")
        await looking.shows("Weekly deadline Wed 04 Mar 00:00 CET, 1 d 14 h left: ends 1 registration")
        await looking.shows("No call is waiting: everything that was asked for has been done.")
        await looking.pilot.press("T")
        await looking.says("No call is waiting.")


async def test_a_service_that_is_not_well_says_why_and_is_checked_again(session: Session, desk: Helpdesk) -> None:
    service(desk).fail_next(Failure(Reason.AUTH_FAILED, "key is [b]unknown[/]"))
    async with looking_at(session, ServicesScreen) as (looking, _):
        await looking.shows("▲ Snom SRAPS", "refuses our credentials", "It said: key is [b]unknown[/]")
        await looking.shows("● Yealink RPS")
        service(desk).recover()
        await looking.pilot.press("c")
        await looking.shows("● Snom SRAPS")


async def test_calls_that_wait_stand_there_with_their_reasons(
    session: Session, desk: Helpdesk, clock: FrozenClock, snom: Phone, yealink: Phone
) -> None:
    failed(desk, snom)
    clock.advance(timedelta(minutes=30))
    failed(desk, yealink, Failure(Reason.NEEDS_SERIAL))
    async with looking_at(session, ServicesScreen) as (looking, _):
        await looking.shows("Phone Call Waits Tries Next try Reason")
        await looking.shows("00:04:13:a1:b2:c3 register 30 min 1 due no answer in time")
        await looking.shows("Snom SRAPS cannot be reached.", "It said: no answer in time from [red]api.example[/]")
        await looking.shows("80:5e:c0:11:22:33 register 0 s 1 by hand needs serial")
        await looking.pilot.press("down")
        await looking.shows("Yealink RPS wants the serial number of this phone.")
        assert all(len(line) <= 80 for line in looking.text.splitlines())


async def test_the_highlighted_call_is_made_now(session: Session, desk: Helpdesk, snom: Phone, yealink: Phone) -> None:
    failed(desk, snom)
    failed(desk, yealink)
    async with looking_at(session, ServicesScreen) as (looking, _):
        await looking.pilot.press("down", "t")
        await looking.says("Registered at Yealink RPS")
        await looking.until(lambda: "80:5e:c0:11:22:33" not in looking.text)
        assert desk.phones.get(yealink.id).step is Step.ACTIVE
        assert desk.phones.get(snom.id).step is Step.PROVISION
        service(desk).fail_next(Failure(Reason.OWNED_ELSEWHERE), 1)
        await looking.pilot.press("t")
        await looking.says("belongs to another account")
        await looking.shows("by hand owned elsewhere")


async def test_all_waiting_calls_are_made_now(session: Session, desk: Helpdesk, organisation_id: int) -> None:
    phones = [add_phone(desk, organisation_id, f"0004130000{n:02x}", "D735", {}) for n in range(3)]
    for phone in phones:
        failed(desk, phone, Failure(Reason.FORBIDDEN))
    async with looking_at(session, ServicesScreen) as (looking, screen):
        await looking.shows("by hand", "● Snom SRAPS")
        service(desk).fail_next(CUT, 1)
        await looking.pilot.press("T")
        await looking.says("2 done, 1 failed again.")
        await looking.until(lambda: screen.query_one(OptionList).option_count == 2)  # with the titles
        assert [desk.phones.get(phone.id).step for phone in phones] == [Step.PROVISION, Step.ACTIVE, Step.ACTIVE]


async def test_a_waiting_call_leads_to_its_phone(session: Session, desk: Helpdesk, snom: Phone) -> None:
    failed(desk, snom)
    async with looking_at(session, ServicesScreen) as (looking, _):
        await looking.shows("00:04:13:a1:b2:c3")
        await looking.pilot.press("enter")
        await looking.until(lambda: isinstance(looking.app.screen, PhoneScreen))


async def test_the_call_for_a_removed_phone_waits_on_and_is_made(session: Session, desk: Helpdesk, snom: Phone) -> None:
    desk.registration.activate(snom)
    service(desk).fail_next(CUT, 1)
    desk.phones.remove_anyway(desk.phones.get(snom.id))
    async with looking_at(session, ServicesScreen) as (looking, _):
        await looking.shows("00:04:13:a1:b2:c3 deregister")
        await looking.pilot.press("enter")
        await looking.says("This phone was removed")
        await looking.pilot.press("t")
        await looking.shows("No call is waiting")
        assert service(desk).registrations() == {}


async def test_what_a_colleague_does_shows_by_itself(
    session: Session, desk: Helpdesk, colleague: Helpdesk, snom: Phone
) -> None:
    async with looking_at(session, ServicesScreen) as (looking, _):
        await looking.shows("No call is waiting", "ends 0 registrations")
        failed(colleague, snom)
        await looking.shows("00:04:13:a1:b2:c3 register")
        colleague.registration.retry(snom.mac)
        await looking.shows("No call is waiting", "ends 1 registration")


async def test_looking_only_nothing_is_tried(read_only: Session, desk: Helpdesk, snom: Phone) -> None:
    failed(desk, snom)
    async with looking_at(read_only, ServicesScreen) as (looking, _):
        await looking.shows("00:04:13:a1:b2:c3 register", "● Snom SRAPS")
        for key in ("t", "T"):
            await looking.pilot.press(key)
            await looking.settle()
        assert desk.phones.get(snom.id).step is Step.PROVISION
        assert any("read-only" in sentence for sentence in looking.said)


@pytest.fixture
def served(desk: Helpdesk, tmp_path: Path) -> Iterator[tuple[Session, SimulatorServer]]:
    """A session whose phones of Snom are registered over HTTP."""
    with SimulatorServer() as server:
        account = server.account(Vendor.SNOM, ServiceKind.SRAPS)
        accounts = {**desk.environment.accounts, Vendor.SNOM: account}
        opened = Helpdesk(replace(desk.environment, accounts=accounts), "anna", clock=desk.clock)
        yield Session(opened, opened.environment.name, opened.operator), server
        opened.close()


async def test_credentials_that_were_mended_at_the_manufacturer_are_tried_again_when_asked(
    served: tuple[Session, SimulatorServer], snom: Phone
) -> None:
    session, server = served
    server.simulator.inject(Fault.BAD_CREDENTIALS, times=None)
    assert not session.helpdesk.registration.activate(snom).ok
    async with looking_at(session, ServicesScreen) as (looking, _):
        await looking.shows("▲ Snom SRAPS", "refuses our credentials", "by hand")
        server.simulator.clear_faults()
        await looking.pilot.press("c")
        await looking.shows("● Snom SRAPS account ours", "clocks differ by")
        await looking.pilot.press("t")
        await looking.says("Registered at Snom SRAPS")
