"""The secret segments of phones' definitive URLs, of many phones at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from helpdesk_tui.backend.store.database import Database, stamp

# A phone that has a former secret too may use either: it is left alone until it has used the new one.
RENEWABLE = """
SELECT id, secret FROM phones WHERE previous_secret = '' AND (substr(secret, 1, length(?1)) = ?1) <> ?2 LIMIT ?3
"""
RENEW = """
UPDATE phones SET secret = ?1, previous_secret = ?2, secret_sent_at = NULL, changed_at = ?3
WHERE id = ?4 AND secret = ?2 AND previous_secret = ''
"""


class KnownSecret(NamedTuple):
    """The only secret of a phone."""

    phone_id: int
    secret: str


class SecretTable:
    """The secrets of one environment's phones."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def beginning(self, prefix: str, limit: int) -> tuple[KnownSecret, ...]:
        """Some of the secrets that begin so."""
        return self._renewable(prefix, 0, limit)

    def not_beginning(self, prefix: str, limit: int) -> tuple[KnownSecret, ...]:
        """Some of the secrets that begin otherwise."""
        return self._renewable(prefix, 1, limit)

    def _renewable(self, prefix: str, begins: int, limit: int) -> tuple[KnownSecret, ...]:
        with self._database.read() as connection:
            return tuple(KnownSecret(*row) for row in connection.execute(RENEWABLE, [prefix, begins, limit]))

    def renew(self, secrets: Sequence[tuple[KnownSecret, str]], at: datetime) -> None:
        """Give phones new secrets; the former ones stay good until these are used, as phones may know them already."""
        with self._database.write() as connection:
            connection.executemany(RENEW, [(new, known.secret, stamp(at), known.phone_id) for known, new in secrets])
