"""The screens of a platform elsewhere: what it tells is shown with when it was read; what it does not, is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from textual.widgets import Input

from helpdesk_tui.backend import CompassDesk, Environment, Fact, Helpdesk, Phone
from helpdesk_tui.backend.compass.environment import CompassEnvironment
from helpdesk_tui.commands import COMMANDS, Place, commands_for
from helpdesk_tui.environments import Environments
from helpdesk_tui.screens.base import PRACTICE, Session
from helpdesk_tui.screens.home import home
from helpdesk_tui.screens.phones import PhonesScreen
from helpdesk_tui.screens.remote_organisations import RemoteOrganisationsScreen
from helpdesk_tui.screens.remote_phone import RemotePhoneScreen
from helpdesk_tui.screens.remote_phones import RemotePhonesScreen
from tests.backend.compass.conftest import FIELDS, phone, platform
from tests.backend.compass.documented_server import PASSWORD, USERNAME, DocumentedServer, Fault, running
from tests.frozen_clock import FrozenClock
from tests.screens.looking import Looking, looking_at


@pytest.fixture
def server() -> Iterator[DocumentedServer]:
    with running(platform()) as server:
        yield server


@pytest.fixture
def remote_environment(server: DocumentedServer) -> CompassEnvironment:
    fields: dict[Fact, str] = {fact: path for fact, path in FIELDS.items() if fact is not Fact.FIRMWARE}
    return CompassEnvironment("remote", server.url, USERNAME, PASSWORD, ("2004",), fields, requests_per_second=1000.0)


@pytest.fixture
def remote(remote_environment: CompassEnvironment, clock: FrozenClock) -> Iterator[Session]:
    """The screens' session on the documented platform."""
    desk = CompassDesk(remote_environment, "anna", clock=clock)
    yield Session.of(desk)
    desk.close()


def reopened(session: Session, read_only: bool = False, **changes: Any) -> Session:
    """The same environment, changed."""
    desk = session.backend
    assert isinstance(desk, CompassDesk)
    return Session.of(
        CompassDesk(replace(desk.environment, **changes), desk.operator, read_only=read_only, clock=desk.clock)
    )


async def test_the_list_tells_what_the_field_map_names_and_what_is_not_offered(remote: Session) -> None:
    async with looking_at(remote, RemotePhonesScreen) as (looking, _):
        await looking.shows("4 phones", "REMOTE", "00:04:13:aa:bb:01", "D735", "provision", "Bakkerij Jansen")
        await looking.shows("Not offered by this platform: firmware, verdict, user, last seen.", "read 09:00:00")
        assert "\x1b" not in looking.text and "[red]" in looking.text


async def test_what_cannot_be_done_stays_visible_and_says_so(remote: Session) -> None:
    async with looking_at(remote, RemotePhonesScreen, (160, 40)) as (looking, screen):
        await looking.shows("4 phones", "a activate", "v settings")
        await looking.pilot.press("a")
        await looking.says("Activate is not offered by this platform (Compass REST API).")
        offered = {command.id for command, reason in screen.offers() if reason is None}
        assert offered >= {"search", "open", "move", "copy", "organisations", "read_again", "help", "quit"}
        for command in commands_for(Place.PHONES):
            assert command.id in offered or command.id in (PRACTICE, "environment") or screen.reason_against(command.id)
        assert {command.id for command, _ in screen.offers()} >= {c.id for c in commands_for(Place.PHONES)} - {PRACTICE}


async def test_every_command_of_a_local_screen_is_answered_on_the_remote_one(remote: Session) -> None:
    async with looking_at(remote, RemotePhonesScreen) as (looking, screen):
        await looking.shows("4 phones")
        refused = [c for c in COMMANDS if Place.PHONES in c.places and screen.reason_against(c.id)]
        for command in refused:
            screen.run_command(command.id)
        assert len(looking.said) == len(refused)
        assert isinstance(looking.app.screen, RemotePhonesScreen)


async def test_a_search_finds_and_enter_opens(remote: Session) -> None:
    async with looking_at(remote, RemotePhonesScreen) as (looking, _):
        await looking.shows("4 phones")
        await looking.pilot.press("slash", *"2202")
        await looking.shows("1 of 4 phones")
        await looking.pilot.press("enter")
        await looking.shows("Provisioning by manufacturer provision: registering failed", "80:5e:c0:11:22:02")


async def test_a_search_for_what_is_not_offered_says_so(remote: Session) -> None:
    async with looking_at(remote, RemotePhonesScreen) as (looking, _):
        await looking.shows("4 phones")
        await looking.pilot.press("slash", *"user:a")
        await looking.shows("user: is not offered by this platform, so no phone fits it.")
        await looking.pilot.press("escape", "escape")
        await looking.shows("4 phones")


async def opened(looking: Looking, name: str) -> None:
    """Open the phone of this name from the list."""
    await looking.until(lambda: "phones" in looking.text)
    await looking.pilot.press("slash", *name, "enter")
    await looking.until(lambda: isinstance(looking.app.screen, RemotePhoneScreen))


async def test_a_phone_shows_each_fact_with_when_it_was_read(remote: Session) -> None:
    async with looking_at(remote, RemotePhonesScreen) as (looking, _):
        await opened(looking, "Balie")
        await looking.shows(
            "Provisioning by manufacturer active: registered; the phone has not come by yet",
            "Provisioning by Compass not offered by this platform",
            "MAC 00:04:13:aa:bb:01 read 09:00:00",
            "Installed not offered by this platform",
            "Public address 192.0.2.1:5060 read 09:00:00",
            "Online not offered by this platform",
            "Not offered by this platform: verdict, user, serial, PIN, VLAN",
            "Keys in its answer: theType, resourceId, name, self, hardware",
            "Keys in its status: privateIP, publicIP, registered",
        )
        assert "geheim" not in looking.text
        await looking.pilot.press("v")
        await looking.says("Settings file is not offered by this platform")


async def test_what_is_no_such_fact_is_shown_as_it_was_said(remote: Session) -> None:
    async with looking_at(remote, RemotePhonesScreen) as (looking, _):
        await opened(looking, "Werkplaats")
        await looking.shows('Provisioning by manufacturer "frobnicated" is no step', 'MAC "not a MAC" is no MAC')
        await looking.shows("Private address not given: probably not registered for calls")


async def test_without_a_field_map_the_step_is_not_offered(remote: Session) -> None:
    async with looking_at(reopened(remote, fields={}), RemotePhonesScreen) as (looking, _):
        await looking.shows("Not offered by this platform: MAC, model, step, firmware, verdict, user, last seen.")
        await opened(looking, "Balie")
        await looking.shows("Provisioning by manufacturer not offered by this platform", "MAC not offered by this")


async def test_a_phone_moves_after_a_yes_and_the_list_proves_it(remote: Session, server: DocumentedServer) -> None:
    async with looking_at(remote, RemotePhonesScreen) as (looking, _):
        await opened(looking, "Balie")
        await looking.pilot.press("m")
        await looking.shows("Move Balie to which organisation?", "Garage [red]Eynde[/] (eynde)")
        await looking.pilot.press("enter")
        await looking.shows("Move Balie to Garage [red]Eynde[/]?", "write rights on both")
        await looking.pilot.press("n")
        await looking.settle()
        assert server.platform.owners["31"] == "2003"
        await looking.pilot.press("m")
        await looking.shows("to which organisation?")
        await looking.pilot.press("enter")
        await looking.shows("keeps its settings")
        await looking.pilot.press("y")
        await looking.says("Balie was moved to Garage [red]Eynde[/]; its list shows the phone.")
        await looking.shows("Organisation Garage [red]Eynde[/]")
        assert server.platform.owners["31"] == "2004"


async def test_a_refused_move_says_why(remote: Session, server: DocumentedServer) -> None:
    server.platform.writable = {"2004"}
    server.platform.readable |= {"2003"}
    async with looking_at(remote, RemotePhonesScreen) as (looking, _):
        await opened(looking, "Balie")
        await looking.pilot.press("m")
        await looking.shows("to which organisation?")
        await looking.pilot.press("enter")
        await looking.shows("keeps its settings")
        await looking.pilot.press("y")
        await looking.says("may not do or see that (HTTP 403)")


async def test_nothing_is_moved_where_nothing_may_be_changed_or_there_is_nowhere_to_go(remote: Session) -> None:
    async with looking_at(reopened(remote, read_only=True), RemotePhonesScreen) as (looking, _):
        await looking.shows("4 phones", "READ-ONLY")
        await looking.pilot.press("m")
        await looking.says("read-only")
    async with looking_at(reopened(remote, companies=()), RemotePhonesScreen) as (looking, _):
        await looking.shows("3 phones")
        await looking.pilot.press("m")
        await looking.says("Only one organisation is known here")


async def test_organisations_and_users_are_shown_as_far_as_the_platform_tells(remote: Session) -> None:
    async with looking_at(remote, RemotePhonesScreen) as (looking, _):
        await looking.shows("4 phones")
        await looking.pilot.press("O")
        await looking.shows("2 organisations", "jansen", "Listing all organisations is not offered by this platform")
        await looking.pilot.press("plus")
        await looking.says("Add is not offered by this platform")
        await looking.pilot.press("enter")
        await looking.shows("2 users", "anna@example.net", "read 09:00:00")
        await looking.pilot.press("p")
        await looking.shows("3 of 4 phones")
        await looking.pilot.press("escape", "escape", "escape")
        await looking.shows("4 phones")


async def test_an_organisation_that_may_not_be_seen_says_why(remote: Session) -> None:
    async with looking_at(reopened(remote, companies=("2006",)), home) as (looking, _):
        await looking.shows("3 phones", "may not do or see that (HTTP 403)")
        looking.app.push_screen(RemoteOrganisationsScreen(looking.app.session))  # type: ignore[attr-defined]
        await looking.shows("2 organisations")
        await looking.pilot.press("down")
        await looking.shows("may not do or see that (HTTP 403)", "organisation 2006")


async def test_a_wrong_password_is_tried_again_only_after_a_yes(remote: Session, server: DocumentedServer) -> None:
    async with looking_at(reopened(remote, password="wrong"), RemotePhonesScreen) as (looking, _):
        await looking.shows("refuses the username or password (HTTP 401)", "R reads again", "nothing read")
        await looking.pilot.press("R")
        await looking.shows("Try the password once more?")
        await looking.pilot.press("n")
        await looking.settle()
        assert len(server.asked) == 1
        await looking.pilot.press("R")
        await looking.shows("Try the password once more?")
        await looking.pilot.press("y")
        await looking.until(lambda: len(server.asked) == 2)


async def test_reading_shows_how_far_it_is_and_r_reads_again(remote: Session, server: DocumentedServer) -> None:
    server.fail(Fault.ERROR, "/phone/")
    async with looking_at(remote, RemotePhonesScreen) as (looking, _):
        await looking.shows("0 of 4 read, stopped", "has an error of its own")
        server.faults.clear()
        server.platform.phones["60"] = phone("Nieuw", "000413aabb60", "D785", "active")
        server.platform.owners["60"] = "2003"
        await looking.pilot.press("R")
        await looking.shows("5 phones", "00:04:13:aa:bb:60")


async def test_a_phone_that_cannot_be_read_keeps_what_was_known(remote: Session, server: DocumentedServer) -> None:
    async with looking_at(remote, RemotePhonesScreen) as (looking, _):
        await looking.shows("4 phones")
        server.fail(Fault.NOT_FOUND, "/phone/31")
        await opened(looking, "Balie")
        await looking.shows("knows no such thing (HTTP 404)", "MAC 00:04:13:aa:bb:01")


async def test_both_kinds_of_environments_are_switched_by_key(
    desk: Helpdesk, environment: Environment, remote_environment: CompassEnvironment, snom: Phone
) -> None:
    both = Environments({"staging": environment, "remote": remote_environment}, desk)
    assert both.elsewhere("staging", snom) == (), "a platform elsewhere is not read as a whole for one MAC"
    async with looking_at(Session.of(desk, environments=both), home) as (looking, _):
        await looking.shows("1 phone")
        await looking.pilot.press("E")
        await looking.shows("Which environment?")
        await looking.pilot.press("down", "enter")
        await looking.shows("REMOTE", "4 phones")
        assert isinstance(looking.app.screen, RemotePhonesScreen)
        await looking.pilot.press("E")
        await looking.shows("remote (you are here)")
        await looking.pilot.press("up", "enter")
        await looking.until(lambda: isinstance(looking.app.screen, PhonesScreen))
    both.close()


async def test_entries_without_an_address_are_counted(remote: Session, server: DocumentedServer) -> None:
    server.platform.listed_selves = {"31": "/phone/31"}
    async with looking_at(remote, RemotePhonesScreen) as (looking, _):
        await looking.shows("3 phones", "1 entry is no phone with an address of its own: left out.")


async def test_letters_typed_into_the_search_are_no_commands(remote: Session) -> None:
    async with looking_at(remote, RemotePhonesScreen) as (looking, screen):
        await looking.shows("4 phones")
        await looking.pilot.press("slash", *"maR")
        assert isinstance(screen.focused, Input) and screen.focused.value == "maR"
        assert looking.said == []
