"""Users and identities: found, added, changed, removed, by one person or by two at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from helpdesk_tui.backend import BadInput, EventKind, Helpdesk, NotFound, Organisation, Refused, Role, User
from helpdesk_tui.backend.model.keys import FunctionKey, KeyFunction
from tests.backend.offices import SNOM, YEALINK, add_organisation, in_service
from tests.frozen_clock import FrozenClock

PASSWORD = "Brood-en-8-krenten"


@pytest.fixture
def jansen(desk: Helpdesk) -> Organisation:
    return desk.organisations.get(add_organisation(desk))


@pytest.fixture
def anna(desk: Helpdesk, jansen: Organisation) -> User:
    values = {"extension": "201", "name": "Anna Jansen", "sip_username": "jansen201", "sip_password": PASSWORD}
    return desk.users.add(jansen, {**values, "pin": "4821"})


def test_added_with_a_password_of_its_own(desk: Helpdesk, jansen: Organisation) -> None:
    user = desk.users.add(jansen, {"extension": "205", "sip_username": "jansen205"})
    assert user == desk.users.get(user.id) == desk.users.with_extension(jansen, "205")
    assert (user.name, user.voicemail, user.ring_internal, user.ring_external) == ("205", "", 1, 2)
    (identity,) = user.identities
    other = desk.users.add(jansen, {"extension": "206", "sip_username": "jansen206"})
    assert len(identity.sip_password) == 24 and identity.sip_password != other.identities[0].sip_password
    event = desk.store.events.latest()[1]
    assert (event.kind, event.text, event.organisation) == (EventKind.ADDED, "Added the user 205.", jansen.name)


@pytest.mark.parametrize(
    ("column", "text", "sentence"),
    [
        ("extension", "", "extension: it must be given"),
        ("extension", "20a", "is not an extension"),
        ("extension", "201", "extension: 201 is that of Anna Jansen already"),
        ("sip_username", "", "sip_username: it must be given"),
        ("sip_username", "a@b", "is not a SIP user name"),
        ("sip_password", "two\nlines", "sip_password: a line break cannot be sent to a phone"),
        ("sip_password", " blank", "begins or ends with a blank"),
        ("display_name", "\x07", "display_name: the character U+0007"),
        ("name", "%NULL%", "is an order to Yealink phones"),
        ("voicemail", "a b", "is not the number of a voicemail box"),
        ("ring_internal", "9", "is not a ring tone"),
        ("pin", "12x", "pin: it is not a PIN"),
        ("colour", "red", "'colour' is unknown: one of extension, name"),
    ],
)
def test_what_no_settings_file_can_carry_is_refused_when_it_is_entered(
    desk: Helpdesk, jansen: Organisation, anna: User, column: str, text: str, sentence: str
) -> None:
    with pytest.raises(BadInput) as refused:
        desk.users.add(jansen, {"extension": "205", "sip_username": "jansen205", column: text})
    assert sentence in str(refused.value) and PASSWORD not in str(refused.value)
    assert [each.user for each in desk.users.of(jansen.id)] == [anna]


def test_found_by_any_part_also_of_the_phone_they_are_logged_in_on(
    desk: Helpdesk, jansen: Organisation, anna: User
) -> None:
    desk.users.add(jansen, {"extension": "1000", "name": "Piet", "sip_username": "jansen1000", "display_name": "Balie"})
    in_service(desk, SNOM, user_id=anna.id)
    everybody = desk.users.of(jansen.id)
    assert [(each.user.extension, each.phones) for each in everybody] == [
        ("201", (("000413a1b2c3", "D735"),)),
        ("1000", ()),
    ]
    for text, found in {
        "ANNA": ["201"],
        "jansen201": ["201"],
        "a1:b2": ["201"],
        "balie": ["1000"],
        "jansen": ["201", "1000"],
        "anna 1000": [],
    }.items():
        assert [each.user.extension for each in desk.users.of(jansen.id, text)] == found, text


def test_every_value_can_be_changed_and_reaches_the_phone(desk: Helpdesk, clock: FrozenClock, anna: User) -> None:
    phone = in_service(desk, SNOM, user_id=anna.id)
    changes = {"name": "Anne Jansen", "voicemail": "*97201", "ring_internal": "Ring3.wav", "extension": "301"}
    for column, text in {**changes, "ring_external": "8", "pin": "1234"}.items():
        clock.advance(timedelta(hours=1))
        desk.users.change(desk.users.get(anna.id), column, text)
        assert desk.settings.checks(desk.phones.get(phone.id)).change_waiting
    after = desk.users.get(anna.id)
    assert (after.name, after.voicemail, after.ring_internal, after.ring_external) == ("Anne Jansen", "*97201", 3, 8)
    assert (after.extension, after.pin) == ("301", "1234")
    assert desk.phones.find("anne 301").mac == phone.mac
    for column in ("name", "voicemail", "ring_internal", "pin"):
        desk.users.change(desk.users.get(anna.id), column, "")
    after = desk.users.get(anna.id)
    assert (after.name, after.voicemail, after.ring_internal, after.pin) == ("301", "", 1, "")
    with pytest.raises(BadInput, match="extension: it must not be empty"):
        desk.users.change(after, "extension", " ")


def test_the_history_names_secrets_and_never_shows_them(desk: Helpdesk, anna: User) -> None:
    anna = desk.users.change(anna, "pin", "987654")
    anna = desk.users.change_identity(anna, "jansen201", "sip_password", "Nieuw-geheim-9")
    anna = desk.users.change(anna, "voicemail", "*97")
    desk.users.reveal(anna)
    texts = [event.text for event in desk.store.events.latest()]
    assert texts[:4] == [
        "Looked at the secrets of Anna Jansen (201).",
        "Changed the Voicemail of Anna Jansen (201) from nothing to *97.",
        "Changed the SIP password of identity jansen201 of Anna Jansen (201).",
        "Changed the PIN of Anna Jansen (201).",
    ]
    for secret in (PASSWORD, "4821", "987654", "Nieuw-geheim-9"):
        assert secret not in repr(texts) + repr(anna)


def test_identities_are_added_changed_put_in_order_and_removed(desk: Helpdesk, anna: User) -> None:
    anna = desk.users.add_identity(anna, {"sip_username": "orders", "display_name": "Bestellingen"})
    anna = desk.users.add_identity(anna, {"sip_username": "night", "sip_password": "Deeg-rijst-6-uur"})
    assert [identity.sip_username for identity in anna.identities] == ["jansen201", "orders", "night"]
    anna = desk.users.reorder(anna, ["orders", "night", "jansen201"])
    anna = desk.users.change_identity(anna, "night", "sip_username", "late")
    before = anna.identities[1].sip_password
    anna = desk.users.change_identity(anna, "late", "sip_password", "")
    assert anna.identities[1].sip_password != before and len(anna.identities[1].sip_password) == 24
    anna = desk.users.change_identity(anna, "orders", "display_name", "")
    anna = desk.users.remove_identity(anna, "jansen201")
    assert desk.users.get(anna.id) == anna
    assert [(identity.sip_username, identity.display_name) for identity in anna.identities] == [
        ("orders", ""),
        ("late", ""),
    ]


def test_identities_that_cannot_be(desk: Helpdesk, anna: User) -> None:
    with pytest.raises(BadInput, match="has an identity 'jansen201' already"):
        desk.users.add_identity(anna, {"sip_username": "jansen201"})
    with pytest.raises(Refused, match="is the only identity of Anna Jansen"):
        desk.users.remove_identity(anna, "jansen201")
    with pytest.raises(NotFound, match="has no identity 'nobody'"):
        desk.users.change_identity(anna, "nobody", "display_name", "x")
    with pytest.raises(BadInput, match="each identity once"):
        desk.users.reorder(anna, ["jansen201", "jansen201"])
    with pytest.raises(BadInput, match="'pin' is unknown: one of sip_username"):
        desk.users.change_identity(anna, "jansen201", "pin", "1")
    assert desk.users.get(anna.id) == anna


def test_a_change_from_an_old_view_says_who_was_quicker(desk: Helpdesk, colleague: Helpdesk, anna: User) -> None:
    colleague.users.change(anna, "name", "Anne")
    with pytest.raises(Refused, match=r"The Name of Anne \(201\) was changed by bert \(02 Mar .*look again"):
        desk.users.change(anna, "name", "Annie")
    desk.users.change(anna, "voicemail", "*97201")  # another column is no quarrel
    assert (desk.users.get(anna.id).name, desk.users.get(anna.id).voicemail) == ("Anne", "*97201")


def test_identities_of_an_old_view_are_not_overwritten(desk: Helpdesk, colleague: Helpdesk, anna: User) -> None:
    anna = desk.users.add_identity(anna, {"sip_username": "orders"})
    colleague.users.change_identity(anna, "orders", "sip_password", "Nieuw-geheim-9")
    with pytest.raises(Refused, match="was changed by bert"):
        desk.users.change_identity(anna, "orders", "sip_password", "Mijn-geheim-8")
    with pytest.raises(Refused, match="was changed by bert"):
        desk.users.remove_identity(anna, "orders")
    colleague.users.reorder(desk.users.get(anna.id), ["orders", "jansen201"])
    desk.users.add_identity(anna, {"sip_username": "night"})
    with pytest.raises(Refused, match="order of the identities"):
        desk.users.reorder(anna, ["jansen201", "orders"])
    now = desk.users.get(anna.id)
    assert [identity.sip_username for identity in now.identities] == ["orders", "jansen201", "night"]
    assert now.identities[0].sip_password == "Nieuw-geheim-9"


def test_removing_says_what_is_lost_and_logs_out(desk: Helpdesk, clock: FrozenClock, anna: User) -> None:
    phones = [in_service(desk, mac, model, user_id=anna.id) for mac, model in ((SNOM, "D735"), (YEALINK, "T46S"))]
    user_owner = desk.custom.owners(phones[0])[-1]
    desk.custom.set_key(user_owner, FunctionKey(2, KeyFunction.SPEED_DIAL, "112"))
    loss = desk.users.loss(anna)
    assert loss.sentence == (
        f"Lost for good: 1 identity and 1 function key. Logged out on {SNOM}, {YEALINK}: "
        "only *1 and emergency calls remain there."
    )
    clock.advance(timedelta(hours=1))
    desk.users.remove(anna, loss)
    for phone in phones:
        now = desk.phones.get(phone.id)
        assert (now.user, desk.settings.checks(now).change_waiting) == ("", True)
        assert desk.phones.history(phone.mac)[0].kind is EventKind.LOGOUT
    with pytest.raises(NotFound):
        desk.users.get(anna.id)
    assert desk.store.events.latest()[0].text == "Removed the user Anna Jansen (201)."


def test_more_than_what_was_said_is_never_lost(desk: Helpdesk, colleague: Helpdesk, anna: User) -> None:
    loss = desk.users.loss(anna)
    phone = in_service(colleague)
    colleague.phones.log_in(phone, "201")
    with pytest.raises(Refused, match="nothing was removed; look again"):
        desk.users.remove(anna, loss)
    assert [phone.mac for phone in desk.users.phones(anna)] == [phone.mac]


def test_only_administrators_may(desk: Helpdesk, jansen: Organisation, anna: User) -> None:
    users = desk.acting_as("otto", Role.OPERATOR).users
    for attempt in (
        lambda: users.add(jansen, {"extension": "205", "sip_username": "x"}),
        lambda: users.change(anna, "name", "x"),
        lambda: users.add_identity(anna, {"sip_username": "x"}),
        lambda: users.change_identity(anna, "jansen201", "display_name", "x"),
        lambda: users.reorder(anna, ["jansen201"]),
        lambda: users.remove_identity(anna, "jansen201"),
        lambda: users.remove(anna),
    ):
        with pytest.raises(Refused, match="ask an administrator"):
            attempt()
    users.reveal(anna)
    assert [each.user for each in desk.users.of(jansen.id)] == [anna]


def test_of_two_at_the_same_moment_one_is_told(desk: Helpdesk, colleague: Helpdesk, anna: User) -> None:
    together = Barrier(2)

    def rename(by: Helpdesk, name: str) -> str:
        together.wait()
        try:
            return by.users.change(anna, "name", name).name
        except Refused as refused:
            return str(refused)

    with ThreadPoolExecutor(2) as threads:
        said = list(threads.map(rename, (desk, colleague), ("Anne", "Annie")))
    now = desk.users.get(anna.id).name
    assert now in said and now in ("Anne", "Annie")
    assert sum("look again" in answer for answer in said) == 1
