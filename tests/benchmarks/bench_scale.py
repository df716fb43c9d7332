"""What years do: 100,000 phones, 1,000 organisations and 5,000,000 events beside 60 phones, on the screen at 80x24."""

from __future__ import annotations

import statistics
import subprocess
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from helpdesk_tui.backend import Helpdesk
from helpdesk_tui.backend.demo import demo_environment
from helpdesk_tui.backend.model.query import Query
from helpdesk_tui.backend.store import Store
from tests.benchmarks.bench_keys import press, running, search_times
from tests.benchmarks.data import LONG_FILE, PHONES, YEARS_OF_EVENTS, database, grown_database
from tests.benchmarks.programs import CHECKOUT, environ, first_phone, ours
from tests.benchmarks.pty_bytes import PtyProgram
from tests.benchmarks.report import milliseconds, print_table

# In milliseconds unless it says otherwise.
BUDGETS = {
    "a letter of a search, the rows": 100,
    f"a settings file of {LONG_FILE:,} lines": 600,
    "a step of a search in it": 100,
    "memory after all this, MB": 120,
}
OPENED = "Provisioning by manufacturer"
FIRST_LINE = "frame: it carries no setting"
"""Stands below a settings file once it is there."""
HISTORY = {
    "the newest events": "",
    "of an operator": "by:operator7",
    "of an operator, one kind": "by:operator7 kind:login",
    "of an operator who did little of it": "by:operator7 kind:revealed",
    "of an organisation": 'org:"{organisation}"',
    "of an organisation, an operator, one kind": 'org:"{organisation}" by:operator7 kind:fetched',
    "of a phone": "mac:{mac}",
    "of a day a year ago, an operator": "by:operator7 since:{day} until:{day}",
    "a word, the first stretch": "9999",
}
"""What is asked of the history, as operators type it."""
HISTORY_GOAL = 100
ROUNDS = 5
STEPS = 10


@dataclass(frozen=True)
class Answer:
    """What a key led to."""

    shown: float
    """Milliseconds until what was waited for stood there."""
    written: int
    """Bytes, until nothing more came."""


def answer(program: PtyProgram, key: str, marker: str) -> Answer:
    """Press a key, and wait until this is written and the screen is at rest."""
    before, pressed = len(program.output), time.monotonic()
    program.press(key)
    program.read_until(lambda output: marker.encode() in output[before:])
    shown = (time.monotonic() - pressed) * 1000
    program.settle(0.25)
    return Answer(shown, len(program.output) - before)


def last_byte(program: PtyProgram, key: str) -> float:
    """Milliseconds from a key to the last byte of its answer."""
    pressed = time.monotonic()
    press(program, key)
    return (program.latest - pressed) * 1000


def around(path: Path, first: str, last: str) -> dict[str, float]:
    """Through the list and into a phone, in one session."""
    found: dict[str, float] = {}
    with running(ours("--theme", "ansi", "--database", path), first) as program:
        found["to the last phone"] = answer(program, "G", last).shown
        found["back to the first"] = answer(program, "g", first).shown
        moves = [program.cost("down", 0.06) for _ in range(50)]
        found["a move of the cursor, bytes"] = statistics.mean(moves)
        press(program, "g")
        opened = [(answer(program, "enter", OPENED), press(program, "escape")) for _ in range(ROUNDS)]
        found["open a phone"] = statistics.median(one.shown for one, _ in opened)
        found["open a phone, bytes"] = statistics.median(one.written for one, _ in opened)
        rows, _last = search_times(program, path)
        found["a letter of a search, the rows"] = statistics.median(rows) * 1000 if rows else 0
        found["the slowest letter"] = max(rows, default=0) * 1000
        found["another process changes a phone"] = live_update(program, path)
        press(program, "G")
        answer(program, "enter", OPENED)
        program.settle(1.0)  # it makes the file too, to say whether a change waits
        lines = answer(program, "v", FIRST_LINE).shown
        if path == grown_database():
            found[f"a settings file of {LONG_FILE:,} lines"] = lines
            press(program, "/ 9 9 enter")
            found["a step of a search in it"] = statistics.median(last_byte(program, "n") for _ in range(STEPS))
        else:
            found["a settings file of usual length"] = lines
        found["memory after all this, MB"] = program.memory()
    return found


def live_update(program: PtyProgram, path: Path) -> float:
    """Milliseconds from the end of another process's change to its being on the screen; it looks once a second."""
    mac = first_phone(path)
    before = len(program.output)
    command = ours("--database", path, "phone", "set", mac, "--name", f"Desk {time.monotonic():.0f}")
    subprocess.run(command, env=environ(), cwd=CHECKOUT, check=True, capture_output=True)
    done = time.monotonic()
    program.read_until(lambda output: len(output) > before, 3.0)
    return (time.monotonic() - done) * 1000


def history(path: Path) -> None:
    """A page of the history for each search, as its screen asks for it."""
    desk = Helpdesk(demo_environment(path), "bench")
    phone = desk.phones.page(Query(), 0, 1).phones[0]
    day = f"{desk.clock() - timedelta(days=365):%Y-%m-%d}"
    rows = []
    for what, pattern in HISTORY.items():
        text = pattern.format(organisation=phone.organisation, mac=phone.mac.hex, day=day)
        seconds, found = [], 0
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            found = len(desk.activity.page(desk.activity.query(text)).events)
            seconds.append(time.perf_counter() - begun)
        slow = "slow" if statistics.median(seconds) * 1000 > HISTORY_GOAL else ""
        rows.append((what, text, f"{found}", milliseconds(seconds), slow))
    desk.close()
    print_table((f"history, goal {HISTORY_GOAL} ms", "typed", "page of", "median (best)", ""), rows)


def main() -> None:
    """Both databases, in turn."""
    begun = time.monotonic()
    grown = grown_database()
    print(
        f"  {PHONES:,} phones and {YEARS_OF_EVENTS:,} events: {grown.stat().st_size / 1e9:.1f} GB, made or found in "
        f"{time.monotonic() - begun:.0f} s; it stays in {grown.parent} until you remove it"
    )
    found: list[dict[str, float]] = []
    for path in (database(60), grown):
        store = Store(path)
        first, last = (
            store.phones.page(Query(), offset, 1).phones[0].mac.colons
            for offset in (0, store.phones.page(Query(), 0, 0).total - 1)
        )
        store.close()
        found.append(around(path, first, last))
    history(grown)
    small, big = found
    rows = [
        (what, *(f"{them[what]:,.0f}" if what in them else "" for them in (small, big)), f"{BUDGETS.get(what, '')}")
        for what in dict.fromkeys([*big, *small])
    ]
    print_table(("median ms, unless it says otherwise", "60 phones", f"{PHONES:,} phones", "budget"), rows)


if __name__ == "__main__":
    main()
