"""Expected rates against what came, on recorded markets, and how long that takes: `python -m benchmarks.outlook`.

Walk-forward: every twelve hours each rule sees the month behind it and says the mean of the next day, three days,
week and month. The weights were chosen on the hours before 2025; those from 2025 on were kept to check them.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agent.backtest.reading import read_folder
from agent.backtest.records import Notes
from agent.money import RAY, Rate
from agent.past import PARTS, Past
from benchmarks.figure import Figure
from plugins.rebalance.outlook import outlook

DAY, HOUR = 86_400, 3_600
HORIZONS = (DAY, 3 * DAY, 7 * DAY, 30 * DAY)
MONTH = 30 * 24  # hours
EVERY = 12  # hours
CUT = 1_735_689_600  # 2025-01-01
HIGHEST = 5.0
TARGET_US = 300
CALLS = 500
RULES = (
    "the rate of now",
    "mean of the last month",
    "median of the last month",
    "exponential, 3 days' half",
    "the outlook",
)

Floats = NDArray[np.float64]


class Market(NamedTuple):
    """Hours without a gap: Unix seconds and rates as fractions."""

    at: NDArray[np.int64]
    rate: Floats


def figures(quick: bool) -> Iterator[Figure]:
    folder = Path(os.environ.get("MONETA_DATA", "../shared/data")) / "lending"
    if not folder.is_dir():
        sys.stderr.write("outlook: the recordings aren't here, so no error is told\n")
        return
    markets = list(_markets(folder))
    yield Figure("outlook of one venue, 90 days by the hour", _microseconds(markets[0]), "us", TARGET_US)
    if quick:
        return
    errors = [_errors(each) for each in markets]
    for place, horizon in enumerate(HORIZONS):
        for name, then in (("chosen", False), ("checked", True)):
            found = [_root(errors, rule, place, then) for rule in range(len(RULES))]
            days = f"over {horizon // DAY} days, {name}"
            for rule, error in zip(RULES[:-1], found[:-1], strict=True):
                yield Figure(f"error of {rule} {days}", error, "points")
            yield Figure(f"error of {RULES[-1]} {days}", found[-1], "points", found[0])
        sigmas = [_covered(errors, place, then) for then in (False, True)]
        for name, part in zip(("chosen", "checked"), sigmas, strict=True):
            yield Figure(f"within a sigma over {horizon // DAY} days, {name}", part, "%")


def _markets(folder: Path) -> Iterator[Market]:
    """Those recorded by the hour, each once."""
    seen: set[str] = set()
    for record in read_folder(folder, Notes()):
        good = np.isfinite(record.lend) & (record.lend > 0) & (record.lend < HIGHEST)
        at, lend = record.at[good], record.lend[good]
        if record.every != HOUR or len(at) < 4 * MONTH or record.venue in seen:
            continue
        seen.add(record.venue)
        hours = np.arange(at[0] // HOUR, at[-1] // HOUR + 1) * HOUR
        yield Market(hours, lend[np.searchsorted(at, hours, side="right") - 1])


class Errors(NamedTuple):
    """Of one market: when, by rule and horizon what was said less what came, and the outlook's sigma by horizon."""

    at: NDArray[np.int64]
    wrong: Floats
    sigma: Floats


def _errors(of: Market) -> Errors:
    places = np.arange(MONTH, len(of.at) - MONTH, EVERY)
    sums = np.concatenate([[0.0], np.cumsum(of.rate)])
    slow = _exponential(of.rate, 72)
    wrong, sigma = np.empty((len(RULES), len(HORIZONS), len(places))), np.empty((len(HORIZONS), len(places)))
    for number, place in enumerate(places):
        month = of.rate[place - MONTH + 1 : place + 1]
        simple = (of.rate[place], month.mean(), np.median(month), slow[place])
        for column, horizon in enumerate(HORIZONS):
            came = (sums[place + 1 + horizon // HOUR] - sums[place + 1]) / (horizon // HOUR)
            mean, wide = _said(of, int(place), horizon)
            wrong[:, column, number] = np.array([*simple, mean]) - came
            sigma[column, number] = wide
    return Errors(of.at[places], wrong, sigma)


def _said(of: Market, place: int, seconds: int) -> tuple[float, float]:
    found = outlook(_past(of, place, MONTH), Rate(int(of.rate[place] * 1e12) * (RAY // 10**12)), seconds)
    return found.mean.ray / RAY, found.sigma / RAY


def _past(of: Market, place: int, hours: int) -> Past:
    span = slice(max(place + 1 - hours, 0), place + 1)
    rate: Any = (of.rate[span] * PARTS).astype(np.int64)
    at: Any = of.at[span]
    return Past(at, rate, rate, rate, rate, rate, rate)


def _exponential(values: Floats, half: int) -> Floats:
    part, mean = 1 - 0.5 ** (1 / half), float(values[0])
    found = np.empty_like(values)
    for place, value in enumerate(values):
        mean += part * (float(value) - mean)
        found[place] = mean
    return found


def _root(errors: list[Errors], rule: int, horizon: int, then: bool) -> float:
    """Root mean square in percentage points; what reaches over the cut counts on neither side."""
    wrong = np.concatenate([each.wrong[rule, horizon, _side(each, then)] for each in errors])
    return float(np.sqrt((wrong**2).mean()) * 100)


def _covered(errors: list[Errors], horizon: int, then: bool) -> float:
    within = [(np.abs(each.wrong[-1, horizon]) <= each.sigma[horizon])[_side(each, then)] for each in errors]
    return float(np.concatenate(within).mean() * 100)


def _side(of: Errors, then: bool) -> NDArray[np.bool_]:
    return of.at >= CUT if then else of.at < CUT - HORIZONS[-1]


def _microseconds(of: Market) -> float:
    """Processor time of a call, from columns of 90 days."""
    past = _past(of, len(of.at) - 1, 90 * 24)
    started = time.process_time()
    for _ in range(CALLS):
        outlook(past, Rate(RAY // 20), 30 * DAY)
    return (time.process_time() - started) / CALLS * 1e6


def main() -> None:
    failed = False
    for figure in figures(quick=False):
        sys.stdout.write(figure.as_line() + "\n")
        sys.stdout.flush()
        failed = failed or figure.holds is False
    raise SystemExit(int(failed))


if __name__ == "__main__":
    main()
