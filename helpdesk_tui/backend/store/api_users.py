"""Users of the REST API and their rights."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from sqlite3 import IntegrityError, Row

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.rights import FIRST_ID, ApiUser, Right
from helpdesk_tui.backend.store.database import Database, moment, stamp

_SELECT = """
SELECT api_users.*, api_rights.organisation_id AS granted_on, api_rights.level
FROM api_users LEFT JOIN api_rights ON api_rights.api_user_id = api_users.id
"""


class ApiUserTable:
    """Who may use the REST API of this environment."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[ApiUser, ...]:
        """All users by username."""
        return self._users("1 = 1", [])

    def named(self, username: str) -> ApiUser | None:
        """The user of this username."""
        return next(iter(self._users("username = ?", [username])), None)

    def by_id(self, user_id: int) -> ApiUser | None:
        """The user of this id."""
        return next(iter(self._users("api_users.id = ?", [user_id])), None)

    def of_organisation(self, organisation_id: int) -> tuple[ApiUser, ...]:
        """The users whose home this organisation is, by username."""
        return self._users("api_users.organisation_id = ?", [organisation_id])

    def _users(self, where: str, values: Sequence[object]) -> tuple[ApiUser, ...]:
        with self._database.read() as connection:
            rows = connection.execute(f"{_SELECT} WHERE {where} ORDER BY username", values).fetchall()
        return tuple(_user(list(members)) for _, members in groupby(rows, key=itemgetter("id")))

    def insert(self, user: ApiUser) -> ApiUser:
        """Add a user, whose id is found here. Raises BadInput for a known username."""
        with self._database.write() as connection:
            try:
                cursor = connection.execute(
                    "INSERT INTO api_users"
                    " (id, username, name, password_hash, organisation_id, contact, language, everywhere)"
                    " VALUES ((SELECT coalesce(max(id) + 1, ?) FROM api_users), ?, ?, ?, ?, ?, ?, ?)",
                    [
                        *(FIRST_ID, user.username, user.name, user.password_hash),
                        *(user.organisation_id, user.contact, user.language, user.everywhere.value),
                    ],
                )
            except IntegrityError as error:
                if "username" not in str(error):
                    raise
                raise BadInput(f"There is an API user {user.username} already: choose another name.") from error
        added = self.by_id(int(cursor.lastrowid or 0))
        assert added is not None
        return added

    def set_password_hash(self, user_id: int, password_hash: str) -> None:
        """Give a user another password."""
        with self._database.write() as connection:
            connection.execute("UPDATE api_users SET password_hash = ? WHERE id = ?", [password_hash, user_id])

    def set_everywhere(self, user_id: int, right: Right) -> None:
        """Give a user this right on all organisations."""
        with self._database.write() as connection:
            connection.execute("UPDATE api_users SET everywhere = ? WHERE id = ?", [right.value, user_id])

    def set_right(self, user_id: int, organisation_id: int, right: Right) -> None:
        """Give a user this right on one organisation."""
        with self._database.write() as connection:
            if right is Right.NONE:
                connection.execute(
                    "DELETE FROM api_rights WHERE api_user_id = ? AND organisation_id = ?", [user_id, organisation_id]
                )
                return
            connection.execute(
                "INSERT OR REPLACE INTO api_rights (api_user_id, organisation_id, level) VALUES (?, ?, ?)",
                [user_id, organisation_id, right.value],
            )

    def logged_in(self, user_id: int, at: datetime, address: str) -> None:
        """Note that a password was found right."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE api_users SET last_login = ?, last_address = ? WHERE id = ?", [stamp(at), address, user_id]
            )

    def delete(self, user_id: int) -> None:
        """Remove a user with all rights."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM api_users WHERE id = ?", [user_id])


def _user(rows: Sequence[Row]) -> ApiUser:
    """One user from a row for each right."""
    row = rows[0]
    return ApiUser(
        id=row["id"],
        username=row["username"],
        password_hash=row["password_hash"],
        organisation_id=row["organisation_id"],
        everywhere=Right(row["everywhere"]),
        rights={each["granted_on"]: Right(each["level"]) for each in rows if each["granted_on"] is not None},
        name=row["name"],
        contact=row["contact"],
        language=row["language"],
        last_login=moment(row["last_login"]),
        last_address=row["last_address"],
    )
