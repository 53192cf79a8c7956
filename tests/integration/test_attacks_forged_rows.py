"""Rows of the ledger edited in SQLite, by whoever stole the file or the chat process: nothing outside is signed.

The manager is handed what the rows say, as if every check before it had passed; the signer has its own lists, caps,
contacts and record, and reads none of it from the ledger.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from agent.errors import Refused
from agent.execution.manager import Manager
from agent.execution.outcome import End
from agent.plans import canonical, from_canonical
from devnet import Node
from memory.ledger import FILE
from tests.integration.runtime_parts import CAROL, MORPHO, deposit, opened, rule, status

pytestmark = pytest.mark.integration

Body = dict[str, Any]
TRANSFER = "transfer(address to,uint256 amount)"
STRANGER = "0x00000000000000000000000000000000DeaDBeef"


def edit(folder: Path, sql: str, *values: object) -> None:
    """What an attacker does to the file while everything runs."""
    with sqlite3.connect(folder / FILE, timeout=10) as db:
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute(sql, values)


def signatures(folder: Path) -> list[Body]:
    path = folder / "signer" / "signed.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()]


def recipient(body: Body) -> None:
    """A transfer in the place of the entry."""
    usdc = body["steps"][0]["to"]
    body["steps"] = [{**body["steps"][0], "to": usdc, "function": TRANSFER, "args": [CAROL, "5"], "role": "action"}]


def spender(body: Body) -> None:
    body["steps"][0]["args"][0] = STRANGER


def unlimited(body: Body) -> None:
    body["steps"][0]["args"][1] = str(2**256 - 1)


def too_much(body: Body) -> None:
    for step, place in ((body["steps"][0], 1), (body["steps"][1], 1)):
        step["args"][place] = str(10**15)


def contract(body: Body) -> None:
    body["steps"][1]["to"] = STRANGER


def beneficiary(body: Body) -> None:
    body["steps"][1]["args"] = [STRANGER if each == body["account"] else each for each in body["steps"][1]["args"]]


def disguised(body: Body) -> None:
    """A transfer that says it only takes an allowance back."""
    recipient(body)
    body["steps"].append({**body["steps"][0], "role": "cleanup"})


def bare(body: Body) -> None:
    """The chain's coin to a stranger."""
    body["steps"] = [{**body["steps"][0], "to": CAROL, "function": "", "args": [], "value": "5", "role": "action"}]


def chain(body: Body) -> None:
    body["chain_id"] = "1"


def fees(body: Body) -> None:
    body["max_total_fee_wei"] = str(10**21)


def late(body: Body) -> None:
    body["not_after"] = "1"


FORGERIES: list[tuple[Callable[[Body], None], str]] = [
    (recipient, "recipients"),
    (spender, "approvals"),
    (unlimited, "approvals"),
    (too_much, "caps"),
    (contract, "lists"),
    (beneficiary, "recipients"),
    (disguised, "recipients"),
    (bare, "recipients"),
    (chain, "chain"),
    (fees, "fees"),
    (late, "expired"),
]


async def test_a_forged_approved_row_gets_nothing_signed(tmp_path: Path, devnet_node: Node) -> None:
    async with opened(tmp_path, devnet_node) as whole:
        for forge, named in FORGERIES:
            row = await whole.row(await whole.ask(deposit("100", venue="aave-v3:core:USDC")))
            body = canonical(row.plan)
            forge(body)
            text = rfc8785.dumps(body)
            forged = "UPDATE plans SET body = ?, digest = ?, status = 'confirmed' WHERE plan_id = ?"
            edit(tmp_path, forged, text.decode(), hashlib.sha256(text).hexdigest(), row.plan_id)

            outcome = await Manager(whole.world.rpc, whole.world.ledger, whole.world.signer).run(from_canonical(body))

            assert (outcome.end, outcome.txs) == (End.VOID, ()), forge.__name__
            with pytest.raises(Refused) as refused:
                await whole.world.signer.sign(from_canonical(body), 0, 0, 10**9, 1)
            assert refused.value.rule == named, forge.__name__
        assert signatures(tmp_path) == []
        assert whole.nonce() == 0


async def test_a_done_plan_that_is_made_confirmed_again_isnt_signed_again(tmp_path: Path, devnet_node: Node) -> None:
    async with opened(tmp_path, devnet_node) as whole:
        row = await whole.row(await whole.do(deposit("100", venue=MORPHO)))
        before, nonce = signatures(tmp_path), whole.nonce()
        edit(tmp_path, "DELETE FROM attempts")
        edit(tmp_path, "UPDATE plans SET status = 'confirmed' WHERE plan_id = ?", row.plan_id)
        manager = Manager(whole.world.rpc, whole.world.ledger, whole.world.signer)
        outcome = await manager.run(row.plan)
        assert outcome.end is End.VOID
        assert "not sent by me" in outcome.reason  # the ledger doesn't know them any more
        await whole.world.ledger.acknowledge_strangers(whole.account, whole.user.id)
        edit(tmp_path, "UPDATE plans SET status = 'confirmed' WHERE plan_id = ?", row.plan_id)
        outcome = await manager.run(row.plan)
        assert outcome.end is End.VOID
        assert "signed before" in outcome.reason  # the signer does
        assert (signatures(tmp_path), whole.nonce()) == (before, nonce)


async def test_a_contact_that_only_the_ledger_knows_isnt_paid(tmp_path: Path, devnet_node: Node) -> None:
    async with opened(tmp_path, devnet_node) as whole:
        await whole.say(f"add contact bob {CAROL}")
        edit(tmp_path, "UPDATE contacts SET ripe_at = 0, address = ?", STRANGER)
        await whole.say("send 5 USDC to bob")
        reply = await whole.confirm()
        assert (status(reply), rule(reply)) != ("settled", None)
        assert signatures(tmp_path) == []
        assert whole.balance("USDC", STRANGER) == 0
