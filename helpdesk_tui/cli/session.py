"""What the global options say, and the environment they open."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from helpdesk_tui.backend.compass.environment import CompassEnvironment
from helpdesk_tui.backend.compass.problem import NotOffered
from helpdesk_tui.backend.errors import BadInput, DatabaseProblem

if TYPE_CHECKING:
    from helpdesk_tui.backend import CompassDesk, Environment, Helpdesk
    from helpdesk_tui.backend.store import Clock
    from helpdesk_tui.commands import Keymap
    from helpdesk_tui.configuration import Configuration
    from helpdesk_tui.environments import Environments
    from helpdesk_tui.operators import Operator
    from helpdesk_tui.screens.first_steps import Started


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
        """The chosen environment, with the chosen database. Raises ConfigurationProblem, or NotOffered where the
        platform is elsewhere."""
        environment = self._configuration().environment(self.environment_name)
        if isinstance(environment, CompassEnvironment):
            raise NotOffered(_command())
        if self.database:
            return replace(environment, database=Path(self.database))
        # The user's own data folder is made on first use; a folder that somebody names is not.
        environment.database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return environment

    def remote(self) -> CompassEnvironment | None:
        """The chosen environment when its platform is elsewhere. Raises ConfigurationProblem."""
        environment = self._configuration().environment(self.environment_name)
        if not isinstance(environment, CompassEnvironment):
            return None
        if self.database:
            raise BadInput(f"{environment.name} keeps nothing here: leave --database out.")
        return environment

    def open_remote(self, environment: CompassEnvironment) -> CompassDesk:
        """The platform elsewhere; nothing is asked of it yet. Close it afterwards."""
        from helpdesk_tui.backend import CompassDesk

        who = self.operator()
        return CompassDesk(environment, who.name, role=who.role, read_only=self.read_only)

    def started(self) -> Started:
        """How this run was begun."""
        import shlex

        from helpdesk_tui.screens.first_steps import Started

        options = {"--config": self.config, "--environment": self.environment_name, "--database": self.database}
        words = [word for option, value in options.items() if value for word in (option, value)]
        return Started(shlex.join(["helpdesk-tui", *words]), self.configuration_file())

    def configuration_file(self) -> Path | None:
        """The configuration file in force; None: there is none."""
        return self._configuration().file

    def _configuration(self) -> Configuration:
        from helpdesk_tui import configuration

        return configuration.load(Path(self.config) if self.config else None)

    def existing(self) -> Environment:
        """The chosen environment, whose database must be there when somebody named it: a name that is mistyped, or a
        disk that is away, shall not begin a new one."""
        environment = self.environment()
        if is_missing(environment.database) and (self.database or self.configuration_file()):
            raise DatabaseProblem(
                f"The database {environment.database} does not exist: put it back, or name the right one; "
                "the screens and 'import' begin a new one."
            )
        return environment

    def open(self) -> Helpdesk:
        """The opened environment, begun where it has no database yet; close it afterwards."""
        return self._open(self.existing() if self.read_only else self.environment())

    def _open(self, environment: Environment, clock: Clock | None = None) -> Helpdesk:
        from helpdesk_tui.backend import Helpdesk
        from helpdesk_tui.backend.store import utc_now

        who = self.operator()
        return Helpdesk(environment, who.name, role=who.role, read_only=self.read_only, clock=clock or utc_now)

    def environments(self, opened: Helpdesk | CompassDesk) -> Environments:
        """All environments of the configuration; one of them is opened."""
        from helpdesk_tui.environments import Environments

        return Environments(self._configuration().environments, opened)

    def options(self) -> list[str]:
        """The global options that start the program in the same way."""
        named = {
            "--config": self.config, "--environment": self.environment_name,
            "--database": self.database, "--theme": self.theme,
        }  # fmt: skip
        flags = {"--read-only": self.read_only, "--debug": self.debug}
        words = [word for option, value in named.items() if value for word in (option, value)]
        return [*words, *(flag for flag, given in flags.items() if given)]

    def keys(self) -> Keymap:
        """The operator's own keys. Raises ConfigurationProblem."""
        from helpdesk_tui import configuration

        return configuration.load_keys(Path(self.config) if self.config else None)

    def operator(self) -> Operator:
        """The person at the keyboard. Raises ConfigurationProblem."""
        return self._configuration().operators.at_keyboard(os.environ)

    @contextmanager
    def helpdesk(self, clock: Clock | None = None) -> Iterator[Helpdesk]:
        """The opened environment for one command."""
        with closing(self._open(self.existing(), clock)) as desk:
            yield desk

    @contextmanager
    def begun(self) -> Iterator[Helpdesk]:
        """The same for a command that may be the first of all: it makes the database where there is none."""
        with closing(self.open()) as desk:
            yield desk

    @contextmanager
    def tried(self) -> Iterator[Helpdesk]:
        """The same for a command that leaves nothing behind: where there is no database, with an empty one that is
        thrown away."""
        from tempfile import TemporaryDirectory

        environment = self.environment()
        with TemporaryDirectory() as folder:
            if is_missing(environment.database):
                environment = replace(environment, database=Path(folder) / environment.database.name)
            with closing(self._open(environment)) as desk:
                yield desk


def is_missing(database: Path) -> bool:
    """Whether there is no such file."""
    try:
        database.stat()
    except FileNotFoundError:
        return True
    except OSError:
        pass  # whoever opens it says what is wrong
    return False


def _command() -> str:
    """The command that is being run, as operators call it: `phone activate`."""
    import click

    context = click.get_current_context(silent=True)
    return context.command_path.partition(" ")[2] if context else "This"
