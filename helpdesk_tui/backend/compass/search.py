"""Which of the phones that were read fit a search. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from helpdesk_tui.backend.compass.environment import Fact
from helpdesk_tui.backend.compass.fields import RemoteOrganisation, RemotePhone
from helpdesk_tui.backend.model.query import Field, Query, Term

FACTS = {Field.MODEL: Fact.MODEL, Field.STEP: Fact.STEP, Field.FIRMWARE: Fact.FIRMWARE}
"""Fields that can be searched when the field map names them."""


def not_searchable(query: Query, fields: Mapping[Fact, str]) -> tuple[str, ...]:
    """The fields of this search that nothing is known of here, by name."""
    always = (Field.ANYTHING, Field.ORGANISATION)
    asked = dict.fromkeys(term.field for term in query.terms if term.field not in always)
    return tuple(field.value for field in asked if FACTS.get(field) not in fields)


def fits(phone: RemotePhone, organisation: RemoteOrganisation | None, query: Query) -> bool:
    """Whether all terms hold. What is not known holds no term, so its negation does."""
    return all(_holds(term, phone, organisation) is not term.negated for term in query.terms)


def _holds(term: Term, phone: RemotePhone, organisation: RemoteOrganisation | None) -> bool:
    places = _places(term.field, phone, organisation)
    if term.field is Field.STEP:  # `provision` is no part of `deprovision`
        return term.text in places
    if term.field is Field.ORGANISATION and term.text.startswith("="):  # `=jansen`: this one alone
        return term.text[1:] in places
    return any(spelling in place for spelling in term.spellings for place in places)


def _places(field: Field, phone: RemotePhone, organisation: RemoteOrganisation | None) -> list[str]:
    """The texts that a term of this field is looked for in, lower case."""
    owner = (organisation.name, organisation.short_name, organisation.id) if organisation else ()
    if field is Field.ORGANISATION:
        found: tuple[str | None, ...] = owner
    elif field is Field.ANYTHING:
        mac = (phone.mac.hex, phone.mac.colons) if phone.mac else ()
        found = (phone.name, phone.id, phone.model, phone.firmware, *mac, *owner)
    else:
        fact = FACTS.get(field)
        found = (phone.value(fact),) if fact else ()
    return [text.lower() for text in found if text]
