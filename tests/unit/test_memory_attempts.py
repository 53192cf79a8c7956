"""What was signed is written down once, before it leaves, with every digit."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.errors import Refused
from memory.rows import AttemptStatus
from tests.unit.memory_parts import ACCOUNT, HUGE, attempted, confirmed, make_plan, opened, proposed, somebody

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
