"""`helpdesk-tui web`"""

from __future__ import annotations

import os
import sys

import click

from helpdesk_tui.backend import Refused
from helpdesk_tui.cli.session import Session
from helpdesk_tui.configuration import is_loopback

WARNING = (
    "Whoever reaches this address, every account of this machine included, works as {account}: offer it only behind "
    "a proxy that asks for a login, never to a network as it is."
)


@click.command("web")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: a free one.")
@click.option("--public-url", default="", metavar="URL", help="Where a proxy offers it to browsers.")
@click.option("--operator-header", default="", metavar="NAME", help="Header in which the proxy says who logged in.")
@click.pass_obj
def web_command(session: Session, host: str, port: int, public_url: str, operator_header: str) -> None:
    """Show the screens in browsers; each tab is a session of its own.

    It has no login: a proxy in front of it must ask for one. Global options hold for every session.
    """
    try:
        from helpdesk_tui.web import WebServer
    except ImportError as error:
        raise Refused(
            "The screens in a browser need the package textual-serve: pip install 'helpdesk-tui[web]'."
        ) from error
    if public_url and not public_url.startswith(("http://", "https://")):
        raise click.UsageError("--public-url begins with https:// (or http://).")
    session.environment()  # what is wrong with the configuration is said here, and not in a browser
    session.keys()
    account = "the operator whom the proxy names" if operator_header else session.operator().name
    click.echo(WARNING.format(account=account), err=True)
    if not is_loopback(host):
        click.echo(f"It listens at {host}, not only on this machine.", err=True)
    for unwanted in ("TMUX", "NO_COLOR"):  # they are about the terminal that this was started in
        os.environ.pop(unwanted, None)
    os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "HELPDESK_TUI_ASCII": "0"}
    command = (sys.executable, "-m", "helpdesk_tui", *session.options())
    WebServer(command, host, port or _free_port(host), public_url, operator_header, click.echo).serve()


def _free_port(host: str) -> int:
    import socket

    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as found:
        found.bind((host, 0))
        number: int = found.getsockname()[1]
        return number
