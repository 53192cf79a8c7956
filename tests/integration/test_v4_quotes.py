"""v4's pools are read in the snapshot's one call, and quoted as the PoolManager itself swaps, to the last unit."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from eth_abi.abi import decode

from agent.abi import encode_call
from agent.chain.find_traders import find_traders
from agent.chain.snapshot import take
from agent.chain.snapshot_json import from_json, to_json
from agent.money import Address, address
from agent.routes import PoolState
from devnet import Node
from plugins.uniswap.pool import swap
from plugins.uniswap.trader import UniswapV3
from plugins.uniswap.v4.keys import COIN, DYNAMIC_FEE
from plugins.uniswap.v4.trader import UniswapV4
from tests.integration.chain_parts import Devnet
from tests.servers.pool_manager import ASK, Asked, anything, code, open_side

pytestmark = pytest.mark.integration

POOLS, SWAPS = 40, 30
HOOKS = "0x00000000000000000000000000000000000000c0"


async def asker(devnet: Devnet) -> Address:
    """The contract that asks, which may set the protocol's fees, too."""
    rpc, admin = devnet.rpc, devnet.admin
    made = await rpc.request("eth_sendTransactionSync", {"from": admin, "data": code(), "gas": hex(5_000_000)})
    place = address(made["contractAddress"])
    data = "0x" + encode_call("setProtocolFeeController(address controller)", (place,)).hex()
    set_ = await rpc.request("eth_sendTransactionSync", {"from": admin, "to": manager(devnet), "data": data})
    assert set_["status"] == "0x1"
    return place


def manager(devnet: Devnet) -> Address:
    return address(devnet.registry.protocols["uniswap-v4"]["pool_manager"])


async def told(devnet: Devnet, place: Address, asked: Asked) -> tuple[list[bytes], list[int]]:
    """What the manager then holds of the pool, and what each swap would have moved."""
    data = "0x" + encode_call(ASK, (manager(devnet), asked.question)).hex()
    found = await devnet.rpc.request("eth_call", {"to": place, "data": data, "gas": hex(100_000_000)}, "latest")
    (answer,) = decode(["bytes"], bytes.fromhex(found[2:]))
    words, deltas = decode(["bytes32[]", "int256[]"], answer)
    return list(words), list(deltas)


async def test_random_swaps_of_random_pools_are_the_managers(devnet_node: Node) -> None:
    """Of tokens and of the coin itself: ticks crossed both ways, from one base unit to beyond the liquidity, fees of
    providers and of the protocol.
    """
    devnet = await Devnet.opened(devnet_node)
    place, dice = await asker(devnet), random.Random(11)  # noqa: S311
    said, coin, crossed, apart = 0, 0, 0, 0
    for _ in range(POOLS):
        first = Address(f"0x{dice.randrange(1, 1 << 160):040x}")
        other = dice.choice((COIN, Address(f"0x{dice.randrange(1, 1 << 160):040x}")))
        asked = anything(dice, [first, other], SWAPS)
        words, deltas = await told(devnet, place, asked)
        state = asked.pool.state(words)
        assert state is not None
        for (down, units, exact_out), delta in zip(asked.swaps, deltas, strict=True):
            ours = swap(state, down, units, exact_out)
            if ours is None:
                continue  # out of what is known
            assert ours == open_side(down, units, exact_out, delta), (asked.pool.key, down, units, exact_out)
            said += 1
            coin += asked.pool.key.currency0 == COIN
            crossed += ours != swap(replace(state, ticks=()), down, units, exact_out)
            apart += state.fee_up is not None
    await devnet.rpc.close()
    assert said >= POOLS * SWAPS // 2, said
    assert coin >= said // 4, coin
    assert crossed >= said // 20, crossed
    assert apart >= said // 20, apart


async def test_devnets_pools_are_read_in_the_one_call(devnet_node: Node) -> None:
    devnet = await Devnet.opened(devnet_node)
    found, faults = await find_traders([UniswapV3, UniswapV4], devnet.registry, devnet.rpc, {})
    assert not faults
    snapshot = await take(devnet.rpc, devnet.registry, {}, devnet.user, "latest", found)
    await devnet.rpc.close()
    assert snapshot.requests == 1
    assert from_json(to_json(snapshot)) == snapshot
    pools = [each for each in snapshot.traders["uniswap-v4"] if isinstance(each, PoolState)]
    assert len(pools) == len(devnet.registry.protocols["uniswap-v4"]["pools"])
    for pool in pools:
        assert (pool.version, pool.fee, len(pool.ticks)) == (4, 500, 2)
        assert pool.liquidity > 0
        assert pool.low < pool.ticks[0][0] < pool.tick < pool.ticks[1][0] < pool.high


async def test_pools_with_hooks_or_a_dynamic_fee_are_named_and_left_out(devnet_node: Node) -> None:
    devnet = await Devnet.opened(devnet_node)
    section = devnet.registry.protocols["uniswap-v4"]
    odd = [f"DAI/WETH 500 10 {HOOKS}", f"DAI/WETH {DYNAMIC_FEE} 10", "DAI/WETH 123 7", "DAI/PEPE 500 10"]
    listed = {**section, "pools": [*odd, *section["pools"]]}
    registry = replace(devnet.registry, protocols={"uniswap-v4": listed})
    found, faults = await find_traders([UniswapV4], registry, devnet.rpc, {})
    snapshot = await take(devnet.rpc, registry, {}, devnet.user, "latest", found)
    await devnet.rpc.close()
    assert len(snapshot.traders["uniswap-v4"]) == len(section["pools"])
    assert sorted(why.partition(":")[0] for why in faults.values()) == ["hooks", "hooks"]


@pytest.mark.parametrize(("wrong", "why"), [("router", "no universal router"), ("permit2", "no Permit2")])
async def test_contracts_that_arent_what_the_file_says_are_not_used(devnet_node: Node, wrong: str, why: str) -> None:
    devnet = await Devnet.opened(devnet_node)
    section = devnet.registry.protocols["uniswap-v4"]
    changed = {**section, wrong: devnet.registry.protocols["uniswap-v3"]["quoter"]}
    found, faults = await find_traders(
        [UniswapV4], replace(devnet.registry, protocols={"uniswap-v4": changed}), devnet.rpc, {}
    )
    await devnet.rpc.close()
    assert not found
    assert why in faults["uniswap-v4"]
