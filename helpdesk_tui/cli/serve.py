"""`helpdesk-tui serve`"""

from __future__ import annotations

import logging
from pathlib import Path

import click

from helpdesk_tui.backend import ConfigurationProblem, Helpdesk
from helpdesk_tui.backend.use_cases.fetching import PLATFORM
from helpdesk_tui.cli.session import Session, is_missing

log = logging.getLogger(__name__)

existing_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0: a free one.")
@click.option("--tls-cert", type=existing_file, help="Certificate chain (PEM).")
@click.option("--tls-key", type=existing_file, help="Its private key (PEM).")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes.")
@click.option("--access-log", type=click.Path(dir_okay=False, path_type=Path), help="File instead of stderr.")
@click.pass_obj
def serve_command(
    session: Session,
    host: str,
    port: int,
    tls_cert: Path | None,
    tls_key: Path | None,
    workers: int,
    access_log: Path | None,
) -> None:
    """Serve settings and firmware to phones and the REST API, retry what failed, and keep the weekly deadline.

    Prints its base URL when it is ready. SIGTERM and SIGINT stop it gracefully.
    """
    from helpdesk_tui.backend.endpoint import server

    if bool(tls_cert) is not bool(tls_key):
        raise click.UsageError("--tls-cert and --tls-key belong together: give both.")
    if session.read_only:
        raise click.UsageError("serve writes down what phones fetch: start it without --read-only.")
    environment = session.environment()
    if not environment.database.parent.is_dir():
        raise ConfigurationProblem(f"The folder {environment.database.parent} does not exist: make it first.")
    server.log_to_stderr()
    if is_missing(environment.database):
        log.warning("the database %s does not exist: an empty one is begun", environment.database)
    listen = server.Listen(host, port, tls_cert, tls_key, access_log, rest_api=True)
    server.serve(lambda: Helpdesk(environment, PLATFORM), listen, workers, click.echo)
