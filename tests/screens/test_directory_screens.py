"""Organisations, the users of one, and one user: found, shown as they are now, changed, added and removed."""

from __future__ import annotations

import pytest

from helpdesk_tui.backend import Helpdesk, Phone, Role, User
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.organisation import OrganisationScreen
from helpdesk_tui.screens.organisations import OrganisationsScreen
from helpdesk_tui.screens.phone import PhoneScreen
from helpdesk_tui.screens.phones import PhonesScreen
from helpdesk_tui.screens.user import UserScreen
from helpdesk_tui.screens.users import UsersScreen
from helpdesk_tui.widgets.prompt import Prompt, TextQuestion, YesNo
from tests.screens.conftest import add_phone
from tests.screens.looking import Looking, looking_at

SECRET = "sip-secret-201"


@pytest.fixture
def anna(desk: Helpdesk, organisation_id: int, snom: Phone) -> User:
    return desk.users.get(snom.user_id or 0)


@pytest.fixture
def operator(desk: Helpdesk) -> Session:
    """Somebody who may work on phones, and no more."""
    otto = desk.acting_as("otto", Role.OPERATOR)
    return Session(otto, "staging", "otto", role=Role.OPERATOR)


async def press(looking: Looking, *keys: str) -> None:
    """Press keys one by one, each when what the last one began is done or asks something."""
    for key in keys:
        await looking.pilot.press(key)
        await quiet(looking)


async def quiet(looking: Looking) -> None:
    """Wait until nothing is under way, or a question stands that takes keys."""

    def asks() -> bool:
        prompts = looking.app.screen.query(Prompt)
        focused = looking.app.focused
        return any(isinstance(each, YesNo) or (focused is not None and each in focused.ancestors) for each in prompts)

    await looking.until(lambda: asks() or all(worker.is_finished for worker in looking.app.workers))
    await looking.pilot.pause()


async def answer(looking: Looking, text: str) -> None:
    """Give this answer to the question that stands there, whatever stood in its field."""
    await quiet(looking)
    question = looking.app.screen.query_one(TextQuestion)
    await looking.pilot.press("end", "ctrl+u", *text, "enter")
    await looking.until(lambda: not question.is_attached or question.query(".prompt--problem").first().display)
    await quiet(looking)


async def yes(looking: Looking) -> None:
    await quiet(looking)
    assert looking.app.screen.query(YesNo)
    await press(looking, "y")


async def test_without_organisations_it_says_what_to_do(session: Session) -> None:
    async with looking_at(session, OrganisationsScreen) as (looking, _):
        await looking.shows(
            "no organisations here yet", "Press + to add one", "import organisations", "0 organisations"
        )
        await press(looking, "enter")
        await looking.says("There is no organisation here")
        await press(looking, "plus")
        await answer(looking, "Café [bold]Zürich")
        await answer(looking, "z")
        await looking.shows("'z' is not a short name")
        await answer(looking, "zurich")
        await answer(looking, "sip.example.net:5061")
        await looking.shows("Café [bold]Züri", "1 organisation", "zurich")
        (listed,) = session.helpdesk.organisations.page("", 0, 9).organisations
        assert listed.organisation.sip_host == "sip.example.net:5061"


async def test_found_and_opened_and_its_phones_shown(
    session: Session, desk: Helpdesk, snom: Phone, yealink: Phone
) -> None:
    other = desk.organisations.add({"organisation": "Bakkerij", "short_name": "bakkerij2"})
    add_phone(desk, other.id, "805ec0112299", "T46S", {})
    async with looking_at(session, OrganisationsScreen) as (looking, _):
        await looking.shows("[bold]Bakkerij[/]", "2 organisations")
        await press(looking, "slash", *"jansen nobody", "enter")
        await looking.shows("No organisation fits 'jansen nobody'", "0 organisations")
        await press(looking, "ctrl+u", *"jansen", "enter")
        assert isinstance(looking.app.screen, UsersScreen)
        await looking.shows("[bold]Bakkerij[/] Jansen (bakkerij) 2 phones: ▲ 2 attention")
        await looking.shows("201 [red]Anna[/foo] J", "201a", "00:04:13:a1:b2:c3 D735", "1 user")
        await press(looking, "p")
        assert isinstance(looking.app.screen, PhonesScreen)
        await looking.shows("org:=bakkerij", "2 of 3 phones", "80:5e:c0:11:22:33")
        await press(looking, "slash", *" d735")
        await looking.shows("1 of 3 phones")
        await press(looking, "escape", "escape")
        await looking.shows("2 of 3 phones")
        await press(looking, "escape")
        assert isinstance(looking.app.screen, UsersScreen)
        await press(looking, "o")
        assert isinstance(looking.app.screen, OrganisationScreen)


async def test_from_a_phone_the_cursor_is_on_its_organisation(session: Session, desk: Helpdesk, yealink: Phone) -> None:
    desk.organisations.add({"organisation": "Aannemer"})
    async with looking_at(session, lambda session: PhoneScreen(session, yealink.id)) as (looking, _):
        await press(looking, "O")
        screen = looking.app.screen
        assert isinstance(screen, OrganisationsScreen) and screen.organisation
        assert screen.organisation.id == yealink.organisation_id


async def test_an_organisation_is_removed_when_it_has_no_phones(session: Session, desk: Helpdesk, snom: Phone) -> None:
    organisation_id = snom.organisation_id
    async with looking_at(session, OrganisationsScreen) as (looking, screen):
        await press(looking, "X")
        await looking.says("It has phones: move them")
        desk.phones.remove(snom)
        screen.read()
        await quiet(looking)
        await press(looking, "X")
        await looking.shows("staging", "Remove [bold]Bakkerij[/] Jansen", "Lost for good: 1 user and 1 identity.")
        await press(looking, "n")
        assert desk.organisations.get(organisation_id)
        await press(looking, "X")
        desk.users.add(desk.organisations.get(organisation_id), {"extension": "9", "sip_username": "nine"})
        await yes(looking)
        await looking.says("was changed in the meantime: nothing was removed")
        await press(looking, "X")
        await yes(looking)
        await looking.shows("There are no organisations here yet")


async def test_users_are_searched_added_and_removed(session: Session, desk: Helpdesk, anna: User) -> None:
    async with looking_at(session, lambda session: UsersScreen(session, anna.organisation_id)) as (looking, _):
        await press(looking, "slash", *"nobody")
        await looking.shows("No user fits 'nobody'", "0 of 1 user")
        await press(looking, "escape", "escape")
        await press(looking, "plus")
        await answer(looking, "201")
        await looking.shows("extension: 201 is that of [red]Anna[/foo] Jansen already")
        await answer(looking, "205")
        await answer(looking, "Piet")
        await answer(looking, "piet@x")
        await looking.shows("is not a SIP user name")
        await answer(looking, "piet")
        await answer(looking, "Meel-en-7-eieren")
        assert "Meel" not in looking.text
        await answer(looking, "")
        await looking.shows("205 Piet piet", "2 users")
        piet = desk.users.with_extension(desk.organisations.get(anna.organisation_id), "205")
        assert piet.identities[0].sip_password == "Meel-en-7-eieren"
        await press(looking, "X")
        await looking.shows("Remove Piet (205)?", "Lost for good: 1 identity.")
        await yes(looking)
        await looking.shows("1 user")
        await press(looking, "X")
        await looking.shows("Logged out on 00:04:13:a1:b2:c3: only *1 and emergency calls remain there.")


async def test_what_a_colleague_changes_shows_by_itself(
    session: Session, desk: Helpdesk, colleague: Helpdesk, anna: User
) -> None:
    async with looking_at(session, lambda session: UserScreen(session, anna.id)) as (looking, screen):
        colleague.users.change(anna, "name", "Anne")
        screen.look_again()
        await looking.shows("Anne (201)")
        colleague.users.remove(desk.users.get(anna.id))
        screen.look_again()
        await looking.shows("This user has been removed in the meantime")
        await press(looking, "enter")
        await looking.says("This user has been removed in the meantime")


async def test_every_value_of_a_user_is_changed_in_a_prompt(session: Session, desk: Helpdesk, anna: User) -> None:
    async with looking_at(session, lambda session: UserScreen(session, anna.id)) as (looking, _):
        for number, text in enumerate(("301", "Anne", "*97301", "3", "4", "4821")):
            await press(looking, "home", *["down"] * number, "enter")
            await answer(looking, text)
        user = desk.users.get(anna.id)
        assert (user.extension, user.name, user.voicemail, user.pin) == ("301", "Anne", "*97301", "4821")
        assert (user.ring_internal, user.ring_external) == (3, 4)
        await looking.shows("Anne (301)", "••••••••")
        assert "4821" not in looking.text
        await press(looking, "enter")
        await answer(looking, "")
        assert desk.users.get(anna.id).pin == "4821"  # an empty answer to a hidden question leaves it
        await press(looking, "enter")
        await answer(looking, "12ab")
        await looking.shows("pin: it is not a PIN")


async def test_secrets_show_when_they_are_asked_for_and_that_is_recorded(
    session: Session, desk: Helpdesk, anna: User
) -> None:
    async with looking_at(session, lambda session: UserScreen(session, anna.id)) as (looking, _):
        assert SECRET not in looking.text
        await press(looking, "s", *["down"] * 6)
        await looking.shows(f"SIP password of 201a, in full: {SECRET}", "secrets shown")
        event = desk.store.events.latest()[0]
        assert event.text == "Looked at the secrets of [red]Anna[/foo] Jansen (201)."
        await press(looking, "s")
        assert SECRET not in looking.text


async def test_identities_are_added_put_in_order_changed_and_removed(
    session: Session, desk: Helpdesk, anna: User
) -> None:
    def names() -> list[str]:
        return [identity.sip_username for identity in desk.users.get(anna.id).identities]

    async with looking_at(session, lambda session: UserScreen(session, anna.id)) as (looking, _):
        await press(looking, *["down"] * 6, "X")
        await looking.says("A user needs one identity")
        await press(looking, "plus")
        for text in ("orders", "", "Bestellingen"):
            await answer(looking, text)
        await looking.shows("Identity 2 orders", "Bestellingen")
        assert names() == ["201a", "orders"]
        await press(looking, "down", "enter")
        await looking.shows("What of identity orders", "Make it the primary one")
        await press(looking, "down", "down", "down", "down", "enter")
        await looking.shows("Identity 1, primary orders")
        assert names() == ["orders", "201a"]
        await press(looking, "enter", "enter")
        await answer(looking, "anna")
        assert names() == ["orders", "anna"]
        await press(looking, "enter", "down", "enter")
        await answer(looking, "")
        await press(looking, "enter", "down", "down", "down", "enter")
        await looking.shows("Make a new SIP password for anna?")
        assert desk.users.get(anna.id).identities[1].sip_password == SECRET
        await yes(looking)
        assert desk.users.get(anna.id).identities[1].sip_password != SECRET
        await press(looking, "X")
        await yes(looking)
        assert names() == ["orders"]


async def test_the_phone_is_opened_or_logged_out_from_here(session: Session, desk: Helpdesk, anna: User) -> None:
    async with looking_at(session, lambda session: UserScreen(session, anna.id)) as (looking, _):
        await looking.shows("Logged in on D735 00:04:13:a1:b2:c3", "Balie [/x]")
        await press(looking, "end", "enter")
        assert isinstance(looking.app.screen, PhoneScreen)
        await press(looking, "escape")
        await press(looking, "X")
        await yes(looking)
        await looking.shows("Logged in on no phone")
        assert desk.users.phones(anna) == ()


async def test_whoever_is_no_administrator_looks_and_logs_out(operator: Session, desk: Helpdesk, anna: User) -> None:
    async with looking_at(operator, lambda session: UserScreen(session, anna.id)) as (looking, _):
        for keys in (("enter",), ("plus",), ("X",)):
            await press(looking, "home", *keys)
            assert not looking.app.screen.query(Prompt)
        assert set(looking.said) == {"Your role is operator: ask an administrator to do this."}
        await press(looking, "end", "X")
        await yes(looking)
        assert desk.users.phones(anna) == ()


async def test_the_name_vlan_pin_and_model_of_a_phone_are_edited(
    session: Session, desk: Helpdesk, yealink: Phone
) -> None:
    async with looking_at(session, lambda session: PhoneScreen(session, yealink.id)) as (looking, _):
        for number, text in enumerate(("Balie [x]", "120", "A1B2")):
            await press(looking, "e", *["down"] * number, "enter")
            await answer(looking, text)
        await press(looking, "e", "down", "enter")
        await answer(looking, "5000")
        await looking.shows("'5000' is not a number from 0 to 4094")
        await press(looking, "escape", "e", "down", "down", "down", "enter")
        await looking.shows("Which model is 80:5e:c0:11:22:33")
        await press(looking, "down", "enter")
        phone = desk.phones.get(yealink.id)
        assert (phone.name, phone.vlan, phone.pin) == ("Balie [x]", 120, "A1B2")
        assert phone.model != "T46S"
        await looking.shows("Balie [x]", "120")


async def test_nothing_is_changed_read_only(read_only: Session, anna: User) -> None:
    async with looking_at(read_only, lambda session: UsersScreen(session, anna.organisation_id)) as (looking, _):
        await press(looking, "plus", "X")
        assert len(looking.said) == 2 and all("read-only" in said for said in looking.said)
        await press(looking, "enter", "enter")
        assert isinstance(looking.app.screen, UserScreen) and not looking.app.screen.query(Prompt)
