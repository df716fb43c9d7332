"""Figures on paper."""

from __future__ import annotations

import statistics
from collections.abc import Sequence


def print_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table with its first column to the left and figures to the right."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    for row in (heads, *rows):
        first, *others = (
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join(["", first, *others]).rstrip(), flush=True)


def milliseconds(seconds: Sequence[float]) -> str:
    """The median, and the best: on a busy machine the best says more."""
    return f"{statistics.median(seconds) * 1000:,.0f} ({min(seconds) * 1000:,.0f}) ms"
