"""The lines as tables for people: one for each universe, size and period, the best first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from agent.backtest.line import Line

HEAD = (
    f"{'strategy':<12} {'net a year':>10}  {'95 %':>17} {'regret':>9} "
    f"{'turnover':>9} {'gas $':>12} {'drawdown':>9} {'trapped h':>9}"
)


def tables(lines: Sequence[Line]) -> Iterator[str]:
    """Text lines."""
    for (universe, size, period), group in groupby(lines, key=lambda each: (each.universe, each.size, each.period)):
        rows = sorted(group, key=lambda each: -each.net_apy)
        one = rows[0]
        told = {"chosen": "parameters chosen on it", "unseen": "not seen when parameters were chosen"}.get(
            one.data, ""
        )
        yield ""
        yield f"{universe}, ${size:,}, {period} ({one.first[:10]} to {one.last[:10]}{'; ' + told if told else ''})"
        yield HEAD
        yield from (_row(each) for each in rows)


def _row(of: Line) -> str:
    between = f"{_percent(of.net_apy_low)} to {_percent(of.net_apy_high)}"
    return (
        f"{of.strategy:<12} {_percent(of.net_apy):>10}  {between:>17} {_percent(of.regret):>9} "
        f"{of.turnover:>9.1f} {of.gas_usd:>12,.2f} {_percent(of.max_drawdown):>9} {of.trapped_hours:>9}"
    )


def _percent(value: float) -> str:
    return f"{value * 100:.2f} %"
