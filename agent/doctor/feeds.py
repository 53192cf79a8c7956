"""Every price feed: whether it answers, in USD with 8 decimals, in time; a stable coin near its dollar."""

from __future__ import annotations

from collections.abc import Mapping

from agent.chain.prices import why_missing
from agent.chain.registry import Registry
from agent.doctor.finding import Finding, judged, warned
from agent.gate.oracle import PEG_USD
from agent.money import text_from_units
from agent.usd import PRICE_DECIMALS

NOTHING_IN = "Without a price nothing of it goes in; taking it out works."


def of(
    registry: Registry,
    prices: Mapping[str, int],
    missing: Mapping[str, str],
    decimals: Mapping[str, int | None],
) -> list[Finding]:
    """`prices` and `missing` as a snapshot has them; `decimals` by symbol, None where a feed doesn't say."""
    symbols = [registry.native.symbol, *registry.tokens]
    return [_one(registry, symbol, prices, missing, decimals) for symbol in symbols]


def _one(
    registry: Registry,
    symbol: str,
    prices: Mapping[str, int],
    missing: Mapping[str, str],
    decimals: Mapping[str, int | None],
) -> Finding:
    if symbol not in registry.feeds:
        return warned(False, "feed of", symbol, "a feed", "the chain file names none", NOTHING_IN)
    says = decimals.get(symbol)
    if says is not None and says != PRICE_DECIMALS:
        wrong = f"{says} decimals"
        return judged(False, "feed of", symbol, f"{PRICE_DECIMALS} decimals", wrong, "Correct the chain file.")
    beat = registry.heartbeats.get(symbol)
    expected = "an answer" if beat is None else f"an answer within {beat} seconds"
    if symbol not in prices:
        return judged(False, "feed of", symbol, expected, why_missing(missing, symbol), NOTHING_IN)
    found = f"{text_from_units(prices[symbol], PRICE_DECIMALS)} USD" + ("" if beat else ", undated")
    if symbol in registry.usd_stable and prices[symbol] < PEG_USD:
        peg = f"at least {text_from_units(PEG_USD, PRICE_DECIMALS)} USD"
        return judged(False, "peg of", symbol, peg, found, "It isn't entered or bought; taking it out works.")
    return judged(True, "feed of", symbol, expected, found)
