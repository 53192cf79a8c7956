"""What a swap should come to, by the price feeds and the own trade: all that is offered is held against it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from agent.money import BASIS_POINTS, Token
from agent.routes import Trade


@dataclass(frozen=True, slots=True)
class Measure:
    """In base units of the side that isn't said to the unit, None where nothing is known.

    `bound`: what it must give at the least, or of an exact output may take at the most. `edge`: beyond which nobody
    is believed who offers an order, which can't be simulated.
    """

    bound: int | None
    edge: int | None


def measure(exact_out: bool, bounds: Iterable[int | None], edges: Iterable[int | None]) -> Measure:
    """The strictest of the bounds, and the widest of the edges."""
    strict, wide = (min, min) if exact_out else (max, max)
    known, believed = [each for each in bounds if each is not None], [each for each in edges if each is not None]
    return Measure(strict(known, default=None), wide(believed, default=None))


def fair_least(gives: Token, gets: Token, units: int, prices: Mapping[str, int], loss_bps: int) -> int | None:
    """The least that may come back by the price feeds, in base units, `loss_bps` basis points below them, rounded up;
    None where a price isn't known. Prices in USD with 8 decimals.
    """
    fair = _fair(gives, gets, units, prices)
    return None if fair is None else -(-fair * (BASIS_POINTS - loss_bps) // BASIS_POINTS)


def fair_most(gives: Token, gets: Token, units: int, prices: Mapping[str, int], loss_bps: int) -> int | None:
    """The most that may be given by them for `units` of `gets`, `loss_bps` basis points above them, rounded down."""
    fair = _fair(gets, gives, units, prices)
    return None if fair is None else int(fair * (BASIS_POINTS + loss_bps) // BASIS_POINTS)


def _fair(one: Token, other: Token, units: int, prices: Mapping[str, int]) -> Fraction | None:
    """Base units of `other` that `units` of `one` are worth."""
    price, against = prices.get(one.symbol, 0), prices.get(other.symbol, 0)
    if price <= 0 or against <= 0:
        return None
    return Fraction(units * price * 10**other.decimals, against * 10**one.decimals)


def cost(trade: Trade, gas: Fraction) -> Fraction:
    """What is given and the gas, less what comes back; of trades over one amount the least is best."""
    return trade.gas * gas + (trade.units_in if trade.exact_out else -trade.units_out)
