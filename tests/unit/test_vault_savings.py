"""Savings vaults: the rate that governance set, read of the vault or of the Pot under it, and unmoved by deposits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from agent.abi import Call, selector
from agent.errors import Unavailable
from agent.money import MAX_UINT256, RAY, SECONDS_PER_YEAR, Address, Rate, Token, address
from agent.plugin import Block, Chain, Flag, Venue, VenueState
from plugins.erc4626 import views
from plugins.erc4626.protocol import Erc4626
from plugins.erc4626.savings import yearly
from plugins.erc4626.venue import OWN_READS, PRICED_SHARES

USDS = Token(1, "USDS", address("0x" + "a" * 40), 18)
VAULT, POT, ME = (address("0x" + digit * 40) for digit in "bcd")
BLOCK = Block(1, "0x" + "0" * 64, 1_800_000_000, 0)
FOUR_AND_A_HALF = 1000000001395766281313196627
"""4.5 % a year compounded by the second, in the table of rates that the spells of Maker's governance use."""
ONE = 10**18


class Answers:
    """A chain that answers the views which it is given, and reverts for all else."""

    def __init__(self, **values: Any) -> None:
        self.values = {selector(getattr(views, name).signature): value for name, value in values.items()}

    async def ask(self, calls: Sequence[Call]) -> list[tuple[Any, ...] | None]:
        return [self.answer(call) for call in calls]

    def answer(self, call: Call) -> tuple[Any, ...] | None:
        value = self.values.get(call.data[:4])
        return None if value is None else (value,)


TOKEN = {"ASSET": USDS.address, "SYMBOL": "sUSDS", "DECIMALS": 18}
ACCOUNT = {"BALANCE_OF": 5 * ONE, "MAX_DEPOSIT": MAX_UINT256, "MAX_REDEEM": 5 * ONE, "MAX_WITHDRAW": 6 * ONE}
OWN = {"TOTAL_ASSETS": 1_000 * ONE, "PREVIEW_REDEEM": PRICED_SHARES * 6 // 5}


async def found(chain: Answers) -> Venue:
    section = {"sUSDS": {"vault": VAULT}}
    known = Chain(chain_id=1, block_seconds=12, tokens={"USDS": USDS}, section=section, venues={})
    (venue,) = await Erc4626().discover(known, chain.ask)
    return venue


async def state_of(chain: Answers) -> tuple[Venue, VenueState]:
    venue = await found(chain)
    return venue, venue.state([chain.answer(call) for call in venue.reads(ME)], BLOCK)


def test_the_yearly_rate_is_the_simple_one_of_the_growth_a_second() -> None:
    growth = RAY
    for bit in bin(SECONDS_PER_YEAR)[2:]:
        growth = growth * growth // RAY
        growth = growth * FOUR_AND_A_HALF // RAY if bit == "1" else growth
    assert abs(growth - RAY * 1_045 // 1_000) < 10**12
    assert yearly(FOUR_AND_A_HALF) == Rate((FOUR_AND_A_HALF - RAY) * SECONDS_PER_YEAR)
    assert Rate(44 * RAY // 1_000) < yearly(FOUR_AND_A_HALF) < Rate(45 * RAY // 1_000)


def test_what_does_not_grow_pays_nothing() -> None:
    assert yearly(RAY) == yearly(0) == Rate(0)


async def test_a_savings_vault_pays_its_own_rate_whatever_is_deposited() -> None:
    venue, state = await state_of(Answers(**TOKEN, **ACCOUNT, **OWN, SSR=FOUR_AND_A_HALF))
    assert venue.id == "erc4626:sUSDS:USDS"
    assert (state.rate, state.flags) == (yearly(FOUR_AND_A_HALF), frozenset())
    assert (state.position, state.liquidity, state.room) == (6 * ONE, 1_000 * ONE, None)
    assert venue.rate_after(state, 10**30) == state.rate


async def test_savings_dai_pays_what_its_pot_says() -> None:
    venue, state = await state_of(Answers(**TOKEN, **ACCOUNT, **OWN, POT=POT, DSR=FOUR_AND_A_HALF))
    assert venue.reads(ME)[OWN_READS] == views.DSR.at(POT)
    assert state.rate == yearly(FOUR_AND_A_HALF)


async def test_a_vault_that_says_no_rate_is_not_entered() -> None:
    _, state = await state_of(Answers(**TOKEN, **ACCOUNT, **OWN))
    assert state.flags == {Flag.UNRATED}
    assert state.rate == Rate(0)


async def test_a_savings_rate_that_stops_answering_costs_the_venue_not_a_wrong_rate() -> None:
    venue = await found(Answers(**TOKEN, SSR=FOUR_AND_A_HALF))
    later = Answers(**TOKEN, **ACCOUNT, **OWN)
    with pytest.raises(Unavailable, match="savings rate"):
        venue.state([later.answer(call) for call in venue.reads(Address(ME))], BLOCK)
