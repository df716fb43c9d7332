"""When phones ask for their settings again by themselves."""

from __future__ import annotations

from datetime import timedelta

from helpdesk_tui.backend.model.mac import Mac

OVERDUE_AFTER = timedelta(hours=10)
"""Twice missed is too late."""

SHORTEST_RECHECK = 240
_SPREAD = 60


def recheck_minutes(mac: Mac) -> int:
    """After how many minutes the phone asks for its settings again: about four hours, other for each phone.

    The MAC decides, so that phones which start at the same moment spread out, and the settings file stays the same.
    """
    return SHORTEST_RECHECK + int(mac.hex, 16) % _SPREAD
