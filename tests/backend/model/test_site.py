"""When everybody at a site has stopped fetching, and in which order sites are shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk_tui.backend.model.failures import Failures, SubjectKind
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.recheck import recheck_minutes
from helpdesk_tui.backend.model.site import (
    STRANGERS_AHEAD,
    LastFetch,
    Silence,
    Site,
    Whereabouts,
    in_order,
    silence_of,
    site_of,
)
from helpdesk_tui.backend.model.step import Step
from tests.backend.model.phones_for_tests import NOW, phone

STOPPED = datetime(2026, 3, 2, 14, 2, tzinfo=UTC)


def office(*hours_before: float) -> list[LastFetch]:
    """Phones that ask every four hours, and when each of them last did, before everything stopped."""
    mac = Mac("000413a1b294")
    assert recheck_minutes(mac) == 240
    return [LastFetch(mac, STOPPED - timedelta(hours=before)) for before in hours_before]


SPREAD = [number / 3 for number in range(12)]
"""Twelve phones, one of which asks every twenty minutes."""

SILENT = [
    # what stopped, after how many hours it is still unknown, and from when on it is silent: how many are late then
    ("twelve phones, spread over time", SPREAD, 2.2, 2.3, 6),
    ("twelve phones that started at once", [0] * 12, 4.2, 4.3, 12),
    ("two phones", [0, 3], 4.2, 4.3, 2),
    ("three phones", [0, 1, 2], 3.2, 3.3, 2),
    ("one phone", [0], 9.9, 10.1, 1),
    ("one phone, beside some that were cut off before", [0, 30, 200, 5], 9.9, 10.1, 1),
    ("two phones, beside many that were unplugged", [0, 1, *[100] * 30], 4.2, 4.3, 2),
]


@pytest.mark.parametrize(("what", "before", "unknown", "known", "late"), SILENT)
def test_when_a_site_is_silent(what: str, before: list[float], unknown: float, known: float, late: int) -> None:
    fetches = office(*before)
    assert silence_of(fetches, STOPPED, STOPPED + timedelta(hours=unknown)) is None
    found = silence_of(fetches, STOPPED, STOPPED + timedelta(hours=known))
    were_there = sum(1 for hours in before if hours <= 4.25)
    assert found == Silence(STOPPED, were_there, late)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param([], 100, id="no phone is in use"),
        pytest.param([100, 200, 300], 100, id="all had stayed away when one came that waits for a reset"),
        pytest.param([0, 3, 3, *[1] * 9], 1.4, id="two of twelve are late"),
    ],
)
def test_what_proves_nothing(before: list[float], after: float) -> None:
    assert silence_of(office(*before), STOPPED, STOPPED + timedelta(hours=after)) is None


def test_the_same_phones_are_fine_as_long_as_somebody_comes() -> None:
    """Of an office that works, each phone comes when it should: at no moment is it silent."""
    for minutes in range(0, 600, 7):
        now = STOPPED + timedelta(minutes=minutes)
        rounds = [(now - fetch.at) // timedelta(hours=4) for fetch in office(*SPREAD)]
        fetches = [
            LastFetch(fetch.mac, fetch.at + timedelta(hours=4) * times)
            for fetch, times in zip(office(*SPREAD), rounds, strict=True)
        ]
        assert silence_of(fetches, max(fetch.at for fetch in fetches), now) is None


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:a::7", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::/64", "2001:db8:1:2::/64"),
        ("what is this", "what is this"),
    ],
)
def test_phones_of_one_network_are_at_one_site(address: str, site: str) -> None:
    assert site_of(address) == site


def failing(subject: str, minutes: int, *, slowed: bool, kind: SubjectKind = SubjectKind.ADDRESS) -> Failures:
    at = NOW - timedelta(minutes=minutes)
    until = NOW + timedelta(minutes=5) if slowed else NOW - timedelta(minutes=5)
    return Failures(subject, kind, 40, at, at, "x.cfg", until)


def site(name: str, minutes: int, silent: int = 0) -> Site:
    at = NOW - timedelta(minutes=minutes)
    return Site(name, 12, at, ("Bakkerij Jansen",), Silence(at, silent, silent) if silent else None)


def test_what_needs_attention_comes_first_and_strangers_do_not_bury_the_sites() -> None:
    ours = failing("00:04:13:a1:b2:c3", 3, slowed=True, kind=SubjectKind.MAC)
    strangers = [Whereabouts(failures=failing(f"slow stranger {n}", n, slowed=True)) for n in range(20)]
    places = [
        *(Whereabouts(failures=failing(f"stranger {n}", n, slowed=False)) for n in range(30)),
        *strangers,
        Whereabouts(site("fine", 90)),
        Whereabouts(site("fine lately, with failures", 1), failing("fine lately, with failures", 2, slowed=False)),
        Whereabouts(site("one phone silent", 700, silent=1)),
        Whereabouts(site("silent for days", 9000, silent=30)),
        Whereabouts(site("silent", 400, silent=3)),
        Whereabouts(site("slowed", 5), failing("slowed", 4, slowed=True)),
        Whereabouts(failures=ours, phone=phone(Step.DISABLED)),
    ]
    names = [place.subject for place in in_order(places, NOW)]
    ahead = [f"slow stranger {n}" for n in range(STRANGERS_AHEAD)]
    assert names[:4] == ["00:04:13:a1:b2:c3", "slowed", "silent", "silent for days"]
    assert names[4 : 4 + STRANGERS_AHEAD] == ahead
    following = ["one phone silent", "fine lately, with failures", "fine", "slow stranger 5"]
    assert names[4 + STRANGERS_AHEAD :][:4] == following
    assert (len(names), names[-1]) == (len(places), "stranger 29")
