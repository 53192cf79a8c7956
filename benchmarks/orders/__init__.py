"""A simulated year of orders on devnet, with gaps, restarts, kills and clocks that change: `make bench-orders`."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.figure import Figure


def figures(quick: bool) -> Iterator[Figure]:
    """The whole year; nothing of it where there is no time for that."""
    from benchmarks.orders.figures import figures as year

    if not quick:
        yield from year()
