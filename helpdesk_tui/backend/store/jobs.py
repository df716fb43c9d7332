"""Calls to manufacturers: intended, leased to whoever makes them, waiting for their next try."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from sqlite3 import Row
from typing import TYPE_CHECKING

from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.reason import Reason
from helpdesk_tui.backend.model.step import Call, Happening
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.store.database import Database, moment, stamp

if TYPE_CHECKING:
    from helpdesk_tui.backend.store import Clock

LEASE = timedelta(seconds=60)
"""How long a call may take before another process may take it over."""


@dataclass(frozen=True, slots=True)
class Job:
    """One intended call for one MAC. It outlives its phone, so that a removed phone is still de-registered."""

    mac: Mac
    vendor: Vendor
    model: str
    serial: str
    phone_id: int | None
    call: Call
    cause: Happening
    operator: str
    intended_at: datetime
    tries: int
    next_try: datetime | None
    """None while leased, or when only a person can start it again."""
    leased_until: datetime | None
    url: str = field(default="", repr=False)
    """Where the phone is to be sent; empty for a removal."""
    lease: str = field(default="", repr=False)
    reason: Reason | None = None
    reason_text: str | None = None

    def under_way(self, now: datetime) -> bool:
        """Whether somebody has this call for themselves at this moment."""
        return self.leased_until is not None and self.leased_until > now


class JobTable:
    """The queue. A MAC has at most one job: a newer intention replaces an older one."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def get(self, mac: Mac) -> Job | None:
        """The job of this MAC."""
        with self._database.read() as connection:
            row = connection.execute("SELECT * FROM jobs WHERE mac = ?", [mac.hex]).fetchone()
        return _job(row) if row else None

    def intend(self, job: Job) -> None:
        """Write down what is to be called, due at `next_try`; replaces an older intention of the same MAC."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO jobs (mac, vendor, model, serial, phone_id, call, cause, operator, url,"
                " intended_at, tries, next_try) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    *(job.mac.hex, job.vendor, job.model, job.serial, job.phone_id, job.call, job.cause),
                    *(job.operator, job.url, stamp(job.intended_at), job.tries),
                    stamp(job.next_try) if job.next_try else None,
                ],
            )

    def lease(self, mac: Mac) -> Job | None:
        """Take the job of this MAC for LEASE, or None when there is none or another process has it."""
        return self._lease(mac, "leased_until IS NULL OR leased_until <= :now")

    def lease_due(self, mac: Mac) -> Job | None:
        """Take it only when it is still due: another process may have tried and postponed it meanwhile."""
        return self._lease(mac, "next_try <= :now OR leased_until <= :now")

    def _lease(self, mac: Mac, condition: str) -> Job | None:
        now = self._clock()
        values = {"lease": secrets.token_hex(8), "until": stamp(now + LEASE), "mac": mac.hex, "now": stamp(now)}
        with self._database.write() as connection:
            changed = connection.execute(
                "UPDATE jobs SET lease = :lease, leased_until = :until, next_try = NULL"
                f" WHERE mac = :mac AND ({condition})",
                values,
            ).rowcount
        return self.get(mac) if changed else None

    def renew(self, job: Job) -> bool:
        """Keep a lease for another LEASE; False when it was taken over meanwhile."""
        with self._database.write() as connection:
            return bool(
                connection.execute(
                    "UPDATE jobs SET leased_until = ? WHERE mac = ? AND lease = ?",
                    [stamp(self._clock() + LEASE), job.mac.hex, job.lease],
                ).rowcount
            )

    def holds(self, job: Job) -> bool:
        """Whether this lease is still the one in force."""
        with self._database.read() as connection:
            row = connection.execute("SELECT lease FROM jobs WHERE mac = ?", [job.mac.hex]).fetchone()
        return bool(row and row["lease"] == job.lease and job.lease)

    def finish(self, mac: Mac) -> None:
        """The call is done: forget the job."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM jobs WHERE mac = ?", [mac.hex])

    def postpone(self, mac: Mac, next_try: datetime | None, reason: Reason, reason_text: str | None) -> None:
        """The call failed: give the lease back, note why, and when to try again (None: when a person says so)."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE jobs SET lease = '', leased_until = NULL, tries = tries + 1, next_try = ?, reason = ?,"
                " reason_text = ? WHERE mac = ?",
                [stamp(next_try) if next_try else None, reason, reason_text, mac.hex],
            )

    def due(self, now: datetime, limit: int = 1000) -> tuple[Job, ...]:
        """The jobs that are to be tried now, and those whose lease ran out (left by a crash), oldest first."""
        return self._select("next_try <= ? OR leased_until <= ? ORDER BY intended_at LIMIT ?", stamp(now), limit)

    def refused(self) -> tuple[Job, ...]:
        """The jobs that wait for a person."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT * FROM jobs WHERE next_try IS NULL AND leased_until IS NULL")
            return tuple(_job(row) for row in rows)

    def all(self, limit: int = 10_000) -> tuple[Job, ...]:
        """All jobs, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT * FROM jobs ORDER BY intended_at LIMIT ?", [limit])
            return tuple(_job(row) for row in rows)

    def _select(self, where: str, now: str, limit: int) -> tuple[Job, ...]:
        with self._database.read() as connection:
            rows = connection.execute(f"SELECT * FROM jobs WHERE {where}", [now, now, limit])
            return tuple(_job(row) for row in rows)


def _job(row: Row) -> Job:
    return Job(
        mac=Mac(row["mac"]),
        vendor=Vendor(row["vendor"]),
        model=row["model"],
        serial=row["serial"],
        phone_id=row["phone_id"],
        call=Call(row["call"]),
        cause=Happening(row["cause"]),
        operator=row["operator"],
        intended_at=datetime.fromisoformat(row["intended_at"]),
        tries=row["tries"],
        next_try=moment(row["next_try"]),
        leased_until=moment(row["leased_until"]),
        url=row["url"],
        lease=row["lease"],
        reason=Reason(row["reason"]) if row["reason"] else None,
        reason_text=row["reason_text"],
    )
