"""A process that is killed between any two steps: another one finishes what it began."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.query import Query
from helpdesk_tui.backend.model.step import Call, Step
from helpdesk_tui.backend.use_cases.access import temporary_url
from tests.backend.offices import SNOM, add_phone, fetches, in_service, run_due, service
from tests.frozen_clock import FrozenClock

# Runs in a process of its own: does one thing, and dies at the named moment without a word to anybody.
MORTAL = """
import os, sys
from pathlib import Path
from helpdesk_tui.backend.manufacturers.service import Failure
from helpdesk_tui.backend.model.reason import Reason
from helpdesk_tui.backend.use_cases.registration import Registration
from tests.backend import offices
from tests.frozen_clock import FrozenClock

folder, action, moment = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
desk = offices.open_desk(folder, FrozenClock())
service = offices.service(desk)

def die(*_, **__):
    os._exit(9)

def dying_after(real):
    def method(*arguments, **more):
        real(*arguments, **more)
        os._exit(9)
    return method

match moment:
    case "inside the intention":
        desk.store.jobs.lease = die
    case "intended":
        service.register = service.deregister = die
    case "called":
        service.register, service.deregister = dying_after(service.register), dying_after(service.deregister)
    case "answer lost":
        service.fail_next(Failure(Reason.UNREACHABLE, outcome_unknown=True), times=1, after_the_change=True)
        service.check = die
    case "inside the record":
        desk.store.events.add, real = (lambda *a: die() if "egist" in a[1].value else real(*a)), desk.store.events.add
    case "recorded":
        Registration.perform = dying_after(Registration.perform)

mac = offices.Mac.parse(offices.SNOM)
match action:
    case "add":
        desk.phones.add(offices.new_phone(desk))
    case "activate":
        desk.registration.activate(desk.store.phones.by_mac(mac))
    case "run_due":
        list(desk.registration.run_due())
    case "deadline":
        list(desk.registration.run_deadline())
os._exit(0)
"""

# What is on record, and what the manufacturer holds, right after each death.
MOMENTS = {
    "inside the intention": (False, False),
    "intended": (True, False),
    "called": (True, True),
    "answer lost": (True, True),
    "inside the record": (True, True),
    "recorded": (False, True),
}


def killed(folder: Path, action: str, moment: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MORTAL, str(folder), action, moment], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 9, done.stderr


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_while_activating(desk: Helpdesk, clock: FrozenClock, tmp_path: Path, moment: str) -> None:
    phone = in_service(desk)
    history = len(desk.phones.history(phone.mac))
    killed(tmp_path, "activate", moment)
    job_left, registered = MOMENTS[moment]
    after = desk.phones.get(phone.id)
    assert (after.pending is not None) is job_left
    assert bool(service(desk).registrations()) is registered
    assert after.step is (Step.ACTIVE if moment == "recorded" else Step.DISABLED)
    if moment == "inside the intention":
        assert after == phone and len(desk.phones.history(phone.mac)) == history
        return

    assert run_due(desk) == []  # whoever has the lease may still be at it
    clock.advance(timedelta(seconds=61))
    assert [attempt.ok for attempt in run_due(desk)] == [True] * job_left
    ended = desk.phones.get(phone.id)
    assert ended.step is Step.ACTIVE and ended.pending is None
    assert service(desk).registrations() == {phone.mac: temporary_url(desk.environment, ended)}


@pytest.mark.parametrize("moment", ["inside the intention", "intended", "called"])
def test_killed_while_adding(desk: Helpdesk, clock: FrozenClock, tmp_path: Path, moment: str) -> None:
    """There is no moment at which a phone is on record that nobody is going to register."""
    in_service(desk, "00:04:13:00:00:01")  # makes the organisation
    killed(tmp_path, "add", moment)
    clock.advance(timedelta(seconds=61))
    run_due(desk)
    found = [phone for phone in desk.phones.all(Query()) if phone.mac.colons == SNOM]
    assert [phone.step for phone in found] == ([] if moment == "inside the intention" else [Step.ACTIVE])


@pytest.mark.parametrize("moment", ["intended", "called", "inside the record"])
def test_killed_while_the_registration_is_ended(
    desk: Helpdesk, clock: FrozenClock, tmp_path: Path, moment: str
) -> None:
    phone = add_phone(desk)
    assert fetches(desk, phone)
    killed(tmp_path, "run_due", moment)
    after = desk.phones.get(phone.id)
    assert after.step is Step.ACTIVE
    assert after.pending and after.pending.call is Call.DEREGISTER and after.pending.under_way
    clock.advance(timedelta(seconds=61))
    run_due(desk)
    assert desk.phones.get(phone.id).step is Step.DISABLED
    assert service(desk).registrations() == {}
