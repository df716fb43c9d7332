"""What stands in the place of the list while there are no phones: three ways to begin."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual.content import Content

from helpdesk_tui.widgets.text import safe

if TYPE_CHECKING:
    from helpdesk_tui.backend import Environment

TITLE_WIDTH = 16


@dataclass(frozen=True, slots=True)
class Started:
    """How this run was begun, which tells how to begin the next."""

    command: str = "helpdesk-tui"
    """With the options that lead to the same environment."""
    configuration: Path | None = None
    """The file in force; None: there is none."""


def first_steps(started: Started, environment: Environment) -> Content:
    """The text for an environment without phones."""
    command = started.command
    lines = (
        Content.styled("There are no phones here yet. Three ways to begin:", "bold $foreground"),
        Content(),
        _way("1  Look around", "helpdesk-tui demo"),
        _way("", "Made-up phones and callers; nothing leaves this machine.", quiet=True),
        Content(),
        _way("2  Import", f"{command} import organisations organisations.csv"),
        _way("", f"{command} import users users.csv"),
        _way("", f"{command} import phones phones.csv"),
        _way("", "In this order; with --dry-run nothing is changed.", quiet=True),
        Content(),
        _way("3  Connect", "A platform that runs elsewhere: an environment with"),
        _way("", 'kind = "compass" in the configuration.'),
        Content(),
        _way("Configuration", _configuration(started), quiet=True),
        _way("Database", _short(environment.database), quiet=True),
    )
    return Content("\n").join(lines)


def _way(title: str, text: str, *, quiet: bool = False) -> Content:
    """One line: what it is about, and what to type or to know."""
    return Content.assemble(
        (title.ljust(TITLE_WIDTH), "bold $key" if title[:1].isdigit() else "$quiet"),
        (safe(text), "$quiet" if quiet else "$foreground"),
    )


def _configuration(started: Started) -> str:
    if started.configuration:
        return _short(started.configuration)
    from helpdesk_tui.configuration import usual_file

    return f"{_short(usual_file())} (not made yet)"


def _short(path: Path) -> str:
    """As people write it."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)
