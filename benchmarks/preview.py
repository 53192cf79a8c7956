"""From a message to its preview: snapshot, ranking, plan, simulation, ledger. The driving program's own clock."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median, quantiles

from benchmarks.figure import Figure
from benchmarks.program import demo

WARM_UP, COUNT, TARGET_MS = 5, 30, 150.0


def figures(quick: bool) -> Iterator[Figure]:
    del quick
    with demo() as program:
        taken = [program.expect(f"put {1_000 + 137 * n:,} USDC to work", "ready")[1] for n in range(WARM_UP + COUNT)]
    timed = taken[WARM_UP:]
    yield Figure("message_to_preview_median_of_30", median(timed), "ms", TARGET_MS)
    yield Figure("message_to_preview_95th_of_30", quantiles(timed, n=20)[-1], "ms")
