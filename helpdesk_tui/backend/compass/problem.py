"""What can go wrong between us and the platform, each as one sentence."""

from __future__ import annotations

from enum import StrEnum

from helpdesk_tui.backend.errors import HelpdeskError, Refused


class ProblemKind(StrEnum):
    """Why there is no answer that could be used."""

    CREDENTIALS = "credentials"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    INVALID = "invalid"
    VERSION = "version"
    RATE_LIMITED = "rate_limited"
    UNREACHABLE = "unreachable"
    UNREADABLE = "unreadable"
    ELSEWHERE = "elsewhere"
    """It points to another host, which never gets our credentials."""


class PlatformProblem(HelpdeskError):
    """The platform could not be asked, refused, or gave an answer of no use."""

    def __init__(self, kind: ProblemKind, sentence: str, *, outcome_unknown: bool = False) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.outcome_unknown = outcome_unknown
        """Whether what was asked for may have been done all the same."""


class NotOffered(Refused):
    """The platform of this environment has no such thing, or no documented way to it."""

    def __init__(self, what: str) -> None:
        """`what` begins the sentence: `Activate`, `phone settings`."""
        super().__init__(f"{what} is not offered by this platform (Compass REST API).")
