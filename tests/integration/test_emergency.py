"""A ledger that can't be written or read: money still comes out, and the ledger learns of it afterwards."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from agent.chain.rpc import Rpc
from agent.errors import Refused
from agent.replies.reply import Reply
from devnet import Node
from memory.journal.exit_log import FILE as EXITS
from memory.journal.exit_log import ExitLog
from memory.ledger import FILE, Ledger
from memory.rows import PlanStatus
from memory.sqlite.connection import Broken
from tests.integration.runtime_parts import AAVE, BOB, MORPHO, USDC, Whole, deposit, opened, rule, status

pytestmark = pytest.mark.integration


class Killed(BaseException):
    """The process ends here: nothing behind it runs."""


async def stop_writes(whole: Whole) -> None:
    """From now on SQLite refuses every write: SQLITE_READONLY, as of a disk that was remounted read-only."""
    await whole.world.ledger._store.write(lambda db: db.execute("PRAGMA query_only = ON").fetchall())


async def fill_the_disk(whole: Whole) -> None:
    """The file can't grow, and what room it had is used up: SQLite's own SQLITE_FULL at some later write."""
    store = whole.world.ledger._store
    await store.write(lambda db: db.execute("PRAGMA max_page_count = 1").fetchall())
    rows = "INSERT INTO observations (venue, day, seen) VALUES (hex(randomblob(20)), 1, randomblob(112))"
    with pytest.raises(Broken, match="disk is full"):
        await _until_it_fails(lambda: store.submit(lambda db: db.execute(rows)))


async def _until_it_fails(write: Callable[[], Awaitable[object]]) -> None:
    for _ in range(10_000):
        await write()


def damage(folder: Path) -> None:
    """Every page but the first few is overwritten, as a dying disk leaves it."""
    for name in (f"{FILE}-wal", f"{FILE}-shm"):
        (folder / name).unlink(missing_ok=True)
    path = folder / FILE
    content = path.read_bytes()
    path.write_bytes(content[:8192] + b"\xa5" * (len(content) - 8192))


async def leave(whole: Whole) -> Reply:
    preview = await whole.say("exit everything")
    assert status(preview) == "ready", preview.text
    assert "only take money out" in preview.text
    return await whole.say("confirm")


async def problems(folder: Path) -> list[str]:
    ledger = await Ledger.open(folder, lambda: 0)
    try:
        return await ledger.verify_audit()
    finally:
        await ledger.close()


async def test_a_ledger_that_can_not_be_written_lets_money_out_and_none_in(devnet_node: Node, tmp_path: Path) -> None:
    async with opened(tmp_path, devnet_node) as whole:
        await whole.do(deposit("1000"))
        before = whole.balance("USDC")
        await stop_writes(whole)
        refused = await whole.say("deposit 10 usdc")
        assert (status(refused), rule(refused)) == ("refused", "ledger")
        assert "can't be opened or written" in refused.text
        for words in ("pause", "add contact bob 0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "swap 1 eth to usdc"):
            assert rule(await whole.say(words)) == "ledger", words
        assert "at work" in (await whole.say("portfolio")).text
        done = await leave(whole)
        assert status(done) == "settled", done.text
        assert whole.balance("USDC") >= before + 1_000 * USDC - 1
        hashes = [tx["hash"] for tx in done.txs]
    log = ExitLog(tmp_path / EXITS)
    assert [entry["attempt"]["hash"] for entry in log.entries()] == hashes
    log.close()

    async with opened(tmp_path, devnet_node) as whole:
        assert whole.world.ledger.broken == ""
        (told,) = await whole.instance.service.recover()
        assert status(told) == "settled"
        attempts = await whole.attempts()
        assert [each.hash for each in attempts][-len(hashes) :] == hashes
        assert {str(each.status) for each in attempts} == {"mined"}
        assert await whole.position(MORPHO) == 0
        flows = await whole.world.ledger.flows(whole.account, 0, 2**40)
        assert {"withdraw", "deposit"} <= {str(flow.kind) for flow in flows}
        nonce = whole.nonce()
        await whole.do(deposit("10"))  # and all is as before
        assert whole.nonce() == nonce + 2
    assert await problems(tmp_path) == []
    log = ExitLog(tmp_path / EXITS)
    assert log.entries() == []
    log.close()


async def test_a_disk_that_is_full_at_whatever_write(devnet_node: Node, tmp_path: Path) -> None:
    async with opened(tmp_path, devnet_node) as whole:
        await whole.do(deposit("1000"))
        before = whole.balance("USDC")
        await fill_the_disk(whole)
        preview = await whole.say("exit everything")
        assert status(preview) == "ready", preview.text
        done = await whole.say("confirm")
        assert status(done) == "settled", done.text
        assert whole.balance("USDC") >= before + 1_000 * USDC - 1
        nonce = whole.nonce()
        assert "disk is full" in whole.world.ledger.broken
    async with opened(tmp_path, devnet_node) as whole:
        await whole.instance.service.recover()
        assert whole.nonce() == nonce
        assert {str(row.status) for row in await whole.world.ledger.plans_of(whole.user.id, 0, 2**40)} == {"settled"}
        assert len(await whole.attempts()) == nonce
    assert await problems(tmp_path) == []


async def test_a_preview_from_before_is_not_entered(devnet_node: Node, tmp_path: Path) -> None:
    async with opened(tmp_path, devnet_node) as whole:
        assert status(await whole.say("deposit 10 usdc")) == "ready"
        await stop_writes(whole)
        assert rule(await whole.say("/confirm")) == "ledger"
        assert whole.nonce() == 0


async def test_nothing_is_promised_that_the_next_start_would_forget(devnet_node: Node, tmp_path: Path) -> None:
    """An account of which nothing is kept would be the next newcomer's; a mandate that was ended would go on."""
    async with opened(tmp_path, devnet_node) as whole:
        await whole.say("my limit is 500 USDC a day")
        await whole.say("remove my daily limit")
        assert status(await whole.say("rebalance my usdc automatically")) == "ready"
        assert status(await whole.say("confirm")) == "settled"
        await stop_writes(whole)
        newcomer = await whole.instance.service.user("telegram", "7", "eve")
        with pytest.raises(Refused, match="can't keep my ledger") as caught:
            await whole.instance.account_for(newcomer)
        assert caught.value.rule == "ledger"
        assert await whole.instance.account_for(whole.user) == whole.account
        for words in ("stop rebalancing", "cancel the change", f"my withdrawal address is {BOB}"):
            assert rule(await whole.say(words)) == "ledger", words
        assert "nothing to cancel" in (await whole.say("cancel")).text
    async with opened(tmp_path, devnet_node) as whole:
        assert len(await whole.world.ledger.waiting_limits(whole.user.id)) == 1
        assert await whole.world.ledger.mandate(whole.user.id) is not None


async def test_a_damaged_ledger_lets_its_owner_out(devnet_node: Node, tmp_path: Path) -> None:
    async with opened(tmp_path, devnet_node) as whole:
        await whole.do(deposit("1000", venue=AAVE))
        await whole.do(deposit("500"))
    damage(tmp_path)
    async with opened(tmp_path, devnet_node) as whole:
        assert "damaged" in whole.world.ledger.broken
        assert whole.world.ledger.lost
        before = whole.balance("USDC")
        done = await leave(whole)
        assert status(done) == "settled", done.text
        assert whole.balance("USDC") >= before + 1_500 * USDC - 2
        hashes = [tx["hash"] for tx in done.txs]

    for name in (FILE, f"{FILE}-wal", f"{FILE}-shm"):  # no copy to put back: a new ledger
        (tmp_path / name).unlink(missing_ok=True)
    async with opened(tmp_path, devnet_node) as whole:
        (told,) = await whole.instance.service.recover()
        assert status(told) == "settled"
        rows = await whole.world.ledger.plans_of(whole.user.id, 0, 2**40)
        found = [attempt.hash for row in rows for attempt in await whole.world.ledger.attempts(row.plan_id)]
        known = found or [a.hash for a in await every_attempt(whole)]
        assert known == hashes
    assert await problems(tmp_path) == []


async def every_attempt(whole: Whole) -> list[Any]:
    hashes = await whole.world.ledger._store.read(
        lambda db: [row[0] for row in db.execute("SELECT hash FROM attempts ORDER BY id").fetchall()]
    )
    return [await whole.world.ledger.attempt(each) for each in hashes]


@pytest.mark.parametrize("arrives", [True, False])
async def test_killed_in_an_emergency_exit(
    devnet_node: Node, tmp_path: Path, arrives: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signed, in the exit log, and the process is gone before it knew whether the node has it."""
    real = Rpc.send_raw

    async def send_raw(self: Rpc, raw: bytes) -> str:
        if arrives:
            await real(self, raw)
        raise Killed

    async with opened(tmp_path, devnet_node) as whole:
        await whole.do(deposit("1000"))
        before = whole.balance("USDC")
        nonce = whole.nonce()
        await stop_writes(whole)
        await whole.say("exit everything")
        with monkeypatch.context() as patch:
            patch.setattr(Rpc, "send_raw", send_raw)
            with pytest.raises(Killed):
                await whole.say("confirm")

    async with opened(tmp_path, devnet_node) as whole:
        (told,) = await whole.instance.service.recover()
        assert status(told) == "settled", told.text
        assert whole.nonce() == nonce + 1
        assert whole.balance("USDC") >= before + 1_000 * USDC - 1
    assert await problems(tmp_path) == []


async def test_an_entry_under_way_when_the_disk_fills_is_journalled_too(
    devnet_node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its approval was sent when nothing could be written any more: what follows stands in the exit log."""
    async with opened(tmp_path, devnet_node) as whole:
        real, sent = Rpc.send_raw, 0

        async def send_raw(self: Rpc, raw: bytes) -> str:
            nonlocal sent
            sent += 1
            if sent == 1:
                await stop_writes(whole)
            return await real(self, raw)

        await whole.ask(deposit("1000"))
        with monkeypatch.context() as patch:
            patch.setattr(Rpc, "send_raw", send_raw)
            reply = await whole.confirm()
        assert status(reply) in ("settled", "partial"), reply.text
        position = await whole.position(MORPHO)
        nonce = whole.nonce()
    async with opened(tmp_path, devnet_node) as whole:
        await whole.instance.service.recover()
        assert whole.nonce() == nonce
        assert await whole.position(MORPHO) >= position
        rows = await whole.world.ledger.plans_of(whole.user.id, 0, 2**40)
        assert [row.status for row in rows] == [PlanStatus.SETTLED]
        assert len(await whole.attempts()) == nonce
    assert await problems(tmp_path) == []


async def test_an_exit_log_that_is_full_sends_nothing(devnet_node: Node, tmp_path: Path) -> None:
    async with opened(tmp_path, devnet_node) as whole:
        await whole.do(deposit("1000"))
        log = whole.world.ledger.exit_log
        assert log is not None
        log.append({"plan": {}, "attempt": {}, "x": "x" * (512 * 1024 - 200)})
        await stop_writes(whole)
        nonce = whole.nonce()
        reply = await leave(whole)
        assert status(reply) in ("void", "refused", "partial"), reply.text
        assert whole.nonce() == nonce
        log.clear()


async def test_who_does_not_execute_neither_merges_nor_falls_back(devnet_node: Node, tmp_path: Path) -> None:
    async with opened(tmp_path, devnet_node) as whole:
        log = whole.world.ledger.exit_log
        assert log is not None
        log.append({"plan": {}, "attempt": {}})
        beside = await Ledger.open(tmp_path, lambda: 0)
        assert beside.exit_log is None
        assert await beside.merge_exits() == 0
        await beside.close()
        assert len(log.entries()) == 1
        log.clear()
