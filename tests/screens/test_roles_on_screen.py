"""What a role may not do stays visible, with the reason."""

from __future__ import annotations

from helpdesk_tui.backend import Helpdesk, Phone, Role, Step
from helpdesk_tui.commands import COMMANDS
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.function_keys import FunctionKeysScreen
from helpdesk_tui.screens.help import HelpScreen
from helpdesk_tui.screens.organisation import OrganisationScreen
from helpdesk_tui.screens.phones import PhonesScreen
from helpdesk_tui.screens.settings_file import SettingsFileScreen
from tests.screens.looking import looking_at

VIEWERS = "Your role is viewer: ask an operator to do this."
OPERATORS = "Your role is operator: ask an administrator to do this."


def seen_by(desk: Helpdesk, role: Role) -> Session:
    return Session.of(desk.acting_as("piet", role))


async def test_a_viewer_is_told_why(desk: Helpdesk, snom: Phone) -> None:
    async with looking_at(seen_by(desk, Role.VIEWER), PhonesScreen) as (looking, _):
        assert "VIEWER" in looking.text.splitlines()[0]
        await looking.pilot.press("a", "f")
        await looking.settle()
        assert set(looking.said) == {VIEWERS}
        await looking.pilot.press("?")
        await looking.until(lambda: isinstance(looking.app.screen, HelpScreen))
        await looking.shows("Not now: Your role is viewer")
    assert desk.phones.get(snom.id).step is Step.DISABLED


async def test_an_operator_changes_no_organisation(desk: Helpdesk, organisation_id: int) -> None:
    session = seen_by(desk, Role.OPERATOR)
    async with looking_at(session, lambda session: OrganisationScreen(session, organisation_id)) as (looking, _):
        await looking.pilot.press("enter")
        await looking.says(OPERATORS)


async def test_an_operator_sets_keys_of_a_phone_but_not_of_its_model(desk: Helpdesk, snom: Phone) -> None:
    session = seen_by(desk, Role.OPERATOR)
    async with looking_at(session, lambda session: FunctionKeysScreen(session, snom.id)) as (looking, screen):
        assert screen.reason_against("change") is None
        await looking.pilot.press("t")
        await looking.settle()
        assert screen.owner.needed is Role.ADMINISTRATOR
        assert screen.reason_against("change") == OPERATORS


async def test_on_a_shared_account_nothing_is_written_to_its_disk(desk: Helpdesk, snom: Phone) -> None:
    session = Session.of(desk, own_account=False)
    async with looking_at(session, lambda session: SettingsFileScreen(session, snom.id)) as (looking, _):
        await looking.pilot.press("w")
        await looking.says("You share an account here")
    writing = {command.id for command in COMMANDS if command.writes_file}
    assert writing == {command.id for command in COMMANDS if " to a file" in command.help or command.id == "save"}
