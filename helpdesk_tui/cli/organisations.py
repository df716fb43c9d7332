"""`helpdesk-tui organisation …`"""

from __future__ import annotations

from typing import Any

import click

from helpdesk_tui.backend import COMMON_SETTINGS, Organisation
from helpdesk_tui.cli import output
from helpdesk_tui.cli.session import Session

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group("organisation")
def organisation_command() -> None:
    """Organisations with their common settings. NAME is a name, a short name, or a part that fits one only."""


@organisation_command.command("list")
@as_json
@click.pass_obj
def list_organisations(session: Session, as_json: bool) -> None:
    """List organisations with their number of phones."""
    if elsewhere := session.remote():
        from helpdesk_tui.cli import remote

        with remote.opened(session, elsewhere) as platform:
            remote.list_organisations(platform, as_json)
        return
    with session.helpdesk() as desk:
        found = desk.organisations.all()
    if as_json:
        output.print_json([{**_document(organisation), "phones": phones} for organisation, phones in found])
        return
    for organisation, phones in found:
        click.echo(f"{organisation.short_name:<12}  {phones:>6,} phones  {output.printable(organisation.name)}")


@organisation_command.command("show")
@click.argument("name")
@as_json
@click.pass_obj
def show(session: Session, name: str, as_json: bool) -> None:
    """Show the common settings of an organisation."""
    with session.helpdesk() as desk:
        organisation = desk.phones.organisation_named(name)
        phones = desk.organisations.phones(organisation)
    if as_json:
        output.print_json({**_document(organisation), "phones": phones})
        return
    for column, value in _document(organisation).items():
        click.echo(f"{column}: {output.printable(value)}")
    click.echo(f"phones: {phones}")


@organisation_command.command("set")
@click.argument("name")
@click.argument("column")
@click.argument("value")
@click.option("--dry-run", is_flag=True, help="Say how many phones would get another file; change nothing.")
@click.pass_obj
def set_value(session: Session, name: str, column: str, value: str, dry_run: bool) -> None:
    """Change one common setting; COLUMN as in import files."""
    with session.helpdesk() as desk:
        organisation = desk.phones.organisation_named(name)
        if dry_run:
            effect = desk.organisations.effect(organisation, column, value)
            click.echo(f"{effect.changed} of {effect.phones} phones would get another settings file.")
            return
        changed = desk.organisations.change(organisation, column, value)
    click.echo(f"{output.printable(changed.name)}: {'done' if changed != organisation else 'nothing to change'}.")


def _document(organisation: Organisation) -> dict[str, Any]:
    values = {setting.column: setting.value(organisation) for setting in COMMON_SETTINGS}
    return {"organisation": values.pop("organisation"), "short_name": organisation.short_name, **values}
