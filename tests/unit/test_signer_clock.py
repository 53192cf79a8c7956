"""The signer's own clock jumps by a day: what it signed stays signed once; the waits are its clock's, and only its.

Whoever can set the clock of the signer's machine ends its waits: docs/security.md says so, and this shows it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agent.execution.outcome import End
from agent.execution.points import Point, watched
from agent.plans import Plan
from memory.rows import PlanStatus
from tests.unit.execution_parts import Workshop, workshop
from tests.unit.policy_parts import FRIEND, TRANSFER, USDC_AT, deposit_steps, plan, step
from tests.unit.signer_parts import NOW, OWNER, Bench

pytestmark = pytest.mark.unit

DAY = 86_400


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path)
    made.unlock()
    return made


@pytest_asyncio.fixture
async def it(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with workshop(tmp_path) as made:
        yield made


def deposit(not_after: int) -> Plan:
    return plan(*deposit_steps(5_000_000, OWNER), account=OWNER, not_after=not_after)


@pytest.mark.parametrize("jump", [DAY, -DAY])
def test_what_was_signed_is_not_signed_again_on_another_day(bench: Bench, jump: int) -> None:
    """The same bytes for the same terms while the plan holds, and never other ones."""
    whole = deposit(NOW + 3 * DAY)
    first = bench.sign(whole, 0, nonce=7)
    bench.clock.now += jump
    assert bench.sign(whole, 0, nonce=7) == first
    assert bench.rule(whole, 0, nonce=8) == "once"
    assert bench.again().rule(whole, 0, nonce=8) == "once"
    assert len(bench.record.of_plan(whole.plan_id)) == 1


def test_a_plan_of_yesterday_is_not_signed(bench: Bench) -> None:
    whole = deposit(NOW + 120)
    bench.clock.now += DAY
    assert bench.rule(whole, 0) == "expired"
    assert bench.record.of_plan(whole.plan_id) == []


@pytest.mark.parametrize("jump", [DAY, -DAY])
async def test_both_clocks_jump_between_two_steps(it: Workshop, jump: int) -> None:
    """Forward, the signer lets the second step go no more and the allowance is taken back; back, it is as planned."""
    passed = 0

    def leap(point: Point) -> None:
        nonlocal passed
        passed += point is Point.NOTED
        if point is Point.NOTED and passed == 1:
            it.clock.now += jump

    made = await it.confirmed()
    with watched(leap):
        outcome = await it.manager.run(made)
    if jump > 0:
        assert outcome.end is End.PARTIAL
        assert "confirmed too long ago" in outcome.reason
        assert (it.chain.allowance(), it.chain.supplied(5_000_000)) == (0, 0)
    else:
        assert (outcome.end, it.chain.supplied(5_000_000)) == (End.SETTLED, 1)
    assert (await it.row(made)).status is (PlanStatus.PARTIAL if jump > 0 else PlanStatus.SETTLED)
    assert len(it.chain.txs) == len(await it.attempts()) == 2
    assert await it.recover() == []
    assert len(it.chain.txs) == 2
    assert await it.ledger.verify_audit() == []


def test_a_contact_that_only_a_wrong_clock_let_pass_waits_again(bench: Bench) -> None:
    send = plan(step(USDC_AT, TRANSFER, FRIEND, 5), account=OWNER, not_after=NOW + 10**6)
    bench.ask("contact", name="friend", address=FRIEND)
    bench.clock.now -= DAY
    assert bench.rule(send) == "recipients"  # a clock that was set back makes it wait for longer
    bench.clock.now += 2 * DAY
    assert "raw" in bench.sign(send)  # one that was set forward ends the wait: what isn't promised
    bench.clock.now -= DAY
    later = plan(step(USDC_AT, TRANSFER, FRIEND, 6), account=OWNER, not_after=NOW + 10**6, plan_id=f"{9:032x}")
    assert bench.rule(later, nonce=8) == "recipients"


def test_a_loosening_that_a_wrong_clock_let_pass_stays(bench: Bench) -> None:
    """What isn't promised: once it holds it holds, until somebody tightens it again, which is immediate."""
    fee = int(bench.ask("caps")["max_fee_wei"])
    bench.ask("limits", changes={"max_fee_wei": str(2 * fee)})
    bench.clock.now -= DAY
    assert bench.ask("caps")["max_fee_wei"] == str(fee)
    bench.clock.now += 2 * DAY
    assert bench.ask("caps")["max_fee_wei"] == str(2 * fee)
    bench.clock.now -= DAY
    assert bench.ask("caps")["max_fee_wei"] == str(2 * fee)
    bench.ask("limits", changes={"max_fee_wei": str(fee)})
    assert bench.ask("caps")["max_fee_wei"] == str(fee)
