"""How much less than quoted may come back: the policy's, never a quote's or a model's."""

from __future__ import annotations

from agent.chain.registry import Registry
from agent.money import Token

SLIPPAGE_BPS = 30
STABLE_SLIPPAGE_BPS = 5


def slippage_of(registry: Registry, gives: Token, gets: Token) -> int:
    """In basis points: less between two dollar tokens."""
    stable = {gives.symbol, gets.symbol} <= registry.usd_stable
    return STABLE_SLIPPAGE_BPS if stable else SLIPPAGE_BPS
