"""Visits of phones at the endpoint: who stands at the door, and what their fetches taught."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Row
from typing import TYPE_CHECKING, NamedTuple

from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.phone import Phone
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.model.verdict import SILENCE_IS_ODD, Verdict, VerdictKind, in_normal_operation, judge
from helpdesk_tui.backend.store.custom import OWN, Own
from helpdesk_tui.backend.store.database import Database, stamp
from helpdesk_tui.backend.store.phones import phones_by_ids

if TYPE_CHECKING:
    from helpdesk_tui.backend.store import Clock

_ENTRANCE = f"""
SELECT phones.id, mac, vendor, model, name, vlan, modules, organisation_id, user_id, sip_username, sip_password,
       web_password, firmware_installed, firmware_selected, secret, previous_secret, token,
       {OWN.format(phone="phones.id", user="phones.user_id")},
       (SELECT etag FROM last_fetched WHERE phone_id = phones.id)
FROM phones, settings_version
"""
ENTRANCE = f"{_ENTRANCE} WHERE secret = ?"
OF_EACH_MODEL = f"{_ENTRANCE} WHERE phones.id IN (SELECT max(id) FROM phones GROUP BY model COLLATE NOCASE)"


class Entrance(NamedTuple):
    """A phone at its definitive URL: all that decides what it gets there, to be compared with an earlier answer."""

    id: int
    mac: Mac
    vendor: Vendor
    model: str
    name: str
    vlan: int | None
    modules: int
    organisation_id: int
    user_id: int | None
    sip_username: str
    sip_password: str
    web_password: str
    firmware_installed: str | None
    firmware_selected: str | None
    secret: str
    previous_secret: str
    token: str
    version: int
    """`Store.settings_version` at this moment; the next two as in `Own`."""
    function_keys: int
    custom_settings: int

    def __repr__(self) -> str:
        return f"Entrance({self.id})"  # the rest holds secrets

    @property
    def own(self) -> Own:
        """Whether it has something that others of its model do not have."""
        return Own(self.version, self.function_keys, self.custom_settings)


# All in one row, as JSON: after each row the two threads would wait for each other.
IDENTITIES = """
SELECT json_group_array(json_array(phones.id, mac, vendor, model, firmware_installed, organisations.name))
FROM phones JOIN organisations ON organisations.id = organisation_id
WHERE phones.id IN (SELECT value FROM json_each(?))
"""


class PhoneIdentity(NamedTuple):
    """What a phone is, and what it runs."""

    id: int
    mac: str
    """Twelve hexadecimal digits."""
    vendor: str
    model: str
    firmware_installed: str | None
    organisation: str


@dataclass(frozen=True, slots=True)
class Visit:
    """One fetch by which a phone got its settings."""

    phone_id: int
    at: datetime
    address: str
    firmware: str | None
    """What it reported to run; None: nothing."""
    settings: bool = True
    """It got its settings file, and not only one of those around it."""


# All visits in one statement, as JSON: while SQLite works them off, the thread that answers phones goes on. A statement
# for each of them would make the two threads wait for each other every time.
_VISITS = """
(SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS at, json_extract(value, '$[2]') AS address,
        json_extract(value, '$[3]') AS firmware, json_extract(value, '$[4]') AS settings FROM json_each(?1)) AS visit
"""

SEEN = f"""
UPDATE phones SET last_seen = visit.at,
    secret_sent_at = CASE WHEN visit.settings THEN coalesce(secret_sent_at, visit.at) ELSE secret_sent_at END,
    firmware_learned_at = CASE WHEN visit.firmware IS NULL THEN firmware_learned_at ELSE visit.at END
FROM {_VISITS} WHERE phones.id = visit.id
"""

# Apart, as few phones bring news, and these columns are in indexes.
LEARNED = f"""
UPDATE phones SET last_address = visit.address, firmware_installed = coalesce(visit.firmware, firmware_installed)
FROM {_VISITS} WHERE phones.id = visit.id
AND (last_address <> visit.address OR firmware_installed IS NOT coalesce(visit.firmware, firmware_installed))
"""

# Another fetch of the file that names the selected firmware, by a phone that reports another (NULL: that reports none).
COUNT_FETCH = f"""
UPDATE phones SET firmware_fetches = CASE WHEN visit.firmware = firmware_selected THEN 0 ELSE firmware_fetches + 1 END
FROM {_VISITS}
WHERE phones.id = visit.id AND visit.settings AND visit.firmware IS NOT NULL AND firmware_selected_at < visit.at
AND EXISTS (
    SELECT 1 FROM firmware WHERE version = firmware_selected AND certified_on IS NOT NULL AND withdrawn_on IS NULL
    AND instr(' ' || models || ' ', ' ' || phones.model || ' '))
"""

# The phones that are not simply in normal operation: see `in_normal_operation`.
EVENTFUL = f"""
SELECT phones.id FROM {_VISITS} JOIN phones ON phones.id = visit.id
WHERE step <> 'disabled' OR firmware_selected IS NOT NULL OR token_used_at IS NOT NULL
OR EXISTS (SELECT 1 FROM jobs WHERE jobs.mac = phones.mac AND jobs.phone_id = phones.id)
"""

_VERDICTS = """
(SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS rank, json_extract(value, '$[2]') AS turns_at
 FROM json_each(?1)) AS verdict
"""
TURNS = f"""
UPDATE phones SET verdict_turns_at = verdict.turns_at
FROM {_VERDICTS} WHERE phones.id = verdict.id AND verdict_turns_at IS NOT verdict.turns_at
"""
RANKED = f"""
UPDATE phones SET verdict_rank = verdict.rank
FROM {_VERDICTS} WHERE phones.id = verdict.id AND verdict_rank <> verdict.rank
"""

_RANKS = {kind: kind.rank for kind in VerdictKind}


class VisitTable:
    """The phones of one environment, as the endpoint sees them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def entrance(self, secret: str) -> tuple[Entrance, str | None] | None:
        """What decides what the phone with this definitive secret gets, and the etag of the settings file it has."""
        with self._database.read() as connection:
            row = connection.execute(ENTRANCE, [secret]).fetchone()
        return _entrance(row) if row else None

    def of_each_model(self) -> tuple[Entrance, ...]:
        """One phone of each model that there is, at its definitive URL."""
        with self._database.read() as connection:
            return tuple(_entrance(row)[0] for row in connection.execute(OF_EACH_MODEL))

    def identities(self, phone_ids: Iterable[int]) -> dict[int, PhoneIdentity]:
        """What these phones are, as far as they still exist: little of each, of many."""
        with self._database.read() as connection:
            (found,) = connection.execute(IDENTITIES, [json.dumps(list(set(phone_ids)))]).fetchone()
        return {row[0]: PhoneIdentity(*row) for row in json.loads(found)}

    def seen(self, visits: Sequence[Visit]) -> tuple[Phone, ...]:
        """Write down what fetches taught about phones, and renew their verdicts; returns those whose fetch may mean
        more than that they are in normal operation, as they are now."""
        now = self._clock()
        rows = json.dumps([[v.phone_id, stamp(v.at), v.address, v.firmware, v.settings] for v in visits])
        with self._database.write() as connection:
            for statement in (SEEN, LEARNED, COUNT_FETCH):
                connection.execute(statement, [rows])
            eventful = {row[0] for row in connection.execute(EVENTFUL, [rows])}
            late = {visit.phone_id for visit in visits if now - visit.at >= SILENCE_IS_ODD}
            phones = phones_by_ids(connection, sorted(eventful | late))
            verdicts = {visit.phone_id: in_normal_operation(visit.at) for visit in visits}
            verdicts |= {phone.id: judge(phone, now) for phone in phones}
            stored = json.dumps([_stored(phone_id, verdict) for phone_id, verdict in verdicts.items()])
            for statement in (TURNS, RANKED):
                connection.execute(statement, [stored])
        return phones


def _entrance(row: Row) -> tuple[Entrance, str | None]:
    phone_id, mac, vendor, *rest, has = row
    return Entrance(phone_id, Mac(mac), Vendor(vendor), *rest), has


def _stored(phone_id: int, verdict: Verdict) -> tuple[int, int, str | None]:
    return phone_id, _RANKS[verdict.kind], stamp(verdict.turns_at) if verdict.turns_at else None
