"""Feeds against pools: their present price and their half-hour mean, as the gate holds them against each other."""

from __future__ import annotations

from collections.abc import Mapping

from agent.chain.registry import Registry
from agent.chain.snapshot import Snapshot
from agent.doctor.finding import Finding, judged
from agent.gate.oracle import MAX_GAP_BPS, gap_bps
from agent.gate.trades.mean_price import mean_gap_bps
from agent.gate.trades.words import percent
from agent.money import Token
from agent.plugin import Trader

DO = "Nothing of it goes in until they agree; taking it out works."


def of(registry: Registry, snapshot: Snapshot, traders: Mapping[str, Trader], most_mean_bps: int) -> list[Finding]:
    """A line for each priced token that a pool can speak of."""
    findings: list[Finding] = []
    for token in registry.tokens.values():
        gaps = {
            "pools": (gap_bps(registry, snapshot, traders, token), MAX_GAP_BPS),
            "half-hour mean": (mean_gap_bps(registry, snapshot, token), most_mean_bps),
        }
        findings += [_one(token, what, gap, most) for what, (gap, most) in gaps.items() if gap is not None]
    return findings


def _one(token: Token, what: str, gap: int, most: int) -> Finding:
    subject, expected = f"{token.symbol} and its {what}", f"at most {percent(most)} apart"
    return judged(gap <= most, "feed of", subject, expected, f"{percent(gap)} apart", DO)
