"""A query of the search field as an SQL condition."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from helpdesk_tui.backend.model.query import Field, Query, Term
from helpdesk_tui.backend.model.site import site_of
from helpdesk_tui.backend.model.verdict import VerdictKind

# One condition for each field; every `?` is the term's text, after GLOB as a pattern.
CONDITIONS: dict[Field, str] = {
    Field.ANYTHING: "search_text GLOB ?",  # a quarter faster than instr
    Field.ORGANISATION: "organisation_id IN (SELECT id FROM organisations WHERE"
    " instr(casefold(name || ' ' || short_name), ?) > 0 OR '=' || short_name = ?)",  # =jansen: this one alone
    # The user is the first line; the first condition soon rules most phones out.
    Field.USER: "search_text GLOB ? AND instr(search_text, ?) BETWEEN 1 AND instr(search_text, char(10))",
    Field.STEP: "step = ?",
    Field.MODEL: "model = ? COLLATE NOCASE",
    Field.VENDOR: "vendor = ?",
    Field.FIRMWARE: "coalesce(instr(firmware_installed, ?), 0) > 0 OR coalesce(instr(firmware_selected, ?), 0) > 0",
    Field.REASON: "reason IS ?",
}


AT_ADDRESS = "last_address IN (SELECT value FROM json_each(?)) AND last_address <> ''"  # the index has only those
IN_NETWORK = "instr(last_address, ':') > 0 AND site_of(last_address) IN (SELECT value FROM json_each(?))"
"""At a site of IPv6, where each phone has an address of its own: few rows get as far as the function."""


IN_SEARCH_TEXT = frozenset({Field.ANYTHING, Field.USER})
"""What these look for stands in the search text."""

MOST_GROUPS = 30
"""Of a long text, this many groups narrow enough."""

# Few or none, found by their own index: `?` is the moment.
TURNED = "id IN (SELECT id FROM phones WHERE verdict_turns_at <= ?)"


def condition(query: Query, now: str) -> tuple[str, list[str]]:
    """` WHERE …` with its values for this query, or empty for all phones. `now` is a stored moment."""
    parts: list[str] = []
    values: list[str] = []
    for term in query.terms:
        text, new = _special(term, now) or _plain(term)
        parts.append(f"NOT ({text})" if term.negated else f"({text})")
        values += new
    return (f" WHERE {' AND '.join(parts)}" if parts else ""), values


def narrowing(query: Query) -> str | None:
    """What the search index must hold of every phone that this query finds; None: it cannot help.

    It narrows and does not decide: groups of three characters may stand in another order than in the word.
    """
    words: list[str] = []
    for term in query.terms:
        groups = [_groups(spelling.casefold()) for spelling in term.spellings]
        if term.field in IN_SEARCH_TEXT and not term.negated and all(groups):
            words.append(f"({' OR '.join(groups)})")
    return " AND ".join(words) or None


def _groups(text: str) -> str:
    groups = list(dict.fromkeys(text[start : start + 3] for start in range(len(text) - 2)))[:MOST_GROUPS]
    if not groups:
        return ""
    quoted = (group.replace('"', '""') for group in groups)
    return "(" + " AND ".join(f'"{group}"' for group in quoted) + ")"


def _special(term: Term, now: str) -> tuple[str, list[str]] | None:
    """Of the fields for which one condition is not enough."""
    if term.field is Field.VERDICT:
        return _verdict(term, now)
    return at_sites([term.text]) if term.field is Field.SITE else None


def at_sites(addresses: Iterable[str]) -> tuple[str, list[str]]:
    """The phones of the sites that these addresses belong to."""
    sites = {site_of(address) for address in addresses}
    networks = {site for site in sites if ":" in site}
    if not networks:
        return AT_ADDRESS, [json.dumps([*sites])]
    return f"({AT_ADDRESS}) OR ({IN_NETWORK})", [json.dumps([*(sites - networks)]), json.dumps([*networks])]


def _plain(term: Term) -> tuple[str, list[str]]:
    text = CONDITIONS[term.field]
    values: list[str] = []
    for spelling in (spelling.casefold() for spelling in term.spellings):
        values += [_anywhere(spelling)] if "GLOB ?" in text else []
        values += [spelling] * text.replace("GLOB ?", "").count("?")
    return " OR ".join([text] * len(term.spellings)), values


def _anywhere(text: str) -> str:
    """The pattern of whatever holds this text."""
    return "*" + re.sub(r"[*?[]", r"[\g<0>]", text) + "*"


def _verdict(term: Term, now: str) -> tuple[str, list[str]]:
    """The stored verdict, or `attention` once time alone has turned it."""
    if term.text == VerdictKind.ATTENTION.value:
        return f"verdict_rank = 0 OR {TURNED}", [now]
    ranks = {kind.value: kind.rank for kind in VerdictKind}
    return f"verdict_rank = {ranks.get(term.text, -1)} AND NOT {TURNED}", [now]
