"""Moving phones to another organisation of the same environment (provisioning.txt, "Moving phones between
organisations on the same environment", the way of the API: instant, settings saved, no reset).

The document does not say what becomes of the user who is logged in. A user belongs to one organisation, and their
account must not stay on a phone of another one: they are logged out, and the operator is told so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from helpdesk_tui.backend.errors import HelpdeskError, NotFound, Refused
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.organisation import Organisation
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.use_cases.context import Context
from helpdesk_tui.backend.use_cases.meanwhile import as_it_is, unchanged

if TYPE_CHECKING:
    from helpdesk_tui.backend.settings_file import FileComparison
    from helpdesk_tui.backend.use_cases.settings import Settings


@dataclass(frozen=True, slots=True)
class MovePlan:
    """What moving a phone to an organisation would do, in sentences."""

    phone: Phone
    organisation: Organisation
    kept: tuple[str, ...]
    changes: tuple[str, ...]
    problem: str
    """Why it will be refused; empty: it will not."""
    comparison: FileComparison | None
    """Its settings file before and after; None where there is none."""
    next_check: datetime | None
    """When the phone asks for its settings by itself; None: it never did."""


BY_HAND = "move-by-hand"
"""The walkthrough of the document's other way: remove, add again, reset; settings are lost."""


class Moves:
    """Moves between the organisations of one environment."""

    def __init__(self, context: Context, settings: Settings) -> None:
        self._context = context
        self._store = context.store
        self._settings = settings

    def destinations(self, phones: Iterable[Phone]) -> tuple[tuple[Organisation, int], ...]:
        """The organisations that these phones can be moved to, by name, each with its number of phones."""
        here = {phone.organisation_id for phone in phones}
        left_out = here if len(here) == 1 else set()
        counts = self._store.directory.phone_counts()
        found = self._store.directory.organisations()
        return tuple((each, counts.get(each.id, 0)) for each in found if each.id not in left_out)

    # -- looked at before ---------------------------------------------------------------------------------------------

    def plan(self, phone: Phone, organisation: Organisation) -> MovePlan:
        """What the move would keep and change. Changes nothing."""
        comparison, problem = None, ""
        try:
            self._check(phone, organisation)
            comparison = self._compared(phone, organisation)
        except HelpdeskError as error:
            problem = str(error)
        next_check = self._next_check(phone)
        arrival = _arrival(phone, next_check, self._context.clock())
        summary = f"{comparison.summary}; " if comparison else ""
        changes = (
            *self._about_user(phone),
            *self._about_model(phone, organisation),
            f"Its settings file: {summary}{arrival}.",
        )
        return MovePlan(phone, organisation, self._kept(phone), changes, problem, comparison, next_check)

    def outline(self, phones: Sequence[Phone], organisation: Organisation) -> tuple[str, ...]:
        """What moving several phones would do, in sentences. Changes nothing, and makes no settings files."""
        going = [phone for phone in phones if phone.organisation_id != organisation.id]
        users = sum(phone.user_id is not None for phone in going)
        stay = len(phones) - len(going)
        return (
            f"{_count(len(going), 'phone')} of {_from(going)} {'go' if len(going) != 1 else 'goes'} to "
            f"{organisation.name}, each for itself.",
            *((f"{_count(stay, 'phone')} {'are' if stay != 1 else 'is'} there already.",) if stay else ()),
            *((f"{_count(users, 'user')} will be logged out: a user belongs to one organisation.",) if users else ()),
            "What is set for all phones of a model belongs to the organisation, and does not come along.",
            "Kept: what is set for each phone itself, its secret address and its history; no reset is needed.",
        )

    def _kept(self, phone: Phone) -> tuple[str, ...]:
        values = (("name", phone.name), ("serial number", phone.serial), ("PIN", phone.pin))
        names = [name for name, value in values if value]
        names += ["VLAN"] if phone.vlan is not None else []
        names += [f"firmware choice {phone.firmware_selected}"] if phone.firmware_selected else []
        owner = {"phone_id": phone.id}
        keys, settings = self._store.custom.keys_of(owner), self._store.custom.settings_of(owner)
        names += [f"{_count(len(keys), 'function key')} of its own"] if keys else []
        names += [f"{_count(len(settings), 'custom setting')} of its own"] if settings else []
        return (
            f"Kept: {', '.join([*names, 'secret address and history'])}.",
            f"Provisioning by manufacturer stays {phone.step.value}: no call, no factory reset.",
        )

    def _about_user(self, phone: Phone) -> Iterator[str]:
        if phone.user_id is not None:
            yield (
                f"Logged out: {phone.user}, who stays in {phone.organisation}. Only *1 and emergency calls remain "
                "until somebody logs in."
            )

    def _about_model(self, phone: Phone, organisation: Organisation) -> Iterator[str]:
        """What is set for all phones of the model belongs to the organisation, and does not come along."""
        custom, counts = self._store.custom, []
        for owner_id in (phone.organisation_id, organisation.id):
            owner: dict[str, int | str] = {"organisation_id": owner_id, "model": phone.model}
            counts.append((len(custom.keys_of(owner)), len(custom.settings_of(owner))))
        if counts != [(0, 0), (0, 0)]:
            here, there = (f"{keys} and {own}" for keys, own in counts)
            yield f"Set for all {phone.model} phones (keys, custom settings): {there} there; {here} here."

    def _compared(self, phone: Phone, organisation: Organisation) -> FileComparison:
        moved = replace(phone, organisation_id=organisation.id, organisation=organisation.name, user_id=None)
        return self._settings.beside(phone, moved)

    def _next_check(self, phone: Phone) -> datetime | None:
        try:
            return self._settings.checks(phone).next
        except HelpdeskError:
            return None

    # -- done ---------------------------------------------------------------------------------------------------------

    def move(self, phone: Phone, organisation: Organisation) -> Phone:
        """Move a phone at once: its settings are kept, no manufacturer is called, its step stays, no reset is needed.

        It gets its new settings at its next check. Raises Refused when it is there already, when its settings file
        could not be made there, or when somebody moved, removed, or logged somebody in on it since it was read;
        NotFound when the organisation was removed.
        """
        with self._context.write():
            target = self._store.directory.organisation(organisation.id)
            if target is None:
                raise NotFound(f"{organisation.name} has been removed in the meantime: choose another organisation.")
            phone = unchanged(self._context, phone, ("organisation_id", "user_id"))
            self._check(phone, target)
            values = {"organisation_id": target.id, "user_id": None, "changed_at": self._context.clock()}
            self._store.phones.update(phone.id, values)
            self._note(phone, target)
            return as_it_is(self._context, phone)

    def move_all(
        self, phones: Iterable[Phone], organisation: Organisation, cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[Phone | HelpdeskError]:
        """Move phones one after the other, each for itself; stops between two when `cancelled` says so."""
        for phone in phones:
            if cancelled():
                return
            try:
                yield self.move(phone, organisation)
            except (Refused, NotFound) as error:
                yield error

    def _check(self, phone: Phone, organisation: Organisation) -> None:
        """Raises Refused when this move is none, or would leave the phone without a settings file."""
        if phone.organisation_id == organisation.id:
            raise Refused(f"{phone.mac} is in {organisation.name} already: there is nothing to move.")
        try:
            self._settings.file(phone)
        except HelpdeskError:
            return  # it has none now: a move makes nothing worse
        try:
            self._compared(phone, organisation)
        except HelpdeskError as error:
            raise Refused(f"{phone.mac} would get no settings in {organisation.name}. {error}") from error

    def _note(self, phone: Phone, target: Organisation) -> None:
        """One event for each organisation, so that the history of either tells of the move."""
        rows = [
            (EventKind.MOVED, f"Moved to {target.name}.", phone.organisation),
            (EventKind.MOVED, f"Moved here from {phone.organisation}.", target.name),
        ]
        if phone.user_id is not None:
            rows.insert(0, (EventKind.LOGOUT, f"Logged out {phone.user}, who stays behind.", phone.organisation))
        operator = self._context.operator
        self._store.events.add_many((operator, kind, text, phone.mac, owner) for kind, text, owner in rows)


def _arrival(phone: Phone, next_check: datetime | None, now: datetime) -> str:
    """When it gets its new settings."""
    if next_check is None:
        return "it never fetched one, and gets the new one when it first does"
    if next_check <= now:
        return "its last check is overdue: it gets the new one when it is back, or at a restart"
    return (
        f"it gets the new one at its next check, in {round((next_check - now).total_seconds() / 60)} min, or a restart"
    )


def _from(phones: Sequence[Phone]) -> str:
    names = list(dict.fromkeys(phone.organisation for phone in phones))
    return f"{', '.join(names[:2])}{f' and {len(names) - 2} more' if len(names) > 2 else ''}" or "nobody"


def _count(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"
