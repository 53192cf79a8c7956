"""Liquidity positions under a mandate: how much of which token may be moved at once, how often, for what gain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from agent.chain.registry import Registry
from agent.chain.snapshot import Snapshot
from agent.errors import Refused
from agent.gate.liquidity.words import Pair, pair_of
from agent.gate.mandates.mandate import RULE, Bounds, Terms
from agent.money import Token
from agent.policy.moving import RangeRight
from agent.usd import CENT, cents, dollars

EVERY_SECONDS = 86_400
"""One position is moved in that time at the most: a price that runs to and fro costs a swap each time."""
SIGNIFICANT = 3
WEI: int = 10**18


def pairs_in(snapshot: Snapshot, registry: Registry) -> list[Pair]:
    """The pairs of the pools that liquidity may go into."""
    found = (pair_of(registry, pool.token0, pool.token1) for group in snapshot.pools.values() for pool in group)
    return [pair for pair in found if pair is not None]


def most_of(assets: Mapping[str, Bounds], pairs: Iterable[Pair], prices: Mapping[str, int]) -> dict[str, int]:
    """Base units by symbol that one move of a position may take: of an asset of the mandate as much as any of its
    moves may, of the other token of its pool what that is worth now, in three digits.

    Raises Refused("mandate") where there is no such pool.
    """
    most: dict[str, int] = {}
    for pair in pairs:
        for own, other in ((pair.token0, pair.token1), (pair.token1, pair.token0)):
            if own.symbol not in assets:
                continue
            most[own.symbol] = assets[own.symbol].most
            worth = _in(other, own, assets[own.symbol].most, prices)
            if other.symbol not in assets and worth:
                most[other.symbol] = max(worth, most.get(other.symbol, 0))
    if len(most) < 2:
        raise Refused(
            RULE,
            f"I know no pool of {' or '.join(assets)} with a price that takes liquidity, so no position of it could "
            "be kept in range.",
            "Leave that out, or name a token of such a pool.",
        )
    return most


def right_of(terms: Terms, native_price: int | None) -> RangeRight | None:
    """What the signer is told of it; None where positions aren't moved. Raises Refused("mandate") without a price."""
    if not terms.ranges:
        return None
    if not native_price:
        raise Refused(RULE, "Gas has no price in dollars now, so its budget can't be held.", "Try again later.")
    return RangeRight(terms.ranges, EVERY_SECONDS, terms.gas_budget * WEI // native_price)


def check_size(terms: Terms, pair: Pair, worth: int, prices: Mapping[str, int]) -> None:
    """Raises Refused("mandate") for a position of tokens that the mandate isn't for, or worth (US cents) more than
    one of its moves may be.
    """
    own = [token for token in (pair.token0, pair.token1) if token.symbol in terms.assets]
    if not own or not {pair.token0.symbol, pair.token1.symbol} <= terms.ranges.keys():
        raise Refused(
            RULE,
            f"Your mandate isn't for positions of {pair.name}.",
            "Give one for a token of it, or move the position yourself.",
        )
    most = max(_worth(token, terms.assets[token.symbol].most, prices) for token in own)
    if worth > most:
        raise Refused(
            RULE,
            f"A position of {dollars(worth)} is more than the {dollars(most)} that your mandate moves at once.",
            "Give a mandate with larger moves, or move it yourself.",
        )


def check_gain(terms: Terms, gain: int, days: int) -> None:
    """Raises Refused("mandate") where what it is forecast to bring in so many days, its cost taken off (US cents), is
    less than the mandate's least gain over that time.
    """
    least = -(-terms.min_gain * days * 86_400 // (terms.seconds * CENT))
    if gain <= 0 or gain < least:
        raise Refused(
            RULE,
            f"Moving it is forecast to bring {_signed(gain)} in {days} days, less than your least gain of "
            f"{dollars(least)}.",
            "Give a mandate with a smaller least gain, or move it yourself.",
        )


def _signed(gain: int) -> str:
    return dollars(gain) if gain >= 0 else f"−{dollars(-gain)}"


def _in(other: Token, own: Token, units: int, prices: Mapping[str, int]) -> int:
    """What base units of `own` are worth in base units of `other`, in three digits; 0 without prices."""
    price, for_one = prices.get(own.symbol), prices.get(other.symbol)
    if not price or not for_one:
        return 0
    found: int = units * price * 10**other.decimals // (for_one * 10**own.decimals)
    scale: int = 10 ** max(len(str(found)) - SIGNIFICANT, 0)
    return found // scale * scale


def _worth(token: Token, units: int, prices: Mapping[str, int]) -> int:
    """US cents, rounded down; 0 without a price."""
    return cents(units, token.decimals, prices.get(token.symbol, 0))
