"""One nonce, several transactions: whatever of them is mined settles it, and what they may cost was confirmed."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agent.errors import Refused
from agent.execution import fees
from agent.execution.cleanups import SIGNED_ELSEWHERE
from agent.execution.outcome import End
from agent.execution.points import Point
from memory.rows import AttemptStatus, PlanStatus
from tests.unit.execution_parts import FEE, Workshop, disagree, workshop
from tests.unit.model_chain import GWEI, Tx
from tests.unit.policy_parts import CHAIN
from tests.unit.signer_parts import OWNER

pytestmark = pytest.mark.unit

UNITS = 5_000_000
FIRST = fees.offered(GWEI)


@pytest_asyncio.fixture
async def it(tmp_path: Path) -> AsyncIterator[Workshop]:
    """A node like geth: what offers too little waits."""
    async with workshop(tmp_path, strict=False, automine=False) as made:
        made.mines_while_waiting = True
        yield made


def risen(it: Workshop, base_fee: int = 3 * GWEI) -> None:
    """From the first wait on, gas costs more."""

    def rise() -> None:
        it.on_sleep = None
        it.chain.spike(base_fee)

    it.on_sleep = rise


async def test_gas_rises_and_the_transaction_is_replaced(it: Workshop) -> None:
    risen(it)
    made = await it.confirmed()
    outcome = await it.manager.run(made)
    assert outcome.end is End.SETTLED, outcome.reason
    first, second, last = await it.attempts()
    assert [each.status for each in (first, second, last)] == ["replaced", "mined", "mined"]
    assert (second.nonce, second.step, second.replaces) == (first.nonce, first.step, first.hash)
    assert (first.nonce, last.nonce) == (0, 1)
    before, after = fees.of_raw(first.raw), fees.of_raw(second.raw)
    assert before == FIRST
    assert after == fees.Fees(6 * GWEI + fees.PRIORITY_FEE_WEI, fees.PRIORITY_FEE_WEI * 11 // 10)
    assert it.signer.asked == [("sign", 0), ("replacement", 0), ("sign", 1)]
    assert 30 <= it.seconds < 90
    assert it.chain.supplied(UNITS) == 1
    assert await it.ledger.verify_audit() == []


async def test_no_replacement_while_the_offer_is_good_enough(it: Workshop) -> None:
    it.mines_while_waiting = False
    assert (await it.run()).end is End.PENDING
    assert it.signer.asked == [("sign", 0)]
    assert len(it.chain.sent) == 1


async def test_what_the_pool_forgot_is_sent_again_in_the_same_bytes(it: Workshop) -> None:
    it.mines_while_waiting = False

    def forget() -> None:
        if it.seconds > 10:
            it.chain.drop()
            it.mines_while_waiting, it.on_sleep = True, None

    it.on_sleep = forget
    assert (await it.run()).end is End.SETTLED
    assert it.chain.sent[0] == it.chain.sent[1]
    assert it.signer.asked == [("sign", 0), ("sign", 1)]


async def test_what_was_dropped_at_a_higher_base_fee_is_replaced(it: Workshop) -> None:
    it.chain.strict = True

    def both() -> None:
        it.chain.drop()
        it.chain.base_fee, it.on_sleep = 3 * GWEI, None

    it.on_sleep = both
    assert (await it.run()).end is End.SETTLED
    assert [each.status for each in await it.attempts()] == ["replaced", "mined", "mined"]


async def test_the_original_is_mined_after_all(it: Workshop) -> None:
    """Another node had it: any hash of the nonce settles it, and both are told apart."""
    risen(it)
    it.mines_while_waiting = False
    made = await it.confirmed()
    assert (await it.manager.run(made)).end is End.PENDING
    first, second = await it.attempts()
    assert (first.status, second.status) == (AttemptStatus.REPLACED, AttemptStatus.SIGNED)
    it.chain.pool = {first.hash: Tx.of_raw(first.raw)}
    it.chain.spike(GWEI)
    it.chain.automine = True
    (outcome,) = await it.recover()
    assert outcome.end is End.PARTIAL
    assert outcome.txs[0].hash == first.hash
    assert [each.status for each in await it.attempts()][:2] == ["mined", "replaced"]
    assert await it.ledger.verify_audit() == []


async def test_a_cap_that_allows_no_replacement_says_so_and_waits(it: Workshop) -> None:
    risen(it, 50 * GWEI)
    made = await it.confirmed(fee=300_000 * FIRST.max_fee_per_gas)
    outcome = await it.manager.run(made)
    assert outcome.end is End.PENDING
    assert "Gas rose above what was confirmed" in outcome.reason
    assert it.signer.asked == [("sign", 0)]
    it.chain.base_fee, it.chain.automine = GWEI, True
    it.chain.mine()
    (outcome,) = await it.recover()
    assert outcome.txs[0].status == "mined"
    assert len(set(it.chain.sent)) == 2  # the approval, and what took it back


async def test_a_spike_is_bounded_by_what_was_confirmed(it: Workshop) -> None:
    """Replacement after replacement, all of a plan's transactions together never offer more than was confirmed."""
    it.chain.full = True

    def rise() -> None:
        it.chain.spike(it.chain.base_fee * 102 // 100)

    it.on_sleep = rise
    made = await it.confirmed()
    assert (await it.manager.run(made)).end is End.PENDING
    attempts = await it.attempts()
    assert len(attempts) > 2
    share = made.steps[0].gas * (made.max_total_fee_wei // sum(step.gas for step in made.steps))
    for old, new in itertools.pairwise(attempts):
        before, after = fees.of_raw(old.raw), fees.of_raw(new.raw)
        assert after.max_fee_per_gas * 10 >= before.max_fee_per_gas * 11
        assert after.max_priority_fee_per_gas * 10 >= before.max_priority_fee_per_gas * 11
        assert new.replaces == old.hash
    assert max(each.max_fee_wei for each in attempts) <= share
    assert [each.status for each in attempts][-1] == "signed"


async def test_a_freeze_signs_no_replacement(it: Workshop) -> None:
    risen(it)
    made = await it.confirmed()

    async def freeze(method: str) -> None:
        if method == "eth_sendRawTransaction":
            await it.ledger.set_frozen(True)

    it.chain.before = freeze
    outcome = await it.manager.run(made)
    assert outcome.end is End.PENDING
    assert "frozen" in outcome.reason
    assert it.signer.asked == [("sign", 0)]


async def test_no_replacement_while_endpoints_disagree(it: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    risen(it)
    it.mines_while_waiting = False
    made = await it.confirmed()
    asked: list[str] = []

    async def agree(account: str, counted: str = "pending") -> None:
        asked.append(counted)
        if counted == "latest":
            await disagree()

    monkeypatch.setattr(it.chain, "agree", agree)
    outcome = await it.manager.run(made)
    assert outcome.end is End.PENDING
    assert "The endpoints of this chain disagree" in outcome.reason
    assert it.signer.asked == [("sign", 0)]
    assert set(asked) == {"pending", "latest"}
    with pytest.raises(Refused) as caught:  # nor is it cancelled
        await it.manager.cancel_stuck(OWNER, CHAIN)
    assert caught.value.rule == "endpoints"
    monkeypatch.undo()
    await it.recover()
    assert it.signer.asked == [("sign", 0), ("replacement", 0)]


async def test_a_replacement_that_a_crash_kept_from_the_ledger_is_asked_for_again(it: Workshop) -> None:
    """The signer has it on record: the same bytes come back, and nothing more is signed for the step."""
    risen(it)
    made = await it.confirmed()
    await it.crash(Point.REPLACING, lambda: it.manager.run(made))
    first, lost = it.signer.bench.record.of_plan(made.plan_id)
    assert [each.hash for each in await it.attempts()] == [first.hash]
    it.chain.spike(it.chain.base_fee * 101 // 100)  # at another price another offer would be made
    it.mines_while_waiting, it.chain.full = False, True
    assert [each.end for each in await it.recover()] == [End.PENDING]
    assert [each.hash for each in await it.attempts()] == [first.hash, lost.hash]
    assert len(it.signer.bench.record.of_plan(made.plan_id)) == 2
    it.chain.spike(it.chain.base_fee * 5)  # and where that isn't enough now, more is offered on top of it
    await it.recover()
    third = it.signer.bench.record.of_plan(made.plan_id)[2]
    assert third.max_fee_per_gas * 10 >= lost.max_fee_per_gas * 11
    assert (await it.attempts())[-1].replaces == lost.hash


async def test_what_the_signer_counts_and_the_ledger_lost_is_left_free_for_a_clean_up(it: Workshop) -> None:
    """A replacement for all of a step's share, lost in a crash; then gas is dear when an allowance is to
    be taken back: what is offered for it is what the signer still allows.
    """
    it.on_sleep = lambda: it.chain.spike(25 * GWEI) if it.chain.base_fee == GWEI else None
    made = await it.confirmed()
    await it.crash(Point.REPLACING, lambda: it.manager.run(made))
    it.on_sleep = None
    first, lost = it.signer.bench.record.of_plan(made.plan_id)
    assert lost.max_fee_per_gas > first.max_fee_per_gas * 10
    it.chain.spike(GWEI)  # the first one is mined after all
    it.chain.automine = True
    it.chain.spike(45 * GWEI)
    (outcome,) = await it.recover()
    assert outcome.end is End.PARTIAL
    assert it.chain.allowance() == 0, outcome.reason
    rows = it.signer.bench.record.of_plan(made.plan_id)
    assert (
        sum(max(r.gas * r.max_fee_per_gas for r in rows if r.step == step) for step in {r.step for r in rows}) <= FEE
    )


async def test_a_signer_that_refuses_a_replacement_leaves_the_plan_waiting(it: Workshop) -> None:
    risen(it)
    made = await it.confirmed()

    def late() -> None:
        if it.seconds > 20:
            it.signer.bench.ask("limits", changes={"max_fee_wei": "1"})
            it.on_sleep = None
            it.chain.base_fee = 3 * GWEI

    it.on_sleep = late
    outcome = await it.manager.run(made)
    assert outcome.end is End.PENDING
    assert "The signer makes no replacement: The plan's fees are above the policy's limit" in outcome.reason


@pytest.mark.parametrize("point", [Point.REPLACING, Point.REPLACED])
async def test_a_crash_around_a_replacement(it: Workshop, point: Point) -> None:
    risen(it)
    made = await it.confirmed()
    await it.crash(point, lambda: it.manager.run(made))
    it.chain.automine = True
    (outcome,) = await it.recover()
    assert outcome.end is End.PARTIAL
    assert it.chain.count() == 2
    assert it.chain.allowance() == 0
    assert [each.status for each in await it.attempts()] == ["replaced", "mined", "mined"]


async def test_a_replacement_that_the_node_holds_too_small_keeps_waiting(it: Workshop) -> None:
    risen(it)
    it.chain.errors = [None, "replacement transaction underpriced"]
    assert (await it.run()).end is End.SETTLED
    first, second, _ = await it.attempts()
    assert (first.status, second.status) == ("replaced", "mined")
    assert it.chain.sent == [first.raw, second.raw, (await it.attempts())[2].raw]


async def test_an_owed_clean_up_blocks_nothing_and_is_never_lost(it: Workshop) -> None:
    it.chain.automine = True
    made = await it.confirmed(fee=300_000 * FIRST.max_fee_per_gas)
    it.chain.reverting = lambda tx: tx.nonce == 1

    async def rise(method: str) -> None:
        if it.chain.count() == 2 and it.chain.base_fee == GWEI:
            it.chain.base_fee = 50 * GWEI
            it.chain.mine()

    it.chain.before = rise
    outcome = await it.manager.run(made)
    assert outcome.end is End.PARTIAL
    assert "an allowance isn't taken back yet: Gas now costs" in outcome.reason
    assert (await it.row(made)).status is PlanStatus.PARTIAL
    assert [owed.step for owed in await it.ledger.owed(OWNER)] == [2]
    assert await it.ledger.reserved(OWNER) == {}
    await it.recover()
    assert len(await it.ledger.owed(OWNER)) == 1  # still too dear
    assert it.chain.allowance() == UNITS
    it.chain.reverting = lambda _: False
    # whoever pays the price goes on meanwhile
    assert (await it.run(6_000_000, fee=6 * FEE)).end is End.SETTLED
    it.chain.before = None
    it.chain.base_fee = GWEI
    it.chain.mine()
    await it.recover()
    assert await it.ledger.owed(OWNER) == []
    assert it.chain.allowance() == 0
    flows = await it.ledger.flows_of_plan(made.plan_id)
    assert len([flow for flow in flows if flow.kind == "fee"]) == 3
    assert await it.ledger.verify_audit() == []


async def test_identical_bytes_that_were_refused_before_are_open_again(it: Workshop) -> None:
    """The same fees, the same nonce: the signer gives the same bytes, whose hash the ledger has already."""
    it.chain.automine, it.chain.strict = True, True
    it.chain.reverting = lambda tx: tx.nonce == 1
    it.chain.errors = [None, None, "max fee per gas less than block base fee"]
    made = await it.confirmed()
    outcome = await it.manager.run(made)
    assert outcome.end is End.PARTIAL
    assert "isn't taken back yet: The node refused the transaction" in outcome.reason
    lost = (await it.attempts())[-1]
    assert (lost.status, lost.step) == (AttemptStatus.LOST, 2)
    await it.recover()
    again = (await it.attempts())[-1]
    assert (again.hash, again.status) == (lost.hash, AttemptStatus.MINED)
    assert it.chain.allowance() == 0
    assert await it.ledger.verify_audit() == []


async def test_a_refused_clean_up_whose_gas_rose_is_replaced_at_its_nonce(it: Workshop) -> None:
    it.chain.automine, it.chain.strict = True, True
    it.chain.reverting = lambda tx: tx.nonce == 1
    it.chain.errors = [None, None, "max fee per gas less than block base fee"]
    await it.run()
    it.chain.base_fee = 3 * GWEI
    it.chain.mine()
    await it.recover()
    assert it.signer.asked[-2:] == [("sign", 2), ("replacement", 2)]
    assert it.chain.allowance() == 0


async def test_a_clean_up_whose_number_went_to_another_plan_is_given_up_and_said(it: Workshop) -> None:
    """The signer signs a step once, at one number: what it signed there can't be mined any more."""
    it.chain.automine, it.chain.strict = True, True
    it.chain.reverting = lambda tx: tx.nonce == 1
    it.chain.errors = [None, None, "max fee per gas less than block base fee"]
    await it.run()
    it.chain.reverting = lambda _: False
    assert (await it.run(6_000_000)).end is End.SETTLED
    await it.recover()
    assert await it.ledger.owed(OWNER) == []
    (given,) = await it.ledger.given_up()
    assert (given.user, given.step, given.reason) == (it.user.id, 2, SIGNED_ELSEWHERE)
    await it.ledger.told_given_up(given.id)
    assert await it.ledger.given_up(it.user.id) == []
    assert await it.ledger.verify_audit() == []


async def test_a_clean_up_that_reverts_is_told_with_what_to_say(it: Workshop) -> None:
    it.chain.automine = True
    it.chain.reverting = lambda tx: tx.nonce >= 1
    outcome = await it.run()
    assert outcome.end is End.PARTIAL
    assert outcome.reason.endswith("Say `revoke a contract from pool` to take it back.")
    (given,) = await it.ledger.given_up(it.user.id)
    assert "reverted" in given.reason


async def test_a_clean_up_that_the_ledger_forgot_is_asked_for_in_the_same_terms(it: Workshop) -> None:
    """A ledger of yesterday doesn't know what was asked for; the signer's record does, and nothing is given up."""
    it.chain.automine, it.chain.strict = True, True
    it.chain.reverting = lambda tx: tx.nonce == 1
    it.chain.errors = [None, None, "max fee per gas less than block base fee"]
    await it.run()
    sql = "UPDATE cleanups SET nonce = NULL, max_fee_per_gas = NULL, max_priority_fee_per_gas = NULL"
    await it.ledger._store.write(lambda db: db.execute(sql).rowcount)
    it.chain.base_fee = GWEI * 101 // 100  # at another price other terms would be asked for
    it.chain.mine()
    await it.recover()
    assert it.chain.allowance() == 0
    assert await it.ledger.given_up() == []


async def test_a_clean_up_that_waits_too_long_is_finished_later(it: Workshop) -> None:
    """It was sent and isn't mined: the plan goes on in recovery, and nothing is sent twice."""
    it.chain.reverting = lambda tx: tx.nonce == 1

    def stop() -> None:
        it.mines_while_waiting = it.chain.count() < 2

    it.on_sleep = stop
    made = await it.confirmed()
    assert (await it.manager.run(made)).end is End.PENDING
    assert it.chain.count() == 2
    assert (await it.recover())[0].end is End.PENDING
    it.chain.mine()
    assert [each.end for each in await it.recover()] == [End.PARTIAL]
    assert it.chain.allowance() == 0
    assert len(it.chain.sent) == 3
