"""Sites: where phones fetch from, and which addresses are answered slowly, until somebody releases them."""

from __future__ import annotations

from datetime import timedelta

from helpdesk_tui.backend import EventKind, Helpdesk, Phone
from helpdesk_tui.backend.use_cases.fetching import Miss
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.services import ServicesScreen
from helpdesk_tui.screens.sites import SitesScreen
from tests.frozen_clock import FrozenClock
from tests.screens.conftest import change
from tests.screens.looking import looking_at

OFFICE = "198.51.100.17"


def guesses(desk: Helpdesk, clock: FrozenClock, address: str) -> None:
    """More wrong addresses than a mistake explains."""
    desk.fetching.note_misses([Miss(clock(), address, "000000000000.cfg", None)] * 40)


async def test_nobody_has_fetched_yet(session: Session) -> None:
    async with looking_at(session, SitesScreen) as (looking, _):
        await looking.shows("No phone has fetched its settings yet", "0 sites")


async def test_an_office_is_one_line_with_its_phones_below(
    session: Session, desk: Helpdesk, clock: FrozenClock, snom: Phone, yealink: Phone
) -> None:
    for phone in (snom, yealink):
        change(desk, phone, last_seen=clock() - timedelta(hours=3), last_address=OFFICE)
    async with looking_at(session, SitesScreen) as (looking, _):
        await looking.shows("1 site", OFFICE, "[bold]Bakkerij", "3 h ago", "answered")
        await looking.shows("00:04:13:a1:b2:c3", "80:5e:c0:11:22:33")
        await looking.pilot.press("e")
        await looking.says("Nothing is held against this address")


async def test_a_slowed_down_office_comes_first_with_its_reason_and_is_released(
    session: Session, desk: Helpdesk, clock: FrozenClock, snom: Phone, yealink: Phone
) -> None:
    change(desk, snom, last_seen=clock(), last_address="203.0.113.5")
    change(desk, yealink, last_seen=clock() - timedelta(hours=3), last_address=OFFICE)
    guesses(desk, clock, OFFICE)
    async with looking_at(session, SitesScreen) as (looking, _):
        await looking.shows("slowed down", "40 requests from this address without a valid URL", "80:5e:c0:11:22:33")
        await looking.pilot.press("e")
        await looking.shows(f"Release {OFFICE}?", "staging")
        await looking.pilot.press("y")
        await looking.says("answered as everybody else")
        await looking.until(lambda: "slowed down" not in looking.text)
    assert desk.fetching.throttled() == {}
    assert [event.kind for event in desk.store.events.latest(1)] == [EventKind.ADDRESS]


async def test_the_services_screen_names_what_is_slowed_down(
    session: Session, desk: Helpdesk, clock: FrozenClock
) -> None:
    guesses(desk, clock, OFFICE)
    async with looking_at(session, ServicesScreen) as (looking, _):
        await looking.shows("1 slowed down", OFFICE)
        await looking.pilot.press("L")
        await looking.shows("no phone of ours")


async def test_a_read_only_session_releases_nothing(read_only: Session, desk: Helpdesk, clock: FrozenClock) -> None:
    guesses(desk, clock, OFFICE)
    async with looking_at(read_only, SitesScreen) as (looking, _):
        await looking.pilot.press("e")
        await looking.says("read-only")
    assert OFFICE in desk.fetching.throttled()
