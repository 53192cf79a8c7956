"""Prices: fresh, on the peg, the pools'; each limit on both of its sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

import pytest

from agent.abi import Call
from agent.chain import prices
from agent.chain.registry import Registry
from agent.chain.snapshot import Snapshot
from agent.errors import Refused
from agent.gate import oracle
from agent.gate.listed import touched
from agent.gate.moves import Enter, Leave, Send, Swap
from agent.money import Address, Token
from agent.plans import Step
from agent.plugin import Block, Listed, Trader
from agent.policy.fingerprint import Fingerprint
from agent.routes import AnyPool, PoolState, Route, Trade
from tests.unit.gate_parts import FakeVenue, registry, rule_of, snapshot
from tests.unit.policy_parts import ACCOUNT, CHAIN, DAI, ETH, USDC, place

pytestmark = pytest.mark.unit

FEED = place("fe")
WETH = Token(CHAIN, "WETH", place("e7"), 18)
USD = 10**8


def known(heartbeat: int | None = None) -> Registry:
    beats = {} if heartbeat is None else {"USDC": heartbeat}
    tokens = {"USDC": USDC, "DAI": DAI, "WETH": WETH}
    feeds = {"USDC": FEED}
    return replace(
        registry(),
        feeds=MappingProxyType(feeds),
        heartbeats=MappingProxyType(beats),
        tokens=MappingProxyType(tokens),
    )


def told(answer: tuple[int, ...] | None, heartbeat: int | None = None, now: int = 1_000_000):  # type: ignore[no-untyped-def]
    return prices.prices(known(heartbeat), lambda _: answer, now)


def test_a_feed_without_a_heartbeat_is_taken_at_its_word() -> None:
    assert told((99_990_000,)) == ({"USDC": 99_990_000}, {})
    (read,) = prices.reads(known())
    assert (read.target, read.data.hex()) == (FEED, "50d25bcd")  # latestAnswer()


def test_a_feed_with_one_is_dated() -> None:
    (read,) = prices.reads(known(60))
    assert (read.target, read.data.hex()) == (FEED, "feaf968c")  # latestRoundData()
    last = 1_000_000 - 60 - prices.GRACE_SECONDS
    assert told((1, USD, 0, last, 1), 60) == ({"USDC": USD}, {})
    found, missing = told((1, USD, 0, last - 1, 1), 60)
    assert found == {}
    assert missing == {"the price of USDC": "its feed's answer is 361 seconds old, and 60 are promised"}


@pytest.mark.parametrize("age", [0, 86_400])
def test_a_feed_that_tells_no_date_counts_while_a_like_one_is_fresh(age: int) -> None:
    both = {"USDC": FEED, "ETH": place("ee")}
    pinned = replace(known(), feeds=both, heartbeats={"ETH": 60}, dated_by={"USDC": "ETH"})
    told = {"50d25bcd": (USD,), "feaf968c": (1, 3_000 * USD, 0, 1_000_000 - age, 1)}
    found, missing = prices.prices(pinned, lambda call: told[call.data.hex()], 1_000_000)
    assert (found == {"USDC": USD, "ETH": 3_000 * USD}) == (age == 0)
    assert (missing == {}) == (age == 0)
    if age:
        assert found == {}
        assert "that of ETH is no good" in missing["the price of USDC"]


@pytest.mark.parametrize("answer", [None, (0,), (-1,)])
def test_no_answer_and_no_price(answer: tuple[int, ...] | None) -> None:
    found, missing = told(answer)
    assert found == {}
    assert list(missing) == ["the price of USDC"]
    assert told((1,)) == ({"USDC": 1}, {})


def test_what_has_no_price_refuses_and_says_why() -> None:
    bare = snapshot(prices={}, missing={"the price of USDC": "its feed doesn't answer"})
    with pytest.raises(Refused, match="its feed doesn't answer") as caught:
        oracle.check_price(known(), bare, USDC)
    assert caught.value.rule == "oracle"
    with pytest.raises(Refused, match="names no feed"):
        oracle.check_price(known(), bare, DAI)
    oracle.check_price(known(), snapshot(prices={"USDC": 1}), USDC)


def test_the_peg_holds_from_ninety_eight_cents() -> None:
    assert rule_of(lambda: oracle.check_peg(known(), {"USDC": 97_999_999}, USDC)) == "peg"
    assert rule_of(lambda: oracle.check_peg(known(), {"USDC": 98_000_000}, USDC)) is None
    assert rule_of(lambda: oracle.check_peg(known(), {"WETH": 1}, WETH)) is None  # no stable coin
    assert rule_of(lambda: oracle.check_peg(known(), {}, USDC)) is None  # another rule says that there is no price


class Pools(Trader):
    """An exchange that gives `rate` base units of USDC for a whole WETH, after a fee of 0.3 %."""

    name = "pools"
    contract = Listed(place("70"), "Pools", "pools")

    def __init__(self, rate: int, impact_bps: int = 0, fee: int = 3_000) -> None:
        self.rate, self.impact, self.fee_ = rate, impact_bps, fee
        self.asked: list[tuple[Token, Token, int]] = []

    @classmethod
    async def discover(cls, chain: object, ask: object) -> Pools:
        raise NotImplementedError

    def reads(self) -> tuple[Call, ...]:
        return ()

    def state(self, answers: Sequence[object], block: Block) -> tuple[PoolState, ...]:
        return ()

    def quotes(
        self, states: Sequence[AnyPool], token_in: Token, token_out: Token, units: int, exact_out: bool = False
    ) -> tuple[Route, ...]:
        self.asked.append((token_in, token_out, units))
        if (token_in, token_out) != (WETH, USDC):
            return ()
        got = units * self.rate * (1_000_000 - self.fee_) // 1_000_000 // 10**18
        return (Route("pools", (WETH, USDC), (self.fee_,), (place("01"),), units, got, False, self.impact),)

    def swap(
        self, trade: Trade, account: Address, limits: tuple[int, ...], native: tuple[bool, bool], deadline: int
    ) -> tuple[Step, ...]:
        raise NotImplementedError


def gap(rate: int, price: int = 2_000 * USD, token: Token = WETH, **more: int) -> int | None:
    seen = snapshot(prices={"USDC": USD, "WETH": price, "ETH": price})
    return oracle.gap_bps(replace(known(), wrapped="WETH"), seen, {"pools": Pools(rate, **more)}, token)


def test_the_gap_leaves_the_pools_fee_out() -> None:
    assert gap(2_000 * 10**6) == 0
    assert gap(2_000 * 10**6, fee=10_000) == 0
    assert gap(2_020 * 10**6) == 100
    assert gap(1_980 * 10**6) == 100
    assert gap(2_000 * 10**6, token=ETH) == 0  # the coin is sold as its wrapped form


def test_a_thin_pool_or_none_says_nothing() -> None:
    assert gap(6_000 * 10**6, impact_bps=oracle.THIN_BPS + 1) is None
    assert gap(6_000 * 10**6, impact_bps=oracle.THIN_BPS) == 20_000
    assert gap(1, token=DAI) is None
    assert oracle.gap_bps(known(), snapshot(prices={}), {"pools": Pools(1)}, WETH) is None


def test_the_probe_is_worth_a_hundred_dollars() -> None:
    pools = Pools(3_000 * 10**6)
    oracle.gap_bps(known(), snapshot(prices={"USDC": USD, "WETH": 2_000 * USD}), {"pools": pools}, WETH)
    assert {units for _, _, units in pools.asked} == {10**18 // 20}


@pytest.mark.parametrize(("rate", "refuses"), [(3_150, False), (3_151, True), (2_850, False), (2_849, True)])
def test_five_percent_apart_is_the_limit(rate: int, refuses: bool) -> None:
    seen: Snapshot = snapshot(prices={"USDC": USD, "WETH": 3_000 * USD})

    def check() -> None:
        oracle.check_agreement(known(), seen, {"pools": Pools(rate * 10**6)}, WETH)

    assert rule_of(check) == ("oracle" if refuses else None)


def test_what_a_plan_would_rely_on() -> None:
    venue, pools = FakeVenue("v:a:USDC", receipt=DAI), Pools(1)
    route = Route("pools", (WETH, USDC), (500,), (place("01"),), 1, 1, False, 0)
    entering = touched([Enter(venue, 5)])
    assert entering == [venue.contract.address, USDC.address, DAI.address]
    assert touched([Swap(pools, Trade((route,)), WETH, USDC, (1,), 1)]) == [
        pools.contract.address,
        WETH.address,
        USDC.address,
    ]
    assert touched([Leave(venue, 5), Send(USDC, 1, "bob", ACCOUNT)]) == []
    assert touched([Enter(FakeVenue("v:a:USDC"), 5)]) == [venue.contract.address, USDC.address]


def test_what_changed_is_named() -> None:
    was = Fingerprint("0x01", place("02"), place("03"), place("04"))
    assert was.changed(was) == ""
    assert "its implementation was" in was.changed(replace(was, implementation=place("05")))
    assert "its admin was" in was.changed(replace(was, admin=None))
    assert "is none now" in was.changed(replace(was, admin=None))
    assert "its owner was" in was.changed(replace(was, owner=place("05")))
    assert was.changed(replace(was, code="0x02")) == "its code was 0x01 and is 0x02 now"
