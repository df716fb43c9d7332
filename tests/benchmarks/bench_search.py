"""How fast phones are found among 100,000: one window of the list with its count, as the screen asks for it.

As a script: `python -m tests.benchmarks.bench_search [--phones 100000] [--folder FOLDER]`. The database is made
once and kept in the folder. Goal: a median of at most 20 ms for each search.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from helpdesk_tui.backend.model.query import parse_query
from helpdesk_tui.backend.model.step import Step
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.model.verdict import judge
from helpdesk_tui.backend.store import Store
from helpdesk_tui.backend.store.database import stamp
from helpdesk_tui.backend.store.phones import SEARCH_TEXT, SELECT, _phone

GOAL = 20.0
"""Milliseconds."""
ROUNDS = 15
WINDOW = 50
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

MODELS = (
    *(
        (Vendor.SNOM, "000413", name)
        for name in ("D120", "D315", "D335", "D385", "D713", "D717", "D735", "D785", "D862")
    ),
    *((Vendor.YEALINK, "805ec0", name) for name in ("T31P", "T33G", "T42S", "T43U", "T46S", "T46U", "T48U", "T54W")),
)
FIRST = ("Anna", "Piet", "Sanne", "Mohammed", "Lotte", "Daan", "Fleur", "Bram", "Noor", "Sem", "Eva", "Zoë", "Jurriën")
LAST = ("Jansen", "de Vries", "van den Berg", "Bakker", "Visser", "Smit", "Meijer", "de Boer", "Mulder", "Özdemir")
TRADES = (
    "Bakkerij",
    "Garage",
    "Notaris",
    "Tandarts",
    "Slagerij",
    "Apotheek",
    "Advocaten",
    "Hotel",
    "School",
    "Makelaar",
)
PLACES = ("Balie", "Receptie", "Magazijn", "Kantoor", "Kamer", "Hal", "Werkplaats", "Vergaderzaal")
STEPS = ((Step.DISABLED, 93), (Step.ACTIVE, 5), (Step.PROVISION, 1), (Step.DEPROVISION, 1))


@dataclass(frozen=True, slots=True)
class Search:
    """One thing an operator types."""

    what: str
    text: str


def searches(store: Store) -> tuple[Search, ...]:
    """What is measured; the digits are those of a phone in the middle of the list."""
    middle = store.phones.page(parse_query(""), 50_000, 1).phones or store.phones.page(parse_query(""), 0, 1).phones
    return (
        Search("first page", ""),
        Search("last four digits", middle[0].mac.hex[-4:]),
        Search("the same, with colon", middle[0].mac.colons[-5:]),
        Search("whole MAC", middle[0].mac.colons),
        Search("one letter", "a"),
        Search("one rare letter", "ö"),
        Search("no match", "xyzzy"),
        Search("two words", "jansen d735"),
        Search("word and not", "jansen !org:garage"),
        Search("org:", "org:notaris"),
        Search("user:", "user:jansen"),
        Search("model:", "model:t46s"),
        Search("vendor:", "vendor:yealink"),
        Search("step:", "step:active"),
        Search("not step:", "!step:disabled"),
        Search("verdict:attention", "verdict:attention"),
        Search("verdict:ok", "verdict:ok"),
        Search("reason:", "reason:unreachable"),
        Search("firmware:", "firmware:10.1.1"),
    )


def make_database(path: Path, phones: int) -> None:
    """Believable customers: mostly small, every third phone with somebody logged in, the odd one in trouble."""
    chance = random.Random(1)
    store = Store(path, lambda: NOW)
    organisations = max(1, phones // 40)
    with store.write() as connection:
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.executemany(
            "INSERT INTO organisations VALUES (?, ?, ?, 'sip.example.net', '', 'pool.ntp.org', 'Europe/Amsterdam',"
            " 'nl', 'NL', 'g722;pcma', 'on', 'name_number', 8, 4, '*1|112', 'admin')",
            ((n, f"{chance.choice(TRADES)} {chance.choice(LAST)} {n}", f"org{n}") for n in range(1, organisations + 1)),
        )
        users = phones // 3
        owners = [chance.randint(1, organisations) for _ in range(users)]
        connection.executemany(
            "INSERT INTO users VALUES (?, ?, ?, ?, '', 1, 2, '')",
            (
                (n, owner, str(200 + n), f"{chance.choice(FIRST)} {chance.choice(LAST)}")
                for n, owner in enumerate(owners, start=1)
            ),
        )
        columns = (
            "id, mac, vendor, model, organisation_id, user_id, name, serial, pin, sip_username, sip_password,"
            " web_password, step, step_since, added_at, deadline, reason, firmware_installed, last_seen, secret"
        )
        marks = ",".join("?" * len(columns.split(",")))
        connection.executemany(
            f"INSERT INTO phones ({columns}) VALUES ({marks})",
            (_row(chance, n, owners, organisations) for n in range(1, phones + 1)),
        )
        connection.execute(SEARCH_TEXT)
        rows = connection.execute(SELECT).fetchall()
        verdicts = ((judge(_phone(row), NOW), row["id"]) for row in rows)
        connection.executemany(
            "UPDATE phones SET verdict_rank = ?, verdict_turns_at = ? WHERE id = ?",
            ((v.kind.rank, stamp(v.turns_at) if v.turns_at else None, phone_id) for v, phone_id in verdicts),
        )
    store.close()


def _row(chance: random.Random, number: int, owners: list[int], organisations: int) -> tuple[object, ...]:
    vendor, prefix, model = chance.choice(MODELS)
    user = number if number <= len(owners) else None
    step = chance.choices([step for step, _ in STEPS], [weight for _, weight in STEPS])[0]
    added = NOW - timedelta(days=chance.randint(1, 900))
    seen = NOW - timedelta(hours=chance.randint(0, 24)) if chance.random() < 0.97 else None
    # A phone that is registered was seen before, or never.
    since = NOW - timedelta(hours=chance.randint(0, 12)) if step is Step.ACTIVE else added
    seen = seen - timedelta(days=2) if seen and step is Step.ACTIVE else seen
    digits = number * 7919 % 0x1000000
    return (
        *(
            number,
            f"{prefix}{digits:06x}",
            vendor.value,
            model,
            owners[number - 1] if user else chance.randint(1, organisations),
        ),
        *(user, f"{chance.choice(PLACES)} {chance.randint(1, 40)}", f"{chance.getrandbits(40):010X}", "", f"p{number}"),
        *("secret", "secret", step.value, stamp(since), stamp(added)),
        stamp(NOW + timedelta(days=1, hours=14)) if step is Step.ACTIVE else None,
        "unreachable" if step in (Step.PROVISION, Step.DEPROVISION) else None,
        chance.choice(("10.1.169.16", "10.1.184.15", "10.1.198.19")) if vendor is Vendor.SNOM else "66.86.0.15",
        *(stamp(seen) if seen else None, f"{number:040x}"),
    )


def median_ms(store: Store, text: str) -> tuple[float, int]:
    """The median time of one window with its count, and how many phones it finds."""
    query = parse_query(text)
    times: list[float] = []
    total = 0
    for _ in range(ROUNDS):
        started = time.perf_counter()
        total = store.phones.page(query, 0, WINDOW).total
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000, total


def database(folder: Path, phones: int) -> Path:
    """The database of that many phones in this folder, made when it is not there yet."""
    path = folder / f"helpdesk-bench-{phones}.db"
    if not path.exists():
        unfinished = path.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        make_database(unfinished, phones)
        unfinished.rename(path)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--phones", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    options = parser.parse_args()
    store = Store(database(options.folder, options.phones), lambda: NOW)
    print(
        f"Search among {options.phones:,} phones: {WINDOW} rows and the count, median of {ROUNDS}, goal {GOAL:.0f} ms"
    )
    for search in searches(store):
        milliseconds, total = median_ms(store, search.text)
        remark = "" if milliseconds <= GOAL else "  over the goal"
        print(f"  {search.what:22} {search.text:20} {total:>8,} found {milliseconds:8.1f} ms{remark}")
    store.close()


if __name__ == "__main__":
    main()
