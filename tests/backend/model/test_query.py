"""What is typed in the search field."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.backend.model.query import Field, Query, Term, parse_query

ANY = Field.ANYTHING


def term(text: str, field: Field = ANY, negated: bool = False) -> Term:
    return Term(field, text, negated)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", ()),
        ("   ", ()),
        ("Jansen", (term("jansen"),)),
        ("anna  jansen", (term("anna"), term("jansen"))),
        ('"Anna Jansen"', (term("anna jansen"),)),
        ('"anna jan', (term("anna jan"),)),
        ("!jansen", (term("jansen", negated=True),)),
        ("!", ()),
        ("!!", ()),
        ("step:active", (term("active", Field.STEP),)),
        ("STEP:Active", (term("active", Field.STEP),)),
        ("!step:disabled", (term("disabled", Field.STEP, True),)),
        ('org:"Bakkerij Jansen" d735', (term("bakkerij jansen", Field.ORGANISATION), term("d735"))),
        ("company:x", (term("x", Field.ORGANISATION),)),
        ("at:2001:DB8:1::/64", (term("2001:db8:1::/64", Field.SITE),)),
        ("verdict:attention", (term("attention", Field.VERDICT),)),
        ("org:", ()),  # still being typed
        ('org:""', ()),
        ("!org:", ()),
        ("room:4", (term("room:4"),)),
        ("%_'; DROP TABLE phones; --", (term("%_';"), term("drop"), term("table"), term("phones;"), term("--"))),
        ("00:04:13:A1:B2:C3", (term("000413a1b2c3"),)),
        ("MAC: 0004.13a1.b2c3", (term("000413a1b2c3"),)),
        ("00 04 13 a1 b2 c3", (term("000413a1b2c3"),)),
        ("\udcff", (term("?"),)),
    ],
)
def test_what_it_is_read_as(text: str, terms: tuple[Term, ...]) -> None:
    assert parse_query(text).terms == terms


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        *(
            ("b2:c3", "b2c3"),
            ("B2-C3", "b2c3"),
            ("13a1.b2c3", "13a1b2c3"),
            ("de:ad", "dead"),
            ("000413-a1b2", "000413a1b2"),
        ),
        *((":b2:c3", "b2c3"), ("b2:c3:", "b2c3"), ("2.14", "214")),
    ],
)
def test_part_of_a_mac_is_also_searched_bare(text: str, bare: str) -> None:
    (found,) = parse_query(text).terms
    assert found.spellings == (text.lower(), bare)


@pytest.mark.parametrize("text", ["b2c3", "jan-willem", "zaal", "!2", 'org:"1.2"', "step:de-ad"])
def test_other_words_have_one_spelling(text: str) -> None:
    (found,) = parse_query(text).terms
    assert found.spellings == (found.text,)


@given(st.text(st.characters()))
def test_any_text_is_a_query(text: str) -> None:
    for found in parse_query(text).terms:
        assert found.text.strip()
        found.text.encode()


def test_narrowing() -> None:
    assert parse_query("anna").with_term(Field.STEP, "Active") == Query((term("anna"), term("active", Field.STEP)))
