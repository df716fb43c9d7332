"""Whatever JSON says, reading it never fails, and never takes one thing for another."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.backend.compass import fields
from helpdesk_tui.backend.compass.environment import Fact
from tests.backend.compass.conftest import FIELDS

MOMENT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HERE = "https://rest.example.net/phone/1"
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
KEYS = st.sampled_from(["self", "name", "theType", "hardware", "mac", "phoneType", "provisioningByVendor", "shortname"])
DOCUMENTS = st.dictionaries(KEYS | st.text(), VALUES | st.just(HERE) | st.just({"mac": "000413aabbcc"}), max_size=8)


@given(DOCUMENTS)
def test_any_object_is_read_and_what_is_kept_is_one_short_line(document: dict[str, Any]) -> None:
    listed = fields.listed_phone(document, "company", FIELDS, MOMENT)
    known = listed or fields.RemotePhone(HERE, "1", "company")
    whole = fields.whole_phone(document, known, FIELDS, MOMENT)
    fields.organisation(document, HERE, MOMENT)
    fields.user(document)
    fields.status(document, {Fact.ONLINE: "a.b.c"}, MOMENT)
    for kept in (whole.name, whole.model, whole.firmware, *whole.keys, whole.id):
        assert kept is None or (0 < len(kept) <= fields.LONGEST and "\n" not in kept)
        assert kept is None or kept.encode()


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("  two\r\n lines ", "two lines"),
        ("", None),
        (None, None),
        (True, "yes"),
        (12, "12"),
        ({"a": 1}, None),
        ([1], None),
        ("half \ud800", "half ?"),
        ("x" * 500, "x" * 200),
    ],
)
def test_a_value_is_one_line_or_unknown(value: object, read: str | None) -> None:
    assert fields.text(value) == read


@pytest.mark.parametrize(
    "path", ["hardware.mac", "mac", "a.b.c"], ids=["inside an object", "at the top", "a key with dots of its own"]
)
def test_a_dotted_path_finds_its_value(path: str) -> None:
    document = {"hardware": {"mac": "00:04:13:aa:bb:cc"}, "mac": "000413AABBCC", "a.b.c": "0004.13aa.bbcc"}
    found = fields.whole_phone(document, fields.RemotePhone(HERE, "1", "c"), {Fact.MAC: path}, MOMENT)
    assert str(found.mac) == "00:04:13:aa:bb:cc"


@pytest.mark.parametrize(
    "url",
    [
        "https://rest.example.net/phone/1",
        "https://rest.example.net:8443/phone/k%2F33",
        "http://127.0.0.1:8080/phone/1",
    ],
)
def test_addresses_that_can_be_followed(url: str) -> None:
    assert fields.is_plain_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "/phone/1",
        "ftp://rest.example.net/phone/1",
        "https://user@rest.example.net/phone/1",
        "https://rest.example.net/phone/1?x=y",
        "https://rest.example.net/phone/1#x",
        "https://rest.example.net/phone/../user/1",
        "https://rest.example.net/phone/%2e%2e/user/1",
        "https://rest.example.net\\@thief.example.com/",
        "https://rest.example.net/phone/1\nHost: thief",
        "https://rést.example.net/phone/1",
        "https://[::1/phone/1",
        "https://rest.example.net:port/phone/1",
        "https://",
        "",
        "x" * 2000,
    ],
)
def test_addresses_that_could_mean_something_else(url: str) -> None:
    assert not fields.is_plain_address(url)
    assert fields.listed_phone({"self": url}, "c", {}, MOMENT) is None


def test_a_list_entry_of_another_type_is_no_phone() -> None:
    assert fields.listed_phone({"self": HERE, "theType": "queue"}, "c", {}, MOMENT) is None
    assert fields.listed_phone({"self": HERE, "theType": "Phone"}, "c", {}, MOMENT) is not None


def test_a_list_that_tells_everything_needs_no_second_question() -> None:
    document = {"self": HERE, "name": "Balie", "mac": None}
    listed = fields.listed_phone(document, "c", {Fact.MAC: "mac"}, MOMENT)
    assert listed is not None and listed.complete and listed.mac is None
    more = fields.listed_phone(document, "c", {Fact.MAC: "mac", Fact.MODEL: "model"}, MOMENT)
    assert more is not None and not more.complete


def test_the_id_is_what_people_read_in_the_address() -> None:
    assert fields.id_of("https://rest.example.net/phone/k%2F33") == "k/33"
    assert fields.id_of("https://rest.example.net") == "?"
