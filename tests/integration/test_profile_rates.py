"""Aave v3.6 and its vaults on Ethereum's local profile against their own contracts, to the unit."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from devnet import Node
from plugins.aave.venue import AaveVenue
from tests.integration.chain_parts import Devnet
from tests.integration.test_venues_exact import MONTH, contract_rate, whole

VENUES = (
    "aave-v3:core:USDC",
    "aave-v3:core:WETH",
    "aave-v3:core:WBTC",
    "aave-v3:prime:GHO",
    "erc4626:stata-core-USDC:USDC",
)
on_ethereum = pytest.mark.parametrize("profile_node", ["ethereum"], indirect=True)


@pytest_asyncio.fixture
async def chain(profile_node: Node) -> AsyncIterator[Devnet]:
    opened = await Devnet.opened(profile_node)
    yield opened
    await opened.rpc.close()


@on_ethereum
async def test_the_generation_is_told(chain: Devnet) -> None:
    reserves = [venue for venue in chain.venues.values() if isinstance(venue, AaveVenue)]
    assert {venue.generation for venue in reserves} == {36}


@on_ethereum
@pytest.mark.parametrize("tokens", [1, 1_000, 250_000])
@pytest.mark.parametrize("venue_id", VENUES)
async def test_rate_after_a_deposit_is_the_contracts(chain: Devnet, venue_id: str, tokens: int) -> None:
    venue = chain.venues[venue_id]
    units = whole(venue, tokens)
    await chain.fund(venue.asset, units)
    await chain.approve(venue, units)
    before = await chain.ahead()
    expected = venue.rate_after(before.venues[venue_id], units)
    await chain.do(venue.deposit(before.venues[venue_id], chain.user, units))
    after = await chain.snapshot()
    assert (after.block.number, after.block.timestamp) == (before.block.number, before.block.timestamp)
    assert await contract_rate(chain, venue) == expected
    assert after.venues[venue_id].rate == expected
    was, is_ = before.venues[venue_id].facts["supplied"], after.venues[venue_id].facts["supplied"]
    assert is_ - was in (units, units - 1), "what the cap counts, with the treasury's part; a mint rounds down"


@on_ethereum
@pytest.mark.parametrize("venue_id", VENUES)
async def test_a_full_exit_pays_the_position_to_the_unit(chain: Devnet, venue_id: str) -> None:
    venue = chain.venues[venue_id]
    stake = whole(venue, 1_000)
    await chain.enter(venue, stake)
    await chain.pass_time(MONTH)
    before = (await chain.ahead()).venues[venue_id]
    assert before.position > stake
    held = await chain.balance(venue.asset)
    await chain.do(venue.withdraw(before, chain.user, None))
    assert await chain.balance(venue.asset) - held == before.position
    left = (await chain.snapshot()).venues[venue_id]
    assert (left.position, left.shares) == (0, 0)


@on_ethereum
@pytest.mark.parametrize("venue_id", VENUES)
async def test_a_part_is_paid_to_the_unit_and_the_rate_follows(chain: Devnet, venue_id: str) -> None:
    venue = chain.venues[venue_id]
    await chain.enter(venue, whole(venue, 1_000))
    await chain.pass_time(MONTH)
    before = (await chain.ahead()).venues[venue_id]
    part = before.position // 3
    held = await chain.balance(venue.asset)
    await chain.do(venue.withdraw(before, chain.user, part))
    assert await chain.balance(venue.asset) - held == part
    after = (await chain.snapshot()).venues[venue_id]
    one_share = before.position // before.shares + 1
    assert abs(before.position - part - after.position) <= one_share
    assert after.rate == venue.rate_after(before, -part) == await contract_rate(chain, venue)
