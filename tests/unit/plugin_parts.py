"""A venue of numbers alone, for what ranks or wraps venues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agent.abi import Call
from agent.money import RAY, Address, Rate, Token, address
from agent.plans import Step
from agent.plugin import Block, Flag, Listed, Venue, VenueState

USDC = Token(1, "USDC", address("0x" + "a" * 40), 6)
WETH = Token(1, "WETH", address("0x" + "b" * 40), 18)
POOL = Listed(address("0x" + "c" * 40), "Pool", "pool")


class NumbersVenue(Venue):
    """Its rate is borrowed / (supplied + deposit), all of it."""

    def __init__(self, venue_id: str, asset: Token = USDC, liquidity_source: str | None = None) -> None:
        self.id = self.name = venue_id
        self.asset = asset
        self.liquidity_source = liquidity_source or venue_id
        self.contract = POOL
        self.receipt = None

    def reads(self, account: Address) -> tuple[Call, ...]:
        return (Call(POOL.address, b"\x01\x02\x03\x04", ("uint256", "uint256")),)

    def state(self, answers: Sequence[tuple[Any, ...] | None], block: Block) -> VenueState:
        assert answers[0] is not None
        return state_of(self.id, *answers[0])

    def rate_after(self, state: VenueState, deposit: int) -> Rate:
        return Rate(state.facts["borrowed"] * RAY // max(state.facts["supplied"] + deposit, 1))

    def deposit(self, state: VenueState, account: Address, units: int) -> tuple[Step, ...]:
        return ()

    def withdraw(self, state: VenueState, account: Address, units: int | None) -> tuple[Step, ...]:
        return ()


def state_of(
    venue_id: str, supplied: int, borrowed: int, *, room: int | None = None, flags: frozenset[Flag] = frozenset()
) -> VenueState:
    return VenueState(
        venue=venue_id,
        rate=Rate(borrowed * RAY // max(supplied, 1)),
        position=0,
        shares=0,
        liquidity=supplied - borrowed,
        room=room,
        flags=flags,
        facts={"supplied": supplied, "borrowed": borrowed},
    )
