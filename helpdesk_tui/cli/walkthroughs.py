"""`helpdesk-tui walkthrough …`"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from helpdesk_tui.backend import Helpdesk, NotFound, Run
from helpdesk_tui.backend.use_cases.documents import iso
from helpdesk_tui.cli.completion import complete_phones
from helpdesk_tui.cli.output import local, print_json, printable
from helpdesk_tui.cli.session import Session


@click.group("walkthrough")
def walkthrough_command() -> None:
    """Guided walkthroughs: check their files, list runs, print summaries for tickets."""


@walkthrough_command.command("check")
@click.argument("path", required=False, type=click.Path(), metavar="[FILE|FOLDER]")
@click.pass_obj
def check(session: Session, path: str | None) -> None:
    """Check the files in force, or FILE or FOLDER over those that travel with the program."""
    with session.helpdesk() as desk:
        problems = desk.walkthroughs.check(Path(path) if path else None)
    for problem in problems:
        click.echo(printable(str(problem)), err=True)
    if problems:
        sys.exit(1)
    click.echo("All walkthroughs are well.")


@walkthrough_command.command("list")
@click.argument("phone", required=False, shell_complete=complete_phones)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def list_runs(session: Session, phone: str | None, as_json: bool) -> None:
    """List the open runs or, with PHONE, all runs of that phone and the walkthroughs that are meant for it."""
    with session.helpdesk() as desk:
        found = desk.phones.find(phone) if phone else None
        runs = desk.walkthroughs.runs_of(found) if found else desk.walkthroughs.open_runs()
        rows = [(run, desk.walkthroughs.title(run), desk.walkthroughs.where(run)) for run in runs]
        if as_json:
            print_json([_document(*row) for row in rows])
            return
        for run, title, where in rows:
            when = local(run.changed_at)
            click.echo(
                f"{run.id:>5}  {run.mac}  {printable(title)}  {printable(where)}  {printable(run.operator)}  {when}"
            )
        if found:
            for each in desk.walkthroughs.offered(found):
                title = each.title.shown(desk.walkthroughs.language)
                about = each.about.shown(desk.walkthroughs.language)
                click.echo(f"       {printable(each.id)}: {printable(title)}. {printable(about)}")


def _document(run: Run, title: str, where: str) -> dict[str, object]:
    return {
        "run": run.id,
        "mac": run.mac.colons,
        "walkthrough": run.walkthrough,
        "title": title,
        "where": where,
        "operator": run.operator,
        "started": iso(run.started_at),
        "changed": iso(run.changed_at),
        "ended": iso(run.ended_at),
    }


@walkthrough_command.command("summary")
@click.argument("phone_or_run", metavar="PHONE|RUN", shell_complete=complete_phones)
@click.option("--markdown", is_flag=True, help="As Markdown.")
@click.pass_obj
def summary(session: Session, phone_or_run: str, markdown: bool) -> None:
    """Print the summary of the latest run of PHONE, or of RUN (its number in `list`), for a ticket."""
    with session.helpdesk() as desk:
        run = _run(desk, phone_or_run)
        click.echo(desk.walkthroughs.summary(run, markdown=markdown), nl=False)


def _run(desk: Helpdesk, text: str) -> Run:
    """The run of this number, else the latest of this phone. Raises NotFound or Ambiguous."""
    if text.isdecimal() and len(text) < 10:
        try:
            return desk.walkthroughs.get(int(text))
        except NotFound:
            pass  # the last digits of a MAC may be digits only
    runs = desk.walkthroughs.runs_of(desk.phones.find(text))
    if not runs:
        raise NotFound("No walkthrough was ever begun with this phone: `walkthrough list PHONE` says which there are.")
    return runs[0]
