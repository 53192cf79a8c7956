"""Each check of the chain stands where money goes in, when it is shown and when it is confirmed, and nowhere else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from agent.chain.l1_costs import MISSING
from agent.chain.sequencer import Sequencer
from agent.chain.snapshot import take
from agent.errors import Refused
from agent.gate.build import Draft
from agent.gate.confirm import look
from agent.gate.moves import Enter, Leave, Move, Send, Swap
from agent.gate.propose import Gate, Request, Watched
from agent.money import Token
from agent.plugin import Block
from agent.routes import AnyPool, PoolState, Route
from tests.unit.gate_chain import (
    GATE_POLICY,
    TIME,
    GateChain,
    ModelTrader,
    PoolVenue,
    gate_chain,
    gate_registry,
    route,
)
from tests.unit.policy_parts import ACCOUNT, DAI, DAI_AT, FRIEND, USDC, USDC_AT, place
from tests.unit.test_gate_propose import swap

pytestmark = pytest.mark.unit

VENUE, DAI_VENUE = PoolVenue(USDC), PoolVenue(DAI)
VENUES = {VENUE.id: VENUE, DAI_VENUE.id: DAI_VENUE}
TEN_DAI = 10**19
Q96 = 1 << 96


class Market(ModelTrader):
    """An exchange whose present price of DAI in USDC is `now` in a hundred, and whose half-hour mean is `mean`."""

    def __init__(self, now: int = 100, mean: int = 100) -> None:
        super().__init__()
        self._now, self._mean = now, mean

    def state(self, answers: Sequence[Any], block: Block) -> tuple[PoolState, ...]:
        ends: dict[str, Any] = {"token0": USDC.address, "token1": DAI.address, "liquidity": 10**24, "ticks": ()}
        roots: dict[str, Any] = {"sqrt_price": _root(100), "mean_sqrt_price": _root(self._mean)}
        return (PoolState(pool=place("c1"), fee=500, spacing=10, tick=0, low=0, high=0, **ends, **roots),)

    def quotes(
        self, states: Sequence[AnyPool], token_in: Token, token_out: Token, units: int, exact_out: bool = False
    ) -> tuple[Route, ...]:
        if (token_in, token_out) != (DAI, USDC):
            return ()
        got = units * self._now * (10**6 - 500) // (100 * 10**12 * 10**6)
        return (route(DAI, USDC, units, got),)


def _root(cents: int) -> int:
    """sqrt(DAI per USDC) in base units as a Q64.96, where a DAI is worth so many hundredths of a USDC."""
    return math.isqrt(10**18 * 100 * Q96**2 // (10**6 * cents))


class Desk:
    """A gate over a model chain, with what is known of it."""

    def __init__(self, market: Market | None = None, chain: GateChain | None = None, **watched: Any) -> None:
        self.chain = chain or gate_chain()
        self.market = market or Market()
        traders = {self.market.name: self.market}
        self.gate = Gate(self.chain, gate_registry(), GATE_POLICY, traders, {}, Watched(**watched))
        self.changes: dict[str, Any] = {}

    async def rule(self, *moves: Move) -> str:
        """The rule that refuses the moves, '' where they pass."""
        snapshot = await take(
            self.chain,
            self.gate.registry,
            VENUES,
            ACCOUNT,
            traders=self.gate.traders,
            untrusted=self.gate.watched.untrusted,
        )
        request = Request(Draft("ab" * 16, "u1", {"action": "deposit"}, TIME), 120, frozenset({FRIEND}), False)
        try:
            proposal = await self.gate.propose(request, moves, replace(snapshot, **self.changes))
        except Refused as refused:
            return refused.rule
        self.plan = proposal.plan
        return ""

    async def void(self) -> str:
        """Why the plan that passed last doesn't run now; '' where it does."""
        return (await look(self.gate, self.plan, VENUES)).void


def trade(desk: Desk) -> Swap:
    made = swap(desk.chain)
    return replace(made, trader=desk.market)


ENTER, LEAVE = Enter(DAI_VENUE, TEN_DAI), Leave(DAI_VENUE, 5)


def held(desk: Desk) -> Desk:
    desk.chain.world.supplied[DAI_AT, ACCOUNT] = 10
    desk.chain.world.supplied[USDC_AT, ACCOUNT] = 10
    return desk


@pytest.mark.parametrize("market", [Market(now=94), Market(now=106), Market(mean=94), Market(mean=106)])
async def test_pools_that_contradict_the_feed_stop_what_goes_in(market: Market) -> None:
    desk = held(Desk(market))
    assert await desk.rule(ENTER) == "oracle"
    assert await desk.rule(trade(desk)) == "oracle"
    assert await desk.rule(Enter(VENUE, 5_000_000)) == ("oracle" if market._mean != 100 else "")
    assert await desk.rule(LEAVE) == ""
    assert await desk.rule(Send(USDC, 1, "bob", FRIEND)) == ""


@pytest.mark.parametrize("market", [Market(), Market(now=96), Market(mean=104)])
async def test_pools_may_be_a_little_apart(market: Market) -> None:
    desk = Desk(market)
    assert (await desk.rule(ENTER), await desk.rule(trade(desk))) == ("", "")


async def test_how_far_a_mean_may_be_apart_is_the_operators() -> None:
    assert await Desk(Market(mean=97), most_gap_bps=200).rule(ENTER) == "oracle"
    assert await Desk(Market(mean=91), most_gap_bps=2_000).rule(ENTER) == ""


@pytest.mark.parametrize("kind", ["enter", "swap"])
async def test_pools_that_moved_since_stop_it_at_its_confirmation(kind: str) -> None:
    desk = Desk()
    assert await desk.rule(ENTER if kind == "enter" else trade(desk)) == ""
    assert await desk.void() == ""
    for now, mean in ((94, 100), (100, 94)):
        desk.market._now, desk.market._mean = now, mean
        assert "apart" in await desk.void()


async def test_an_exit_asks_no_pool_at_its_confirmation() -> None:
    desk = held(Desk())
    assert await desk.rule(LEAVE) == ""
    desk.market._mean = 50
    assert await desk.void() == ""


async def test_a_venue_that_is_not_trusted_is_left_and_not_entered() -> None:
    desk = held(Desk(untrusted={DAI_VENUE.id: "its pool is another"}))
    assert (await desk.rule(ENTER), await desk.rule(LEAVE), await desk.rule(Enter(VENUE, 5))) == ("untrusted", "", "")


async def test_a_venue_that_is_not_trusted_any_more_at_its_confirmation() -> None:
    desk = Desk()
    assert await desk.rule(ENTER) == ""
    desk.gate = replace(desk.gate, watched=Watched(untrusted={DAI_VENUE.id: "its pool is another"}))
    assert "its pool is another" in await desk.void()


@pytest.mark.parametrize(("age", "rule"), [(60, ""), (61, "stale-head"), (-5, "")])
async def test_a_chain_that_stands_still_takes_nothing_in(age: int, rule: str) -> None:
    desk = held(Desk(now=lambda: TIME + age, longest_head=60))
    assert await desk.rule(ENTER) == rule
    assert await desk.rule(Send(USDC, 1, "bob", FRIEND)) == rule
    assert await desk.rule(LEAVE, ENTER) == rule
    assert await desk.rule(LEAVE) == ""
    assert await desk.void() == ""  # an exit, however old the head is


async def test_a_chain_that_stands_still_since_it_was_shown() -> None:
    desk = Desk(now=lambda: TIME, longest_head=60)
    assert await desk.rule(ENTER) == ""
    desk.gate = replace(desk.gate, watched=Watched(now=lambda: TIME + 61, longest_head=60))
    assert "seconds old" in await desk.void()


@pytest.mark.parametrize(
    ("seen", "rule"),
    [
        (None, "sequencer"),
        (Sequencer(False, 0), "sequencer"),
        (Sequencer(True, TIME - 3_600), "sequencer"),
        (Sequencer(True, TIME - 3_601), ""),
    ],
)
async def test_a_rollup_whose_sequencer_is_down(seen: Sequencer | None, rule: str) -> None:
    desk = held(Desk())
    feed = replace(gate_registry(), sequencer_grace=3_600)
    desk.changes = {"sequencer": seen}
    desk.gate = replace(desk.gate, registry=feed)
    assert await desk.rule(ENTER) == ""  # a chain without such a feed
    snapshot_reads = replace(feed, sequencer_feed=place("d9"))
    desk.gate = replace(desk.gate, registry=snapshot_reads)
    assert (await desk.rule(ENTER), await desk.rule(LEAVE)) == (rule, "")


async def test_what_l1_takes_and_nobody_knows() -> None:
    desk = held(Desk())
    desk.changes = {"missing": {MISSING: "What L1 takes can't be read"}}
    assert (await desk.rule(ENTER), await desk.rule(LEAVE)) == ("l1-fee", "")
