"""Who is let in, by which URL, for how long; cases 49 to 52, 64 and 69 of the list of attacks."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.reason import Reason
from helpdesk_tui.backend.model.step import Step
from helpdesk_tui.backend.model.vendor import Vendor
from tests.backend.endpoint.served import AGENTS, Served, failures_of, requests_of, served, until
from tests.backend.offices import (
    SNOM,
    YEALINK,
    add_organisation,
    add_phone,
    add_user,
    in_service,
    open_desk,
    service,
)
from tests.frozen_clock import FrozenClock


def status(endpoint: Served, path: str, **headers: str) -> int:
    return endpoint.get(path, **headers).status_code


def step_is(endpoint: Served, phone: Phone, step: Step) -> None:
    until(lambda: endpoint.now(phone).step is step)


def test_case_49_the_token_works_for_an_hour_after_its_first_use(
    desk: Helpdesk, endpoint: Served, clock: FrozenClock
) -> None:
    phone = add_phone(desk)
    token = endpoint.temporary(phone)
    clock.advance(timedelta(hours=20))
    assert status(endpoint, token) == 200
    step_is(endpoint, phone, Step.DISABLED)
    clock.advance(timedelta(minutes=59))
    assert status(endpoint, token) == 200
    clock.advance(timedelta(minutes=1))
    assert status(endpoint, token) == 404


def test_case_49_the_token_works_from_two_addresses_at_once(desk: Helpdesk, endpoint: Served) -> None:
    phone = add_phone(desk)
    path = endpoint.temporary(phone)
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: status(endpoint, path), range(24))) == {200}
    until(lambda: len(requests_of(desk)) == 24)
    step_is(endpoint, phone, Step.DISABLED)
    kinds = [event.kind for event in desk.store.events.latest()]
    assert kinds.count(EventKind.FIRST_CONTACT) == 1
    assert kinds.count(EventKind.DEREGISTERED) == 1


def test_case_49_the_token_ends_with_the_definitive_urls_first_use(desk: Helpdesk, endpoint: Served) -> None:
    phone = add_phone(desk)
    token, own = endpoint.temporary(phone), endpoint.definitive(phone)
    assert [status(endpoint, path) for path in (token, own, token, own)] == [200, 200, 404, 200]


@pytest.mark.parametrize("used", [False, True])
def test_case_49_the_token_ends_at_the_deadline(
    desk: Helpdesk, endpoint: Served, clock: FrozenClock, used: bool
) -> None:
    phone = add_phone(desk)
    assert phone.deadline is not None
    path = endpoint.temporary(phone)
    clock.moment = phone.deadline - timedelta(minutes=10)
    if used:
        assert status(endpoint, path) == 200
    clock.moment = phone.deadline
    assert status(endpoint, path) == 404


def test_a_first_boot_gets_all_its_files_by_the_token_although_the_step_moves(desk: Helpdesk, endpoint: Served) -> None:
    phone = add_phone(desk, YEALINK, "T46S")
    folder = endpoint.temporary(phone).rpartition("/")[0]
    assert status(endpoint, f"{folder}/805ec0112233.boot", user_agent=AGENTS["T46S"]) == 200
    step_is(endpoint, phone, Step.DISABLED)
    for name in ("y000000000066.cfg", "805ec0112233.cfg"):
        assert status(endpoint, f"{folder}/{name}") == 200


def test_activate_gives_new_urls_and_strands_no_phone(desk: Helpdesk, endpoint: Served) -> None:
    phone = in_service(desk)
    first = endpoint.definitive(phone)
    assert status(endpoint, first) == 200
    until(lambda: endpoint.now(phone).secret_sent_at)
    desk.registration.activate(endpoint.now(phone))
    second = endpoint.definitive(phone)
    assert second != first
    assert status(endpoint, first) == 200  # it still uses its former URL, and is told the new one
    until(lambda: endpoint.now(phone).secret_sent_at)
    step_is(endpoint, phone, Step.DISABLED)
    desk.registration.activate(endpoint.now(phone))  # again, while nobody knows which of the two the phone holds
    assert [status(endpoint, path) for path in (first, second)] == [200, 200]
    assert status(endpoint, first) == 404  # the new one was used


@pytest.mark.parametrize("by_token", [True, False])
def test_what_a_phone_was_told_stays_good_however_late_the_books_are(
    desk: Helpdesk, endpoint: Served, by_token: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = add_phone(desk)
    if not by_token:
        assert status(endpoint, endpoint.definitive(phone)) == 200
        step_is(endpoint, phone, Step.DISABLED)
        desk.registration.activate(endpoint.now(phone))
    monkeypatch.setattr(desk.fetching, "note_fetches", lambda fetches: ())  # as after kill -9
    known = endpoint.temporary(phone) if by_token else f"/p/{endpoint.now(phone).previous_secret}/"
    told = endpoint.definitive(phone)
    assert told.split("/")[2] in endpoint.get(known).text
    desk.registration.activate(endpoint.now(phone))
    assert status(endpoint, told) == 200


def test_case_50_a_removed_phone_is_a_stranger(desk: Helpdesk, endpoint: Served) -> None:
    phone = in_service(desk)
    path = endpoint.definitive(phone)
    assert status(endpoint, path) == 200
    desk.phones.remove(endpoint.now(phone))
    assert status(endpoint, path) == 404


def test_case_50_a_moved_and_logged_out_phone_keeps_its_url(desk: Helpdesk, endpoint: Served) -> None:
    phone = in_service(desk)
    user = add_user(desk, phone.organisation_id, "201", "Anna Jansen")
    desk.store.phones.update(phone.id, {"user_id": user})
    path = endpoint.definitive(phone)
    assert "Anna Jansen" in endpoint.get(path).text
    desk.phones.log_out(endpoint.now(phone))
    assert "Anna Jansen" not in endpoint.get(path).text
    other = add_organisation(desk, "Garage Visser", "visser")
    desk.store.phones.update(phone.id, {"organisation_id": other})
    assert "Garage Visser" in endpoint.get(path).text


def test_case_51_keys_of_another_environment_open_nothing(
    desk: Helpdesk, endpoint: Served, tmp_path: Path, clock: FrozenClock
) -> None:
    (tmp_path / "staging").mkdir()
    staging = open_desk(tmp_path / "staging", clock)
    theirs = add_phone(staging)
    add_phone(desk)
    definitive, temporary = staging.settings.urls(theirs)
    staging.close()
    assert temporary is not None
    assert [status(endpoint, urlsplit(url).path) for url in (definitive, temporary)] == [404, 404]


def test_another_phones_file_is_a_miss(desk: Helpdesk, endpoint: Served) -> None:
    snom, yealink = in_service(desk, SNOM), in_service(desk, "80:5e:c0:11:22:34", "T46S")
    folder = endpoint.definitive(yealink).rpartition("/")[0]
    for name in ("805ec0112233.cfg", f"snomD735-{snom.mac.upper}.htm"):
        assert status(endpoint, f"{folder}/{name}") == 404
    until(lambda: failures_of(desk))


# -- what a fetch moves -----------------------------------------------------------------------------------------------


def test_the_first_fetch_makes_an_active_phone_disabled_within_a_second_or_so(desk: Helpdesk, endpoint: Served) -> None:
    phone = add_phone(desk)
    assert status(endpoint, endpoint.temporary(phone), user_agent=AGENTS["D735"]) == 200
    step_is(endpoint, phone, Step.DISABLED)
    assert not service(desk).registrations()
    after = endpoint.now(phone)
    assert (after.last_seen, after.firmware_installed) == (desk.clock(), "10.1.184.15")


def test_case_68_a_failing_manufacturer_gives_deprovision_and_delays_no_phone(desk: Helpdesk, endpoint: Served) -> None:
    phone = add_phone(desk)
    hanging = threading.Event()

    def hang() -> None:
        hanging.wait(10)

    service(desk).delay = hang
    service(desk).fail_next(Reason.UNREACHABLE)
    answer = endpoint.get(endpoint.temporary(phone))
    assert answer.status_code == 200
    assert answer.elapsed < timedelta(seconds=5)
    assert endpoint.now(phone).step is Step.ACTIVE
    hanging.set()
    step_is(endpoint, phone, Step.DEPROVISION)
    assert endpoint.now(phone).reason is Reason.UNREACHABLE


def test_case_69_two_workers_deregister_a_phone_once(desk: Helpdesk, colleague: Helpdesk) -> None:
    phone = add_phone(desk)
    with served(desk) as one, served(colleague) as other, ThreadPoolExecutor(8) as pool:
        path = one.temporary(phone)
        assert set(pool.map(lambda end: status(end, path), [one, other] * 6)) == {200}
        step_is(one, phone, Step.DISABLED)
        until(lambda: len(requests_of(desk)) == 12)
    kinds = [event.kind for event in desk.store.events.of_phone(phone.mac)]
    assert kinds.count(EventKind.DEREGISTERED) == 1
    assert kinds.count(EventKind.FIRST_CONTACT) == 1


def test_case_64_a_phone_that_is_moved_while_it_fetches_gets_one_organisation_or_the_other(
    desk: Helpdesk, colleague: Helpdesk, endpoint: Served
) -> None:
    phone = in_service(desk)
    homes = [phone.organisation_id, add_organisation(desk, "Garage Visser", "visser")]
    path = endpoint.definitive(phone)
    done = threading.Event()

    def move() -> None:
        while not done.is_set():
            homes.reverse()
            colleague.store.phones.update(phone.id, {"organisation_id": homes[0]})

    mover = threading.Thread(target=move)
    mover.start()
    try:
        for _ in range(60):
            text = endpoint.get(path).text
            assert text.endswith("</settings>\n")
            assert ("Garage Visser" in text) is not ("Bakkerij Jansen" in text)
    finally:
        done.set()
        mover.join()


def test_what_a_phone_says_otherwise_is_noted_and_changes_nothing(desk: Helpdesk, endpoint: Served) -> None:
    phone = in_service(desk, YEALINK, "T46S")
    status(endpoint, endpoint.definitive(phone), user_agent="Yealink SIP-T42S 66.86.0.15 80:5e:c0:99:99:99")
    until(lambda: desk.phones.requests(phone))
    (request,) = desk.phones.requests(phone)
    assert "T42S" in request.note
    assert "80:5e:c0:99:99:99" in request.note
    after = endpoint.now(phone)
    assert (after.model, after.mac, after.firmware_installed) == ("T46S", phone.mac, "66.86.0.15")
    status(endpoint, endpoint.definitive(phone), user_agent=AGENTS["D735"])
    until(lambda: len(desk.phones.requests(phone)) == 2)
    assert endpoint.now(phone).firmware_installed == "66.86.0.15"
    assert endpoint.now(phone).vendor is Vendor.YEALINK


def test_a_new_firmware_is_an_event(desk: Helpdesk, endpoint: Served) -> None:
    phone = in_service(desk, YEALINK, "T46S")
    for build in ("15", "15", "20"):
        status(endpoint, endpoint.definitive(phone), user_agent=f"Yealink SIP-T46S 66.86.0.{build} 80:5e:c0:11:22:33")
    until(lambda: endpoint.now(phone).firmware_installed == "66.86.0.20")
    kinds = [event.kind for event in desk.store.events.of_phone(phone.mac)]
    assert kinds.count(EventKind.FIRMWARE_INSTALLED) == 1


def test_case_70_a_clock_that_is_set_back_locks_no_phone_out(
    desk: Helpdesk, endpoint: Served, clock: FrozenClock
) -> None:
    phone = add_phone(desk)
    token, own = endpoint.temporary(phone), endpoint.definitive(phone)
    assert status(endpoint, token) == 200
    clock.advance(-timedelta(hours=1))
    assert [status(endpoint, path) for path in (token, own)] == [200, 200]
