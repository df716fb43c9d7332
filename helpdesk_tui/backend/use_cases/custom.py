"""Function keys and custom settings: of a phone, of a model in an organisation, of a user."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from helpdesk_tui.backend.errors import BadInput, HelpdeskError, NotFound, Refused
from helpdesk_tui.backend.model.catalogue import PhoneModel
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.keys import CustomSetting, FunctionKey, Scope
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.organisation import Organisation
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.role import Role
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.use_cases.context import Context
from helpdesk_tui.backend.use_cases.meanwhile import changed_since, unchanged

if TYPE_CHECKING:
    from helpdesk_tui.backend.settings_file import FileComparison, Setting
    from helpdesk_tui.backend.use_cases.settings import Settings

MOST_SETTINGS = 200

NEEDED = {Scope.PHONE: Role.OPERATOR, Scope.USER: Role.OPERATOR, Scope.MODEL: Role.ADMINISTRATOR}
"""Who may change what is configured for a phone, a person, or all phones of a model in an organisation."""
"""Custom settings of one owner."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose function keys or custom settings these are."""

    scope: Scope
    words: str
    """`this phone`, `all D735 phones of Bakkerij Jansen`, `Anna Jansen 201 on whichever phone`."""
    key: tuple[tuple[str, int | str], ...]
    """How the store knows it."""
    organisation: str
    vendor: Vendor | None
    """None for a user, who may log in on phones of both."""
    model: PhoneModel | None
    modules: int
    """Expansion modules whose keys may be set."""
    mac: Mac | None = None

    @property
    def needed(self) -> Role:
        """Who may change what is configured here."""
        return NEEDED[self.scope]


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """One key of a phone or of its expansion modules."""

    position: int
    module: int
    """0: the phone itself."""
    number: int
    """Counted from 1 on the phone, and on each module."""
    key: FunctionKey | None
    """What it is set to; of several scopes, the one that wins."""
    hidden: tuple[FunctionKey, ...]
    """What it would be otherwise, in other scopes."""


@dataclass(frozen=True, slots=True)
class CustomPlace:
    """One custom setting that concerns a phone."""

    setting: CustomSetting
    secret: bool
    instead_of: Setting | None
    """What is sent without it, secrets masked; None: nothing."""
    loses: bool
    """Another custom setting of the same name, for this phone alone, wins."""


class Custom:
    """What is configured on top of the common settings."""

    def __init__(self, context: Context, settings: Settings) -> None:
        self._context = context
        self._store = context.store
        self._settings = settings

    # -- owners -------------------------------------------------------------------------------------------------------

    def owners(self, phone: Phone) -> tuple[Owner, ...]:
        """Those whose function keys and custom settings concern this phone: itself, its model, and its user."""
        model = self._context.catalogue.get(phone.model)
        own = Owner(
            Scope.PHONE,
            f"this phone ({phone.mac})",
            (("phone_id", phone.id),),
            phone.organisation,
            phone.vendor,
            model,
            phone.modules,
            phone.mac,
        )
        found = [own, self._model_owner(phone.organisation_id, phone.organisation, model)]
        if phone.user_id is not None:
            words = f"{phone.user} on whichever phone"
            key = (("user_id", phone.user_id),)
            found.append(Owner(Scope.USER, words, key, phone.organisation, None, None, 0))
        return tuple(found)

    def model_owner(self, organisation: Organisation, model: str) -> Owner:
        """All phones of a model in an organisation. Raises BadInput for an unknown model."""
        return self._model_owner(organisation.id, organisation.name, self._context.catalogue.get(model))

    def _model_owner(self, organisation_id: int, organisation: str, model: PhoneModel) -> Owner:
        words = f"all {model.name} phones of {organisation}"
        key = (("organisation_id", organisation_id), ("model", model.name))
        return Owner(Scope.MODEL, words, key, organisation, model.vendor, model, model.modules)

    def phones(self, owner: Owner) -> tuple[Phone, ...]:
        """The phones that what is set for this owner reaches now."""
        values = dict(owner.key)
        match owner.scope:
            case Scope.PHONE:
                found = self._store.phones.by_id(int(values["phone_id"]))
                return (found,) if found else ()
            case Scope.USER:
                return self._store.phones.of_user(int(values["user_id"]))
            case Scope.MODEL:
                return self._store.phones.of_organisation(int(values["organisation_id"]), str(values["model"]))

    # -- function keys ------------------------------------------------------------------------------------------------

    def keys(self, owner: Owner) -> tuple[FunctionKey, ...]:
        """The function keys of this owner alone, by position."""
        return self._store.custom.keys_of(dict(owner.key))

    def key_places(self, model: PhoneModel, modules: int, keys: Iterable[FunctionKey]) -> tuple[KeyPlace, ...]:
        """Every key of a phone with so many modules, and what these keys make of it."""
        at: dict[int, list[FunctionKey]] = {}
        for scope in Scope:  # the later in this list wins
            for key in keys:
                if key.scope is scope:
                    at.setdefault(key.position, []).insert(0, key)
        places = [(0, number) for number in range(1, model.keys + 1)]
        places += [(m, n) for m in range(1, modules + 1) for n in range(1, model.module_keys + 1)]
        return tuple(
            KeyPlace(position, module, number, *_winner(at.get(position, [])))
            for position, (module, number) in enumerate(places, start=1)
        )

    def keys_of_phone(self, phone: Phone) -> tuple[KeyPlace, ...]:
        """Every key of this phone, of whichever scope."""
        model = self._context.catalogue.get(phone.model)
        return self.key_places(model, phone.modules, self._store.custom.function_keys(phone))

    def check_key(self, owner: Owner, key: FunctionKey) -> None:
        """Raises BadInput when this key cannot be set for this owner."""
        from helpdesk_tui.backend.settings_file import capacity, check_key, check_keys  # late: only editing needs it

        key = replace(key, scope=owner.scope)
        if owner.model is not None:
            check_keys(owner.model, owner.modules, [key])
            return
        largest = max(capacity(model, model.modules) for model in self._context.catalogue.models)
        if not 1 <= key.position <= largest:
            raise BadInput(f"There is no function key {key.position}: no phone has more than {largest}.")
        check_key(key)

    def set_key(self, owner: Owner, key: FunctionKey, seen: FunctionKey | None = None) -> None:
        """Set one key where the operator saw this one set for this owner (None: none). Raises BadInput, Refused."""
        key = replace(key, scope=owner.scope)
        self.check_key(owner, key)
        text = f"Set function key {key.position} for {owner.words} to {key.function.value.replace('_', ' ')}."
        self._change_key(owner, key.position, seen, key, text)

    def clear_key(self, owner: Owner, seen: FunctionKey) -> None:
        """Take away this key, as the operator saw it set for this owner. Raises Refused."""
        text = f"Took away function key {seen.position} for {owner.words}."
        self._change_key(owner, seen.position, seen, None, text)

    def key_of(self, owner: Owner, position: int) -> FunctionKey | None:
        """What is set at this position for this owner."""
        return next((key for key in self.keys(owner) if key.position == position), None)

    def _change_key(
        self, owner: Owner, position: int, seen: FunctionKey | None, key: FunctionKey | None, text: str
    ) -> None:
        with self._context.write(owner.needed):
            self._must_exist(owner)
            before = self.keys(owner)
            self._must_be_as_seen(owner, self.key_of(owner, position), seen)
            others = [other for other in before if other.position != position]
            after = tuple(sorted([*others, *([key] if key else [])], key=lambda key: key.position))
            if after != before:
                self._store.custom.set_function_keys(owner.scope, dict(owner.key), after)
                self._note(owner, text)

    def consider_key(self, phone: Phone, owner: Owner, key: FunctionKey) -> FileComparison:
        """What changes in the phone's file when this key is set for this owner. Raises BadInput."""
        key = replace(key, scope=owner.scope)
        source = self._settings.source(phone)
        others = [k for k in source.function_keys if (k.scope, k.position) != (key.scope, key.position)]
        return self._settings.made_of(phone, replace(source, function_keys=(*others, key)))

    def set_modules(self, phone: Phone, text: str) -> None:
        """How many expansion modules are attached to this phone, as typed. Raises BadInput, Refused."""
        most = self._context.catalogue.get(phone.model).modules
        if not most:
            raise Refused(f"A {phone.model} takes no expansion modules.")
        if not (text.strip().isdecimal() and int(text) <= most):
            raise BadInput(f"{text.strip()[:20]!r} is not a number of modules: a {phone.model} takes 0 to {most}.")
        with self._context.write():
            unchanged(self._context, phone, ["modules"])
            self._store.phones.update(phone.id, {"modules": int(text), "changed_at": self._context.clock()})
            sentence = f"Changed expansion modules to {int(text)}."
            self._store.events.add(self._context.operator, EventKind.CHANGED, sentence, phone.mac, phone.organisation)

    # -- custom settings ----------------------------------------------------------------------------------------------

    def settings(self, owner: Owner) -> tuple[CustomSetting, ...]:
        """The custom settings of this owner alone, in the order they were entered."""
        return self._store.custom.settings_of(dict(owner.key))

    def settings_of_phone(self, phone: Phone) -> tuple[CustomPlace, ...]:
        """Every custom setting that concerns this phone, with what each replaces. Raises BadInput."""
        return self._places(phone.vendor, self._store.custom.custom_settings(phone), self._file_of(phone))

    def settings_of_model(self, owner: Owner) -> tuple[CustomPlace, ...]:
        """The custom settings of a model in an organisation, as one of its phones gets them, if there is one."""
        phone = next(iter(self.phones(owner)), None)
        customs = self.settings(owner)
        assert owner.vendor is not None
        return self._places(owner.vendor, customs, self._file_of(phone) if phone else ())

    def _file_of(self, phone: Phone) -> tuple[Setting, ...]:
        from helpdesk_tui.backend.settings_file import masked

        try:
            return masked(self._settings.file(phone)).settings
        except HelpdeskError:
            return ()  # no file can be made: the custom settings are still to be seen, and mended

    def _places(
        self, vendor: Vendor, customs: Sequence[CustomSetting], file: Sequence[Setting]
    ) -> tuple[CustomPlace, ...]:
        sent = {(setting.name, setting.index): setting for setting in file if setting.origin.value == "custom"}
        names = {custom: _named(vendor, custom) for custom in customs}
        own = {(n.name, n.index) for custom, n in names.items() if n and custom.scope is Scope.PHONE}
        found = []
        for custom, named in names.items():
            key = (named.name, named.index) if named else ("", None)
            layer = sent.get(key)
            loses = custom.scope is Scope.MODEL and key in own
            if loses and layer is not None:
                layer = layer.overrides
            secret = (named is None or named.secret) or (layer is not None and layer.secret)
            found.append(CustomPlace(custom, secret, layer.overrides if layer else None, loses))
        return tuple(found)

    def check_setting(self, owner: Owner, setting: CustomSetting) -> None:
        """Raises BadInput when this custom setting cannot be sent to the owner's phones."""
        self._check_settings(owner, [setting])

    def _check_settings(self, owner: Owner, settings: Sequence[CustomSetting]) -> None:
        from helpdesk_tui.backend.settings_file import with_custom

        if owner.vendor is None:
            raise BadInput("Custom settings are of a phone or of a model: choose one of these.")
        if len(settings) > MOST_SETTINGS:
            raise BadInput(f"{MOST_SETTINGS} custom settings are the most for {owner.words}.")
        with_custom(owner.vendor, (), [replace(setting, scope=owner.scope) for setting in settings], frozenset())

    def with_setting(self, owner: Owner, setting: CustomSetting, instead: str = "") -> tuple[CustomSetting, ...]:
        """The owner's custom settings with this one too, in place of the one named `instead`. Raises BadInput."""
        setting = replace(setting, scope=owner.scope)
        before = self.settings(owner)
        kept = [setting if custom.name == instead else custom for custom in before]
        after = tuple(kept if setting in kept else [*kept, setting])
        self._check_settings(owner, after)
        return after

    def without_setting(self, owner: Owner, name: str) -> tuple[CustomSetting, ...]:
        """The owner's custom settings without this one. Raises NotFound."""
        before = self.settings(owner)
        if name not in (custom.name for custom in before):
            raise NotFound(f"{name[:60]} is not a custom setting of {owner.words}.")
        return tuple(custom for custom in before if custom.name != name)

    def consider_settings(self, phone: Phone, owner: Owner, settings: Sequence[CustomSetting]) -> FileComparison:
        """What changes in the phone's file when these are the custom settings of this owner. Raises BadInput."""
        source = self._settings.source(phone)
        others = [custom for custom in source.custom if custom.scope is not owner.scope]
        return self._settings.made_of(phone, replace(source, custom=(*others, *settings)))

    def save_settings(
        self, owner: Owner, settings: Sequence[CustomSetting], seen: Sequence[CustomSetting] = ()
    ) -> None:
        """Replace the custom settings of this owner that the operator saw. Raises BadInput, Refused."""
        after = tuple(replace(setting, scope=owner.scope) for setting in settings)
        self._check_settings(owner, after)
        with self._context.write(owner.needed):
            self._must_exist(owner)
            before = self.settings(owner)
            if after == before:
                return
            self._must_be_as_seen(owner, before, tuple(seen))
            self._store.custom.set_custom_settings(owner.scope, dict(owner.key), after)
            old, new = ({custom.name: custom.value for custom in customs} for customs in (before, after))
            names = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
            self._note(owner, f"Changed custom settings for {owner.words}: {', '.join(names) or 'their order'}.")

    # -- both ---------------------------------------------------------------------------------------------------------

    def _must_exist(self, owner: Owner) -> None:
        values = dict(owner.key)
        if owner.scope is Scope.PHONE and self._store.phones.by_id(int(values["phone_id"])) is None:
            raise NotFound("This phone has been removed in the meantime: go back to the list.")
        if owner.scope is Scope.USER and self._store.directory.user(int(values["user_id"])) is None:
            raise NotFound("This user has been removed in the meantime: go back.")

    def _must_be_as_seen(self, owner: Owner, now: object, seen: object) -> None:
        if now != seen:
            raise Refused(changed_since(self._context, owner.words, owner.mac, owner.organisation))

    def _note(self, owner: Owner, text: str) -> None:
        """The phones' files have changed; call it in the transaction that changed them."""
        ids = [phone.id for phone in self.phones(owner)]
        self._store.phones.update_many(ids, {"changed_at": self._context.clock()})
        self._store.events.add(self._context.operator, EventKind.CHANGED, text, owner.mac, owner.organisation)


def _winner(keys: Sequence[FunctionKey]) -> tuple[FunctionKey | None, tuple[FunctionKey, ...]]:
    return (keys[0], tuple(keys[1:])) if keys else (None, ())


def _named(vendor: Vendor, custom: CustomSetting) -> Setting | None:
    """The setting that this custom setting alone makes; None for one that would be refused."""
    from helpdesk_tui.backend.settings_file import with_custom

    try:
        return with_custom(vendor, (), [custom], frozenset())[0]
    except BadInput:
        return None
