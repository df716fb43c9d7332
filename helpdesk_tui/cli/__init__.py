"""The command line. Commands live in modules of this package that are imported when they are called."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from io import TextIOWrapper

import click

from helpdesk_tui import __version__
from helpdesk_tui.backend.errors import HelpdeskError
from helpdesk_tui.cli.session import Session

THEMES = ("auto", "dark", "light", "high-contrast", "ansi", "mono")

# Command -> the module that holds it (and the function of the same name), and its line in --help.
COMMANDS = {
    "demo": ("demo", "Try everything on throw-away data; nothing leaves the machine."),
    "import": ("imports", "Import organisations, users or phones from CSV, TSV or JSON."),
    "phone": ("phones", "List, show, add, change, activate and remove phones."),
    "organisation": ("organisations", "List, show, add, change and remove organisations."),
    "user": ("users", "List, show, add, change and remove users and their identities."),
    "keys": ("keys", "List the keys of the screens, and the ids to change them by."),
    "activity": ("activity", "What happened: by whom, to whose phones, and when."),
    "doctor": ("doctor", "Check configuration, database and the manufacturers' services."),
    "walkthrough": ("walkthroughs", "Guided walkthroughs: check files, list runs, print summaries."),
    "firmware": ("firmware", "Read versions; list, add, certify and select firmware."),
    "serve": ("serve", "Serve phones and the REST API; retries and the deadline."),
    "api-user": ("api_users", "Users of the REST API: list, add, give rights, remove."),
    "web": ("web", "Show the screens in browsers, behind a proxy with a login."),
    "maintain": ("maintain", "One round of retries and of the weekly deadline."),
    "schema": ("schema", "Print what --json promises, as JSON Schema."),
    "man": ("man", "Print the manual page."),
    "completion": ("completion", "Print the script that completes words in bash, zsh or fish."),
    "simulate": ("simulate", "Play the manufacturers' services, or a phone that boots."),
}


class LazyGroup(click.Group):
    """A group that imports a command when it is called, so that --help is fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"helpdesk_tui.cli.{COMMANDS[cmd_name][0]}")
        command = getattr(module, f"{cmd_name.replace('-', '_')}_command")
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--config", "config", type=click.Path(dir_okay=False), help="Configuration file.")
@click.option("--environment", help="Environment of the configuration to open.")
@click.option("--database", type=click.Path(), help="Database file, instead of the environment's own.")
@click.option(
    "--theme",
    type=click.Choice(THEMES),
    default="auto",
    show_default=True,
    help="Colours of the screens.",
)
@click.option("--read-only", is_flag=True, help="Look, and change nothing.")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
@click.version_option(__version__, "--version", prog_name="helpdesk-tui", message="%(prog)s %(version)s")
@click.pass_context
def root(
    ctx: click.Context,
    config: str | None,
    environment: str | None,
    database: str | None,
    theme: str,
    read_only: bool,
    debug: bool,
) -> None:
    """Helpdesk TUI: see why a desk phone does not provision, and mend it with the caller.

    Without a command the screens open.

    \b
    Examples:
      helpdesk-tui demo
      helpdesk-tui import phones phones.csv --dry-run
      helpdesk-tui phone show a1b2 --json
    """
    ctx.obj = Session(config, environment, database, theme, read_only, debug)
    if ctx.invoked_subcommand is None:
        from helpdesk_tui.cli.screens import open_screens

        open_screens(ctx.obj)


def main() -> None:
    """The command `helpdesk-tui`: exit 0 done, 1 refused or failed (one line on stderr), 2 wrong usage."""
    debug = "--debug" in sys.argv
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a name outside the terminal's encoding is no failure
    try:
        root.main(prog_name="helpdesk-tui", standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): end quietly.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except HelpdeskError as error:
        if debug:
            raise
        click.echo(str(error), err=True)
        sys.exit(1)
    except Exception as error:
        if debug:
            raise
        name = type(error).__name__
        click.echo(f"Something unexpected went wrong ({name}): run it again with --debug and report it.", err=True)
        sys.exit(1)
