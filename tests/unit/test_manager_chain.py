"""What the chain does without us: blocks that go away, numbers that somebody else used, ledgers of yesterday."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from agent.errors import Refused, Unavailable
from agent.execution.outcome import End
from agent.execution.parts import Proved
from agent.execution.points import Point, watched
from agent.execution.reorgs import lost, to_ask
from memory.ledger import Ledger
from memory.rows import AttemptStatus, PlanStatus
from tests.unit.execution_parts import Workshop, disagree, workshop
from tests.unit.model_chain import GWEI
from tests.unit.policy_parts import CHAIN
from tests.unit.signer_parts import OWNER

pytestmark = pytest.mark.unit

UNITS = 5_000_000


@pytest_asyncio.fixture
async def it(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with workshop(tmp_path) as made:
        yield made


# reorganisations


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


# confirmations


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


# external use of the key


async def test_a_strangers_transaction_stops_sending_until_it_is_acknowledged(it: Workshop) -> None:
    await it.run()
    tx = it.chain.strange()
    made = await it.confirmed(6_000_000)
    outcome = await it.manager.run(made)
    assert outcome.end is End.VOID
    assert "Transaction number 2 of your account was not sent by me" in outcome.reason
    (found,) = await it.ledger.strangers(OWNER)
    assert (found.nonce, found.hash, found.block) == (2, tx.hash, it.chain.head.number)
    assert found.at == it.chain.head.timestamp
    assert [each.nonce for each in await it.ledger.untold_strangers(OWNER)] == [2]
    assert (await it.run(6_000_001)).end is End.VOID
    assert await it.ledger.acknowledge_strangers(OWNER, it.user.id) == [found]
    assert await it.ledger.acknowledge_strangers(OWNER, it.user.id) == []
    assert (await it.run(6_000_002)).end is End.SETTLED
    assert [each.nonce for each in await it.attempts()] == [0, 1, 3, 4]
    assert await it.ledger.verify_audit() == []


async def test_many_strangers_are_told_as_one(it: Workshop) -> None:
    await it.run()
    for _ in range(3):
        it.chain.strange()
    outcome = await it.run(6_000_000)
    assert "3 transactions, number 2 the first, of your account were not sent by me" in outcome.reason


@pytest.mark.parametrize("knows", [True, False], ids=["asked by number", "found by halving"])
async def test_a_stranger_is_found_on_any_node(it: Workshop, knows: bool) -> None:
    it.chain.knows_by_nonce = knows
    await it.run()
    it.chain.mine(7)
    tx = it.chain.strange()
    it.chain.mine(7)
    await it.manager.catch_up(OWNER, CHAIN)
    (found,) = await it.ledger.strangers(OWNER)
    assert (found.hash, found.block) == (tx.hash, it.chain.head.number - 7)


async def test_what_was_sent_before_the_first_look_is_nobodys_business(it: Workshop) -> None:
    """An imported key has a past."""
    it.chain.strange()
    it.chain.strange()
    assert (await it.run()).end is End.SETTLED
    assert await it.ledger.strangers(OWNER) == []


async def test_a_stranger_that_waits_in_the_pool_stops_sending(it: Workshop) -> None:
    await it.run()
    tx = it.chain.strange()
    del it.chain.blocks[-1]
    it.chain.pool[tx.hash] = tx
    outcome = await it.run(6_000_000)
    assert outcome.end is End.VOID
    assert "number 2 of this account waits at the node, and I didn't send it" in outcome.reason


async def test_a_stranger_takes_the_number_of_what_waits(it: Workshop) -> None:
    it.chain.automine = False
    made = await it.confirmed()
    assert (await it.manager.run(made)).end is End.PENDING
    it.chain.strange()
    (outcome,) = await it.recover()
    assert outcome.end is End.VOID
    assert "Number 0 was used before mine was mined" in outcome.reason
    assert [each.status for each in await it.attempts()] == ["replaced"]
    assert len(await it.ledger.strangers(OWNER)) == 1


async def test_a_stranger_between_two_steps(it: Workshop) -> None:
    made = await it.confirmed()

    async def between(method: str) -> None:
        if method == "eth_chainId" and it.chain.count() == 1:
            it.chain.strange()

    it.chain.before = between
    outcome = await it.manager.run(made)
    assert outcome.end is End.PARTIAL
    assert "number 1 of your account was not sent by me" in outcome.reason
    assert it.chain.allowance() == 0  # what takes back is not stopped by it
    assert it.chain.supplied(UNITS) == 0


async def test_a_number_that_is_used_by_nobody_knows_what_stays_open(it: Workshop) -> None:
    """The node counts it and shows nothing there: nothing is concluded until that is beyond doubt."""
    it.chain.automine = False
    made = await it.confirmed()
    await it.manager.run(made)
    it.chain.strange()
    it.chain.knows_by_nonce = False
    txs = it.chain.head.txs
    head = it.chain.blocks[-1]
    real = it.chain._eth_getBlockByNumber

    def without(tag: str, full: bool) -> Any:
        block = real(tag, full)
        return {**block, "transactions": []} if full else block

    it.chain.instead["eth_getBlockByNumber"] = without
    assert (head.txs, len(txs)) == (txs, 1)
    outcome = await it.manager.recover(made)
    assert outcome.end is End.PENDING
    assert "the node doesn't say by what" in outcome.reason
    it.manager.final_blocks = 3
    it.chain.mine(4)
    outcome = await it.manager.recover(made)
    assert outcome.end is End.VOID
    (found,) = await it.ledger.strangers(OWNER)
    assert (found.hash, found.block) == (None, None)


async def test_the_ledger_answers_from_later_on_after_many(it: Workshop) -> None:
    await it.run()
    await it.ledger.answer_from(OWNER, CHAIN, 0)
    for nonce in range(2, 300):
        it.chain.strange()
        await it.ledger.add_stranger(OWNER, CHAIN, nonce, None, None, None)
    await it.ledger.acknowledge_strangers(OWNER, it.user.id)
    await it.manager.catch_up(OWNER, CHAIN)
    assert (await it.ledger.nonces(OWNER, CHAIN, 300)).first == 300
    assert (await it.run(6_000_000)).end is End.SETTLED


# what was called lost, and gaps


async def test_what_was_called_lost_and_is_mined_all_the_same(it: Workshop) -> None:
    """One node refused it, another took it: its plan is opened again and ends as what it is."""
    it.chain.errors = ["insufficient funds"]
    made = await it.confirmed(cleanup=False)
    assert (await it.manager.run(made)).end is End.VOID
    (lost,) = await it.attempts()
    await it.chain.send_raw(lost.raw)
    (outcome,) = await it.recover()
    assert outcome.end is End.PARTIAL
    assert [each.status for each in await it.attempts()] == ["mined"]
    assert await it.ledger.strangers(OWNER) == []
    assert (await it.row(made)).status is PlanStatus.PARTIAL
    assert (await it.run(6_000_000)).end is End.SETTLED
    assert await it.ledger.verify_audit() == []


async def test_a_gap_is_filled_by_a_cancellation(it: Workshop) -> None:
    """After a reorganisation the first of two can't be sent any more; the second would wait for it for ever."""
    made = await it.confirmed()
    await it.manager.run(made)
    it.chain.reorganise(2, keep=False)
    it.chain.automine = False
    it.chain.errors = ["insufficient funds"]
    await it.manager.catch_up(OWNER, CHAIN)
    assert (await it.manager.recover(made)).end is End.PENDING
    assert [each.status for each in await it.attempts()] == ["lost", "signed"]
    it.chain.automine = True
    (outcome,) = await it.recover()
    assert ("cancel", 0) in it.signer.asked
    cancel = (await it.attempts())[-1]
    assert (cancel.kind, cancel.nonce, cancel.status) == ("cancel", 0, AttemptStatus.MINED)
    assert outcome.end is End.PARTIAL
    assert "cancelled" in outcome.reason or "reverted" in outcome.reason
    assert outcome.txs[0].status == "cancelled"
    assert it.chain.supplied(UNITS) == 0
    assert it.chain.count() == 2
    assert (await it.run(6_000_000)).end is End.SETTLED
    assert await it.ledger.verify_audit() == []


async def test_no_gap_is_filled_while_endpoints_disagree(it: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    await it.run()
    it.chain.reorganise(2, keep=False)
    it.chain.automine = False
    it.chain.errors = ["insufficient funds"]
    await it.manager.catch_up(OWNER, CHAIN)
    await it.manager.recover((await it.ledger.unsettled())[0].plan)
    monkeypatch.setattr(it.chain, "agree", disagree)
    with pytest.raises(Refused) as caught:
        await it.manager.catch_up(OWNER, CHAIN)
    assert caught.value.rule == "endpoints"
    assert ("cancel", 0) not in it.signer.asked
    monkeypatch.undo()
    await it.manager.catch_up(OWNER, CHAIN)
    assert ("cancel", 0) in it.signer.asked


async def test_a_gap_that_can_not_be_filled_is_said(it: Workshop) -> None:
    await it.run()
    it.chain.strange()
    await it.manager.catch_up(OWNER, CHAIN)
    await it.ledger.acknowledge_strangers(OWNER, it.user.id)
    made = await it.confirmed(6_000_000)
    await it.manager.run(made)
    it.chain.reorganise(3, keep=False)
    it.chain.automine = False
    with pytest.raises(Refused) as caught:
        await it.manager.catch_up(OWNER, CHAIN)
    assert caught.value.rule == "nonce-gap"
    assert "number 2 of your account is missing" in caught.value.message
    assert caught.value.remedy


# ledgers of yesterday


async def restored(it: Workshop, folder: Path, copy: Path) -> None:
    """Puts the copy of the ledger back; the keystore, the signer's record and the chain have moved on."""
    await it.ledger.close()
    put_back(folder, copy)
    it.ledger = await Ledger.open(folder, it.clock)
    it.restart()


def put_back(folder: Path, copy: Path) -> None:
    for path in folder.glob("ledger.db*"):
        path.unlink()
    shutil.copy2(copy, folder / "ledger.db")


def copied(folder: Path, it: Workshop) -> Path:
    copy = folder / "yesterday.db"
    with sqlite3.connect(folder / "ledger.db") as source, sqlite3.connect(copy) as target:
        source.backup(target)
    return copy


async def test_a_ledger_of_yesterday_finds_what_it_does_not_know(it: Workshop, tmp_path: Path) -> None:
    await it.run()
    copy = copied(tmp_path, it)
    await it.run(6_000_000)
    await restored(it, tmp_path, copy)
    assert await it.recover() == []
    assert [each.nonce for each in await it.ledger.strangers(OWNER)] == [2, 3]
    assert await it.ledger.stranger_since(OWNER, it.chain.blocks[-1].timestamp)
    assert not await it.ledger.stranger_since(OWNER, it.chain.blocks[-1].timestamp + 1)
    asked = list(it.signer.asked)
    it.made += 5  # plan ids are random
    assert (await it.run(7_000_000)).end is End.VOID
    assert it.signer.asked == asked
    await it.ledger.acknowledge_strangers(OWNER, it.user.id)
    assert (await it.run(7_000_001)).end is End.SETTLED
    assert [each.nonce for each in await it.attempts()] == [0, 1, 4, 5]
    await it.ledger.close()


@pytest.mark.parametrize("point", [Point.RUNNING, Point.NOTED])
async def test_a_ledger_of_yesterday_knows_its_own_plans_steps(it: Workshop, tmp_path: Path, point: Point) -> None:
    """The copy was made in the middle of a plan that went on: its steps are found by what they do, not sent again."""
    copies: list[Path] = []
    made = await it.confirmed()

    def copy(at: Point) -> None:
        if at is point and not copies:
            copies.append(copied(tmp_path, it))

    with watched(copy):
        await it.manager.run(made)
    await restored(it, tmp_path, copies[0])
    await it.ledger.answer_from(OWNER, CHAIN, 0)
    (outcome,) = await it.recover()
    assert outcome.end is End.SETTLED
    assert it.chain.count() == 2
    assert await it.ledger.strangers(OWNER) == []
    assert [each.hash for each in await it.attempts()] == [tx.hash for tx in it.chain.txs]
    assert [each.raw for each in await it.attempts()] == [tx.raw for tx in it.chain.txs]
    assert await it.ledger.verify_audit() == []
    await it.ledger.close()


async def test_a_ledger_of_yesterday_and_a_replacement_that_it_forgot(it: Workshop, tmp_path: Path) -> None:
    it.chain.automine, it.chain.strict = False, False
    made = await it.confirmed()
    copies: list[Path] = []

    def copy(at: Point) -> None:
        if at is Point.BROADCAST and not copies:
            copies.append(copied(tmp_path, it))

    def rise() -> None:
        it.on_sleep = None
        it.chain.spike(3 * GWEI)

    it.on_sleep = rise
    with watched(copy):
        await it.manager.run(made)
    it.chain.mine()
    assert it.chain.count() == 1
    await restored(it, tmp_path, copies[0])
    it.chain.automine = True
    (outcome,) = await it.recover()
    assert outcome.end is End.PARTIAL
    first, second, back = await it.attempts()
    assert (first.status, second.status, second.replaces) == ("replaced", "mined", first.hash)
    assert (second.nonce, back.nonce) == (0, 1)
    assert await it.ledger.strangers(OWNER) == []
    await it.ledger.close()


async def test_catching_up_with_a_node_that_is_away(it: Workshop) -> None:
    it.chain.down = True
    with pytest.raises(Unavailable):
        await it.manager.catch_up(OWNER, CHAIN)
