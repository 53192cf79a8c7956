"""The native coin on a real chain: wrapped into a venue, unwrapped out of one, one to one without a pool."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agent.errors import Refused
from agent.execution.outcome import End
from agent.intents import All, AmountSpec, Deposit, Exact, Sequence, Withdraw
from agent.replies.reply import Status
from devnet import Node
from tests.integration.runtime_parts import opened
from tests.integration.swap_parts import ETH, USDC, Swapping, swap, swapping
from tests.servers.faulty_node import FaultyNode

pytestmark = pytest.mark.integration

AAVE = "aave-v3:core:WETH"


@pytest_asyncio.fixture
async def it(devnet_node: Node, tmp_path: Path) -> AsyncIterator[Swapping]:
    async with swapping(devnet_node, tmp_path) as instance:
        yield instance


def put(value: str | None, venue: str | None = AAVE) -> Deposit:
    amount: AmountSpec = Exact(value=value) if value else All()
    return Deposit(asset="ETH", amount=amount, venue=venue)


def take(value: str | None) -> Withdraw:
    amount: AmountSpec = Exact(value=value) if value else All()
    return Withdraw(asset="ETH", amount=amount, venue=AAVE)


async def test_there_and_back(it: Swapping) -> None:
    plan, outcome = await it.run(put("2"))
    assert outcome.end is End.SETTLED, outcome.reason
    assert [step.function.partition("(")[0] for step in plan.steps] == ["deposit", "approve", "supply", "approve"]
    assert outcome.changes["native"] == -2 * ETH
    assert it.world.registry.token("WETH").address not in outcome.changes
    assert await it.position(AAVE) in (2 * ETH - 1, 2 * ETH)
    native = await it.native()
    plan, outcome = await it.run(take("0.5"))
    assert outcome.end is End.SETTLED, outcome.reason
    assert outcome.changes["native"] == ETH // 2
    assert 0 < native + ETH // 2 - await it.native() <= plan.max_total_fee_wei
    plan, outcome = await it.run(take(None))
    assert outcome.end is End.SETTLED, outcome.reason
    assert 3 * ETH // 2 - 2 <= outcome.changes["native"] < 151 * ETH // 100
    assert (await it.position(AAVE), await it.balance("WETH")) == (0, 0)
    flows = await it.world.ledger.net_deposits(it.account)
    weth = str(it.world.registry.token("WETH").address)
    assert flows[AAVE, weth].deposited == 2 * ETH
    assert flows[AAVE, weth].withdrawn == ETH // 2 + outcome.changes["native"]


async def test_all_of_it_keeps_what_gas_and_leaving_need(it: Swapping) -> None:
    plan, outcome = await it.run(put(None))
    assert outcome.end is End.SETTLED, outcome.reason
    assert plan.steps[0].value > 90 * (await it.native())
    _, outcome = await it.run(take(None))
    assert outcome.end is End.SETTLED, outcome.reason


async def test_one_to_one_without_a_pool(it: Swapping) -> None:
    plan, outcome = await it.run(swap("1.5", "ETH", "WETH"))
    assert outcome.end is End.SETTLED, outcome.reason
    assert [(step.function, step.value) for step in plan.steps] == [("deposit()", 3 * ETH // 2)]
    assert await it.balance("WETH") == 3 * ETH // 2
    plan, outcome = await it.run(swap(None, "WETH", "ETH"))
    assert outcome.end is End.SETTLED, outcome.reason
    assert outcome.changes["native"] == 3 * ETH // 2
    assert await it.balance("WETH") == 0
    with pytest.raises(Refused) as caught:
        await it.ask(swap("1", "WETH", "ETH"))
    assert caught.value.rule == "balance"


@pytest.mark.parametrize(("start", "value"), [("USDC", "3000"), ("ETH", "1"), ("WETH", "1")])
async def test_what_is_swapped_to_it_goes_into_a_venue_wrapped(it: Swapping, start: str, value: str) -> None:
    await it.run(swap("2", "ETH", "WETH"))
    to = "ETH" if start != "ETH" else "WETH"
    before = await it.balance("WETH")
    both = Sequence(steps=(swap(value, start, to), Deposit(asset=to, amount=All(), venue=AAVE)))
    reply = await it.ask(both)
    settled = await it.confirm()
    assert settled.verdict is not None
    assert settled.verdict.status is Status.SETTLED, (reply.text, settled.text)
    assert 99 * ETH // 100 < await it.position(AAVE) < 101 * ETH // 100
    assert before - await it.balance("WETH") == (ETH if start == "WETH" else 0)


async def test_out_of_a_venue_and_sold(it: Swapping) -> None:
    await it.run(put("1"))
    before = await it.balance("USDC")
    both = Sequence(steps=(take(None), swap(None, "ETH", "USDC")))
    await it.ask(both)
    settled = await it.confirm()
    assert settled.verdict is not None
    assert settled.verdict.status is Status.SETTLED, settled.text
    assert await it.balance("USDC") - before > 2_900 * USDC


async def test_what_is_said_of_it(it: Swapping) -> None:
    reply = await it.ask(put("1"))
    assert reply.preview is not None
    assert reply.preview.headline == f"wrap 1 ETH to WETH and put 1 WETH into {AAVE}"
    assert reply.preview.steps[0] == "WETH: wrap 1 ETH, which stays in your account"
    await it.confirm()
    reply = await it.ask(take(None))
    assert reply.preview is not None
    assert "unwrap what comes out of it, about 1 WETH, to ETH" in reply.preview.headline


async def test_coin_comes_out_of_a_venue_at_a_node_that_cant_simulate(
    devnet_node: Node, proxy: FaultyNode, tmp_path: Path
) -> None:
    async with opened(tmp_path, devnet_node, proxy.url) as it:
        await it.do(put("2"))
        proxy.lacking = {"eth_simulateV1"}
        native = int(it.chain.call("eth_getBalance", it.account, "latest"), 16)
        reply = await it.ask(take("1"))
        assert reply.verdict is not None
        assert reply.verdict.status is Status.READY, reply.text
        settled = await it.confirm()
        assert settled.verdict is not None
        assert settled.verdict.status is Status.SETTLED, settled.text
        assert int(it.chain.call("eth_getBalance", it.account, "latest"), 16) > native + ETH * 99 // 100
