"""What requests prove about a start."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from helpdesk_tui.backend.model.boot_timeline import BootTimeline, Proof, boot_timeline
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.recheck import OVERDUE_AFTER
from helpdesk_tui.backend.model.request import Request, Via
from helpdesk_tui.backend.model.step import Step
from helpdesk_tui.backend.model.vendor import Vendor

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def phone(step: Step = Step.DISABLED, **more: object) -> Phone:
    return Phone(1, Mac("000413a1b2c3"), Vendor.SNOM, "D735", 1, "Jansen", step, NOW, NOW, **more)  # type: ignore[arg-type]


def request(minutes_ago: float, via: Via, status: int = 200, file: str = "snomD735-000413A1B2C3.htm") -> Request:
    return Request(0, NOW - timedelta(minutes=minutes_ago), 1, "192.0.2.1", file, via, status, 100, "")


def proofs(timeline: BootTimeline) -> list[Proof]:
    return [fact.proof for fact in timeline.facts]


def test_a_phone_that_never_came_has_proven_nothing() -> None:
    timeline = boot_timeline(phone(Step.ACTIVE), (), NOW)
    assert Proof.PROVEN not in proofs(timeline)
    assert (timeline.began_at, timeline.overdue_since) == (None, None)


def test_a_first_boot_is_proven_step_by_step() -> None:
    first, second = request(3, Via.TEMPORARY), request(1, Via.DEFINITIVE)
    half = boot_timeline(phone(), (first,), NOW)
    assert proofs(half)[:5] == [Proof.PROVEN] * 4 + [Proof.NOT_YET]
    whole = boot_timeline(phone(), (second, first), NOW)
    assert proofs(whole)[:5] == [Proof.PROVEN] * 5
    assert whole.began_at == first.at
    assert whole.facts[4].at == second.at


def test_an_earlier_start_proves_nothing_about_this_one() -> None:
    timeline = boot_timeline(phone(), (request(1, Via.DEFINITIVE, 304), request(300, Via.TEMPORARY)), NOW)
    assert timeline.began_at == NOW - timedelta(minutes=1)
    assert timeline.facts[2].proof is Proof.NOT_NEEDED


def test_only_the_settings_file_proves_that_settings_were_downloaded() -> None:
    yealink = Phone(1, Mac("805ec0112233"), Vendor.YEALINK, "T46S", 1, "Jansen", Step.DISABLED, NOW, NOW)
    around = [request(1, Via.TEMPORARY, file=f"{name}.boot") for name in ("805ec0112233", "y000000000000")]
    assert proofs(boot_timeline(yealink, around, NOW))[3:5] == [Proof.NOT_YET] * 2
    refused = request(0.5, Via.TEMPORARY, 404, file="805ec0112233.cfg")
    assert proofs(boot_timeline(yealink, [refused, *around], NOW))[3:5] == [Proof.NOT_YET] * 2
    looked = replace(request(0.5, Via.TEMPORARY, file="805ec0112233.cfg"), bytes=0)  # the answer to HEAD
    assert proofs(boot_timeline(yealink, [looked, *around], NOW))[3:5] == [Proof.NOT_YET] * 2
    got = request(0.5, Via.TEMPORARY, file="805ec0112233.cfg")
    assert proofs(boot_timeline(yealink, [got, *around], NOW))[3:5] == [Proof.PROVEN, Proof.NOT_YET]


def test_a_file_is_not_applied_because_its_phone_knew_its_own_address_before() -> None:
    poll = request(1, Via.DEFINITIVE)
    assert proofs(boot_timeline(phone(), (poll,), NOW))[3:5] == [Proof.PROVEN, Proof.NOT_YET]
    has = request(1, Via.DEFINITIVE, 304)
    assert proofs(boot_timeline(phone(), (has,), NOW))[3:5] == [Proof.PROVEN, Proof.PROVEN]


def test_a_selected_firmware_is_proven_when_it_is_reported() -> None:
    for installed, proof in (("10.1.169.16", Proof.NOT_YET), ("10.1.184.15", Proof.PROVEN)):
        known = phone(firmware_selected="10.1.184.15", firmware_installed=installed)
        assert proofs(boot_timeline(known, (), NOW))[5] is proof
    assert proofs(boot_timeline(phone(), (), NOW))[5] is Proof.NOT_NEEDED


def test_a_phone_in_use_that_stays_away_is_overdue() -> None:
    seen = NOW - OVERDUE_AFTER - timedelta(hours=1)
    assert boot_timeline(phone(last_seen=seen), (), NOW).overdue_since == seen + OVERDUE_AFTER
    assert boot_timeline(phone(last_seen=NOW), (), NOW).overdue_since is None
    assert boot_timeline(phone(Step.ACTIVE, last_seen=seen), (), NOW).overdue_since is None
