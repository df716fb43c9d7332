"""How passwords of API users are kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from argon2 import extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.rights import ApiUser, Right, check_password, check_username
from helpdesk_tui.backend.use_cases import passwords


def test_hashes_are_slow_salted_and_of_the_recommended_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    once, again = passwords.hash_password("correct horse"), passwords.hash_password("correct horse")
    assert once != again
    assert extract_parameters(once) == replace(RFC_9106_LOW_MEMORY, parallelism=1)
    assert passwords.is_password(once, "correct horse")
    assert not passwords.is_password(once, "correct horsf")
    assert not passwords.is_password(None, "nobody's password")
    assert not passwords.is_password("damaged", "correct horse")
    assert not passwords.is_password(once, "\ud800")


@pytest.mark.parametrize("text", ["", "qwerty", "x" * 11, "x" * 257, "a line\nand another"])
def test_passwords_that_cannot_be_set(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        check_password(text)
    assert text not in str(refused.value) or not text


@pytest.mark.parametrize("text", ["", "a", "-anna", "anna jansen", "anna\n", "änna", "x" * 65, "a:b"])
def test_names_that_nobody_can_have(text: str) -> None:
    if text.strip() != text:
        text = f"x{text}x"
    with pytest.raises(BadInput):
        check_username(text)


def test_names_are_bare_or_with_the_domain_of_a_company() -> None:
    assert check_username(" Anna ") == "anna"
    assert check_username("anna@jansen.example") == "anna@jansen.example"


@pytest.mark.parametrize("everywhere", Right)
@pytest.mark.parametrize("here", Right)
def test_the_greater_right_counts(everywhere: Right, here: Right) -> None:
    """The table of the developers manual (compass.md, section 1.4)."""
    table = {
        (Right.NONE, Right.NONE): Right.NONE,
        (Right.NONE, Right.READ): Right.READ,
        (Right.NONE, Right.WRITE): Right.WRITE,
        (Right.READ, Right.NONE): Right.READ,
        (Right.READ, Right.READ): Right.READ,
        (Right.READ, Right.WRITE): Right.WRITE,
        (Right.WRITE, Right.NONE): Right.WRITE,
        (Right.WRITE, Right.READ): Right.WRITE,
        (Right.WRITE, Right.WRITE): Right.WRITE,
    }
    user = ApiUser(1, "anna", "", 7, everywhere, {7: here} if here is not Right.NONE else {})
    assert user.right_on(7) is table[everywhere, here]
    assert user.right_on(8) is everywhere
    for needed in Right:
        readable = user.organisations_with(needed)
        assert user.may(needed, 7) is (readable is None or 7 in readable or needed is Right.NONE)
