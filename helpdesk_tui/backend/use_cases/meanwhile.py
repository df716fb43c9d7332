"""Two people at one phone: one is first, the other is told who that was and when, and nothing is overwritten.

An action is given the phone as the operator saw it. Inside its transaction it compares the columns that it is about
to change (or on which it decides) with what stands there now.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from helpdesk_tui.backend.errors import Refused
from helpdesk_tui.backend.model.event import Event, EventKind
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.step import Step
from helpdesk_tui.backend.store import Store
from helpdesk_tui.backend.use_cases.context import Context

SET_BY_PEOPLE = (
    *("organisation_id", "user_id", "model", "name", "serial", "pin", "vlan", "modules", "firmware_selected"),
    *("sip_username", "sip_password"),
)
"""The columns of a phone that only operators change, and not the phone or its manufacturer."""

NOTHING_DONE = "nothing was done"

LOOKED_AT = 50
"""Latest events among which the one that explains a difference is looked for."""

_KINDS = {
    "organisation_id": {EventKind.MOVED},
    "user_id": {EventKind.LOGIN, EventKind.LOGOUT},
    "firmware_selected": {EventKind.FIRMWARE},
    "step": {EventKind.REGISTERED, EventKind.ACTIVATION},
}


def as_it_is(context: Context, seen: Phone) -> Phone:
    """The phone as it stands inside this transaction. Raises Refused when it was removed, saying by whom and when."""
    current = context.store.phones.by_id(seen.id)
    if current is None:
        raise Refused(_removed(context, seen))
    return current


def unchanged(context: Context, seen: Phone, columns: Iterable[str], otherwise: str = NOTHING_DONE) -> Phone:
    """The phone as it stands inside this transaction, where these columns are as they were seen.

    Raises Refused when somebody has changed one of them or removed the phone, saying who, when, and what that means.
    """
    current = as_it_is(context, seen)
    for column in columns:
        if getattr(current, column) != getattr(seen, column):
            raise Refused(was_quicker(context, seen, column, otherwise))
    return current


def not_activated(context: Context, seen: Phone) -> None:
    """Raises Refused when somebody has registered the phone since it was seen: its caller may be resetting it now."""
    current = as_it_is(context, seen)
    if current.step is Step.ACTIVE and (current.step, current.step_since) != (seen.step, seen.step_since):
        raise Refused(was_quicker(context, seen, "step", NOTHING_DONE))


def was_quicker(context: Context, seen: Phone, column: str, otherwise: str) -> str:
    """The sentence for whoever comes second: who changed this column, when, and to what."""
    who = _whoever(context, _event(context.store, seen.mac, column))
    return f"{seen.mac}: {who}: {otherwise}; look at the phone again."


def changed_since(context: Context, words: str, mac: Mac | None, organisation: str) -> str:
    """The sentence for whoever comes second at what is configured for somebody, as events name them in their texts."""
    events = context.store.events.of_phone(mac, LOOKED_AT) if mac else context.store.events.latest(LOOKED_AT)
    changes = (e for e in events if e.kind is EventKind.CHANGED and e.organisation == organisation and words in e.text)
    return f"{_whoever(context, next(changes, None))}: {NOTHING_DONE}; look at it again."


def _whoever(context: Context, event: Event | None) -> str:
    if event is None:
        return "somebody was quicker"
    whoever = "you yourself were" if event.operator == context.operator else f"{event.operator} was"
    return f"{whoever} quicker ({_when(event.at)}: “{event.text.removesuffix('.')}”)"


def _event(store: Store, mac: Mac, column: str) -> Event | None:
    """The latest event that can have changed this column; of changes, that which names it."""
    kinds = _KINDS.get(column, {EventKind.CHANGED}) | {EventKind.IMPORTED}
    events = [event for event in store.events.of_phone(mac, LOOKED_AT) if event.kind in kinds]
    naming = [event for event in events if column.replace("_", " ") in event.text]
    return next(iter(naming or events), None)


def _removed(context: Context, seen: Phone) -> str:
    events = context.store.events.of_phone(seen.mac, LOOKED_AT)
    event = next((event for event in events if event.kind is EventKind.REMOVED), None)
    who = f" by {event.operator} ({_when(event.at)})" if event else ""
    again = " and added again" if context.store.phones.by_mac(seen.mac) else ""
    return f"{seen.mac} has been removed{who}{again} in the meantime: nothing was done; look for it in the list."


def _when(at: datetime) -> str:
    return at.astimezone().strftime("%d %b %H:%M")
