"""What isn't mined holds nobody up for ever: it is replaced however late, or its user cancels it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agent.errors import Refused
from agent.execution import fees
from agent.execution.outcome import End
from agent.execution.points import Point
from agent.plans import Plan
from memory.rows import AttemptKind, AttemptStatus, PlanStatus
from tests.unit.execution_parts import FEE, Workshop, workshop
from tests.unit.model_chain import GWEI, Tx
from tests.unit.policy_parts import CHAIN
from tests.unit.signer_parts import OWNER

pytestmark = pytest.mark.unit

FIRST = fees.offered(GWEI)
DAY = 86_400


@pytest_asyncio.fixture
async def it(tmp_path: Path) -> AsyncIterator[Workshop]:
    """A node like geth that mines nothing by itself: what offers too little waits."""
    async with workshop(tmp_path, strict=False, automine=False) as made:
        yield made


async def stuck(it: Workshop, fee: int = FEE) -> Plan:
    """A plan whose first transaction is sent and not mined, because gas rose to far above what was confirmed."""
    made = await it.confirmed(fee=fee)
    it.on_sleep = lambda: it.chain.spike(50 * GWEI) if it.chain.base_fee == GWEI else None
    assert (await it.manager.run(made)).end is End.PENDING
    it.on_sleep = None
    return made


def little() -> int:
    """A fee that allows the first offer and hardly more."""
    return 300_000 * FIRST.max_fee_per_gas


async def refused(it: Workshop) -> Refused:
    with pytest.raises(Refused) as caught:
        await it.manager.cancel_stuck(OWNER, CHAIN)
    return caught.value


async def test_a_replacement_comes_at_no_time_too_late(it: Workshop) -> None:
    """The bytes that were signed in time may be mined whenever they like: the same for more is no other thing."""
    made = await it.confirmed()
    assert (await it.manager.run(made)).end is End.PENDING
    it.clock.now += DAY
    it.chain.spike(3 * GWEI)
    assert [each.end for each in await it.recover()] == [End.PENDING]
    assert it.signer.asked == [("sign", 0), ("replacement", 0)]
    it.chain.automine = True
    it.chain.mine()
    (outcome,) = await it.recover()
    assert outcome.end is End.PARTIAL
    first, second, *_ = await it.attempts()
    assert (first.status, second.status) == (AttemptStatus.REPLACED, AttemptStatus.MINED)
    assert it.chain.allowance() == 0


async def test_a_cancellation_frees_the_account(it: Workshop) -> None:
    made = await stuck(it, fee=little())
    it.clock.now += DAY
    old, new = await it.manager.cancel_stuck(OWNER, CHAIN)
    assert (old.nonce, new.nonce, new.kind, new.replaces) == (0, 0, AttemptKind.CANCEL, old.hash)
    assert fees.replaces(fees.of_raw(new.raw), fees.of_raw(old.raw))
    sent = Tx.of_raw(new.raw)
    assert (sent.to, sent.value, sent.data, sent.gas) == (OWNER, 0, b"", 21_000)
    it.chain.mine()
    (outcome,) = await it.recover()
    assert (outcome.end, [each.status for each in outcome.txs]) == (End.PARTIAL, ["cancelled"])
    assert "was cancelled before it was mined" in outcome.reason
    assert (await it.row(made)).status is PlanStatus.PARTIAL
    assert await it.ledger.reserved(OWNER) == {}
    it.chain.base_fee, it.chain.automine = GWEI, True
    it.chain.mine()
    assert (await it.run(6_000_000)).end is End.SETTLED
    assert [tx.nonce for tx in it.chain.txs] == [0, 1, 2]
    assert await it.ledger.verify_audit() == []


async def test_the_original_is_mined_before_its_cancellation(it: Workshop) -> None:
    """Either hash of the number settles it, and what is told is what happened."""
    await stuck(it, fee=little())
    old, new = await it.manager.cancel_stuck(OWNER, CHAIN)
    it.chain.pool = {old.hash: Tx.of_raw(old.raw)}
    it.chain.base_fee, it.chain.automine = GWEI, True
    it.chain.mine()
    (outcome,) = await it.recover()
    assert outcome.end is End.PARTIAL
    assert (outcome.txs[0].hash, outcome.txs[0].status) == (old.hash, "mined")
    statuses = {each.hash: each.status for each in await it.attempts()}
    assert (statuses[old.hash], statuses[new.hash]) == (AttemptStatus.MINED, AttemptStatus.REPLACED)
    assert it.chain.allowance() == 0


async def test_a_cancellation_has_a_cap_of_its_own_and_is_itself_replaced(it: Workshop) -> None:
    """The plan's fee is used up; what a cancellation may cost is the operator's policy."""
    await stuck(it, fee=little())
    _, new = await it.manager.cancel_stuck(OWNER, CHAIN)
    assert new.max_fee_wei > little() // 4
    it.chain.spike(120 * GWEI)
    await it.recover()
    *_, newest = await it.attempts()
    assert (newest.kind, newest.replaces) == (AttemptKind.CANCEL, new.hash)
    it.manager.most_fee_wei = lambda: newest.max_fee_wei
    it.chain.spike(500 * GWEI)
    (outcome,) = await it.recover()
    assert "Gas rose above what a cancellation may cost here" in outcome.reason
    it.chain.spike(200 * GWEI)
    assert [each.status for each in (await it.recover())[0].txs] == ["cancelled"]


async def test_too_dear_to_cancel(it: Workshop) -> None:
    await stuck(it, fee=little())
    it.manager.most_fee_wei = lambda: 21_000 * 50 * GWEI
    assert (await refused(it)).rule == "fee"
    it.manager.most_fee_wei = lambda: 10**19
    it.signer.bench.ask("limits", changes={"max_fee_wei": "1"})
    assert (await refused(it)).rule == "fees"  # the signer has its own copy of the cap
    assert len(await it.attempts()) == 1


async def test_what_can_not_be_cancelled(it: Workshop) -> None:
    assert (await refused(it)).message == "No transaction of yours waits to be mined."
    made = await stuck(it)
    await it.ledger.set_frozen(True)
    assert (await refused(it)).rule == "freeze"
    await it.ledger.set_frozen(False)
    it.chain.strange(0)
    assert "Number 0 is mined already" in (await refused(it)).message
    it.chain.reorganise(1)
    await it.manager.cancel_stuck(OWNER, CHAIN)
    assert "Number 0 is being cancelled already" in (await refused(it)).message
    assert (await it.row(made)).status is PlanStatus.RUNNING


async def test_what_is_mined_meanwhile_is_not_cancelled(it: Workshop) -> None:
    await stuck(it)
    it.chain.base_fee = GWEI
    it.chain.mine()
    assert "Number 0 is mined already" in (await refused(it)).message
    assert len(await it.attempts()) == 1


@pytest.mark.parametrize("point", [Point.REPLACING, Point.REPLACED])
async def test_a_crash_around_a_cancellation(it: Workshop, point: Point) -> None:
    await stuck(it, fee=little())
    await it.crash(point, lambda: it.manager.cancel_stuck(OWNER, CHAIN))
    if point is Point.REPLACING:  # nobody knows of it: it is offered again
        await it.manager.cancel_stuck(OWNER, CHAIN)
    assert [each.end for each in await it.recover()] == [End.PENDING]
    it.chain.mine()
    (outcome,) = await it.recover()
    assert [each.status for each in outcome.txs] == ["cancelled"]
    assert it.chain.count() == 1
    assert await it.ledger.verify_audit() == []


async def test_a_clean_up_that_is_stuck_can_be_cancelled_and_is_still_told(it: Workshop) -> None:
    it.chain.automine = True
    it.chain.reverting = lambda tx: tx.nonce == 1

    async def stop(method: str) -> None:
        it.chain.automine = it.chain.count() < 2

    it.chain.before = stop
    made = await it.confirmed(fee=6 * FEE)
    assert (await it.manager.run(made)).end is End.PENDING
    old, _ = await it.manager.cancel_stuck(OWNER, CHAIN)
    assert old.step == 2
    it.chain.before = None
    it.chain.mine()
    await it.recover()
    assert it.chain.count() == 3
    assert (await it.row(made)).status is PlanStatus.PARTIAL
