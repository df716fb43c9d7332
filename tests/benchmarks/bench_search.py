"""How fast the store finds phones among 100,000: one window of the list with its count, as a screen asks for it."""

from __future__ import annotations

import statistics
import time

from helpdesk_tui.backend.model.query import Query, parse_query
from helpdesk_tui.backend.store import Store
from tests.benchmarks.data import PHONES, database
from tests.benchmarks.report import milliseconds, print_table

GOAL = 20
"""Milliseconds, the median of each search."""
ROUNDS = 15
WINDOW = 50


def searches(store: Store) -> dict[str, str]:
    """What operators type; the digits are those of a phone in the middle of the list."""
    mac = store.phones.page(Query(), PHONES // 2, 1).phones[0].mac
    return {
        "first page": "",
        "last four digits": mac.hex[-4:],
        "the same, with a colon": mac.colons[-5:],
        "whole MAC": mac.colons,
        "one letter": "a",
        "one digit": "7",
        "two letters": "vi",
        "a name": "visser",
        "two words": "visser d735",
        "a word, and not": "visser !org:garage",
        "no match": "xyzzy",
        "organisations": "org:garage",
        "one organisation": "org:org0042",
        "a user": "user:visser",
        "a model": "model:t46s",
        "a vendor": "vendor:yealink",
        "a step": "step:active",
        "not a step": "!step:disabled",
        "what needs attention": "verdict:attention",
        "what is well": "verdict:ok",
        "a reason": "reason:needs_serial",
        "a firmware": "firmware:10.1.198",
    }


def timed(store: Store, text: str) -> tuple[list[float], int]:
    """Seconds of each round, and how many phones are found."""
    query, seconds, total = parse_query(text), [], 0
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        total = store.phones.page(query, 0, WINDOW).total
        seconds.append(time.perf_counter() - begun)
    return seconds, total


def main() -> None:
    """Print the figures."""
    store = Store(database())
    rows = []
    for what, text in searches(store).items():
        seconds, total = timed(store, text)
        slow = statistics.median(seconds) * 1000 > GOAL
        rows.append((what, text, f"{total:,}", milliseconds(seconds), "slow" if slow else ""))
    print_table((f"goal {GOAL} ms", "typed", "found", "median (best)", ""), rows)
    store.close()


if __name__ == "__main__":
    main()
