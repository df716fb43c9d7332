"""What operators did to organisations and users, and the sentence for whoever changes what a colleague just changed."""

from __future__ import annotations

from helpdesk_tui.backend.errors import Refused
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.use_cases.context import Context

LOOKED_AT = 200
"""Latest events among which the one that explains a difference is looked for."""


class DirectoryHistory:
    """The history as far as it is of no single phone."""

    def __init__(self, context: Context) -> None:
        self._operator = context.operator
        self._events = context.store.events

    def note(self, kind: EventKind, text: str, organisation: str) -> None:
        """Note what was done; call it in the transaction that did it. The text holds no secret."""
        self._events.add(self._operator, kind, text, None, organisation)

    def overtaken(self, what: str, organisation: str, *words: str) -> Refused:
        """Somebody has changed `what` since it was read: who and when, if an event with all these words says so."""
        by = ""
        for event in self._events.latest(LOOKED_AT):
            of_this = event.mac is None and event.organisation == organisation
            if of_this and (event.kind is EventKind.IMPORTED or all(word in event.text for word in words)):
                by = f" by {event.operator} ({event.at.astimezone():%d %b %H:%M})"
                break
        return Refused(f"{what[:1].upper()}{what[1:]} was changed{by} in the meantime: nothing was done; look again.")
