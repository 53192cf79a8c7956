"""What could have been earned at the most by one who knew all of it: a bound that no strategy is above.

At every hour income is a function of what is at each venue, diluted by it. Any line above such a function bounds it:
`income_i(x) ≤ c_i + m_i · x`. With the lines taken at the split that earns most at the hour, their sum is that best
income exactly. So the bound is a linear problem: each dollar goes its own way over venues and wallets, grows by m_i
an hour, pays for its moves, and the c_i are earned beside that. Its best way is found by dynamic programming from the
end. Gas is shared by all money that there could be at the hour at the most; liquidity, delays and entry limits aren't
counted: they could only make it less.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agent.backtest.arrays import YEAR, Floats
from agent.backtest.dilute import diluted
from agent.backtest.simulate import home
from agent.backtest.walk import Walk, best_way
from agent.backtest.world import World

POINTS = 25
"""At each venue from nothing to all money, denser near nothing."""

SLACK = 1.0005
"""For what lies between two points, and for interest that is added to a deposit within a day."""

CHUNK = 4_096
"""Hours that lines are made for at once."""


@dataclass(frozen=True, slots=True)
class Lines:
    """By spot and hour: the marginal yearly rate, and by hour the income a year beside it, in units of account."""

    marginal: Floats
    beside: Floats


def lines(world: World, units: float, response: float = 0.0) -> Lines:
    """The lines for about so many units of account."""
    parts = [_lines(world, units, slice(at, at + CHUNK), response) for at in range(0, len(world.hours), CHUNK)]
    return Lines(
        np.concatenate([each.marginal for each in parts], axis=1), np.concatenate([each.beside for each in parts])
    )


def _lines(world: World, units: float, span: slice, response: float) -> Lines:
    pooled = [each.pool for each in world.spots]
    price = world.price[pooled, span]
    steps = np.linspace(0.0, 1.0, POINTS) ** 2 * units
    income = np.stack([_income(world, spot, span, steps, price[spot], response) for spot in range(len(world.spots))])
    marginal = _level(income, steps, units)
    beside = (income - marginal[:, :, None] * steps).max(axis=2).clip(min=0.0).sum(axis=0)
    return Lines(marginal, beside)


def _income(world: World, spot: int, span: slice, steps: Floats, price: Floats, response: float) -> Floats:
    """Units of account a year by hour and by units of account at the venue."""
    pays = world.pays[spot, span]
    if not world.spots[spot].amounts:
        return pays[:, None] * steps

    def column(values: Floats) -> Floats:
        return values[spot, span][:, None]

    rates = diluted(
        pays[:, None],
        column(world.borrow),
        column(world.supplied),
        column(world.usage),
        column(world.base),
        column(world.slope),
        column(world.kink),
        steps[None, :] / price[:, None],
        response,
    )
    found: Floats = steps * rates
    return found


def _level(income: Floats, steps: Floats, units: float) -> Floats:
    """The slope at which money runs out when the steepest steps are taken first, or a venue's own first if lower."""
    venues, hours, _ = income.shape
    width = np.diff(steps)
    slopes = np.diff(income, axis=2) / width
    flat = slopes.transpose(1, 0, 2).reshape(hours, -1)
    widths = np.tile(width, venues)
    order = np.argsort(-flat, axis=1, kind="stable")
    filled = np.cumsum(widths[order], axis=1)
    last = np.minimum((filled < units).sum(axis=1), filled.shape[1] - 1)
    level = np.take_along_axis(flat, np.take_along_axis(order, last[:, None], axis=1), axis=1)[:, 0]
    level = np.maximum(level, 0.0)
    found: Floats = np.minimum(level[None, :], np.maximum(slopes[:, :, 0], 0.0))
    return found


@dataclass(frozen=True, slots=True)
class Best:
    """`growth`: the most that a dollar could have come to; `equity` the parts of the start of the way there, by hour.

    `moves` and `gas` (dollars) are those of that way, `moved` its entries in parts of the start.
    """

    growth: float
    equity: Floats
    moves: int
    moved: float
    gas: float
    fees: float


def hindsight(world: World, of: Lines, size: float, first: int, last: int) -> Best:
    """The most that `size` dollars could have come to from the hour `first` to `last`."""
    units = size / float(world.unit[first])
    growth = _growth(world, of, first, last)
    beside = of.beside[first:last] * SLACK / YEAR
    most = _most(world, growth, beside, units, first, last)
    start = len(world.spots) + home(world)
    found, way = best_way(growth, _kept(world, first, last, most), start, beside / units)
    return Best(found, way.equity, *_paid(world, way, start, size, first))


def _paid(world: World, way: Walk, start: int, size: float, first: int) -> tuple[int, float, float, float]:
    """Entries, their size in parts of the start, gas and fees in dollars."""
    pools, venues = _places(world)
    before = np.concatenate(([start], way.places[:-1]))
    moves, moved, gas, fees = 0, 0.0, 0.0, 0.0
    for step in np.flatnonzero(before != way.places):
        here, there, hour = int(before[step]), int(way.places[step]), first + int(step)
        part, dollars, _ = world.crossing(pools[here], pools[there], hour)
        gas += dollars + (world.leaving(here, hour) if here < venues else 0.0)
        fees += part * float(way.equity[step]) * size
        if there < venues:
            gas += world.entering(there, hour)
            moves, moved = moves + 1, moved + float(way.equity[step])
    return moves, moved, gas, fees


def _places(world: World) -> tuple[list[int], int]:
    """The pool of each place: the venues, then the wallets."""
    return [*(each.pool for each in world.spots), *range(len(world.pools))], len(world.spots)


def _growth(world: World, of: Lines, first: int, last: int) -> Floats:
    """What a unit at each place is after each hour."""
    pools, venues = _places(world)
    price = world.price[:, first : last + 1]
    worth = (price[:, 1:] / price[:, :-1])[pools]
    rates = np.zeros((len(pools), last - first))
    rates[:venues] = of.marginal[:, first:last]
    found: Floats = worth * (1 + rates * SLACK / YEAR)
    return found


def _kept(world: World, first: int, last: int, most: Floats | None) -> Floats:
    """What is kept of a unit that goes from place to place at each hour: hours by places by places."""
    pools, venues = _places(world)
    hours = slice(first, last)
    kept = np.ones((last - first, len(pools), len(pools)))
    for here, source in enumerate(pools):
        for there, target in enumerate(pools):
            if here == there:
                continue
            way = world.crossings[source][target]
            dollars = way.gas * world.gas[hours] + way.dollars
            if here < venues:
                dollars = dollars + world.leave_gas[here] * world.gas[hours] + world.flat[here]
            if there < venues:
                dollars = dollars + world.enter_gas[there] * world.gas[hours] + world.flat[there]
            gas = np.zeros(last - first) if most is None else dollars / world.unit[hours] / most
            kept[:, here, there] = np.maximum((1 - way.part) * (1 - np.minimum(gas, 1.0)), 0.0)
    return kept


def _most(world: World, growth: Floats, beside: Floats, units: float, first: int, last: int) -> Floats:
    """Above what all money could be at each hour: the best way without gas, from the start on."""
    kept = _kept(world, first, last, None)
    lost = 1 - max((way.part for row in world.crossings for way in row), default=0.0)
    reached = np.zeros(len(growth))
    reached[len(world.spots) + home(world)] = 1.0
    most, earned = np.empty(last - first), 0.0
    for hour in range(last - first):
        reached = (reached[:, None] * kept[hour]).max(axis=0)
        top = float(reached.max())
        most[hour] = max(top * (units + earned), units * 1e-9)
        earned += float(beside[hour]) / max(top * lost, 1e-9)
        reached = reached * growth[:, hour]
    return most
