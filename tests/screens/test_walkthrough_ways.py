"""Walkthroughs on the screen: choosing, skipping, noting, speaking, handing over, and practising."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from helpdesk_tui.backend import FIX, Action, Helpdesk, Phone, Step
from helpdesk_tui.backend.model.organisation import Organisation
from helpdesk_tui.backend.virtual_phone.caller import Caller
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.phone import PhoneScreen
from helpdesk_tui.screens.phones import PhonesScreen
from helpdesk_tui.screens.walkthrough import WalkthroughScreen
from helpdesk_tui.screens.walkthroughs import WalkthroughsScreen
from tests.frozen_clock import FrozenClock
from tests.screens.conftest import change
from tests.screens.looking import Looking, looking_at


def of(phone: Phone, walkthrough: str = FIX) -> partial[WalkthroughScreen]:
    return partial(WalkthroughScreen, phone_id=phone.id, walkthrough=walkthrough)


async def press(looking: Looking, *keys: str) -> None:
    for key in keys:
        await looking.pilot.press(key)
        await looking.pilot.pause()


async def test_the_caller_is_spoken_to_in_their_language_and_a_key_changes_that(session: Session, snom: Phone) -> None:
    async with looking_at(session, of(snom)) as (looking, _):
        await looking.shows("Ik meld uw toestel aan bij de fabrikant.", "Remove the phone and add it again")
        await press(looking, "L")
        await looking.shows("I am registering your phone at its manufacturer.")
        await press(looking, "L")
        await looking.shows("Ik meld uw toestel aan bij de fabrikant.")


async def test_operators_read_their_own_language(session: Session, desk: Helpdesk, snom: Phone) -> None:
    object.__setattr__(desk.environment, "operator_language", "nl")
    async with looking_at(session, of(snom)) as (looking, _):
        await looking.shows("Een verkeerde toestand", "▸ 1 Telefoon aanmelden", "Verwijder het toestel en voeg het")


async def test_the_triage_is_chosen_through_by_numbers_to_a_hand_over(
    session: Session, desk: Helpdesk, snom: Phone, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    async with looking_at(session, of(snom, "still-does-not-work")) as (looking, screen):
        await looking.shows("▸ 1 State on the platform")
        await press(looking, "enter")
        await looking.shows("[1 It shows something]", "[2 It is dark]")
        await press(looking, "9")  # there is no such way
        await press(looking, "2")
        await looking.shows("3 It is dark", "[2 It stays dark]")
        await press(looking, "2", "n")
        await looking.shows("MAC and model on the sticker?")
        await press(looking, *"D735", "enter")
        await looking.shows("word for word?")
        await press(looking, *"off", "enter", "escape")
        await press(looking, "enter")
        await looking.shows("▲ Handed over, with everything that was found.")
        assert screen.view and screen.view.standing.progress.answers == {"sticker": "D735", "display": "off"}
        await press(looking, "w")
        await looking.shows("Save the summary as")
        await press(looking, *"ticket.md", "enter")
        await looking.says("Saved: ticket.md")
    text = (tmp_path / "ticket.md").read_text(encoding="utf-8")
    assert text.startswith("## It still does not work") and "word for word? off" in text


async def test_a_choice_leads_to_another_walkthrough(session: Session, desk: Helpdesk, snom: Phone) -> None:
    async with looking_at(session, of(snom, "factory-reset-snom")) as (looking, _):
        await press(looking, "a")
        await looking.shows("▸ 2 Is it on?")
        await press(looking, "2")
        await looking.shows("▸ 3 Power on and hold #")
        await press(looking, "1")
        await looking.says("Went on with “It still does not work”.")
        await looking.shows("✓ 1 State on the platform", "▸ 2 Power")
        assert [run.walkthrough for run in desk.walkthroughs.open_runs()] == ["still-does-not-work"]


async def test_skipping_asks_why_and_leaving_too(session: Session, desk: Helpdesk, snom: Phone) -> None:
    async with looking_at(session, of(snom)) as (looking, _):
        await press(looking, "a")
        await looking.shows("▸ 2")
        await press(looking, "s")
        await looking.shows("Why is this step skipped?")
        await press(looking, "x", "enter")
        await looking.shows("Say why in a few words")
        await press(looking, *"done before", "enter")
        await looking.shows("– 2 Reset to factory", "▸ 3")
        await press(looking, "X")
        await looking.shows("Why is this walkthrough given up?")
        await press(looking, *"hung up", "enter")
        assert desk.walkthroughs.open_runs() == ()


async def test_overdue_is_said_and_the_next_way_offered(session: Session, snom: Phone, clock: FrozenClock) -> None:
    async with looking_at(session, of(snom)) as (looking, screen):
        await press(looking, "a", "enter")
        await looking.shows("▸ 3 Let it start fully", "[1 It was touched: reset it again]")
        clock.advance(timedelta(minutes=10))
        screen.look_again()
        await looking.shows("Overdue by 2 min", "It does not call in: find out why]")


async def test_open_walkthroughs_are_listed_and_gone_on_with(
    session: Session, desk: Helpdesk, colleague: Helpdesk, snom: Phone, yealink: Phone
) -> None:
    run = colleague.walkthroughs.resume_or_start(snom, FIX)
    colleague.walkthroughs.act(run, Action.ACTIVATE)
    colleague.walkthroughs.advance(run)
    gone = desk.walkthroughs.resume_or_start(yealink, "first-start")
    desk.phones.remove_anyway(yealink)
    async with looking_at(session, WalkthroughsScreen, (150, 24)) as (looking, screen):
        await looking.shows("Reset to factory", "piet", "its phone or its walkthrough is gone")
        rows = [listed.run.id for listed in screen._listed]
        await press(looking, *["down"] * rows.index(gone.id), "enter")
        await looking.says("X gives this walkthrough up.")
        await press(looking, "X", *"it was sold", "enter")
        await looking.until(lambda: len(screen._listed) == 1)
        await press(looking, "enter")
        await looking.shows("piet has this walkthrough")


async def test_nothing_under_way_is_said(session: Session) -> None:
    async with looking_at(session, WalkthroughsScreen) as (looking, _):
        await looking.shows("No walkthrough is under way")


async def test_the_phone_screen_offers_them(session: Session, desk: Helpdesk, snom: Phone) -> None:
    desk.walkthroughs.resume_or_start(snom, "first-start")
    async with looking_at(session, partial(PhoneScreen, phone_id=snom.id)) as (looking, _):
        await press(looking, "w")
        await looking.shows("Factory reset of a Snom", "First start of a new phone (under way: anna)")
        await press(looking, "down", "enter")
        await looking.shows("Factory reset of a Snom", "1 Register the phone")
        await press(looking, "escape", "r")
        await looking.shows("Factory reset of a Snom")
        await press(looking, "escape", "f")
        await looking.shows("Fix a suboptimal state")


async def test_a_phone_is_moved_with_its_settings_kept_from_its_walkthrough(
    session: Session, desk: Helpdesk, snom: Phone
) -> None:
    desk.store.directory.save_organisation(Organisation(0, "Fietsen De Vries", "devries", "sip.pbx.example.net"))
    async with looking_at(session, of(snom, "move-by-hand")) as (looking, _):
        await press(looking, "1")
        await looking.shows("▸ 2 Move by the API", "[m Move, keep settings]")
        await press(looking, "m")
        await looking.shows("Fietsen De Vries", "settings are kept")
        await press(looking, "enter", "y")
        await looking.shows("● Moved: the phone works in its new organisation.", "Moved to Fietsen De Vries.")
    moved = desk.phones.get(snom.id)
    assert (moved.organisation, moved.name, moved.step) == ("Fietsen De Vries", snom.name, Step.DISABLED)


@pytest.fixture
def caller(desk: Helpdesk) -> Iterator[Caller]:
    caller = Caller(desk, pause=lambda seconds: None)
    yield caller
    caller.close()


@pytest.mark.parametrize("vendor", ["snom", "yealink"])
async def test_practice_with_somebody_who_resets_before_activate(
    session: Session, desk: Helpdesk, snom: Phone, yealink: Phone, caller: Caller, clock: FrozenClock, vendor: str
) -> None:
    phone = change(desk, snom if vendor == "snom" else yealink, last_seen=clock())
    async with looking_at(replace(session, caller=caller), of(phone)) as (looking, screen):
        await press(looking, "p", *["down"] * 3, "enter")
        await looking.shows("Practice: who calls?", "Surprise me", "Mrs De Boer: My phone has been behaving oddly")
        await press(looking, "down", "down", "enter")
        await looking.says("Mr Van Dam is on the line")
        await looking.shows("Hear", "Ik heb er verstand van, ik help u wel. Ik heb het zelf al gereset", "▸ 1")
        await asyncio.to_thread(caller.settle)
        assert desk.phones.requests(phone) == ()
        await press(looking, "p")
        await looking.says("The caller has done that already")
        clock.advance(timedelta(seconds=5))
        await press(looking, "a")
        await looking.shows("▸ 2 Reset to factory", "nu vraagt het of het moet resetten")
        await press(looking, "p")  # the caller does it at once: nobody has to tick it off
        await looking.until(lambda: desk.phones.get(phone.id).step is Step.DISABLED)
        await seen(looking, screen, "▸ 3 Let it start fully", "Hands off for", "ik kom er niet aan")
        await press(looking, "p")
        await looking.says("This step asks nothing of the caller")
        clock.advance(timedelta(seconds=31))
        await seen(looking, screen, "● Mended", "You found it: the caller reset the phone before Activate")
        assert caller.practice is None


async def test_a_walkthrough_goes_on_with_whoever_resets_its_phone(
    session: Session, desk: Helpdesk, yealink: Phone, caller: Caller, clock: FrozenClock
) -> None:
    phone = change(desk, yealink, last_seen=clock())
    async with looking_at(replace(session, caller=caller), of(phone, "factory-reset-yealink")) as (looking, screen):
        clock.advance(timedelta(seconds=5))
        await press(looking, "a")
        await looking.shows("▸ 2 Is it fully started?")
        await press(looking, "enter", "p")
        await looking.shows("What does the caller with")
        await press(looking, "enter")
        await looking.until(lambda: desk.phones.get(phone.id).step is Step.DISABLED)
        await seen(looking, screen, "▸ 4 Let it start fully", "Hear ● The caller's phone is ready to make calls.")


async def test_whoever_does_what_they_are_told_goes_on_with_the_walkthrough_that_is_under_way(
    session: Session, desk: Helpdesk, snom: Phone, caller: Caller
) -> None:
    desk.walkthroughs.resume_or_start(snom, "factory-reset-snom")
    phone_screen = partial(PhoneScreen, phone_id=snom.id)
    async with looking_at(replace(session, caller=caller), phone_screen) as (looking, _):
        await press(looking, "p", "down", "down", "enter")
        await looking.shows("Factory reset of a Snom", "Hear", "Mijn toestel doet vreemd")


async def test_practice_begins_anywhere_with_a_phone_that_fits(
    session: Session, desk: Helpdesk, snom: Phone, caller: Caller, clock: FrozenClock
) -> None:
    change(desk, snom, last_seen=clock())
    async with looking_at(replace(session, caller=caller), PhonesScreen) as (looking, _):
        await press(looking, "p")
        await looking.shows("Practice: who calls?")
        await press(looking, *["down"] * 5, "enter")
        await looking.shows("It still does not work", "deed mijn toestel niets meer")
        await press(looking, "enter")
        await looking.shows("▸ 2 Power", "“Ja: ‘Network unavailable’.”")
        await press(looking, "X", *"enough", "enter")
        await looking.says("Your way missed it: the network cable was loose")


async def seen(looking: Looking, screen: WalkthroughScreen, *texts: str) -> None:
    """What the timer does every second."""
    screen.look_again()
    await looking.shows(*texts)
