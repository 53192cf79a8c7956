"""What L1 takes, by the OP stack's real oracle and by Arbitrum's precompiles, from the snapshot to the ledger."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
import rlp  # type: ignore[import-untyped]

from agent.chain.l1_costs import LARGE, SMALL, Arbitrum, OpStack
from agent.config import Settings
from agent.errors import Refused
from agent.execution import fees
from agent.execution.costs import costs_at, size_of
from agent.money import Address
from agent.plans import Plan, Step
from devnet import Node
from devnet.rpc import Rpc
from tests.integration.place_parts import funded, place_on
from tests.integration.runtime_parts import AAVE, Whole, deposit, leave_all, status
from tests.servers import rollups
from tests.servers.rollups import ARB_GAS_INFO, ARB_SYS, ORACLE, L1Prices

pytestmark = pytest.mark.integration

GWEI = 10**9
SCALARS = 5_227, 1_014_213  # OP Mainnet's since Fjord
DEAR = L1Prices(40_000 * GWEI, 1_000 * GWEI, *SCALARS)
CHEAP = L1Prices(GWEI, 1, *SCALARS)


@pytest.fixture(scope="module")
def rollup(devnet_module: Node) -> Node:
    """devnet with an OP-stack chain's predeploys."""
    with Rpc(devnet_module.rpc_url) as chain:
        rollups.put_op_stack(chain, DEAR)
    return devnet_module


@contextlib.asynccontextmanager
async def on(node: Node, folder: Path, kind: str, oracle: str) -> AsyncIterator[Whole]:
    """An instance whose chain file says how L1 is paid."""
    place = place_on(node, folder)
    place = replace(place, chain_file=rollups.with_fees(place.chain_file, folder / "chain.toml", kind, oracle))
    async with funded(place, Settings()) as instance:
        with Rpc(node.rpc_url) as chain:
            yield Whole(instance, await instance.owner("terminal", "owner", "you"), node, chain)


@pytest.fixture
def undone(rollup: Node) -> Iterator[Node]:
    with Rpc(rollup.rpc_url) as chain:
        mark = chain.call("evm_snapshot")
        yield rollup
        chain.call("evm_revert", mark)


@pytest_asyncio.fixture
async def whole(undone: Node, tmp_path: Path) -> AsyncIterator[Whole]:
    async with on(undone, tmp_path, "op-stack", ORACLE) as it:
        yield it


def unsigned(whole: Whole, plan: Plan, step: Step) -> bytes:
    """The bytes that the oracle wants to see: type 2, signature left out."""
    fee = fees.offered(whole.chain.number("eth_gasPrice"))
    to = bytes.fromhex(step.to[2:])
    body = [plan.chain_id, 7, fee.max_priority_fee_per_gas, fee.max_fee_per_gas, step.gas, to, step.value, step.data]
    return b"\x02" + bytes(rlp.encode([*body, []]))


async def test_a_plan_holds_what_the_oracle_asks_for_twice_over(whole: Whole) -> None:
    snapshot = await whole.world.priced_snapshot(whole.account)
    assert isinstance(snapshot.l1, OpStack)
    reply = await whole.ask(deposit("1000", venue=AAVE))
    plan = (await whole.row(reply)).plan
    asked = [
        (
            whole.number(Address(ORACLE), "getL1Fee(bytes)", unsigned(whole, plan, step)),
            whole.number(Address(ORACLE), "getL1FeeUpperBound(uint256)", size_of(step)),
            snapshot.l1.wei(size_of(step), step.gas),
        )
        for step in plan.steps
    ]
    for real, bound, mine in asked:
        assert 0 < real <= bound <= mine <= bound * 5 // 4
    costs = costs_at(snapshot)
    assert costs.habit is fees.OP_STACK
    gas = sum(step.gas for step in plan.steps) * costs.max_fee_per_gas
    assert plan.max_total_fee_wei == gas + 2 * sum(mine for _, _, mine in asked)
    assert reply.preview is not None
    assert reply.preview.max_fee.units == plan.max_total_fee_wei


async def test_the_operators_fee_is_in_the_plan(whole: Whole) -> None:
    rollups.put_isthmus(whole.chain)
    snapshot = await whole.world.priced_snapshot(whole.account)
    assert snapshot.l1 == OpStack(SMALL * GWEI, LARGE * GWEI, GWEI, 500_000)
    plan = (await whole.row(await whole.ask(deposit("1000", venue=AAVE)))).plan
    gas = sum(step.gas for step in plan.steps) * costs_at(snapshot).max_fee_per_gas
    operator = sum(GWEI + step.gas // 2 for step in plan.steps)
    data = sum(max(size_of(step), SMALL) * GWEI for step in plan.steps)
    beside = plan.max_total_fee_wei - gas
    assert 2 * (data + operator) <= beside <= 2 * (data + operator) + len(plan.steps) * 3 * GWEI


async def test_the_story_on_an_op_stack_chain(whole: Whole) -> None:
    await whole.do(deposit("1000", venue=AAVE))
    for each in await whole.attempts():
        plan = (await whole.world.ledger.plan(each.plan_id)).plan  # type: ignore[union-attr]
        assert each.max_fee_wei > plan.steps[each.step].gas * fees.of_raw(each.raw).max_fee_per_gas
        tip = fees.of_raw(each.raw).max_priority_fee_per_gas
        assert fees.OP_STACK.tip < tip <= fees.OP_STACK.most_tip  # anvil suggests more
    await whole.do(leave_all())
    assert await whole.position(AAVE) == 0


async def test_l1_that_gets_dearer_after_the_confirmation_sends_nothing(whole: Whole) -> None:
    rollups.set_l1(whole.chain, CHEAP)
    plan = await whole.confirmed(deposit("1000", venue=AAVE))
    rollups.set_l1(whole.chain, DEAR)
    outcome = await whole.world.manager.run(plan)
    assert str(outcome.end) == "void"
    assert "L1 now takes" in outcome.reason
    assert whole.nonce() == 0


async def test_what_is_kept_for_leaving_grows_with_l1(whole: Whole) -> None:
    """Enough to pay for the plan and to leave by the gas alone is too little where L1 is dear."""
    rollups.set_l1(whole.chain, CHEAP)
    cheap = costs_at(await whole.world.priced_snapshot(whole.account)).wei(500_000)
    cost = (await whole.row(await whole.ask(deposit("1000", venue=AAVE)))).plan.max_total_fee_wei
    rollups.set_l1(whole.chain, DEAR)
    dear = (await whole.row(await whole.ask(deposit("1000", venue=AAVE)))).plan.max_total_fee_wei
    assert dear > cost
    whole.chain.call("anvil_setBalance", whole.account, hex(dear + cheap))
    with pytest.raises(Refused) as caught:
        await whole.ask(deposit("1000", venue=AAVE))
    assert caught.value.rule == "gas-reserve"
    rollups.set_l1(whole.chain, CHEAP)
    assert status(await whole.ask(deposit("1000", venue=AAVE))) == "ready"


async def test_a_move_that_l1_eats_up_is_not_made(whole: Whole) -> None:
    rollups.set_l1(whole.chain, CHEAP)
    await whole.do(deposit("20000", venue=AAVE))
    assert status(await whole.say("rebalance my usdc now")) == "ready"
    rollups.set_l1(whole.chain, replace(DEAR, base_fee=10 * DEAR.base_fee))
    reply = await whole.say("rebalance my usdc now")
    assert reply.plan is None
    assert "gas" in reply.text


async def test_an_oracle_that_is_gone_closes_entries_and_leaves_exits_open(whole: Whole) -> None:
    await whole.do(deposit("1000", venue=AAVE))
    await whole.ask(deposit("1000", venue=AAVE))
    whole.chain.call("anvil_setCode", ORACLE, "0x")
    reply = await whole.confirm()
    assert status(reply) == "void"
    assert "what a transaction pays for L1" in reply.text
    with pytest.raises(Refused) as caught:
        await whole.ask(deposit("1000", venue=AAVE))
    assert caught.value.rule == "l1-fee"
    shown = (await whole.ask(leave_all())).preview
    assert shown is not None
    assert "on top of the most" in shown.notes[-1]
    assert status(await whole.confirm()) == "settled"


async def test_on_arbitrum_l1_is_in_the_gas_limits(devnet_node: Node, tmp_path: Path) -> None:
    with Rpc(devnet_node.rpc_url) as chain:
        rollups.put_arbitrum(chain)
    async with on(devnet_node, tmp_path, "arbitrum", ARB_GAS_INFO) as whole:
        snapshot = await whole.world.priced_snapshot(whole.account)
        assert snapshot.l1 == Arbitrum(8 * GWEI, GWEI // 100)
        plan = (await whole.row(await whole.ask(deposit("1000", venue=AAVE)))).plan
        for step in plan.steps:
            more = 2 * snapshot.l1.gas(size_of(step), snapshot.block.base_fee)
            assert more > 0
            assert step.gas - more >= 100_000 or step.role == "approval"
        per_gas = fees.offered(snapshot.block.base_fee, fees.ARBITRUM).max_fee_per_gas
        assert plan.max_total_fee_wei == sum(step.gas for step in plan.steps) * per_gas
        assert status(await whole.confirm()) == "settled"
        assert {fees.of_raw(each.raw).max_priority_fee_per_gas for each in await whole.attempts()} == {0}


async def test_on_arbitrum_a_block_is_l2s_own(devnet_node: Node, tmp_path: Path) -> None:
    """What a contract there takes for the block's number is L1's: nothing may be simulated on top of that."""
    with Rpc(devnet_node.rpc_url) as chain:
        rollups.put_arbitrum(chain)
        chain.call("anvil_setStorageAt", ARB_SYS, "0x0", f"0x{2:064x}")
        async with on(devnet_node, tmp_path, "arbitrum", ARB_GAS_INFO) as whole:
            assert (await whole.world.snapshot(whole.account)).block.number == chain.number("eth_blockNumber") - 2
