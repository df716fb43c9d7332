"""`helpdesk-tui completion …`, and what completes the names in commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
from click.shell_completion import CompletionItem

from helpdesk_tui.backend import Helpdesk
from helpdesk_tui.cli.session import Session

PROGRAM = "helpdesk-tui"
VARIABLE = "_HELPDESK_TUI_COMPLETE"
MOST = 50
"""More than a person reads through."""


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion_command(shell: str) -> None:
    """Print the script that makes a shell complete commands, options, phones and organisations.

    \b
    bash:  helpdesk-tui completion bash > ~/.local/share/bash-completion/completions/helpdesk-tui
    zsh:   helpdesk-tui completion zsh > "${fpath[1]}/_helpdesk-tui"
    fish:  helpdesk-tui completion fish > ~/.config/fish/completions/helpdesk-tui.fish
    """
    from click.shell_completion import get_completion_class

    from helpdesk_tui.cli import root

    kind = get_completion_class(shell)
    assert kind is not None
    # The check of its own version runs bash, which a shell without it or an older one would not like.
    script = kind.source_template % kind(root, {}, PROGRAM, VARIABLE).source_vars()
    click.echo(script)


def complete_phones(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Phones that fit what was typed so far: their MAC, with what else is known of them."""

    def find(desk: Helpdesk) -> list[CompletionItem]:
        from helpdesk_tui.backend import parse_query

        page = desk.phones.page(parse_query(incomplete), 0, MOST)
        return [  # without colons: bash takes those for the ends of words
            CompletionItem(phone.mac.hex, help=f"{phone.model} {phone.user or phone.name} {phone.organisation}")
            for phone in page.phones
        ]

    return _found(context, find)


def complete_organisations(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Organisations whose short name or name begins so."""

    def find(desk: Helpdesk) -> list[CompletionItem]:
        wanted = incomplete.casefold()
        return [
            CompletionItem(organisation.short_name, help=organisation.name)
            for organisation, _ in desk.organisations.all()
            if organisation.short_name.startswith(wanted) or organisation.name.casefold().startswith(wanted)
        ][:MOST]

    return _found(context, find)


def _found(context: click.Context, find: Callable[[Helpdesk], list[CompletionItem]]) -> list[CompletionItem]:
    """What is found in the chosen environment; nothing where it cannot be opened: a prompt is no place for errors."""
    options: dict[str, Any] = context.find_root().params
    session = Session(
        options.get("config"), options.get("environment"), options.get("database"), "auto", read_only=True, debug=False
    )
    try:
        with session.helpdesk() as desk:
            return find(desk)
    except Exception:
        return []
