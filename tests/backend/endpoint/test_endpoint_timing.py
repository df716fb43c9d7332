"""Case 56: nobody can tell by the clock why they were not let in, with 1,000 samples of every kind of miss."""

from __future__ import annotations

import asyncio
import random
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from itertools import combinations, count

from helpdesk_tui.backend.model.event import EventKind
from tests.backend.endpoint.served import Served
from tests.backend.offices import new_phone

SAMPLES = 1_000
CONNECTIONS = 20
GUESS = "0123456789abcdef0123456789abcdef01234567"
NOISE = 0.1
"""How much more often than every second time one kind may be slower than another; by chance alone it is 0.013."""


def paths(endpoint: Served, phones: int) -> dict[str, list[str]]:
    """The same number of misses of each kind, spread over so many phones that none of them is throttled."""
    desk = endpoint.desk
    with desk.context.write():
        made = [
            desk.phones.insert(new_phone(desk, f"00:04:13:00:{n >> 8:02x}:{n & 255:02x}"), EventKind.IMPORTED, "x")
            for n in range(phones)
        ]
    names = [f"snomD735-{phone.mac.upper}.htm" for phone in made]
    own = [endpoint.definitive(phone).rpartition("/")[0] for phone in made]
    kinds: dict[str, Callable[[int], str]] = {
        "unknown MAC": lambda n: f"/p/{GUESS}/snomD735-0004131{n:05X}.htm",
        "known MAC, no token": lambda n: f"/{names[n % phones]}",
        "known MAC, wrong token": lambda n: f"/t/{GUESS}/{names[n % phones]}",
        "known MAC, secret of another phone": lambda n: f"{own[n % phones]}/{names[(n + 1) % phones]}",
    }
    return {kind: [path(number) for number in range(SAMPLES)] for kind, path in kinds.items()}


async def measure(port: int, asked: list[tuple[str, str]]) -> dict[str, list[float]]:
    """Seconds that each answer took, by kind; every request comes from an address of its own."""
    taken: dict[str, list[float]] = {}
    numbers = count()

    async def work() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while asked:
            kind, path = asked.pop()
            number = next(numbers)
            address = f"x-forwarded-for: 203.{number >> 16}.{number >> 8 & 255}.{number & 255}"
            begun = time.perf_counter()
            writer.write(f"GET {path} HTTP/1.1\r\nhost: localhost\r\n{address}\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(10)
            taken.setdefault(kind, []).append(time.perf_counter() - begun)
            assert head.startswith(b"HTTP/1.1 404")
        writer.close()

    async with asyncio.TaskGroup() as group:
        for _ in range(CONNECTIONS):
            group.create_task(work())
    return taken


def slower(one: Sequence[float], other: Sequence[float]) -> float:
    """How often a sample of the one is slower than one of the other: 0.5 when nobody can tell them apart."""
    ordered = sorted(other)
    below = sum(bisect_left(ordered, value) + bisect_right(ordered, value) for value in one)
    return below / (2 * len(one) * len(other))


def test_case_56_no_kind_of_miss_can_be_told_by_the_time_it_takes(behind: Served) -> None:
    kinds = paths(behind, phones=400)
    asked = [(kind, path) for kind, some in kinds.items() for path in some]
    random.Random(56).shuffle(asked)
    taken = asyncio.run(measure(behind.port, asked))
    assert {kind: len(times) for kind, times in taken.items()} == dict.fromkeys(kinds, SAMPLES)
    assert not behind.desk.fetching.throttled()
    assert min(min(times) for times in taken.values()) >= 0.02
    told = {(one, other): slower(taken[one], taken[other]) for one, other in combinations(taken, 2)}
    assert {pair: share for pair, share in told.items() if abs(share - 0.5) > NOISE} == {}
