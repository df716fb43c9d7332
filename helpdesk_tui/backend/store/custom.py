"""Function keys and custom settings, of phones, of users, and of models within an organisation."""

from __future__ import annotations

from collections.abc import Mapping
from sqlite3 import Row
from typing import NamedTuple

from helpdesk_tui.backend.model.keys import CustomSetting, FunctionKey, KeyFunction, Scope
from helpdesk_tui.backend.model.phone import Provisioned
from helpdesk_tui.backend.store.database import Database

_OF_PHONE = "phone_id = ? OR (organisation_id = ? AND model = ?)"

OWN = """number, EXISTS (SELECT 1 FROM function_keys WHERE phone_id = {phone} OR user_id = {user}),
       EXISTS (SELECT 1 FROM custom_settings WHERE phone_id = {phone})"""
"""The columns of `Own` for a phone, to be selected from `settings_version`."""

_OWN = f"SELECT {OWN.format(phone='?1', user='?2')} FROM settings_version"


class Own(NamedTuple):
    """Whether a phone has something that others of its model do not have."""

    version: int
    """`Store.settings_version` at this moment."""
    function_keys: int
    """1: it or its user has some."""
    custom_settings: int
    """1: it has some."""


class CustomTable:
    """What is configured on top of the common settings."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def own(self, phone: Provisioned) -> Own:
        """Whether this phone has more than what its model has within the organisation."""
        with self._database.read() as connection:
            return Own(*connection.execute(_OWN, [phone.id, phone.user_id]).fetchone())

    def function_keys(self, phone: Provisioned) -> tuple[FunctionKey, ...]:
        """All keys that concern this phone, of all scopes."""
        with self._database.read() as connection:
            rows = connection.execute(
                f"SELECT * FROM function_keys WHERE {_OF_PHONE} OR (user_id = ?) ORDER BY scope, position",
                [phone.id, phone.organisation_id, phone.model, phone.user_id],
            )
            return tuple(_key(row) for row in rows)

    def custom_settings(self, phone: Provisioned) -> tuple[CustomSetting, ...]:
        """All custom settings that concern this phone: those of its model first, in the order they were entered."""
        with self._database.read() as connection:
            rows = connection.execute(
                f"SELECT * FROM custom_settings WHERE {_OF_PHONE} ORDER BY scope, id",
                [phone.id, phone.organisation_id, phone.model],
            )
            return tuple(CustomSetting(row["name"], row["value"], Scope(row["scope"])) for row in rows)

    def keys_of(self, owner: Mapping[str, int | str]) -> tuple[FunctionKey, ...]:
        """The function keys of one owner alone, as `set_function_keys` names it, by position."""
        with self._database.read() as connection:
            rows = connection.execute(
                f"SELECT * FROM function_keys WHERE {_where(owner)} ORDER BY position", list(owner.values())
            )
            return tuple(_key(row) for row in rows)

    def settings_of(self, owner: Mapping[str, int | str]) -> tuple[CustomSetting, ...]:
        """The custom settings of one owner alone, in the order they were entered."""
        with self._database.read() as connection:
            rows = connection.execute(
                f"SELECT * FROM custom_settings WHERE {_where(owner)} ORDER BY id", list(owner.values())
            )
            return tuple(CustomSetting(row["name"], row["value"], Scope(row["scope"])) for row in rows)

    def models(self, organisation_id: int) -> tuple[tuple[str, int, int, int], ...]:
        """The models that an organisation has, each with its phones, function keys and custom settings."""
        sources = ("phones", "function_keys", "custom_settings")
        selects = " UNION ALL ".join(
            f"SELECT model, {', '.join(str(int(source == counted)) for counted in sources)} FROM {source}"
            " WHERE organisation_id = ? AND model IS NOT NULL"
            for source in sources
        )
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT model, sum(phones), sum(keys), sum(settings) FROM"
                f" (SELECT NULL AS model, 0 AS phones, 0 AS keys, 0 AS settings WHERE 0 UNION ALL {selects})"
                " GROUP BY model ORDER BY model",
                [organisation_id] * len(sources),
            )
            return tuple(tuple(row) for row in rows)

    def set_function_keys(self, scope: Scope, owner: Mapping[str, int | str], keys: tuple[FunctionKey, ...]) -> None:
        """Replace the keys of one owner: `{"phone_id": 1}`, `{"user_id": 1}`, or organisation_id with model."""
        columns = ["scope", *owner, "position", "function", "value", "label"]
        with self._database.write() as connection:
            connection.execute(
                f"DELETE FROM function_keys WHERE scope = ? AND {_where(owner)}", [scope, *owner.values()]
            )
            connection.executemany(
                f"INSERT INTO function_keys ({','.join(columns)}) VALUES ({','.join('?' * len(columns))})",
                [[scope, *owner.values(), key.position, key.function, key.value, key.label] for key in keys],
            )

    def set_custom_settings(
        self, scope: Scope, owner: Mapping[str, int | str], settings: tuple[CustomSetting, ...]
    ) -> None:
        """Replace the custom settings of one owner: `{"phone_id": 1}`, or organisation_id with model."""
        columns = ["scope", *owner, "name", "value"]
        with self._database.write() as connection:
            connection.execute(
                f"DELETE FROM custom_settings WHERE scope = ? AND {_where(owner)}", [scope, *owner.values()]
            )
            connection.executemany(
                f"INSERT INTO custom_settings ({','.join(columns)}) VALUES ({','.join('?' * len(columns))})",
                [[scope, *owner.values(), setting.name, setting.value] for setting in settings],
            )


def _where(owner: Mapping[str, int | str]) -> str:
    return " AND ".join(f"{name} = ?" for name in owner)


def _key(row: Row) -> FunctionKey:
    function, scope = KeyFunction(row["function"]), Scope(row["scope"])
    return FunctionKey(row["position"], function, row["value"], row["label"], scope)
