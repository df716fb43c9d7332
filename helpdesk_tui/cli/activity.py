"""`helpdesk-tui activity`"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path

import click

from helpdesk_tui.backend import BadInput, EventKind, EventQuery, Form, Helpdesk, read_since, read_until
from helpdesk_tui.backend.model.event_query import EventField, EventTerm
from helpdesk_tui.backend.model.mac import find_mac
from helpdesk_tui.cli import output
from helpdesk_tui.cli.completion import complete_organisations
from helpdesk_tui.cli.files import private_file
from helpdesk_tui.cli.session import Session

ON_A_SCREEN = 200
"""Lines that are printed unless --limit says otherwise; --csv and --json print everything."""


@click.command("activity")
@click.argument("search", nargs=-1)
@click.option("--operator", help="Who did it: a name or a part of names.")
@click.option("--organisation", help="For whom: a name or a part of names.", shell_complete=complete_organisations)
@click.option("--kind", help="What: one or several of the kinds below or parts of them, with commas between.")
@click.option("--since", help="From when: 30min, 3h, 2d, 1w, today, yesterday, a date, or ISO 8601.")
@click.option("--until", help="To when, in the same ways; of a day its end.")
@click.option("--phone", help="A phone, also one that was removed, by its MAC.")
@click.option("--json", "form", flag_value=Form.JSON.value, help="Print one JSON array.")
@click.option("--csv", "form", flag_value=Form.CSV.value, help="Print a table for spreadsheets.")
@click.option("--output", "target", type=click.Path(dir_okay=False), help="Write to this file, readable by you alone.")
@click.option("--limit", type=click.IntRange(min=1), help=f"At most so many [{ON_A_SCREEN}; of --csv and --json all].")
@click.pass_obj
def activity_command(
    session: Session,
    search: tuple[str, ...],
    operator: str | None,
    organisation: str | None,
    kind: str | None,
    since: str | None,
    until: str | None,
    phone: str | None,
    form: str | None,
    target: str | None,
    limit: int | None,
) -> None:
    """What happened to phones and organisations, newest first. SEARCH as on the screen: words, by: org: kind: since:

    Times are printed in ISO 8601 with offset. In a table (--csv), a cell that a spreadsheet would take for a formula
    (it begins with = + - @) has an apostrophe before it.
    """
    with session.helpdesk() as desk:
        query = desk.activity.query(" ".join(search))
        for field, text in ((EventField.OPERATOR, operator), (EventField.ORGANISATION, organisation)):
            query = _narrowed(query, field, text)
        query = _narrowed(query, EventField.KIND, kind)
        query = _narrowed(query, EventField.MAC, _mac(desk, phone) if phone else None)
        now = desk.clock()
        query = replace(
            query,
            since=read_since(since, now) if since is not None else query.since,
            until=read_until(until, now) if until is not None else query.until,
        )
        if problem := query.problem or desk.activity.unknown(query):
            raise BadInput(problem)
        with _writer(target) as write:
            if form is not None:
                desk.activity.export(query, Form(form), write, limit)
                return
            for event in islice(desk.activity.events(query), limit or ON_A_SCREEN):
                who, whose = output.printable(event.operator), output.printable(event.organisation)
                which = event.mac.colons if event.mac else "-"
                about = f"{event.kind.value}: {output.printable(event.text)}"
                when = event.at.astimezone().isoformat(timespec="seconds")
                write(f"{when}  {who}  {which}  {whose or '-'}  {about}\n")


def _kinds() -> str:
    return ", ".join(kind.value for kind in EventKind)


activity_command.epilog = f"Kinds: {_kinds()}."


def _narrowed(query: EventQuery, field: EventField, text: str | None) -> EventQuery:
    if text is None:
        return query
    if not text.strip():
        raise BadInput(f"{field.value}: write a name, or leave the option out.")
    return replace(query, terms=(*query.terms, EventTerm(field, text.strip().casefold())))


def _mac(desk: Helpdesk, text: str) -> str:
    """The digits of the MAC of this phone. Raises NotFound or Ambiguous."""
    mac = find_mac(text)
    return (mac or desk.phones.find(text).mac).hex


@contextmanager
def _writer(target: str | None) -> Iterator[Callable[[str], object]]:
    if target is None:
        yield lambda text: click.echo(text, nl=False)
        return
    with private_file(Path(target)) as file:
        yield lambda text: file.write(text.encode())
