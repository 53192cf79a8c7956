"""Signals replayed on recorded markets: how long before a door closed they spoke, and how often for nothing.

An incident: over 99 % was lent out, or less than one's own could leave, or a dollar stood under 0.98. Thresholds were
chosen on what lies before 2025, without Aave v1 and the daily files.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.figure import Figure

if TYPE_CHECKING:
    from benchmarks.risk.history import Market

SIZES = {"$10 k": 10_000, "$1 M": 1_000_000, "$20 M": 20_000_000}
QUICK = "aave_v3_usdt"
MOST_MS = 0.2
TIMED = 2_000


def figures(quick: bool, tables: bool = False) -> Iterator[Figure]:
    """None where the recordings (in the folder that MONETA_DATA names) aren't here."""
    from benchmarks.risk import daily, told  # polars: late
    from benchmarks.risk.history import markets
    from benchmarks.risk.replay import replay
    from benchmarks.risk.score import CUT, score, together

    data = Path(os.environ.get("MONETA_DATA", "../shared/data"))
    known = list(markets(data, (QUICK,)) if quick else markets(data))
    if not known:
        return
    yield Figure("risk signals of one venue", _milliseconds(known[0]), "ms", MOST_MS)
    if quick:
        return
    for size, usd in SIZES.items():
        replayed = [replay(market, usd) for market in known]
        periods = (("before 2025", 0, CUT), ("since 2025", CUT, 2**40))
        scores = [(name, score(each, since, until)) for name, since, until in periods for each in replayed]
        for name, *_ in periods:
            yield from told.figures(size, name, together([each for period, each in scores if period == name]))
        if tables:
            sys.stderr.write(told.table(size, [each for each in scores if each[1].months]) + "\n")
            sys.stderr.write(told.listed([one for _, each in scores for one in each.incidents]) + "\n")
    for days in daily.replayed(data):
        name = f"risk by the day, {days.name}"
        yield Figure(f"{name}, times full", days.full, "incidents")
        yield Figure(f"{name}, entries closed a day before", days.foretold, "incidents")
        yield Figure(f"{name}, closed and not full within two days", days.false, f"of {days.closed}")


def _milliseconds(market: Market) -> float:
    """Of one venue with its whole past, an hour after the other: what a look at each venue takes."""
    from plugins.risk.judge import signals

    last, venue = len(market.past.at), market.venue
    rows = range(max(last - TIMED, 0), last)
    cases = [(market.state(row, 10**12), market.until(row), int(market.past.at[row])) for row in rows]
    start = time.process_time()
    for state, past, now in cases:
        signals(venue, state, past, state.position, now)
    return (time.process_time() - start) * 1_000 / len(cases)
