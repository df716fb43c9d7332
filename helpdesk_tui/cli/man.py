"""`helpdesk-tui man`: the manual page, made from the commands themselves."""

from __future__ import annotations

from collections.abc import Iterator

import click

from helpdesk_tui import __version__

ENVIRONMENT = {
    "HELPDESK_TUI_CONFIG": "The configuration file, where --config names none.",
    "HELPDESK_TUI_OPERATOR": "Who is at the keyboard, where the configuration says that this variable tells.",
    "HELPDESK_TUI_ASCII": "1: plain characters only; 0: never; else as the terminal and the locale can.",
    "NO_COLOR": "Set: no colours.",
    "TERM": "The terminal; screens need one that is not dumb.",
}
EXIT_STATUS = {
    "0": "Done.",
    "1": "Refused or failed; one sentence on stderr says why.",
    "2": "Wrong usage.",
    "129, 143": "The screens were told to end by SIGHUP or SIGTERM.",
    "130": "Interrupted by Ctrl-C.",
}
FILES = {
    "~/.config/helpdesk-tui/config.toml": "The configuration.",
    "~/.local/share/helpdesk-tui/": "Databases that the configuration names without a folder.",
    "~/.local/state/helpdesk-tui/debug.log": "What --debug writes down while screens are shown.",
}


@click.command("man")
@click.pass_context
def man_command(context: click.Context) -> None:
    """Print the manual page: helpdesk-tui man > ~/.local/share/man/man1/helpdesk-tui.1"""
    root = context.find_root()
    click.echo("\n".join(_page(root)))


def _page(root: click.Context) -> Iterator[str]:
    group = root.command
    yield f'.TH HELPDESK\\-TUI 1 "" "helpdesk\\-tui {__version__}" "User Commands"'
    yield from (".SH NAME", "helpdesk\\-tui \\- see why a desk phone does not provision, and mend it with the caller")
    yield from (".SH SYNOPSIS", ".B helpdesk\\-tui", "[\\fIOPTIONS\\fR] [\\fICOMMAND\\fR [\\fIARGUMENTS\\fR]]")
    yield ".SH DESCRIPTION"
    yield from _paragraphs(group.help or "")
    yield ".SH OPTIONS"
    yield from _options(group, root)
    yield ".SH COMMANDS"
    yield from _commands(root)
    for title, entries in (("EXIT STATUS", EXIT_STATUS), ("ENVIRONMENT", ENVIRONMENT), ("FILES", FILES)):
        yield f".SH {title}"
        for term, text in entries.items():
            yield from _entry(term, text)


def _commands(above: click.Context) -> Iterator[str]:
    """Every command below this group, and what is below that."""
    group = above.command
    assert isinstance(group, click.Group)
    for name in group.list_commands(above):
        command = group.get_command(above, name)
        assert command is not None
        here = click.Context(command, info_name=name, parent=above)
        if isinstance(command, click.Group):
            yield from _commands(here)
            continue
        usage = " ".join(command.collect_usage_pieces(here))
        words = here.command_path.removeprefix("helpdesk-tui ")
        yield from (f".SS {_roff(words)} {_roff(usage)}", *_paragraphs(command.help or ""), *_options(command, here))


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record and record[1] and "--help" not in record[0]:
            yield from _entry(*record)


def _entry(term: str, text: str) -> Iterator[str]:
    yield from (".TP", f"\\fB{_roff(term)}\\fR", _roff(text))


def _paragraphs(text: str) -> Iterator[str]:
    """Help as click writes it: paragraphs, and lines to be kept as they are after a \\b."""
    for paragraph in text.replace("\r", "").split("\n\n"):
        lines = [line.strip() for line in paragraph.strip().splitlines()]
        if lines and lines[0] == "\b":
            yield from (".PP", ".nf", *map(_roff, lines[1:]), ".fi")
        elif lines:
            yield from (".PP", _roff(" ".join(lines)))


def _roff(text: str) -> str:
    """Text that means nothing to roff: its own signs are written so that they are shown."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped
