from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.backend.manufacturers.words import LONGEST, clean, secret_parts

URL = "https://user:pa55@prov.example.test/t/Zk3v9qLxw2RtY7aBcDeFgH/?key=abcd"


@given(st.text(max_size=400))
def test_any_text_becomes_one_short_printable_line(text: str) -> None:
    line = clean(text)
    if line is not None:
        assert 0 < len(line) <= LONGEST
        assert not [c for c in line if unicodedata.category(c)[0] == "C"]
        assert line == line.strip()


@given(st.text(max_size=300), st.text(max_size=300), st.text("abcXYZ019-_%/+", min_size=8, max_size=40))
def test_a_secret_never_survives(before: str, after: str, secret: str) -> None:
    assert secret.lower() not in (clean(f"{before} {secret} {after}", [secret]) or "").lower()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Error:Invalid MAC(s):00-15-65-AA-BB-CC", "Error:Invalid MAC(s):00-15-65-AA-BB-CC"),
        ("taken_mac_or_forbidden", "taken_mac_or_forbidden"),
        ("see https://prov.example.test/t/secret/ ok", "see https://prov.example.test/••• ok"),
        ("ftp://joe:pw@host.test", "ftp://•••@host.test"),
        ("token eyJhbGciOiJIUzI1NiJ9abc expired", "token ••• expired"),
        ("a\x1b[31mb\r\n\tc\u202e", "a [31mb c"),
        (" \n ", None),
    ],
)
def test_what_operators_read(said: str, shown: str | None) -> None:
    assert clean(said) == shown


@pytest.mark.parametrize("part", [URL, "/t/Zk3v9qLxw2RtY7aBcDeFgH/", "Zk3v9qLxw2RtY7aBcDeFgH", "key=abcd", "pa55"])
def test_every_secret_part_of_our_address_is_masked(part: str) -> None:
    assert part not in (clean(f"bad value {part} here", secret_parts(URL)) or "")
    assert part.upper() not in (clean(f"bad value {part.upper()} here", secret_parts(URL)) or "")


def test_endless_words_are_cut_in_no_time() -> None:
    assert clean("a" * 1_000_000) is None
    assert len(clean("word " * 200_000) or "") <= LONGEST
