"""What can go wrong, each as one sentence for the operator.

The text of every error says what happened and what to do about it, holds no secret, and is safe to print.
"""

from __future__ import annotations


class HelpdeskError(Exception):
    """Anything the operator should read as a sentence instead of a traceback."""


class BadInput(HelpdeskError):
    """A value that somebody typed, pasted or imported cannot be used."""


class NotFound(HelpdeskError):
    """No phone, organisation, user or firmware goes by that name."""


class Ambiguous(HelpdeskError):
    """More than one thing goes by that name."""


class Refused(HelpdeskError):
    """The action is understood and not done, because it would make things worse or is not allowed."""


class NeedsConsent(Refused):
    """The action is risky: it is done only when the operator agrees to the sentence of this error."""


class DatabaseProblem(HelpdeskError):
    """The database cannot be opened, read or written."""


class ConfigurationProblem(HelpdeskError):
    """The configuration file or an environment variable is wrong; names the file and the key."""
