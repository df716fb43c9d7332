"""What users of the REST API may see and change (compass.md, section 1.4).

Compass grants rights on companies and on the reseller above them, and the greater of the two counts. Here the whole
environment stands for the reseller.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from helpdesk_tui.backend.errors import BadInput

FIRST_ID = 1_000_000_001
"""Ids of API users begin here, far above those of the people who log in on phones: both are seen as /user/{id}."""

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
"""Characters."""

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}", re.ASCII)


class Right(StrEnum):
    """From the least to the most: write implies read."""

    NONE = "none"
    READ = "read"
    WRITE = "write"

    def includes(self, needed: Right) -> bool:
        """Whether whoever has this right has that one too."""
        return _ORDER.index(self) >= _ORDER.index(needed)


_ORDER = tuple(Right)


@dataclass(frozen=True, slots=True)
class ApiUser:
    """A user of the REST API; often a program."""

    id: int
    username: str
    password_hash: str = field(repr=False)
    organisation_id: int | None
    """The home organisation; None: it was removed."""
    everywhere: Right
    """The right on every organisation of the environment."""
    rights: Mapping[int, Right] = field(default_factory=dict)
    """The rights on single organisations, by id; no entry: none."""
    name: str = ""
    contact: str = ""
    """An e-mail address."""
    language: str = "en"
    last_login: datetime | None = None
    """When its password was last checked and found right."""
    last_address: str = ""
    """The public address of that login."""

    def right_on(self, organisation_id: int) -> Right:
        """The greater of the right on this organisation and the one on all."""
        return max(self.everywhere, self.rights.get(organisation_id, Right.NONE), key=_ORDER.index)

    def may(self, needed: Right, organisation_id: int) -> bool:
        """Whether this user has at least this right on that organisation."""
        return self.right_on(organisation_id).includes(needed)

    def organisations_with(self, needed: Right) -> tuple[int, ...] | None:
        """The ids of the organisations on which this user has at least this right; None: all."""
        if self.everywhere.includes(needed):
            return None
        return tuple(sorted(each for each, right in self.rights.items() if right.includes(needed)))


def check_username(text: str) -> str:
    """A login name in lower case: a bare one, or `user@company-domain` as in Compass. Raises BadInput."""
    name = text.strip().lower()
    if not _USERNAME.fullmatch(name):
        raise BadInput(
            f"username: {text.strip()[:40]!r} is no login name: 2 to 64 letters, digits, dots, dashes, underscores, @."
        )
    return name


def is_username(text: str) -> bool:
    """Whether anybody could be called so."""
    return _USERNAME.fullmatch(text) is not None


def check_password(text: str) -> str:
    """A password that may be set; the text itself never appears in an error. Raises BadInput."""
    if len(text) < SHORTEST_PASSWORD:
        raise BadInput(f"password: it is too short: at least {SHORTEST_PASSWORD} characters are needed.")
    if len(text) > LONGEST_PASSWORD or not text.isprintable():
        raise BadInput(f"password: at most {LONGEST_PASSWORD} printable characters can be used.")
    return text
