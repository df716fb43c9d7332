"""Sites: where phones fetch from, and which addresses are answered slowly, until somebody releases them."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from helpdesk_tui.backend import EventKind, Helpdesk, Phone
from helpdesk_tui.backend.model.organisation import Organisation
from helpdesk_tui.backend.use_cases.fetching import Miss
from helpdesk_tui.screens.base import Session
from helpdesk_tui.screens.phone import PhoneScreen
from helpdesk_tui.screens.services import ServicesScreen
from helpdesk_tui.screens.sites import SitesScreen
from tests.frozen_clock import FrozenClock
from tests.screens.conftest import add_phone, change
from tests.screens.looking import looking_at
from tests.screens.test_services_screen import failed

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
        await looking.shows("1 site", OFFICE, "[bold]Bakk…", "06:00", "● fetching")
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
        await looking.shows("▲ Slowed down until 09:10: 40 requests from this address without a valid URL since 09:00")
        await looking.shows("▲ slowed until 09:10", "80:5e:c0:11:22:33")
        await looking.pilot.press("e")
        await looking.shows(f"Release {OFFICE}?", "staging")
        await looking.pilot.press("y")
        await looking.says("answered as everybody else")
        await looking.until(lambda: "slowed down" not in looking.text)
    assert desk.fetching.throttled() == {}
    assert [event.kind for event in desk.store.events.latest(1)] == [EventKind.ADDRESS]


async def test_an_office_that_stopped_fetching_says_since_when_and_leads_to_its_phones(
    session: Session, desk: Helpdesk, clock: FrozenClock, organisation_id: int, snom: Phone
) -> None:
    change(desk, snom, last_seen=clock(), last_address="203.0.113.5")
    for number in range(12):
        phone = add_phone(desk, organisation_id, f"00041300{number:04x}", "D735", {})
        change(desk, phone, last_seen=clock() - timedelta(hours=5, minutes=20 * number), last_address=OFFICE)
    async with looking_at(session, SitesScreen) as (looking, screen):
        await looking.shows("2 sites, 1 silent", f"▸ {OFFICE} 12 [bold]Bakk… 04:00 ▲ silent since 04:00")
        await looking.shows(
            "Nobody here has fetched since 04:00: all 12 phones", "12 phones of [bold]Bakkerij[/] Jansen"
        )
        await looking.shows("04:00 00:04:13:00:00:00 D735", "03:40 00:04:13:00:00:01")
        clock.advance(timedelta(hours=24))
        screen.read()
        await looking.shows("02 Mar 04:00 ▲ silent for 1 d")
        await looking.pilot.press("enter")
        await looking.shows(f"at:{OFFICE}", "12 of 13 phones")


async def test_a_site_of_several_customers_names_how_many_more_there_are(
    session: Session, desk: Helpdesk, clock: FrozenClock, snom: Phone, yealink: Phone
) -> None:
    """Of IPv6 the network is the site: every phone there has an address of its own."""
    other = desk.store.directory.save_organisation(Organisation(0, "Garage", "garage", "sip.pbx.example.net"))
    change(desk, snom, last_seen=clock(), last_address="2001:db8:1:2::a")
    change(desk, yealink, last_seen=clock(), last_address="2001:db8:1:2::b")
    third = add_phone(desk, other, "000413000001", "D735", {"name": "Werkplaats"})
    change(desk, third, last_seen=clock(), last_address="2001:db8:1:2::c")
    async with looking_at(session, SitesScreen, (100, 30)) as (looking, _):
        await looking.shows("1 site", "2001:db8:1:2::/64 3", "+1 09:00", "3 phones of [bold]Bakkerij[/] Jansen, Garage")
        await looking.shows("Werkplaats, Garage")
        await looking.pilot.press("enter")
        await looking.shows("at:2001:db8:1:2::/64", "3 phones")


async def test_guesses_for_a_mac_of_ours_say_whose_phone_it_is(
    session: Session, desk: Helpdesk, clock: FrozenClock, snom: Phone
) -> None:
    misses = [Miss(clock(), f"192.0.2.{number}", "snomD735.htm", snom.mac) for number in range(12)]
    desk.fetching.note_misses(misses)
    async with looking_at(session, SitesScreen, (140, 30)) as (looking, _):
        await looking.shows("▸ 00:04:13:a1:b2:c3", "[red]Anna[/foo] Jansen 201, [bold]Bakkerij[/]")
        await looking.shows("12 requests for this MAC without a valid URL", "A phone of [bold]Bakkerij[/] Jansen")
        await looking.pilot.press("enter")
        await looking.until(lambda: isinstance(looking.app.screen, PhoneScreen))


async def test_a_crowd_of_strangers_comes_after_the_sites_and_old_failures_are_gone(
    session: Session, desk: Helpdesk, clock: FrozenClock, snom: Phone
) -> None:
    change(desk, snom, last_seen=clock(), last_address=OFFICE)
    for number in range(100):
        desk.fetching.note_misses([Miss(clock(), f"192.0.2.{number}", "x", None)] * (1 + 40 * (number % 2)))
    async with looking_at(session, SitesScreen) as (looking, screen):
        await looking.shows("1 site, 50 slowed down", OFFICE, "● fetching")
        rows = looking.text.splitlines()[3:12]
        assert ["slowed until" in row for row in rows] == [*[True] * 5, False, *[True] * 3]
        assert OFFICE in rows[5]
        clock.advance(timedelta(days=1, minutes=1))
        screen.read()
        await looking.until(lambda: "stranger" not in looking.text)


async def test_a_line_tells_all_its_times_in_the_zone_of_the_operator(
    session: Session, desk: Helpdesk, clock: FrozenClock, snom: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(desk, snom, last_seen=clock() - timedelta(hours=1), last_address=OFFICE)
    guesses(desk, clock, OFFICE)
    with monkeypatch.context() as there:
        there.setenv("TZ", "America/New_York")
        time.tzset()
        async with looking_at(session, SitesScreen) as (looking, _):
            await looking.shows(
                "03:00 ▲ slowed until 04:10", "Slowed down until 04:10", "since 04:00", "03:00 00:04:13"
            )
            assert "UTC" not in looking.text
    time.tzset()


async def test_the_services_screen_shows_who_is_slowed_down_and_releases_them(
    session: Session, desk: Helpdesk, clock: FrozenClock, snom: Phone, yealink: Phone
) -> None:
    change(desk, snom, last_seen=clock() - timedelta(hours=2), last_address=OFFICE)
    guesses(desk, clock, OFFICE)
    guesses(desk, clock, "192.0.2.66")
    failed(desk, yealink)
    async with looking_at(session, ServicesScreen) as (looking, _):
        await looking.shows("▲ 2 slowed down", f"{OFFICE} until 09:10 1 phone of [bold]Bakkerij[/] Jansen")
        await looking.shows("192.0.2.66 until 09:10 stranger", "80:5e:c0:11:22:33 register")
        await looking.shows("Slowed down until 09:10: 40 requests from this address without a valid URL since 09:00")
        await looking.shows("07:00 00:04:13:a1:b2:c3 D735 [red]Anna[/foo] Jansen 201")
        await looking.pilot.press("t")
        await looking.says("Highlight the call that is to be made.")
        await looking.pilot.press("e")
        await looking.shows(f"Release {OFFICE}?")
        await looking.pilot.press("y")
        await looking.shows("▲ 1 slowed down", "No phone of ours has fetched from there.")
        await looking.pilot.press("down", "e")
        await looking.says("Highlight the address that is to be released")
        await looking.pilot.press("up", "enter")
        await looking.says("No phone of ours has fetched from there.")
    assert [*desk.fetching.throttled()] == ["192.0.2.66"]


async def test_a_read_only_session_releases_nothing(read_only: Session, desk: Helpdesk, clock: FrozenClock) -> None:
    guesses(desk, clock, OFFICE)
    async with looking_at(read_only, SitesScreen) as (looking, _):
        await looking.pilot.press("e")
        await looking.says("read-only")
    assert OFFICE in desk.fetching.throttled()
