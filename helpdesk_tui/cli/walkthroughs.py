"""`helpdesk-tui walkthrough …`"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from helpdesk_tui.backend import FIX, Helpdesk, NotFound, Run
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
    with session.tried() as desk:
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


@walkthrough_command.command("show")
@click.argument("phone_or_run", metavar="PHONE|RUN", shell_complete=complete_phones)
@click.option("--plain", "as_sentences", is_flag=True, help="As sentences, for a screen reader or a log.")
@click.pass_obj
def show(session: Session, phone_or_run: str, as_sentences: bool) -> None:
    """Show where the latest run of PHONE, or RUN, stands: its steps, what to say and do, and what is seen."""
    from helpdesk_tui.cli import plain

    with session.helpdesk() as desk:
        view = desk.walkthroughs.look(_run(desk, phone_or_run))
        language = desk.walkthroughs.language
        if as_sentences:
            sentences = [
                plain.heading(view, language),
                *plain.way_sentences(view, language),
                *plain.step_sentences(view, language),
                *plain.evidence_sentences(desk, view),
            ]
            click.echo("\n".join(map(plain.plain, sentences)))
            return
        click.echo(printable(plain.heading(view, language)))
        for number, entry in enumerate(view.standing.way, 1):
            click.echo(f"{number:>3}  {entry.state.value:<8}  {printable(entry.step.title.shown(language))}")
        for sentence in (*plain.step_sentences(view, language), *plain.evidence_sentences(desk, view)):
            click.echo(printable(sentence))


@walkthrough_command.command("run")
@click.argument("phone", shell_complete=complete_phones)
@click.argument("walkthrough", default=FIX)
@click.option("--plain", "line_by_line", is_flag=True, help="Line by line, with choices by number, without a screen.")
@click.pass_obj
def run_walkthrough(session: Session, phone: str, walkthrough: str, line_by_line: bool) -> None:
    """Go through WALKTHROUGH with the caller, from where its open run stands. `list PHONE` says which there are."""
    with session.helpdesk() as desk:
        found = desk.phones.find(phone)
        if not line_by_line:
            from helpdesk_tui.cli.screens import show_walkthrough

            show_walkthrough(session, desk, found, walkthrough)
            return
        from helpdesk_tui.cli.play import Player

        Player(desk, desk.walkthroughs.resume_or_start(found, walkthrough)).play()


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
