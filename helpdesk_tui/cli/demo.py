"""`helpdesk-tui demo`"""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from helpdesk_tui.cli.session import Session
from helpdesk_tui.operators import account_name

if TYPE_CHECKING:
    from helpdesk_tui.backend import Helpdesk

ANSWER_TIME = 0.6
"""Seconds that a simulated service takes, so that waiting for an answer can be seen."""


@click.command("demo")
@click.option("--create", type=click.Path(), metavar="FILE", help="Write the demo database to FILE and open nothing.")
@click.pass_obj
def demo_command(session: Session, create: str | None) -> None:
    """Try everything on throw-away data; nothing leaves the machine."""
    if create is not None:
        write_demo(Path(create))
        click.echo(f"{create}: written; open it with: helpdesk-tui --database {create}")
        return
    import os

    from helpdesk_tui.backend import Helpdesk
    from helpdesk_tui.backend.demo import demo_environment
    from helpdesk_tui.backend.virtual_phone.caller import Caller
    from helpdesk_tui.cli.screens import run_screens
    from helpdesk_tui.terminal import check_terminal

    check_terminal(os.environ)
    with TemporaryDirectory(prefix="helpdesk-tui-demo-") as folder:
        path = Path(folder) / "demo.db"
        write_demo(path)
        desk = Helpdesk(demo_environment(path), account_name(), read_only=session.read_only)
        caller = Caller(desk)
        try:
            simulate(desk)
            run_screens(session, desk, caller=caller)
        finally:
            caller.close()
            desk.close()


def write_demo(path: Path) -> None:
    """Write the demo database as of now; half a file is never left behind. Raises Refused when the file exists."""
    from helpdesk_tui.backend import Refused
    from helpdesk_tui.backend.demo import create_demo
    from helpdesk_tui.backend.store import utc_now

    if path.exists() or path.is_symlink():
        raise Refused(f"{path} exists already: name a file that does not, or remove it first.")
    try:
        create_demo(path, utc_now())
    except BaseException:
        for part in ("", "-wal", "-shm"):
            path.with_name(path.name + part).unlink(missing_ok=True)
        raise


def simulate(desk: Helpdesk) -> None:
    """Let the simulated services take their time, and go on refusing the phones that belong to another account."""
    from helpdesk_tui.backend import Field, Query, Reason, Vendor
    from helpdesk_tui.backend.manufacturers.simulated import SimulatedService

    elsewhere = desk.phones.all(Query().with_term(Field.REASON, Reason.OWNED_ELSEWHERE.value))
    for vendor in Vendor:
        service = desk.services.of(vendor)
        assert isinstance(service, SimulatedService)
        service.owned_elsewhere.update(phone.mac for phone in elsewhere if phone.vendor is vendor)
        service.delay = lambda: time.sleep(ANSWER_TIME)
