"""When a failed call to a manufacturer is tried again."""

from __future__ import annotations

from datetime import timedelta

from helpdesk_tui.backend.model.reason import RETRIED_BY_THE_QUEUE, Reason

FIRST = timedelta(minutes=1)
LONGEST = timedelta(hours=6)
SPREAD = 0.2


def retry_delay(
    reason: Reason, failed_tries: int, chance: float, asked_to_wait: timedelta | None = None
) -> timedelta | None:
    """How long to wait after this many failed tries (1 or more), or None when a person must start it again.

    `chance` is a random number from 0 to 1 that spreads the tries by 20 % either way. `asked_to_wait` is what the
    service said (Retry-After); it is never undercut.
    """
    if reason not in RETRIED_BY_THE_QUEUE:
        return None
    delay = min(FIRST * 2.0 ** min(failed_tries - 1, 20), LONGEST) * (1 - SPREAD + 2 * SPREAD * chance)
    return max(delay, asked_to_wait) if asked_to_wait else delay
