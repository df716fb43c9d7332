"""Moving phones on the screen: both ways beside each other, what the move does, and what became of each phone."""

from __future__ import annotations

from functools import partial

import pytest

from helpdesk_tui.backend import Helpdesk, Phone
from helpdesk_tui.backend.model.organisation import Organisation
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.move import MoveScreen
from helpdesk_tui.screens.phone import PhoneScreen
from helpdesk_tui.screens.phones import PhonesScreen
from tests.screens.looking import looking_at


@pytest.fixture
def bicycles(desk: Helpdesk, snom: Phone) -> int:
    """Where phones go, among others."""
    for number in range(12):
        desk.store.directory.save_organisation(
            Organisation(0, f"Garage {number:02}", f"garage{number}", "sip.pbx.example.net")
        )
    organisation = Organisation(0, "Fietsen [/] De Vries", "devries", "sip.devries.example.net")
    return desk.store.directory.save_organisation(organisation)


def of(*phones: Phone) -> partial[MoveScreen]:
    return partial(MoveScreen, phone_ids=tuple(phone.id for phone in phones))


async def test_both_ways_stand_beside_each_other(session: Session, snom: Phone, bicycles: int) -> None:
    async with looking_at(session, of(snom)) as (looking, _):
        await looking.shows(
            "13 organisations", "Move 00:04:13:a1:b2:c3 D735 Balie [/x] out of [bold]Bakkerij[/] Jansen"
        )
        await looking.shows("nearly instant, settings are kept", "settings are lost at the removal")
        await looking.shows("Move]", "Compare]", "By hand]")
        await looking.shows("Logged out: [red]Anna[/foo] Jansen 201, who stays in [bold]Bakkerij[/] Jansen.")
        assert "[bold]Bakkerij[/] Jansen" not in [line.strip() for line in looking.text.splitlines()]


async def test_a_phone_is_found_its_place_and_moved(
    session: Session, desk: Helpdesk, snom: Phone, bicycles: int
) -> None:
    async with looking_at(session, partial(PhoneScreen, phone_id=snom.id)) as (looking, _):
        await looking.shows("m Move]")
        await looking.pilot.press("m")
        await looking.shows("13 organisations")
        await looking.pilot.press("slash", *"vries")
        await looking.shows("1 of 13 organisations", "Fietsen [/] De Vries")
        await looking.pilot.press("enter")
        await looking.shows("Move 00:04:13:a1:b2:c3 to Fietsen [/] De Vries?", "Its settings are kept.", "staging")
        assert desk.phones.get(snom.id) == snom
        await looking.pilot.press("n")
        await looking.settle()
        assert desk.phones.get(snom.id) == snom
        await looking.pilot.press("enter", "y")
        await looking.says("is in Fietsen [/] De Vries now")
        await looking.shows("Fietsen [/] De Vries", "Moved here from", "nobody is logged in")
    assert desk.phones.get(snom.id).organisation_id == bicycles


async def test_before_and_after_can_be_compared(session: Session, snom: Phone, bicycles: int) -> None:
    async with looking_at(session, of(snom), (140, 45)) as (looking, _):
        await looking.shows("Its settings file: ")
        await looking.pilot.press("c")
        await looking.shows("in Fietsen [/] De Vries instead of", "sip.devries.example.net")
        assert "sip-secret-201" not in looking.text
        await looking.pilot.press("escape")
        await looking.shows("13 organisations")


async def test_the_other_way_is_the_walkthrough(session: Session, desk: Helpdesk, snom: Phone, bicycles: int) -> None:
    async with looking_at(session, partial(PhoneScreen, phone_id=snom.id)) as (looking, _):
        await looking.pilot.press("m")
        await looking.shows("13 organisations")
        await looking.pilot.press("b")
        await looking.shows("By API or by hand?")
        await looking.pilot.press("escape")
        await looking.shows("Provisioning by manufacturer")
    assert [run.walkthrough for run in desk.walkthroughs.open_runs()] == ["move-by-hand"]


async def test_several_are_moved_at_once_and_each_is_told(
    session: Session, desk: Helpdesk, colleague: Helpdesk, snom: Phone, yealink: Phone, bicycles: int
) -> None:
    async with looking_at(session, PhonesScreen) as (looking, _):
        await looking.pilot.press("space", "j", "space", "m")
        await looking.shows("Move 2 phones to another organisation", "1 user will be logged out")
        await looking.pilot.press("c")
        await looking.says("One phone at a time")
        await looking.pilot.press("slash", *"vries", "enter")
        await looking.shows("Move 2 phones to Fietsen [/] De Vries?")
        colleague.phones.remove(yealink)  # while the question stands
        await looking.pilot.press("y")
        await looking.shows("1 of 2 phones moved", "80:5e:c0:11:22:33 has been removed by piet", "moved; [red]Anna")
        await looking.pilot.press("enter")
        await looking.says("These phones have been dealt with")
    assert desk.phones.get(snom.id).organisation_id == bicycles


async def test_what_colleagues_do_shows_by_itself(
    session: Session, colleague: Helpdesk, snom: Phone, bicycles: int
) -> None:
    async with looking_at(session, of(snom)) as (looking, screen):
        await looking.shows("out of [bold]Bakkerij")
        colleague.moves.move(snom, colleague.organisations.get(bicycles))
        screen.look_again()
        await looking.shows("out of Fietsen [/] De Vries")
        colleague.phones.remove(colleague.phones.get(snom.id))
        screen.look_again()
        await looking.shows("has been removed in the meantime")
        await looking.pilot.press("enter")
        await looking.says("There is no phone to move.")


async def test_a_search_that_finds_nothing_says_so(session: Session, snom: Phone, bicycles: int) -> None:
    async with looking_at(session, of(snom)) as (looking, _):
        await looking.pilot.press("slash", *"nobody")
        await looking.shows("No other organisation fits 'nobody'.")
        await looking.pilot.press("enter")
        await looking.says("Choose an organisation first.")


async def test_looking_only(read_only: Session, snom: Phone, bicycles: int) -> None:
    async with looking_at(read_only, of(snom)) as (looking, _):
        await looking.shows("13 organisations", "Logged out: ")
        await looking.pilot.press("enter")
        await looking.says("read-only")
