"""Snapshots and simulation against a real node."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession, web

from agent.abi import Call, encode_call
from agent.chain import multicall
from agent.chain.discover import check_tokens, discover
from agent.chain.find_traders import find_traders
from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.chain.rpc_types import RpcError
from agent.chain.simulate import NoSimulation, changes, simulate
from agent.chain.snapshot import take
from agent.chain.snapshot_json import from_json, to_json
from agent.errors import Unavailable
from agent.money import Address, address
from agent.plugin import Venue
from devnet import Node
from plugins.uniswap.trader import UniswapV3
from tests.integration.chain_parts import Devnet, built_in_protocols

USDC = 10**6
NOBODY = address("0x" + "d1" * 20)


@pytest_asyncio.fixture
async def chain(devnet_node: Node) -> AsyncIterator[Devnet]:
    opened = await Devnet.opened(devnet_node)
    yield opened
    await opened.rpc.close()


@pytest_asyncio.fixture
async def counted(devnet_node: Node) -> AsyncIterator[tuple[Rpc, Counter[str]]]:
    """A node behind an HTTP server that counts what is asked of it."""
    methods: Counter[str] = Counter()

    async def forward(request: web.Request) -> web.Response:
        body: Any = await request.json()
        methods.update(each["method"] for each in (body if isinstance(body, list) else [body]))
        async with ClientSession() as session, session.post(devnet_node.rpc_url, json=body) as answer:
            return web.json_response(await answer.json())

    app = web.Application()
    app.router.add_post("/", forward)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    rpc = Rpc(f"http://127.0.0.1:{runner.addresses[0][1]}")
    yield rpc, methods
    await rpc.close()
    await runner.cleanup()


async def test_a_snapshot_is_one_eth_call(chain: Devnet, counted: tuple[Rpc, Counter[str]]) -> None:
    rpc, methods = counted
    snapshot = await take(rpc, chain.registry, chain.venues, chain.user)
    assert methods == {"eth_call": 1}
    assert snapshot.requests == 1
    assert len(snapshot.venues) == len(chain.venues)
    assert snapshot.missing == {}


async def test_a_snapshot_is_of_the_head(chain: Devnet) -> None:
    await chain.fund(chain.registry.token("USDC"), 5 * USDC)
    await chain.pass_time(24, blocks=2)  # anvil knows no hashes of the blocks up to the one that it loaded
    snapshot, head = await chain.snapshot(), await chain.rpc.block()
    block = snapshot.block
    assert (block.number, block.parent_hash, block.timestamp) == (head.number, head.parent_hash, head.timestamp)
    assert block.base_fee == head.base_fee
    assert snapshot.native == await chain.rpc.balance(chain.user)
    assert snapshot.balances["USDC"] == 5 * USDC
    assert snapshot.prices["USDC"] == 10**8
    assert snapshot.prices["ETH"] == snapshot.prices["WETH"] > 10**8


async def test_json_and_back_is_exact(chain: Devnet) -> None:
    await chain.enter(chain.venues["morpho-blue:WETH-86:USDC"], 1_000 * USDC)
    snapshot = await chain.snapshot()
    again = from_json(json.loads(json.dumps(to_json(snapshot))))
    assert again == snapshot
    for key, venue in chain.venues.items():
        assert venue.rate_after(again.venues[key], USDC) == venue.rate_after(snapshot.venues[key], USDC)


async def test_a_large_snapshot_is_chunked_at_one_block(chain: Devnet, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = await chain.snapshot()
    monkeypatch.setattr("agent.chain.at_one_block.READS_PER_CALL", 30)
    chunked = await chain.snapshot()
    assert chunked.requests > 1
    assert replace(chunked, requests=1) == whole


async def test_a_node_that_finds_a_call_too_much_gets_half_and_remembers(chain: Devnet) -> None:
    whole = await chain.snapshot()
    limit = (await chain.rpc.request("eth_getBlockByNumber", "latest", False))["gasLimit"]
    try:
        # anvil gives an eth_call a block's gas, as other nodes give it theirs
        await chain.rpc.request("evm_setBlockGasLimit", hex(1_000_000))
        halved, again = await chain.snapshot(), await chain.snapshot()
        await chain.rpc.request("evm_setBlockGasLimit", hex(100_000))
        with pytest.raises(RpcError, match="gas"):
            await chain.snapshot()
    finally:
        await chain.rpc.request("evm_setBlockGasLimit", limit)
    assert replace(halved, requests=1) == replace(again, requests=1) == whole
    assert 1 < again.requests < halved.requests, "a call that was refused is counted, and isn't made twice"


async def test_a_venue_that_cannot_be_read_is_left_out_and_the_others_go_on(chain: Devnet) -> None:
    class Broken(Venue):
        id = "broken:x:USDC"

        def reads(self, account: Address) -> tuple[Call, ...]:
            return (Call(NOBODY, b"\x01\x02\x03\x04", ("uint256",)),)

        def state(self, answers: Any, block: Any) -> Any:
            return answers[0][0]

        def rate_after(self, state: Any, deposit: int) -> Any: ...
        def deposit(self, state: Any, account: Address, units: int) -> Any: ...
        def withdraw(self, state: Any, account: Address, units: int | None) -> Any: ...

    snapshot = await take(chain.rpc, chain.registry, {**chain.venues, "broken:x:USDC": Broken()}, chain.user)
    assert set(snapshot.venues) == set(chain.venues)
    assert "broken:x:USDC" in snapshot.missing


async def test_another_chain_is_not_read(chain: Devnet) -> None:
    elsewhere = replace(chain.registry, chain_id=1)
    with pytest.raises(Unavailable, match="chain 31337"):
        await take(chain.rpc, elsewhere, {}, chain.user)


async def test_no_multicall_is_said(chain: Devnet) -> None:
    with pytest.raises(Unavailable, match="Multicall3"):
        await take(chain.rpc, replace(chain.registry, multicall3=NOBODY), {}, chain.user)


async def test_a_node_that_stops_is_unavailable(chain: Devnet) -> None:
    gone = Rpc("http://127.0.0.1:9", timeout=2.0)
    with pytest.raises(Unavailable):
        await take(gone, chain.registry, chain.venues, chain.user)


async def test_a_token_that_contradicts_the_chain_file_is_refused(
    chain: Devnet, devnet_node: Node, tmp_path: Path
) -> None:
    lying = tmp_path / "chain.toml"
    lying.write_text(devnet_node.chain_file.read_text().replace("decimals = 6", "decimals = 8", 1))
    found = await discover(built_in_protocols(), Registry.load(lying), chain.rpc)
    assert "6 decimals" in found.missing["USDC"]
    of_usdc = {key for key, venue in found.items() if venue.asset.symbol == "USDC"}
    assert of_usdc == set(found.untrusted)  # what is in there can leave, and nothing goes in
    assert of_usdc
    assert all("6 decimals" in why for why in found.untrusted.values())


async def test_a_token_may_call_itself_otherwise_where_the_chain_file_says_so(chain: Devnet) -> None:
    said = replace(chain.registry, onchain_symbols={"USDC": "USDC.e"})
    assert "'USDC'" in (await check_tokens(said, chain.rpc))["USDC"].why
    renamed = {("USDC.e" if symbol == "USDC" else symbol): token for symbol, token in chain.registry.tokens.items()}
    renamed["USDC.e"] = replace(renamed["USDC.e"], symbol="USDC.e")
    bridged = replace(chain.registry, tokens=renamed)
    assert "USDC.e" in await check_tokens(bridged, chain.rpc)
    assert not await check_tokens(replace(bridged, onchain_symbols={"USDC.e": "USDC"}), chain.rpc)


async def test_a_protocol_that_is_not_there_leaves_the_others(chain: Devnet) -> None:
    sections = {**chain.registry.protocols, "venus": {"core": {"comptroller": NOBODY, "vtokens": {"USDC": NOBODY}}}}
    found = await discover(built_in_protocols(), replace(chain.registry, protocols=sections), chain.rpc)
    assert "vToken" in found.missing["venus:core:USDC"]
    assert {key.partition(":")[0] for key in found} == {"aave-v3", "erc4626", "morpho-blue"}


async def test_a_section_that_lacks_a_key_is_told_by_the_key(chain: Devnet) -> None:
    core = {key: value for key, value in chain.registry.protocols["aave-v3"]["core"].items() if key != "assets"}
    exchange = {key: value for key, value in chain.registry.protocols["uniswap-v3"].items() if key != "tick_lens"}
    sections = {**chain.registry.protocols, "aave-v3": {"core": core}, "uniswap-v3": exchange}
    mistyped = replace(chain.registry, protocols=sections)
    found = await discover(built_in_protocols(), mistyped, chain.rpc)
    assert found.missing["aave-v3"] == "its section of the chain file lacks assets"
    traders, faults = await find_traders([UniswapV3], mistyped, chain.rpc, {})
    assert (traders, faults["uniswap-v3"]) == ({}, "its section of the chain file lacks tick_lens")


async def test_steps_are_simulated_on_each_other(chain: Devnet) -> None:
    venue = chain.venues["aave-v3:core:USDC"]
    await chain.fund(venue.asset, 1_000 * USDC)
    snapshot = await chain.snapshot()
    (supply,) = venue.deposit(snapshot.venues[venue.id], chain.user, 1_000 * USDC)
    approve = encode_call("approve(address spender,uint256 amount)", (venue.contract.address, 1_000 * USDC))
    assert venue.asset.address is not None
    assert venue.receipt is not None
    assert venue.receipt.address is not None
    calls = [
        (venue.asset.address, approve, 0, None),
        (supply.to, supply.data, 0, None),
        (NOBODY, b"", 7, None),
    ]
    done = await simulate(chain.rpc, chain.user, calls, snapshot.block)
    assert [each.ok for each in done] == [True, True, True]
    assert changes(done, chain.user) == {
        venue.asset.address: -1_000 * USDC,
        venue.receipt.address: 1_000 * USDC,
        "native": -7,
    }
    assert all(each.gas_used > 20_000 for each in done)


async def test_a_revert_is_told_in_words(chain: Devnet) -> None:
    venue = chain.venues["aave-v3:core:USDC"]
    snapshot = await chain.snapshot()
    (nothing,) = venue.deposit(snapshot.venues[venue.id], chain.user, 0)
    (too_much,) = venue.withdraw(snapshot.venues[venue.id], chain.user, USDC)
    calls = [(step.to, step.data, 0, None) for step in (nothing, too_much)]
    first, second = await simulate(chain.rpc, chain.user, calls, snapshot.block)
    assert not first.ok
    assert first.error == "the amount is zero"
    assert second.error == "that is more than the position holds"


async def test_the_reader_of_plug_ins_says_none_for_a_revert(chain: Devnet) -> None:
    reader = multicall.ask(chain.rpc, chain.registry)
    usdc = chain.registry.token("USDC")
    assert usdc.address is not None
    answers = await reader([Call(usdc.address, b"\x01\x02\x03\x04", ("uint256",)), Call(NOBODY, b"", ("uint256",))])
    assert answers == [None, None]


async def test_a_value_beyond_the_balance_fails_without_a_crash(chain: Devnet) -> None:
    snapshot = await chain.snapshot()
    (done,) = await simulate(chain.rpc, chain.user, [(NOBODY, b"", snapshot.native + 1, None)], snapshot.block)
    assert (done.ok, done.error) == (False, "the account doesn't hold that much")


async def test_a_node_without_simulation_says_so(chain: Devnet, monkeypatch: pytest.MonkeyPatch) -> None:
    async def absent(payload: dict[str, Any], tag: Any) -> Any:
        return await chain.rpc.request("eth_simulateV9", payload, tag)

    monkeypatch.setattr(chain.rpc, "simulate", absent)
    with pytest.raises(NoSimulation):
        await simulate(chain.rpc, chain.user, [], (await chain.snapshot()).block)
