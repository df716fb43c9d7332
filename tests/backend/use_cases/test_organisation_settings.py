"""Common settings: seen, changed, and what that does to the phones."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk_tui.backend import COMMON_SETTINGS, BadInput, CustomSetting, EventKind, Helpdesk, Organisation, Refused
from helpdesk_tui.backend.model.keys import Scope
from helpdesk_tui.backend.model.organisation import CallWaiting, Codec, Language
from tests.backend.offices import SNOM, YEALINK, add_organisation, in_service, open_desk
from tests.frozen_clock import FrozenClock


@pytest.fixture
def jansen(desk: Helpdesk) -> Organisation:
    return desk.organisations.get(add_organisation(desk))


CHANGES = {
    "organisation": ("Bakkerij Janssen", "Bakkerij Janssen"),
    "sip_host": ("SIP2.example.net:5062", "sip2.example.net:5062"),
    "outbound_proxy": ("proxy.example.net", "proxy.example.net"),
    "ntp_server": ("nl.pool.ntp.org", "nl.pool.ntp.org"),
    "timezone": ("Europe/Brussels", "Europe/Brussels"),
    "language": ("en", Language.EN),
    "country": ("be", "BE"),
    "codecs": ("pcma; opus", (Codec.PCMA, Codec.OPUS)),
    "call_waiting": ("silent", CallWaiting.SILENT),
    "caller_id_display": ("number", "number"),
    "speaker_level": ("12", 12),
    "microphone_level": ("1", 1),
    "logged_out_dialplan": ("*1|112|0[1-9]x.", "*1|112|0[1-9]x."),
    "web_username": ("beheer", "beheer"),
}


@pytest.mark.parametrize("setting", COMMON_SETTINGS, ids=lambda setting: setting.column)
def test_every_common_setting_reaches_the_phones_of_both_vendors(
    desk: Helpdesk, clock: FrozenClock, jansen: Organisation, setting: object
) -> None:
    (column,) = [known.column for known in COMMON_SETTINGS if known is setting]
    phones = [in_service(desk, SNOM), in_service(desk, YEALINK, "T46S")]
    clock.advance(timedelta(hours=1))
    typed, value = CHANGES[column]
    effect = desk.organisations.effect(jansen, column, typed)
    assert (effect.phones, effect.changed) == (2, 2)
    assert desk.organisations.get(jansen.id) == jansen
    after = desk.organisations.change(jansen, column, typed)
    assert getattr(after, "name" if column == "organisation" else column) == value
    assert desk.organisations.get(jansen.id) == after == effect.organisation
    for phone in phones:
        assert desk.settings.checks(desk.phones.get(phone.id)).change_waiting
    assert desk.organisations.change(after, column, typed) == after
    (event,) = [event for event in desk.store.events.latest() if event.kind is EventKind.CHANGED]
    assert (event.operator, event.organisation) == ("anna", after.name)


def test_a_phone_whose_custom_setting_wins_is_not_counted(desk: Helpdesk, jansen: Organisation) -> None:
    phone = in_service(desk, YEALINK, "T46S")
    in_service(desk, "80:5e:c0:11:22:34", "T46S")
    (own, *_) = desk.custom.owners(phone)
    desk.custom.save_settings(own, [CustomSetting("local_time.ntp_server1", "time.example.net")])
    effect = desk.organisations.effect(jansen, "ntp_server", "nl.pool.ntp.org")
    assert (effect.phones, effect.changed) == (2, 1)
    assert effect.example is not None
    phone, comparison = effect.example
    assert phone.mac.colons == "80:5e:c0:11:22:34"
    assert [str(line) for line in comparison.lines if "ntp_server1" in line.text] == [
        "- local_time.ntp_server1 = pool.ntp.org",
        "+ local_time.ntp_server1 = nl.pool.ntp.org",
    ]


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("organisation", "\x1b[2J"),
        ("organisation", "brouwerij EYNDE"),
        ("sip_host", "pbx-"),
        ("logged_out_dialplan", ""),
        ("logged_out_dialplan", "1[2"),
        ("codecs", "pcma;pcma"),
        ("speaker_level", "16"),
        ("short_name", "other"),
        ("id", "7"),
    ],
)
def test_what_is_refused_changes_nothing(desk: Helpdesk, jansen: Organisation, column: str, text: str) -> None:
    add_organisation(desk, "Brouwerij Eynde", "eynde")
    for attempt in (desk.organisations.change, desk.organisations.effect):
        with pytest.raises(BadInput):
            attempt(jansen, column, text)
    assert desk.organisations.get(jansen.id) == jansen


def test_an_own_name_may_change_its_capitals(desk: Helpdesk, jansen: Organisation) -> None:
    assert desk.organisations.change(jansen, "organisation", "BAKKERIJ Jansen").name == "BAKKERIJ Jansen"


def test_a_change_by_a_colleague_is_kept(desk: Helpdesk, colleague: Helpdesk, jansen: Organisation) -> None:
    colleague.organisations.change(jansen, "language", "en")
    after = desk.organisations.change(jansen, "country", "BE")
    assert (after.language, after.country) == ("en", "BE")


def test_nothing_is_changed_read_only(desk: Helpdesk, jansen: Organisation, tmp_path, clock: FrozenClock) -> None:  # type: ignore[no-untyped-def]
    looking = open_desk(tmp_path, clock, read_only=True)
    with pytest.raises(Refused, match="read-only"):
        looking.organisations.change(jansen, "language", "en")
    looking.close()


def test_organisations_are_listed_with_their_phones_and_models(desk: Helpdesk, jansen: Organisation) -> None:
    add_organisation(desk, "Zonder Telefoons", "zonder")
    in_service(desk)
    in_service(desk, YEALINK, "T46S")
    owner = desk.custom.model_owner(jansen, "T54W")
    desk.custom.save_settings(owner, [CustomSetting("features.dnd", "1", Scope.MODEL)])
    assert [(found.name, phones) for found, phones in desk.organisations.all()] == [
        ("Bakkerij Jansen", 2),
        ("Zonder Telefoons", 0),
    ]
    models = {found.model: (found.phones, found.custom_settings) for found in desk.organisations.models(jansen)}
    assert models == {"D735": (1, 0), "T46S": (1, 0), "T54W": (0, 1)}


def test_the_meaning_of_a_value_is_in_words(jansen: Organisation) -> None:
    words = {setting.column: setting.meaning(jansen) for setting in COMMON_SETTINGS}
    assert words["language"] == "Dutch" and words["country"] == "Netherlands"
    assert words["codecs"] == "g722, pcma, pcmu"
    assert all(setting.meaning(replace(jansen, call_waiting=CallWaiting.OFF)) for setting in COMMON_SETTINGS[8:9])
