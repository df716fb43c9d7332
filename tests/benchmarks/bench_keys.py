"""What a key costs: bytes on the line at 80x24, and the time until the list of 100,000 phones answers a search."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from helpdesk_tui.backend.model.query import Query, parse_query
from helpdesk_tui.backend.store import Store
from tests.benchmarks import plain_table
from tests.benchmarks.data import PHONES, own_database
from tests.benchmarks.programs import CHECKOUT, PLAIN, environ, first_phone, ours
from tests.benchmarks.pty_bytes import PtyProgram
from tests.benchmarks.report import print_table

# What is done -> the keys for it in our program and in the plain one (before | what is counted | after).
ACTIONS: dict[str, tuple[str, str]] = {
    "open a phone": ("|enter|escape", "|o|escape"),
    "to the search field (Tab)": ("|tab|tab", "|tab|tab"),
    "a letter of a search": ("/|v|escape escape", "/|A|backspace tab"),
    "a yes/no question": ("space space|a|n escape", "|a|escape"),
    "the command palette": ("|ctrl+p|escape", "|ctrl+p|escape"),
    "help": ("|?|escape", ""),
    "settings file": ("|v|escape", ""),
}
BUDGETS = {
    "launch": 20_000,
    "cursor down, average of 50": 600,
    "open a phone": 20_000,
    "to the search field (Tab)": 5_000,
    "a letter of a search": 5_000,
    "a yes/no question": 5_000,
    "another process changes a phone": 1_000,
    "idle for 3 s": 0,
}
QUIET = 0.25
"""Seconds without output after which an answer has ended."""
PATIENCE = 1.5
"""Seconds that an answer may take to begin."""
SEARCHES = ("visser", "0004", "t46s", "garage 7", "de boer !snom")


@contextmanager
def running(command: list[str], marker: str) -> Iterator[PtyProgram]:
    """The program with its first row on the screen, at rest."""
    with PtyProgram(command, size=(80, 24), environ=environ()) as program:
        program.read_marker(marker)
        program.settle(QUIET)
        yield program


def press(program: PtyProgram, keys: str) -> int:
    """Press these keys one by one, each until its answer has ended; the bytes that they cost together."""
    before = len(program.output)
    for key in keys.split():
        program.press(key)
        program.receive(PATIENCE)
        program.settle(QUIET)
    return len(program.output) - before


def bytes_of(program: PtyProgram, place: int, changed: Mapping[str, int]) -> dict[str, int]:
    """What each action writes. `place` is where ACTIONS holds the keys of this program."""
    found = {"launch": len(program.output)}
    found["cursor down, average of 50"] = sum(program.cost("down", 0.06) for _ in range(50)) // 50
    program.settle(QUIET)
    for action, both in ACTIONS.items():
        if both[place]:
            before, counted, after = both[place].split("|")
            press(program, before)
            found[action] = press(program, counted)
            press(program, after)
    found |= changed
    program.settle(QUIET)
    found["idle for 3 s"] = len(program.read(3.0))
    return found


def live_update(program: PtyProgram, database: Path) -> int:
    """What is written when another process changes a phone that is on the screen."""
    mac = first_phone(database)
    command = ours("--database", database, "phone", "set", mac, "--no-user")
    before = len(program.output)
    subprocess.run(command, env=environ(), cwd=CHECKOUT, check=True, capture_output=True)
    program.read(1.5)
    return len(program.output) - before


def search_times(program: PtyProgram, database: Path) -> tuple[list[float], list[float]]:
    """Seconds from a letter to the new count of phones, which comes with the rows; and to the last byte."""
    store, first, last = Store(database), [], []
    everything = store.phones.page(Query(), 0, 0).total
    for word in SEARCHES:
        total = everything
        press(program, "/")
        for place, letter in enumerate(word, start=1):
            before, total = total, store.phones.page(parse_query(word[:place]), 0, 0).total
            seen, pressed = len(program.output), time.monotonic()
            program.press(letter)
            if total != before:
                shown = f"{total:,} of".encode()
                program.read_until(lambda output, seen=seen, shown=shown: shown in output[seen:])  # type: ignore[misc]
                first.append(time.monotonic() - pressed)
            program.settle(0.15)
            last.append(program.latest - pressed)
        press(program, "escape escape")
    store.close()
    return first, last


def main() -> None:
    """Bytes beside the plain program, then times."""
    with own_database() as database:
        command = ours("--theme", "ansi", "--database", database)
        with running(command, first_phone(database)) as program:
            helpdesk = bytes_of(program, 0, {"another process changes a phone": live_update(program, database)})
            first, last = search_times(program, database)
            press(program, "G g")
            memory = program.memory()
    plain = []
    for theme in ("textual-dark", "ansi-dark"):
        with running([*PLAIN, theme], plain_table.FIRST) as program:
            plain.append(bytes_of(program, 1, {"another process changes a phone": press(program, "u")}))
    rows = [
        (
            action,
            f"{helpdesk[action]:,} B",
            *(f"{them[action]:,} B" if action in them else "" for them in plain),
            f"{BUDGETS[action]:,} B" if action in BUDGETS else "",
        )
        for action in helpdesk
    ]
    print_table(("bytes at 80x24", "Helpdesk, ansi", "DataTable", "DataTable, ansi", "budget"), rows)
    for what, times in (("the count and the first rows", first), ("the last byte", last)):
        worst = sorted(times)[int(len(times) * 0.95)]
        print(
            f"  search letter to {what}: median {statistics.median(times) * 1000:.0f} ms, 95 % within "
            f"{worst * 1000:.0f} ms, {len(times)} letters, {PHONES:,} phones (goal: median 60 ms)"
        )
    print(f"  memory after all this: {memory} MB (goal 120 MB)")


if __name__ == "__main__":
    main()
