"""The story of a phone: what happened, and what it asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from helpdesk_tui.backend.model.event import Event, EventKind
from helpdesk_tui.backend.model.failures import Failures, SubjectKind
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.phone_history import phone_history
from helpdesk_tui.backend.model.phone_warnings import request_warnings
from helpdesk_tui.backend.model.request import Request, Via
from helpdesk_tui.backend.model.step import Step
from helpdesk_tui.backend.model.vendor import Vendor

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PHONE = Phone(1, Mac("000413a1b2c3"), Vendor.SNOM, "D735", 1, "Jansen", Step.DISABLED, NOW, NOW, last_seen=NOW)


def request(
    hours_ago: float, file: str = "snomD735.htm", status: int = 200, note: str = "", agent: str = ""
) -> Request:
    at = NOW - timedelta(hours=hours_ago)
    return Request(int(-hours_ago * 1000), at, 1, "192.0.2.1", file, Via.DEFINITIVE, status, 100, agent, note)


def event(hours_ago: float, text: str) -> Event:
    at = NOW - timedelta(hours=hours_ago)
    return Event(id=1, at=at, operator="anna", kind=EventKind.MOVED, mac=PHONE.mac, organisation="Jansen", text=text)


def refused(hours_ago: float) -> Failures:
    at = NOW - timedelta(hours=hours_ago)
    return Failures(PHONE.mac.colons, SubjectKind.MAC, 12, at, at, "snomD735.htm")


def test_the_latest_start_is_told_request_by_request_and_earlier_ones_do_not_bury_the_events() -> None:
    asked = [request(0, "firmware/x.bin", 404), request(0.01), request(4), request(8, status=401), request(12)]
    told = [line.text for line in phone_history([event(10, "Moved.")], asked)]
    assert told == [
        "firmware/x.bin: 404 no such file, by its own address",
        "snomD735.htm: 200 sent, by its own address",
        "2 requests of the phone, 1 of them in vain",
        "Moved.",
        "snomD735.htm: 200 sent, by its own address",
    ]


def test_what_is_odd_is_marked() -> None:
    lines = phone_history([event(2, "Moved.")], [request(0, status=401), request(0.01, note="it names another MAC")])
    assert [line.odd for line in lines] == [True, True, False]


def test_what_the_phone_says_otherwise_is_a_warning_until_it_no_longer_does() -> None:
    odd = request(0.01, note="it calls itself a T46S, not a T46U", agent="Yealink SIP-T46S")
    silent, right = request(0), request(0, agent="Yealink SIP-T46U")
    (warning,) = request_warnings(PHONE, [silent, odd], None, NOW)
    assert "it calls itself a T46S, not a T46U" in warning
    assert request_warnings(PHONE, [right, odd], None, NOW) == ()


def test_refused_requests_that_name_the_phone_are_a_warning_until_it_is_let_in() -> None:
    silent = Phone(1, PHONE.mac, Vendor.SNOM, "D735", 1, "Jansen", Step.DISABLED, NOW, NOW, last_seen=None)
    (warning,) = request_warnings(silent, (), refused(3), NOW)
    assert warning.startswith("12 requests for this MAC had no valid address, the last 3 hours ago")
    assert request_warnings(PHONE, (), refused(3), NOW) == ()
    assert request_warnings(silent, (), refused(25), NOW) == ()
