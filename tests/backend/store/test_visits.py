"""What visits at the endpoint leave in the database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.reason import Reason
from helpdesk_tui.backend.model.step import Step
from helpdesk_tui.backend.model.verdict import judge
from helpdesk_tui.backend.store.database import moment
from helpdesk_tui.backend.store.visits import Visit
from tests.backend.offices import add_phone, in_service, service
from tests.frozen_clock import FrozenClock


def phones_of_every_kind(desk: Helpdesk) -> list[Phone]:
    """Of each step, with a call open, and with firmware selected: that of the second was refused."""
    selected = {"firmware_selected": "10.1.198.19", "firmware_selected_at": desk.clock()}
    phones = [in_service(desk, "00:04:13:00:00:01"), in_service(desk, "00:04:13:00:00:02")]
    desk.store.phones.update(phones[1].id, {**selected, "firmware_fetches": 100})
    phones.append(in_service(desk, "00:04:13:00:00:03"))
    desk.store.phones.update(phones[2].id, selected)
    phones.append(add_phone(desk, "00:04:13:00:00:04"))
    service(desk).fail_next(Reason.UNREACHABLE)
    phones.append(add_phone(desk, "00:04:13:00:00:05"))
    service(desk).recover()
    phones.append(in_service(desk, "00:04:13:00:00:06"))
    with desk.context.write():
        desk.registration.begin_activation(phones[-1])
    phones.append(in_service(desk, "00:04:13:00:00:07"))
    desk.store.phones.update(phones[-1].id, {"step": Step.DEPROVISION.value, "reason": Reason.UNREACHABLE.value})
    return phones


@pytest.mark.parametrize("ago", [timedelta(0), timedelta(days=3), timedelta(days=8)])
def test_the_stored_verdict_of_every_phone_is_that_of_the_rules(
    desk: Helpdesk, clock: FrozenClock, ago: timedelta
) -> None:
    phones = phones_of_every_kind(desk)
    at = clock.advance(timedelta(minutes=5))
    clock.advance(ago)
    returned = desk.store.visits.seen([Visit(phone.id, at, "192.0.2.1", "10.1.198.18") for phone in phones])
    assert {phone.step for phone in returned} == {Step.DISABLED, Step.ACTIVE, Step.PROVISION, Step.DEPROVISION}
    with desk.store.database.read() as connection:
        rows = connection.execute("SELECT id, verdict_rank, verdict_turns_at, last_address FROM phones").fetchall()
    assert len(rows) == len(phones)
    for phone_id, rank, turns_at, address in rows:
        phone = desk.phones.get(phone_id)
        verdict = judge(phone, desk.clock())
        assert (rank, moment(turns_at), address) == (verdict.kind.rank, verdict.turns_at, "192.0.2.1"), phone.mac
        assert (phone.last_seen, phone.firmware_installed) == (at, "10.1.198.18")
