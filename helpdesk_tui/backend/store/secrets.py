"""The secret segments of phones' definitive URLs, of many phones at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from helpdesk_tui.backend.store.database import Database, stamp

# A phone that was told its secret and still has a former one may use either: it waits until it has chosen.
RENEWABLE = """
SELECT id, secret, previous_secret,
       secret_sent_at IS NOT NULL OR (last_seen IS NOT NULL AND previous_secret = '') AS told
FROM phones WHERE (substr(secret, 1, length(?1)) = ?1) <> ?2 AND NOT (told AND previous_secret <> '')
"""


class KnownSecret(NamedTuple):
    """A phone's secret."""

    phone_id: int
    secret: str
    previous: str
    told: bool
    """Whether the phone may know it."""


class SecretTable:
    """The secrets of one environment's phones."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def beginning(self, prefix: str) -> tuple[KnownSecret, ...]:
        """The secrets that begin so, of phones that can be given others now."""
        return self._renewable(prefix, 0)

    def not_beginning(self, prefix: str) -> tuple[KnownSecret, ...]:
        """The secrets that begin otherwise, of phones that can be given others now."""
        return self._renewable(prefix, 1)

    def _renewable(self, prefix: str, begins: int) -> tuple[KnownSecret, ...]:
        with self._database.read() as connection:
            rows = connection.execute(RENEWABLE, [prefix, begins])
            return tuple(KnownSecret(row[0], row[1], row[2], bool(row[3])) for row in rows)

    def replace(self, secrets: Sequence[tuple[KnownSecret, str]], at: datetime) -> None:
        """Give phones new secrets; what a phone may know stays good until it has used its new one."""
        with self._database.write() as connection:
            connection.executemany(
                "UPDATE phones SET secret = ?, previous_secret = ?, secret_sent_at = NULL, changed_at = ?"
                " WHERE id = ? AND secret = ?",
                _rows(secrets, stamp(at)),
            )


def _rows(secrets: Iterable[tuple[KnownSecret, str]], at: str) -> Iterable[tuple[object, ...]]:
    for known, new in secrets:
        yield new, known.secret if known.told else known.previous, at, known.phone_id, known.secret
