"""Commands as processes, beside a bare interpreter, and what the time of `phone show` is spent on."""

from __future__ import annotations

import re
import subprocess
import time
from collections import Counter

from tests.benchmarks.data import PHONES, database
from tests.benchmarks.programs import CHECKOUT, PYTHON, environ, first_phone, ours
from tests.benchmarks.report import milliseconds, print_table

ROUNDS = 11
SELF_TIME = re.compile(r"import time:\s*(\d+) \|\s*\d+ \|\s*(\S+)")


def seconds(command: list[str]) -> float:
    """How long a process takes."""
    begun = time.perf_counter()
    subprocess.run(command, env=environ(), cwd=CHECKOUT, check=True, capture_output=True)
    return time.perf_counter() - begun


def import_times(command: list[str]) -> Counter[str]:
    """Milliseconds of importing, by what is imported."""
    timed = [command[0], "-X", "importtime", *command[1:]]
    ended = subprocess.run(timed, env=environ(), cwd=CHECKOUT, check=True, capture_output=True, text=True)
    found: Counter[str] = Counter()
    for microseconds, module in SELF_TIME.findall(ended.stderr):
        package = module.partition(".")[0]
        own = package if package in ("helpdesk_tui", "click", "platformdirs") else "standard library"
        found[own] += int(microseconds)
    return Counter({name: time_ // 1000 for name, time_ in found.items()})


def main() -> None:
    """In turns, then the imports of one."""
    path = database()
    show = ours("--database", path, "phone", "show", first_phone(path))
    commands = {
        "bare interpreter": ([*PYTHON, "-c", "pass"], "20 ms"),
        "--version": (ours("--version"), "200 ms"),
        "--help": (ours("--help"), "200 ms"),
        f"phone show, {PHONES:,} phones": (show, ""),
    }
    for command, _ in commands.values():
        seconds(command)  # compiles
    runs: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, (command, _goal) in commands.items():
            runs[name].append(seconds(command))
    rows = [(name, milliseconds(runs[name]), goal) for name, (_, goal) in commands.items()]
    print_table(("median (best)", "takes", "goal"), rows)
    imports = import_times(show)
    parts = ", ".join(f"{name} {time_} ms" for name, time_ in imports.most_common())
    print(f"  phone show spends {sum(imports.values())} ms importing (measuring included): {parts}")


if __name__ == "__main__":
    main()
