"""Which text may be entered at all."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.text import plain_text


@given(st.text(st.characters(), max_size=200))
@example("\ud800")
@example("￾")
@example("\x85")
@example("\u2028")
def test_what_passes_can_be_carried(text: str) -> None:
    try:
        passed = plain_text("name", text)
    except BadInput as error:
        assert str(error).startswith("name: ")
        return
    assert len(passed) <= 128
    assert len(passed.splitlines()) <= 1
    assert passed == passed.strip(" ")
    element = ElementTree.Element("name")
    element.text = passed
    assert (ElementTree.fromstring(ElementTree.tostring(element)).text or "") == passed


@pytest.mark.parametrize("text", ["Café ☕ 日本", "Ünïcode", 'a <b> & "c" \\', "  around  "])
def test_names_of_people_pass(text: str) -> None:
    assert plain_text("name", text) == text.strip()


@pytest.mark.parametrize(
    ("text", "why"),
    [("a\nb", "line break"), ("a\rb", "line break"), ("a\tb", "tab"), ("a\0b", "NUL"), ("\x1b[31m", "U+001B")],
)
def test_says_what_is_wrong(text: str, why: str) -> None:
    with pytest.raises(BadInput, match=why.replace("+", r"\+")):
        plain_text("name", text)


def test_length() -> None:
    assert plain_text("name", "x" * 64, 64)
    with pytest.raises(BadInput, match="65 characters are too many: at most 64"):
        plain_text("name", "x" * 65, 64)
