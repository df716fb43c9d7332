"""What changes in a settings file: since a phone fetched it, beside another phone, when a user is logged in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.backend import BadInput, CustomSetting, Helpdesk, Phone, Side, Vendor
from helpdesk_tui.backend.settings_file import Generation, compare, heading_of, pack, render, settings_of, unpack
from helpdesk_tui.backend.use_cases.fetching import Fetch, Key, Sent
from tests.backend.offices import SNOM, YEALINK, add_organisation, add_user, in_service
from tests.backend.settings_file.settings_sources import ANNA, KEYS, sample
from tests.frozen_clock import FrozenClock


def fetch(desk: Helpdesk, phone: Phone) -> Fetch:
    """What the endpoint notes when this phone fetches its settings."""
    file = desk.settings.file(phone)
    body = render(file)
    sent = Sent.of(str(hash(body)), file)
    name, size = f"{phone.mac.hex}.cfg", len(body)
    return Fetch(desk.clock(), phone.id, Key.SECRET, "192.0.2.1", name, 200, size, "", settled=True, sent=sent)


@pytest.mark.parametrize(("mac", "model"), [(SNOM, "D735"), (YEALINK, "T46S")])
def test_what_has_changed_since_the_phone_fetched(desk: Helpdesk, clock: FrozenClock, mac: str, model: str) -> None:
    phone = in_service(desk, mac, model)
    assert desk.settings.since_fetched(phone) is None
    first = fetch(desk, phone)
    desk.fetching.remember([first])
    found = desk.settings.since_fetched(phone)
    assert found is not None and found[0] == clock.moment and found[1].lines == ()
    clock.advance(timedelta(hours=1))
    phone = desk.phones.set_text(phone, "vlan", "42")
    found = desk.settings.since_fetched(phone)
    assert found is not None and found[1].lines and "42" in " ".join(line.text for line in found[1].lines)
    at = clock.advance(timedelta(hours=1))
    desk.fetching.remember([fetch(desk, phone)])
    found = desk.settings.since_fetched(phone)
    assert found is not None and found[0] == at and found[1].lines == ()
    clock.advance(timedelta(hours=1))
    desk.fetching.remember([fetch(desk, phone)])
    again = desk.settings.since_fetched(phone)
    assert again is not None and again[0] == at, "it has had this file since then"


def test_a_file_that_the_phone_had_is_taken_from_what_is_kept_and_never_guessed(
    desk: Helpdesk, clock: FrozenClock
) -> None:
    phone = in_service(desk)
    first = fetch(desk, phone)
    desk.fetching.remember([first])
    begun = clock.moment
    assert first.sent is not None
    known = replace(first, at=clock.advance(timedelta(hours=1)), sent=Sent(first.sent.etag))
    desk.fetching.remember([known])
    found = desk.settings.since_fetched(phone)
    assert found is not None and (found[0], found[1].lines) == (begun, ())
    other = fetch(desk, desk.phones.set_text(phone, "vlan", "42"))
    desk.fetching.remember([other])
    desk.fetching.remember([known])  # it was answered before the other one was kept
    assert desk.settings.since_fetched(desk.phones.get(phone.id)) is None
    desk.fetching.remember([first])
    assert desk.settings.since_fetched(desk.phones.get(phone.id)) is not None


def test_what_is_kept_goes_with_the_phone(desk: Helpdesk) -> None:
    phone = in_service(desk)
    late = fetch(desk, phone)
    desk.fetching.remember([late])
    desk.phones.remove(phone)
    assert desk.store.fetched.get(phone.id) is None
    desk.fetching.remember([late])
    assert desk.store.fetched.get(phone.id) is None


@pytest.mark.parametrize(("mac", "model"), [(SNOM, "D735"), (YEALINK, "T46S")])
def test_logging_in_is_shown_before_it_is_done_and_without_secrets(desk: Helpdesk, mac: str, model: str) -> None:
    organisation = add_organisation(desk)
    user = add_user(desk, organisation, "201", "Anna Jansen")
    phone = in_service(desk, mac, model)
    coming = desk.settings.with_user(phone, user)
    text = "\n".join(map(str, coming.lines))
    assert "Anna Jansen" in text and "s3cret" not in text and phone.sip_password not in text
    assert desk.phones.get(phone.id).user_id is None
    phone = desk.phones.log_in(phone, "201")
    assert desk.settings.with_user(phone, user).lines == ()
    going = desk.settings.with_user(phone, None)
    assert (going.added, going.removed, going.changed) == (coming.removed, coming.added, coming.changed)
    assert coming.summary == f"{coming.changed} changed" or "added" in coming.summary
    assert desk.settings.with_user(phone, user).summary == "nothing is different"


def test_another_secret_is_told_from_the_same_one(desk: Helpdesk) -> None:
    phone, other = in_service(desk, YEALINK, "T46S"), in_service(desk, "80:5e:c0:11:22:34", "T46S")
    lines = desk.settings.beside(phone, other).lines
    password = [line for line in lines if line.text.startswith("account.1.password")]
    assert [(line.side, "another secret" in line.text) for line in password] == [(Side.OLD, False), (Side.NEW, True)]
    assert not any(phone.sip_password in line.text or other.sip_password in line.text for line in lines)


def test_the_next_check_is_hours_after_the_last_and_other_for_each_phone(desk: Helpdesk, clock: FrozenClock) -> None:
    phone, other = in_service(desk), in_service(desk, "00:04:13:00:00:02")
    checks = desk.settings.checks(phone)
    assert checks.next is not None and timedelta(hours=4) <= checks.next - clock.moment <= timedelta(hours=5)
    assert checks.next != desk.settings.checks(other).next
    assert not checks.change_waiting


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=30)


@given(st.sampled_from(Generation), TEXTS, TEXTS)
def test_any_file_is_kept_as_it_is(generation: Generation, name: str, value: str) -> None:
    custom = (CustomSetting("features.custom" if generation.vendor is Vendor.YEALINK else "custom_name!", value),)
    try:
        file = settings_of(sample(generation, phone_name=name, custom=custom, user=ANNA, function_keys=KEYS))
    except BadInput:
        return
    kept = unpack(pack(heading_of(file), render(file)))
    assert render(kept) == render(file)
    assert compare(kept, file) == ()
    assert [(s.origin, s.secret) for s in kept.settings] == [(s.origin, s.secret) for s in file.settings]
