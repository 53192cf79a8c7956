"""A ledger of any earlier Moneta, left with a transaction under way: today's opens it and ends the plan."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from sqlite_utils import Database

from agent.execution.fees import offered
from agent.execution.manager import Manager
from agent.execution.outcome import End
from agent.plans import Plan, canonical
from memory.audit.chain_of_hashes import append
from memory.ledger import Ledger
from memory.rows import AttemptStatus
from memory.steps.migrations import ledger as steps
from tests.unit.execution_parts import Here, model_chain
from tests.unit.model_chain import GWEI, Block, ModelChain
from tests.unit.policy_parts import CHAIN, USDC_AT, deposit_steps, plan
from tests.unit.signer_parts import NOW, OWNER, Bench, Clock

pytestmark = pytest.mark.unit

UNITS = 5_000_000
NAMES = [step.name for step in steps._migrations]
SINCE_ATTEMPTS = NAMES[NAMES.index("m005_attempts") :]


def written_by(folder: Path, last: str, made: Plan, signed: list[Any], block: Block) -> None:
    """The file as the version whose last migration was `last` left it: the first step is mined in `block`."""
    db = Database(sqlite3.connect(folder / "ledger.db", isolation_level=None))
    following = NAMES.index(last) + 1
    steps.apply(db, **({"stop_before": NAMES[following]} if following < len(NAMES) else {}))
    body = rfc8785.dumps(canonical(made))
    db.table("users").insert({"id": made.user, "name": "you", "created_at": NOW})
    db.table("accounts").insert({"address": OWNER, "user": made.user, "index": 0, "created_at": NOW})
    row: dict[str, Any] = {
        "plan_id": made.plan_id,
        "digest": hashlib.sha256(body).hexdigest(),
        "user": made.user,
        "channel": "here",
    }
    row |= {"account": OWNER, "chain_id": CHAIN, "body": body.decode(), "intent_json": json.dumps(made.intent)}
    row |= {"origins_json": "{}", "preview_json": "{}", "created_at": NOW, "not_after": made.not_after}
    db.table("plans").insert({**row, "status": "running", "confirmed_at": NOW})
    db.table("reservations").insert(
        {"plan_id": made.plan_id, "account": OWNER, "token": USDC_AT, "units": str(UNITS), "released_at": None}
    )
    for nonce, each in enumerate(signed):
        status = "signed" if nonce else "mined"
        mined = {} if nonce else {"block_number": block.number, "block_hash": block.hash}
        row = {"plan_id": made.plan_id, "step": nonce, "account": OWNER, "chain_id": CHAIN, "nonce": nonce}
        row |= {"hash": each.hash, "raw": each.raw.hex(), "max_fee_wei": "1", "status": status}
        db.table("attempts").insert({**row, **mined, "created_at": NOW, "updated_at": NOW})
        if "audit" in db.table_names():
            said = {"hash": each.hash, "status": status}
            append(db, at=NOW, kind=f"attempt.{status}", user=made.user, body=said, private={}, salt=None)
    if "audit" in db.table_names():
        for status in ("proposed", "running"):
            said = {"plan_id": made.plan_id, "status": status, "digest": made.digest}
            append(db, at=NOW, kind=f"plan.{status}", user=made.user, body=said, private={}, salt=None)
    db.conn.close()


@pytest.mark.parametrize(("last", "reached"), [(name, place % 2 == 0) for place, name in enumerate(SINCE_ATTEMPTS)])
async def test_a_transaction_under_way_when_it_was_updated(tmp_path: Path, last: str, reached: bool) -> None:
    """The deposit was sent where `reached`, else it never left the process that signed it."""
    bench = Bench(tmp_path, Clock())
    bench.unlock()
    signer, chain = Here(bench), model_chain()
    made = plan(*deposit_steps(UNITS, OWNER), account=OWNER, user="u1", not_after=NOW + 120)
    fee = offered(GWEI)
    terms = (fee.max_fee_per_gas, fee.max_priority_fee_per_gas)
    signed = [await signer.sign(made, step, step, *terms, {}) for step in (0, 1)]
    await chain.send_raw(signed[0].raw)
    block = chain.head
    if reached:
        await chain.send_raw(signed[1].raw)
    written_by(tmp_path, last, made, signed, block)
    ledger = await Ledger.open(tmp_path, Clock(), executes=True)
    try:
        assert ledger.broken == ""  # nothing of an earlier version passes for damage
        await _ends_well(ledger, chain, signer, made)
        whole = NAMES.index(last) >= NAMES.index("m009_audit")
        assert await ledger.verify_audit() == [] or not whole
    finally:
        await ledger.close()
        bench.record.close()


async def _ends_well(ledger: Ledger, chain: ModelChain, signer: Here, made: Plan) -> None:
    manager = Manager(chain, ledger, signer)
    await manager.catch_up(OWNER, CHAIN)
    (row,) = await ledger.unsettled()
    assert row.plan.digest == made.digest
    outcome = await manager.recover(row.plan)
    assert outcome.end is End.SETTLED, outcome.reason
    assert chain.supplied(UNITS) == 1
    assert [each.status for each in await ledger.attempts(made.plan_id)] == [AttemptStatus.MINED] * 2
    assert await ledger.reserved(OWNER) == {}
    assert {op for op, _ in signer.asked} == {"sign"}
    assert len(signer.asked) == 2  # before the update; nothing is signed anew
    assert await ledger.strangers(OWNER) == []
