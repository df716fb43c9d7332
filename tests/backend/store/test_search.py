"""Searching phones: the database finds what a plain reading of the query finds."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.backend.errors import Ambiguous, BadInput, NotFound
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.query import Field, Query, Term, parse_query
from helpdesk_tui.backend.model.reason import Reason
from helpdesk_tui.backend.model.site import site_of
from helpdesk_tui.backend.model.verdict import VerdictKind, judge
from tests.backend.offices import add_organisation, add_user, in_service, new_phone, open_desk, service
from tests.frozen_clock import FrozenClock


@dataclass(frozen=True)
class Office:
    """A database with phones of every kind, which the tests here only read."""

    desk: Helpdesk
    phones: tuple[Phone, ...]
    short_names: dict[int, str]

    def found(self, text: str) -> set[str]:
        """The names of the phones that this query finds."""
        page = self.desk.phones.page(parse_query(text), 0, 100)
        assert page.total == len(page.phones)
        return {phone.name for phone in page.phones}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    clock = FrozenClock()
    desk = open_desk(folder, clock)
    jansen, smit = add_organisation(desk), add_organisation(desk, "Garage 100% Smit_& Zn's", "smit")
    anna, rene = add_user(desk, jansen, "201", "Anna Jansen"), add_user(desk, smit, "42", 'René "Ré" Straße')
    desk.phones.add(new_phone(desk, "00:04:13:a1:b2:c3", "D735", name="Balie", user_id=anna, serial="SN-1.77"))
    desk.phones.add(replace(new_phone(desk, "00:04:13:a1:b2:c4", "D785", name="Kamer 2.14"), organisation_id=smit))
    in_service(desk, "80:5e:c0:11:22:33", "T46S", name="Zaal_1", user_id=anna)
    with desk.context.write():
        silent = in_service(desk, "80:5e:c0:11:a1:b2", "T48S", name="50% hal")
        desk.store.phones.update(
            silent.id,
            {
                "last_seen": clock() - timedelta(days=9),
                "firmware_installed": "66.86.0.15",
                "last_address": "203.0.113.7",
            },
        )
    service(desk).fail_next(Reason.OWNED_ELSEWHERE)
    istanbul = new_phone(desk, "00:04:13:dd:ee:ff", "D735", name="İstanbul", user_id=rene)
    desk.phones.add(replace(istanbul, organisation_id=smit))
    service(desk).recover()
    hostile = in_service(desk, "80:5e:c0:11:22:34", "T46U", name="'; DROP TABLE phones; --")
    with desk.context.write():
        desk.store.phones.update(hostile.id, {"last_address": "2001:db8:1:2:a::7"})
    phones = desk.phones.all(Query())
    assert len(phones) == 6
    short_names = {o.id: o.short_name for o in desk.store.directory.organisations()}
    yield Office(desk, phones, short_names)
    desk.close()


ALL = {"Balie", "Kamer 2.14", "Zaal_1", "50% hal", "İstanbul", "'; DROP TABLE phones; --"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ALL),
        ("b2c3", {"Balie"}),  # the last four digits
        ("B2C3", {"Balie"}),
        ("b2:c3", {"Balie"}),
        ("b2-c3", {"Balie"}),
        (":b2:c3", {"Balie"}),
        ("13a1.b2c3", {"Balie"}),
        ("13.A1.B2", {"Balie", "Kamer 2.14"}),
        ("00:04:13:a1:b2:c3", {"Balie"}),
        ("000413-A1B2C3", {"Balie"}),
        ("MAC: 00 04 13 A1 B2 C3", {"Balie"}),
        ("00:04:13:", {"Balie", "Kamer 2.14", "İstanbul"}),
        ("a1b2", {"Balie", "Kamer 2.14", "50% hal"}),
        ("2.14", {"Kamer 2.14"}),  # a room, not a fragment
        ("sn-1.77", {"Balie"}),
        ("anna", {"Balie", "Zaal_1"}),
        ("201", {"Balie", "Zaal_1"}),
        ("ANNA d735", {"Balie"}),
        ('"anna jansen"', {"Balie", "Zaal_1"}),
        ('"jansen anna"', set()),
        ("anna !d735", {"Zaal_1"}),
        ("rené", {"İstanbul"}),
        ("RENÉ", {"İstanbul"}),
        ("strasse", {"İstanbul"}),
        ("i̇stanbul", {"İstanbul"}),
        ("org:jansen", ALL - {"Kamer 2.14", "İstanbul"}),
        ("org:smit", {"Kamer 2.14", "İstanbul"}),
        ('org:"garage 100%"', {"Kamer 2.14", "İstanbul"}),
        ("!org:jansen", {"Kamer 2.14", "İstanbul"}),
        ("company:smit model:d785", {"Kamer 2.14"}),
        ("model:D735", {"Balie", "İstanbul"}),
        ("model:d73", set()),
        ("user:anna", {"Balie", "Zaal_1"}),
        ("user:42", {"İstanbul"}),
        ("!user:anna", ALL - {"Balie", "Zaal_1"}),
        ("step:active", {"Balie", "Kamer 2.14"}),
        ("step:provision", {"İstanbul"}),
        ("!step:disabled", {"Balie", "Kamer 2.14", "İstanbul"}),
        ("step:nonsense", set()),
        ("vendor:yealink", {"Zaal_1", "50% hal", "'; DROP TABLE phones; --"}),
        ("verdict:attention", {"50% hal", "İstanbul"}),
        ("verdict:waiting", {"Balie", "Kamer 2.14"}),
        ("!verdict:ok !verdict:waiting", {"50% hal", "İstanbul"}),
        ("verdict:nonsense", set()),
        ("!verdict:nonsense", ALL),
        ("reason:owned_elsewhere", {"İstanbul"}),
        ("firmware:66.86", {"50% hal"}),
        ("!firmware:66.86", ALL - {"50% hal"}),
        ("at:203.0.113.7", {"50% hal"}),
        ("at:203.0.113", set()),
        ("at:2001:db8:1:2:b::", {"'; DROP TABLE phones; --"}),  # another phone of the same network
        ("at:2001:DB8:1:2::/64", {"'; DROP TABLE phones; --"}),
        ("at:2001:db8:1:3::/64", set()),
        ("at:/64", set()),
        ("!at:203.0.113.7 vendor:yealink", {"Zaal_1", "'; DROP TABLE phones; --"}),
        ("room:4", set()),
        ("%", {"Kamer 2.14", "50% hal", "İstanbul"}),
        ("_", {"Kamer 2.14", "Zaal_1", "İstanbul"}),
        ("50%", {"50% hal"}),
        ("'", {"Kamer 2.14", "İstanbul", "'; DROP TABLE phones; --"}),
        ('"\'; drop table"', {"'; DROP TABLE phones; --"}),
        ("' OR 1=1 --", set()),
        ("\\", set()),
        ("*", set()),
        ("?", set()),
        ("[a]", set()),
        ("[", set()),
        ("x" * 100_000, set()),
        ("\0", set()),
        ("\udcff", set()),
    ],
)
def test_what_is_found(office: Office, text: str, names: set[str]) -> None:
    assert office.found(text) == names


def holds(term: Term, phone: Phone, office: Office) -> bool:
    """What a term means, in the plainest words."""
    short_name = office.short_names[phone.organisation_id]
    verdict = judge(phone, office.desk.clock()).kind
    fields = (phone.mac.hex, phone.name, phone.model, phone.vendor, phone.serial, phone.organisation, short_name)
    everything = "\n".join((*fields, phone.user)).casefold()
    text = term.text.casefold()
    meaning: dict[Field, Callable[[], bool]] = {
        Field.ANYTHING: lambda: any(spelling.casefold() in everything for spelling in term.spellings),
        Field.ORGANISATION: lambda: text in f"{phone.organisation} {short_name}".casefold(),
        Field.USER: lambda: phone.user_id is not None and text in phone.user.casefold(),
        Field.STEP: lambda: text == phone.step,
        Field.MODEL: lambda: text == phone.model.casefold(),
        Field.VENDOR: lambda: text == phone.vendor,
        Field.VERDICT: lambda: text == verdict,
        Field.SITE: lambda: phone.last_address != "" and site_of(text) == site_of(phone.last_address),
        Field.REASON: lambda: text == (phone.reason or ""),
        Field.FIRMWARE: lambda: text in (phone.firmware_installed or "") or text in (phone.firmware_selected or ""),
    }
    return meaning[term.field]() is not term.negated


WORDS = (
    *(
        "a1b2",
        "b2:c3",
        "anna",
        "jansen",
        "201",
        "D735",
        "t46s",
        "snom",
        "smit",
        "50%",
        "_",
        "'",
        "zaal",
        "1.77",
        "2.14",
    ),
    *("straße", "İ", "active", "disabled", "provision", "attention", "waiting", "ok", "owned_elsewhere"),
    *("66.86", "203.0.113.7"),
)
words = st.one_of(st.sampled_from(WORDS), st.text(st.characters(), max_size=4))
tokens = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "!"]),
    st.sampled_from(
        ["", "org:", "step:", "model:", "user:", "verdict:", "vendor:", "firmware:", "reason:", "at:", "x:"]
    ),
    st.one_of(words, words.map('"{}"'.format)),
)


@given(st.lists(tokens, max_size=3).map(" ".join))
def test_finds_what_a_plain_reading_finds(office: Office, text: str) -> None:
    query = parse_query(text)
    expected = {phone.mac for phone in office.phones if all(holds(term, phone, office) for term in query.terms)}
    page = office.desk.phones.page(query, 0, 100)
    assert {phone.mac for phone in page.phones} == expected
    assert page.total == len(expected) == sum(office.desk.phones.counts(query).values())
    assert {phone.mac for phone in office.desk.phones.all(query)} == expected


# -- order and windows -------------------------------------------------------------------------------------------------


def test_what_needs_attention_comes_first(office: Office) -> None:
    ranks = [judge(phone, office.desk.clock()).kind.rank for phone in office.phones]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == 3


def test_windows_join_without_gap_or_double(office: Office) -> None:
    windows = [office.desk.phones.page(Query(), offset, 4) for offset in (0, 4, 8)]
    assert [phone for window in windows for phone in window.phones] == list(office.phones)
    assert {window.total for window in windows} == {6}


def test_verdict_that_time_has_turned(office: Office, tmp_path: Path) -> None:
    """Also for somebody who may only look, and so cannot store it."""
    source = office.desk.environment.database
    with office.desk.store.database.read() as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(source, tmp_path / "test.db")
    later = FrozenClock()
    later.advance(timedelta(days=30))
    for read_only in (True, False):
        desk = open_desk(tmp_path, later, read_only=read_only)
        attention = desk.phones.counts(Query())[VerdictKind.ATTENTION]
        judged = [judge(phone, later()).kind for phone in desk.phones.all(Query())]
        assert attention == judged.count(VerdictKind.ATTENTION) == 6
        assert desk.phones.page(parse_query("verdict:attention"), 0, 1).total == 6
        assert desk.phones.page(parse_query("verdict:waiting"), 0, 1).total == 0
        desk.close()


# -- one phone by text -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["00:04:13:a1:b2:c3", "000413A1B2C3", "mac 0004.13a1.b2c3", "b2c3", "balie", "anna d735"]
)
def test_one_phone(office: Office, text: str) -> None:
    assert office.desk.phones.find(text).name == "Balie"


def test_no_phone(office: Office) -> None:
    with pytest.raises(NotFound, match="No phone with MAC 00:04:13:00:00:01 in environment test"):
        office.desk.phones.find("00:04:13:00:00:01")
    with pytest.raises(NotFound, match="No phone fits 'nobody'"):
        office.desk.phones.find("nobody")
    with pytest.raises(BadInput):
        office.desk.phones.find("  ")


def test_several_phones(office: Office) -> None:
    with pytest.raises(Ambiguous, match=r"2 phones fit 'anna'.*80:5e:c0:11:22:33.*name one by its MAC"):
        office.desk.phones.find("anna")


# -- what is searched follows every change -----------------------------------------------------------------------------


def test_search_follows_changes(desk: Helpdesk) -> None:
    def found(text: str) -> bool:
        return desk.phones.page(parse_query(text), 0, 1).total == 1

    phone = in_service(desk, name="Balie")
    anna = add_user(desk, phone.organisation_id, "201", "Anna")
    phone = desk.phones.change(phone, {"name": "Hal", "serial": "XYZ"})
    assert found("hal") and found("xyz") and not found("balie")
    desk.phones.log_in(phone, "201")
    assert found("anna") and found("user:201")
    desk.phones.log_out(desk.phones.get(phone.id))
    assert not found("anna")
    desk.phones.log_in(desk.phones.get(phone.id), "201")
    user = desk.store.directory.user(anna)
    assert user is not None
    with desk.store.write():
        desk.store.directory.save_user(replace(user, name="Bea", extension="202"))
        desk.store.phones.touch("user_id", anna, desk.clock())
    assert found("bea") and found("202") and not found("anna")
    desk.phones.remove(desk.phones.get(phone.id))
    assert not found("hal")
