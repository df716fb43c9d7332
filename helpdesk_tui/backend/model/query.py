"""What an operator types in the search field, read into terms. Pure; the store turns terms into SQL."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from enum import StrEnum

from helpdesk_tui.backend.model.mac import find_mac


class Field(StrEnum):
    """What a term looks at."""

    ANYTHING = "anything"
    ORGANISATION = "org"
    STEP = "step"
    MODEL = "model"
    USER = "user"
    VERDICT = "verdict"
    VENDOR = "vendor"
    FIRMWARE = "firmware"
    REASON = "reason"
    SITE = "at"
    """The public address that the phone last fetched from."""


@dataclass(frozen=True, slots=True)
class Term:
    """One condition; all terms of a query must hold."""

    field: Field
    text: str
    """Lower case."""
    negated: bool = False

    @property
    def spellings(self) -> tuple[str, ...]:
        """The text; and bare of separators where it may be part of a MAC: `1.02` is a room as well as a fragment."""
        bare = re.sub(r"[:.-]", "", self.text)
        if self.field is Field.ANYTHING and bare != self.text and _MAC_PART.fullmatch(self.text):
            return self.text, bare
        return (self.text,)


@dataclass(frozen=True, slots=True)
class Query:
    """A search: all terms must hold. An empty query finds everything."""

    terms: tuple[Term, ...] = ()

    def with_term(self, field: Field, text: str) -> Query:
        """This query, narrowed by one more term."""
        return Query((*self.terms, Term(field, text.lower())))


LONGEST = 500
"""Characters of a search that are looked at: nobody types more."""

_ALIASES = {"organisation": Field.ORGANISATION, "organization": Field.ORGANISATION, "company": Field.ORGANISATION}
_FIELDS = {field.value: field for field in Field if field is not Field.ANYTHING} | _ALIASES
_WORD = re.compile(r'(!?)(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))', re.I)
_MAC_PART = re.compile(r"[:.-]?[0-9a-f]{1,6}(?:[:.-][0-9a-f]{1,6})*[:.-]?")


def parse_query(text: str) -> Query:
    """Read a search: words, `field:value` tokens (values may be quoted), `!` for not. Never fails."""
    whole = find_mac(text[:LONGEST])
    if whole is not None:
        return Query((Term(Field.ANYTHING, whole.hex),))
    found = tokens(text, _FIELDS)
    return Query(
        tuple(Term(_FIELDS.get(name, Field.ANYTHING), value.lower(), negated) for negated, name, value in found)
    )


def tokens(text: str, names: Container[str]) -> Iterator[tuple[bool, str, str]]:
    """What somebody typed, word by word: whether it has a `!` before it, its name (one of these, or empty), its value.

    A name that is not one of these is part of the value, and one that has no value yet is left out.
    """
    # A terminal hands bytes that are no text on as lone surrogates; databases end a text at NUL.
    text = text[:LONGEST].replace("\0", "?").encode("utf-8", "replace").decode()
    for negation, typed, quoted, plain in _WORD.findall(text):
        name, value = typed.lower(), quoted or plain
        if name not in names:
            name, value = "", f"{typed}:{value}" if typed else value
        unfinished = not name and value.endswith(":") and value.removesuffix(":").lower() in names
        if value.strip("!") and not unfinished:
            yield bool(negation), name, value
