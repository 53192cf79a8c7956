"""A result: one strategy, universe, size and period."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from agent.backtest.arrays import Floats
from agent.backtest.hindsight import Best
from agent.backtest.measure import apy, drawdown, interval
from agent.backtest.periods import Period
from agent.backtest.standing import Run
from agent.backtest.world import World

DIGITS = 6


@dataclass(frozen=True, slots=True)
class Line:
    """Fractions a year: `net_apy`, `regret` (below hindsight) and the ends of their 95 % intervals.

    `turnover`: entries, in parts of the capital, the first one included. `gas_usd` and `fees_usd` (swaps, bridges):
    dollars. `max_drawdown`: a fraction. `trapped_hours`: hours in which it wanted out and couldn't all get out.
    `data`: whether Moneta's parameters were `chosen` on these hours. `dilution`: whether markets' sizes are known.
    """

    strategy: str
    universe: str
    size: int
    period: str
    net_apy: float
    regret: float
    turnover: float
    gas_usd: float
    max_drawdown: float
    trapped_hours: int
    net_apy_low: float
    net_apy_high: float
    regret_low: float
    regret_high: float
    fees_usd: float
    moves: int
    data: str
    dilution: str
    first: str
    last: str

    def as_json(self) -> dict[str, object]:
        return {
            key: round(value, DIGITS) if isinstance(value, float) else value for key, value in asdict(self).items()
        }


def line_of(world: World, name: str, size: int, period: Period, run: Run, best: Best) -> Line:
    """What a run comes to, beside the bound."""
    hours = period.last - period.first
    start = float(run.equity[0])
    return _line(
        world,
        name,
        size,
        period,
        equity=run.equity / start,
        growth=float(run.equity[-1]) / start,
        bound=apy(best.growth, hours),
        moved=run.moved / start,
        costs=(run.gas, run.fees),
        counts=(run.moves, run.trapped),
    )


def line_of_best(world: World, size: int, period: Period, best: Best) -> Line:
    """The bound itself, with what its own way would have moved and paid."""
    bound = apy(best.growth, period.last - period.first)
    return _line(
        world,
        "hindsight",
        size,
        period,
        equity=best.equity,
        growth=best.growth,
        bound=bound,
        moved=best.moved,
        costs=(best.gas, best.fees),
        counts=(best.moves, 0),
    )


def _line(
    world: World,
    name: str,
    size: int,
    period: Period,
    *,
    equity: Floats,
    growth: float,
    bound: float,
    moved: float,
    costs: tuple[float, float],
    counts: tuple[int, int],
) -> Line:
    net = apy(growth, period.last - period.first)
    low, high = interval(equity)
    low, high = min(low, net), max(high, net)
    return Line(
        strategy=name,
        universe=world.name,
        size=size,
        period=period.name,
        net_apy=net,
        regret=bound - net,
        turnover=moved,
        gas_usd=costs[0],
        max_drawdown=drawdown(equity),
        trapped_hours=counts[1],
        net_apy_low=low,
        net_apy_high=high,
        regret_low=max(bound - high, 0.0),
        regret_high=bound - low,
        fees_usd=costs[1],
        moves=counts[0],
        data=period.data,
        dilution="known" if all(each.amounts for each in world.spots) else "unknown",
        first=_moment(world, period.first),
        last=_moment(world, period.last),
    )


def _moment(world: World, hour: int) -> str:
    return datetime.fromtimestamp(int(world.hours[hour]), UTC).strftime("%Y-%m-%dT%H:%MZ")
