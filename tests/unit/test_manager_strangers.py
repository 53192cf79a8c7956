"""Numbers that somebody else used, transactions called lost that are mined all the same, and gaps."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from agent.errors import Refused
from agent.execution.outcome import End
from memory.rows import AttemptStatus, PlanStatus
from tests.unit.execution_parts import Workshop, disagree, workshop
from tests.unit.policy_parts import CHAIN
from tests.unit.signer_parts import OWNER

pytestmark = pytest.mark.unit

UNITS = 5_000_000


@pytest_asyncio.fixture
async def it(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with workshop(tmp_path) as made:
        yield made


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
