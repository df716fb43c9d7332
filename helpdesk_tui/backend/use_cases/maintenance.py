"""What is done by the clock: retries of failed calls, the weekly deadline, keeping logs within bounds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.store.jobs import Job
from helpdesk_tui.backend.use_cases.context import Context
from helpdesk_tui.backend.use_cases.fetching import Fetching
from helpdesk_tui.backend.use_cases.registration import Attempt, Registration

LEASE = timedelta(seconds=20)
"""How long the process that maintains may be silent before another one takes over."""

_TASK = "maintenance"


@dataclass(frozen=True, slots=True)
class Due:
    """What a round would do now."""

    retries: tuple[Job, ...]
    refused: tuple[Job, ...]
    """Calls that only a person starts again."""
    expired: tuple[Phone, ...]
    """Phones whose registration the weekly deadline ends."""


class Maintenance:
    """The recurring work of one environment."""

    def __init__(self, context: Context, registration: Registration, fetching: Fetching) -> None:
        self._context = context
        self._store = context.store
        self._registration = registration
        self._fetching = fetching

    def due(self) -> Due:
        """What there is to do at this moment."""
        jobs = self._store.jobs
        return Due(jobs.due(self._context.clock()), jobs.refused(), self._registration.past_deadline())

    def run(self) -> Iterator[Attempt]:
        """One round: first the calls that are due, then the weekly deadline."""
        yield from self._registration.run_due()
        yield from self._registration.run_deadline()

    def retry_refused(self) -> Iterator[Attempt]:
        """Try the calls that wait for a person."""
        attempts = self._registration.retry_many([job.mac for job in self._store.jobs.refused()])
        yield from filter(None, attempts)

    def renew_secrets(self) -> None:
        """Before phones are answered: prepare the credentials that are configured now."""
        self._registration.renew_secrets()

    def tidy(self) -> None:
        """What may wait for some minutes: keep the logs within their bounds, renew secrets that could not be yet."""
        self._fetching.prune()
        self.renew_secrets()

    def lead(self, holder: str) -> bool:
        """Whether this process is the one that maintains, for the next LEASE."""
        return self._store.leases.hold(_TASK, holder, LEASE)

    def step_down(self, holder: str) -> None:
        """Let another process maintain from now on."""
        self._store.leases.release(_TASK, holder)
