"""`helpdesk-tui keys`"""

from __future__ import annotations

import click

from helpdesk_tui.cli.output import print_json
from helpdesk_tui.cli.session import Session


@click.command("keys")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def keys_command(session: Session, as_json: bool) -> None:
    """List the commands of the screens by place: id, keys and title. The ids are those of [keys] in config.toml."""
    from helpdesk_tui.commands import COMMANDS, Place, commands_for, use_keys

    use_keys(session.keys())
    if as_json:
        print_json(
            [
                {
                    "id": command.id,
                    "keys": list(command.keys),
                    "usual_keys": list(command.usual),
                    "title": command.title,
                    "help": command.help,
                    "places": [place.value for place in command.places],
                }
                for command in COMMANDS
            ]
        )
        return
    for number, place in enumerate(Place):
        click.echo(f"{chr(10) if number else ''}{place.value.capitalize()}")
        for command in commands_for(place):
            click.echo(f"  {command.id:<20}  {', '.join(command.keys) or '(no key)':<18}  {command.title}")
