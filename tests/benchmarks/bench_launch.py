"""From the command to the first row, and the memory that takes, at 120x40: beside a bare DataTable and two programs."""

from __future__ import annotations

import statistics
import subprocess
from dataclasses import dataclass

from tests.benchmarks import plain_table
from tests.benchmarks.data import PHONES, YEARS_OF_EVENTS, database, folder, grown_database
from tests.benchmarks.peers import PEERS
from tests.benchmarks.programs import PLAIN, environ, first_phone, ours
from tests.benchmarks.pty_bytes import PtyProgram
from tests.benchmarks.report import milliseconds, print_table

ROUNDS = 7
PLAIN_LABEL = "DataTable, 100 rows"


@dataclass(frozen=True)
class Launch:
    """One start of a program."""

    first_frame: float
    """Seconds until the first word stands on the screen."""
    first_row: float
    settled: float
    memory: int
    """MB."""


def launch(command: list[str], frame: str, marker: str) -> Launch:
    """Start it, wait for both markers, look, and end it."""
    own = {"HOME": str(folder()), "XDG_CONFIG_HOME": str(folder()), "XDG_DATA_HOME": str(folder())}
    with PtyProgram(command, size=(120, 40), environ=environ() | own) as program:
        first_frame, first_row = program.read_marker(frame), program.read_marker(marker)
        program.settle(0.3)
        return Launch(first_frame, first_row, program.latest - program.started, program.memory())


def programs() -> dict[str, tuple[list[str], str, str]]:
    """Command, a word of the first frame, and a word of the first row, by name; what cannot be had is said."""
    found = {PLAIN_LABEL: (PLAIN, "Search", plain_table.FIRST)}
    for name, path in (
        ("60 phones", database(60)),
        (f"{PHONES:,} phones, {YEARS_OF_EVENTS:,} events", grown_database()),
    ):
        found[f"Helpdesk, {name}"] = (ours("--theme", "ansi", "--database", path), "production", first_phone(path))
    for (name, peer), frame in zip(PEERS.items(), ("Collection", "Data Catalog"), strict=True):
        try:
            command, row = peer()
            launch(command, frame, row)
        except (OSError, subprocess.SubprocessError) as error:
            print(f"  {name} is left out: its package could not be installed or started here ({error}).")
        else:
            found[name] = (command, frame, row)
    return found


def main() -> None:
    """In turns, so that a busy moment of the machine meets all alike."""
    wanted = programs()
    for start in wanted.values():
        launch(*start)  # compiles
    runs: dict[str, list[Launch]] = {name: [] for name in wanted}
    for _ in range(ROUNDS):
        for name, start in wanted.items():
            runs[name].append(launch(*start))
    plain = statistics.median(run.first_row for run in runs[PLAIN_LABEL])
    rows = [
        (
            name,
            milliseconds([run.first_frame for run in them]),
            milliseconds([run.first_row for run in them]),
            f"{statistics.median(run.first_row for run in them) / plain:.2f}",
            milliseconds([run.settled for run in them]),
            f"{max(run.memory for run in them)} MB",
        )
        for name, them in runs.items()
    ]
    print_table(
        ("median (best)", "first frame", "first row", "times", "all painted", "memory"),
        [*rows, ("goal", "600 ms", "900 ms", "1.50", "", "120 MB")],
    )


if __name__ == "__main__":
    main()
