"""`helpdesk-tui organisation …`"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from helpdesk_tui.backend import COMMON_SETTINGS, Helpdesk, ListedOrganisation, Organisation
from helpdesk_tui.backend.model.validation import ORGANISATION
from helpdesk_tui.cli import output
from helpdesk_tui.cli.completion import complete_organisations
from helpdesk_tui.cli.phones import agree
from helpdesk_tui.cli.session import Session

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")

Command = TypeVar("Command", bound=Callable[..., Any])


def values_of(*columns: str) -> Callable[[Command], Command]:
    """An option `--sip-host` for each column such as `sip_host`."""

    def decorate(command: Command) -> Command:
        for column in reversed(columns):
            command = click.option(f"--{column.replace('_', '-')}", column)(command)
        return command

    return decorate


@click.group("organisation")
def organisation_command() -> None:
    """Organisations with their common settings. NAME is a name, a short name, or a part that fits one only."""


@organisation_command.command("list")
@click.argument("text", nargs=-1)
@as_json
@click.pass_obj
def list_organisations(session: Session, text: tuple[str, ...], as_json: bool) -> None:
    """List organisations and how their phones are. TEXT: words that name and short name must hold."""
    if elsewhere := session.remote():
        from helpdesk_tui.cli import remote

        with remote.opened(session, elsewhere) as platform:
            remote.list_organisations(platform, text, as_json)
        return
    with session.helpdesk() as desk:
        found = _all(desk, " ".join(text))
    if as_json:
        output.print_json([{**_document(each.organisation), **_counts(each)} for each in found])
        return
    for each in found:
        counts = "  ".join(f"{count:>5,} {name}" for name, count in _counts(each).items())
        click.echo(f"{each.organisation.short_name:<12}  {counts}  {output.printable(each.organisation.name)}")


def _all(desk: Helpdesk, text: str) -> list[ListedOrganisation]:
    found: list[ListedOrganisation] = []
    while page := desk.organisations.page(text, len(found), 1000).organisations:
        found += page
    return found


@organisation_command.command("show")
@click.argument("name", shell_complete=complete_organisations)
@as_json
@click.pass_obj
def show(session: Session, name: str, as_json: bool) -> None:
    """Show the common settings of an organisation, and how its phones are."""
    with session.helpdesk() as desk:
        organisation = desk.phones.organisation_named(name)
        counts = _counts(desk.organisations.listed(organisation.id))
    if as_json:
        output.print_json({**_document(organisation), **counts})
        return
    for column, value in (_document(organisation) | counts).items():
        click.echo(f"{column}: {output.printable(str(value))}")


@organisation_command.command("add")
@click.argument("name")
@values_of(*(column for column in ORGANISATION if column != "organisation"))
@click.pass_obj
def add(session: Session, /, name: str, **values: str | None) -> None:
    """Add an organisation; what is not given is as in an import."""
    with session.begun() as desk:
        given = {column: value for column, value in values.items() if value is not None}
        added = desk.organisations.add({"organisation": name, **given})
    click.echo(f"{output.printable(added.name)}: added as {added.short_name}.")


@organisation_command.command("set")
@click.argument("name", shell_complete=complete_organisations)
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


@organisation_command.command("remove")
@click.argument("name", shell_complete=complete_organisations)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def remove(session: Session, name: str, yes: bool) -> None:
    """Remove an organisation that has no phones, with its users; its history stays."""
    with session.helpdesk() as desk:
        organisation = desk.phones.organisation_named(name)
        loss = desk.organisations.loss(organisation)
        if not yes and desk.organisations.against_removal(organisation, loss) is None:
            agree(
                f"Remove {output.printable(organisation.name)} with its common settings from {desk.environment.name}?"
                f" {loss.sentence}"
            )
        desk.organisations.remove(organisation, loss)
    click.echo(f"{output.printable(organisation.name)}: removed.")


def _document(organisation: Organisation) -> dict[str, Any]:
    values = {setting.column: setting.value(organisation) for setting in COMMON_SETTINGS}
    return {"organisation": values.pop("organisation"), "short_name": organisation.short_name, **values}


def _counts(listed: ListedOrganisation) -> dict[str, int]:
    verdicts = {kind.value: count for kind, count in listed.verdicts.items()}
    return {"phones": listed.phones, **verdicts, "users": listed.users}
