"""A pool in one direction as a curve: what so much of its key gives, and the price and depth there.

The key is what is said: units in, or units out of an exact output; the value is the other side. Curves of ticks are
tables of stops, grown no further than asked, so that a swap of any size is a bisection and one step.

`root` is 1 / sqrt(d value / d key) as a Q128: along a stretch of constant liquidity it is linear in the key
(Uniswap v3 whitepaper, 6.2), as it is along a whole pair, and the roots of a path's hops multiply. `depth` is the key
in which it would double (halve, for an output).
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from math import isqrt
from typing import NamedTuple, Protocol

from moneta import FEE_SCALE, AnyPool, PairState, PoolState
from plugins.uniswap.prices import amount0, amount1, ceil_div
from plugins.uniswap.ticks import MAX_SQRT_RATIO, MAX_TICK, MIN_SQRT_RATIO, MIN_TICK, Q96, next_tick, sqrt_ratio_at

Q128 = 1 << 128


class Point(NamedTuple):
    """Where a curve stands. `crossed`: initialised ticks up to there."""

    value: int
    root: int
    depth: int
    crossed: int


class Stand(NamedTuple):
    """How far a curve goes at a price: what of its key, and what that gives. `depth` as a point has it."""

    key: int
    value: int
    depth: int


NOWHERE = Stand(0, 0, 0)


class Line(Protocol):
    def at(self, key: int) -> Point | None:
        """None where the pool, or what is known of it, doesn't reach so far."""

    def until(self, root: int) -> Stand:
        """As far as a unit more costs less than that, or as is known; to a few units."""


def line(pool: AnyPool, zero_for_one: bool, exact_out: bool) -> Line:
    kind = PairLine if isinstance(pool, PairState) else TickLine
    return kind(pool, zero_for_one, exact_out)  # type: ignore[arg-type]


@cache
def _fee_root(fee: int, kept: bool) -> int:
    """sqrt(1 - fee) or, with `kept` False, its inverse: Q128."""
    over, under = (FEE_SCALE - fee, FEE_SCALE) if kept else (FEE_SCALE, FEE_SCALE - fee)
    return isqrt((over << 256) // under)


class PairLine:
    """A pair of constant product; its fee stays in it, which between parts of one trade counts for nothing here."""

    def __init__(self, pair: PairState, zero_for_one: bool, exact_out: bool) -> None:
        held, other = pair.reserve0, pair.reserve1
        self._held, self._other = (held, other) if zero_for_one else (other, held)
        self._exact_out = exact_out
        self._kept = FEE_SCALE - pair.fee
        self._root = isqrt(held * other * self._kept * FEE_SCALE)

    def at(self, key: int) -> Point | None:
        if not self._root:
            return None
        if self._exact_out:
            left = self._other - key
            if left <= 0:
                return None
            value = self._held * key * FEE_SCALE // (left * self._kept) + 1 if key else 0
            root = (left * self._root << 128) // (self._held * self._other * FEE_SCALE)
            return Point(value, root, left, 0)
        kept = key * self._kept
        whole = self._held * FEE_SCALE + kept
        return Point(kept * self._other // whole, (whole << 128) // self._root, whole // self._kept, 0)

    def until(self, root: int) -> Stand:
        if self._exact_out:
            left = (root * self._held * self._other * FEE_SCALE >> 128) // self._root
            key = self._other - left
            if left <= 0 or key <= 0:
                return NOWHERE
            return Stand(key, self._held * key * FEE_SCALE // (left * self._kept), left)
        whole = root * self._root >> 128
        kept = whole - self._held * FEE_SCALE
        return Stand(kept // self._kept, kept * self._other // whole, whole // self._kept) if kept > 0 else NOWHERE


class TickLine:
    """A pool's table: at each stop the key and the value up to there, the price, the liquidity beyond."""

    def __init__(self, pool: PoolState, zero_for_one: bool, exact_out: bool) -> None:
        self._pool, self._down, self._exact_out = pool, zero_for_one, exact_out
        self._pips = pool.fee_of(zero_for_one)
        self._kept = FEE_SCALE - self._pips
        self._fee = _fee_root(self._pips, kept=exact_out)
        self._keys, self._values, self._crossed = [0], [0], [0]
        self._prices, self._liquidity = [pool.sqrt_price], [pool.liquidity]
        self._order = [-pool.sqrt_price if zero_for_one else pool.sqrt_price]  # the prices, ascending
        self._tick = pool.tick
        # root falls with the price where these differ: token 0 in raises 1 / sqrt(price), token 1 out raises sqrt
        self._inverse = zero_for_one != exact_out
        self._known = pool.sqrt_price > 0

    def at(self, key: int) -> Point | None:
        keys = self._keys
        while key >= keys[-1]:
            if not self._grow():
                return None
        stop = bisect_right(keys, key) - 1
        value, price, liquidity = self._values[stop], self._prices[stop], self._liquidity[stop]
        rest = key - keys[stop]
        if rest:
            more, price = (self._out if self._exact_out else self._in)(rest, price, liquidity)
            value += more
        root = (self._fee << 96) // price if self._inverse else self._fee * price >> 96
        depth = (liquidity << 96) // price if self._inverse else liquidity * price >> 96
        if not self._exact_out:
            depth = depth * FEE_SCALE // self._kept
        return Point(value, root, depth, self._crossed[stop])

    def until(self, root: int) -> Stand:
        price = (self._fee << 96) // (root or 1) if self._inverse else (root << 96) // self._fee
        place = -price if self._down else price
        while place >= self._order[-1] and self._grow():
            pass
        stop = bisect_right(self._order, place) - 1
        if stop < 0:
            return NOWHERE
        key, value, before, liquidity = (of[stop] for of in (self._keys, self._values, self._prices, self._liquidity))
        if stop == len(self._order) - 1:
            return Stand(max(key - 1, 0), value, 0)  # the end itself is beyond
        moved = liquidity * abs(price - before)
        taken, given = (moved << 96) // price // before, moved >> 96
        taken, given = (taken, given) if self._down else (given, taken)
        taken = taken * FEE_SCALE // self._kept
        depth = (liquidity << 96) // price if self._inverse else liquidity * price >> 96
        if self._exact_out:
            return Stand(key + given, value + taken, depth)
        return Stand(key + taken, value + given, depth * FEE_SCALE // self._kept)

    def _in(self, units: int, price: int, liquidity: int) -> tuple[int, int]:
        """SwapMath.computeSwapStep of an exact input that doesn't reach its stop: what comes out, the price after."""
        kept = units * self._kept // FEE_SCALE
        if self._down:
            whole = liquidity << 96
            after = ceil_div(whole * price, whole + kept * price)
            return liquidity * (price - after) // Q96, after
        after = price + (kept << 96) // liquidity
        return (liquidity << 96) * (after - price) // after // price, after

    def _out(self, units: int, price: int, liquidity: int) -> tuple[int, int]:
        """The same of an exact output: what must go in with the fee, the price after."""
        if self._down:
            after = price - ceil_div(units << 96, liquidity)
            taken = amount0(after, price, liquidity, up=True)
        else:
            whole = liquidity << 96
            after = ceil_div(whole * price, whole - units * price)
            taken = amount1(price, after, liquidity, up=True)
        return taken + ceil_div(taken * self._pips, self._kept), after

    def _grow(self) -> bool:
        """One stop more; False where nothing is known beyond."""
        pool, down = self._pool, self._down
        if not self._known:
            return False
        stop, net = next_tick(pool.ticks, self._tick, pool.spacing, down)
        if not pool.low <= stop <= pool.high or not MIN_TICK < stop < MAX_TICK:
            self._known = False
            return False
        price, liquidity = self._prices[-1], self._liquidity[-1]
        after = sqrt_ratio_at(stop)
        if down:
            taken, given = amount0(after, price, liquidity, up=True), amount1(after, price, liquidity, up=False)
        else:
            taken, given = amount1(price, after, liquidity, up=True), amount0(price, after, liquidity, up=False)
        taken += ceil_div(taken * self._pips, self._kept)
        key, value = (given, taken) if self._exact_out else (taken, given)
        self._keys.append(self._keys[-1] + key)
        self._values.append(self._values[-1] + value)
        self._crossed.append(self._crossed[-1] + (net is not None))
        self._prices.append(after)
        self._order.append(-after if down else after)
        self._liquidity.append(liquidity + (0 if net is None else -net if down else net))
        self._tick = stop - 1 if down else stop
        return MIN_SQRT_RATIO < after < MAX_SQRT_RATIO
