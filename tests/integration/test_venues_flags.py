"""Flags, caps and liquidity as the protocols' own admins set them, and what then really may be done."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from agent.chain.rpc_types import RpcError
from agent.gate.descriptors import OWN, Names, say
from agent.gate.erc7730 import load_all
from agent.money import Address, address
from agent.plans import Step
from agent.plugin import Flag, Venue, VenueState
from agent.policy.decode import decode
from agent.policy.policy import build
from devnet import Node
from tests.integration.chain_parts import VENUES, Devnet, built_in_descriptors, built_in_tables

AAVE = ("aave-v3:core:USDC", "aave-v3:prime:USDC")
OVER_PRIME = "erc4626:stata-prime-USDC:USDC"
USDC = 10**6


@pytest_asyncio.fixture
async def chain(devnet_node: Node) -> AsyncIterator[Devnet]:
    opened = await Devnet.opened(devnet_node)
    yield opened
    await opened.rpc.close()


async def configure(chain: Devnet, venue: Venue, signature: str, *args: object) -> None:
    """A call of the market's PoolConfigurator by its admin."""
    market = venue.id.split(":")[1]
    provider = address(chain.registry.protocols["aave-v3"][market]["provider"])
    configurator = address(await chain.read(provider, "getPoolConfigurator()", "address"))
    await chain.call(configurator, signature, venue.asset.address, *args, sender=chain.admin)


async def comptroller(chain: Devnet, signature: str, *args: object) -> None:
    at = address(chain.registry.protocols["venus"]["core"]["comptroller"])
    await chain.call(at, signature, *args, sender=chain.admin)


async def state_of(chain: Devnet, venue_id: str) -> VenueState:
    return (await chain.snapshot()).venues[venue_id]


async def allowed(chain: Devnet, steps: tuple[Step, ...]) -> bool:
    """Whether the next block would take the step, asked at the very block that `ahead` showed."""
    (step,) = steps
    try:
        await chain.rpc.call(step.to, step.data, "pending", chain.user)
    except RpcError:
        return False
    return True


@pytest.mark.parametrize("venue_id", AAVE)
async def test_aave_paused_and_frozen(chain: Devnet, venue_id: str) -> None:
    venue = chain.venues[venue_id]
    assert (await state_of(chain, venue_id)).flags == frozenset()
    await configure(chain, venue, "setReserveFreeze(address asset,bool freeze)", True)
    assert (await state_of(chain, venue_id)).flags == {Flag.FROZEN}
    await configure(chain, venue, "setReservePause(address asset,bool paused)", True)
    assert (await state_of(chain, venue_id)).flags == {Flag.FROZEN, Flag.PAUSED}


async def test_a_vault_has_the_flags_of_its_market(chain: Devnet) -> None:
    venue = chain.venues["aave-v3:prime:USDC"]
    await configure(chain, venue, "setReserveFreeze(address asset,bool freeze)", True)
    state = await state_of(chain, OVER_PRIME)
    assert state.flags == {Flag.FROZEN}
    assert state.room == 0


@pytest.mark.parametrize("venue_id", [*AAVE, OVER_PRIME])
async def test_the_supply_cap_leaves_exactly_the_room_that_is_told(chain: Devnet, venue_id: str) -> None:
    venue = chain.venues[venue_id]
    market = chain.venues[venue.liquidity_source]
    await chain.pass_time(86_400)
    supplied = (await state_of(chain, market.id)).facts["supplied"]
    await configure(chain, market, "setSupplyCap(address asset,uint256 cap)", supplied // USDC + 1_000)
    await chain.fund(venue.asset, 2_000 * USDC)
    await chain.approve(venue, 2_000 * USDC)
    state = (await chain.ahead()).venues[venue_id]
    assert state.room is not None
    assert 990 * USDC < state.room < 1_001 * USDC
    assert await allowed(chain, venue.deposit(state, chain.user, state.room))
    assert not await allowed(chain, venue.deposit(state, chain.user, state.room + 1))


@pytest.mark.parametrize("venue_id", AAVE)
async def test_a_full_market_is_capped(chain: Devnet, venue_id: str) -> None:
    await configure(chain, chain.venues[venue_id], "setSupplyCap(address asset,uint256 cap)", 1)
    state = await state_of(chain, venue_id)
    assert state.room == 0
    assert state.flags == {Flag.CAPPED}


async def test_venus_paused_frozen_and_capped(chain: Devnet) -> None:
    venue_id, venue = "venus:core:USDC", chain.venues["venus:core:USDC"]
    vtoken = venue.contract.address
    pause = "_setActionsPaused(address[] markets,uint8[] actions,bool paused)"
    await comptroller(chain, pause, [vtoken], [0], True)
    assert (await state_of(chain, venue_id)).flags == {Flag.FROZEN}
    await comptroller(chain, pause, [vtoken], [0], False)
    await comptroller(chain, pause, [vtoken], [1], True)
    assert (await state_of(chain, venue_id)).flags == {Flag.PAUSED}
    await comptroller(chain, pause, [vtoken], [1], False)
    await comptroller(chain, "_setMarketSupplyCaps(address[] vTokens,uint256[] newSupplyCaps)", [vtoken], [0])
    assert (await state_of(chain, venue_id)).flags == {Flag.CAPPED}


async def test_the_cap_of_venus_leaves_exactly_the_room_that_is_told(chain: Devnet) -> None:
    venue = chain.venues["venus:core:USDC"]
    supplied = (await state_of(chain, venue.id)).facts["supplied"]
    caps = "_setMarketSupplyCaps(address[] vTokens,uint256[] newSupplyCaps)"
    await comptroller(chain, caps, [venue.contract.address], [supplied + 1_000 * USDC])
    await chain.fund(venue.asset, 2_000 * USDC)
    await chain.approve(venue, 2_000 * USDC)
    state = (await chain.ahead()).venues[venue.id]
    assert state.room is not None
    assert await allowed(chain, venue.deposit(state, chain.user, state.room))
    assert not await allowed(chain, venue.deposit(state, chain.user, state.room + 1))


async def test_another_rate_strategy_leaves_the_venue_open_for_exits_only(chain: Devnet) -> None:
    venue = chain.venues["aave-v3:core:USDC"]
    await chain.enter(venue, 1_000 * USDC)
    other = await strategy_of(chain, chain.venues["aave-v3:core:WETH"])
    signature = "setReserveInterestRateStrategyAddress(address asset,address newRateStrategyAddress)"
    await configure(chain, venue, signature, other)
    state = await state_of(chain, venue.id)
    assert Flag.UNRATED in state.flags
    assert state.position >= 1_000 * USDC - 1
    await chain.do(venue.withdraw(state, chain.user, None))
    assert (await state_of(chain, venue.id)).position == 0


async def strategy_of(chain: Devnet, venue: Venue) -> Address:
    from plugins.aave.views import RESERVE_DATA

    data = await chain.read(venue.contract.address, "getReserveData(address)", RESERVE_DATA, venue.asset.address)
    return address(data[11])


@pytest.mark.parametrize("venue_id", VENUES)
async def test_the_call_tables_read_every_step(chain: Devnet, venue_id: str) -> None:
    venue, units = chain.venues[venue_id], 12_345
    policy = build(
        chain_id=chain.registry.chain_id,
        chain_name=chain.registry.name,
        tokens=chain.registry.tokens.values(),
        native=chain.registry.native,
        listed=[each.contract for each in chain.venues.values()],
        tables=built_in_tables(),
        caps={},
        max_fee_wei=10**18,
    )
    descriptors = load_all(built_in_descriptors(), policy.tables)
    await chain.enter(venue, 10**venue.asset.decimals)
    state = await state_of(chain, venue_id)
    built = {
        "enter": venue.deposit(state, chain.user, units),
        "leave": venue.withdraw(state, chain.user, units),
        "whole": venue.withdraw(state, chain.user, None),
    }
    for what, (step,) in built.items():
        effect = decode(policy, step.to, step.data, step.value)
        assert step.function == effect.signature
        assert effect.direction == ("enter" if what == "enter" else "leave")
        assert effect.token == venue.asset
        assert effect.recipient in (None, chain.user)
        assert effect.owner in (None, chain.user)
        assert step.contract == venue.contract.name
        clear = say(Names(policy, chain.user), descriptors, effect)
        assert (clear is None) == (venue.contract.table == "venus-vtoken")
        assert clear is None or OWN in dict(clear.fields).values()
        if what != "whole":
            assert (effect.units, effect.unit) == (units, "token")
        else:
            assert effect.is_all or (effect.units, effect.unit) == (state.shares, "shares")
