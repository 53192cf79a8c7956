"""Small fake venues and snapshots for the pure parts of the gate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from agent.abi import Call
from agent.chain.registry import Registry
from agent.chain.snapshot import Snapshot
from agent.errors import Refused
from agent.money import RAY, Address, Rate, Token
from agent.plans import Step
from agent.plugin import Block, Flag, Listed, Venue, VenueState
from tests.unit.policy_parts import ACCOUNT, CHAIN, DAI, ETH, USDC, place

BLOCK = Block(100, "0x" + "11" * 32, 1_800_000_000, 10**9)


def rule_of(check: Callable[[], object]) -> str | None:
    """The rule that refuses, None where none does."""
    try:
        check()
    except Refused as error:
        return error.rule
    return None


class FakeVenue(Venue):
    """A venue that holds what it is told; its steps do nothing on any chain."""

    def __init__(self, venue_id: str, asset: Token = USDC, receipt: Token | None = None) -> None:
        self.id, self.name, self.asset, self.receipt = venue_id, venue_id, asset, receipt
        self.liquidity_source = venue_id
        self.contract = Listed(place("b1"), "Aave v3 pool", "aave-v3-pool")

    def reads(self, account: Address) -> tuple[Call, ...]:
        return ()

    def state(self, answers: Sequence[tuple[Any, ...] | None], block: Block) -> VenueState:
        raise NotImplementedError

    def rate_after(self, state: VenueState, deposit: int) -> Rate:
        return state.rate

    def deposit(self, state: VenueState, account: Address, units: int) -> tuple[Step, ...]:
        return (Step(self.contract.address, "Aave v3 pool", "deposit(uint256)", (units,)),)

    def withdraw(self, state: VenueState, account: Address, units: int | None) -> tuple[Step, ...]:
        return (Step(self.contract.address, "Aave v3 pool", "withdraw(uint256)", (units or 0,)),)


def state(
    venue: str,
    position: int = 0,
    *,
    liquidity: int = 10**30,
    rate_percent: int = 5,
    room: int | None = None,
    flags: frozenset[Flag] = frozenset(),
) -> VenueState:
    return VenueState(venue, Rate(rate_percent * RAY // 100), position, position, liquidity, room, flags)


def snapshot(
    states: Sequence[VenueState] = (),
    balances: Mapping[str, int] | None = None,
    native: int = 10**18,
    missing: Mapping[str, str] | None = None,
    prices: Mapping[str, int] | None = None,
) -> Snapshot:
    return Snapshot(
        chain_id=CHAIN,
        block=BLOCK,
        account=ACCOUNT,
        native=native,
        balances={"USDC": 10**9, "DAI": 10**21} if balances is None else balances,
        prices={"USDC": 10**8, "DAI": 10**8, "ETH": 3_000 * 10**8} if prices is None else prices,
        venues={each.venue: each for each in states},
        missing=missing or {},
    )


def registry() -> Registry:
    return Registry(
        name="testnet",
        chain_id=CHAIN,
        multicall3=place("f1"),
        block_seconds=12,
        native=ETH,
        wrapped="WETH",
        tokens=MappingProxyType({"USDC": USDC, "DAI": DAI}),
        feeds=MappingProxyType({}),
        names=MappingProxyType({"USDC": "USD Coin", "DAI": "Dai Stablecoin"}),
        usd_stable=frozenset({"USDC", "DAI"}),
        protocols=MappingProxyType({}),
    )
