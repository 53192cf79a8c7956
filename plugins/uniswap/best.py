"""The best single way between two tokens: up to three hops, through pools with ticks or through pairs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from moneta import FEE_SCALE, Address, AnyPool, PairState, Route, Token
from plugins.uniswap.paths import Hop, Path, paths, version

NAME = "uniswap-v3"
NAME_V4 = "uniswap-v4"
TOO_LITTLE = "too little liquidity is known there for this size"
BASIS_POINTS = 10_000
MOST_ROUTES = 60
"""What a quote answers with, and the record of a decision keeps: the best of them."""
_Q192 = 1 << 192


def weighed(
    pools: Sequence[AnyPool],
    tokens: Mapping[Address, Token],
    token_in: Token,
    token_out: Token,
    units: int,
    exact_out: bool,
) -> tuple[Route, ...]:
    """Every way: what gives the most for `units` in, or takes the least for `units` out, first; the shorter of equals
    before the other. A way that the known liquidity can't give is last.
    """
    if token_in == token_out:
        return ()
    ways = paths(pools, tokens, token_in.place, token_out.place)
    found = alone(ways, units, exact_out)
    return ordered(route(path, tokens, amounts, units, exact_out) for path, amounts in zip(ways, found, strict=True))


def ordered(routes: Iterable[Route]) -> tuple[Route, ...]:
    """The best first, no more than are answered with."""
    best = sorted(routes, key=lambda each: (bool(each.why_not), each.units_in, -each.units_out))
    return tuple(best[:MOST_ROUTES])


def alone(ways: Sequence[Path], units: int, exact_out: bool) -> list[tuple[int, int] | None]:
    """Units in and out of each way by itself; ways that begin alike (or end, for an output) are walked once."""
    walked: dict[tuple[Hop, ...], int | None] = {(): units}

    def reached(hops: tuple[Hop, ...]) -> int | None:
        if hops not in walked:
            amount = reached(hops[:-1])
            last = hops[-1]
            walked[hops] = (last.need if exact_out else last.give)(amount) if amount else None
        return walked[hops]

    amounts = (reached(tuple(reversed(path)) if exact_out else path) for path in ways)
    return [None if not each else (each, units) if exact_out else (units, each) for each in amounts]


def route(
    path: Path, tokens: Mapping[Address, Token], amounts: tuple[int, int] | None, units: int, exact_out: bool
) -> Route:
    """The way as it is shown; `amounts` in and out, None where it can't give `units`."""
    units_in, units_out = amounts or ((0, units) if exact_out else (units, 0))
    first = path[0].pool.token0 if path[0].zero_for_one else path[0].pool.token1
    return Route(
        trader=NAME_V4 if version(path) == 4 else NAME,
        tokens=(tokens[first], *(tokens[hop.end] for hop in path)),
        fees=tuple(hop.pool.fee_of(hop.zero_for_one) for hop in path),
        pools=tuple(hop.pool.pool for hop in path),
        units_in=units_in,
        units_out=units_out,
        exact_out=exact_out,
        impact_bps=impact(path, *amounts) if amounts else 0,
        why_not="" if amounts else TOO_LITTLE,
        version=version(path),
    )


def impact(path: Path, units_in: int, units_out: int) -> int:
    """How much less than at the pools' present prices comes out, fees apart, in basis points rounded up."""
    over, under = units_in, 1
    for hop in path:
        rise, fall = _price(hop.pool)
        rise, fall = (rise, fall) if hop.zero_for_one else (fall, rise)
        kept = FEE_SCALE - hop.pool.fee_of(hop.zero_for_one)
        over, under = over * rise * kept, under * fall * FEE_SCALE
    return max(0, -(-(over - units_out * under) * BASIS_POINTS // over))


def _price(pool: AnyPool) -> tuple[int, int]:
    """Token 1 per token 0, over and under."""
    if isinstance(pool, PairState):
        return pool.reserve1, pool.reserve0
    return pool.sqrt_price**2, _Q192
