"""Finding, adding, changing and removing phones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from helpdesk_tui.backend.errors import Ambiguous, BadInput, NotFound, Refused
from helpdesk_tui.backend.model.catalogue import PhoneModel
from helpdesk_tui.backend.model.event import Event, EventKind
from helpdesk_tui.backend.model.failures import Failures
from helpdesk_tui.backend.model.mac import Mac, find_mac
from helpdesk_tui.backend.model.organisation import Organisation, User
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.phone_warnings import request_warnings
from helpdesk_tui.backend.model.query import Query, parse_query
from helpdesk_tui.backend.model.reason import Reason
from helpdesk_tui.backend.model.request import Request
from helpdesk_tui.backend.model.step import Call, Step
from helpdesk_tui.backend.model.validation import PHONE
from helpdesk_tui.backend.model.vendor import vendor_by_prefix
from helpdesk_tui.backend.model.verdict import Verdict, VerdictKind, judge
from helpdesk_tui.backend.store.phones import Page
from helpdesk_tui.backend.use_cases.access import new_secret
from helpdesk_tui.backend.use_cases.context import Context
from helpdesk_tui.backend.use_cases.meanwhile import SET_BY_PEOPLE, as_it_is, not_activated, unchanged, was_quicker
from helpdesk_tui.backend.use_cases.registration import Attempt, Registration

NEVER_REGISTERED = frozenset({Reason.OWNED_ELSEWHERE, Reason.BAD_MAC, Reason.NEEDS_SERIAL})
"""After these refusals the manufacturer certainly holds no registration of ours."""


@dataclass(frozen=True, slots=True)
class NewPhone:
    """What must and may be known of a phone that is added; all values are checked."""

    mac: Mac
    model: PhoneModel
    organisation_id: int
    values: Mapping[str, object]
    """Further columns: name, serial, pin, vlan, user_id, sip_username, sip_password, firmware_selected."""


class Phones:
    """The phones of one environment."""

    def __init__(self, context: Context, registration: Registration) -> None:
        self._context = context
        self._store = context.store
        self._registration = registration

    # -- looking ------------------------------------------------------------------------------------------------------

    def page(self, query: Query, offset: int, limit: int) -> Page:
        """A window on the matching phones, what needs attention first."""
        self._turn_verdicts()
        return self._store.phones.page(query, offset, limit)

    def _turn_verdicts(self) -> None:
        if not self._context.read_only:
            self._store.phones.turn_verdicts()

    def all(self, query: Query) -> tuple[Phone, ...]:
        """All matching phones, what needs attention first."""
        self._turn_verdicts()
        return self._store.phones.all(query)

    def counts(self, query: Query) -> dict[VerdictKind, int]:
        """How many phones match, by verdict."""
        return self._store.phones.counts(query)

    def find(self, text: str) -> Phone:
        """The one phone that this is: a MAC in any notation, or any unique search text.

        Raises NotFound or Ambiguous.
        """
        mac = find_mac(text)
        if mac:
            phone = self._store.phones.by_mac(mac)
            if phone is None:
                raise NotFound(f"No phone with MAC {mac} in environment {self._context.environment.name}.")
            return phone
        query = parse_query(text)
        if not query.terms:
            raise BadInput("Name a phone: its MAC, or a search text that fits one phone only.")
        page = self._store.phones.page(query, 0, 4)
        if page.total == 0:
            raise NotFound(f"No phone fits {text.strip()[:60]!r}: search by MAC, name, extension or organisation.")
        if page.total > 1:
            some = ", ".join(phone.mac.colons for phone in page.phones[:3]) + ("…" if page.total > 3 else "")
            raise Ambiguous(f"{page.total} phones fit {text.strip()[:60]!r}: {some}; name one by its MAC.")
        return page.phones[0]

    def get(self, phone_id: int) -> Phone:
        """The phone of this id as it is now. Raises NotFound when it was removed."""
        phone = self._store.phones.by_id(phone_id)
        if phone is None:
            raise NotFound("This phone has been removed in the meantime: go back to the list.")
        return phone

    def verdict(self, phone: Phone) -> Verdict:
        """Our judgement of this phone at this moment."""
        return judge(phone, self._context.clock())

    def history(self, mac: Mac, limit: int = 200, before: int | None = None) -> tuple[Event, ...]:
        """The latest events of this MAC, also of a removed phone, newest first."""
        return self._store.events.of_phone(mac, limit, before)

    def requests(self, phone: Phone, limit: int = 100) -> tuple[Request, ...]:
        """The latest fetches of this phone, newest first."""
        return self._store.requests.of_phone(phone.id, limit)

    def refused(self, phone: Phone) -> Failures | None:
        """The recent requests that named this phone's MAC and were not let in, whoever made them."""
        return self._store.failures.get(phone.mac.colons)

    def request_warnings(self, phone: Phone, requests: Sequence[Request]) -> tuple[str, ...]:
        """What its latest requests, newest first, tell that its verdict does not."""
        return request_warnings(phone, requests, self.refused(phone), self._context.clock())

    # -- adding -------------------------------------------------------------------------------------------------------

    def add(self, new: NewPhone) -> Attempt:
        """Add a phone and register it at its manufacturer at once. It stays added when that fails."""
        with self._context.write():
            phone = self.insert(new, EventKind.ADDED, "Added to {organisation}.")
            job = self._registration.begin_activation(phone)
        return self._registration.perform(job)

    def insert(self, new: NewPhone, kind: EventKind, text: str) -> Phone:
        """Write a new phone down, registered nowhere yet. Call it inside a transaction."""
        (phone,) = self.insert_many([new], kind, text)
        return phone

    def insert_many(self, new: Iterable[NewPhone], kind: EventKind, text: str) -> tuple[Phone, ...]:
        """Write new phones down as `insert` does."""
        phones = self._store.phones.insert_many([self._columns(each) for each in new])
        operator = self._context.operator
        self._store.events.add_many(
            [(operator, kind, text.format(organisation=p.organisation), p.mac, p.organisation) for p in phones]
        )
        return phones

    def _columns(self, new: NewPhone) -> dict[str, object]:
        now, random = self._context.clock(), self._context.random
        return {
            "name": "",
            "serial": "",
            "pin": "",
            "sip_username": new.mac.hex,
            "sip_password": random(24),
            **new.values,
            "mac": new.mac,
            "vendor": new.model.vendor.value,
            "model": new.model.name,
            "organisation_id": new.organisation_id,
            "web_password": random(16),
            "step": Step.DISABLED.value,
            "step_since": now,
            "added_at": now,
            "changed_at": now,
            "secret": new_secret(self._context.environment, random),
        }

    def check_vendor(self, mac: Mac, model: PhoneModel) -> None:
        """Raises BadInput when the MAC's known prefix belongs to the other manufacturer."""
        owner = vendor_by_prefix(mac)
        if owner is not None and owner is not model.vendor:
            raise BadInput(
                f"{mac} is a MAC of {owner.label}, but {model.name} is made by {model.vendor.label}: "
                "compare MAC and model with the sticker, or force it."
            )

    # -- changing -----------------------------------------------------------------------------------------------------

    def change(self, phone: Phone, values: Mapping[str, object]) -> Phone:
        """Change columns of a phone (already checked) and note what changed. Secrets are named, never shown.

        Raises Refused when somebody has given one of these columns another value since the phone was read.
        """
        changes = _differing(phone, values)
        if not changes:
            return phone
        with self._context.write():
            now = as_it_is(self._context, phone)
            changes = _differing(now, changes)  # what somebody else has changed to the same is no quarrel
            unchanged(self._context, phone, changes)
            if not changes:
                return now
            self._store.phones.update(phone.id, {**changes, "changed_at": self._context.clock()})
            text = "Changed " + ", ".join(_change(name, value) for name, value in changes.items()) + "."
            self._store.events.add(self._context.operator, EventKind.CHANGED, text, now.mac, now.organisation)
            return self.get(phone.id)

    def set_text(self, phone: Phone, column: str, text: str) -> Phone:
        """Change one column from what somebody typed; empty text takes the value away. Raises BadInput."""
        empty = None if column == "vlan" else ""
        return self.change(phone, {column: PHONE[column](text) if text.strip() else empty})

    def set_model(self, phone: Phone, name: str) -> Phone:
        """Correct the model. Raises BadInput for one that does not exist or is of the other manufacturer."""
        model = self._context.catalogue.get(name)
        if model.vendor is not phone.vendor:
            raise BadInput(
                f"{model.name} is made by {model.vendor.label}, but {phone.mac} was added as a phone of "
                f"{phone.vendor.label}: remove it and add it again."
            )
        return self.change(phone, {"model": model.name})

    def log_in(self, phone: Phone, extension: str) -> Phone:
        """Log a user of the phone's organisation in on it (the *1 of provisioning.txt, done by the operator).

        Raises Refused when somebody has moved the phone, or logged somebody in or out, since it was read.
        """
        with self._context.write():
            now = unchanged(self._context, phone, ("organisation_id",))
            user = self._store.directory.user_by_extension(now.organisation_id, extension)
            if user is None:
                raise NotFound(f"{now.organisation} has no user with extension {extension.strip()[:20]!r}.")
            if now.user_id == user.id:
                return now
            unchanged(self._context, phone, ("user_id",))
            return self._set_user(now, user, EventKind.LOGIN, f"Logged in {user.name} ({user.extension}).")

    def log_out(self, phone: Phone) -> Phone:
        """Log the user out: the phone keeps *1 and emergency calls.

        Raises Refused when somebody has logged another user in since the phone was read.
        """
        with self._context.write():
            now = as_it_is(self._context, phone)
            if now.user_id is None:
                return now
            unchanged(self._context, phone, ("user_id",))
            return self._set_user(now, None, EventKind.LOGOUT, f"Logged out {now.user}.")

    def _set_user(self, phone: Phone, user: User | None, kind: EventKind, text: str) -> Phone:
        now = self._context.clock()
        self._store.phones.update(phone.id, {"user_id": user.id if user else None, "changed_at": now})
        self._store.events.add(self._context.operator, kind, text, phone.mac, phone.organisation)
        return self.get(phone.id)

    # -- removing -----------------------------------------------------------------------------------------------------

    def remove(self, phone: Phone) -> None:
        """Remove a phone.

        Raises Refused when its registration cannot be ended at the manufacturer first, or when somebody has changed,
        activated or removed it since it was read: what they did would be lost.
        """
        phone = self._to_be_removed(phone)
        otherwise = "it was not removed"
        if self._may_be_registered(phone):
            attempt = self._registration.deregister(phone)
            if not attempt.ok:
                raise Refused(f"{phone.mac} was not removed. {attempt.sentence}")
            otherwise = "it was not removed, but its registration was ended"
        self._delete(phone, "Removed from {organisation}.", otherwise)

    def remove_anyway(self, phone: Phone) -> None:
        """Remove a phone although the manufacturer cannot be told now: that stays queued."""
        phone = self._to_be_removed(phone)
        told = True
        if self._may_be_registered(phone):
            told = self._registration.deregister(phone).ok
        left = "" if told else " The registration at the manufacturer is still to be ended: it is queued."
        self._delete(phone, "Removed from {organisation}." + left, "it was not removed")

    def _to_be_removed(self, phone: Phone) -> Phone:
        """The phone as it stands now. Raises Refused when somebody has changed, activated or removed it meanwhile."""
        with self._context.write():
            not_activated(self._context, phone)
            return unchanged(self._context, phone, SET_BY_PEOPLE)

    def _may_be_registered(self, phone: Phone) -> bool:
        if phone.pending and phone.pending.under_way:
            return True
        if phone.step is Step.DISABLED:
            return phone.pending is not None
        return phone.step is not Step.PROVISION or phone.reason not in NEVER_REGISTERED

    def _delete(self, phone: Phone, text: str, otherwise: str) -> None:
        """`otherwise`: what is to be said of it where somebody has changed it meanwhile."""
        with self._context.write():
            phone = unchanged(self._context, phone, SET_BY_PEOPLE, otherwise)
            job = self._store.jobs.get(phone.mac)
            if not self._may_be_registered(phone):
                # A removal that an earlier phone of this MAC left behind stays queued.
                if job and job.phone_id == phone.id:
                    self._store.jobs.finish(phone.mac)
            elif job is None or job.call is not Call.DEREGISTER:
                raise Refused(was_quicker(self._context, phone, "step", "it was not removed"))
            self._store.phones.delete(phone.id)
            sentence = text.format(organisation=phone.organisation)
            self._store.events.add(self._context.operator, EventKind.REMOVED, sentence, phone.mac, phone.organisation)

    # -- names --------------------------------------------------------------------------------------------------------

    def organisation_named(self, text: str) -> Organisation:
        """The one organisation of this name, short name or part of a name. Raises NotFound or Ambiguous."""
        found = self._store.directory.organisations_named(text) if text.strip() else ()
        if not found:
            raise NotFound(f"No organisation is called {text.strip()[:60]!r}: import it first.")
        if len(found) > 1:
            names = ", ".join(organisation.name for organisation in found[:3]) + ("…" if len(found) > 3 else "")
            raise Ambiguous(f"Several organisations fit {text.strip()[:60]!r}: {names}; write the whole name.")
        return found[0]


def _differing(phone: Phone, values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if getattr(phone, name) != value}


SECRET_COLUMNS = frozenset({"sip_password", "pin", "web_password"})


def _change(name: str, value: object) -> str:
    if name in SECRET_COLUMNS:
        return f"the {name.replace('_', ' ')}"
    return f"{name.replace('_', ' ')} to {value}" if value not in ("", None) else f"{name.replace('_', ' ')} to nothing"
