"""Function keys and custom settings, of phones, of users, and of models within an organisation."""

from __future__ import annotations

from helpdesk_tui.backend.model.keys import CustomSetting, FunctionKey, KeyFunction, Scope
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.store.database import Database

_OF_PHONE = "phone_id = ? OR (organisation_id = ? AND model = ?)"


class CustomTable:
    """What is configured on top of the common settings."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def function_keys(self, phone: Phone) -> tuple[FunctionKey, ...]:
        """All keys that concern this phone, of all scopes."""
        with self._database.read() as connection:
            rows = connection.execute(
                f"SELECT * FROM function_keys WHERE {_OF_PHONE} OR (user_id = ?) ORDER BY scope, position",
                [phone.id, phone.organisation_id, phone.model, phone.user_id],
            )
            return tuple(
                FunctionKey(
                    row["position"], KeyFunction(row["function"]), row["value"], row["label"], Scope(row["scope"])
                )
                for row in rows
            )

    def custom_settings(self, phone: Phone) -> tuple[CustomSetting, ...]:
        """All custom settings that concern this phone: those of its model first, in the order they were entered."""
        with self._database.read() as connection:
            rows = connection.execute(
                f"SELECT * FROM custom_settings WHERE {_OF_PHONE} ORDER BY scope, id",
                [phone.id, phone.organisation_id, phone.model],
            )
            return tuple(CustomSetting(row["name"], row["value"], Scope(row["scope"])) for row in rows)

    def set_function_keys(self, scope: Scope, owner: dict[str, int | str], keys: tuple[FunctionKey, ...]) -> None:
        """Replace the keys of one owner: `{"phone_id": 1}`, `{"user_id": 1}`, or organisation_id with model."""
        columns = ["scope", *owner, "position", "function", "value", "label"]
        where = " AND ".join(f"{name} = ?" for name in owner)
        with self._database.write() as connection:
            connection.execute(f"DELETE FROM function_keys WHERE scope = ? AND {where}", [scope, *owner.values()])
            connection.executemany(
                f"INSERT INTO function_keys ({','.join(columns)}) VALUES ({','.join('?' * len(columns))})",
                [[scope, *owner.values(), key.position, key.function, key.value, key.label] for key in keys],
            )

    def set_custom_settings(
        self, scope: Scope, owner: dict[str, int | str], settings: tuple[CustomSetting, ...]
    ) -> None:
        """Replace the custom settings of one owner: `{"phone_id": 1}`, or organisation_id with model."""
        columns = ["scope", *owner, "name", "value"]
        where = " AND ".join(f"{name} = ?" for name in owner)
        with self._database.write() as connection:
            connection.execute(f"DELETE FROM custom_settings WHERE scope = ? AND {where}", [scope, *owner.values()])
            connection.executemany(
                f"INSERT INTO custom_settings ({','.join(columns)}) VALUES ({','.join('?' * len(columns))})",
                [[scope, *owner.values(), setting.name, setting.value] for setting in settings],
            )
