"""`helpdesk-tui maintain`"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import click

from helpdesk_tui.backend import Attempt, Helpdesk, Refused
from helpdesk_tui.cli.output import printable
from helpdesk_tui.cli.session import Session


def read_moment(_: click.Context, __: click.Parameter, value: str | None) -> datetime | None:
    """A moment with its offset, in UTC. Raises BadParameter."""
    if value is None:
        return None
    example = "write it like 2026-03-04T00:00:00+01:00."
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no time: {example}") from None
    if moment.tzinfo is None:
        raise click.BadParameter(f"{value!r} has no offset: {example}")
    return moment.astimezone(UTC)


@click.command("maintain")
@click.option(
    "--now", metavar="ISO-TIME", callback=read_moment, help="Do what is due at this moment, instead of the present."
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--retry-refused", is_flag=True, help="Also try the calls that wait for a person.")
@click.pass_obj
def maintain_command(session: Session, now: datetime | None, dry_run: bool, retry_refused: bool) -> None:
    """One round of due retries, then of the weekly deadline: for a timer, where serve does not run."""
    with session.helpdesk((lambda: now) if now else None) as desk:
        if dry_run:
            _foretell(desk, retry_refused)
            return
        failed = _report(desk.maintenance.run())
        if retry_refused:
            failed += _report(desk.maintenance.retry_refused())
    if failed:
        raise Refused(f"{failed} of these failed and stay queued.")


def _foretell(desk: Helpdesk, retry_refused: bool) -> None:
    due = desk.maintenance.due()
    for job in (*due.retries, *(due.refused if retry_refused else ())):
        click.echo(f"{job.mac}  would {job.call.value} at {job.vendor.service_label}")
    for phone in due.expired:
        click.echo(f"{phone.mac}  would end its registration: the deadline was {phone.deadline:%Y-%m-%d %H:%M} UTC")


def _report(attempts: Iterable[Attempt]) -> int:
    """Print every attempt; how many failed."""
    failed = 0
    for attempt in attempts:
        failed += not attempt.ok
        click.echo(f"{attempt.mac}  {'done' if attempt.ok else 'failed'}  {printable(attempt.sentence)}")
    return failed
