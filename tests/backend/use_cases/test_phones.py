"""Adding, changing and removing phones."""

from __future__ import annotations

import pytest

from helpdesk_tui.backend.errors import BadInput, NotFound, Refused
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.manufacturers.service import Failure
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.query import Query
from helpdesk_tui.backend.model.reason import Reason
from helpdesk_tui.backend.model.step import Call, Step
from tests.backend.offices import (
    SNOM,
    YEALINK,
    add_organisation,
    add_phone,
    add_user,
    in_service,
    new_phone,
    run_due,
    service,
)


def latest(desk: Helpdesk, phone: Phone) -> tuple[EventKind, str]:
    event = desk.phones.history(phone.mac)[0]
    return event.kind, event.text


# -- adding ------------------------------------------------------------------------------------------------------------


def test_a_mac_can_be_added_once(desk: Helpdesk) -> None:
    add_phone(desk)
    events = desk.store.events.latest()
    with pytest.raises(BadInput, match="00:04:13:a1:b2:c3 is already in this environment"):
        desk.phones.add(new_phone(desk, "0004.13A1.B2C3", "D785"))
    assert desk.store.events.latest() == events
    assert len(desk.phones.all(Query())) == 1


def test_secrets_are_made_and_differ(desk: Helpdesk) -> None:
    phones = [add_phone(desk), add_phone(desk, YEALINK, "T46S")]
    secrets = [text for phone in phones for text in (phone.secret, phone.token, phone.sip_password, phone.web_password)]
    assert len(set(secrets)) == 8
    assert min(map(len, secrets)) >= 16


@pytest.mark.parametrize(("mac", "model"), [(SNOM, "T46S"), (YEALINK, "D735")])
def test_prefix_of_the_other_manufacturer(desk: Helpdesk, mac: str, model: str) -> None:
    with pytest.raises(BadInput, match="compare MAC and model with the sticker, or force it"):
        desk.phones.check_vendor(Mac.parse(mac), desk.catalogue.get(model))
    desk.phones.check_vendor(Mac.parse("02:00:00:00:00:01"), desk.catalogue.get(model))  # lists of prefixes rot


def test_unknown_organisation(desk: Helpdesk) -> None:
    add_organisation(desk)
    add_organisation(desk, "Garage Jansen", "garage")
    assert desk.phones.organisation_named("garage").short_name == "garage"
    assert desk.phones.organisation_named("BAKKERIJ JANSEN").short_name == "jansen"
    for text in ("", "  ", "nobody", "%"):
        with pytest.raises(NotFound):
            desk.phones.organisation_named(text)


# -- changing ----------------------------------------------------------------------------------------------------------


def test_a_change_is_told_and_its_secrets_are_not(desk: Helpdesk) -> None:
    phone = add_phone(desk)
    changed = desk.phones.change(phone, {"name": "Balie", "sip_password": "hunter2", "vlan": 12})
    assert (changed.name, changed.sip_password, changed.vlan) == ("Balie", "hunter2", 12)
    assert latest(desk, phone) == (EventKind.CHANGED, "Changed name to Balie, the sip password, vlan to 12.")


def test_no_change_no_event(desk: Helpdesk) -> None:
    phone = add_phone(desk, name="Balie")
    before = desk.store.events.latest()
    assert desk.phones.change(phone, {"name": "Balie"}) == phone
    assert desk.store.events.latest() == before


def test_text_that_no_settings_file_can_carry(desk: Helpdesk) -> None:
    phone = add_phone(desk)
    with pytest.raises(BadInput, match="line break"):
        desk.phones.set_text(phone, "name", "Ba\nlie")
    assert desk.phones.set_text(phone, "vlan", "12").vlan == 12
    assert desk.phones.set_text(desk.phones.get(phone.id), "vlan", "").vlan is None


def test_model_of_the_other_manufacturer(desk: Helpdesk) -> None:
    phone = add_phone(desk)
    assert desk.phones.set_model(phone, "d785").model == "D785"
    with pytest.raises(BadInput, match="remove it and add it again"):
        desk.phones.set_model(phone, "T46S")


def test_logging_in_and_out(desk: Helpdesk) -> None:
    phone = add_phone(desk)
    add_user(desk, phone.organisation_id, "201", "Anna Jansen")
    phone = desk.phones.log_in(phone, " 201 ")
    assert phone.user == "Anna Jansen 201"
    assert latest(desk, phone) == (EventKind.LOGIN, "Logged in Anna Jansen (201).")
    assert desk.phones.log_in(phone, "201") == phone
    with pytest.raises(NotFound, match="no user with extension '999'"):
        desk.phones.log_in(phone, "999")
    phone = desk.phones.log_out(phone)
    assert phone.user == "" and latest(desk, phone)[0] is EventKind.LOGOUT


# -- removing ----------------------------------------------------------------------------------------------------------


def gone(desk: Helpdesk, phone: Phone) -> bool:
    return desk.store.phones.by_mac(phone.mac) is None


@pytest.mark.parametrize("way", ["remove", "remove_anyway"])
def test_a_registration_ends_with_its_phone(desk: Helpdesk, way: str) -> None:
    phone = add_phone(desk)
    getattr(desk.phones, way)(phone)
    assert gone(desk, phone)
    assert service(desk).registrations() == {}
    assert desk.store.jobs.all() == ()
    assert latest(desk, phone) == (EventKind.REMOVED, "Removed from Bakkerij Jansen.")


def test_not_removed_when_the_manufacturer_cannot_be_told(desk: Helpdesk) -> None:
    phone = add_phone(desk)
    service(desk).fail_next(Reason.UNREACHABLE)
    with pytest.raises(Refused, match=r"was not removed.*cannot be reached"):
        desk.phones.remove(phone)
    assert desk.phones.get(phone.id).step is Step.DEPROVISION


def test_removed_anyway_and_told_later(desk: Helpdesk) -> None:
    phone = add_phone(desk)
    service(desk).fail_next(Reason.UNREACHABLE, times=1)
    desk.phones.remove_anyway(phone)
    assert gone(desk, phone)
    assert "it is queued" in latest(desk, phone)[1]
    (job,) = desk.store.jobs.all()
    assert job.call is Call.DEREGISTER and job.phone_id is None
    attempt = desk.registration.retry(phone.mac)
    assert attempt and attempt.ok and attempt.phone is None
    assert service(desk).registrations() == {}
    assert latest(desk, phone)[0] is EventKind.DEREGISTERED


def test_added_again_while_its_removal_is_queued(desk: Helpdesk) -> None:
    phone = add_phone(desk)
    service(desk).fail_next(Reason.UNREACHABLE, times=1)
    desk.phones.remove_anyway(phone)
    again = add_phone(desk)
    assert again.step is Step.ACTIVE
    assert run_due(desk) == []
    assert set(service(desk).registrations()) == {phone.mac}


def test_removal_left_by_a_former_phone_survives_its_successor(desk: Helpdesk) -> None:
    phone = add_phone(desk)
    service(desk).fail_next(Reason.AUTH_FAILED, times=1)
    desk.phones.remove_anyway(phone)
    desk.phones.remove(in_service(desk))
    assert [job.call for job in desk.store.jobs.all()] == [Call.DEREGISTER]


@pytest.mark.parametrize("reason", [Reason.OWNED_ELSEWHERE, Reason.BAD_MAC, Reason.NEEDS_SERIAL])
def test_what_was_never_registered_is_removed_without_a_call(desk: Helpdesk, reason: Reason) -> None:
    service(desk).fail_next(Failure(reason))
    phone = add_phone(desk)
    desk.phones.remove(phone)  # the service still fails
    assert gone(desk, phone) and desk.store.jobs.all() == ()


def test_disabled_phone_is_removed_without_a_call(desk: Helpdesk) -> None:
    phone = in_service(desk)
    service(desk).fail_next(Reason.UNREACHABLE)
    desk.phones.remove(phone)
    assert gone(desk, phone)


def test_what_is_on_the_screen_may_be_old(desk: Helpdesk, colleague: Helpdesk) -> None:
    phone = in_service(desk)
    colleague.registration.activate(phone)
    with pytest.raises(Refused, match=r"bert was quicker \(02 Mar 09:00: “Registered at .*nothing was done"):
        desk.phones.remove(phone)
    assert set(service(desk).registrations()) == {phone.mac}
    desk.phones.remove(desk.phones.get(phone.id))
    assert service(desk).registrations() == {}
    with pytest.raises(Refused, match=r"removed by anna \(02 Mar 09:00\) in the meantime"):
        colleague.phones.remove(phone)


def test_not_removed_under_a_call(desk: Helpdesk, colleague: Helpdesk) -> None:
    service(desk).fail_next(Reason.NEEDS_SERIAL, times=1)
    phone = add_phone(desk)
    with colleague.context.write():
        job = colleague.registration.begin_activation(phone)
    for way in (desk.phones.remove, desk.phones.remove_anyway):
        with pytest.raises(Refused, match="another process"):
            way(phone)
    assert colleague.registration.perform(job).ok
    assert desk.phones.get(phone.id).step is Step.ACTIVE


def test_activated_between_deregistration_and_removal(
    desk: Helpdesk, colleague: Helpdesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = add_phone(desk)
    real = desk.registration.deregister

    def then_a_colleague_activates(subject: Phone) -> object:
        attempt = real(subject)
        colleague.registration.activate(subject)
        return attempt

    monkeypatch.setattr(desk.registration, "deregister", then_a_colleague_activates)
    with pytest.raises(Refused, match=r"bert was quicker .*Registered.*: it was not removed"):
        desk.phones.remove(phone)
    assert set(service(desk).registrations()) == {phone.mac}


def test_history_outlives_the_phone(desk: Helpdesk) -> None:
    phone = add_phone(desk)
    before = desk.phones.history(phone.mac)
    desk.phones.remove(phone)
    assert desk.phones.history(phone.mac)[-len(before) :] == before
