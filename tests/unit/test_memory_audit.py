"""The audit chain names what was changed, removed or moved; forgetting leaves it whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent.money import address
from memory.audit.chain_of_hashes import salted
from memory.ledger import Ledger
from memory.rows import AttemptStatus, Flow, FlowKind, Inbound, PlanStatus
from tests.unit.memory_parts import ACCOUNT, TOKEN, attempted, confirmed, make_plan, on_disk, opened, somebody

pytestmark = pytest.mark.unit

SECRET = "grandmother"


async def lived_in(ledger: Ledger) -> str:
    """A ledger with a bit of everything; the id of its user. Rows 1 to 11 of the audit log."""
    user = await somebody(ledger)  # 1
    await ledger.ensure_account(user.id, ACCOUNT, 0)  # 2
    await ledger.add_contact(user.id, SECRET, address("0x" + "c4" * 20), ripe_at=0)  # 3
    plan = make_plan(user)
    await confirmed(ledger, plan)  # 4, 5
    await attempted(ledger, plan)  # 6
    await ledger.mark_attempt("0xh0", AttemptStatus.MINED, block_number=1)  # 7
    moved = Flow("0xh0", None, "USDC", TOKEN, ACCOUNT, -1_000, FlowKind.TRANSFER, 10, 1)
    await ledger.settle(plan.plan_id, [moved], PlanStatus.SETTLED)  # 8, 9
    await ledger.set_paused(user.id, True)  # 10
    await ledger.set_paused(user.id, False)  # 11
    return user.id


async def edit(ledger: Ledger, *statements: str) -> None:
    def run(db: Any) -> None:
        for statement in statements:
            db.execute(statement)

    await ledger._store.write(run)


async def test_an_untouched_log_is_whole(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        assert await ledger.verify_audit() == []
        await lived_in(ledger)
        assert await ledger.verify_audit() == []
        assert (await ledger.audit_head())[0] == 11
    async with opened(tmp_path) as ledger:
        assert await ledger.verify_audit() == []


@pytest.mark.parametrize(
    "change",
    ["at = at + 1", "kind = 'user.paused'", "user = 'another'", "body_json = '{}'", "prev_hash = hash"],
)
async def test_a_changed_row_is_named(tmp_path: Path, change: str) -> None:
    async with opened(tmp_path) as ledger:
        await lived_in(ledger)
        await edit(ledger, f"UPDATE audit SET {change} WHERE seq = 3")  # noqa: S608
        assert any(problem.startswith("audit row 3 (") for problem in await ledger.verify_audit())


async def test_a_row_written_anew_breaks_the_next_ones_link(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        await lived_in(ledger)
        await edit(ledger, "UPDATE audit SET hash = prev_hash WHERE seq = 3")
        assert "audit row 4 doesn't follow from row 3: one of them was changed" in await ledger.verify_audit()


@pytest.mark.parametrize(
    ("where", "problem"),
    [
        ("seq = 1", "audit row 1 is missing"),
        ("seq IN (2, 3)", "audit rows 2 to 3 are missing"),
        ("seq > 9", "audit rows 10 to 11 are missing"),
    ],
)
async def test_missing_rows_are_named_the_last_ones_too(tmp_path: Path, where: str, problem: str) -> None:
    async with opened(tmp_path) as ledger:
        await lived_in(ledger)
        await edit(ledger, f"DELETE FROM audit WHERE {where}")  # noqa: S608
        assert problem in await ledger.verify_audit()


async def test_rows_in_another_order_are_named(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        await lived_in(ledger)
        swap = [f"UPDATE audit SET seq = {new} WHERE seq = {old}" for old, new in [(10, 99), (11, 10), (99, 11)]]  # noqa: S608
        await edit(ledger, *swap)
        problems = await ledger.verify_audit()
        assert "audit row 10 (user.resumed) was changed" in problems
        assert "audit row 11 (user.paused) was changed" in problems


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("UPDATE plans SET status = 'confirmed'", "is confirmed, which the audit log doesn't say"),
        ("UPDATE plans SET body = replace(body, 'USDC', 'DAI')", "its digest differs"),
        ("UPDATE attempts SET status = 'lost'", "attempt 0xh0 is lost, which the audit log doesn't say"),
        ("DELETE FROM attempts", "attempt 0xh0 stands in the audit log alone"),
        ("UPDATE flows SET units = '-1001'", "the flows of plan"),
        ("DELETE FROM flows", "stands in the audit log alone"),
    ],
)
async def test_a_journal_that_contradicts_the_log_is_named(tmp_path: Path, change: str, problem: str) -> None:
    async with opened(tmp_path) as ledger:
        await lived_in(ledger)
        await edit(ledger, change)
        problems = await ledger.verify_audit()
        assert len(problems) == 1
        assert problem in problems[0]


async def test_private_text_is_in_the_log_as_a_salted_hash(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        await lived_in(ledger)
        (row,) = await ledger._store.read(
            lambda db: list(db.query("SELECT * FROM audit WHERE kind = 'contact.added'"))
        )
        assert SECRET not in row["body_json"]
        assert salted(row["salt"], SECRET) in row["body_json"]


async def test_forgetting_is_real_and_the_chain_stays_whole(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        user = await lived_in(ledger)
        row = await ledger.accept(Inbound("terminal", "1", "here", user, "the heron flies at noon"))
        assert row is not None
        reply = await ledger.finish(row.id, {"text": "the heron has flown"})
        await ledger.sent(reply.id)
        await ledger.set_pending(user, "here", {"text": "which heron?"})
        assert b"heron" in b"".join(on_disk(tmp_path).values())
        await ledger.forget_words(user)
        assert b"heron" not in b"".join(on_disk(tmp_path).values())
        assert await ledger.verify_audit() == []
        salts = await ledger._store.read(lambda db: list(db.query("SELECT 1 FROM audit WHERE salt IS NOT NULL")))
        assert salts == []
        assert await ledger.contact(user, SECRET) is not None
