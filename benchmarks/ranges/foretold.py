"""How near forecasts came: the share of time in range and the fees of a range that is opened and left alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import mean

from benchmarks.figure import Figure
from benchmarks.ranges.minutes import Minute, pool, seen
from benchmarks.ranges.purse import Purse
from benchmarks.ranges.rules import DAY_MINUTES, LOOKED_BACK_DAYS, around
from plugins.uniswap.forecast import forecast
from plugins.uniswap.ticks import sqrt_ratio_at

WIDTHS = (500, 1_000, 2_000, None)
USDC, SIZE = 10**6, 10_000
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Against:
    """A forecast and what came: shares of the time, dollars of fees."""

    in_range: float
    was_in_range: float
    fees: float
    came: float


def against(minutes: Sequence[Minute], first: int, last: int, width: int | None) -> Against:
    """Of a range of one width that is opened at minute `first` and left alone until `last`."""
    begin, half = minutes[first], SIZE / 2 * USDC
    low, high = around(begin.tick, width)
    purse = Purse(half, half * begin.price, 0.0)
    known = seen(minutes[first - LOOKED_BACK_DAYS * DAY_MINUTES : first + 1])
    seconds, value1 = minutes[last - 1].at - begin.at, int(2 * half * begin.price)
    told = forecast(pool(begin), (sqrt_ratio_at(low), sqrt_ratio_at(high)), known, seconds, value1)
    purse.enter(begin, low, high)
    inside = 0
    for each in minutes[first + 1 : last]:
        purse.earn(each)
        inside += low <= each.tick < high
    return Against(
        told.in_range / MILLION, inside / (last - first - 1), told.fees * SIZE / MILLION, purse.fees / USDC
    )


def figures(minutes: Sequence[Minute], firsts: Sequence[int], length: int) -> Iterator[Figure]:
    """Over all starts: the mean of what was forecast, and of what came."""
    for width in WIDTHS:
        found = [against(minutes, first, first + length, width) for first in firsts]
        name = "full" if width is None else f"{width // 100}"
        yield Figure(
            f"ranges_foretold_{name}_in_range", 100 * mean(e.in_range for e in found), "% of 14 days, forecast"
        )
        yield Figure(f"ranges_came_{name}_in_range", 100 * mean(e.was_in_range for e in found), "% of 14 days")
        yield Figure(f"ranges_foretold_{name}_fees", mean(e.fees for e in found), "USD on 10,000, forecast")
        yield Figure(f"ranges_came_{name}_fees", mean(e.came for e in found), "USD on 10,000")
