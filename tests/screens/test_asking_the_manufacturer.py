"""What the manufacturer itself says, on the screen of the phone."""

from __future__ import annotations

from functools import partial

from helpdesk_tui.backend import Helpdesk, Phone, Step
from helpdesk_tui.backend.manufacturers.simulated import SimulatedService
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.phone import PhoneScreen
from tests.screens.conftest import change
from tests.screens.looking import looking_at


def of(phone: Phone) -> partial[PhoneScreen]:
    return partial(PhoneScreen, phone_id=phone.id)


def service(desk: Helpdesk, phone: Phone) -> SimulatedService:
    found = desk.services.of(phone.vendor)
    assert isinstance(found, SimulatedService)
    return found


async def test_a_phone_of_another_account_in_normal_operation_is_only_told(
    session: Session, desk: Helpdesk, snom: Phone
) -> None:
    service(desk, snom).owned_elsewhere.add(snom.mac)
    async with looking_at(session, of(snom)) as (looking, _):
        await looking.pilot.press("i")
        await looking.says("registered with another account. That matters at a reset only")
        assert "Make them agree" not in looking.text
        await looking.shows("Asked the manufacturer. Snom SRAPS (simulated): registered with")


async def test_a_registered_phone_that_went_over_to_another_account_may_be_activated(
    session: Session, desk: Helpdesk, snom: Phone
) -> None:
    desk.registration.activate(snom)
    service(desk, snom).owned_elsewhere.add(snom.mac)
    async with looking_at(session, of(snom)) as (looking, _):
        await looking.pilot.press("i")
        await looking.shows("Make them agree", "its owner must release it first", "Yes, register it")
        await looking.pilot.press("y")
        await looking.says("belongs to another account")
        assert desk.phones.get(snom.id).step is Step.PROVISION


async def test_last_contact_and_pin_are_shown(session: Session, desk: Helpdesk, yealink: Phone) -> None:
    desk.registration.activate(yealink)
    assert service(desk, yealink).phone_asks(yealink.mac)
    async with looking_at(session, of(yealink)) as (looking, _):
        await looking.pilot.press("i")
        await looking.says("That is what we believe too. The phone was last there 02 Mar 09:00")
        await looking.until(lambda: desk.phones.get(yealink.id).pin)
        await looking.shows(f"PIN {desk.phones.get(yealink.id).pin}")


async def test_a_leftover_registration_may_be_left_alone(session: Session, desk: Helpdesk, snom: Phone) -> None:
    desk.registration.activate(snom)
    change(desk, snom, step="disabled", deadline=None)
    async with looking_at(session, of(snom)) as (looking, _):
        await looking.pilot.press("i")
        await looking.shows("Make them agree", "A registration is left over")
        await looking.pilot.press("n")
        await looking.settle()
        assert len(service(desk, snom).registrations()) == 1
