"""Moving a phone within the environment: at once, with its settings kept and nobody called."""

from __future__ import annotations

from datetime import timedelta

import pytest

from helpdesk_tui.backend.errors import NotFound, Refused
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.keys import CustomSetting, FunctionKey, KeyFunction, Scope
from helpdesk_tui.backend.model.organisation import Organisation
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.reason import Reason
from helpdesk_tui.backend.model.step import Step
from helpdesk_tui.backend.settings_file import render
from tests.backend.offices import SNOM, YEALINK, add_organisation, add_phone, add_user, in_service, open_desk, service
from tests.frozen_clock import FrozenClock


@pytest.fixture
def bakery(desk: Helpdesk) -> Organisation:
    return desk.organisations.get(add_organisation(desk))


@pytest.fixture
def bicycles(desk: Helpdesk, bakery: Organisation) -> Organisation:
    return desk.organisations.get(add_organisation(desk, "Fietsen De Vries", "devries"))


@pytest.fixture
def phone(desk: Helpdesk, bakery: Organisation, bicycles: Organisation) -> Phone:
    """A phone of the bakery with everything that a phone can have."""
    user_id = add_user(desk, bakery.id, "201", "Anna Jansen")
    values: dict[str, object] = {
        "name": "Balie",
        "serial": "S-1",
        "pin": "1234",
        "vlan": 12,
        "user_id": user_id,
        "modules": 1,
    }
    phone = in_service(desk, SNOM, "D735", firmware_selected="10.1.184.15", **values)
    _set(desk, Scope.PHONE, {"phone_id": phone.id}, "own")
    _set(desk, Scope.MODEL, {"organisation_id": bakery.id, "model": "D735"}, "bakery")
    _set(desk, Scope.MODEL, {"organisation_id": bicycles.id, "model": "D735"}, "bicycles")
    return phone


def _set(desk: Helpdesk, scope: Scope, owner: dict[str, int | str], value: str) -> None:
    position = {"own": 5, "bakery": 6, "bicycles": 7}[value]
    key = FunctionKey(position, KeyFunction.SPEED_DIAL, "100", value, scope)
    desk.store.custom.set_function_keys(scope, owner, (key,))
    desk.store.custom.set_custom_settings(scope, owner, (CustomSetting(f"setting_{value}", value, scope),))


def contents(desk: Helpdesk, phone: Phone) -> str:
    return render(desk.settings.file(phone)).decode()


def test_everything_of_the_phone_itself_is_kept(
    desk: Helpdesk, clock: FrozenClock, phone: Phone, bicycles: Organisation
) -> None:
    clock.advance(timedelta(minutes=5))
    moved = desk.moves.move(phone, bicycles)
    assert (moved.organisation_id, moved.organisation) == (bicycles.id, "Fietsen De Vries")
    kept: tuple[str, ...] = (
        "id",
        "mac",
        "name",
        "serial",
        "pin",
        "vlan",
        "modules",
        "sip_username",
        "sip_password",
        "web_password",
    )
    kept += ("secret", "token", "firmware_selected", "step", "step_since", "deadline", "last_seen")
    for name in kept:
        assert getattr(moved, name) == getattr(phone, name), name
    assert moved.user_id is None and moved.changed_at == clock()
    text = contents(desk, moved)
    assert "setting_own" in text and "setting_bicycles" in text and "setting_bakery" not in text
    assert "Fietsen De Vries" in text and "Bakkerij" not in text and "Anna" not in text
    assert desk.settings.checks(moved).change_waiting


def test_both_organisations_can_tell_of_it(desk: Helpdesk, phone: Phone, bicycles: Organisation) -> None:
    before = len(desk.phones.history(phone.mac))
    desk.moves.move(phone, bicycles)
    events = desk.phones.history(phone.mac)
    assert [(event.kind, event.organisation, event.text) for event in events[: len(events) - before]] == [
        (EventKind.MOVED, "Fietsen De Vries", "Moved here from Bakkerij Jansen."),
        (EventKind.MOVED, "Bakkerij Jansen", "Moved to Fietsen De Vries."),
        (EventKind.LOGOUT, "Bakkerij Jansen", "Logged out Anna Jansen 201, who stays behind."),
    ]


@pytest.mark.parametrize("step", list(Step))
def test_the_step_stays_and_no_manufacturer_is_called(desk: Helpdesk, step: Step, bicycles: Organisation) -> None:
    phone = add_phone(desk, YEALINK, "T46S")
    desk.store.phones.update(phone.id, {"step": step.value})
    service(desk, phone.vendor).delay = lambda: pytest.fail("a manufacturer was called")
    phone = desk.phones.get(phone.id)
    moved = desk.moves.move(phone, bicycles)
    assert (moved.step, moved.step_since, moved.deadline, moved.token, moved.pending) == (
        *(step, phone.step_since, phone.deadline, phone.token),
        None,
    )


def test_a_waiting_call_goes_on_waiting(desk: Helpdesk, bicycles: Organisation) -> None:
    service(desk).fail_next(Reason.UNREACHABLE)
    phone = add_phone(desk)
    moved = desk.moves.move(phone, bicycles)
    assert moved.pending == phone.pending is not None
    assert moved.step is Step.PROVISION and moved.reason is Reason.UNREACHABLE


def test_the_plan_says_what_happens_and_changes_nothing(
    desk: Helpdesk, clock: FrozenClock, phone: Phone, bicycles: Organisation
) -> None:
    clock.advance(timedelta(minutes=5))
    plan = desk.moves.plan(phone, bicycles)
    assert plan.problem == ""
    told = " ".join((*plan.kept, *plan.changes))
    for part in (
        "Kept: name, serial number, PIN, VLAN, firmware choice 10.1.184.15, 1 function key of its own, 1 custom",
        "Provisioning by manufacturer stays disabled: no call, no factory reset.",
        "Logged out: Anna Jansen 201, who stays in Bakkerij Jansen. Only *1 and emergency calls remain until",
        "Set for all D735 phones (keys, custom settings): 1 and 1 there; 1 and 1 here.",
        "Its settings file: ",
        "; it gets the new one at its next check, in ",
    ):
        assert part in told
    assert plan.comparison is not None and plan.comparison.changed
    assert not any("s3cret" in line.text for line in plan.comparison.lines)
    assert desk.phones.get(phone.id) == phone
    after = contents(desk, desk.moves.move(phone, bicycles))
    assert all(line.text in after for line in plan.comparison.lines if line.side.value == "+" and "•" not in line.text)


def test_there_already(desk: Helpdesk, phone: Phone, bakery: Organisation) -> None:
    with pytest.raises(Refused, match="is in Bakkerij Jansen already: there is nothing to move"):
        desk.moves.move(phone, bakery)
    assert "already" in desk.moves.plan(phone, bakery).problem


def test_a_colleague_was_quicker(
    desk: Helpdesk, colleague: Helpdesk, clock: FrozenClock, phone: Phone, bicycles: Organisation
) -> None:
    other = desk.organisations.get(add_organisation(desk, "Garage Smit", "smit"))
    clock.advance(timedelta(minutes=5))
    colleague.moves.move(colleague.phones.get(phone.id), other)
    when = f"{clock():%d %b %H:%M}"
    with pytest.raises(Refused, match=rf"bert was quicker \({when}: “Moved .*”\): nothing was done"):
        desk.moves.move(phone, bicycles)
    assert desk.phones.get(phone.id).organisation_id == other.id
    colleague.phones.remove(colleague.phones.get(phone.id))
    with pytest.raises(Refused, match=rf"has been removed by bert \({when}\) in the meantime"):
        desk.moves.move(phone, bicycles)


def test_an_organisation_that_is_gone(desk: Helpdesk, phone: Phone, bicycles: Organisation) -> None:
    with desk.store.write() as connection:
        connection.execute("DELETE FROM organisations WHERE id = ?", [bicycles.id])
    with pytest.raises(NotFound, match="Fietsen De Vries has been removed in the meantime"):
        desk.moves.move(phone, bicycles)


def test_a_move_that_would_leave_it_without_settings_is_refused(
    desk: Helpdesk, phone: Phone, bicycles: Organisation
) -> None:
    with desk.store.write() as connection:
        connection.execute("UPDATE organisations SET timezone = 'Europe/Atlantis' WHERE id = ?", [bicycles.id])
    assert "would get no settings in Fietsen De Vries" in desk.moves.plan(phone, bicycles).problem
    with pytest.raises(Refused, match="would get no settings"):
        desk.moves.move(phone, bicycles)
    assert desk.phones.get(phone.id) == phone


def test_several_phones_each_for_itself(desk: Helpdesk, phone: Phone, bicycles: Organisation) -> None:
    second, third = in_service(desk, YEALINK, "T46S"), in_service(desk, "80:5e:c0:11:22:34", "T46S")
    desk.phones.remove(second)
    outcomes = list(desk.moves.move_all([phone, second, third], bicycles))
    assert [isinstance(outcome, Phone) for outcome in outcomes] == [True, False, True]
    assert "has been removed by anna" in str(outcomes[1])
    assert list(desk.moves.move_all([desk.phones.get(phone.id)], bicycles, lambda: True)) == []


def test_destinations_leave_out_where_the_phones_are(
    desk: Helpdesk, phone: Phone, bakery: Organisation, bicycles: Organisation
) -> None:
    assert [(each.name, phones) for each, phones in desk.moves.destinations([phone])] == [("Fietsen De Vries", 0)]
    other = in_service(desk, YEALINK, "T46S")
    other = desk.moves.move(other, bicycles)
    assert len(desk.moves.destinations([phone, other])) == 2


def test_looking_only(desk: Helpdesk, phone: Phone, bicycles: Organisation, clock: FrozenClock) -> None:
    looking = open_desk(desk.environment.database.parent, clock, read_only=True)
    try:
        assert looking.moves.plan(phone, bicycles).changes
        with pytest.raises(Refused, match="read-only"):
            looking.moves.move(phone, bicycles)
    finally:
        looking.close()
    assert desk.phones.find(SNOM) == phone
