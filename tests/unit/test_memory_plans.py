"""Plans are confirmed exactly once, by their own user, in time, and hold their funds until they end."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from agent.errors import Refused
from agent.intents import Origin
from memory.rows import AttemptStatus, ChainMark, Flow, FlowKind, NetDeposit, PlanRow, PlanStatus
from tests.unit.memory_parts import (
    ACCOUNT,
    HUGE,
    TOKEN,
    VENUE,
    Clock,
    attempted,
    confirmed,
    make_plan,
    opened,
    proposed,
    somebody,
)

pytestmark = pytest.mark.unit


async def refused(rule: str, awaitable: object) -> Refused:
    with pytest.raises(Refused) as caught:
        await awaitable  # type: ignore[misc]
    assert caught.value.rule == rule
    return caught.value


async def test_a_plan_comes_back_as_it_was_proposed(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        plan = make_plan(await somebody(ledger), spend=HUGE)
        row = await proposed(ledger, plan)
        assert row.plan == plan
        assert row.digest == plan.digest == row.plan.digest
        assert row.status is PlanStatus.PROPOSED
        assert row.origins == {"amount": Origin(4, 9, "1,000")}
        assert await ledger.plan(plan.plan_id) == row
        assert await ledger.plan("nothing") is None


async def test_of_50_confirmations_one_counts(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        plan = make_plan(await somebody(ledger))
        row = await proposed(ledger, plan)
        tries = [ledger.confirm(plan.plan_id, plan.user, row.digest, 0) for _ in range(50)]
        results = await asyncio.gather(*tries, return_exceptions=True)
        winners = [result for result in results if isinstance(result, PlanRow)]
        assert [winner.status for winner in winners] == [PlanStatus.CONFIRMED]
        assert {result.rule for result in results if isinstance(result, Refused)} == {"single-use"}
        assert await ledger.reserved(ACCOUNT) == {TOKEN: 1_000}


async def test_a_confirmation_must_be_the_owners_and_of_the_same_steps(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        plan = make_plan(await somebody(ledger))
        row = await proposed(ledger, plan)
        await refused("owner", ledger.confirm(plan.plan_id, "someone else", row.digest, 0))
        await refused("digest", ledger.confirm(plan.plan_id, plan.user, "0" * 64, 0))
        await refused("unknown-plan", ledger.confirm("0" * 32, plan.user, row.digest, 0))
        assert await ledger.reserved(ACCOUNT) == {}
        assert (await ledger.confirm(plan.plan_id, plan.user, row.digest, 0)).confirmed_at == 1_800_000_000


async def test_a_body_that_was_edited_in_the_file_is_not_confirmed(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        plan = make_plan(await somebody(ledger))
        row = await proposed(ledger, plan)
        await ledger._store.write(lambda db: db.execute("UPDATE plans SET body = replace(body, 'b2', 'c3')").rowcount)
        await refused("digest", ledger.confirm(plan.plan_id, plan.user, row.digest, 0))


async def test_a_late_confirmation_is_refused_and_the_plan_is_over(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        plan = make_plan(await somebody(ledger))
        row = await proposed(ledger, plan)
        await refused("expired", ledger.confirm(plan.plan_id, plan.user, row.digest, plan.not_after + 1))
        await refused("expired", ledger.confirm(plan.plan_id, plan.user, row.digest, 0))
        after = await ledger.plan(plan.plan_id)
        assert after is not None
        assert after.status is PlanStatus.EXPIRED


async def test_previews_are_live_in_their_own_channel_until_they_expire_or_are_cancelled(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        ann, bob = await somebody(ledger), await somebody(ledger, "bob")
        first, second, elsewhere, others = (make_plan(user, n) for n, user in enumerate([ann, ann, ann, bob], 1))
        for plan, channel in [(first, "here"), (second, "here"), (elsewhere, "there"), (others, "here")]:
            await proposed(ledger, plan, channel)
        live = await ledger.live_previews(ann.id, "here", first.not_after)
        assert [row.plan_id for row in live] == [first.plan_id, second.plan_id]
        assert await ledger.live_previews(ann.id, "here", first.not_after + 1) == []
        assert await ledger.cancel_previews(ann.id, "here") == [first.plan_id, second.plan_id]
        assert await ledger.live_previews(ann.id, "here", 0) == []
        assert len(await ledger.live_previews(ann.id, "there", 0)) == 1
        await refused("single-use", ledger.confirm(first.plan_id, ann.id, first.digest, 0))


async def test_a_status_moves_only_from_where_it_is_expected(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        plan = make_plan(await somebody(ledger))
        await confirmed(ledger, plan)
        assert [row.plan_id for row in await ledger.unsettled()] == [plan.plan_id]
        assert not await ledger.set_status(plan.plan_id, PlanStatus.PROPOSED, PlanStatus.VOID)
        assert await ledger.set_status(plan.plan_id, PlanStatus.CONFIRMED, PlanStatus.RUNNING)
        assert await ledger.reserved(ACCOUNT) == {TOKEN: 1_000}
        both = (PlanStatus.CONFIRMED, PlanStatus.RUNNING)
        assert await ledger.set_status(plan.plan_id, both, PlanStatus.VOID, "outside of its bounds")
        assert await ledger.reserved(ACCOUNT) == {}
        assert not await ledger.set_status(plan.plan_id, PlanStatus.VOID, PlanStatus.RUNNING)
        with pytest.raises(ValueError, match="confirm"):
            await ledger.set_status(plan.plan_id, PlanStatus.PROPOSED, PlanStatus.CONFIRMED)


async def test_reservations_add_up_and_count_only_what_leaves_the_account(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        user = await somebody(ledger)
        await confirmed(ledger, make_plan(user, 1, spend=HUGE))
        await confirmed(ledger, make_plan(user, 2, spend=7))
        assert await ledger.reserved(ACCOUNT) == {TOKEN: HUGE + 7}


def flow(kind: FlowKind, units: int, at: int = 10, venue: str | None = VENUE) -> Flow:
    return Flow("0xh0", venue, "USDC", TOKEN, ACCOUNT, units, kind, at, block=3)


async def test_settling_writes_the_flows_and_frees_the_funds_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        user = await somebody(ledger)
        plan, later = make_plan(user, 1), make_plan(user, 2)
        await confirmed(ledger, plan)
        moved = [flow(FlowKind.DEPOSIT, -HUGE), flow(FlowKind.FEE, -5, venue=None)]
        assert await ledger.settle(plan.plan_id, moved, PlanStatus.SETTLED)
        assert not await ledger.settle(plan.plan_id, moved, PlanStatus.SETTLED)
        assert await ledger.reserved(ACCOUNT) == {}
        assert await ledger.flows(ACCOUNT, 0, 10) == await ledger.flows_of_plan(plan.plan_id) == moved
        await confirmed(ledger, later)
        assert await ledger.settle(later.plan_id, [flow(FlowKind.WITHDRAW, 9, at=20)], PlanStatus.PARTIAL, "stopped")
        assert await ledger.net_deposits(ACCOUNT) == {(VENUE, TOKEN): NetDeposit(HUGE, 9)}
        assert await ledger.flows(ACCOUNT, 11, 20) == [flow(FlowKind.WITHDRAW, 9, at=20)]


async def test_the_plans_decision_learns_how_it_ended(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as ledger:
        user = await somebody(ledger)
        number = await ledger.decide(
            user=user.id,
            kind="deposit",
            rule="highest income after own impact",
            snapshot={"block": 7, "liquidity": HUGE},
            alternatives=[{"venue": VENUE, "income": HUGE}],
            chosen=VENUE,
        )
        plan = make_plan(user)
        row = await ledger.propose(plan, origins={}, preview={}, decisions=[number], channel="here")
        await ledger.confirm(plan.plan_id, user.id, row.digest, clock())
        await ledger.settle(plan.plan_id, [], PlanStatus.SETTLED)
        decision = await ledger.decision(number)
        assert decision is not None
        assert (decision.plan_id, decision.outcome) == (plan.plan_id, "settled")
        assert decision.snapshot == {"block": 7, "liquidity": HUGE}
        assert await ledger.last_decision(user.id) == await ledger.last_decision(user.id, VENUE) == decision
        assert await ledger.last_decision(user.id, "morpho:other:USDC") is None
        assert await ledger.last_decision("someone else") is None


async def test_a_pending_question_is_one_a_channel(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        user = await somebody(ledger)
        await ledger.set_pending(user.id, "here", {"missing": "amount"})
        await ledger.set_pending(user.id, "here", {"missing": "asset"})
        assert await ledger.pending(user.id, "here") == {"missing": "asset"}
        assert await ledger.pending(user.id, "there") is None
        await ledger.set_pending(user.id, "here", None)
        assert await ledger.pending(user.id, "here") is None


@pytest.mark.parametrize("action", ["deposit", "withdraw", "exit", "swap"])
async def test_a_freeze_that_lands_before_the_confirmation_counts(tmp_path: Path, action: str) -> None:
    async with opened(tmp_path) as ledger:
        plan = replace(make_plan(await somebody(ledger)), intent={"action": action})
        row = await proposed(ledger, plan)
        await ledger.set_frozen(True)
        with pytest.raises(Refused) as caught:
            await ledger.confirm(plan.plan_id, plan.user, row.digest, plan.not_after)
        assert caught.value.rule == "freeze"
        assert await ledger.reserved(ACCOUNT) == {}
        await ledger.set_frozen(False)
        assert (await ledger.confirm(plan.plan_id, plan.user, row.digest, plan.not_after)).status == "confirmed"


@pytest.mark.parametrize(
    ("action", "stops"),
    [
        ("deposit", True),
        ("swap", True),
        ("transfer", True),
        ("rebalance", True),
        ("sequence", True),
        ("something new", True),
        ("repay", True),
        ("withdraw", False),
        ("exit", False),
        ("revoke", False),
        ("claim", False),
    ],
)
async def test_a_pause_stops_what_isnt_known_to_take_money_out(tmp_path: Path, action: str, stops: bool) -> None:
    async with opened(tmp_path) as ledger:
        plan = replace(make_plan(await somebody(ledger)), intent={"action": action})
        row = await proposed(ledger, plan)
        await ledger.set_paused(plan.user, True)
        if not stops:
            assert (await ledger.confirm(plan.plan_id, plan.user, row.digest, plan.not_after)).status == "confirmed"
            return
        with pytest.raises(Refused) as caught:
            await ledger.confirm(plan.plan_id, plan.user, row.digest, plan.not_after)
        assert caught.value.rule == "pause"
        assert (await ledger.plan(plan.plan_id) or row).status == "proposed"


async def test_a_settlement_is_undone_in_one_piece(tmp_path: Path) -> None:
    """What its block held is pending again: funds, flows, the decision's outcome; the log tells it all."""
    async with opened(tmp_path) as ledger:
        user = await somebody(ledger)
        plan, other = make_plan(user), make_plan(user, 2)
        for number, each in enumerate((plan, other)):
            await confirmed(ledger, each)
            await attempted(ledger, each, nonce=number, hash=f"0xh{number}")
            figures = {"block_number": 5 + number, "block_hash": "0xb", "gas_used": 7, "fee_wei": 9}
            await ledger.mark_attempt(f"0xh{number}", AttemptStatus.MINED, **figures)  # type: ignore[arg-type]
            flow = Flow(f"0xh{number}", VENUE, "USDC", TOKEN, ACCOUNT, -1000, FlowKind.DEPOSIT, 1, 5 + number)
            await ledger.settle(each.plan_id, [flow], PlanStatus.SETTLED)
        await ledger.mark_chain(ChainMark(31337, "0xg", 6, "0xb"))
        await ledger.owe(other.plan_id, [0])
        await ledger.end_cleanup(other.plan_id, 0, "done")
        undone = await ledger.unsettle(["0xh1"], ChainMark(31337, "0xg", 5, "0xnew"), "gone")
        assert undone == [other.plan_id]
        row = await ledger.plan(other.plan_id)
        assert row is not None
        assert (row.status, row.reason, row.settled_at) == ("running", "gone", None)
        assert await ledger.flows_of_plan(other.plan_id) == []
        assert await ledger.reserved(ACCOUNT) == {TOKEN: 1000}
        (attempt,) = await ledger.attempts(other.plan_id)
        assert (attempt.status, attempt.block_number, attempt.block_hash) == ("signed", None, None)
        assert (attempt.gas_used, attempt.fee_wei) == (None, None)
        assert [each.step for each in await ledger.owed(ACCOUNT)] == [0]
        mark = await ledger.chain_mark()
        assert mark == ChainMark(31337, "0xg", 5, "0xnew")
        assert (await ledger.plan(plan.plan_id) or row).status == "settled"
        assert len(await ledger.flows_of_plan(plan.plan_id)) == 1
        assert await ledger.verify_audit() == []
        with pytest.raises(LookupError):
            await ledger.unsettle(["0xnone"], ChainMark(31337, "0xg", 5, "0xnew"), "gone")


async def test_flows_that_come_after_the_end_are_added_to_the_others(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        plan = make_plan(await somebody(ledger))
        await confirmed(ledger, plan)
        flow = Flow("0xh0", None, "gas", "native", ACCOUNT, -5, FlowKind.FEE, 1, 5)
        await ledger.settle(plan.plan_id, [flow], PlanStatus.PARTIAL)
        later = replace(flow, hash="0xh1", units=-6)
        await ledger.add_flows(plan.plan_id, [later])
        assert await ledger.flows_of_plan(plan.plan_id) == [flow, later]
        assert await ledger.verify_audit() == []
