"""Phones: found, listed, added, changed, removed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Connection, IntegrityError, Row
from typing import TYPE_CHECKING

from helpdesk_tui.backend.errors import BadInput, DatabaseProblem
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.phone import Pending, Phone
from helpdesk_tui.backend.model.query import Query
from helpdesk_tui.backend.model.reason import Reason
from helpdesk_tui.backend.model.step import Call, Step
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.model.verdict import VerdictKind, judge
from helpdesk_tui.backend.store.database import Database, moment, stamp
from helpdesk_tui.backend.store.search import TURNED, at_sites, condition, narrowing

if TYPE_CHECKING:
    from helpdesk_tui.backend.store import Clock

SELECT = """
SELECT phones.id, phones.mac, phones.vendor, phones.model, phones.organisation_id, organisations.name,
       step, step_since, added_at, phones.name, phones.serial, phones.pin, vlan, modules,
       user_id, users.name, users.extension, sip_username, sip_password, web_password,
       deadline, phones.reason, phones.reason_text, jobs.call, jobs.tries, jobs.next_try, jobs.leased_until,
       firmware_installed, firmware_learned_at, firmware_selected, firmware_selected_at, firmware_fetches,
       last_seen, changed_at, secret, previous_secret, token, token_used_at, secret_sent_at, last_address
FROM phones
JOIN organisations ON organisations.id = phones.organisation_id
LEFT JOIN users ON users.id = phones.user_id
LEFT JOIN jobs ON jobs.mac = phones.mac AND jobs.phone_id = phones.id
"""

# Line breaks between them: no search text has one, so nothing is found across two of them.
_TEXT = """
casefold(
    coalesce((SELECT name || ' ' || extension FROM users WHERE users.id = user_id), '') || char(10) ||
    mac || char(10) || name || char(10) || model || char(10) || vendor || char(10) || serial || char(10) ||
    (SELECT name || char(10) || short_name FROM organisations WHERE organisations.id = organisation_id))
"""
SEARCH_TEXT = f"search_text = {_TEXT}"

# With its search text at once: to write it afterwards would change several indexes again.
INSERT = f"""
INSERT INTO phones ({{names}}, search_text) SELECT {{marks}}, {_TEXT}
FROM (SELECT :user_id AS user_id, :mac AS mac, :name AS name, :model AS model, :vendor AS vendor, :serial AS serial,
             :organisation_id AS organisation_id)
"""
_NO_USER: dict[str, object] = {"user_id": None}


FEW = 1000
"""Phones that are faster looked up one by one than by walking the list."""

# SQLite would give the id of the newest phone to the next one, once that is removed; whoever still looks at the
# removed one must not act on another phone.
NEW_ID = """
SELECT 1 + max(coalesce((SELECT max(id) FROM phones), 0),
               coalesce((SELECT CAST(value AS INTEGER) FROM environment WHERE key = 'last_phone_id'), 0))
"""
REMEMBER_ID = """
INSERT INTO environment (key, value) VALUES ('last_phone_id', CAST(?1 AS TEXT))
ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE CAST(value AS INTEGER) < ?1
"""

LOOK_AHEAD = 200
"""Rows that are read beyond a window, in the hope to reach the end and to be spared a second search for the count."""


@dataclass(frozen=True, slots=True)
class Page:
    """A window on a long list."""

    phones: tuple[Phone, ...]
    total: int
    """How many phones match in all."""


class PhoneTable:
    """The phones of one environment."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def page(self, query: Query, offset: int, limit: int) -> Page:
        """The matching phones `offset` to `offset + limit`, what needs attention first, and how many there are."""
        with self._database.read() as connection:
            where, values = self._where(connection, query)
            order = "ORDER BY verdict_rank, mac LIMIT ? OFFSET ?"
            ahead = max(limit, LOOK_AHEAD)
            rows = connection.execute(f"SELECT id FROM phones{where} {order}", [*values, ahead, offset]).fetchall()
            phones = phones_by_ids(connection, [row[0] for row in rows[:limit]])
            total = offset + len(rows)
            if len(rows) == ahead or (offset and not rows):  # else this has seen the end of the list
                total = connection.execute(f"SELECT count(*) FROM phones{where}", values).fetchone()[0]
        return Page(phones, total)

    def all(self, query: Query) -> tuple[Phone, ...]:
        """All matching phones, by verdict and MAC."""
        with self._database.read() as connection:
            where, values = self._where(connection, query)
            order = "ORDER BY verdict_rank, phones.mac"
            rows = connection.execute(f"{SELECT} WHERE phones.id IN (SELECT id FROM phones{where}) {order}", values)
            return tuple(_phone(row) for row in rows)

    def after(
        self, query: Query, mac: Mac | None, limit: int, organisation_ids: Sequence[int] | None
    ) -> tuple[Phone, ...]:
        """The first matching phones by MAC after this one, of these organisations (None: of all).

        Walking a list so finds every phone once, whatever becomes of verdicts in the meantime.
        """
        with self._database.read() as connection:
            where, values = self._where(connection, query)
            where += f"{' AND' if where else ' WHERE'} mac > ?"
            values.append(mac.hex if mac else "")
            if organisation_ids is not None:
                where += " AND organisation_id IN (SELECT value FROM json_each(?))"
                values.append(json.dumps(list(organisation_ids)))
            rows = connection.execute(f"SELECT id FROM phones{where} ORDER BY mac LIMIT ?", [*values, limit])
            return phones_by_ids(connection, [row[0] for row in rows.fetchall()])

    def _where(self, connection: Connection, query: Query) -> tuple[str, list[object]]:
        """The condition of a query with its values; over the few candidates only, where the search index names them."""
        where, values = condition(query, stamp(self._clock()))
        groups = narrowing(query)
        if groups is None:
            return where, [*values]
        found = "SELECT rowid FROM phones_search WHERE phones_search MATCH ? LIMIT ?"
        candidates = [row[0] for row in connection.execute(found, [groups, FEW + 1])]
        if len(candidates) > FEW:
            return where, [*values]  # then walking the list is faster
        return f"{where} AND id IN ({','.join('?' * len(candidates))})", [*values, *candidates]

    def counts(self, query: Query) -> dict[VerdictKind, int]:
        """How many phones match, by verdict."""
        now = stamp(self._clock())
        rank = f"CASE WHEN {TURNED} THEN 0 ELSE verdict_rank END"
        with self._database.read() as connection:
            where, values = self._where(connection, query)
            rows = connection.execute(f"SELECT {rank}, count(*) FROM phones{where} GROUP BY 1", [now, *values])
            found = dict(rows.fetchall())
        return {kind: found.get(kind.rank, 0) for kind in VerdictKind}

    def by_id(self, phone_id: int) -> Phone | None:
        """The phone of this id."""
        return self._one("phones.id = ?", phone_id)

    def by_ids(self, phone_ids: Iterable[int]) -> tuple[Phone, ...]:
        """The phones of these ids that still exist, by MAC; any number of them."""
        where = "WHERE phones.id IN (SELECT value FROM json_each(?)) ORDER BY phones.mac"
        with self._database.read() as connection:
            rows = connection.execute(f"{SELECT} {where}", [json.dumps(list(phone_ids))])
            return tuple(_phone(row) for row in rows)

    def choices(self, phone_ids: Sequence[int]) -> dict[int, tuple[str, str | None]]:
        """Model and selected firmware of these phones, as far as they still exist: little of each, of many."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT id, model, firmware_selected FROM phones WHERE id IN (SELECT value FROM json_each(?))",
                [json.dumps(list(phone_ids))],
            )
            return {row[0]: (row[1], row[2]) for row in rows}

    def by_mac(self, mac: Mac) -> Phone | None:
        """The phone of this MAC."""
        return self._one("phones.mac = ?", mac.hex)

    def by_access(self, segment: str) -> Phone | None:
        """The phone whose secret, previous secret or temporary token this path segment is."""
        if not segment:
            return None
        return (
            self._one("phones.secret = ?", segment)
            or self._one("phones.previous_secret = ? AND phones.previous_secret <> ''", segment)
            or self._one("phones.token = ? AND phones.token <> ''", segment)
        )

    def at_address(self, address: str, limit: int = 20) -> tuple[Phone, ...]:
        """The phones that last came from the site of this public address, the latest first."""
        where, values = at_sites([address])
        with self._database.read() as connection:
            rows = connection.execute(f"{SELECT} WHERE {where} ORDER BY last_seen DESC LIMIT ?", [*values, limit])
            return tuple(_phone(row) for row in rows)

    def by_macs(self, macs: Iterable[Mac]) -> tuple[Phone, ...]:
        """The phones of these MACs, as far as they are ours."""
        with self._database.read() as connection:
            where = "WHERE phones.mac IN (SELECT value FROM json_each(?))"
            rows = connection.execute(f"{SELECT} {where}", [json.dumps([mac.hex for mac in macs])])
            return tuple(_phone(row) for row in rows)

    def of_organisation(self, organisation_id: int, model: str | None = None) -> tuple[Phone, ...]:
        """The phones of an organisation by MAC; with `model` only those of it."""
        where, values = "phones.organisation_id = ?", [organisation_id, *([model] if model else [])]
        with self._database.read() as connection:
            only = " AND phones.model = ?" if model else ""
            rows = connection.execute(f"{SELECT} WHERE {where}{only} ORDER BY phones.mac", values)
            return tuple(_phone(row) for row in rows)

    def of_user(self, user_id: int) -> tuple[Phone, ...]:
        """The phones that this user is logged in on."""
        with self._database.read() as connection:
            rows = connection.execute(f"{SELECT} WHERE phones.user_id = ? ORDER BY phones.mac", [user_id])
            return tuple(_phone(row) for row in rows)

    def past_deadline(self, now: datetime) -> tuple[Phone, ...]:
        """The phones whose registration should have ended, oldest first."""
        with self._database.read() as connection:
            where = "WHERE step = 'active' AND deadline <= ? ORDER BY deadline, phones.id"
            return tuple(_phone(row) for row in connection.execute(f"{SELECT}{where}", [stamp(now)]))

    def _one(self, where: str, value: int | str) -> Phone | None:
        with self._database.read() as connection:
            row = connection.execute(f"{SELECT} WHERE {where}", [value]).fetchone()
        return _phone(row) if row else None

    def macs(self) -> frozenset[str]:
        """The hexadecimal digits of every MAC of this environment."""
        with self._database.read() as connection:
            return frozenset(row[0] for row in connection.execute("SELECT mac FROM phones"))

    def insert(self, values: Mapping[str, object]) -> Phone:
        """Add a phone from column values; times are moments. Raises BadInput for a known MAC."""
        (phone,) = self.insert_many([values])
        return phone

    def insert_many(self, rows: Sequence[Mapping[str, object]]) -> tuple[Phone, ...]:
        """Add phones from column values, in this order, their search text and verdict included. Raises BadInput for a
        known MAC; then the transaction is to be given up."""
        kinds: dict[tuple[str, ...], list[dict[str, object]]] = {}
        with self._database.write() as connection:
            first = connection.execute(NEW_ID).fetchone()[0]
            for number, values in enumerate(rows):
                columns = {"id": first + number, **{name: _stored(value) for name, value in values.items()}}
                kinds.setdefault(tuple(columns), []).append(_NO_USER | columns)
            try:
                for names, stored in kinds.items():
                    marks = ",".join(f":{name}" for name in names)
                    connection.executemany(INSERT.format(names=",".join(names), marks=marks), stored)
            except IntegrityError as error:
                if "phones.mac" not in str(error):
                    raise
                raise BadInput(
                    f"{self._known_among(connection, rows, first)} is already in this environment: a MAC can be added "
                    "once; search for it to see where."
                ) from error
            phones = phones_by_ids(connection, range(first, first + len(rows)))
            self._judge(connection, phones)
        return phones

    def _known_among(self, connection: Connection, rows: Iterable[Mapping[str, object]], first: int) -> Mac:
        """The first of these that was there before the phone of this id."""
        macs = [str(_stored(values["mac"])) for values in rows]
        known = "SELECT mac FROM phones WHERE id < ? AND mac IN (SELECT value FROM json_each(?))"
        found = {row[0] for row in connection.execute(known, [first, json.dumps(macs)])}
        return Mac(next((mac for mac in macs if mac in found), macs[0]))

    def update(self, phone_id: int, values: Mapping[str, object]) -> None:
        """Change columns of a phone; times are moments. Its search text and verdict follow."""
        self.update_many([phone_id], values)

    def update_many(self, phone_ids: Sequence[int], values: Mapping[str, object]) -> None:
        """Change the same columns of several phones."""
        sets = ", ".join(f"{name} = ?" for name in values)
        stored = [_stored(value) for value in values.values()]
        with self._database.write() as connection:
            connection.executemany(
                f"UPDATE phones SET {sets} WHERE id = ?", ([*stored, phone_id] for phone_id in phone_ids)
            )
            if _ONLY_FIRMWARE.issuperset(values):
                # A new choice of firmware changes one verdict alone: that of a phone which refused the last one.
                rows = connection.execute(
                    "SELECT id FROM phones WHERE verdict_rank = 0 AND id IN (SELECT value FROM json_each(?))",
                    [json.dumps(list(phone_ids))],
                )
                phone_ids = [row[0] for row in rows]
            self.refresh(phone_ids)

    def delete(self, phone_id: int) -> None:
        """Remove a phone; its events stay."""
        with self._database.write() as connection:
            connection.execute(REMEMBER_ID, [phone_id])
            connection.execute("DELETE FROM phones WHERE id = ?", [phone_id])

    def touch(self, where: str, value: int, now: datetime) -> None:
        """Note that the settings of these phones changed: `where` is `organisation_id` or `user_id`."""
        with self._database.write() as connection:
            connection.execute(f"UPDATE phones SET changed_at = ? WHERE {where} = ?", [stamp(now), value])
            connection.execute(f"UPDATE phones SET {SEARCH_TEXT} WHERE {where} = ?", [value])

    def refresh(self, phone_ids: Sequence[int]) -> None:
        """Bring what is derived from these phones (search text, verdict) up to date."""
        with self._database.write() as connection:
            # Apart, as most keep their verdict, and its rank is in many indexes.
            connection.executemany(f"UPDATE phones SET {SEARCH_TEXT} WHERE id = ?", [[each] for each in phone_ids])
            self._judge(connection, phones_by_ids(connection, phone_ids))

    def _judge(self, connection: Connection, phones: Iterable[Phone]) -> None:
        """Store the verdicts of these phones, where they have another."""
        now = self._clock()
        verdicts = [(judge(phone, now), phone.id) for phone in phones]
        connection.executemany(
            "UPDATE phones SET verdict_rank = ?1, verdict_turns_at = ?2"
            " WHERE id = ?3 AND (verdict_rank <> ?1 OR verdict_turns_at IS NOT ?2)",
            [(v.kind.rank, stamp(v.turns_at) if v.turns_at else None, phone_id) for v, phone_id in verdicts],
        )

    def turn_verdicts(self) -> None:
        """Let the verdicts that time alone has turned be stored as such; when somebody else writes, another time."""
        now = stamp(self._clock())
        with self._database.read() as connection:
            due = connection.execute("SELECT 1 FROM phones WHERE verdict_turns_at <= ? LIMIT 1", [now]).fetchone()
        if due:
            with suppress(DatabaseProblem), self._database.write(patience=0) as connection:
                connection.execute(
                    "UPDATE phones SET verdict_rank = 0, verdict_turns_at = NULL WHERE verdict_turns_at <= ?", [now]
                )


_ONLY_FIRMWARE = frozenset({"firmware_selected", "firmware_selected_at", "firmware_fetches", "changed_at"})
"""Columns that the search does not look at."""


def _stored(value: object) -> object:
    if isinstance(value, datetime):
        return stamp(value)
    return value.hex if isinstance(value, Mac) else value


def phones_by_ids(connection: Connection, ids: Sequence[int]) -> tuple[Phone, ...]:
    """The phones of these ids that still exist, in this order."""
    rows = connection.execute(f"{SELECT} WHERE phones.id IN (SELECT value FROM json_each(?))", [json.dumps(list(ids))])
    found = {row[0]: _phone(row) for row in rows}
    return tuple([found[phone_id] for phone_id in ids if phone_id in found])


def _phone(row: Row) -> Phone:
    """From the columns of SELECT; by their places, as a row compares names one after the other, each time."""
    phone_id, mac, vendor, model, organisation_id, organisation, *rest = row
    step, step_since, added_at, name, serial, pin, vlan, modules, *rest = rest
    user_id, user_name, user_extension, sip_username, sip_password, web_password, *rest = rest
    deadline, reason, reason_text, call, tries, next_try, leased_until, *rest = rest
    installed, learned_at, selected, selected_at, fetches, *rest = rest
    last_seen, changed_at, secret, previous_secret, token, token_used_at, secret_sent_at, last_address = rest
    return Phone(
        id=phone_id,
        mac=Mac(mac),
        vendor=Vendor(vendor),
        model=model,
        organisation_id=organisation_id,
        organisation=organisation,
        step=Step(step),
        step_since=datetime.fromisoformat(step_since),
        added_at=datetime.fromisoformat(added_at),
        name=name,
        serial=serial,
        pin=pin,
        vlan=vlan,
        modules=modules,
        user_id=user_id,
        user_name=user_name or "",
        user_extension=user_extension or "",
        sip_username=sip_username,
        sip_password=sip_password,
        web_password=web_password,
        deadline=moment(deadline),
        reason=Reason(reason) if reason else None,
        reason_text=reason_text,
        pending=Pending(Call(call), tries, moment(next_try), moment(leased_until)) if call else None,
        firmware_installed=installed,
        firmware_learned_at=moment(learned_at),
        firmware_selected=selected,
        firmware_selected_at=moment(selected_at),
        firmware_fetches=fetches,
        last_seen=moment(last_seen),
        changed_at=moment(changed_at),
        secret=secret,
        previous_secret=previous_secret,
        token=token,
        token_used_at=moment(token_used_at),
        secret_sent_at=moment(secret_sent_at),
        last_address=last_address,
    )
