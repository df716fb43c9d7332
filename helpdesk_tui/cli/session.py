"""What the global options say, and the environment they open."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpdesk_tui.backend import Environment, Helpdesk
    from helpdesk_tui.backend.store import Clock


@dataclass(frozen=True, slots=True)
class Session:
    """One run of the program."""

    config: str | None
    environment_name: str | None
    database: str | None
    theme: str
    read_only: bool
    debug: bool

    def environment(self) -> Environment:
        """The chosen environment, with the chosen database. Raises ConfigurationProblem."""
        from helpdesk_tui import configuration

        loaded = configuration.load(Path(self.config) if self.config else None)
        environment = loaded.environment(self.environment_name)
        if self.database:
            return replace(environment, database=Path(self.database))
        # The user's own data folder is made on first use; a folder that somebody names is not.
        environment.database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return environment

    def configuration_file(self) -> Path | None:
        """The configuration file in force; None: there is none."""
        from helpdesk_tui import configuration

        return configuration.load(Path(self.config) if self.config else None).file

    def open(self, clock: Clock | None = None) -> Helpdesk:
        """The opened environment; close it afterwards."""
        from helpdesk_tui.backend import Helpdesk
        from helpdesk_tui.backend.store import utc_now

        return Helpdesk(self.environment(), operator(), read_only=self.read_only, clock=clock or utc_now)

    @contextmanager
    def helpdesk(self, clock: Clock | None = None) -> Iterator[Helpdesk]:
        """The opened environment for one command."""
        desk = self.open(clock)
        try:
            yield desk
        finally:
            desk.close()


def operator() -> str:
    """The person at the keyboard: the login name."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"
