"""What was signed is written down once, before it leaves, with every digit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent.errors import Refused
from memory.rows import AttemptKind, AttemptStatus, Owed, PlanStatus
from tests.unit.memory_parts import ACCOUNT, HUGE, Clock, attempted, confirmed, make_plan, opened, proposed, somebody

pytestmark = pytest.mark.unit


async def test_big_integers_round_trip(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        plan = make_plan(await somebody(ledger))
        await confirmed(ledger, plan)
        await attempted(ledger, plan)
        mined = await ledger.mark_attempt(
            "0xh0", AttemptStatus.MINED, block_number=9, block_hash="0xb", gas_used=21_000, fee_wei=HUGE
        )
        assert (mined.fee_wei, mined.max_fee_wei, mined.raw) == (HUGE, HUGE, b"\x02\xf8")
    async with opened(tmp_path) as ledger:
        assert await ledger.attempt("0xh0") == mined
        assert await ledger.attempts(plan.plan_id) == [mined]


async def test_nothing_of_an_unconfirmed_plan_is_written_down(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        plan = make_plan(await somebody(ledger))
        await proposed(ledger, plan)
        with pytest.raises(Refused) as caught:
            await attempted(ledger, plan)
        assert caught.value.rule == "unconfirmed"


@pytest.mark.parametrize(
    ("step", "nonce", "hash"), [(0, 1, "0xh1"), (1, 0, "0xh1"), (1, 1, "0xh0")], ids=["step", "nonce", "hash"]
)
async def test_a_step_a_nonce_and_a_hash_have_one_live_attempt(
    tmp_path: Path, step: int, nonce: int, hash: str
) -> None:
    async with opened(tmp_path) as ledger:
        plan = make_plan(await somebody(ledger))
        await confirmed(ledger, plan)
        await attempted(ledger, plan)
        with pytest.raises(Refused) as caught:
            await attempted(ledger, plan, step=step, nonce=nonce, hash=hash)
        assert caught.value.rule == "exactly-once"
        assert len(await ledger.attempts(plan.plan_id)) == 1


async def test_a_lost_attempt_frees_its_step_and_its_nonce(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        plan = make_plan(await somebody(ledger))
        await confirmed(ledger, plan)
        assert await ledger.highest_nonce(ACCOUNT) is None
        await attempted(ledger, plan)
        await attempted(ledger, plan, step=1, nonce=1, hash="0xh1")
        await ledger.mark_attempt("0xh1", AttemptStatus.LOST)
        assert await ledger.highest_nonce(ACCOUNT) == 0
        await attempted(ledger, plan, step=1, nonce=1, hash="0xh2")
        await ledger.mark_attempt("0xh0", AttemptStatus.BROADCAST)
        open_ones = await ledger.open_attempts(ACCOUNT)
        assert [(one.hash, one.status) for one in open_ones] == [("0xh0", "broadcast"), ("0xh2", "signed")]
        assert await ledger.open_attempts() == open_ones
        assert await ledger.open_attempts(make_plan(await somebody(ledger)).steps[0].to) == []


async def test_marking_what_was_never_written_down_is_an_error(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        with pytest.raises(LookupError):
            await ledger.mark_attempt("0xnone", AttemptStatus.MINED)


async def test_a_replacement_takes_the_place_of_an_open_one_at_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        plan = make_plan(await somebody(ledger))
        await confirmed(ledger, plan)
        await attempted(ledger, plan)
        await attempted(ledger, plan, hash="0xh1", replaces="0xh0")
        old, new = await ledger.attempts(plan.plan_id)
        assert (old.status, new.status, new.replaces) == (AttemptStatus.REPLACED, AttemptStatus.SIGNED, "0xh0")
        assert (old.open, new.open, new.mined) == (False, True, False)
        assert await ledger.attempts_at(ACCOUNT, plan.chain_id, 0) == [old, new]
        assert await ledger.verify_audit() == []


@pytest.mark.parametrize("change", [{"step": 1}, {"nonce": 1}])
async def test_only_the_same_step_at_the_same_nonce_is_replaced(tmp_path: Path, change: dict[str, Any]) -> None:
    async with opened(tmp_path) as ledger:
        plan = make_plan(await somebody(ledger))
        await confirmed(ledger, plan)
        await attempted(ledger, plan)
        with pytest.raises(Refused) as caught:
            await attempted(ledger, plan, hash="0xh1", replaces="0xh0", **change)
        assert caught.value.rule == "exactly-once"
        (left,) = await ledger.attempts(plan.plan_id)
        assert left.open


@pytest.mark.parametrize("status", [AttemptStatus.MINED, AttemptStatus.REPLACED, AttemptStatus.LOST])
async def test_only_what_is_open_is_replaced(tmp_path: Path, status: AttemptStatus) -> None:
    async with opened(tmp_path) as ledger:
        plan = make_plan(await somebody(ledger))
        await confirmed(ledger, plan)
        await attempted(ledger, plan)
        await ledger.mark_attempt("0xh0", status)
        with pytest.raises(Refused):
            await attempted(ledger, plan, hash="0xh1", replaces="0xh0")
        assert (await ledger.attempts(plan.plan_id))[0].status is status


@pytest.mark.parametrize("status", [AttemptStatus.MINED, AttemptStatus.REVERTED])
async def test_whatever_is_mined_settles_its_nonce(tmp_path: Path, status: AttemptStatus) -> None:
    async with opened(tmp_path) as ledger:
        plan = make_plan(await somebody(ledger))
        await confirmed(ledger, plan)
        await attempted(ledger, plan)
        await attempted(ledger, plan, hash="0xh1", replaces="0xh0")
        await ledger.mark_attempt("0xh0", status, block_number=7, block_hash="0xb", gas_used=1, fee_wei=2)
        assert [each.status for each in await ledger.attempts(plan.plan_id)] == [status, AttemptStatus.REPLACED]
        await ledger.mark_attempt("0xh1", AttemptStatus.MINED, block_number=8, block_hash="0xc")
        first, second = await ledger.attempts(plan.plan_id)
        assert (first.status, first.block_number, first.fee_wei) == (AttemptStatus.REPLACED, None, None)
        assert (second.mined, second.block_number) == (True, 8)
        assert await ledger.verify_audit() == []


async def test_bytes_that_were_lost_are_open_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        plan = make_plan(await somebody(ledger))
        await confirmed(ledger, plan)
        await attempted(ledger, plan)
        await ledger.mark_attempt("0xh0", AttemptStatus.LOST)
        others: list[dict[str, Any]] = [{"step": 1}, {"nonce": 1}]
        for other in others:
            with pytest.raises(Refused):
                await attempted(ledger, plan, **other)
        await attempted(ledger, plan)
        (again,) = await ledger.attempts(plan.plan_id)
        assert again.status is AttemptStatus.SIGNED
        assert await ledger.verify_audit() == []


async def test_after_its_end_only_what_is_owed_and_cancellations_are_written_down(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        plan = make_plan(await somebody(ledger))
        await confirmed(ledger, plan)
        await ledger.owe(plan.plan_id, [2])
        await ledger.settle(plan.plan_id, [], PlanStatus.PARTIAL, "stopped")
        with pytest.raises(Refused) as caught:
            await attempted(ledger, plan, step=1)
        assert caught.value.rule == "unconfirmed"
        await attempted(ledger, plan, step=2)
        await attempted(ledger, plan, step=1, nonce=1, hash="0xc", kind=AttemptKind.CANCEL)
        assert [each.kind for each in await ledger.attempts(plan.plan_id)] == ["step", "cancel"]
        await ledger.end_cleanup(plan.plan_id, 2, "done")
        with pytest.raises(Refused):
            await attempted(ledger, plan, step=2, nonce=2, hash="0xd")
        assert await ledger.verify_audit() == []


async def test_the_latest_that_is_mined(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        plan = make_plan(await somebody(ledger))
        await confirmed(ledger, plan)
        assert await ledger.last_mined(ACCOUNT) is None
        for step, block in ((0, 5), (1, 9), (2, 9)):
            await attempted(ledger, plan, step=step, nonce=step, hash=f"0xh{step}")
            figures: dict[str, Any] = {"block_number": block, "block_hash": f"0xb{block}"}
            await ledger.mark_attempt(f"0xh{step}", AttemptStatus.MINED, **figures)
        last = await ledger.last_mined(ACCOUNT)
        assert last is not None
        assert last.hash == "0xh2"
        assert await ledger.mined_blocks(ACCOUNT, 5) == [(5, "0xb5"), (9, "0xb9")]
        assert await ledger.mined_blocks(ACCOUNT, 6) == [(9, "0xb9")]
        assert await ledger.mined_in(ACCOUNT, ["0xb9"]) == ["0xh1", "0xh2"]
        assert await ledger.mined_in(ACCOUNT, ["0xb5", "0xb7"]) == ["0xh0"]
        assert await ledger.mined_in(ACCOUNT, []) == []


async def test_who_has_something_that_isnt_over(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as ledger:
        user = await somebody(ledger)
        assert await ledger.restless(0) == []
        plan = make_plan(user)
        await confirmed(ledger, plan)
        assert await ledger.restless(clock.now) == [user.id]
        await attempted(ledger, plan)
        await ledger.mark_attempt("0xh0", AttemptStatus.MINED, block_number=1)
        await ledger.settle(plan.plan_id, [], PlanStatus.SETTLED)
        assert await ledger.restless(clock.now) == [user.id]
        assert await ledger.restless(clock.now + 1) == []
        await ledger.owe(plan.plan_id, [1])
        assert await ledger.restless(clock.now + 1) == [user.id]


async def test_what_is_owed_keeps_the_terms_that_were_asked_for(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        plan = make_plan(await somebody(ledger))
        await confirmed(ledger, plan)
        await ledger.owe(plan.plan_id, [2, 1])
        assert await ledger.owed(ACCOUNT) == [Owed(plan.plan_id, step, None, None, None) for step in (1, 2)]
        asked = Owed(plan.plan_id, 2, 7, HUGE, 1)
        await ledger.ask_for(asked)
        await ledger.owe(plan.plan_id, [2])  # what is owed already stays as it is
        assert await ledger.owed_of(plan.plan_id, 2) == asked
        await ledger.end_cleanup(plan.plan_id, 2, "done")
        assert await ledger.owed_of(plan.plan_id, 2) is None
        assert [each.step for each in await ledger.owed(ACCOUNT)] == [1]
        assert await ledger.owed(plan.steps[0].to) == []
