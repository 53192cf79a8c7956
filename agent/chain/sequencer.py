"""Whether a rollup's sequencer is up, by Chainlink's uptime feed, read in the call of the snapshot.

While it is down nobody can trade or answer feeds; when it is back, prices are old and everybody acts at once. So
what relies on a price waits for a grace period (docs.chain.link/data-feeds/l2-sequencer-feeds).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agent.abi import Call
from agent.chain.contracts import feeds
from agent.chain.multicall import Answer
from agent.chain.registry import Registry

UP = 0
"""The feed's answer: 0 is up, 1 is down."""


@dataclass(frozen=True, slots=True)
class Sequencer:
    """Up or down, and since when, in Unix seconds of the chain."""

    up: bool
    since: int


def reads(registry: Registry) -> list[Call]:
    """One read where the chain has a sequencer feed, else none."""
    return [] if registry.sequencer_feed is None else [feeds.LATEST_ROUND_DATA.at(registry.sequencer_feed)]


def sequencer(registry: Registry, answer: Callable[[Call], Answer]) -> Sequencer | None:
    """What the feed says; None where there is none, or it doesn't say.

    `startedAt` is when the status last changed; it is 0 where the round is none yet (the page named above).
    """
    said = next((answer(call) for call in reads(registry)), None)
    if said is None or int(said[2]) == 0:
        return None
    return Sequencer(int(said[1]) == UP, int(said[2]))
