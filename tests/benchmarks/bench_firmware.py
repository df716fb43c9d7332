"""Firmware for many phones at once: the preview, the selection with its events, taking it back, and the rollout."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.firmware_entry import FirmwareEntry
from helpdesk_tui.backend.model.vendor import Vendor
from tests.backend.offices import environment
from tests.benchmarks.data import own_database
from tests.benchmarks.report import milliseconds, print_table

BULK = 5_000
ROUNDS = 5
MODEL, VERSION, EARLIER = "T46S", "66.86.188.2", "66.84.188.5"

T = TypeVar("T")


def timed(into: list[float], work: Callable[[], T]) -> T:
    """Do it, and note the seconds that it took."""
    begun = time.perf_counter()
    result = work()
    into.append(time.perf_counter() - begun)
    return result


def prepare(path: Path) -> Helpdesk:
    """The big database with this many phones of one model, half of which have an earlier choice."""
    desk = Helpdesk(replace(environment(path), name="bench"), "bench")
    for version in (VERSION, EARLIER):
        desk.firmware.add(FirmwareEntry(0, Vendor.YEALINK, version, (MODEL,), f"T46S-{version}.rom"))
        desk.firmware.certify(version)
    with desk.store.write() as connection:
        ids = [row[0] for row in connection.execute("SELECT id FROM phones WHERE vendor = 'yealink' LIMIT ?", [BULK])]
        desk.store.phones.update_many(ids, {"model": MODEL, "firmware_installed": "66.86.0.15"})
        desk.store.phones.update_many(ids[: BULK // 2], {"firmware_selected": EARLIER})
    return desk


def main() -> None:
    """Each part some times; the goal of the issue is a selection under a second, with its events."""
    seconds: dict[str, list[float]] = {}
    with own_database() as path:
        desk = prepare(path)
        for _ in range(ROUNDS):
            phones = timed(seconds.setdefault("read the phones", []), lambda: desk.firmware.phones_of(MODEL))
            plan = timed(seconds.setdefault("preview", []), lambda: desk.firmware.plan(phones[:BULK], VERSION))  # noqa: B023
            assert len(plan.changing) == BULK
            timed(seconds.setdefault("select, with events", []), lambda: desk.firmware.carry_out(plan))  # noqa: B023
            timed(seconds.setdefault("rollout of all phones", []), desk.firmware.rollouts)
            undo = timed(seconds.setdefault("preview of undo", []), lambda: desk.firmware.plan_undo(plan))  # noqa: B023
            timed(seconds.setdefault("undo, with events", []), lambda: desk.firmware.undo(undo))  # noqa: B023
        desk.close()
    goals = {"select, with events": "1,000 ms"}
    rows = [(part, milliseconds(times), goals.get(part, "")) for part, times in seconds.items()]
    print_table((f"{BULK:,} phones, median (best)", "time", "goal"), rows)


if __name__ == "__main__":
    main()
