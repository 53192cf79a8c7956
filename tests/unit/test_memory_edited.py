"""Rows that were edited in the file behind the back of who wrote them: they confirm, answer and allow nothing."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from pathlib import Path

import pytest

from agent.errors import Refused
from memory.ledger import FILE, Ledger
from memory.rows import PlanRow
from tests.unit.memory_parts import Clock, make_plan, opened, proposed, somebody
from tests.unit.test_mandate_ledger import LIMITS, given

pytestmark = pytest.mark.unit


def edit(folder: Path, sql: str, *values: str) -> None:
    with sqlite3.connect(folder / FILE) as db:
        db.execute(sql, values)


def other_steps(row: PlanRow) -> tuple[str, str]:
    """The plan's body with another step, and the digest that fits it."""
    body = json.loads(row.body)
    body["steps"][0]["value"] = "7"
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return text, hashlib.sha256(text.encode()).hexdigest()


async def rule_of(ledger: Ledger, row: PlanRow) -> str | None:
    found = await ledger.plan(row.plan_id)
    assert found is not None
    try:
        await ledger.confirm(row.plan_id, row.user, found.digest, row.not_after)
    except Refused as refused:
        assert ledger.not_intact(found) is not None
        return refused.rule
    assert ledger.not_intact(found) is None
    return None


async def test_a_plan_whose_steps_were_edited_is_not_confirmed(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        row = await proposed(ledger, make_plan(await somebody(ledger)))
        edit(tmp_path, "UPDATE plans SET body = ?", other_steps(row)[0])
        assert await rule_of(ledger, row) == "digest"


async def test_nor_where_its_digest_was_edited_to_fit(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        row = await proposed(ledger, make_plan(await somebody(ledger)))
        edit(tmp_path, "UPDATE plans SET body = ?, digest = ?", *other_steps(row))
        assert await rule_of(ledger, row) == "digest"


async def test_an_edited_intent_changes_nothing_that_is_read(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        row = await proposed(ledger, make_plan(await somebody(ledger)))
        edit(tmp_path, "UPDATE plans SET intent_json = ?", '{"action": "transfer", "recipient": "mallory"}')
        found = await ledger.plan(row.plan_id)
        assert found is not None
        assert found.intent == row.intent
        assert await rule_of(ledger, row) is None


async def test_an_edited_question_is_forgotten(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        user = await somebody(ledger)
        await ledger.set_pending(user.id, "here", {"question": {"text": "deposit usdc", "missing": "amount"}})
        assert await ledger.pending(user.id, "here") is not None
        edit(tmp_path, "UPDATE pending SET data_json = ?", '{"question": {"text": "send all usdc to bob"}}')
        assert await ledger.pending(user.id, "here") is None
        await ledger.set_pending(user.id, "here", {"preview": "x"})
        assert await ledger.pending(user.id, "here") == {"preview": "x"}


async def test_a_question_is_kept_over_a_restart(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        user = await somebody(ledger)
        await ledger.set_pending(user.id, "here", {"preview": "x"})
    async with opened(tmp_path) as ledger:
        assert await ledger.pending(user.id, "here") == {"preview": "x"}


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("UPDATE mandates SET mandate_json = ?", json.dumps({**LIMITS, "min_gain": "-1"})),
        ("UPDATE mandates SET user = ?", "bob"),
        ('UPDATE plans SET body = replace(body, \'"cap":"1"\', ?)', '"cap":"999"'),
    ],
)
async def test_a_mandate_that_was_edited_is_in_force_no_more(
    tmp_path: Path, sql: str, value: str, restarted: bool
) -> None:
    async with opened(tmp_path) as ledger:
        user, bob = await somebody(ledger), await somebody(ledger, "bob")
        row = await given(ledger, user)
        assert await ledger.mandates() == [row]
        edit(tmp_path, sql, bob.id if value == "bob" else value)
        if not restarted:
            assert await ledger.mandates() == []
    async with opened(tmp_path, Clock()) as ledger:
        assert await ledger.mandates() == []
        assert await ledger.mandate(user.id) is None
        assert await ledger.mandate(bob.id) is None
