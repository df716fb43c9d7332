"""`helpdesk-tui doctor`"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import click

from helpdesk_tui.backend import Helpdesk, Refused, Vendor
from helpdesk_tui.backend.use_cases.documents import iso
from helpdesk_tui.backend.use_cases.services import Queue, ServiceReport
from helpdesk_tui.cli import output
from helpdesk_tui.cli.session import Session


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    text: str


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def doctor_command(session: Session, as_json: bool) -> None:
    """Check configuration, database and the manufacturers' services. Exits 1 when something is wrong."""
    if elsewhere := session.remote():
        from helpdesk_tui.cli import remote

        with remote.opened(session, elsewhere) as platform:
            remote.examine(session, platform, as_json)
        return
    with session.tried() as desk:
        reports = [(desk.manufacturers.report(vendor), desk.manufacturers.queue(vendor)) for vendor in Vendor]
        checks = [_configuration(session, desk), _database(session, desk), *(_service(*found) for found in reports)]
        deadline = desk.environment.weekly_deadline.after(desk.clock())
    ok = all(check.ok for check in checks)
    if as_json:
        output.print_json(
            {
                "ok": ok,
                "environment": desk.environment.name,
                "next_deadline": iso(deadline),
                "checks": [asdict(check) for check in checks],
                "services": [_document(*found) for found in reports],
            }
        )
    else:
        for check in checks:
            click.echo(f"{'ok      ' if check.ok else 'PROBLEM '} {check.name}: {output.printable(check.text)}")
        click.echo(f"ok       Next weekly deadline: {output.local(deadline)} ({desk.environment.weekly_deadline})")
    if not ok:
        raise Refused(f"Something is wrong: {', '.join(check.name for check in checks if not check.ok)}.")


def _configuration(session: Session, desk: Helpdesk) -> Check:
    where = session.configuration_file() or "no file: built-in defaults"
    return Check("Configuration", True, f"{where}; environment {desk.environment.name}")


def _database(session: Session, desk: Helpdesk) -> Check:
    path = session.environment().database
    if path != desk.environment.database:
        return Check("Database", False, f"{path} does not exist: 'import' and the screens begin a new one")
    problems = desk.store.database.problems()
    if problems:
        return Check("Database", False, f"{desk.environment.database} is damaged: {problems[0]}")
    phones = sum(desk.store.directory.phone_counts().values())
    return Check("Database", True, f"{desk.environment.database}, {phones:,} phones")


def _service(report: ServiceReport, queue: Queue) -> Check:
    waiting = f"{len(queue.jobs)} calls are waiting" if queue.jobs else "nothing is waiting"
    last = f"last success {output.local(queue.last_success)}" if queue.last_success else "no success yet"
    if not report.ok:
        return Check(report.label, False, " ".join(report.problems))
    account = f"account {report.account}" if report.account else "no account"
    ends = report.reach.certificate_ends if report.reach else None
    certificate = f"certificate until {ends:%Y-%m-%d}; " if ends else ""
    return Check(report.label, True, f"credentials accepted ({account}); {certificate}{waiting}; {last}")


def _document(report: ServiceReport, queue: Queue) -> dict[str, Any]:
    reach = report.reach
    difference = report.clock_difference
    return {
        "vendor": report.vendor.value,
        "label": report.label,
        "service": report.kind.value,
        "account": report.account or None,
        "ok": report.ok,
        "problems": list(report.problems),
        "host": reach.host if reach else None,
        "addresses": list(reach.addresses) if reach else [],
        "connected": reach.connected if reach else None,
        "certificate_ends": iso(reach.certificate_ends) if reach else None,
        "clock_difference_seconds": round(difference.total_seconds(), 1) if difference is not None else None,
        "credentials": _credentials(report),
        "last_success": iso(queue.last_success),
        "waiting": [
            {
                "mac": job.mac.colons,
                "job": job.call.value,
                "tries": job.tries,
                "next_try": iso(job.next_try),
                "reason": job.reason.value if job.reason else None,
                "reason_text": job.reason_text,
            }
            for job in queue.jobs
        ],
    }


def _credentials(report: ServiceReport) -> str | None:
    """`accepted`, the reason why not, or null when the service was not reached."""
    if report.failure:
        return report.failure.reason.value
    return None if report.reach and report.reach.problem else "accepted"
