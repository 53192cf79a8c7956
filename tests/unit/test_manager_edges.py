"""Fees, numbers and patience at their edges: what a step may take of what was confirmed, and what is asked when."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from agent.chain.l1_costs import Arbitrum, L1Costs
from agent.chain.rpc_types import Receipt
from agent.errors import Refused
from agent.execution import fees, for_l1
from agent.execution.cleanups import due
from agent.execution.fees import Fees
from agent.execution.flows import Mined
from agent.execution.look import look
from agent.execution.outcome import End
from agent.execution.points import Point
from agent.execution.recover import fill_gaps
from agent.execution.strangers import KEPT_NONCES, account_for
from agent.money import Address
from agent.plans import Role, Step
from memory.rows import AttemptStatus
from tests.unit.execution_parts import Workshop, workshop
from tests.unit.model_chain import GWEI, Tx
from tests.unit.policy_parts import CHAIN, plan
from tests.unit.signer_parts import OWNER

pytestmark = pytest.mark.unit

GAS = 100_000  # of each step of the deposit: its approval, itself, its clean-up


@pytest_asyncio.fixture
async def it(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with workshop(tmp_path) as made:
        yield made


@pytest.mark.parametrize(
    ("new", "takes"),
    [
        (Fees(110, 11), True),
        (Fees(109, 11), False),
        (Fees(110, 10), False),
        (Fees(111, 12), True),
        (Fees(200, 10), False),
    ],
)
def test_nodes_take_a_tenth_more_of_both(new: Fees, takes: bool) -> None:
    assert fees.replaces(new, Fees(100, 10)) is takes
    assert fees.replaces(Fees(0, 0), Fees(0, 0))


@pytest.mark.parametrize(("budget", "highest"), [(10 * 21, 10), (10 * 22, 10), (11 * 21 - 1, 10), (11 * 21, 11)])
def test_a_gas_more_than_the_base_fee_is_enough(budget: int, highest: int) -> None:
    """What it may cost is rounded down to whole wei a gas; the tip is what is left of it."""
    assert fees.within(highest - 1, 21, budget) == Fees(highest, 1)
    shown = {10: "0.00000001", 11: "0.000000011"}[highest]
    with pytest.raises(Refused, match=rf"Gas now costs {shown} gwei, .* allows \({shown}\)") as caught:
        fees.within(highest, 21, budget)
    assert caught.value.rule == "fee"


def test_less_than_nothing_is_said_as_nothing() -> None:
    with pytest.raises(Refused, match=r"allows \(0\)"):
        fees.within(5, 21, -1_000)


def test_what_other_steps_and_l1_may_cost_is_left_to_them() -> None:
    steps = plan().steps
    two = plan(replace(steps[0], gas=100), replace(steps[1], gas=300), max_total_fee_wei=4_000)
    assert fees.budget(two, 0, {}, [1]) == 1_000
    assert fees.budget(two, 1, {0: 700}, []) == 3_300
    assert fees.budget(two, 1, {0: 700, 1: 5_000}, []) == 3_300
    assert fees.budget(two, 0, {1: 900}, [1]) == 3_100  # signed before: its worst, not its share
    assert fees.budget(two, 0, {}, [1], {0: 40, 1: 60}) == 4_000 - (300 * (3_900 // 400) + 60) - 40
    assert fees.budget(two, 0, {}, [1], {0: 9_000, 1: 60}) == 4_000 - 60 - 9_000


async def test_each_step_leaves_the_later_ones_their_share(it: Workshop) -> None:
    """What was confirmed is a gas price of 1.5 gwei for three steps: a fifth of each share is kept for replacing."""
    fee = 3 * GAS * 1_500_000_000
    assert (await it.run(fee=fee)).end is End.SETTLED
    first, second = await it.attempts()
    assert first.max_fee_wei == GAS * 1_200_000_000
    assert second.max_fee_wei <= fee - first.max_fee_wei - GAS * 1_500_000_000
    assert it.chain.supplied(5_000_000) == 1


async def test_what_was_dropped_is_sent_again_at_once_when_it_starts(it: Workshop) -> None:
    it.chain.automine = False
    await it.crash_at(Point.BROADCAST)
    it.chain.drop()
    it.chain.automine = True
    before = it.seconds
    (end,) = await it.recover()
    assert end.done[0] == "approve of a contract"
    assert it.seconds - before < 0.5
    assert it.chain.sent[0] == it.chain.sent[1]  # the same bytes


async def test_a_first_look_answers_from_the_first_number_that_is_open(it: Workshop) -> None:
    made = await it.confirmed()
    it.chain.strange()
    it.chain.strange()
    await it.ledger.record_attempt(
        plan_id=made.plan_id,
        step=0,
        account=OWNER,
        chain_id=CHAIN,
        nonce=1,
        hash="0x" + "11" * 32,
        raw=b"",
        max_fee_wei=0,
    )
    await account_for(it.manager, OWNER, CHAIN, await look(it.chain, OWNER, CHAIN))
    assert (await it.ledger.nonces(OWNER, CHAIN, 2)).first == 1


@pytest.mark.parametrize(("count", "first"), [(KEPT_NONCES - 1, 5), (KEPT_NONCES, 5 + KEPT_NONCES)])
async def test_so_many_numbers_are_counted_from_where_it_answers(it: Workshop, count: int, first: int) -> None:
    """From number 5 on; what came before doesn't count."""
    await it.ledger.answer_from(OWNER, CHAIN, 5)
    for nonce in range(5, 5 + count):
        await it.ledger.add_stranger(OWNER, CHAIN, nonce, None, None, None)
    seen = replace(await look(it.chain, OWNER, CHAIN), latest=5 + count, pending=5 + count)
    await account_for(it.manager, OWNER, CHAIN, seen)
    assert (await it.ledger.nonces(OWNER, CHAIN, 5 + count)).first == first


async def test_a_reverted_step_counts_its_fee_and_no_more(it: Workshop) -> None:
    """Nothing of the deposit moved: the plan is partial, its approval is taken back, its flows are fees."""

    def supplies(tx: Tx) -> bool:
        return tx.nonce == 1

    it.chain.reverting = supplies
    made = await it.confirmed()
    outcome = await it.manager.run(made)
    assert outcome.end is End.PARTIAL
    assert outcome.changes == {}
    assert [each.status for each in await it.attempts()] == [
        AttemptStatus.MINED,
        AttemptStatus.REVERTED,
        AttemptStatus.MINED,
    ]
    assert it.chain.allowance() == 0
    book = await it.ledger.book()
    assert {flow.kind for flow in book.flows[made.plan_id]} == {"fee"}
    assert len(book.flows[made.plan_id]) == 3


async def test_a_clean_up_is_paid_of_what_the_others_left(it: Workshop) -> None:
    """The share of the clean-up was kept, however dear the steps before it were."""
    it.chain.reverting = lambda tx: tx.nonce == 1
    fee = 3 * GAS * 1_500_000_000
    made = await it.confirmed(fee=fee)
    await it.manager.run(made)
    attempts = await it.attempts()
    assert sum(each.max_fee_wei for each in attempts) <= fee
    assert attempts[2].max_fee_wei >= GAS * GWEI
    assert it.chain.allowance() == 0


def owed(*mined: tuple[int, bool]) -> list[int]:
    """The clean-ups that are due once these steps are mined, each with whether it went through."""
    approve, enter = plan().steps
    back = replace(approve, args=(approve.args[0], 0))
    steps = [
        replace(approve, venue="a"),
        replace(enter, venue="a"),
        replace(back, venue="a"),  # takes back what the entry didn't spend
        replace(back, venue="a", role=Role.CLEANUP),
        replace(approve, venue="b"),
        replace(enter, venue="b"),
        replace(back, venue="b", role=Role.CLEANUP),
    ]
    made = plan(*steps)
    receipt = Receipt("0x", True, 1, "0x", 1, 1, OWNER, ())
    return due(made, [Mined(index, steps[index], replace(receipt, ok=ok)) for index, ok in mined])


@pytest.mark.parametrize(
    ("mined", "expected"),
    [
        ([], []),
        ([(0, True)], [3]),
        ([(0, False)], []),
        ([(0, True), (1, True)], [3]),
        ([(0, True), (1, False)], [3]),
        ([(0, True), (1, True), (2, True)], []),
        ([(0, True), (1, False), (2, True)], [3]),
        ([(0, True), (3, True)], []),
        ([(0, True), (3, False)], []),
        ([(4, True)], [6]),
        ([(4, True), (5, True)], []),
        ([(0, True), (4, True), (5, True)], [3]),
        ([(0, True), (1, True), (2, True), (4, True), (5, False)], [6]),
    ],
)
def test_an_allowance_that_its_entry_did_not_use_up_is_owed_back(
    mined: list[tuple[int, bool]], expected: list[int]
) -> None:
    assert owed(*mined) == expected


@pytest.mark.parametrize(
    ("mined", "expected"),
    [
        ([1], [3]),
        ([1, 2], []),
        ([1, 2, 4], [9]),
        ([1, 2, 4, 5], [9, 10]),
        ([1, 2, 4, 5, 6], [9, 10]),
        ([1, 2, 4, 5, 6, 7], [10]),
        ([1, 2, 4, 5, 6, 7, 8], []),
    ],
)
def test_of_two_contracts_under_one_name_each_allowance_is_owed_back_by_itself(
    mined: list[int], expected: list[int]
) -> None:
    """A position moved: out, swapped by one contract, opened at another, all of one exchange."""
    approve, enter = plan().steps

    def allow(spender: str, token: str, units: int, role: Role = Role.APPROVAL) -> Step:
        return replace(approve, to=Address(token), args=(spender, units), venue="x", role=role)

    act = replace(enter, venue="x")
    steps = [
        act,
        allow("router", "a", 5),
        act,
        allow("router", "a", 0, Role.CLEANUP),
        allow("manager", "b", 7),
        allow("manager", "a", 6),
        act,
        allow("manager", "b", 0),
        allow("manager", "a", 0),
        allow("manager", "b", 0, Role.CLEANUP),
        allow("manager", "a", 0, Role.CLEANUP),
    ]
    receipt = Receipt("0x", True, 1, "0x", 1, 1, OWNER, ())
    found = due(plan(*steps), [Mined(index, steps[index], receipt) for index in (0, *mined)])
    assert found == expected


async def signed_before(it: Workshop, *rows: tuple[int, AttemptStatus]) -> None:
    """Attempts, a number each, that no node has: of one plan those that are lost, of another those that wait."""
    lost, waiting = await it.confirmed(), await it.confirmed()
    for nonce, status in rows:
        made = waiting if status is AttemptStatus.SIGNED else lost
        tx_hash = f"0x{nonce + 1:064x}"
        await it.ledger.record_attempt(
            plan_id=made.plan_id,
            step=nonce % 3,
            account=OWNER,
            chain_id=CHAIN,
            nonce=nonce,
            hash=tx_hash,
            raw=b"",
            max_fee_wei=0,
        )
        if status is not AttemptStatus.SIGNED:
            await it.signer.sign(made, nonce % 3, nonce, 2 * GWEI, 1, {})
            await it.ledger.mark_attempt(tx_hash, status)


async def test_every_number_that_is_missing_below_one_that_waits_is_used_up(it: Workshop) -> None:
    it.chain.automine = False
    lost, waits = AttemptStatus.LOST, AttemptStatus.SIGNED
    await signed_before(it, (0, lost), (1, waits), (2, lost), (3, waits))
    await fill_gaps(it.manager, OWNER, CHAIN, await look(it.chain, OWNER, CHAIN))
    assert sorted(Tx.of_raw(raw).nonce for raw in it.chain.sent) == [0, 2]
    assert [each for each in it.signer.asked if each[0] == "cancel"] == [("cancel", 0), ("cancel", 2)]
    assert all(Tx.of_raw(raw).to == OWNER and not Tx.of_raw(raw).value for raw in it.chain.sent)


async def test_nothing_waits_and_nothing_is_filled(it: Workshop) -> None:
    await signed_before(it, (0, AttemptStatus.LOST))
    await fill_gaps(it.manager, OWNER, CHAIN, await look(it.chain, OWNER, CHAIN))
    assert ("cancel", 0) not in it.signer.asked
    assert it.chain.sent == []


async def test_a_number_where_nothing_of_ours_was_signed_is_nobodys_to_fill(it: Workshop) -> None:
    await signed_before(it, (1, AttemptStatus.SIGNED))
    with pytest.raises(Refused, match="number 0 of your account is missing") as caught:
        await fill_gaps(it.manager, OWNER, CHAIN, await look(it.chain, OWNER, CHAIN))
    assert caught.value.rule == "nonce-gap"
    assert it.signer.asked == []


async def test_one_that_moved_to_another_block_is_noted_there(it: Workshop) -> None:
    made = await it.crash_at(Point.NOTED)
    (before,) = await it.attempts()
    it.chain.reorganise(1)
    it.chain.mine()
    await it.manager.recover(made)
    after = (await it.attempts())[0]
    receipt = await it.chain.receipt(after.hash)
    assert receipt is not None
    assert after.block_hash == receipt.block_hash != before.block_hash
    assert after.block_number == receipt.block_number == (before.block_number or 0) + 1


async def test_where_l1_is_paid_in_gas_a_cancellation_takes_more_of_it(it: Workshop) -> None:
    async def dear() -> L1Costs:
        return Arbitrum(10**11, 10**7)

    it.chain.automine, it.manager.l1 = False, dear
    await it.run(fee=10**17)
    _, new = await it.manager.cancel_stuck(OWNER, CHAIN)
    gas, beside = await for_l1.cancelling(it.manager, it.chain.base_fee)
    assert (Tx.of_raw(new.raw).gas, beside) == (gas, 0)
    assert gas > fees.CANCEL_GAS
    assert new.max_fee_wei == gas * fees.of_raw(new.raw).max_fee_per_gas


async def waits_for_depth(it: Workshop) -> float:
    """Seconds that one recovery of the plan under way waits."""
    before = it.seconds
    (end,) = await it.recover()
    assert end.end is End.PENDING
    assert end.shallow
    return it.seconds - before


async def test_what_is_not_deep_yet_is_waited_for_once(it: Workshop) -> None:
    """By the run itself; then looks at it hold nothing up, until it is deep enough."""
    it.manager.confirmations, it.manager.depth_seconds = 5, 12
    made = await it.confirmed()
    assert (await it.manager.run(made)).end is End.PENDING
    assert 12 <= it.seconds < 13
    assert (await waits_for_depth(it), await waits_for_depth(it)) == (0, 0)
    assert it.manager.shallow == {made.plan_id}
    it.chain.mine(3)
    assert await waits_for_depth(it) == 0
    it.chain.mine()
    assert [each.end for each in await it.recover()] == [End.SETTLED]
    assert it.manager.shallow == set()
