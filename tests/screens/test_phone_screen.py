"""One phone on the screen: verdict, diagram, buttons, facts, history; all of it growing by itself."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial

import pytest

from helpdesk_tui.backend import FIX, Action, Helpdesk, Phone, Reason, Request, Step
from helpdesk_tui.backend.manufacturers.simulated import SimulatedService
from helpdesk_tui.backend.model.request import Via
from helpdesk_tui.backend.use_cases.fetching import Miss
from helpdesk_tui.backend.virtual_phone.caller import Caller
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.phone import PhoneScreen
from helpdesk_tui.widgets.key_button import KeyButton
from tests.frozen_clock import FrozenClock
from tests.screens.conftest import change
from tests.screens.looking import looking_at


def of(phone: Phone) -> partial[PhoneScreen]:
    return partial(PhoneScreen, phone_id=phone.id)


async def test_both_steps_of_the_document_stand_there_with_the_plain_meaning(session: Session, snom: Phone) -> None:
    async with looking_at(session, of(snom)) as (looking, _):
        await looking.shows(
            "Provisioning by manufacturer disabled: it asks us, not the manufacturer", "Provisioning by Compass"
        )
        await looking.shows("[red]Anna[/foo] Jansen", "Snom D735", "Use installed firmware", "Balie [/x]")


async def test_a_stray_enter_does_nothing_and_the_buttons_fit_in_eighty_columns(
    session: Session, desk: Helpdesk, snom: Phone
) -> None:
    async with looking_at(session, of(snom)) as (looking, screen):
        assert screen.focused is None
        await looking.pilot.press("enter")
        await looking.settle()
        assert desk.phones.get(snom.id).step is Step.DISABLED
        await looking.shows("[a Activate]", "[u Firmware]", "[f Fix]", "[r Factory reset]", "[v Settings file]")


async def test_the_activate_button_works_by_mouse(session: Session, desk: Helpdesk, snom: Phone) -> None:
    async with looking_at(session, of(snom)) as (looking, screen):
        button = next(button for button in screen.query(KeyButton) if button.command == "activate")
        await looking.pilot.click(button)
        await looking.says("Registered at Snom SRAPS")
        # The deadline is the coming Wednesday at midnight in Amsterdam; the clock stands at Monday 09:00 UTC.
        await looking.shows("active until Wed 04 Mar 00:00 CET (1 d 14 h)", "● registered 02 Mar 09:00")


async def test_what_another_process_does_shows_by_itself(
    session: Session, desk: Helpdesk, colleague: Helpdesk, clock: FrozenClock, snom: Phone
) -> None:
    colleague.registration.activate(snom)
    async with looking_at(session, of(snom)) as (looking, _):
        await looking.shows("◷ waiting")
        clock.advance(timedelta(minutes=5))
        phone = change(colleague, snom, last_seen=clock())
        assert colleague.registration.phone_fetched(phone)
        assert [attempt.ok for attempt in colleague.registration.run_due()] == [True]
        await looking.shows("● ok", "disabled", "● settings sent 02 Mar 09:05", "● removed 02 Mar 09:05")


async def test_a_failure_shows_the_manufacturers_words(session: Session, desk: Helpdesk, yealink: Phone) -> None:
    service = desk.services.of(yealink.vendor)
    assert isinstance(service, SimulatedService)
    service.fail_next(Reason.OWNED_ELSEWHERE)
    async with looking_at(session, of(yealink)) as (looking, _):
        await looking.pilot.press("a")
        await looking.shows("provision: registering failed", "▲ registering failed", "belongs to another account")


async def test_the_serial_number_that_the_service_waits_for_is_entered_and_tried_at_once(
    session: Session, desk: Helpdesk, yealink: Phone
) -> None:
    service = desk.services.of(yealink.vendor)
    assert isinstance(service, SimulatedService)
    service.fail_next(Reason.NEEDS_SERIAL, 1)
    desk.registration.activate(yealink)
    async with looking_at(session, of(yealink)) as (looking, _):
        await looking.shows("s enter the serial number")
        await looking.pilot.press("s")
        await looking.shows("Serial number of 80:5e:c0:11:22:33")
        await looking.pilot.press(*"31460", "enter")
        await looking.says("Registered at Yealink RPS")
        assert desk.phones.get(yealink.id).serial == "31460"


async def test_asking_the_manufacturer_finds_a_left_over_registration_and_removes_it(
    session: Session, desk: Helpdesk, snom: Phone
) -> None:
    service = desk.services.of(snom.vendor)
    assert isinstance(service, SimulatedService)
    desk.registration.activate(snom)
    change(desk, snom, step="disabled", deadline=None)
    async with looking_at(session, of(snom)) as (looking, _):
        await looking.pilot.press("i")
        await looking.shows("Make them agree", "registered with our account", "left over")
        await looking.pilot.press("y")
        await looking.until(lambda: service.registrations() == {})


async def test_asking_the_manufacturer_when_both_agree_says_so(session: Session, snom: Phone) -> None:
    async with looking_at(session, of(snom)) as (looking, _):
        await looking.pilot.press("i")
        await looking.says("not registered with our account. That is what we believe too.")


async def test_a_phone_removed_by_a_colleague_is_said_to_be_gone(
    session: Session, colleague: Helpdesk, snom: Phone
) -> None:
    async with looking_at(session, of(snom)) as (looking, _):
        colleague.phones.remove(snom)
        await looking.says("No phone with MAC 00:04:13:a1:b2:c3")


async def test_a_phone_that_was_removed_and_added_again_is_followed(
    session: Session, colleague: Helpdesk, snom: Phone
) -> None:
    async with looking_at(session, of(snom)) as (looking, _):
        run = colleague.walkthroughs.resume_or_start(snom, FIX)
        assert colleague.walkthroughs.act(run, Action.ADD_AGAIN).ok
        await looking.shows("◷ waiting", "nobody is logged in")


async def test_nothing_changes_in_a_read_only_session(read_only: Session, snom: Phone) -> None:
    async with looking_at(read_only, of(snom)) as (looking, _):
        for key in ("a", "s", "f"):
            await looking.pilot.press(key)
            await looking.settle()
        assert len([text for text in looking.said if "read-only" in text]) == 3
        assert read_only.helpdesk.phones.get(snom.id) == snom


async def test_escape_goes_back_to_the_list(session: Session, snom: Phone) -> None:
    from helpdesk_tui.screens.phones import PhonesScreen

    async with looking_at(session, PhonesScreen) as (looking, _):
        await looking.pilot.press("enter")
        await looking.shows("Provisioning by Compass")
        await looking.pilot.press("escape")
        await looking.shows("1 phone")


@pytest.mark.parametrize("vendor", ["snom", "yealink"])
async def test_the_caller_of_the_demo_resets_the_phone_and_the_whole_story_shows(
    desk: Helpdesk, clock: FrozenClock, snom: Phone, yealink: Phone, vendor: str
) -> None:
    phone = change(desk, snom if vendor == "snom" else yealink, last_seen=clock())
    caller = Caller(desk, pause=lambda seconds: None)
    session = Session(desk, "demo", "anna", caller=caller)
    try:
        async with looking_at(session, of(phone)) as (looking, _):
            await looking.pilot.press("p")
            await looking.shows(f"What does the caller with {phone.mac} do?", "Restart it, or plug it in")
            await looking.pilot.press("enter")  # reset before Activate: it is stranded
            service = phone.vendor.service_label
            await looking.shows(f"▲ The caller's phone cannot make calls: {service} does not know it", "activate it")
            assert desk.phones.requests(phone) == ()
            clock.advance(timedelta(minutes=1))
            await looking.pilot.press("a", "y")
            await looking.shows("active until")
            await looking.pilot.press("p")
            await looking.shows("What does the caller")
            await looking.pilot.press("down", "enter")  # it still has its factory settings
            await looking.shows("● ok", "disabled", "● settings sent 02 Mar 09:01", "● own address in use 02 Mar 09:01")
            await looking.shows("● The caller's phone is ready to make calls.")
            await looking.pilot.press("t")
            await looking.shows("Boot of", "● Settings applied", "cannot be seen from here")
    finally:
        caller.close()


async def test_nobody_plays_a_caller_outside_the_demo(session: Session, snom: Phone) -> None:
    async with looking_at(session, of(snom)) as (looking, screen):
        assert "play_caller" not in [command.id for command, _ in screen.offers()]
        await looking.pilot.press("p")
        await looking.says("Only the demo has a caller")


async def test_a_phone_that_never_came_has_a_timeline_of_what_is_missing(session: Session, snom: Phone) -> None:
    async with looking_at(session, of(snom)) as (looking, _):
        await looking.pilot.press("t")
        await looking.shows("0 of 5 proven", "not yet", "The phone has never reached us")


async def test_every_request_of_the_phone_shows_with_what_it_says_of_itself(
    desk: Helpdesk, session: Session, snom: Phone
) -> None:
    async with looking_at(session, of(snom)) as (looking, _):
        note = "it calls itself a [b]D717, not a D735"
        ask = partial(Request, 0, desk.clock() + timedelta(minutes=1), snom.id, "203.0.113.7", via=Via.DEFINITIVE)
        odd = ask(file="snomD735-000413A1B2C3.htm", status=200, bytes=1234, user_agent="snomD717 10.1", note=note)
        refused = ask(file="firmware/nothing.bin", status=404, bytes=0, user_agent="")
        await asyncio.to_thread(desk.store.requests.add_many, [odd, refused])  # as another process would
        await looking.shows(
            "firmware/nothing.bin: 404 no such file, by its own address",
            "snomD735-000413A1B2C3.htm: 200 sent, by its own address; it ca",
            "In its latest request, it calls itself a [b]D717, not a D735: compare with",
        )
        await looking.pilot.press("t")
        await looking.shows("404 no such file", "200 sent", "It does not say what it is", "compare with its sticker")
        await looking.pilot.press("down")
        await looking.shows("1,234 bytes by its own address, from 203.0.113.7", "It calls itself: snomD717 10.1")


async def test_a_request_may_come_while_a_question_is_open(desk: Helpdesk, session: Session, snom: Phone) -> None:
    change(desk, snom, last_seen=desk.clock() - timedelta(hours=3))
    async with looking_at(session, of(snom)) as (looking, _):
        await looking.pilot.press("a")
        await looking.shows("which is in normal operation?")
        asked = Request(0, desk.clock(), snom.id, "203.0.113.7", "snomD735.htm", Via.DEFINITIVE, 200, 100, "")
        await asyncio.to_thread(desk.store.requests.add_many, [asked])
        await looking.shows("settings sent 02 Mar 09:00", "which is in normal operation?")
        assert looking.said == []


async def test_a_yealink_that_only_fetched_its_boot_file_has_no_settings(
    desk: Helpdesk, session: Session, yealink: Phone
) -> None:
    change(desk, yealink, last_seen=desk.clock())
    asked = Request(0, desk.clock(), yealink.id, "203.0.113.7", "805ec0112233.boot", Via.TEMPORARY, 200, 100, "")
    desk.store.requests.add_many([asked])
    async with looking_at(session, of(yealink)) as (looking, _):
        await looking.shows("● sent here", "– settings sent", "the phone has never fetched its settings")


async def test_refused_requests_that_name_the_phone_show(desk: Helpdesk, session: Session, snom: Phone) -> None:
    desk.fetching.note_misses([Miss(desk.clock(), "203.0.113.7", "snomD735-000413A1B2C3.htm", snom.mac)])
    async with looking_at(session, of(snom)) as (looking, _):
        await looking.shows("A request for this MAC had no valid address")
