"""Users of the REST API: added, given rights, removed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from helpdesk_tui.backend.errors import NotFound
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.organisation import Language, Organisation
from helpdesk_tui.backend.model.rights import ApiUser, Right, check_password, check_username
from helpdesk_tui.backend.model.role import Role
from helpdesk_tui.backend.model.text import plain_text
from helpdesk_tui.backend.use_cases.context import Context
from helpdesk_tui.backend.use_cases.passwords import hash_password


@dataclass(frozen=True, slots=True)
class NewApiUser:
    """What must and may be said of an API user that is added."""

    username: str
    organisation: Organisation
    """The home: what GET /company answers with. It gives no right by itself."""
    everywhere: Right = Right.NONE
    name: str = ""
    contact: str = ""
    language: Language = Language.EN


class ApiUsers:
    """The users of one environment's REST API."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    def all(self) -> tuple[ApiUser, ...]:
        """All of them by username."""
        return self._store.api_users.all()

    def named(self, username: str) -> ApiUser:
        """The user of this name. Raises NotFound."""
        user = self._store.api_users.named(username.strip().lower())
        if user is None:
            raise NotFound(f"There is no API user {username.strip()[:60]!r}: `api-user list` names all.")
        return user

    def organisations(self) -> dict[int, str]:
        """The names of all organisations by id, to say on which a user has rights."""
        return {each.id: each.name for each in self._store.directory.organisations()}

    def check(self, new: NewApiUser) -> None:
        """Raises BadInput when this user cannot be added, before somebody is asked for a password."""
        check_username(new.username)
        plain_text("name", new.name, 64)
        plain_text("contact", new.contact, 254)

    def add(self, new: NewApiUser, password: str) -> ApiUser:
        """Add a user. Raises BadInput for a name that cannot be used or is taken, and for a bad password."""
        self.check(new)
        password_hash = self._hash(password)
        with self._writing():
            user = self._store.api_users.insert(
                ApiUser(
                    id=0,
                    username=check_username(new.username),
                    password_hash=password_hash,
                    organisation_id=new.organisation.id,
                    everywhere=new.everywhere,
                    name=plain_text("name", new.name, 64),
                    contact=plain_text("contact", new.contact, 254),
                    language=new.language.value,
                )
            )
            right = f" with the right {new.everywhere} on all organisations" if new.everywhere is not Right.NONE else ""
            self._note(f"Added the API user {user.username}{right}.", new.organisation.name)
        return user

    def grant(self, username: str, organisation: Organisation, right: Right) -> None:
        """Give a user this right on one organisation. Raises NotFound."""
        with self._writing():
            user = self.named(username)
            self._store.api_users.set_right(user.id, organisation.id, right)
            self._note(f"Gave the API user {user.username} the right {right}.", organisation.name)

    def grant_everywhere(self, username: str, right: Right) -> None:
        """Give a user this right on all organisations. Raises NotFound."""
        with self._writing():
            user = self.named(username)
            self._store.api_users.set_everywhere(user.id, right)
            self._note(f"Gave the API user {user.username} the right {right} on all organisations.")

    def set_password(self, username: str, password: str) -> None:
        """Give a user another password; the old one is refused from this moment on. Raises NotFound, BadInput."""
        self.named(username)
        password_hash = self._hash(password)
        with self._writing():
            user = self.named(username)
            self._store.api_users.set_password_hash(user.id, password_hash)
            self._note(f"Changed the password of the API user {user.username}.")

    def remove(self, username: str) -> None:
        """Remove a user, who is refused from this moment on. Raises NotFound."""
        with self._writing():
            user = self.named(username)
            self._store.api_users.delete(user.id)
            self._note(f"Removed the API user {user.username}.")

    def must_be_administrator(self) -> None:
        """Raises Refused for anybody else, before they are asked for a password."""
        self._context.must_be(Role.ADMINISTRATOR)

    def _hash(self, password: str) -> str:
        self.must_be_administrator()
        return hash_password(check_password(password))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._context.write(Role.ADMINISTRATOR):
            yield

    def _note(self, text: str, organisation: str = "") -> None:
        self._store.events.add(self._context.operator, EventKind.API_USER, text, None, organisation)
