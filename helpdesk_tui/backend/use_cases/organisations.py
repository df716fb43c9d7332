"""Organisations: their common settings, and what a change of them does to their phones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from helpdesk_tui.backend.errors import BadInput, HelpdeskError, NotFound
from helpdesk_tui.backend.model.common_setting import CommonSetting, common_setting
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.organisation import Organisation, User
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.role import Role
from helpdesk_tui.backend.model.validation import ORGANISATION
from helpdesk_tui.backend.use_cases.context import Context
from helpdesk_tui.backend.use_cases.settings import Settings

if TYPE_CHECKING:
    from helpdesk_tui.backend.settings_file import FileComparison


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
        return self._store.directory.phone_counts().get(organisation.id, 0)

    def users(self, organisation_id: int) -> tuple[User, ...]:
        """Its users by extension."""
        return self._store.directory.users(organisation_id)

    def models(self, organisation: Organisation) -> tuple[ModelInUse, ...]:
        """The models of its phones, with what is configured for all phones of each."""
        return tuple(ModelInUse(*row) for row in self._store.custom.models(organisation.id))

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
        """Change one common setting from what somebody typed, and note it. Raises BadInput."""
        with self._context.write(Role.ADMINISTRATOR):
            before = self.get(organisation.id)
            after = self.changed(before, column, text)
            if after == before:
                return before
            self._store.directory.save_organisation(after)
            self._store.phones.touch("organisation_id", after.id, self._context.clock())
            self._store.events.add(
                self._context.operator,
                EventKind.CHANGED,
                _sentence(common_setting(column), before, after),
                None,
                after.name,
            )
        return after


def _sentence(setting: CommonSetting, before: Organisation, after: Organisation) -> str:
    old, new = setting.value(before) or "nothing", setting.value(after) or "nothing"
    return f"Changed the common setting {setting.title} from {old} to {new}."
