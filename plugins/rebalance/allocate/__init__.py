"""Where all money should be: the most expected income over the horizon, own impact, moves and limits counted.

docs/allocate.md tells the method, its bound, and when it is exact.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from moneta import Allocation, Candidate, Refused, Terms
from plugins.rebalance.allocate.branch import solve
from plugins.rebalance.allocate.columns import FEW
from plugins.rebalance.allocate.prepare import prepare
from plugins.rebalance.allocate.whole import Held, balanced, parts

__all__ = ["allocate"]


def allocate(candidates: Sequence[Candidate], terms: Terms, few: int = FEW) -> Allocation:
    """The allocation of `terms.cash` and all positions. The order of the candidates doesn't matter.

    Raises Refused where the terms themselves make no sense; a candidate that makes none is left out by name: its
    position stays where it is, or leaves where something else earns more than its way out costs. `few`: how many
    markets of one shape are worth being prepared together.
    """
    made = prepare(candidates, terms, few)
    if not made.markets:
        return Allocation((), made.money, 0, 0, 0, made.left_out, 0)
    found = solve(made.table, made.counts, float(made.money))
    if found is None:  # only where rounding to floats makes what must stay more than what there is
        raise Refused("allocate", "The positions that can't leave are more than all money there is.")
    return _told(list(made.held(found)), terms, made.money, found.bound, made.left_out, found.nodes)


def _told(
    positions: list[Held], terms: Terms, money: int, bound: float, left_out: dict[str, str], nodes: int
) -> Allocation:
    dust = 2 * len(positions) + money // 10**12  # what rounding down leaves over; more is idle on purpose
    idle = balanced(positions, money, dust)
    told = [part for each in positions for part in parts(each, terms)]
    low, high = sum([part.low for part in told]), sum([part.high for part in told])
    return Allocation(
        parts=tuple(sorted(told, key=lambda part: (-part.units, part.venue))),
        idle=idle,
        income=terms.expected(low, high),
        cost=sum([part.cost for part in told]),
        bound=math.ceil(bound),
        left_out=left_out,
        nodes=nodes,
    )
