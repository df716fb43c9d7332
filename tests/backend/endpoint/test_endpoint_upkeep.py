"""Who maintains beside the endpoint, and that it is done."""

from __future__ import annotations

from datetime import timedelta

from helpdesk_tui.backend.endpoint.upkeep import Upkeep
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.reason import Reason
from helpdesk_tui.backend.model.step import Step
from helpdesk_tui.backend.use_cases.maintenance import LEASE
from tests.backend.endpoint.served import until
from tests.backend.offices import YEALINK, add_phone, service
from tests.frozen_clock import FrozenClock


def test_one_process_maintains_until_it_steps_down_or_falls_silent(
    desk: Helpdesk, colleague: Helpdesk, clock: FrozenClock
) -> None:
    assert desk.maintenance.lead("one")
    assert desk.maintenance.lead("one")
    assert not colleague.maintenance.lead("two")
    desk.maintenance.step_down("one")
    assert colleague.maintenance.lead("two")
    assert not desk.maintenance.lead("one")
    clock.advance(LEASE)
    assert desk.maintenance.lead("one")


def test_due_retries_and_the_deadline_are_done_and_the_lease_is_given_back(desk: Helpdesk, clock: FrozenClock) -> None:
    service(desk).fail_next(Reason.UNREACHABLE, 1)
    waiting, registered = add_phone(desk), add_phone(desk, YEALINK, "T46S")
    assert (waiting.step, registered.step) == (Step.PROVISION, Step.ACTIVE)
    assert registered.deadline is not None
    upkeep = Upkeep(desk)
    upkeep.start()
    clock.advance(timedelta(minutes=2))
    until(lambda: desk.phones.get(waiting.id).step is Step.ACTIVE)
    assert desk.phones.get(registered.id).step is Step.ACTIVE
    clock.moment = registered.deadline
    until(lambda: desk.phones.get(registered.id).step is Step.DISABLED)
    upkeep.stop()
    assert desk.maintenance.lead("another")
