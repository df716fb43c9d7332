"""A walkthrough on the screen: led step by step, proven by itself, taken over by a colleague, never making it worse."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from helpdesk_tui.backend import FIX, Action, Helpdesk, HelpdeskError, Phone, Reason, Step, Vendor
from helpdesk_tui.backend.manufacturers.simulated import SimulatedService
from helpdesk_tui.backend.model.organisation import Language
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.walkthrough import WalkthroughScreen
from helpdesk_tui.widgets.key_button import KeyButton
from tests.frozen_clock import FrozenClock
from tests.screens.conftest import change
from tests.screens.looking import Looking, looking_at


def of(phone: Phone, walkthrough: str = FIX) -> partial[WalkthroughScreen]:
    return partial(WalkthroughScreen, phone_id=phone.id, walkthrough=walkthrough)


def fetch(desk: Helpdesk, phone: Phone, clock: FrozenClock) -> None:
    """The phone fetches its settings, as another process sees it."""
    phone = change(desk, desk.phones.find(phone.mac.colons), last_seen=clock.advance(timedelta(seconds=1)))
    if desk.registration.phone_fetched(phone):
        list(desk.registration.run_due())


async def seen(looking: Looking, screen: WalkthroughScreen, *texts: str) -> None:
    """What the timer does every second."""
    screen.look_again()
    await looking.shows(*texts)


@pytest.fixture(autouse=True)
def caller_who_speaks_english(desk: Helpdesk, organisation_id: int) -> None:
    organisation = desk.store.directory.organisation(organisation_id)
    assert organisation is not None
    desk.store.directory.save_organisation(replace(organisation, language=Language.EN))


async def test_from_activate_to_mended(
    session: Session, desk: Helpdesk, colleague: Helpdesk, snom: Phone, clock: FrozenClock
) -> None:
    async with looking_at(session, of(snom)) as (looking, screen):
        assert "Fix a suboptimal state" in looking.text
        await looking.shows("▸ 1 Register the phone", "Activate first: a reset now would strand the phone.")
        await looking.pilot.press("enter")
        await looking.says("Activate first")
        await looking.pilot.press("a")
        await looking.shows("✓ 1 Register the phone", "▸ 2 Reset to factory", "press and hold #", "Registered at Snom")
        clock.advance(timedelta(seconds=5))
        await looking.pilot.press("enter")
        await looking.shows("▸ 3 Let it start fully", "The phone has not called in yet")
        fetch(colleague, snom, clock)
        await seen(looking, screen, "Hands off for 30 s more")
        clock.advance(timedelta(seconds=12))
        await seen(looking, screen, "Hands off for 18 s more")
        await looking.pilot.press("enter")
        await looking.says("Hands off for 18 s more")
        fetch(colleague, snom, clock)
        await seen(looking, screen, "Hands off for 30 s more")
        clock.advance(timedelta(seconds=30))
        await seen(
            looking, screen, "● Mended", "✓ 4 Confirm disabled", "Please try a call", "By manufacturer: disabled"
        )
        await looking.until(lambda: screen.view and screen.view.run.ended_at)
        run = screen.view and screen.view.run
        assert run and run.outcome == "mended"
        assert desk.walkthroughs.resume_or_start(desk.phones.get(snom.id), FIX).id != run.id


async def test_an_idle_display_is_taken_at_the_callers_word_but_disabled_is_not(
    session: Session, desk: Helpdesk, snom: Phone, clock: FrozenClock
) -> None:
    async with looking_at(session, of(snom)) as (looking, _):
        await looking.pilot.press("a")
        await looking.shows("▸ 2")
        await looking.pilot.press("enter")
        await looking.shows("▸ 3", "The display is idle")
        await looking.pilot.press("enter")
        await looking.shows("▸ 4", "is still active", "this is ticked off by itself")
        await looking.pilot.press("enter")
        await looking.says("proven by itself")
        assert desk.phones.get(snom.id).step is Step.ACTIVE


async def test_removing_and_adding_again_names_what_is_lost(
    session: Session, desk: Helpdesk, snom: Phone, clock: FrozenClock
) -> None:
    async with looking_at(session, of(snom)) as (looking, _):
        await looking.pilot.press("R")
        await looking.shows("Remove 00:04:13:a1:b2:c3 and add it again?", "function keys, custom settings", "staging")
        await looking.pilot.press("n")
        await looking.settle()
        assert desk.phones.get(snom.id).user_id == snom.user_id
        await looking.pilot.press("R")
        await looking.shows("Lost are")
        await looking.pilot.press("y")
        await looking.shows("▸ 2 Reset to factory")
        again = desk.phones.find(snom.mac.colons)
        assert (again.step, again.name, again.user_id) == (Step.ACTIVE, "", None)


async def test_each_manufacturer_has_its_own_way_of_resetting(session: Session, yealink: Phone) -> None:
    async with looking_at(session, of(yealink)) as (looking, _):
        await looking.pilot.press("a")
        await looking.shows("▸ 2", "Press and hold OK, not X", "Answer YES", "consult its manual")


async def test_registering_that_fails_is_said_and_seen(session: Session, desk: Helpdesk, snom: Phone) -> None:
    service = SimulatedService(Vendor.SNOM)
    service.fail_next(Reason.UNREACHABLE)
    desk.services.put(service)
    async with looking_at(session, of(snom)) as (looking, _):
        await looking.pilot.press("a")
        await looking.says("cannot be reached")
        await looking.shows("▸ 1 Register the phone", "provision", "strand the phone")
        service.recover()
        await looking.pilot.press("a")
        await looking.shows("▸ 2 Reset to factory")


@pytest.mark.parametrize(
    ("hours", "shows"), [(1, "▸ 2 Is it on?"), (37.8, "too near: Activate again after it"), (39, "has passed")]
)
async def test_factory_reset_begins_at_the_reset_only_with_a_registration_that_lasts(
    session: Session, desk: Helpdesk, snom: Phone, clock: FrozenClock, hours: float, shows: str
) -> None:
    desk.registration.activate(snom)
    clock.advance(timedelta(hours=hours))
    async with looking_at(session, of(snom, "factory-reset-snom")) as (looking, _):
        await looking.shows(shows)


async def test_factory_reset_of_a_phone_that_is_not_registered_begins_at_activate(
    session: Session, snom: Phone
) -> None:
    async with looking_at(session, of(snom, "factory-reset-snom")) as (looking, _):
        await looking.shows("▸ 1 Register the phone", "a reset now would strand the phone")


async def test_a_phone_that_fetches_before_the_reset_is_ticked_is_not_reset_again_unregistered(
    session: Session, colleague: Helpdesk, snom: Phone, clock: FrozenClock
) -> None:
    async with looking_at(session, of(snom)) as (looking, screen):
        await looking.pilot.press("a")
        await looking.shows("▸ 2 Reset to factory")
        fetch(colleague, snom, clock)
        await seen(looking, screen, "▸ 1 Register the phone", "fetched its settings since Activate", "strand the phone")


async def test_a_colleague_sees_who_has_it_and_takes_it_over(
    session: Session, desk: Helpdesk, colleague: Helpdesk, snom: Phone
) -> None:
    run = colleague.walkthroughs.resume_or_start(snom, FIX)
    colleague.walkthroughs.act(run, Action.ACTIVATE)
    colleague.walkthroughs.advance(run)
    async with looking_at(session, of(snom)) as (looking, screen):
        await looking.shows("▸ 2 Reset to factory", "piet has this walkthrough", "Last action: piet")
        await looking.pilot.press("enter")
        await looking.says("piet has this walkthrough: T takes it over.")
        colleague.walkthroughs.confirm(run, "reset")
        await seen(looking, screen, "▸ 3 Let it start fully")
        await looking.pilot.press("T")
        await looking.shows("Last action: anna")
        await looking.pilot.press("enter")
        await looking.shows("▸ 4 Confirm disabled")
        with pytest.raises(HelpdeskError, match="anna has this walkthrough: take it over first"):
            colleague.walkthroughs.skip(run, "confirm", "in a hurry")


async def test_starting_over_asks_and_begins_a_new_run(
    session: Session, desk: Helpdesk, snom: Phone, clock: FrozenClock
) -> None:
    async with looking_at(session, of(snom)) as (looking, screen):
        await looking.pilot.press("a")
        await looking.shows("▸ 2")
        assert screen.view is not None
        first = screen.view.run.id
        clock.advance(timedelta(seconds=5))
        await looking.pilot.press("o")
        await looking.shows("Start over with 00:04:13:a1:b2:c3?")
        await looking.pilot.press("y")
        await looking.shows("▸ 1 Register the phone", "Go on with the registration that there is")
        assert screen.view.run.id != first
        await looking.pilot.press("enter")
        await looking.shows("▸ 2 Reset to factory")


async def test_nothing_is_painted_while_nothing_happens(session: Session, snom: Phone, clock: FrozenClock) -> None:
    async with looking_at(session, of(snom)) as (looking, screen):
        painted: list[object] = []
        screen.show_all = painted.append  # type: ignore[assignment, method-assign]
        for _ in range(3):
            clock.advance(timedelta(seconds=1))
            screen.look_again()
            await looking.settle()
        assert painted == []


async def test_the_summary_for_the_ticket_holds_times_and_no_secret(
    session: Session, desk: Helpdesk, snom: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []

    def note(data: bytes) -> str:
        sent.append(data.decode())
        return ""

    monkeypatch.setattr("helpdesk_tui.clipboard.osc52", note)
    async with looking_at(session, of(snom)) as (looking, _):
        await looking.pilot.press("a")
        await looking.shows("▸ 2")
        await looking.pilot.press("y")
        await looking.says("Sent to your terminal's clipboard: a summary of the walkthrough of 00:04:13:a1:b2:c3.")
    phone = desk.phones.get(snom.id)
    assert "Register the phone: proven" in sent[0] and "02 Mar 2026 09:00" in sent[0]
    assert "[bold]Bakkerij[/] Jansen" in sent[0] and "anna" in sent[0]
    for secret in (phone.secret, phone.token, phone.sip_password, phone.web_password):
        assert secret not in sent[0]


async def test_a_click_on_a_button_leaves_enter_to_the_step(session: Session, snom: Phone) -> None:
    async with looking_at(session, of(snom)) as (looking, screen):
        button = next(button for button in screen.query(KeyButton) if button.command == "activate")
        await looking.pilot.click(button)
        await looking.shows("▸ 2 Reset to factory")
        await looking.pilot.press("enter")
        await looking.shows("▸ 3 Let it start fully")


async def test_read_only_looks_and_changes_nothing(read_only: Session, desk: Helpdesk, snom: Phone) -> None:
    before = desk.phones.history(snom.mac)
    async with looking_at(read_only, of(snom)) as (looking, _):
        await looking.shows("▸ 1 Register the phone")
        for key in ("a", "enter", "o", "R"):
            await looking.pilot.press(key)
            await looking.until(lambda: looking.said)
            assert "read-only" in looking.said.pop()
    assert desk.phones.history(snom.mac) == before


async def test_a_removed_phone_is_a_sentence(session: Session, desk: Helpdesk, snom: Phone) -> None:
    async with looking_at(session, of(snom)) as (looking, screen):
        desk.phones.remove(snom)
        await seen(looking, screen, "▲ No phone with MAC 00:04:13:a1:b2:c3")
        await looking.pilot.press("enter")
        await looking.says("There is no walkthrough here.")
        with pytest.raises(HelpdeskError):
            desk.phones.get(snom.id)


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_the_longest_step_fits(session: Session, snom: Phone, size: tuple[int, int]) -> None:
    async with looking_at(session, of(snom), size) as (looking, _):
        await looking.pilot.press("a")
        await looking.shows(
            "▸ 2",
            "Choose that with the keypad.”",
            "consult its manual.",
            "confirms the reset]",
            "Seen The phone has not come by yet.",
            "09:00:00 Registered at Snom",
        )
