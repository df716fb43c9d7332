"""`helpdesk-tui import …`"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from helpdesk_tui.backend import Helpdesk, Phone, Refused, Step
from helpdesk_tui.backend.use_cases.imports import Imported
from helpdesk_tui.cli.interrupt import stop_between
from helpdesk_tui.cli.session import Session

dry_run = click.option("--dry-run", is_flag=True, help="Check everything, change nothing.")
file_argument = click.argument("file", type=click.Path(dir_okay=False))


@click.group("import")
def import_command() -> None:
    """Import from CSV, TSV or JSON: all rows or none. A second run changes nothing."""


@import_command.command("organisations")
@file_argument
@dry_run
@click.pass_obj
def organisations(session: Session, file: str, dry_run: bool) -> None:
    """Import organisations with their common settings."""
    with session.tried() if dry_run else session.begun() as desk:
        _run(desk, desk.imports.organisations, file, dry_run, "organisation")


@import_command.command("users")
@file_argument
@dry_run
@click.pass_obj
def users(session: Session, file: str, dry_run: bool) -> None:
    """Import users; several rows with one extension are several identities."""
    with session.tried() if dry_run else session.begun() as desk:
        _run(desk, desk.imports.users, file, dry_run, "user")


@import_command.command("phones")
@file_argument
@dry_run
@click.option("--in-service", is_flag=True, help="These phones run on the platform already: register nothing.")
@click.pass_obj
def phones(session: Session, file: str, dry_run: bool, in_service: bool) -> None:
    """Import phones, then register the new ones at their manufacturers."""
    with session.tried() if dry_run else session.begun() as desk:
        imported = _run(desk, desk.imports.phones, file, dry_run, "phone", queue=not in_service)
        if imported.new_phones and not dry_run and not in_service:
            _register(desk, imported.new_phones)


def _run(
    desk: Helpdesk,
    run: Callable[[Path], Imported],
    file: str,
    dry_run: bool,
    what: str,
    queue: bool = False,
) -> Imported:
    path = Path(file)
    if dry_run:
        imported = desk.imports.try_out(run, path)
    else:
        with desk.context.write():
            imported = run(path)
            if queue:
                desk.registration.queue_activation(imported.new_phones)
    would = "would be " if dry_run else ""
    click.echo(
        f"{what}s: {imported.added} {would}added, {imported.changed} {would}changed, {imported.unchanged} unchanged."
    )
    return imported


def _register(desk: Helpdesk, phones: tuple[Phone, ...]) -> None:
    """Register with a progress bar; what is cancelled or fails stays queued."""
    failed = done = 0
    with (
        stop_between() as stopping,
        click.progressbar(
            length=len(phones), label="Registering", file=sys.stderr, hidden=not sys.stderr.isatty()
        ) as bar,
    ):
        for attempt in desk.registration.retry_many([phone.mac for phone in phones], stopping):
            failed += attempt is not None and not attempt.ok
            done += 1
            bar.update(1)
    if done < len(phones):
        raise Refused(f"Stopped: {len(phones) - done} phones are not registered yet: they wait for serve or maintain.")
    if failed:
        raise Refused(
            f"{failed} of {len(phones)} phones are not registered: they stay at step {Step.PROVISION.value}; "
            "'phone list --step provision' says why."
        )
