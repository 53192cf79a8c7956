"""What the chain must be like for money to go in: a head that moves, a sequencer that is up, means that agree."""

from __future__ import annotations

import math
from dataclasses import replace
from types import MappingProxyType

import pytest

from agent.abi import Call
from agent.chain import sequencer as sequencers
from agent.chain.registry import Registry
from agent.chain.sequencer import Sequencer
from agent.chain.snapshot import Snapshot
from agent.errors import Refused
from agent.gate import state
from agent.gate.allowed import trusted
from agent.gate.head import check_head
from agent.gate.rollup import check_sequencer
from agent.gate.trades import mean_price
from agent.money import Rate, Token
from agent.plugin import Block, Option
from agent.routes import PoolState
from tests.unit.gate_parts import FakeVenue, registry, rule_of, snapshot
from tests.unit.policy_parts import CHAIN, DAI, ETH, USDC, place

pytestmark = pytest.mark.unit

FEED = place("5e")
WETH = Token(CHAIN, "WETH", place("e7"), 18)
USD = 10**8
NOW = 1_800_000_000
Q96 = 2**96


def rollup(grace: int = 3_600) -> Registry:
    return replace(registry(), sequencer_feed=FEED, sequencer_grace=grace, network="Base")


def at(timestamp: int = NOW, sequencer: Sequencer | None = None) -> Snapshot:
    return replace(snapshot(), block=Block(7, "0x", timestamp, 0), sequencer=sequencer)


def test_a_head_that_stands_still() -> None:
    block = Block(1_234_567, "0x", NOW, 0)
    assert rule_of(lambda: check_head(block, NOW + 300, 300)) is None
    assert rule_of(lambda: check_head(block, NOW + 301, 300)) == "stale-head"
    assert rule_of(lambda: check_head(block, NOW + 10**6, 0)) is None  # any age
    assert rule_of(lambda: check_head(block, NOW - 10**6, 300)) is None  # a clock that is behind
    with pytest.raises(Refused, match="1,234,567, is 301 seconds old") as caught:
        check_head(block, NOW + 301, 300)
    assert "taking money out works" in caught.value.remedy


def test_a_chain_without_a_sequencer_is_not_asked() -> None:
    assert sequencers.reads(registry()) == []
    assert rule_of(lambda: check_sequencer(registry(), at())) is None


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        (None, "can't be read"),
        (Sequencer(False, NOW - 10**6), "is down"),
        (Sequencer(True, NOW - 3_600), "back for 60 minutes only"),
        (Sequencer(True, NOW - 60), "back for 1 minute only"),
        (Sequencer(True, NOW + 60), "back for 0 minutes only"),  # a feed ahead of the block is no way past the wait
    ],
)
def test_a_sequencer_that_is_down_or_just_back(seen: Sequencer | None, says: str) -> None:
    with pytest.raises(Refused, match=says) as caught:
        check_sequencer(rollup(), at(sequencer=seen))
    assert caught.value.rule == "sequencer"
    assert "Base" in caught.value.message
    assert "taking money out works" in caught.value.remedy


def test_a_sequencer_that_is_up_for_longer_than_its_grace() -> None:
    assert rule_of(lambda: check_sequencer(rollup(), at(sequencer=Sequencer(True, NOW - 3_601)))) is None
    assert rule_of(lambda: check_sequencer(rollup(60), at(sequencer=Sequencer(True, NOW - 61)))) is None


@pytest.mark.parametrize(
    ("answer", "seen"),
    [
        (None, None),
        ((1, 0, 0, NOW, 1), None),  # a round that is none yet
        ((1, 0, NOW, NOW, 1), Sequencer(True, NOW)),
        ((1, 1, NOW, NOW, 1), Sequencer(False, NOW)),
        ((1, -1, NOW, NOW, 1), Sequencer(False, NOW)),
    ],
)
def test_what_the_uptime_feed_says(answer: tuple[int, ...] | None, seen: Sequencer | None) -> None:
    asked: list[Call] = []

    def told(call: Call) -> tuple[int, ...] | None:
        asked.append(call)
        return answer

    assert sequencers.sequencer(rollup(), told) == seen
    assert [(call.target, call.data.hex()) for call in asked] == [(FEED, "feaf968c")]  # latestRoundData()


def test_a_venue_that_is_not_what_it_was_checked_to_be() -> None:
    venue = FakeVenue("v:a:USDC")
    assert rule_of(lambda: state.check_trusted(venue, {"v:b:USDC": "its pool is another"})) is None
    with pytest.raises(Refused, match="v:a:USDC is not offered, because its pool is another") as caught:
        state.check_trusted(venue, {"v:a:USDC": "its pool is another"})
    assert caught.value.rule == "untrusted"


def test_why_a_venue_is_not_offered_stands_in_the_ranking() -> None:
    options = [Option(key, Rate(1), Rate(1), 1, (), "") for key in ("a", "b")]
    assert [each.why_not for each in trusted(options, {"b": "it lies"})] == ["", "not offered, because it lies"]


# -- the mean price --


def known() -> Registry:
    tokens = {"USDC": USDC, "DAI": DAI, "WETH": WETH}
    return replace(registry(), tokens=MappingProxyType(tokens), wrapped="WETH")


def root(usd: int) -> int:
    """sqrt(USDC per WETH) in base units as a Q64.96, for WETH as token 0."""
    return isqrt_q96(usd * 10**6, 10**18)


def isqrt_q96(over: int, under: int) -> int:
    return math.isqrt(over * Q96**2 // under)


def pool(mean: int | None, *, spot: int = 3_000, weth: int = 1_000, flipped: bool = False) -> PoolState:
    """A pool of WETH and USDC that holds `weth` at its price; `mean` in USD, None where it doesn't remember."""
    ends = (place("e7"), USDC.address or place("00"))
    now, then = root(spot), None if mean is None else root(mean)
    if flipped:
        ends = ends[::-1]
        now, then = Q96**2 // now, None if then is None else Q96**2 // then
    liquidity = weth * 10**18 * (Q96 if flipped else now) // (now if flipped else Q96)
    return PoolState(
        pool=place("01"),
        token0=ends[0],
        token1=ends[1],
        fee=500,
        spacing=10,
        sqrt_price=now,
        tick=0,
        liquidity=liquidity,
        ticks=(),
        low=0,
        high=0,
        mean_sqrt_price=then,
    )


def gap(*pools: PoolState, price: int = 3_000 * USD, token: Token = WETH) -> int | None:
    prices = {"USDC": USD, "WETH": price, "ETH": price}
    return mean_price.mean_gap_bps(known(), replace(snapshot(prices=prices), traders={"uni": pools}), token)


@pytest.mark.parametrize("flipped", [False, True])
def test_the_mean_is_held_against_the_feed(flipped: bool) -> None:
    assert gap(pool(3_000, flipped=flipped)) == 0
    assert gap(pool(3_030, flipped=flipped)) in (99, 100)  # the root of a price is rounded
    assert gap(pool(2_700, flipped=flipped)) in (1_000, 1_001)
    assert gap(pool(2_700, spot=2_700, flipped=flipped), token=ETH) in (1_000, 1_001)  # as its wrapped form


def test_what_the_pool_says_at_this_very_block_does_not_count() -> None:
    assert gap(pool(3_000, spot=9_000)) == 0


def test_the_deepest_pool_speaks() -> None:
    assert gap(pool(6_000, weth=100), pool(3_000, weth=1_000)) == 0
    assert gap(pool(6_000, weth=1_000), pool(3_000, weth=100)) in (9_999, 10_000)


def test_a_thin_pool_or_one_without_a_memory_says_nothing() -> None:
    assert gap(pool(6_000, weth=6)) is None  # $18,000
    assert gap(pool(6_000, weth=7)) in (9_999, 10_000)
    assert gap(pool(None)) is None
    assert gap(replace(pool(6_000), sqrt_price=0)) is None
    assert gap(pool(6_000), token=DAI) is None


@pytest.mark.parametrize(("mean", "refuses"), [(3_149, False), (3_152, True), (2_851, False), (2_848, True)])
def test_five_percent_apart_is_the_limit(mean: int, refuses: bool) -> None:
    seen = replace(snapshot(prices={"USDC": USD, "WETH": 3_000 * USD}), traders={"uni": (pool(mean),)})
    assert rule_of(lambda: mean_price.check_mean(known(), seen, WETH)) == ("oracle" if refuses else None)
    assert rule_of(lambda: mean_price.check_mean(known(), seen, WETH, 2_000)) is None
    assert rule_of(lambda: mean_price.check_mean(known(), seen, WETH, 1)) == "oracle"
