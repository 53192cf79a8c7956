"""Swaps one after the other: what each gives, and what it leaves of its pools. Pairs and ticked pools alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from moneta import Address, AnyPool, PairState, Route
from plugins.uniswap.pairs import moved_pair
from plugins.uniswap.pool import moved

Pools = Mapping[Address, AnyPool]


@dataclass(frozen=True, slots=True)
class Done:
    """What went in, what came out, and all pools behind it."""

    units_in: int
    units_out: int
    pools: Pools


@dataclass(frozen=True, slots=True)
class Way:
    """Pools in their order, and for each whether its token 0 goes in."""

    pools: tuple[Address, ...]
    down: tuple[bool, ...]

    @property
    def back(self) -> Way:
        return Way(self.pools[::-1], tuple(not each for each in self.down[::-1]))


def way_of(route: Route, pools: Pools) -> Way:
    """Raises KeyError for a pool that isn't known."""
    starts = (token.place for token in route.tokens)
    return Way(
        route.pools, tuple(pools[pool].token0 == start for pool, start in zip(route.pools, starts, strict=False))
    )


def through(pools: Pools, way: Way, units: int, exact_out: bool = False) -> Done | None:
    """`units` in, or out with `exact_out`, through all pools of the way. None where one of them can't give it."""
    left, amount = dict(pools), units
    hops: Sequence[tuple[Address, bool]] = list(zip(way.pools, way.down, strict=True))
    for pool, down in reversed(hops) if exact_out else hops:
        found = swapped(left[pool], down, amount, exact_out)
        if found is None or not found[0]:
            return None
        amount, left[pool] = found
    return Done(amount, units, left) if exact_out else Done(units, amount, left)


def swapped(pool: AnyPool, down: bool, units: int, exact_out: bool = False) -> tuple[int, AnyPool] | None:
    """The side that isn't said, and the pool behind the swap."""
    if isinstance(pool, PairState):
        return moved_pair(pool, down, units, exact_out)
    return moved(pool, down, units, exact_out)
