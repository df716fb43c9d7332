"""Where phones fetch from: what the backend knows of sites and of strangers."""

from __future__ import annotations

from datetime import timedelta

from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.use_cases.fetching import Miss
from tests.backend.offices import SNOM, YEALINK, add_phone, in_service
from tests.frozen_clock import FrozenClock

OFFICE, HOME = "198.51.100.17", "203.0.113.9"


def seen(desk: Helpdesk, phone: Phone, address: str, hours_ago: float) -> None:
    """The phone last fetched from there, so long ago."""
    at = desk.clock() - timedelta(hours=hours_ago)
    desk.store.phones.update(phone.id, {"last_seen": at, "last_address": address})


def test_a_phone_that_waits_for_its_reset_makes_no_site_silent_but_its_fetch_is_one(desk: Helpdesk) -> None:
    for mac in (SNOM, YEALINK):
        seen(desk, in_service(desk, mac, "D735" if mac == SNOM else "T46S"), OFFICE, 6)
    waiting = add_phone(desk, "00:04:13:a1:b2:c4")
    seen(desk, waiting, HOME, 30)
    survey = desk.sites.survey()
    assert (survey.sites, survey.silent) == (2, 1)
    assert [place.subject for place in survey.places if place.site and place.site.silence] == [OFFICE]
    seen(desk, waiting, OFFICE, 0.1)
    assert (desk.sites.survey().sites, desk.sites.survey().silent) == (1, 0)
    assert desk.sites.phones_at(OFFICE)[0].id == waiting.id


def test_very_many_sites_are_cut_off_and_strangers_are_not(desk: Helpdesk, clock: FrozenClock) -> None:
    for number in range(5):
        seen(desk, in_service(desk, f"00:04:13:00:00:0{number}"), f"198.51.100.{number}", number / 10)
    desk.fetching.note_misses([Miss(clock(), HOME, "x", None)])
    survey = desk.sites.survey(limit=2)
    assert (survey.sites, survey.slowed) == (5, 0)
    assert [place.subject for place in survey.places] == ["198.51.100.0", "198.51.100.1", HOME]
