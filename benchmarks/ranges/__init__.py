"""Ranges for liquidity on 35 recorded days of a pool: Moneta's choice against fixed widths and holding, walk-forward.

10,000 dollars from the eighth day on, and over 14 days from each second day on. Every rule decides by the hour from
what was seen until then; the first week is looked at only. A swap costs the pool's fee and as much again, a way in or
out its gas. One pool over five weeks shows that the figures are what they are, not that they will be again.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.ranges import foretold
from benchmarks.ranges.minutes import FOLDER, Minute, read
from benchmarks.ranges.rules import DAY_MINUTES, LOOKED_BACK_DAYS, rules
from benchmarks.ranges.walk import Outcome, walk

GAS_USD = 0.05
"""Of a way in or out on Polygon then, about: 500,000 gas at 100 gwei and a dollar a coin."""
WINDOW_DAYS, EVERY_DAYS = 14, 2


def figures(quick: bool) -> Iterator[Figure]:
    """None in a quick run, or where there is no recorded data."""
    data = Path(os.environ.get("MONETA_DATA", "../shared/data"))
    if quick or not (data / FOLDER).is_dir():
        return
    minutes = read(data)
    outcomes = [walk(minutes, LOOKED_BACK_DAYS * DAY_MINUTES, len(minutes), rule, GAS_USD) for rule in rules()]
    _table(outcomes)
    firsts = _firsts(len(minutes))
    windows = {rule.name: _windows(minutes, firsts, place) for place, rule in enumerate(rules())}
    for each in outcomes:
        name = _name(each.rule)
        yield Figure(f"ranges_{name}_over_holding", each.over, "USD on 10,000 in 28 days")
        yield Figure(f"ranges_{name}_fees", each.fees, "USD")
        yield Figure(f"ranges_{name}_loss", each.lost, "USD against holding, before fees and costs")
        yield Figure(f"ranges_{name}_costs", each.gas + each.swaps, "USD of gas and swaps")
        yield Figure(f"ranges_{name}_moves", each.moves, "times opened anew")
        over = windows[each.rule]
        yield Figure(f"ranges_{name}_mean", sum(over) / len(over), f"USD over holding in {len(over)} times 14 days")
        yield Figure(f"ranges_{name}_worst", min(over), f"USD, the worst of the {len(over)}")
    yield from foretold.figures(minutes, firsts, WINDOW_DAYS * DAY_MINUTES)


def _firsts(count: int) -> range:
    """The minutes from which on 14 days are looked at."""
    return range(LOOKED_BACK_DAYS * DAY_MINUTES, count - WINDOW_DAYS * DAY_MINUTES, EVERY_DAYS * DAY_MINUTES)


def _windows(minutes: list[Minute], firsts: range, place: int) -> list[float]:
    """What a rule came to over holding, each time."""
    return [walk(minutes, first, first + WINDOW_DAYS * DAY_MINUTES, rules()[place], GAS_USD).over for first in firsts]


def _name(rule: str) -> str:
    words = rule.replace("±", "").replace(" %", "").replace(",", "").replace("-", "").split()
    return "_".join(words)


def _table(outcomes: list[Outcome]) -> None:
    """For a person, beside the figures."""
    head = f"{'rule':<22}{'value':>10}{'over hold':>11}{'fees':>9}{'loss':>9}{'gas':>7}{'swaps':>8}{'moves':>7}"
    rows = [
        f"{each.rule:<22}{each.value:>10.2f}{each.over:>11.2f}{each.fees:>9.2f}{each.lost:>9.2f}"
        f"{each.gas:>7.2f}{each.swaps:>8.2f}{each.moves:>7}"
        for each in outcomes
    ]
    sys.stderr.write("\n".join([head, *rows]) + "\n")
