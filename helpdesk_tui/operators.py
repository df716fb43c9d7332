"""Who is at the keyboard, and what they may do."""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from helpdesk_tui.backend.errors import ConfigurationProblem
from helpdesk_tui.backend.model.role import Role


class Identity(StrEnum):
    """Where the login name comes from."""

    LOGIN = "login"
    """The account that the program runs as."""
    SUDO = "sudo"
    """Whoever called sudo, which writes it into SUDO_USER itself and lets nobody else set it."""
    VARIABLE = "variable"
    """HELPDESK_TUI_OPERATOR, set by the forced command of a key in authorized_keys."""


VARIABLES = {Identity.SUDO: "SUDO_USER", Identity.VARIABLE: "HELPDESK_TUI_OPERATOR"}


@dataclass(frozen=True, slots=True)
class Operator:
    """The person at the keyboard."""

    name: str
    """What the history calls them."""
    role: Role
    own_account: bool = True
    """Whether the program runs as an account of theirs, so that a file it writes is theirs."""


@dataclass(frozen=True, slots=True)
class Operators:
    """What the configuration says about those who use the program."""

    identity: Identity = Identity.LOGIN
    default_role: Role = Role.ADMINISTRATOR
    """Of whoever is not listed. Without any list, the only person there is."""
    listed: Mapping[str, Operator] = field(default_factory=dict)
    """By login name."""

    def at_keyboard(self, environ: Mapping[str, str]) -> Operator:
        """Who it is. Raises ConfigurationProblem when the configured way does not tell."""
        login = self._login(environ)
        operator = self.listed.get(login) or Operator(login, self.default_role)
        return replace(operator, own_account=self.identity is Identity.LOGIN)

    def _login(self, environ: Mapping[str, str]) -> str:
        if self.identity is Identity.LOGIN:
            return account_name()
        variable = VARIABLES[self.identity]
        name = environ.get(variable, "").strip()
        if not name or not name.isprintable() or len(name) > LONGEST_NAME:
            raise ConfigurationProblem(
                f"operators.identity is {self.identity.value!r}, but {variable} does not say who you are: "
                "log in the way that your administrator set up."
            )
        return name


LONGEST_NAME = 64


def account_name() -> str:
    """The account that this process runs as: the system says, not the environment, which anybody may set."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"
