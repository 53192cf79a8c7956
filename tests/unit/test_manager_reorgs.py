"""Blocks that go away: plans are put back, mined again once, and settle only when they are deep enough."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from agent.errors import Refused
from agent.execution.outcome import End
from agent.execution.parts import Proved
from agent.execution.reorgs import lost, to_ask
from memory.rows import AttemptStatus, PlanStatus
from tests.unit.execution_parts import Workshop, workshop
from tests.unit.policy_parts import CHAIN
from tests.unit.signer_parts import OWNER

pytestmark = pytest.mark.unit

UNITS = 5_000_000


@pytest_asyncio.fixture
async def it(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with workshop(tmp_path) as made:
        yield made


async def test_a_block_that_is_gone_puts_its_plan_back(it: Workshop) -> None:
    made = await it.confirmed()
    await it.manager.run(made)
    it.chain.automine = False
    it.chain.reorganise(1)
    await it.manager.catch_up(OWNER, CHAIN)
    row = await it.row(made)
    assert (row.status, row.settled_at) == (PlanStatus.RUNNING, None)
    assert "reorganised" in row.reason
    approval, supply = await it.attempts()
    assert (approval.status, supply.status) == (AttemptStatus.MINED, AttemptStatus.SIGNED)
    assert (supply.block_number, supply.block_hash, supply.gas_used, supply.fee_wei) == (None,) * 4
    assert await it.ledger.flows_of_plan(made.plan_id) == []
    assert await it.ledger.net_deposits(OWNER) == {}
    assert await it.ledger.reserved(OWNER) != {}
    mark = await it.ledger.chain_mark()
    assert mark is not None
    assert mark.last_block_hash == it.chain.head.hash
    assert await it.ledger.verify_audit() == []


@pytest.mark.parametrize("keep", [True, False], ids=["back in the pool", "forgotten"])
@pytest.mark.parametrize("depth", [1, 2, 5])
async def test_what_was_undone_is_mined_again_once(it: Workshop, depth: int, keep: bool) -> None:
    made = await it.confirmed()
    await it.manager.run(made)
    it.chain.reorganise(depth, keep=keep)
    it.chain.automine = not keep
    it.mines_while_waiting = True
    if keep:
        it.chain.mine()
    (outcome,) = await it.recover()
    assert outcome.end is End.SETTLED
    assert it.chain.supplied(UNITS) == 1
    assert it.chain.count() == 2
    assert (await it.row(made)).status is PlanStatus.SETTLED
    assert [each.block_hash for each in await it.attempts()] == [
        block.hash for block in it.chain.blocks for _ in block.txs
    ]
    assert {op for op, _ in it.signer.asked} == {"sign"}
    assert len(it.signer.asked) == 2
    assert await it.ledger.reserved(OWNER) == {}
    assert await it.recover() == []
    assert await it.ledger.verify_audit() == []


async def test_several_plans_go_back_together_and_older_ones_stay(it: Workshop) -> None:
    plans = [await it.confirmed(UNITS + number) for number in range(3)]
    for each in plans:
        await it.manager.run(each)
    it.chain.automine = False
    it.chain.reorganise(3)
    await it.manager.catch_up(OWNER, CHAIN)
    assert [(await it.row(each)).status for each in plans] == ["settled", "running", "running"]
    it.chain.mine()
    assert [each.end for each in await it.recover()] == [End.SETTLED, End.SETTLED]
    assert [it.chain.supplied(UNITS + number) for number in range(3)] == [1, 1, 1]


async def test_a_plan_on_another_branch_does_not_hide_what_is_gone(it: Workshop) -> None:
    """The newest block stands and proves its parents; an older row may be of a branch that is gone."""
    old = await it.confirmed()
    await it.manager.run(old)
    it.chain.reorganise(1, keep=False)
    it.chain.strange()
    new = await it.confirmed(6_000_000)
    await it.manager.run(new)
    await it.recover()
    assert (await it.row(old)).status is PlanStatus.PARTIAL
    assert it.chain.supplied(UNITS) == 0
    assert [flow.kind for flow in await it.ledger.flows_of_plan(old.plan_id)] == ["fee", "fee"]
    assert it.chain.allowance() == 0


def test_which_blocks_prove_all() -> None:
    one, two, other, three = (1, "a"), (2, "b"), (2, "c"), (3, "d")
    assert to_ask([one, two], Proved()) == [one, two]
    assert to_ask([one, two], Proved(frozenset([one, two]), two)) == [two]
    assert to_ask([one, two, three], Proved(frozenset([one, two]), two)) == [two, three]
    assert to_ask([one, two, other], Proved(frozenset([one, two]), two)) == [two, other]
    assert to_ask([one], Proved(frozenset([one, two]), two)) == [one]  # what proved it is gone


def test_which_blocks_are_lost() -> None:
    recorded = [(1, "a"), (2, "b"), (2, "c"), (3, "d"), (4, "e")]
    assert lost(recorded, {1: "x", 2: "b", 3: "y"}, 1) == ["c", "d", "e"]
    assert lost(recorded, {1: "x", 2: "b", 3: "y"}, 0) == ["a", "c", "d", "e"]


async def test_a_block_that_stands_changes_nothing(it: Workshop) -> None:
    made = await it.confirmed()
    await it.manager.run(made)
    it.chain.mine(3)
    it.chain.reorganise(3)
    head = await it.ledger.audit_head()
    await it.manager.catch_up(OWNER, CHAIN)
    assert (await it.row(made)).status is PlanStatus.SETTLED
    assert await it.ledger.audit_head() == head


async def test_what_is_final_is_not_looked_at_again(it: Workshop) -> None:
    made = await it.confirmed()
    await it.manager.run(made)
    it.manager.final_blocks = 4
    it.chain.mine(5)
    it.chain.reorganise(6)
    await it.manager.catch_up(OWNER, CHAIN)
    assert (await it.row(made)).status is PlanStatus.SETTLED


async def test_a_node_whose_head_is_behind_gets_a_moment(it: Workshop) -> None:
    made = await it.confirmed()
    await it.manager.run(made)
    whole, it.chain.blocks = it.chain.blocks, it.chain.blocks[:-1]

    def comes_along() -> None:
        it.chain.blocks = whole

    it.on_sleep = comes_along
    await it.manager.catch_up(OWNER, CHAIN)
    assert (await it.row(made)).status is PlanStatus.SETTLED


async def test_a_chain_that_went_back_for_good_is_a_reorganisation(it: Workshop) -> None:
    made = await it.confirmed()
    await it.manager.run(made)
    it.chain.blocks = it.chain.blocks[:-1]
    (outcome,) = await it.recover()
    assert outcome.end is End.SETTLED
    assert it.chain.supplied(UNITS) == 1
    assert it.seconds >= 5
    assert (await it.row(made)).status is PlanStatus.SETTLED


async def test_another_first_block_is_another_chain(it: Workshop) -> None:
    made = await it.confirmed()
    await it.manager.run(made)
    it.chain.blocks.clear()
    it.chain.branch = 9
    it.chain._append(())
    first = it.chain.blocks[0]
    it.chain.blocks[0] = type(first)(0, "0x" + "ee" * 32, first.parent, first.timestamp, first.base_fee)
    it.chain.mine(9)
    with pytest.raises(Refused) as caught:
        await it.manager.catch_up(OWNER, CHAIN)
    assert caught.value.rule == "another-chain"
    assert (await it.row(made)).status is PlanStatus.SETTLED


async def test_it_reverts_where_it_is_mined_again(it: Workshop) -> None:
    made = await it.confirmed()
    await it.manager.run(made)
    it.chain.reorganise(1, keep=False)
    it.chain.reverting = lambda tx: tx.nonce == 1
    (outcome,) = await it.recover()
    assert outcome.end is End.PARTIAL
    assert (await it.row(made)).status is PlanStatus.PARTIAL
    assert it.chain.allowance() == 0
    assert [flow.kind for flow in await it.ledger.flows_of_plan(made.plan_id)] == ["fee"] * 3


async def test_a_clean_up_that_is_undone_is_owed_again(it: Workshop) -> None:
    it.chain.reverting = lambda tx: tx.nonce == 1
    made = await it.confirmed()
    await it.manager.run(made)
    it.chain.reorganise(1, keep=False)
    (outcome,) = await it.recover()
    assert outcome.end is End.PARTIAL
    assert it.chain.allowance() == 0
    assert it.chain.count() == 3
    assert await it.ledger.owed(OWNER) == []
    assert (await it.row(made)).status is PlanStatus.PARTIAL


async def test_a_reorganisation_in_the_middle_of_a_plan(it: Workshop) -> None:
    """The approval's block goes away while the deposit waits: both are sent again until they are mined."""
    made = await it.confirmed()

    async def undo(method: str) -> None:
        if method == "eth_sendRawTransaction" and it.chain.count() == 1:
            it.chain.before = None
            it.chain.reorganise(1, keep=False)

    it.chain.before = undo
    outcome = await it.manager.run(made)
    assert outcome.end is End.PENDING
    (outcome,) = await it.recover()
    assert outcome.end is End.SETTLED
    assert it.chain.supplied(UNITS) == 1


@pytest.mark.parametrize(("wanted", "blocks"), [(3, 2), (12, 11), ("safe", 3), ("finalized", 3)])
async def test_a_plan_settles_when_it_is_deep_enough(it: Workshop, wanted: Any, blocks: int) -> None:
    it.manager.confirmations = wanted
    it.manager.depth_seconds = 120
    made = await it.confirmed()
    if blocks < 10:
        it.mines_while_waiting = True
        assert (await it.manager.run(made)).end is End.SETTLED
        assert it.chain.head.number >= 5 + blocks
        return
    outcome = await it.manager.run(made)
    assert (outcome.end, [sent.status for sent in outcome.txs]) == (End.PENDING, ["mined", "mined"])
    assert (outcome.reason, outcome.shallow) == ("", "It counts as settled with 12 confirmations.")
    assert outcome.changes  # what the receipts prove is known before they are deep
    it.chain.mine(blocks - 1)
    slept = it.seconds
    assert (await it.recover())[0].shallow
    assert it.seconds == slept  # whoever writes meanwhile isn't kept waiting for it
    it.chain.mine()
    assert (await it.recover())[0].end is End.SETTLED


async def test_a_block_that_changes_while_it_gets_deep(it: Workshop) -> None:
    it.manager.confirmations = 3
    made = await it.confirmed()

    def undo() -> None:
        it.chain.reorganise(1)
        it.chain.mine(3)
        it.on_sleep = None

    it.on_sleep = undo
    outcome = await it.manager.run(made)
    assert outcome.end is End.PENDING
    assert "was replaced meanwhile" in outcome.reason
    it.chain.mine(3)
    assert (await it.recover())[0].end is End.SETTLED
    assert it.chain.supplied(UNITS) == 1


@pytest.mark.parametrize("depth", [1, 3, 4])
@pytest.mark.parametrize("kept", [True, False], ids=["kept", "forgotten"])
async def test_two_plans_that_wait_to_get_deep_and_lose_their_blocks(it: Workshop, depth: int, kept: bool) -> None:
    it.manager.confirmations = 12
    made = [await it.confirmed(), await it.confirmed(6_000_000)]
    for each in made:
        assert (await it.manager.run(each)).end is End.PENDING
    it.chain.reorganise(depth, keep=kept)
    await it.manager.catch_up(OWNER, CHAIN)
    for _ in range(4):  # each looks what there is, and sends again what isn't
        await it.recover()
        it.chain.mine(12)
    assert [(await it.ledger.plan(each.plan_id)).status for each in made] == ["settled"] * 2  # type: ignore[union-attr]
    assert (it.chain.supplied(UNITS), it.chain.supplied(6_000_000)) == (1, 1)
    assert await it.ledger.verify_audit() == []
