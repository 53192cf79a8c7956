"""Prices of a pool as people say them: so many of the dollar coin for one of the other. Fractions, no floats."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

from agent.chain.registry import Registry
from agent.money import Address, Amount, Token, grouped, text_from_units
from agent.usd import cents

_Q192 = 1 << 192
_DIGITS = 6
"""Significant digits of a price as it is shown."""
_PLACES = 18
FEE_PLACES = 4  # a fee in hundredths of a basis point: 3,000 is 0.3 %


@dataclass(frozen=True, slots=True)
class Pair:
    """The two tokens of a pool in its order, and which of them prices are said in: `quote` for one `base`."""

    token0: Token
    token1: Token
    base: Token
    quote: Token

    @property
    def upright(self) -> bool:
        """Whether prices are said as the pool has them, token 1 for one token 0."""
        return self.base == self.token0

    @property
    def name(self) -> str:
        return f"{self.base}/{self.quote}"

    def price(self, sqrt_price: int) -> Fraction:
        """Whole tokens of `quote` for a whole one of `base`, at a square root as the pool has it (Q64.96)."""
        raw = Fraction(sqrt_price**2, _Q192) * Fraction(10**self.token0.decimals, 10**self.token1.decimals)
        return raw if self.upright else 1 / raw

    def sqrt_price(self, price: Fraction) -> int:
        """The same the other way round, rounded down."""
        raw = (price if self.upright else 1 / price) * Fraction(10**self.token1.decimals, 10**self.token0.decimals)
        return isqrt(raw.numerator * _Q192 // raw.denominator)


def pair_of(registry: Registry, token0: Address, token1: Address) -> Pair | None:
    """A pool's pair; in dollars where one of the two is a dollar coin. None where a token isn't pinned."""
    first, second = registry.at(token0), registry.at(token1)
    if first is None or second is None:
        return None
    upright = first.symbol not in registry.usd_stable or second.symbol in registry.usd_stable
    return Pair(first, second, *((first, second) if upright else (second, first)))


def price_text(price: Fraction) -> str:
    """Six significant digits, cut: '3,012.34'."""
    units = price.numerator * 10**_PLACES // price.denominator
    cut = 10 ** max(len(str(units)) - _DIGITS, 0)
    return grouped(text_from_units(units // cut * cut, _PLACES))


def fee_text(fee: int) -> str:
    """'0.05 %'."""
    return f"{text_from_units(fee, FEE_PLACES)} %"


def both(pair: Pair, units0: int, units1: int) -> str:
    """'0.5 WETH and 1,500 USDC', the base first; what there is none of is left out."""
    amounts = [Amount(units0, pair.token0), Amount(units1, pair.token1)]
    if not pair.upright:
        amounts.reverse()
    return " and ".join(str(each) for each in amounts if each.units) or f"0 {pair.quote}"


def worth(pair: Pair, units0: int, units1: int, prices: dict[str, int]) -> int | None:
    """US cents of both, rounded down; None where one that counts has no price."""
    total = 0
    for token, units in ((pair.token0, units0), (pair.token1, units1)):
        if units and token.symbol not in prices:
            return None
        total += cents(units, token.decimals, prices[token.symbol]) if units else 0
    return total
