"""Organisations: found, added and removed; their common settings, and what a change of them does to their phones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from helpdesk_tui.backend.errors import BadInput, HelpdeskError, NotFound, Refused
from helpdesk_tui.backend.model.common_setting import common_setting
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.loss import Loss
from helpdesk_tui.backend.model.organisation import Organisation, User, short_name_for
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.role import Role
from helpdesk_tui.backend.model.validation import ORGANISATION
from helpdesk_tui.backend.store.directory import ListedOrganisation, OrganisationPage
from helpdesk_tui.backend.use_cases.context import Context
from helpdesk_tui.backend.use_cases.directory_history import DirectoryHistory

if TYPE_CHECKING:
    from helpdesk_tui.backend.settings_file import FileComparison
    from helpdesk_tui.backend.use_cases.settings import Settings


@dataclass(frozen=True, slots=True)
class ModelInUse:
    """A model of which an organisation has phones, or has something configured."""

    model: str
    phones: int
    function_keys: int
    """Keys for all phones of this model in the organisation."""
    custom_settings: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change of a common setting would do."""

    organisation: Organisation
    """As it would be."""
    phones: int
    """All phones of the organisation."""
    changed: int
    """Those that would get another settings file."""
    example: tuple[Phone, FileComparison] | None
    """One of these, and what changes in its file; None when there is none."""


class Organisations:
    """The customers of one environment."""

    def __init__(self, context: Context, settings: Settings) -> None:
        self._context = context
        self._store = context.store
        self._settings = settings
        self._history = DirectoryHistory(context)

    # -- looking ------------------------------------------------------------------------------------------------------

    def page(self, text: str, offset: int, limit: int) -> OrganisationPage:
        """A window on the organisations by name that hold all words of `text`, with the verdicts of their phones."""
        return self._store.directory.page(text, offset, limit, self._context.clock())

    def listed(self, organisation_id: int) -> ListedOrganisation:
        """One organisation with the verdicts of its phones. Raises NotFound when it was removed."""
        return self._store.directory.listed(self.get(organisation_id), self._context.clock())

    def all(self) -> tuple[tuple[Organisation, int], ...]:
        """All organisations by name, each with its number of phones."""
        counts = self._store.directory.phone_counts()
        return tuple((found, counts.get(found.id, 0)) for found in self._store.directory.organisations())

    def get(self, organisation_id: int) -> Organisation:
        """The organisation as it is now. Raises NotFound when it was removed."""
        organisation = self._store.directory.organisation(organisation_id)
        if organisation is None:
            raise NotFound("This organisation has been removed in the meantime: go back to the list.")
        return organisation

    def phones(self, organisation: Organisation) -> int:
        """How many phones it has."""
        return self._store.directory.listed(organisation, self._context.clock()).phones

    def users(self, organisation_id: int) -> tuple[User, ...]:
        """Its users by extension."""
        return self._store.directory.users(organisation_id)

    def models(self, organisation: Organisation) -> tuple[ModelInUse, ...]:
        """The models of its phones, with what is configured for all phones of each."""
        return tuple(ModelInUse(*row) for row in self._store.custom.models(organisation.id))

    # -- common settings ----------------------------------------------------------------------------------------------

    def changed(self, organisation: Organisation, column: str, text: str) -> Organisation:
        """The organisation as it would be with this typed text in this column. Raises BadInput."""
        from helpdesk_tui.backend.settings_file import check_organisation  # late: only editing needs it

        common_setting(column)
        value = ORGANISATION[column](text)
        if column != "organisation":
            changed = replace(organisation, **{column: value})  # type: ignore[arg-type]
        else:
            changed = replace(organisation, name=str(value))
            self._check_name(changed)
        check_organisation(changed, None)
        return changed

    def _check_name(self, organisation: Organisation) -> None:
        for other in self._store.directory.organisations():
            if other.id != organisation.id and other.name.casefold() == organisation.name.casefold():
                raise BadInput(f"organisation: another one is called {other.name!r} already.")

    def effect(self, organisation: Organisation, column: str, text: str) -> Effect:
        """What this change would do to the phones, found by making their files. Raises BadInput."""
        changed = self.changed(organisation, column, text)
        phones = self._store.phones.of_organisation(organisation.id)
        count = 0
        example: tuple[Phone, FileComparison] | None = None
        for phone in phones:
            try:
                source = replace(self._settings.source(phone), organisation=changed)
                comparison = self._settings.made_of(phone, source)
            except HelpdeskError:
                continue  # this phone has no settings file, before or after
            if comparison.lines:
                count += 1
                example = example or (phone, comparison)
        return Effect(changed, len(phones), count, example)

    def change(self, organisation: Organisation, column: str, text: str) -> Organisation:
        """Change one common setting from what somebody typed, and note it.

        Raises BadInput, and Refused when somebody has changed the same setting since `organisation` was read.
        """
        with self._context.write(Role.ADMINISTRATOR):
            before = self.get(organisation.id)
            after = self.changed(before, column, text)
            if after == before:
                return before
            setting = common_setting(column)
            what = f"the common setting {setting.title}"
            if setting.value(before) != setting.value(organisation):
                raise self._history.overtaken(what, before.name, setting.title)
            self._store.directory.save_organisation(after)
            self._store.phones.touch("organisation_id", after.id, self._context.clock())
            old, new = (setting.value(each) or "nothing" for each in (before, after))
            self._history.note(EventKind.CHANGED, f"Changed {what} from {old} to {new}.", after.name)
        return after

    # -- adding and removing ------------------------------------------------------------------------------------------

    def new(self, values: Mapping[str, str]) -> Organisation:
        """The organisation that `add` would make of these typed texts by column; empty means not given.

        Raises BadInput.
        """
        from helpdesk_tui.backend.settings_file import check_organisation  # late: only editing needs it

        name = str(ORGANISATION["organisation"](values.get("organisation", "")))
        taken = {other.short_name for other in self._store.directory.organisations()}
        host = f"sip.{self._context.environment.base_domain}"
        organisation = Organisation(0, name, short_name_for(name, taken), host)
        self._check_name(organisation)
        for column, text in values.items():
            if column not in ORGANISATION:
                raise BadInput(f"{column[:40]!r} is unknown: one of {', '.join(ORGANISATION)}.")
            if column != "organisation" and text.strip():
                organisation = replace(organisation, **{column: ORGANISATION[column](text)})  # type: ignore[arg-type]
        if organisation.short_name in taken:
            raise BadInput(f"short_name: {organisation.short_name!r} belongs to another organisation.")
        check_organisation(organisation, None)
        return organisation

    def add(self, values: Mapping[str, str]) -> Organisation:
        """Add an organisation from typed texts by column, as in an import; empty means not given. Raises BadInput."""
        with self._context.write(Role.ADMINISTRATOR):
            organisation = self.new(values)
            organisation = replace(organisation, id=self._store.directory.save_organisation(organisation))
            self._history.note(EventKind.ADDED, "Added the organisation.", organisation.name)
        return organisation

    def loss(self, organisation: Organisation) -> Loss:
        """What is lost when this organisation is removed, beside its common settings."""
        return self._store.directory.lost_with_organisation(organisation.id)

    def against_removal(self, organisation: Organisation, loss: Loss) -> str | None:
        """Why it cannot be removed, in one sentence; None when it can.

        Phones are never removed along: each has a registration at its manufacturer that must end first. Neither are
        users of the REST API: without a home they would go on logging in unseen.
        """
        if loss.phones:
            them = "it" if loss.phones == 1 else "them"
            phones = f"{loss.phones:,} phone{'' if loss.phones == 1 else 's'}"
            return f"{organisation.name} has {phones}: move {them} to another organisation or remove {them} first."
        if loss.api_users:
            users = f"{loss.api_users:,} user{'' if loss.api_users == 1 else 's'} of the REST API"
            return f"{organisation.name} is the home of {users}: remove them first (helpdesk-tui api-user remove)."
        return None

    def remove(self, organisation: Organisation, agreed: Loss | None = None) -> None:
        """Remove an organisation without phones, with its users; its history stays.

        `agreed` is the loss as it was read before asking. Raises Refused while it has phones, and when it or what
        would be lost has changed since then.
        """
        with self._context.write(Role.ADMINISTRATOR):
            before = self.get(organisation.id)
            loss = self.loss(before)
            if reason := self.against_removal(before, loss):
                raise Refused(reason)
            if agreed is not None and (loss != agreed or before != organisation):
                raise Refused(f"{before.name} was changed in the meantime: nothing was removed; look again.")
            self._store.directory.delete_organisation(before.id)
            text = f"Removed the organisation. {loss.sentence}"
            self._history.note(EventKind.REMOVED, text, before.name)
