"""Databases as big as a helpdesk's grow, made once and kept for some hours in the temporary folder."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from helpdesk_tui.backend.helpdesk import catalogue
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.organisation import Identity, Organisation, User
from helpdesk_tui.backend.model.query import Query
from helpdesk_tui.backend.model.reason import Reason
from helpdesk_tui.backend.model.step import Step
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.model.verdict import judge
from helpdesk_tui.backend.store import Store, migrations
from helpdesk_tui.backend.store.database import stamp
from helpdesk_tui.backend.store.phones import SEARCH_TEXT

PHONES = 100_000
PHONES_OF_ONE_ORGANISATION = 100
EVENTS_OF_ONE_PHONE = 3
YEARS_OF_EVENTS = 5_000_000
LONG_FILE = 5_000
"""Custom settings of the one phone with a long settings file."""

KEPT = timedelta(hours=6)
"""A database grows old: deadlines pass, and phones that were seen lately no longer were."""

PREFIXES = {Vendor.SNOM: "000413", Vendor.YEALINK: "805ec0"}
WORDS = ("Bakkerij", "Bloemen", "Garage", "Notaris", "Praktijk", "Reisbureau", "School", "Slagerij", "Studio", "Zorg")
NAMES = ("Anna", "Bram", "Cees", "Daan", "Eva", "Fleur", "Gijs", "Hanna", "Iris", "Jan", "Karin", "Lotte", "Mats")
SURNAMES = ("Bakker", "de Boer", "Dekker", "Jansen", "Mulder", "Peters", "Smit", "Visser", "de Vries", "Wolters")


def folder() -> Path:
    """What benchmarks keep from run to run."""
    path = Path(tempfile.gettempdir()) / f"helpdesk-tui-benchmarks-{os.getuid()}"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def database(phones: int = PHONES) -> Path:
    """A database with this many phones, to be read only: it is shared by all benchmarks."""
    recipe = hashlib.sha256(b"".join(Path(part).read_bytes() for part in (__file__, str(migrations.__file__))))
    path = folder() / f"{phones}-{recipe.hexdigest()[:12]}.db"
    if not path.exists() or time.time() - path.stat().st_mtime > KEPT.total_seconds():
        with tempfile.TemporaryDirectory(dir=folder()) as new:
            _build(Path(new) / "new.db", phones)
            (Path(new) / "new.db").replace(path)
    return path


def grown_database() -> Path:
    """The big database after some years: millions of events, and one phone with a long settings file (the last)."""
    small = database()
    path = small.with_name(f"grown-{small.name}")
    if not path.exists() or path.stat().st_mtime < small.stat().st_mtime:
        for old in folder().glob("grown-*"):
            old.unlink()  # it is large
        with tempfile.TemporaryDirectory(dir=folder()) as new:
            copy = Path(shutil.copy(small, Path(new) / "new.db"))
            connection = sqlite3.connect(copy, isolation_level=None)
            for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -256000"):
                connection.execute(f"PRAGMA {setting}")
            _let_years_pass(connection)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.close()
            copy.replace(path)
    return path


@contextmanager
def own_database(phones: int = PHONES) -> Iterator[Path]:
    """A copy that may be changed."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-tui-benchmark-") as own:
        yield Path(shutil.copy(database(phones), Path(own) / "own.db"))


def _build(path: Path, phones: int) -> None:
    random, now = Random(1), datetime.now(UTC)
    store = Store(path, lambda: now)
    with store.write() as connection:
        organisations = max(1, phones // PHONES_OF_ONE_ORGANISATION)
        for number in range(organisations):
            name = f"{random.choice(WORDS)} {random.choice(SURNAMES)} {number:04d}"
            store.directory.save_organisation(Organisation(0, name, f"org{number:04d}", f"sip{number}.example.net"))
        for number in range(phones * 2 // 3):
            name = f"{random.choice(NAMES)} {random.choice(SURNAMES)}"
            identity = Identity(f"u{number}", f"{random.getrandbits(80):020x}", name)
            extension = str(200 + number // organisations)
            store.directory.save_user(User(0, 1 + number % organisations, extension, name, (identity,)))
        _insert_phones(connection, random, now, phones, organisations)
        _insert_events(connection, random, now, phones)
        connection.execute(f"UPDATE phones SET {SEARCH_TEXT}")
        verdicts = [(phone, judge(phone, now)) for phone in store.phones.all(Query())]
        connection.executemany(
            "UPDATE phones SET verdict_rank = ?, verdict_turns_at = ? WHERE id = ?",
            [(v.kind.rank, stamp(v.turns_at) if v.turns_at else None, phone.id) for phone, v in verdicts],
        )
    with store.database.read() as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()


def _insert_phones(connection: sqlite3.Connection, random: Random, now: datetime, phones: int, homes: int) -> None:
    """Nine of ten phones run well; the others are in every step."""
    models = [model for model in catalogue().models if not model.name.startswith("M")]
    users = phones * 2 // 3
    rows = []
    for number in range(phones):
        model = models[number % len(models)]
        mac = f"{PREFIXES[model.vendor]}{number * 7919 % 2**24:06x}"
        step = random.choices((Step.DISABLED, Step.ACTIVE, Step.PROVISION), (95, 3, 2))[0]
        added = now - timedelta(days=random.randint(8, 800))
        seen = now - timedelta(minutes=random.randint(1, 1400)) if step is Step.DISABLED else None
        rows.append(
            {
                "mac": mac,
                "vendor": model.vendor.value,
                "model": model.name,
                "organisation_id": 1 + number % homes,
                "user_id": 1 + number if number < users else None,
                "name": f"{random.choice(('Desk', 'Hall', 'Shop', 'Office'))} {number % 90}",
                "serial": "",
                "pin": "",
                "sip_username": mac,
                "sip_password": f"{random.getrandbits(96):024x}",
                "web_password": f"{random.getrandbits(64):016x}",
                "step": step.value,
                "step_since": stamp(now - timedelta(hours=1) if step is Step.ACTIVE else added),
                "added_at": stamp(added),
                "changed_at": stamp(added),
                "deadline": stamp(now + timedelta(days=3)) if step is Step.ACTIVE else None,
                "reason": Reason.NEEDS_SERIAL.value if step is Step.PROVISION else None,
                "firmware_installed": "10.1.198.18" if model.vendor is Vendor.SNOM else "66.86.0.15",
                "last_seen": stamp(seen) if seen and random.random() < 0.98 else None,
                "secret": f"{random.getrandbits(128):032x}",
            }
        )
    names = rows[0].keys()
    connection.executemany(
        f"INSERT INTO phones ({','.join(names)}) VALUES ({','.join(f':{name}' for name in names)})", rows
    )


def _insert_events(connection: sqlite3.Connection, random: Random, now: datetime, phones: int) -> None:
    kinds = (EventKind.IMPORTED, EventKind.REGISTERED, EventKind.CHANGED)
    macs = [row[0] for row in connection.execute("SELECT mac FROM phones ORDER BY id")]
    connection.executemany(
        "INSERT INTO events (at, operator, kind, text, mac, organisation) VALUES (?, 'anna', ?, ?, ?, '')",
        (
            (stamp(now - timedelta(days=8, seconds=-turn)), kinds[turn % 3].value, f"Event {random.random():.6f}.", mac)
            for turn in range(EVENTS_OF_ONE_PHONE)
            for mac in macs
        ),
    )


YEARS = """
WITH RECURSIVE number (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < :events)
INSERT INTO events (at, operator, kind, text, mac, organisation)
SELECT strftime('%Y-%m-%dT%H:%M:%f000+00:00', :begin + i * :pace, 'unixepoch'), 'operator' || (i * 7919 % 40),
    CASE i * 31 % 10 WHEN 0 THEN 'activation' WHEN 1 THEN 'registered' WHEN 2 THEN 'login' WHEN 3 THEN 'changed'
    ELSE 'fetched' END,
    'Event ' || i || '.', mac, organisation
FROM number JOIN homes ON homes.rowid = 1 + i * 7919 % :phones
"""
LONG = """
WITH RECURSIVE number (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < ?)
INSERT INTO custom_settings (scope, phone_id, name, value)
SELECT 'phone', (SELECT id FROM phones ORDER BY verdict_rank DESC, mac DESC LIMIT 1), 'bench.setting.' || i, i
FROM number
"""


def _let_years_pass(connection: sqlite3.Connection) -> None:
    """Three years of events, evenly spread over phones and operators; indexes are made afterwards, which is faster."""
    of_events = "FROM sqlite_master WHERE type = 'index' AND tbl_name = 'events'"
    indexes = connection.execute(f"SELECT name, sql {of_events}").fetchall()
    connection.execute("BEGIN")
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    connection.execute(
        "CREATE TEMP TABLE homes AS SELECT mac, organisations.name AS organisation"
        " FROM phones JOIN organisations ON organisations.id = organisation_id ORDER BY phones.id"
    )
    (phones,) = connection.execute("SELECT count(*) FROM homes").fetchone()
    pace = timedelta(days=3 * 365).total_seconds() / YEARS_OF_EVENTS
    begin = time.time() - pace * YEARS_OF_EVENTS
    connection.execute(YEARS, {"events": YEARS_OF_EVENTS, "begin": begin, "pace": pace, "phones": phones})
    connection.execute(LONG, [LONG_FILE])
    for _, sql in indexes:
        connection.execute(sql)
    connection.execute("COMMIT")
