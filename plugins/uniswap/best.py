"""The best way between two tokens: one pool, or two with a token between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from moneta import FEE_SCALE, Address, PoolState, Route, Token
from plugins.uniswap.pool import swap

NAME = "uniswap-v3"
TOO_LITTLE = "too little liquidity is known there for this size"
BASIS_POINTS = 10_000
_Q192 = 1 << 192


@dataclass(frozen=True, slots=True)
class Hop:
    """One pool in one direction."""

    pool: PoolState
    zero_for_one: bool

    @property
    def end(self) -> Address:
        return self.pool.token1 if self.zero_for_one else self.pool.token0

    def give(self, units: int) -> int | None:
        """What `units` in give."""
        return swap(self.pool, self.zero_for_one, units)

    def need(self, units: int) -> int | None:
        """What `units` out take."""
        return swap(self.pool, self.zero_for_one, units, exact_out=True)


def weighed(
    pools: Sequence[PoolState],
    tokens: Mapping[Address, Token],
    token_in: Token,
    token_out: Token,
    units: int,
    exact_out: bool,
) -> tuple[Route, ...]:
    """Every way: what gives the most for `units` in, or takes the least for `units` out, first; the shorter of equals
    before the other. A way that the known liquidity can't give is last.
    """
    if token_in.address is None or token_out.address is None or token_in == token_out:
        return ()
    paths = _paths(pools, token_in.address, token_out.address)
    known = (path for path in paths if all(hop.end in tokens for hop in path))
    routes = (_route(path, tokens, token_in, units, exact_out) for path in known)
    return tuple(sorted(routes, key=lambda route: (bool(route.why_not), route.units_in, -route.units_out)))


def _paths(pools: Sequence[PoolState], start: Address, end: Address) -> Iterator[tuple[Hop, ...]]:
    first = [hop for pool in pools for hop in _hops(pool, start)]
    yield from ((hop,) for hop in first if hop.end == end)
    for hop in first:
        if hop.end != end:
            yield from ((hop, last) for pool in pools for last in _hops(pool, hop.end) if last.end == end)


def _hops(pool: PoolState, start: Address) -> list[Hop]:
    return [Hop(pool, start == pool.token0)] if start in (pool.token0, pool.token1) else []


def _through(path: Sequence[Hop], units: int, exact_out: bool) -> tuple[int, int] | None:
    """Units in and out of the whole path."""
    amount: int | None = units
    for hop in reversed(path) if exact_out else path:
        amount = (hop.need if exact_out else hop.give)(amount) if amount else None
    if not amount:
        return None
    return (amount, units) if exact_out else (units, amount)


def _route(
    path: Sequence[Hop], tokens: Mapping[Address, Token], token_in: Token, units: int, exact_out: bool
) -> Route:
    amounts = _through(path, units, exact_out)
    units_in, units_out = amounts or ((0, units) if exact_out else (units, 0))
    return Route(
        trader=NAME,
        tokens=(token_in, *(tokens[hop.end] for hop in path)),
        fees=tuple(hop.pool.fee for hop in path),
        pools=tuple(hop.pool.pool for hop in path),
        units_in=units_in,
        units_out=units_out,
        exact_out=exact_out,
        impact_bps=impact(path, *amounts) if amounts else 0,
        why_not="" if amounts else TOO_LITTLE,
    )


def impact(path: Sequence[Hop], units_in: int, units_out: int) -> int:
    """How much less than at the pools' present prices comes out, fees apart, in basis points rounded up."""
    over, under = units_in, 1
    for hop in path:
        price = hop.pool.sqrt_price**2  # token1 per token0, times 2**192
        rise, fall = (price, _Q192) if hop.zero_for_one else (_Q192, price)
        over, under = over * rise * (FEE_SCALE - hop.pool.fee), under * fall * FEE_SCALE
    return max(0, -(-(over - units_out * under) * BASIS_POINTS // over))
