"""How each endpoint of a chain does: whether it answers, how fast, and how near the chain's head it is."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.chain.rpc import Rpc

REST_SECONDS = 5.0
LONGEST_REST_SECONDS = 120.0
"""How long an endpoint that failed is asked last; it doubles with each failure in a row."""
MAX_BEHIND = 3
"""Blocks that an endpoint may be behind the others, where blocks take several seconds."""
BEHIND_SECONDS = 12
"""Where they don't: three of them pass faster than a block reaches every node."""
SLOW_SECONDS = 0.5
SLOW_TIMES = 4
"""An endpoint that takes longer than this for its head, and so many times as long as the fastest one, is slow."""


@dataclass
class Endpoint:
    """A node and how it has done lately. `rests_until` is on the pool's clock, `latency` in seconds, each measurement
    counting as much as all before it together; None before the first. `head`: the block that it told last.
    """

    rpc: Rpc
    number: int
    failures: int = 0
    rests_until: float = 0.0
    latency: float | None = None
    head: int | None = None

    @property
    def name(self) -> str:
        """How it is called to people: an address may hold a key."""
        return f"endpoint {self.number}"


class Health:
    """The endpoints in the order in which they are asked. `clock` gives seconds that only rise; `behind`: the blocks
    that heads may be apart.
    """

    def __init__(self, nodes: Sequence[Rpc], clock: Callable[[], float], behind: int = MAX_BEHIND) -> None:
        self.endpoints = [Endpoint(node, number) for number, node in enumerate(nodes, 1)]
        self.clock = clock
        self.behind = behind

    def order(self) -> list[Endpoint]:
        """As they were given; then what is slow or behind; then those that rest, the one that is ready first."""
        now = self.clock()
        return sorted(
            self.endpoints,
            key=lambda each: (max(each.rests_until - now, 0.0), self.is_behind(each) or self.is_slow(each)),
        )

    def awake(self) -> list[Endpoint]:
        """Those that don't rest; all, where all do."""
        now = self.clock()
        return [each for each in self.endpoints if each.rests_until <= now] or self.endpoints

    def is_behind(self, endpoint: Endpoint) -> bool:
        """Whether it lags behind the middle one of the heads that were told: one of three that lies moves nothing."""
        heads = [each.head for each in self.endpoints if each.head is not None]
        return endpoint.head is not None and endpoint.head < statistics.median_high(heads) - self.behind

    def is_slow(self, endpoint: Endpoint) -> bool:
        """Whether another one answers far sooner."""
        took = [each.latency for each in self.endpoints if each.latency is not None]
        if endpoint.latency is None or endpoint.latency <= SLOW_SECONDS:
            return False
        return endpoint.latency > SLOW_TIMES * min(took)

    def did_well(self, endpoint: Endpoint) -> None:
        endpoint.failures, endpoint.rests_until = 0, 0.0

    def failed(self, endpoint: Endpoint) -> None:
        """It is asked last for a while."""
        rest = min(REST_SECONDS * 2**endpoint.failures, LONGEST_REST_SECONDS)
        endpoint.failures += 1
        endpoint.rests_until = self.clock() + rest

    def measured(self, endpoint: Endpoint, head: int, seconds: float) -> None:
        """What it said its head is, and how long it took to say so."""
        endpoint.head = head
        endpoint.latency = seconds if endpoint.latency is None else (endpoint.latency + seconds) / 2
