"""Oracle: what goes in, out of hand or through an exchange has a price that is fresh, on its peg and the pools'.

Exits ask for no price.
"""

from __future__ import annotations

from collections.abc import Mapping

from agent.chain.prices import why_missing
from agent.chain.registry import Registry
from agent.chain.snapshot import Snapshot
from agent.errors import Refused
from agent.gate.trades.words import percent
from agent.money import BASIS_POINTS, Token, text_from_units
from agent.plugin import Trader
from agent.routes import FEE_SCALE, Route

PEG_USD = 98_000_000
"""0.98 USD with the feeds' 8 decimals: below it a stable coin is off its peg."""
PRICE_DECIMALS = 8
MAX_GAP_BPS = 500
"""How far a feed and the pools may be apart. Feeds answer anew at 0.5 to 1 % (docs.chain.link, deviation thresholds)
and pools follow within their fee; in between lies a chain that is moving fast, beyond it one of the two is wrong."""
PROBE_USD = 100
THIN_BPS = 50
"""A pool whose price so small a trade moves by more says nothing about a price."""


def check_price(registry: Registry, snapshot: Snapshot, token: Token) -> None:
    """Raises Refused("oracle") where `token` has no price at this block: what can't be weighed isn't moved."""
    if token.symbol not in snapshot.prices:
        raise Refused(
            "oracle",
            f"There is no price for {token.symbol} now: {why_missing(snapshot.missing, token.symbol)}.",
            "Try again when its feed answers; taking money out needs no price.",
        )


def check_peg(registry: Registry, prices: Mapping[str, int], token: Token) -> None:
    """Raises Refused("peg") for a stable coin that its feed puts below 0.98 USD."""
    price = prices.get(token.symbol)
    if token.symbol in registry.usd_stable and price is not None and price < PEG_USD:
        raise Refused(
            "peg",
            f"{token.symbol} is off its peg: its feed says {text_from_units(price, PRICE_DECIMALS)} USD.",
            f"I buy and enter it again from {text_from_units(PEG_USD, PRICE_DECIMALS)} USD on; taking it out works.",
        )


def check_agreement(registry: Registry, snapshot: Snapshot, traders: Mapping[str, Trader], token: Token) -> None:
    """Raises Refused("oracle") where the pools' price of `token` is far from its feed's.

    A token that no deep enough pool trades against a priced stable coin is left to its feed alone.
    """
    gap = gap_bps(registry, snapshot, traders, token)
    if gap is not None and gap > MAX_GAP_BPS:
        raise Refused(
            "oracle",
            f"The feed of {token.symbol} and its pools are {percent(gap)} apart, over {percent(MAX_GAP_BPS)}.",
            "Try again when they agree; taking money out needs no price.",
        )


def gap_bps(registry: Registry, snapshot: Snapshot, traders: Mapping[str, Trader], token: Token) -> int | None:
    """How far the pools' price is from the feed's, in basis points of the feed's; None where no pool can say."""
    price = snapshot.prices.get(token.symbol)
    sold = registry.tokens.get(registry.wrapped or "") if token.is_native else token
    if price is None or sold is None:
        return None
    units = PROBE_USD * 10 ** (PRICE_DECIMALS + sold.decimals) // price
    worth = units * price  # USD with PRICE_DECIMALS + the token's decimals
    gaps = []
    for symbol in sorted(registry.usd_stable - {sold.symbol}):
        stable, stable_price = registry.tokens[symbol], snapshot.prices.get(symbol)
        for name, trader in traders.items():
            route = trader.quote(snapshot.traders.get(name, ()), sold, stable, units) if units else None
            if route is not None and stable_price is not None and route.impact_bps <= THIN_BPS:
                got = _before_fees(route) * stable_price * 10**sold.decimals // 10**stable.decimals
                gaps.append(abs(got - worth) * BASIS_POINTS // worth)
    return min(gaps, default=None)


def _before_fees(route: Route) -> int:
    return route.units_out * FEE_SCALE // (FEE_SCALE - route.fee)
