"""Function keys and custom settings, by owner."""

from __future__ import annotations

from datetime import timedelta

import pytest

from helpdesk_tui.backend import (
    BadInput,
    CustomSetting,
    FunctionKey,
    Helpdesk,
    KeyFunction,
    NotFound,
    Owner,
    Phone,
    Refused,
    Scope,
)
from tests.backend.offices import SNOM, YEALINK, add_organisation, add_user, in_service
from tests.frozen_clock import FrozenClock

LAMP = KeyFunction.STATUS


@pytest.fixture
def snom(desk: Helpdesk) -> Phone:
    """A D735 with somebody logged in."""
    user = add_user(desk, add_organisation(desk), "201", "Anna Jansen")
    return in_service(desk, SNOM, user_id=user)


@pytest.fixture
def yealink(desk: Helpdesk) -> Phone:
    return in_service(desk, YEALINK, "T46S")


def owner(desk: Helpdesk, phone: Phone, scope: Scope) -> Owner:
    return next(owner for owner in desk.custom.owners(phone) if owner.scope is scope)


def value(desk: Helpdesk, phone: Phone, name: str) -> str:
    (found,) = [s.value for s in desk.settings.file(phone).settings if s.name == name]
    return found


# -- function keys ----------------------------------------------------------------------------------------------------


def test_the_key_of_the_phone_wins_over_the_users_over_the_models(desk: Helpdesk, snom: Phone) -> None:
    for scope, number in ((Scope.PHONE, "203"), (Scope.MODEL, "201"), (Scope.USER, "202")):
        desk.custom.set_key(owner(desk, snom, scope), FunctionKey(3, LAMP, number))
    places = desk.custom.keys_of_phone(snom)
    assert len(places) == 32
    third = places[2]
    assert third.key is not None and (third.key.value, third.key.scope) == ("203", Scope.PHONE)
    assert [(key.value, key.scope) for key in third.hidden] == [("202", Scope.USER), ("201", Scope.MODEL)]
    desk.custom.clear_key(owner(desk, snom, Scope.PHONE), third.key)
    winner = desk.custom.keys_of_phone(snom)[2].key
    assert winner is not None and winner.value == "202"
    with pytest.raises(Refused, match=r"you yourself were quicker .*Took away function key 3"):
        desk.custom.clear_key(owner(desk, snom, Scope.PHONE), third.key)


def test_a_key_reaches_all_that_it_is_for_and_no_others(desk: Helpdesk, snom: Phone, clock: FrozenClock) -> None:
    same_model, other_model = in_service(desk, "00:04:13:00:00:02"), in_service(desk, "00:04:13:00:00:03", "D785")
    clock.advance(timedelta(hours=1))
    desk.custom.set_key(owner(desk, snom, Scope.MODEL), FunctionKey(1, KeyFunction.DND))
    waiting = [desk.settings.checks(desk.phones.get(p.id)).change_waiting for p in (snom, same_model, other_model)]
    assert waiting == [True, True, False]


def test_capacity_is_that_of_the_phone_with_its_modules(desk: Helpdesk, yealink: Phone) -> None:
    own = owner(desk, yealink, Scope.PHONE)
    with pytest.raises(BadInput, match="no function key 28"):
        desk.custom.set_key(own, FunctionKey(28, LAMP, "202"))
    with pytest.raises(BadInput, match="takes 0 to"):
        desk.custom.set_modules(yealink, "99")
    desk.custom.set_modules(yealink, "1")
    yealink = desk.phones.get(yealink.id)
    desk.custom.set_key(owner(desk, yealink, Scope.PHONE), FunctionKey(28, LAMP, "202"))
    assert value(desk, yealink, "expansion_module.1.key.1.value") == "202"
    place = desk.custom.keys_of_phone(yealink)[27]
    assert (place.module, place.number) == (1, 1)
    desk.custom.set_modules(yealink, "0")
    yealink = desk.phones.get(yealink.id)
    assert any("find" in warning for warning in desk.settings.file(yealink).warnings)
    assert place.key is not None
    desk.custom.clear_key(owner(desk, yealink, Scope.PHONE), place.key)


def test_a_phone_without_modules_says_so(desk: Helpdesk) -> None:
    phone = in_service(desk, YEALINK, "T21P_E2")
    with pytest.raises(Refused, match="takes no expansion modules"):
        desk.custom.set_modules(phone, "1")


@pytest.mark.parametrize("scope", list(Scope))
def test_of_two_who_change_a_key_one_wins_and_the_other_hears_who_it_was(
    desk: Helpdesk, colleague: Helpdesk, snom: Phone, scope: Scope
) -> None:
    whose = owner(desk, snom, scope)
    colleague.custom.set_key(whose, FunctionKey(3, LAMP, "201"))
    for attempt in (FunctionKey(3, LAMP, "202"), FunctionKey(3, KeyFunction.DND)):
        with pytest.raises(Refused, match=r"^\w+ was quicker .*Set function key 3 for .*: nothing was done"):
            desk.custom.set_key(whose, attempt)
    desk.custom.set_key(whose, FunctionKey(4, LAMP, "202"))  # another key is nobody's business
    seen = desk.custom.key_of(whose, 3)
    assert seen is not None
    colleague.custom.set_key(whose, FunctionKey(3, LAMP, "203"), seen)
    with pytest.raises(Refused, match="was quicker"):
        desk.custom.clear_key(whose, seen)
    assert [(key.position, key.value) for key in desk.custom.keys(whose)] == [(3, "203"), (4, "202")]


def test_of_two_who_attach_modules_one_wins(desk: Helpdesk, colleague: Helpdesk, yealink: Phone) -> None:
    colleague.custom.set_modules(yealink, "2")
    with pytest.raises(Refused, match=r"was quicker .*Changed expansion modules to 2"):
        desk.custom.set_modules(yealink, "1")


@pytest.mark.parametrize(
    "key",
    [
        FunctionKey(0, KeyFunction.DND),
        FunctionKey(1, LAMP, ""),
        FunctionKey(1, KeyFunction.DND, "201"),
        FunctionKey(1, KeyFunction.URL, "ftp://example.net"),
        FunctionKey(1, KeyFunction.DTMF, "12\n3"),
        FunctionKey(1, KeyFunction.HOLD, "", "two\nlines"),
        FunctionKey(999, KeyFunction.HOLD),
    ],
)
@pytest.mark.parametrize("scope", list(Scope))
def test_keys_that_make_no_sense_are_refused(desk: Helpdesk, snom: Phone, key: FunctionKey, scope: Scope) -> None:
    with pytest.raises(BadInput):
        desk.custom.set_key(owner(desk, snom, scope), key)
    assert desk.custom.keys(owner(desk, snom, scope)) == ()


def test_a_change_of_a_key_is_shown_before_it_is_made(desk: Helpdesk, snom: Phone) -> None:
    own = owner(desk, snom, Scope.PHONE)
    comparison = desk.custom.consider_key(snom, own, FunctionKey(3, LAMP, "203", "Piet"))
    assert comparison.changed == 1
    assert any("203" in line.text for line in comparison.lines)
    assert desk.custom.keys(own) == ()


# -- custom settings --------------------------------------------------------------------------------------------------


def test_custom_settings_say_what_they_replace(desk: Helpdesk, yealink: Phone) -> None:
    of_model, own = owner(desk, yealink, Scope.MODEL), owner(desk, yealink, Scope.PHONE)
    desk.custom.save_settings(of_model, [CustomSetting("local_time.ntp_server1", "a.example.net")])
    desk.custom.save_settings(
        own, [CustomSetting("local_time.ntp_server1", "b.example.net"), CustomSetting("account.1.password", "hunter2")]
    )
    model_place, own_place, password = desk.custom.settings_of_phone(yealink)
    assert model_place.loses and not own_place.loses
    assert own_place.instead_of is not None and own_place.instead_of.value == "a.example.net"
    assert model_place.instead_of is not None and model_place.instead_of.value == "pool.ntp.org"
    assert password.secret and password.instead_of is not None
    assert yealink.sip_password not in password.instead_of.value
    assert value(desk, yealink, "local_time.ntp_server1") == "b.example.net"


def test_an_event_names_what_changed_and_no_value(desk: Helpdesk, yealink: Phone) -> None:
    own = owner(desk, yealink, Scope.PHONE)
    desk.custom.save_settings(own, desk.custom.with_setting(own, CustomSetting("account.1.password", "hunter2")))
    latest = desk.phones.history(yealink.mac)[0]
    assert "account.1.password" in latest.text and "hunter2" not in latest.text
    assert "hunter2" not in repr(desk.custom.settings_of_phone(yealink)[0].instead_of)


@pytest.mark.parametrize(
    "setting",
    [
        CustomSetting("auto_provision.server.url", "https://evil.example.net"),
        CustomSetting("setting_server!", "https://evil.example.net"),
        CustomSetting("a.b", "x\nfirmware.url = http://evil"),
        CustomSetting("a b = c", "1"),
    ],
)
def test_what_would_cut_a_phone_off_is_refused(desk: Helpdesk, yealink: Phone, setting: CustomSetting) -> None:
    own = owner(desk, yealink, Scope.PHONE)
    for attempt in (desk.custom.check_setting, desk.custom.with_setting):
        with pytest.raises(BadInput):
            attempt(own, setting)
    with pytest.raises(BadInput):
        desk.custom.save_settings(own, [setting])


def test_a_setting_is_replaced_added_and_taken_away_by_name(desk: Helpdesk, snom: Phone) -> None:
    own = owner(desk, snom, Scope.PHONE)
    desk.custom.save_settings(own, desk.custom.with_setting(own, CustomSetting("redundant_fkeys", "on")))
    changed = desk.custom.with_setting(own, CustomSetting("redundant_fkeys!", "off"), instead="redundant_fkeys")
    assert [(c.name, c.value) for c in changed] == [("redundant_fkeys!", "off")]
    with pytest.raises(BadInput, match="given twice"):
        desk.custom.with_setting(own, CustomSetting("redundant_fkeys&", "off"))
    assert desk.custom.without_setting(own, "redundant_fkeys") == ()
    with pytest.raises(NotFound):
        desk.custom.without_setting(own, "nothing")


@pytest.mark.parametrize("scope", [Scope.PHONE, Scope.MODEL])
def test_of_two_who_change_custom_settings_one_wins_and_nothing_is_overwritten(
    desk: Helpdesk, colleague: Helpdesk, yealink: Phone, scope: Scope
) -> None:
    whose = owner(desk, yealink, scope)
    seen = desk.custom.settings(whose)
    mine = desk.custom.with_setting(whose, CustomSetting("features.dnd", "1"))
    colleague.custom.save_settings(
        whose, colleague.custom.with_setting(whose, CustomSetting("local_time.a", "2")), seen
    )
    with pytest.raises(Refused, match=r"was quicker .*Changed custom settings for .*local_time\.a"):
        desk.custom.save_settings(whose, mine, seen)
    again = desk.custom.settings(whose)
    desk.custom.save_settings(whose, desk.custom.with_setting(whose, CustomSetting("features.dnd", "1")), again)
    assert [custom.name for custom in desk.custom.settings(whose)] == ["local_time.a", "features.dnd"]


def test_users_have_no_custom_settings(desk: Helpdesk, snom: Phone) -> None:
    with pytest.raises(BadInput, match="choose one of these"):
        desk.custom.save_settings(owner(desk, snom, Scope.USER), [CustomSetting("a", "1")])


def test_a_removed_phone_gets_nothing(desk: Helpdesk, colleague: Helpdesk, yealink: Phone) -> None:
    own = owner(desk, yealink, Scope.PHONE)
    colleague.phones.remove(yealink)
    with pytest.raises(NotFound, match="removed in the meantime"):
        desk.custom.save_settings(own, [CustomSetting("features.dnd", "1")])
    with pytest.raises(NotFound, match="removed in the meantime"):
        desk.custom.set_key(own, FunctionKey(1, KeyFunction.DND))
