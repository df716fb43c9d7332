"""The list of phones: searched, narrowed, marked, and always the phone that was asked for."""

from __future__ import annotations

from datetime import timedelta

from textual.events import Key

from helpdesk_tui.backend import Helpdesk, Phone, Reason, Step
from helpdesk_tui.backend.manufacturers.simulated import SimulatedService
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.phones import PhonesScreen
from helpdesk_tui.widgets.phone_table import PhoneTable
from tests.frozen_clock import FrozenClock
from tests.screens.conftest import add_phone, change
from tests.screens.looking import looking_at


async def test_an_empty_environment_says_what_to_do(session: Session) -> None:
    async with looking_at(session, PhonesScreen) as (looking, _):
        await looking.shows("There are no phones here yet", "helpdesk-tui import organisations", "helpdesk-tui demo")
        await looking.shows('kind = "compass"', "config.toml (not made yet)")
        # A long path goes on in the next line, wherever the first one ends.
        assert str(session.helpdesk.environment.database) in "".join(map(str.strip, looking.text.splitlines()))
        await looking.pilot.press("a")
        await looking.says("There is no phone here")


async def test_the_list_tells_verdict_user_and_organisation_literally(session: Session, snom: Phone) -> None:
    async with looking_at(session, PhonesScreen) as (looking, _):
        await looking.shows("▲ attention", "00:04:13:a1:b2:c3", "D735", "[red]Anna[", "[bold]Bak", "1 phone")
        await looking.shows("a reset now would strand it", "Activate")


async def test_a_search_by_the_last_digits_opens_that_phone(session: Session, snom: Phone, yealink: Phone) -> None:
    async with looking_at(session, PhonesScreen) as (looking, _):
        await looking.shows("2 phones")
        await looking.pilot.press("slash", "2", "2", "3", "3")
        await looking.shows("1 of 2 phones")
        await looking.pilot.press("enter")
        await looking.shows("Provisioning by manufacturer", "80:5e:c0:11:22:33")


async def test_keys_that_arrive_in_one_bunch_search_and_never_act(
    session: Session, desk: Helpdesk, snom: Phone, yealink: Phone
) -> None:
    async with looking_at(session, PhonesScreen) as (looking, _):
        await looking.shows("2 phones")
        # No pause between the keys: as over a slow line. `a` would activate if it were read by the list.
        for key, char in (("slash", "/"), *((c, c) for c in "a1b2c3"), ("enter", "\r")):
            looking.pilot.app.post_message(Key(key, char))
        await looking.shows("Provisioning by manufacturer", "00:04:13:a1:b2:c3")
        assert desk.phones.get(snom.id).step is Step.DISABLED
        assert desk.phones.get(yealink.id).step is Step.DISABLED


async def test_in_the_search_field_down_moves_and_enter_opens(session: Session, snom: Phone, yealink: Phone) -> None:
    async with looking_at(session, PhonesScreen) as (looking, _):
        await looking.pilot.press("slash", "j", "a", "n", "s", "e", "n")
        await looking.shows("2 of 2 phones")
        await looking.pilot.press("down", "enter")
        await looking.shows("Provisioning by manufacturer", "80:5e:c0:11:22:33")


async def test_nothing_found_says_so_and_escape_takes_the_search_back(session: Session, snom: Phone) -> None:
    async with looking_at(session, PhonesScreen) as (looking, _):
        await looking.pilot.press("slash", *"zzz")
        await looking.shows("No phone fits 'zzz'", "0 of 1 phone")
        await looking.pilot.press("escape", "escape")
        await looking.shows("00:04:13:a1:b2:c3")


async def test_x_shows_only_what_needs_attention(
    session: Session, desk: Helpdesk, clock: FrozenClock, snom: Phone, yealink: Phone
) -> None:
    change(desk, yealink, last_seen=clock() - timedelta(hours=1))
    async with looking_at(session, PhonesScreen) as (looking, _):
        await looking.shows("● ok", "▲ attention")
        await looking.pilot.press("x")
        await looking.shows("1 of 2 phones")
        assert "● ok" not in looking.text


async def test_activate_shows_what_came_of_it(session: Session, desk: Helpdesk, snom: Phone) -> None:
    async with looking_at(session, PhonesScreen) as (looking, _):
        await looking.shows("00:04:13:a1:b2:c3")
        await looking.pilot.press("a")
        await looking.says("Registered at Snom SRAPS (simulated)")
        await looking.shows("◷ waiting")
        assert desk.phones.get(snom.id).step is Step.ACTIVE


async def test_a_phone_in_normal_operation_is_activated_only_after_a_yes(
    session: Session, desk: Helpdesk, clock: FrozenClock, snom: Phone
) -> None:
    change(desk, snom, last_seen=clock() - timedelta(hours=1))
    async with looking_at(session, PhonesScreen) as (looking, _):
        await looking.shows("● ok")
        await looking.pilot.press("a")
        await looking.shows("in normal operation?", "staging")
        await looking.pilot.press("n")
        await looking.settle()
        assert desk.phones.get(snom.id).step is Step.DISABLED


async def test_marked_phones_are_activated_together_and_failures_are_named(
    session: Session, desk: Helpdesk, snom: Phone, yealink: Phone
) -> None:
    service = desk.services.of(yealink.vendor)
    assert isinstance(service, SimulatedService)
    service.fail_next(Reason.NEEDS_SERIAL)
    async with looking_at(session, PhonesScreen) as (looking, screen):
        await looking.shows("2 phones")
        await looking.pilot.press("space", "space")
        assert len(screen.query_one(PhoneTable).marked) == 2
        await looking.pilot.press("a")
        await looking.shows("Activate 2 phones?")
        await looking.pilot.press("y")
        await looking.says("wants the serial number")
        assert desk.phones.get(snom.id).step is Step.ACTIVE
        assert desk.phones.get(yealink.id).step is Step.PROVISION


async def test_a_phone_changed_by_another_process_shows_by_itself(
    session: Session, desk: Helpdesk, colleague: Helpdesk, snom: Phone
) -> None:
    async with looking_at(session, PhonesScreen) as (looking, _):
        await looking.shows("▲ attention")
        colleague.registration.activate(colleague.phones.get(snom.id))
        await looking.shows("◷ waiting")


async def test_a_read_only_session_says_why_it_does_not_activate(read_only: Session, snom: Phone) -> None:
    async with looking_at(read_only, PhonesScreen) as (looking, _):
        await looking.shows("00:04:13:a1:b2:c3")
        await looking.pilot.press("a")
        await looking.says("read-only")
        assert read_only.helpdesk.phones.get(snom.id).step is Step.DISABLED


async def test_ten_thousand_pasted_characters_do_no_harm(session: Session, snom: Phone) -> None:
    async with looking_at(session, PhonesScreen) as (looking, screen):
        await looking.pilot.press("slash")
        screen.focused.insert_text_at_cursor("x" * 10_000)  # type: ignore[union-attr]
        await looking.shows("No phone fits")


async def test_the_window_follows_the_cursor_through_many_phones(
    session: Session, desk: Helpdesk, organisation_id: int
) -> None:
    for number in range(450):
        add_phone(desk, organisation_id, f"000413{number:06x}", "D735", {})
    async with looking_at(session, PhonesScreen) as (looking, _):
        await looking.shows("450 phones")
        await looking.pilot.press("G")
        await looking.shows("00:04:13:00:01:c1")
        await looking.pilot.press("g")
        await looking.shows("00:04:13:00:00:00")
