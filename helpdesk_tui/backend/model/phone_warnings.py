"""What an operator should know about a phone's requests besides its verdict."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from helpdesk_tui.backend.model.failures import Failures
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.request import Request
from helpdesk_tui.backend.model.verdict import ago

REFUSALS_MATTER = timedelta(days=1)
"""How long refused requests are worth a warning."""


def request_warnings(
    phone: Phone, requests: Sequence[Request], refused: Failures | None, now: datetime
) -> tuple[str, ...]:
    """`requests` are the phone's latest, newest first; `refused` counts those that named its MAC and were not let in.

    What a phone says of itself changes nothing, and anybody can name a MAC: both are only shown.
    """
    note = next((request.note for request in requests if request.user_agent), "")
    warnings = [f"In its latest request, {note}: compare with its sticker."] if note else []
    seen_since = phone.last_seen is not None and refused is not None and phone.last_seen > refused.last_at
    if refused and not seen_since and now - refused.last_at < REFUSALS_MATTER:
        many = "A request" if refused.count == 1 else f"{refused.count} requests"
        span = now - refused.last_at
        when = f"{ago(span)} ago" if span >= timedelta(minutes=1) else "just now"
        warnings.append(
            f"{many} for this MAC had no valid address, the last {when}: if that was this phone, it holds an old "
            "address. Activate it, then reset it."
        )
    return tuple(warnings)
