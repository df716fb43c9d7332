"""From the command to the first row, and the memory that takes: beside a DataTable of 100 rows, at 120x40."""

from __future__ import annotations

import statistics
import subprocess
from dataclasses import dataclass

from tests.benchmarks import plain_table
from tests.benchmarks.data import PHONES, database
from tests.benchmarks.programs import PLAIN, environ, first_phone, ours
from tests.benchmarks.pty_bytes import PtyProgram
from tests.benchmarks.report import milliseconds, print_table

ROUNDS = 7
PLAIN_LABEL = "DataTable, 100 rows"


@dataclass(frozen=True)
class Launch:
    """One start of a program."""

    first_row: float
    """Seconds."""
    settled: float
    memory: int
    """MB."""


def launch(command: list[str], marker: str) -> Launch:
    """Start it, wait for the marker, look, and end it."""
    with PtyProgram(command, size=(120, 40), environ=environ()) as program:
        first_row = program.read_marker(marker)
        program.settle(0.3)
        shown = subprocess.run(["ps", "-o", "rss=", "-p", str(program.pid)], capture_output=True, text=True, check=True)
        return Launch(first_row, program.latest - program.started, int(shown.stdout) // 1024)


def main() -> None:
    """In turns, so that a busy moment of the machine meets all alike."""
    programs = {PLAIN_LABEL: (PLAIN, plain_table.FIRST)}
    for phones in (60, PHONES):
        path = database(phones)
        programs[f"Helpdesk, {phones:,} phones"] = (ours("--theme", "ansi", "--database", path), first_phone(path))
    for command, marker in programs.values():
        launch(command, marker)  # compiles
    runs: dict[str, list[Launch]] = {name: [] for name in programs}
    for _ in range(ROUNDS):
        for name, (command, marker) in programs.items():
            runs[name].append(launch(command, marker))
    plain = statistics.median(run.first_row for run in runs[PLAIN_LABEL])
    rows = [
        (
            name,
            milliseconds([run.first_row for run in them]),
            f"{statistics.median(run.first_row for run in them) / plain:.2f}",
            milliseconds([run.settled for run in them]),
            f"{max(run.memory for run in them)} MB",
        )
        for name, them in runs.items()
    ]
    print_table(
        ("median (best)", "first row", "times", "all painted", "memory"),
        [*rows, ("goal", "900 ms", "1.50", "", "120 MB")],
    )


if __name__ == "__main__":
    main()
