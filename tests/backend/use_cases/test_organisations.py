"""Organisations: searched with the verdicts of their phones, added, removed, and two people at one of them."""

from __future__ import annotations

import pytest

from helpdesk_tui.backend import BadInput, EventKind, Helpdesk, NotFound, Organisation, Refused, Role, VerdictKind
from helpdesk_tui.backend.model.keys import CustomSetting, FunctionKey, KeyFunction
from helpdesk_tui.backend.use_cases.api_users import NewApiUser
from tests.backend.offices import SNOM, YEALINK, add_organisation, add_phone, add_user, in_service


@pytest.fixture
def jansen(desk: Helpdesk) -> Organisation:
    return desk.organisations.get(add_organisation(desk))


def names(desk: Helpdesk, text: str) -> list[str]:
    return [each.organisation.name for each in desk.organisations.page(text, 0, 50).organisations]


def test_all_words_must_stand_in_name_or_short_name(desk: Helpdesk, jansen: Organisation) -> None:
    add_organisation(desk, "Jansen Bouw", "bouw")
    add_organisation(desk, "ŁÓDŹ 100% [bold]", "lodz")
    assert names(desk, "") == ["Bakkerij Jansen", "Jansen Bouw", "ŁÓDŹ 100% [bold]"]
    assert names(desk, "JANSEN") == ["Bakkerij Jansen", "Jansen Bouw"]
    assert names(desk, "bouw jans") == ["Jansen Bouw"]
    assert names(desk, "łódź") == names(desk, "0% [bold]") == names(desk, "lodz") == ["ŁÓDŹ 100% [bold]"]
    assert names(desk, "jansen nobody") == names(desk, "_") == []


def test_a_window_tells_how_many_there_are_in_all(desk: Helpdesk) -> None:
    for number in range(7):
        add_organisation(desk, f"Klant {number}", f"klant{number}")
    page = desk.organisations.page("klant", 2, 3)
    assert [each.organisation.short_name for each in page.organisations] == ["klant2", "klant3", "klant4"]
    assert page.total == 7
    assert desk.organisations.page("klant", 6, 3).total == 7
    assert desk.organisations.page("klant", 50, 3) == ((), 7)
    assert desk.organisations.page("klant 3", 0, 3).total == 1


def test_phones_are_counted_by_the_verdict_that_they_have_now(desk: Helpdesk, jansen: Organisation) -> None:
    in_service(desk)
    waiting = add_phone(desk, YEALINK, "T46S")
    add_user(desk, jansen.id, "201", "Anna Jansen")
    add_organisation(desk, "Leeg", "leeg")
    listed, empty = desk.organisations.page("", 0, 50).organisations
    assert listed.verdicts == {VerdictKind.ATTENTION: 0, VerdictKind.WAITING: 1, VerdictKind.OK: 1}
    assert (listed.phones, listed.users) == (2, 1)
    assert (empty.phones, empty.users, set(empty.verdicts.values())) == (0, 0, {0})
    assert waiting.deadline is not None
    desk.clock.moment = waiting.deadline  # type: ignore[attr-defined]
    assert desk.organisations.listed(jansen.id).verdicts[VerdictKind.ATTENTION] == 1


def test_added_as_an_import_would(desk: Helpdesk, jansen: Organisation) -> None:
    added = desk.organisations.add({"organisation": " Café Zürich ", "country": "ch", "codecs": "", "language": "DE"})
    assert (added.name, added.short_name, added.sip_host) == ("Café Zürich", "cafzrich", "sip.pbx.example.net")
    assert (added.country, added.language) == ("CH", "de")
    assert desk.organisations.get(added.id) == added
    event = desk.store.events.latest()[0]
    assert (event.kind, event.operator, event.organisation) == (EventKind.ADDED, "anna", "Café Zürich")
    assert desk.organisations.add({"organisation": "Jansen"}).short_name == "jansen2"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "organisation: it must not be empty"),
        ({"organisation": "bakkerij JANSEN"}, "another one is called 'Bakkerij Jansen' already"),
        ({"organisation": "New", "short_name": "jansen"}, "belongs to another organisation"),
        ({"organisation": "New", "short_name": "Not short"}, "is not a short name"),
        ({"organisation": "New\x1b[2J"}, "organisation: the character U+001B cannot be sent to a phone"),
        ({"organisation": "New", "sip_host": "a b"}, "is not a host name"),
        ({"organisation": "New", "colour": "red"}, "'colour' is unknown: one of organisation, short_name"),
        ({"organisation": "New", "id": "1"}, "'id' is unknown"),
    ],
)
def test_what_no_settings_file_can_carry_is_refused_when_it_is_entered(
    desk: Helpdesk, jansen: Organisation, values: dict[str, str], sentence: str
) -> None:
    with pytest.raises(BadInput) as refused:
        desk.organisations.add(values)
    assert sentence in str(refused.value)
    assert names(desk, "") == ["Bakkerij Jansen"]


def test_it_is_not_removed_while_it_has_phones(desk: Helpdesk, jansen: Organisation) -> None:
    for mac in (SNOM, "00:04:13:a1:b2:c4"):
        in_service(desk, mac)
    with pytest.raises(Refused) as refused:
        desk.organisations.remove(jansen)
    assert str(refused.value) == (
        "Bakkerij Jansen has 2 phones: move them to another organisation or remove them first."
    )
    assert desk.organisations.get(jansen.id) == jansen


def test_it_is_not_removed_while_users_of_the_rest_api_live_there(desk: Helpdesk, jansen: Organisation) -> None:
    desk.api_users.add(NewApiUser("crm", jansen), "Vele-woorden-zijn-1-wachtwoord")
    with pytest.raises(Refused, match="is the home of 1 user of the REST API: remove them first"):
        desk.organisations.remove(jansen)
    assert desk.organisations.get(jansen.id) == jansen


def test_what_is_lost_is_said_before_and_goes_with_it(desk: Helpdesk, jansen: Organisation) -> None:
    anna = add_user(desk, jansen.id, "201", "Anna Jansen")
    phone = in_service(desk, user_id=anna)
    own, model, user = desk.custom.owners(phone)
    for owner in (own, model, user):
        desk.custom.set_key(owner, FunctionKey(2, KeyFunction.SPEED_DIAL, "112"))
    desk.custom.save_settings(model, [CustomSetting("dim_timer", "60")])
    desk.phones.remove(phone)
    loss = desk.organisations.loss(jansen)
    assert loss.sentence == "Lost for good: 1 user, 1 identity, 2 function keys and 1 custom setting."
    desk.organisations.remove(jansen, loss)
    assert names(desk, "") == []
    with pytest.raises(NotFound):
        desk.organisations.get(jansen.id)
    with desk.store.database.read() as connection:
        tables = ("users", "identities", "function_keys", "custom_settings")
        assert [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables] == [0] * 4
    event = desk.store.events.latest()[0]
    assert (event.kind, event.organisation) == (EventKind.REMOVED, "Bakkerij Jansen")


def test_more_than_what_was_said_is_never_lost(desk: Helpdesk, colleague: Helpdesk, jansen: Organisation) -> None:
    loss = desk.organisations.loss(jansen)
    colleague.users.add(jansen, {"extension": "201", "sip_username": "jansen201"})
    with pytest.raises(Refused, match="nothing was removed; look again"):
        desk.organisations.remove(jansen, loss)
    assert desk.organisations.get(jansen.id) == jansen


def test_a_change_from_an_old_view_says_who_was_quicker(
    desk: Helpdesk, colleague: Helpdesk, jansen: Organisation
) -> None:
    colleague.organisations.change(jansen, "language", "en")
    with pytest.raises(Refused) as refused:
        desk.organisations.change(jansen, "language", "de")
    assert "The common setting Language was changed by bert (02 Mar" in str(refused.value)
    assert desk.organisations.get(jansen.id).language == "en"
    assert desk.organisations.change(jansen, "language", "en").language == "en"  # what both want is no quarrel
    desk.organisations.change(desk.organisations.get(jansen.id), "language", "de")


def test_only_administrators_may(desk: Helpdesk, jansen: Organisation) -> None:
    operator = desk.acting_as("otto", Role.OPERATOR)
    for attempt in (
        lambda: operator.organisations.add({"organisation": "New"}),
        lambda: operator.organisations.change(jansen, "language", "de"),
        lambda: operator.organisations.remove(jansen),
    ):
        with pytest.raises(Refused, match="ask an administrator"):
            attempt()
    assert desk.organisations.page("", 0, 9).organisations[0].organisation == jansen
