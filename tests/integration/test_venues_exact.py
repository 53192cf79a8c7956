"""Every venue against its own contracts, to the unit: the rate after a deposit, what a position pays, and flags."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from agent.abi import Call
from agent.money import RAY, SECONDS_PER_YEAR, Rate, address
from agent.plugin import Venue
from devnet import Node
from plugins.aave import views as aave
from plugins.morpho import views as morpho
from plugins.venus import views as venus
from tests.integration.chain_parts import APPROVE, VENUES, Devnet

MONTH = 30 * 86_400
MARKET = "(uint128,uint128,uint128,uint128,uint128,uint128)"
PARAMS = "(address,address,address,address,uint256)"
WAD = 10**18


@pytest_asyncio.fixture
async def chain(devnet_node: Node) -> AsyncIterator[Devnet]:
    opened = await Devnet.opened(devnet_node)
    yield opened
    await opened.rpc.close()


def whole(venue: Venue, tokens: int) -> int:
    return int(tokens * 10**venue.asset.decimals)


async def contract_rate(chain: Devnet, venue: Venue) -> Rate:
    """The yearly supply rate by the venue's own contracts at the head."""
    protocol = venue.id.partition(":")[0]
    if protocol == "erc4626":
        return await contract_rate(chain, chain.venues[venue.liquidity_source])
    if protocol == "aave-v3":
        asset = venue.asset.address
        data = await chain.read(venue.contract.address, "getReserveData(address)", aave.RESERVE_DATA, asset)
        return Rate(data[2])
    if protocol == "venus":
        vtoken = venue.contract.address
        per_block = await chain.read(vtoken, "supplyRatePerBlock()", "uint256")
        model = address(await chain.read(vtoken, venus.RATE_MODEL.signature, "address"))
        return Rate(per_block * await chain.read(model, "blocksPerYear()", "uint256") * RAY // WAD)
    return await morpho_rate(chain, venue)


async def morpho_rate(chain: Devnet, venue: Venue) -> Rate:
    """Morpho stores no rate: its rate model's word for the borrowers, times utilisation, less the fee."""
    blue, market_id = venue.contract.address, market_of(chain, venue)
    params = [
        await _value(chain, morpho.PARAMS.at(blue, market_id)),
        await _value(chain, morpho.MARKET.at(blue, market_id)),
    ]
    irm = address(params[0][3])
    signature = f"borrowRateView({PARAMS},{MARKET})"
    per_second = await chain.read(irm, signature, "uint256", params[0], params[1])
    supplied, _, borrowed, _, _, fee = params[1]
    return Rate(per_second * SECONDS_PER_YEAR * borrowed * (WAD - fee) * RAY // (supplied * WAD * WAD))


async def _value(chain: Devnet, call: Call) -> tuple[Any, ...]:
    return call.decode(await chain.rpc.call(call.target, call.data))


def market_of(chain: Devnet, venue: Venue) -> bytes:
    name = venue.id.split(":")[1]
    return bytes.fromhex(chain.registry.protocols["morpho-blue"]["markets"][name][2:])


async def test_all_venues_of_the_chain_file_are_found(chain: Devnet) -> None:
    assert sorted(chain.venues) == sorted(VENUES)
    assert chain.venues.missing == {}


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
    one_share = before.position // before.shares + 1  # nothing is finer: vTokens have 8 decimals
    assert abs(before.position - part - after.position) <= one_share
    assert after.rate == venue.rate_after(before, -part) == await contract_rate(chain, venue)


@pytest.mark.parametrize("stake", [0, 1_000])
async def test_every_venue_tells_the_allocator_the_same_rates(chain: Devnet, stake: int) -> None:
    """Up to what its contracts round at: Venus keeps its rates per block in wad, Morpho per second."""
    for venue in chain.venues.values():
        if stake:
            await chain.enter(venue, whole(venue, stake))
    states = (await chain.ahead()).venues
    for venue_id, venue in chain.venues.items():
        state = states[venue_id]
        curve = venue.curve(state, 0)
        assert curve is not None
        source = venue.curve(states[venue_id], 0)
        assert source == chain.venues[venue.liquidity_source].curve(states[venue.liquidity_source], 0)
        assert state.position <= curve.supplied
        for deposit in (-state.position, 0, 1, *(whole(venue, 10**power) for power in range(1, 8))):
            said = venue.rate_after(state, deposit)
            assert abs(curve.rate(deposit).ray - said.ray) <= RAY // 10**9, (venue_id, deposit)


async def test_what_a_way_in_and_out_take_of_gas_is_about_what_each_venue_says(chain: Devnet) -> None:
    for venue_id, venue in chain.venues.items():
        units = whole(venue, 100)
        await chain.fund(venue.asset, units)
        way_in = (await chain.call(venue.asset.address, APPROVE, venue.contract.address, units)).gas_used
        for step in venue.deposit((await chain.snapshot()).venues[venue_id], chain.user, units):
            way_in += (await chain.send(step.to, step.data)).gas_used
        state = (await chain.snapshot()).venues[venue_id]
        sent = [await chain.send(step.to, step.data) for step in venue.withdraw(state, chain.user, None)]
        assert venue.entry_gas // 2 <= way_in <= venue.entry_gas, venue_id
        assert venue.exit_gas // 2 <= sum(each.gas_used for each in sent) <= venue.exit_gas, venue_id
