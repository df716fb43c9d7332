"""`make bench`: all parts in turn, or `make bench PART=launch` one of them. Figures and goals; nothing fails."""

from __future__ import annotations

import os
import sys
import time
from importlib import import_module
from pathlib import Path

FOLDER = Path(__file__).parent


def main() -> int:
    """Run the parts that are named on the command line, or all."""
    parts = sorted(path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py"))
    wanted = sys.argv[1:] or parts
    if unknown := [part for part in wanted if part not in parts]:
        print(f"There is no part {unknown[0]!r}: choose from {', '.join(parts)}.", file=sys.stderr)
        return 2
    os.environ.setdefault("PYTHONPATH", str(FOLDER.parents[1]))
    for part in wanted:
        module = import_module(f"tests.benchmarks.bench_{part}")
        print(f"\n{part}: {(module.__doc__ or '').partition(chr(10))[0]}", flush=True)
        busy, cores = os.getloadavg()[0], os.cpu_count() or 1
        if busy > cores / 2:
            print(f"  This machine is busy (load {busy:.0f} on {cores} cores): times are longer than they need be.")
        begun = time.monotonic()
        sys.argv = [part]  # a part may read arguments of its own when it is run alone
        module.main()
        print(f"  ({time.monotonic() - begun:.0f} s)", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
