"""What is said of sites, and of who is answered slowly: on the screen of sites and on that of services."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from textual.content import Content

from helpdesk_tui.backend import Failures, Phone, Silence, SubjectKind, Whereabouts
from helpdesk_tui.themes import symbols
from helpdesk_tui.widgets.row_list import Cell
from helpdesk_tui.widgets.text import fit, safe
from helpdesk_tui.widgets.times import same_day, short_span, when

OF_PHONES = frozenset({SubjectKind.ADDRESS, SubjectKind.MAC})
"""Failures of what asks like a phone; the others are logins."""

NOBODY = {
    SubjectKind.ADDRESS: "No phone of ours has fetched from there.",
    SubjectKind.MAC: "No phone of ours has this MAC.",
}


def whose(place: Whereabouts) -> Cell:
    """Whose phones are there, in a few words; hostile text."""
    if place.site:
        first, *others = place.site.organisations
        return (first, f"+{len(others)}") if others else first
    if place.phone:
        return ", ".join(filter(None, (place.phone.user or place.phone.name, place.phone.organisation)))
    return "stranger" if place.failures and place.failures.kind in OF_PHONES else "the REST API"


def behind(place: Whereabouts) -> str:
    """Whose phones are there, in full, and how many."""
    if place.phone:
        return f"A phone of {safe(place.phone.organisation)}"
    if place.site is None:
        return NOBODY.get(place.failures.kind, "") if place.failures else ""
    number, names = place.site.phones, ", ".join(map(safe, place.site.organisations))
    return f"{number:,} phone{'s' if number != 1 else ''} of {names}"


def state(place: Whereabouts, now: datetime) -> str:
    """How it is there, in shape and word."""
    shown, failures, site = symbols(), place.failures, place.site
    if failures and failures.throttled_until and failures.throttled(now):
        return f"{shown.attention} slowed until {when(failures.throttled_until, now)}"
    if site and site.silence:
        since = site.silence.since
        long = f"since {when(since, now)}" if same_day(since, now) else f"for {short_span(now - since)}"
        return f"{shown.attention} silent {long}"
    if failures:
        return f"{failures.count} failure{'s' if failures.count != 1 else ''}"
    if site and site.fetching(now):
        return f"{shown.ok} fetching"
    return f"{shown.waiting} awaited"


def why(place: Whereabouts, now: datetime) -> Content:
    """Why it is so, what is most urgent first."""
    lines: list[Content] = []
    if place.failures:
        lines.append(_failed(place.failures, now))
    silence = place.site.silence if place.site else None
    if silence:
        lines.append(Content.styled(f"{symbols().attention} {_silent(silence, now)}", "$attention"))
    elif place.site and not place.site.fetching(now):
        lines.append(Content("Nobody here has fetched for hours, but that proves nothing yet: see the phones."))
    return Content("\n").join(lines)


def _failed(failures: Failures, now: datetime) -> Content:
    asked = f"{safe(failures.what)} since {when(failures.first_at, now)}, the last for {safe(failures.last_file)}."
    if failures.kind not in OF_PHONES:
        asked = f"{safe(failures.what)} since {when(failures.first_at, now)}."
    if failures.throttled_until and failures.throttled(now):
        until = f"{symbols().attention} Slowed down until {when(failures.throttled_until, now)}: "
        return Content.assemble((until, "bold $attention"), (f"{asked} {failures.spared}", "$attention"))
    return Content(asked)


def _silent(silence: Silence, now: datetime) -> str:
    since = when(silence.since, now)
    if not silence.several:
        return f"The phone that was in use here has not fetched since {since}: two of its fetches are missing."
    late = "all" if silence.late == silence.phones else f"{silence.late} of the"
    return (
        f"Nobody here has fetched since {since}: {late} {silence.phones} phones that were fetching then should have"
        " asked again. Ask about power and internet there."
    )


def phone_lines(phones: Sequence[Phone], now: datetime) -> list[Content]:
    """A line for each phone, with its last fetch; and with its organisation, where there are several."""
    several = len({phone.organisation for phone in phones}) > 1
    return [Content(_phone_line(phone, now) + (f", {safe(phone.organisation)}" if several else "")) for phone in phones]


def _phone_line(phone: Phone, now: datetime) -> str:
    seen = when(phone.last_seen, now) if phone.last_seen else "never"
    who = phone.user or phone.name or symbols().none
    return f"  {fit(seen, 12, right=True)}  {phone.mac}  {fit(phone.model, 6)}  {safe(who)}"
