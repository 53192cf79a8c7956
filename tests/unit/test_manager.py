"""The transaction manager against a model chain: what happens to a plan when nodes and processes do what they do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agent.errors import Refused
from agent.execution import fees
from agent.execution.outcome import End
from agent.execution.points import Point, watched
from memory.rows import AttemptStatus, PlanStatus
from tests.unit.execution_parts import Workshop, workshop
from tests.unit.model_chain import GWEI
from tests.unit.policy_parts import CHAIN
from tests.unit.signer_parts import OWNER

pytestmark = pytest.mark.unit

UNITS = 5_000_000


@pytest_asyncio.fixture
async def it(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with workshop(tmp_path) as made:
        yield made


async def statuses(it: Workshop) -> list[str]:
    return [str(each.status) for each in await it.attempts()]


async def test_a_plan_is_carried_out_in_the_order_of_its_steps(it: Workshop) -> None:
    told: list[str] = []

    async def progress(text: str) -> None:
        told.append(text)

    made = await it.confirmed()
    outcome = await it.manager.run(made, progress)
    assert (outcome.end, outcome.reason, outcome.undone) == (End.SETTLED, "", ())
    assert [sent.status for sent in outcome.txs] == ["mined", "mined"]
    assert [sent.hash for sent in outcome.txs] == [tx.hash for tx in it.chain.txs]
    assert told == ["1 of 2 transactions are mined…", "2 of 2 transactions are mined…"]
    assert [(each.nonce, each.step) for each in await it.attempts()] == [(0, 0), (1, 1)]
    assert it.chain.supplied(UNITS) == 1
    assert (await it.row(made)).status is PlanStatus.SETTLED
    assert await it.ledger.reserved(OWNER) == {}
    flows = await it.ledger.flows_of_plan(made.plan_id)
    assert [(flow.kind, flow.units) for flow in flows if flow.kind != "fee"] == [("deposit", -UNITS)]
    assert len([flow for flow in flows if flow.kind == "fee"]) == 2
    mark = await it.ledger.chain_mark()
    assert mark is not None
    assert (mark.last_block_number, mark.last_block_hash) == (it.chain.head.number, it.chain.head.hash)


async def test_what_is_offered_and_written_down(it: Workshop) -> None:
    await it.run()
    for attempt, tx in zip(await it.attempts(), it.chain.txs, strict=True):
        assert (tx.max_fee, tx.tip) == (2 * GWEI + fees.PRIORITY_FEE_WEI, fees.PRIORITY_FEE_WEI)
        assert attempt.max_fee_wei == tx.gas * tx.max_fee
        assert (attempt.raw, attempt.nonce, attempt.kind, attempt.replaces) == (tx.raw, tx.nonce, "step", None)
        assert attempt.fee_wei == 21_000 * (GWEI + tx.tip)
        assert attempt.gas_used == 21_000


@pytest.mark.parametrize(("said", "tip"), [(hex(2 * GWEI), 2 * GWEI), ("0x1", fees.PRIORITY_FEE_WEI), ("x", None)])
async def test_the_tip_is_what_the_node_suggests(it: Workshop, said: str, tip: int | None) -> None:
    """Where it suggests nonsense, the habit's own."""
    it.chain.instead["eth_maxPriorityFeePerGas"] = lambda: said
    assert (await it.run(fee=10**17)).end is End.SETTLED
    paid = {fees.of_raw(each.raw).max_priority_fee_per_gas for each in await it.attempts()}
    assert paid == {tip or fees.PRIORITY_FEE_WEI}


async def test_a_plan_runs_once(it: Workshop) -> None:
    made = await it.confirmed()
    await it.manager.run(made)
    with pytest.raises(Refused) as caught:
        await it.manager.run(made)
    assert caught.value.rule == "single-use"
    assert it.chain.count() == 2


async def test_it_waits_for_the_block(it: Workshop) -> None:
    it.chain.automine, it.mines_while_waiting = False, True
    assert (await it.run()).end is End.SETTLED
    assert 12 <= it.seconds < 40
    assert len(it.chain.sent) == 2


async def test_what_is_not_mined_in_time_stays_under_way_and_is_found_later(it: Workshop) -> None:
    it.chain.automine = False
    made = await it.confirmed()
    outcome = await it.manager.run(made)
    assert outcome.end is End.PENDING
    assert [sent.status for sent in outcome.txs] == ["pending"]
    assert 120 <= it.seconds < 125
    assert await it.ledger.reserved(OWNER) != {}
    assert len(it.chain.sent) == 1  # the node has it: nothing is sent again
    with pytest.raises(Refused) as caught:
        await it.manager.run(made)
    assert caught.value.rule == "single-use"
    it.chain.mine()
    it.chain.automine = True
    (outcome,) = await it.recover()
    assert outcome.end is End.PARTIAL
    assert it.chain.allowance() == 0
    assert it.chain.supplied(UNITS) == 0


async def test_nothing_new_is_signed_while_one_waits(it: Workshop) -> None:
    it.chain.automine = False
    await it.run()
    outcome = await it.run(6_000_000)
    assert outcome.end is End.VOID
    assert "Transaction number 0 of this account is signed but not mined" in outcome.reason
    assert it.signer.asked == [("sign", 0)]


async def test_a_revert_takes_the_allowance_back(it: Workshop) -> None:
    it.chain.reverting = lambda tx: tx.nonce == 1
    outcome = await it.run()
    assert outcome.end is End.PARTIAL
    assert "was mined and reverted" in outcome.reason
    assert [sent.status for sent in outcome.txs] == ["mined", "reverted", "mined"]
    assert outcome.undone == ("supply of a contract",)
    assert outcome.done == ("approve of a contract", "the allowance of a contract taken back")
    assert it.chain.allowance() == 0
    assert await it.ledger.owed(OWNER) == []
    assert await statuses(it) == ["mined", "reverted", "mined"]


async def test_a_first_step_that_reverts_has_nothing_to_take_back(it: Workshop) -> None:
    it.chain.reverting = lambda _: True
    outcome = await it.run()
    assert (outcome.end, len(outcome.txs)) == (End.PARTIAL, 1)
    assert it.chain.count() == 1


async def test_a_freeze_between_two_steps(it: Workshop) -> None:
    made = await it.confirmed()

    async def freeze(method: str) -> None:
        if method == "eth_getTransactionReceipt" and it.chain.count() == 1:
            await it.ledger.set_frozen(True)

    it.chain.before = freeze
    outcome = await it.manager.run(made)
    assert outcome.end is End.PARTIAL
    assert "frozen" in outcome.reason
    assert it.chain.supplied(UNITS) == 0
    assert it.chain.allowance() == 0


async def test_what_moved_is_held_against_what_was_confirmed(it: Workshop) -> None:
    made = await it.confirmed()

    async def no_logs(method: str) -> None:
        it.chain.hidden.clear()

    it.chain.before = no_logs
    it.chain.reverting = lambda tx: False
    assert (await it.manager.run(made)).changes == {made.expected[0].token: -UNITS}


async def test_a_signer_that_is_away_sends_nothing(it: Workshop) -> None:
    it.signer.away = True
    outcome = await it.run()
    assert outcome.end is End.VOID
    assert "signer" in outcome.reason
    assert it.chain.sent == []
    assert await it.ledger.reserved(OWNER) == {}


async def test_a_signer_that_is_killed_between_two_steps(it: Workshop) -> None:
    """Its fate unknown, the plan stays under way; when the signer is back the allowance is taken back."""
    made = await it.confirmed()

    async def kill(method: str) -> None:
        it.signer.away = it.chain.count() == 1

    it.chain.before = kill
    assert (await it.manager.run(made)).end is End.PENDING
    assert it.chain.allowance() == UNITS
    it.chain.before, it.signer.away = None, False
    (outcome,) = await it.recover()
    assert outcome.end is End.PARTIAL
    assert it.chain.allowance() == 0


async def test_another_chain_id_in_the_middle_sends_nothing_more(it: Workshop) -> None:
    made = await it.confirmed()

    async def swap(method: str) -> None:
        it.chain.serves = CHAIN if it.chain.count() == 0 else 1

    it.chain.before = swap
    outcome = await it.manager.run(made)
    assert outcome.end is End.PENDING
    assert "serves chain 1 now" in outcome.reason
    assert it.chain.count() == 1
    it.chain.before, it.chain.serves = None, CHAIN
    (outcome,) = await it.recover()
    assert outcome.end is End.PARTIAL


async def test_another_chain_id_from_the_start(it: Workshop) -> None:
    it.chain.serves = 1
    outcome = await it.run()
    assert outcome.end is End.VOID
    assert it.signer.asked == []


# a crash at each point, and what a new process makes of it

EARLY = (Point.RUNNING, Point.NONCE_READ, Point.SIGNED)
LATER = (Point.RECORDED, Point.BROADCAST, Point.MINED, Point.NOTED)


@pytest.mark.parametrize("point", EARLY)
async def test_a_crash_before_anything_was_recorded(it: Workshop, point: Point) -> None:
    made = await it.crash_at(point)
    (outcome,) = await it.recover()
    assert (outcome.end, outcome.reason) == (End.VOID, "I was stopped before anything was sent")
    assert it.chain.count() == 0
    assert await it.ledger.reserved(OWNER) == {}
    assert await it.recover() == []
    assert (await it.run()).end is End.SETTLED  # the nonce is free
    assert (await it.row(made)).status is PlanStatus.VOID


@pytest.mark.parametrize("point", LATER)
async def test_a_crash_with_the_first_step_recorded(it: Workshop, point: Point) -> None:
    await it.crash_at(point)
    (outcome,) = await it.recover()
    assert (outcome.end, outcome.reason) == (End.PARTIAL, "I was stopped before the rest was sent")
    assert [sent.status for sent in outcome.txs] == ["mined", "mined"]
    assert it.chain.allowance() == 0
    assert await it.recover() == []


@pytest.mark.parametrize("point", [*LATER, Point.SETTLING])
async def test_a_crash_with_the_last_step_recorded(it: Workshop, point: Point) -> None:
    made = await it.crash_at(point, passed=0 if point is Point.SETTLING else 1)
    (outcome,) = await it.recover()
    assert outcome.end is End.SETTLED
    assert it.chain.supplied(UNITS) == 1
    assert it.chain.count() == 2
    assert (await it.row(made)).status is PlanStatus.SETTLED


async def test_a_crash_behind_the_settlement(it: Workshop) -> None:
    made = await it.crash_at(Point.SETTLED)
    assert (await it.row(made)).status is PlanStatus.SETTLED
    assert await it.recover() == []


@pytest.mark.parametrize(
    "point", [Point.CLEANING, Point.NONCE_READ, Point.SIGNED, Point.RECORDED, Point.BROADCAST, Point.MINED]
)
@pytest.mark.parametrize("risen", [False, True], ids=["gas as it was", "gas risen since"])
async def test_a_crash_in_the_middle_of_a_clean_up(it: Workshop, point: Point, risen: bool) -> None:
    """Whatever the signer has in its record, the allowance is taken back once, at one nonce."""
    it.chain.reverting = lambda tx: tx.nonce == 1
    made = await it.confirmed()
    passed = 0 if point is Point.CLEANING else 2
    await it.crash(point, lambda: it.manager.run(made), passed)
    it.chain.base_fee = GWEI * (3 if risen else 1)
    it.chain.mine()
    (outcome,) = await it.recover()
    assert outcome.end is End.PARTIAL
    assert "taken back" in outcome.done[-1]
    assert it.chain.allowance() == 0
    assert it.chain.count() == 3
    assert await it.ledger.owed(OWNER) == []


@pytest.mark.parametrize("point", [Point.BROADCAST, Point.MINED, Point.NOTED, Point.CLEANED])
async def test_a_crash_in_a_clean_up_behind_its_plans_end(it: Workshop, point: Point) -> None:
    """Gas was too dear for it, so the plan ended without; what it costs later is written down all the same."""
    it.chain.reverting = lambda tx: tx.nonce == 1

    def dear(at: Point) -> None:
        if at is Point.CLEANING:
            it.chain.base_fee = 1_000 * GWEI
            it.chain.mine()

    made = await it.confirmed()
    with watched(dear):
        assert (await it.manager.run(made)).end is End.PARTIAL
    assert len(await it.ledger.owed(OWNER)) == 1
    it.chain.base_fee = GWEI
    it.chain.mine()
    await it.crash(point, lambda: it.manager.tidy(OWNER))
    await it.recover()
    assert (await it.manager.tidy(OWNER), await it.ledger.owed(OWNER)) == ([], [])
    assert (it.chain.allowance(), it.chain.count()) == (0, 3)
    fees_paid = [flow for flow in await it.ledger.flows_of_plan(made.plan_id) if flow.kind == "fee"]
    assert [flow.hash for flow in fees_paid] == [each.hash for each in await it.attempts()]
    assert await it.ledger.verify_audit() == []


async def test_a_crash_in_recovery_is_recovered_from(it: Workshop) -> None:
    made = await it.crash_at(Point.RECORDED)
    for point in (Point.RECOVERING, Point.MINED, Point.NOTED, Point.CLEANING, Point.SIGNED, Point.RECORDED):
        await it.crash(point, it.recover)
    (outcome,) = await it.recover()
    assert outcome.end is End.PARTIAL
    assert it.chain.count() == 2
    assert it.chain.allowance() == 0
    assert (await it.row(made)).status is PlanStatus.PARTIAL
    assert await it.ledger.verify_audit() == []


# answers that are lost, or lies


async def test_the_answer_to_a_broadcast_is_lost(it: Workshop) -> None:
    it.chain.lost_answers = 1
    outcome = await it.run()
    assert outcome.end is End.PENDING
    assert it.chain.count() == 1
    (outcome,) = await it.recover()
    assert outcome.end is End.PARTIAL
    assert it.chain.count() == 2
    assert len(it.chain.sent) == 2


async def test_already_known_is_no_failure(it: Workshop) -> None:
    it.chain.errors = ["already known"]
    made = await it.confirmed()
    it.chain.automine = False
    outcome = await it.manager.run(made)
    assert outcome.end is End.PENDING  # and it was sent again once the node turned out not to have it
    assert len(it.chain.sent) == 1
    assert (await it.attempts())[0].hash in it.chain.pool


async def test_a_node_that_says_nothing_useful(it: Workshop) -> None:
    it.chain.errors = ["rate limit exceeded"]
    outcome = await it.run()
    assert outcome.end is End.PENDING
    assert "didn't say whether it took the transaction: rate limit exceeded" in outcome.reason
    (outcome,) = await it.recover()
    assert outcome.end is End.PARTIAL
    assert it.chain.allowance() == 0


async def test_a_first_transaction_that_is_refused_frees_its_nonce(it: Workshop) -> None:
    it.chain.errors = ["insufficient funds for gas * price + value"]
    outcome = await it.run()
    assert outcome.end is End.VOID
    assert "The node refused the transaction: insufficient funds" in outcome.reason
    assert await statuses(it) == ["lost"]
    assert (await it.run(6_000_000)).end is End.SETTLED
    assert [each.nonce for each in await it.attempts()] == [0, 0, 1]


async def test_nonce_too_low_three_times_in_a_row_stops(it: Workshop) -> None:
    """The node contradicts itself: it counts nothing and says that something was."""
    it.chain.errors = ["nonce too low"] * 3
    outcome = await it.run()
    assert outcome.end is End.PENDING
    assert "three times" in outcome.reason or "3 times in a row" in outcome.reason
    assert await statuses(it) == ["signed"]
    assert it.chain.errors == []
    (outcome,) = await it.recover()
    assert outcome.end is End.PARTIAL
    assert [each.status for each in await it.attempts()] == ["mined", "mined"]


async def test_nonce_too_low_twice_is_borne(it: Workshop) -> None:
    it.chain.errors = ["nonce too low"] * 2
    assert (await it.run()).end is End.SETTLED


async def test_a_node_that_is_behind_signs_nothing(it: Workshop) -> None:
    await it.run()
    whole = it.chain.blocks
    it.chain.blocks = whole[:-1]
    outcome = await it.run(6_000_000)
    assert outcome.end is End.VOID
    assert "it is behind, or on another branch" in outcome.reason
    it.chain.blocks = whole
    assert it.signer.asked == [("sign", 0), ("sign", 1)]
    assert (await it.run(7_000_000)).end is End.SETTLED


async def test_the_node_dies_before_the_settlement_is_written(it: Workshop) -> None:
    made = await it.confirmed()

    async def die(method: str) -> None:
        it.chain.down = it.chain.count() == 2 and method == "eth_getBlockByNumber"

    it.chain.before = die
    assert (await it.manager.run(made)).end is End.PENDING
    it.chain.before, it.chain.down = None, False
    assert [each.end for each in await it.recover()] == [End.SETTLED]


async def test_recovery_with_the_node_away_leaves_everything_as_it_is(it: Workshop) -> None:
    made = await it.crash_at(Point.BROADCAST, passed=1)
    it.chain.down = True
    outcome = await it.manager.recover(made)
    assert outcome.end is End.PENDING
    assert [sent.status for sent in outcome.txs] == ["mined", "pending"]
    assert (await it.row(made)).status is PlanStatus.RUNNING
    it.chain.down = False
    assert [each.end for each in await it.recover()] == [End.SETTLED]


async def test_another_day_changes_nothing_of_what_was_signed(it: Workshop) -> None:
    """The clock jumps by a day, forward or back: recovery sends the same bytes, and signs late clean-ups only."""
    made = await it.crash_at(Point.RECORDED)
    it.clock.now += 86_400
    (outcome,) = await it.recover()
    assert outcome.end is End.PARTIAL
    assert it.chain.allowance() == 0
    it.clock.now -= 2 * 86_400
    assert (await it.run(6_000_000)).end is End.SETTLED
    assert (await it.row(made)).status is PlanStatus.PARTIAL
    assert AttemptStatus.MINED in [each.status for each in await it.attempts()]


async def test_a_day_between_confirmation_and_signature(it: Workshop) -> None:
    made = await it.confirmed()
    it.clock.now += 86_400
    outcome = await it.manager.run(made)
    assert outcome.end is End.VOID
    assert "confirmed too long ago" in outcome.reason
    assert it.chain.sent == []
