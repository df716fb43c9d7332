"""Where phones last fetched from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.site import LastFetch
from helpdesk_tui.backend.store.database import Database, moment
from helpdesk_tui.backend.store.search import at_sites


class Group(NamedTuple):
    """The phones of one organisation behind one public address."""

    address: str
    organisation: str
    phones: int
    latest: datetime | None


class SiteTable:
    """The phones of one environment by their public addresses."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def groups(self, sites: Iterable[str] | None = None) -> tuple[Group, ...]:
        """The phones of every public address and organisation; of these sites alone, where they are given."""
        where, values = ("last_address <> ''", []) if sites is None else at_sites(sites)
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT last_address, organisations.name, phones, latest FROM (SELECT last_address, organisation_id,"
                f" count(*) AS phones, max(last_seen) AS latest FROM phones WHERE {where}"
                " GROUP BY last_address, organisation_id) JOIN organisations ON organisations.id = organisation_id",
                values,
            )
            return tuple(Group(row[0], row[1], row[2], moment(row[3])) for row in rows)

    def last_fetches(self, addresses: Iterable[str]) -> Iterator[tuple[str, LastFetch]]:
        """Address and last fetch of all phones in use there; those that wait for a reset are judged by their deadline.

        As one text, for they may be very many.
        """
        with self._database.read() as connection:
            (found,) = connection.execute(
                "SELECT json_group_array(json_array(last_address, mac, last_seen)) FROM phones WHERE last_address IN"
                " (SELECT value FROM json_each(?)) AND last_seen IS NOT NULL AND step <> 'active'",
                [json.dumps(list(addresses))],
            ).fetchone()
        for address, mac, at in json.loads(found):
            yield address, LastFetch(Mac(mac), datetime.fromisoformat(at))
