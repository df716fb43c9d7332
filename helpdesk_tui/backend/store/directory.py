"""Organisations and users with their identities."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from sqlite3 import Connection, Row
from typing import NamedTuple

from helpdesk_tui.backend.model.loss import Loss
from helpdesk_tui.backend.model.organisation import (
    CallerIdDisplay,
    CallWaiting,
    Codec,
    Country,
    Identity,
    Language,
    Organisation,
    User,
)
from helpdesk_tui.backend.model.verdict import VerdictKind
from helpdesk_tui.backend.store.database import Database, stamp

_ORGANISATION_COLUMNS = tuple(field.name for field in fields(Organisation) if field.name != "id")

_USERS = """
SELECT users.id, organisation_id, extension, name, voicemail, ring_internal, ring_external, pin,
       sip_username, sip_password, display_name
FROM users LEFT JOIN identities ON identities.user_id = users.id
"""

_NAMES = "casefold(name || ' ' || short_name)"

# Counted in an index, which holds the stored verdicts.
_VERDICTS = """
SELECT organisation_id, verdict_rank, count(*) FROM phones
WHERE organisation_id IN (SELECT value FROM json_each(?)) GROUP BY 1, 2
"""

# Few or none: those that time alone has turned since. Left alone, SQLite walks all phones in the order of the groups.
_TURNED = """
SELECT organisation_id, verdict_rank, count(*) FROM phones INDEXED BY phones_turning
WHERE verdict_turns_at <= ? GROUP BY 1, 2
"""

_USER_COUNTS = """
SELECT organisation_id, count(*) FROM users
WHERE organisation_id IN (SELECT value FROM json_each(?)) GROUP BY 1
"""

_LOST_WITH_ORGANISATION = """
SELECT (SELECT count(*) FROM users WHERE organisation_id = ?1),
       (SELECT count(*) FROM identities JOIN users ON users.id = user_id WHERE organisation_id = ?1),
       (SELECT count(*) FROM function_keys WHERE organisation_id = ?1)
       + (SELECT count(*) FROM function_keys JOIN users ON users.id = user_id WHERE users.organisation_id = ?1),
       (SELECT count(*) FROM custom_settings WHERE organisation_id = ?1),
       (SELECT count(*) FROM phones WHERE organisation_id = ?1),
       (SELECT count(*) FROM api_users WHERE organisation_id = ?1)
"""


class ListedOrganisation(NamedTuple):
    """An organisation as a list shows it."""

    organisation: Organisation
    verdicts: dict[VerdictKind, int]
    """How many of its phones have each verdict; all kinds are there."""
    users: int

    @property
    def phones(self) -> int:
        """How many phones it has."""
        return sum(self.verdicts.values())


class OrganisationPage(NamedTuple):
    """A window on the organisations."""

    organisations: tuple[ListedOrganisation, ...]
    total: int
    """How many fit in all."""


class DirectoryTable:
    """The customers of one environment and their people."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def organisations(self) -> tuple[Organisation, ...]:
        """All organisations by name."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT * FROM organisations ORDER BY name")
            return tuple(_organisation(row) for row in rows)

    def organisation(self, organisation_id: int) -> Organisation | None:
        """The organisation of this id."""
        with self._database.read() as connection:
            row = connection.execute("SELECT * FROM organisations WHERE id = ?", [organisation_id]).fetchone()
        return _organisation(row) if row else None

    def organisations_named(self, text: str) -> tuple[Organisation, ...]:
        """The organisation of exactly this name or short name; else those whose name contains it."""
        with self._database.read() as connection:
            exact = "SELECT * FROM organisations WHERE casefold(name) = ? OR short_name = ?"
            like = "SELECT * FROM organisations WHERE instr(casefold(name), ?) > 0 ORDER BY name LIMIT 20"
            folded = text.strip().casefold()
            rows = connection.execute(exact, [folded, folded]).fetchall() or connection.execute(like, [folded])
            return tuple(_organisation(row) for row in rows)

    def page(self, text: str, offset: int, limit: int, now: datetime) -> OrganisationPage:
        """The organisations by name whose name and short name hold all words of `text`, and how many there are."""
        words = text.casefold().split()
        where = " AND ".join([f"instr({_NAMES}, ?) > 0"] * len(words)) or "1"
        with self._database.read() as connection:
            rows = connection.execute(
                f"SELECT * FROM organisations WHERE {where} ORDER BY name LIMIT ? OFFSET ?", [*words, limit, offset]
            ).fetchall()
            total = offset + len(rows)
            if len(rows) == limit or (offset and not rows):  # else this has seen the end of the list
                total = connection.execute(f"SELECT count(*) FROM organisations WHERE {where}", words).fetchone()[0]
            return OrganisationPage(_listed(connection, [_organisation(row) for row in rows], now), total)

    def listed(self, organisation: Organisation, now: datetime) -> ListedOrganisation:
        """This organisation as a list shows it."""
        with self._database.read() as connection:
            return _listed(connection, [organisation], now)[0]

    def lost_with_organisation(self, organisation_id: int) -> Loss:
        """What goes when this organisation goes, and what stands in the way."""
        with self._database.read() as connection:
            return Loss(*connection.execute(_LOST_WITH_ORGANISATION, [organisation_id]).fetchone())

    def delete_organisation(self, organisation_id: int) -> None:
        """Remove an organisation with its users and all that is configured for it; it must have no phones."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM users WHERE organisation_id = ?", [organisation_id])
            connection.execute("DELETE FROM organisations WHERE id = ?", [organisation_id])

    def delete_user(self, user_id: int) -> None:
        """Remove a user with identities and function keys."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM users WHERE id = ?", [user_id])

    def logged_in(self, organisation_id: int) -> dict[int, tuple[tuple[str, str], ...]]:
        """Where the users of an organisation are logged in: MAC and model of their phones, by user id."""
        found: dict[int, tuple[tuple[str, str], ...]] = {}
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT user_id, mac, model FROM users JOIN phones ON phones.user_id = users.id"
                " WHERE users.organisation_id = ? ORDER BY mac",
                [organisation_id],
            )
            for user_id, mac, model in rows:
                found[user_id] = (*found.get(user_id, ()), (mac, model))
        return found

    def save_organisation(self, organisation: Organisation) -> int:
        """Add (id 0) or change an organisation; returns its id."""
        values = [_column(getattr(organisation, name)) for name in _ORGANISATION_COLUMNS]
        with self._database.write() as connection:
            if organisation.id:
                sets = ", ".join(f"{name} = ?" for name in _ORGANISATION_COLUMNS)
                connection.execute(f"UPDATE organisations SET {sets} WHERE id = ?", [*values, organisation.id])
                return organisation.id
            marks = ",".join("?" * len(values))
            names = ",".join(_ORGANISATION_COLUMNS)
            cursor = connection.execute(f"INSERT INTO organisations ({names}) VALUES ({marks})", values)
            return int(cursor.lastrowid or 0)

    def users(self, organisation_id: int) -> tuple[User, ...]:
        """The users of an organisation by extension."""
        return self._users("organisation_id = ? ORDER BY length(extension), extension", [organisation_id])

    def user(self, user_id: int) -> User | None:
        """The user of this id."""
        with self._database.read() as connection:
            rows = connection.execute(f"{_USERS} WHERE users.id = ? ORDER BY position", [user_id]).fetchall()
        return _user(rows) if rows else None

    def user_by_extension(self, organisation_id: int, extension: str) -> User | None:
        """The user who has this extension in this organisation."""
        found = self._users(
            "organisation_id = ? AND extension = ? ORDER BY users.id", [organisation_id, extension.strip()]
        )
        return next(iter(found), None)

    def _users(self, where: str, values: Sequence[int | str]) -> tuple[User, ...]:
        with self._database.read() as connection:
            rows = connection.execute(f"{_USERS} WHERE {where}, position", values).fetchall()
        members = (tuple(rows) for _, rows in groupby(rows, key=itemgetter(0)))
        return tuple(_user(rows) for rows in members)

    def save_user(self, user: User) -> int:
        """Add (id 0) or change a user with all identities; returns its id."""
        columns = ("organisation_id", "extension", "name", "voicemail", "ring_internal", "ring_external", "pin")
        values = [getattr(user, name) for name in columns]
        with self._database.write() as connection:
            if user.id:
                sets = ", ".join(f"{name} = ?" for name in columns)
                connection.execute(f"UPDATE users SET {sets} WHERE id = ?", [*values, user.id])
                user_id = user.id
            else:
                marks = ",".join("?" * len(values))
                cursor = connection.execute(f"INSERT INTO users ({','.join(columns)}) VALUES ({marks})", values)
                user_id = int(cursor.lastrowid or 0)
            connection.execute("DELETE FROM identities WHERE user_id = ?", [user_id])
            connection.executemany(
                "INSERT INTO identities (user_id, position, sip_username, sip_password, display_name)"
                " VALUES (?, ?, ?, ?, ?)",
                [
                    (user_id, position, identity.sip_username, identity.sip_password, identity.display_name)
                    for position, identity in enumerate(user.identities, start=1)
                ],
            )
        return user_id

    def phone_counts(self) -> dict[int, int]:
        """How many phones each organisation has, by organisation id."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT organisation_id, count(*) FROM phones GROUP BY organisation_id")
            return dict(rows.fetchall())


def _column(value: object) -> object:
    return ";".join(str(part) for part in value) if isinstance(value, tuple) else value


def _listed(
    connection: Connection, organisations: Sequence[Organisation], now: datetime
) -> tuple[ListedOrganisation, ...]:
    ids = json.dumps([organisation.id for organisation in organisations])
    kinds = {kind.rank: kind for kind in VerdictKind}
    verdicts = {organisation.id: dict.fromkeys(VerdictKind, 0) for organisation in organisations}
    for organisation_id, rank, count in connection.execute(_VERDICTS, [ids]):
        verdicts[organisation_id][kinds[rank]] = count
    for organisation_id, rank, count in connection.execute(_TURNED, [stamp(now)]):
        if organisation_id in verdicts:
            verdicts[organisation_id][kinds[rank]] -= count
            verdicts[organisation_id][VerdictKind.ATTENTION] += count
    users = dict(connection.execute(_USER_COUNTS, [ids]).fetchall())
    return tuple(
        ListedOrganisation(organisation, verdicts[organisation.id], users.get(organisation.id, 0))
        for organisation in organisations
    )


def _organisation(row: Row) -> Organisation:
    values = {name: row[name] for name in _ORGANISATION_COLUMNS}
    values |= {
        "language": Language(row["language"]),
        "country": Country(row["country"]),
        "codecs": tuple(Codec(name) for name in row["codecs"].split(";")),
        "call_waiting": CallWaiting(row["call_waiting"]),
        "caller_id_display": CallerIdDisplay(row["caller_id_display"]),
    }
    return Organisation(id=row["id"], **values)


def _user(rows: Sequence[Row]) -> User:
    """One user from a row for each identity."""
    user_id, organisation_id, extension, name, voicemail, ring_internal, ring_external, pin, *_ = rows[0]
    identities = tuple([Identity(*row[8:]) for row in rows if row[8] is not None])
    return User(user_id, organisation_id, extension, name, identities, voicemail, ring_internal, ring_external, pin)
