"""Users of organisations and their identities: found, added, changed, removed, and where they are logged in.

Each change is given the user as the operator saw them. Inside its transaction it compares what it is about to change
with what stands there now: two people at one user do not undo each other's work unseen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from helpdesk_tui.backend.errors import BadInput, NotFound, Refused
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.loss import Loss
from helpdesk_tui.backend.model.organisation import Identity, Organisation, User
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.role import Role
from helpdesk_tui.backend.model.user_setting import IDENTITY_SETTINGS, USER_SETTINGS, UserSetting, user_setting
from helpdesk_tui.backend.model.validation import USER
from helpdesk_tui.backend.use_cases.context import Context
from helpdesk_tui.backend.use_cases.directory_history import DirectoryHistory
from helpdesk_tui.backend.use_cases.phones import Phones

PASSWORD_LENGTH = 24
"""Characters of a SIP password that is made here."""

WHEN_EMPTY: Mapping[str, object] = {"voicemail": "", "ring_internal": 1, "ring_external": 2, "pin": ""}


@dataclass(frozen=True, slots=True)
class ListedUser:
    """A user as a list shows them."""

    user: User
    phones: tuple[tuple[str, str], ...]
    """MAC (twelve digits) and model of each phone that they are logged in on."""

    def holds(self, word: str) -> bool:
        """Whether this stands in the extension, the name, an identity, or the MAC of a phone."""
        parts = [self.user.extension, self.user.name]
        parts += [f"{identity.sip_username}\n{identity.display_name}" for identity in self.user.identities]
        macs = [mac for mac, _ in self.phones]
        bare = word.translate(str.maketrans("", "", ":.-"))
        return word in "\n".join(parts).casefold() or (bool(bare) and bare in "\n".join(macs))


class Users:
    """The people of one environment's organisations."""

    def __init__(self, context: Context, phones: Phones) -> None:
        self._context = context
        self._store = context.store
        self._phones = phones
        self._history = DirectoryHistory(context)

    # -- looking ------------------------------------------------------------------------------------------------------

    def of(self, organisation_id: int, text: str = "") -> tuple[ListedUser, ...]:
        """The users of an organisation by extension, as far as all words of `text` fit them."""
        where = self._store.directory.logged_in(organisation_id)
        listed = (ListedUser(user, where.get(user.id, ())) for user in self._store.directory.users(organisation_id))
        words = text.casefold().split()
        return tuple(each for each in listed if all(each.holds(word) for word in words))

    def get(self, user_id: int) -> User:
        """The user as they are now. Raises NotFound when they were removed."""
        user = self._store.directory.user(user_id)
        if user is None:
            raise NotFound("This user has been removed in the meantime: go back to the list.")
        return user

    def with_extension(self, organisation: Organisation, extension: str) -> User:
        """The user who has this extension. Raises NotFound."""
        user = self._store.directory.user_by_extension(organisation.id, extension)
        if user is None:
            raise NotFound(f"{organisation.name} has no user with extension {extension.strip()[:20]!r}.")
        return user

    def phones(self, user: User) -> tuple[Phone, ...]:
        """The phones that they are logged in on."""
        return self._store.phones.of_user(user.id)

    def reveal(self, user: User) -> None:
        """Note that somebody asked to see this user's secrets; call it before showing them."""
        with self._context.write():
            self._note(EventKind.REVEALED, f"Looked at the secrets of {_called(user)}.", user)

    # -- adding -------------------------------------------------------------------------------------------------------

    def add(self, organisation: Organisation, values: Mapping[str, str]) -> User:
        """Add a user from typed texts by column, with one identity. Raises BadInput.

        An empty SIP password is made, everything else that is not given is as in an import.
        """
        for column in values:
            user_setting(column, (*USER_SETTINGS, *IDENTITY_SETTINGS))
        for column in ("extension", "sip_username"):
            if not values.get(column, "").strip():
                raise BadInput(f"{column}: it must be given.")
        user = User(0, organisation.id, "", "", (self._new_identity(values),))
        for setting in USER_SETTINGS:
            user = self._with(user, setting.column, values.get(setting.column, ""))
        with self._context.write(Role.ADMINISTRATOR):
            if self._store.directory.organisation(organisation.id) is None:
                raise NotFound(f"{organisation.name} has been removed in the meantime: go back to the list.")
            self._check_extension(user)
            user = replace(user, id=self._store.directory.save_user(user))
            self._note(EventKind.ADDED, f"Added the user {_called(user)}.", user)
        return user

    def check_new(self, organisation: Organisation, column: str, text: str) -> None:
        """Raises BadInput when this cannot be a value of a new user or of a new identity."""
        if column in (setting.column for setting in IDENTITY_SETTINGS):
            USER[column](text)
        else:
            self.changed(User(0, organisation.id, "", "", ()), column, text)

    def _new_identity(self, values: Mapping[str, str]) -> Identity:
        return Identity(
            str(USER["sip_username"](values.get("sip_username", ""))),
            self._password(values.get("sip_password", "")),
            str(USER["display_name"](values.get("display_name", ""))),
        )

    def _password(self, text: str) -> str:
        return str(USER["sip_password"](text)) if text else self._context.random(PASSWORD_LENGTH)

    # -- changing -----------------------------------------------------------------------------------------------------

    def changed(self, user: User, column: str, text: str) -> User:
        """The user as they would be with this typed text in this column; empty takes it away. Raises BadInput."""
        user_setting(column)
        after = self._with(user, column, text)
        if column == "extension":
            self._check_extension(after)
        return after

    def _with(self, user: User, column: str, text: str) -> User:
        if text.strip():
            value = USER[column](text)
        elif column == "name":
            value = user.extension
        elif column in WHEN_EMPTY:
            value = WHEN_EMPTY[column]
        else:
            raise BadInput(f"{column}: it must not be empty.")
        return replace(user, **{column: value})  # type: ignore[arg-type]

    def _check_extension(self, user: User) -> None:
        other = self._store.directory.user_by_extension(user.organisation_id, user.extension)
        if other is not None and other.id != user.id:
            raise BadInput(f"extension: {user.extension} is that of {other.name} already.")

    def change(self, user: User, column: str, text: str) -> User:
        """Change one value from what somebody typed, and note it. Raises BadInput, and Refused when overtaken."""
        setting = user_setting(column)
        with self._context.write(Role.ADMINISTRATOR):
            before = self.get(user.id)
            after = self.changed(before, column, text)
            if getattr(after, column) == getattr(before, column):
                return before
            if getattr(before, column) != getattr(user, column):
                raise self._overtaken(_possession(setting, before), before, setting.title)
            self._save(after, _sentence(_possession(setting, before), setting, before, after))
        return after

    # -- identities ---------------------------------------------------------------------------------------------------

    def add_identity(self, user: User, values: Mapping[str, str]) -> User:
        """Give them one more identity, after the others. An empty password is made. Raises BadInput."""
        for column in values:
            user_setting(column, IDENTITY_SETTINGS)
        identity = self._new_identity(values)
        with self._context.write(Role.ADMINISTRATOR):
            before = self.get(user.id)
            after = _with_identities(before, (*before.identities, identity))
            self._save(after, f"Added the identity {identity.sip_username} of {_called(before)}.")
        return after

    def changed_identity(self, user: User, sip_username: str, column: str, text: str) -> User:
        """The user as they would be with this text in this column of this identity. Raises BadInput and NotFound."""
        user_setting(column, IDENTITY_SETTINGS)
        identity = _identity(user, sip_username)
        value = self._password(text) if column == "sip_password" else str(USER[column](text))
        new = replace(identity, **{column: value})
        return _with_identities(user, tuple(new if each is identity else each for each in user.identities))

    def change_identity(self, user: User, sip_username: str, column: str, text: str) -> User:
        """Change one value of an identity, and note it. Raises BadInput, NotFound, and Refused when overtaken."""
        setting = user_setting(column, IDENTITY_SETTINGS)
        with self._context.write(Role.ADMINISTRATOR):
            before = self.get(user.id)
            after = self.changed_identity(before, sip_username, column, text)
            if after == before:
                return before
            old, seen = _identity(before, sip_username), _identity(user, sip_username)
            what = f"the {setting.title} of identity {sip_username} of {_called(before)}"
            if getattr(old, column) != getattr(seen, column):
                raise self._overtaken(what, before, setting.title, sip_username)
            new = after.identities[before.identities.index(old)]
            self._save(after, _sentence(what, setting, old, new))
        return after

    def remove_identity(self, user: User, sip_username: str) -> User:
        """Take an identity away. Raises Refused for the only one, and when it was changed in the meantime."""
        with self._context.write(Role.ADMINISTRATOR):
            before = self.get(user.id)
            old, seen = _identity(before, sip_username), _identity(user, sip_username)
            if len(before.identities) == 1:
                raise Refused(f"{sip_username} is the only identity of {_called(before)}: add another one first.")
            if old != seen:
                raise self._overtaken(f"identity {sip_username} of {_called(before)}", before, sip_username)
            after = replace(before, identities=tuple(each for each in before.identities if each is not old))
            self._save(after, f"Removed the identity {sip_username} of {_called(before)}.")
        return after

    def reorder(self, user: User, sip_usernames: Sequence[str]) -> User:
        """Put the identities in this order: the first is primary. Raises BadInput, and Refused when overtaken."""
        with self._context.write(Role.ADMINISTRATOR):
            before = self.get(user.id)
            order = [identity.sip_username for identity in before.identities]
            if order == list(sip_usernames):
                return before
            if order != [identity.sip_username for identity in user.identities]:
                raise self._overtaken(f"the order of the identities of {_called(before)}", before, "identit")
            if sorted(order) != sorted(sip_usernames):
                raise BadInput("The new order must name each identity once.")
            after = replace(before, identities=tuple(_identity(before, name) for name in sip_usernames))
            names = ", ".join(sip_usernames)
            self._save(after, f"Changed the order of the identities of {_called(before)} to {names}.")
        return after

    # -- removing -----------------------------------------------------------------------------------------------------

    def loss(self, user: User) -> Loss:
        """What is lost when this user is removed, and which phones they are logged out on."""
        return Loss(
            identities=len(user.identities),
            function_keys=len(self._store.custom.keys_of({"user_id": user.id})),
            logged_in=tuple(phone.mac.colons for phone in self.phones(user)),
        )

    def remove(self, user: User, agreed: Loss | None = None) -> None:
        """Log a user out everywhere and remove them; their history stays.

        `agreed` is the loss as it was read before asking; Refused when more or something else would be lost by now.
        """
        with self._context.write(Role.ADMINISTRATOR):
            before = self.get(user.id)
            if agreed is not None and (self.loss(before) != agreed or before != user):
                raise Refused(f"{_called(before)} was changed in the meantime: nothing was removed; look again.")
            for phone in self.phones(before):
                self._phones.log_out(phone)
            self._store.directory.delete_user(before.id)
            self._note(EventKind.REMOVED, f"Removed the user {_called(before)}.", before)

    # -- writing ------------------------------------------------------------------------------------------------------

    def _save(self, user: User, text: str) -> None:
        self._store.directory.save_user(user)
        self._store.phones.touch("user_id", user.id, self._context.clock())
        self._note(EventKind.CHANGED, text, user)

    def _note(self, kind: EventKind, text: str, user: User) -> None:
        self._history.note(kind, text, self._organisation(user))

    def _overtaken(self, what: str, user: User, *words: str) -> Refused:
        return self._history.overtaken(what, self._organisation(user), user.extension, *words)

    def _organisation(self, user: User) -> str:
        organisation = self._store.directory.organisation(user.organisation_id)
        return organisation.name if organisation else ""


def _called(user: User) -> str:
    return f"{user.name} ({user.extension})" if user.name != user.extension else user.extension


def _possession(setting: UserSetting, user: User) -> str:
    return f"the {setting.title} of {_called(user)}"


def _sentence(what: str, setting: UserSetting, old: object, new: object) -> str:
    if setting.secret:
        return f"Changed {what}."
    before, after = (getattr(side, setting.column) or "nothing" for side in (old, new))
    return f"Changed {what} from {before} to {after}."


def _identity(user: User, sip_username: str) -> Identity:
    for identity in user.identities:
        if identity.sip_username == sip_username:
            return identity
    raise NotFound(f"{_called(user)} has no identity {sip_username[:64]!r}.")


def _with_identities(user: User, identities: tuple[Identity, ...]) -> User:
    names = [identity.sip_username for identity in identities]
    for name in names:
        if names.count(name) > 1:
            raise BadInput(f"sip_username: {_called(user)} has an identity {name!r} already.")
    return replace(user, identities=identities)
