"""People, messages, the address book and the chain: each thing once, each to its owner."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from agent.errors import Refused
from agent.money import address
from memory.rows import ChainMark, Inbound
from tests.unit.memory_parts import ACCOUNT, TOKEN, Clock, opened, somebody

pytestmark = pytest.mark.unit

THERE = address("0x" + "d5" * 20)


async def test_an_identity_is_one_user_however_many_ask_at_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        users = await asyncio.gather(*[ledger.ensure_user("discord", "7", "ann") for _ in range(50)])
        assert len(set(users)) == 1
        assert await ledger.ensure_user("discord", "7", "another name") == users[0]
        assert (await ledger.ensure_user("telegram", "7", "ann")).id != users[0].id
        assert await ledger.user(users[0].id) == users[0]
        assert await ledger.user("nobody") is None


async def test_pause_and_freeze_are_kept(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as ledger:
        user = await somebody(ledger)
        assert not user.paused
        assert not await ledger.frozen()
        await ledger.set_paused(user.id, True)
        clock.now += 5
        await ledger.set_paused(user.id, True)
        await ledger.set_frozen(True)
    async with opened(tmp_path, clock) as ledger:
        paused = await ledger.user(user.id)
        assert paused is not None
        assert paused.paused_at == clock.now - 5
        assert await ledger.frozen()
        await ledger.set_paused(user.id, False)
        await ledger.set_frozen(False)
        assert await ledger.user(user.id) == user
        assert not await ledger.frozen()
        with pytest.raises(LookupError):
            await ledger.set_paused("nobody", True)


async def test_an_account_belongs_to_one_user(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        ann, bob = await somebody(ledger), await somebody(ledger, "bob")
        mine = await ledger.ensure_account(ann.id, ACCOUNT, 0)
        assert await ledger.ensure_account(ann.id, ACCOUNT, 0) == mine
        for user, where, index in [(bob, ACCOUNT, 1), (bob, TOKEN, 0), (ann, TOKEN, 1)]:
            with pytest.raises(sqlite3.IntegrityError):
                await ledger.ensure_account(user.id, where, index)
        assert await ledger.account(ann.id) == mine
        assert await ledger.account(bob.id) is None
        assert await ledger.accounts() == [mine]


async def test_an_update_is_taken_in_once_of_50_deliveries(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        user = await somebody(ledger)
        message = Inbound("telegram", "42", "chat 1", user.id, "put 1,000 USDC to work")
        rows = await asyncio.gather(*[ledger.accept(message) for _ in range(50)])
        (row,) = [row for row in rows if row is not None]
        assert await ledger.accept(replace(message, platform="discord")) is not None
        assert (await ledger.unfinished())[0] == row


async def test_a_message_is_answered_once_and_its_reply_waits_until_sent(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        user = await somebody(ledger)
        row = await ledger.accept(Inbound("terminal", "1", "here", user.id, "hi"))
        assert row is not None
    async with opened(tmp_path) as ledger:  # as after a crash
        assert await ledger.unfinished() == [row]
        first, second = await asyncio.gather(*[ledger.finish(row.id, {"text": text}) for text in ("hello", "again")])
        assert first == second
        assert (first.body, first.channel, first.inbox_id) == ({"text": "hello"}, "here", row.id)
        assert len(first.nonce) <= 25  # what Discord takes
        assert await ledger.unfinished() == []
        alert = await ledger.post("terminal", user.id, "here", {"text": "by the way"})
        assert await ledger.unsent() == [first, alert]
        await ledger.sent(first.id)
        assert await ledger.unsent() == [alert]
        with pytest.raises(LookupError):
            await ledger.finish(99, {})


async def test_a_contact_has_one_address_until_it_is_removed(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as ledger:
        ann, bob = await somebody(ledger), await somebody(ledger, "bob")
        contact = await ledger.add_contact(ann.id, "carol", THERE, clock() + 86_400)
        with pytest.raises(Refused) as caught:
            await ledger.add_contact(ann.id, "carol", ACCOUNT, clock())
        assert caught.value.rule == "contact"
        assert await ledger.contact(ann.id, "carol") == contact
        assert await ledger.contact(bob.id, "carol") is None
        assert not await ledger.remove_contact(bob.id, "carol")
        assert await ledger.remove_contact(ann.id, "carol")
        assert await ledger.contact(ann.id, "carol") is None
        again = await ledger.add_contact(ann.id, "carol", ACCOUNT, clock())
        assert await ledger.contacts(ann.id) == [again]


async def test_a_ledger_keeps_to_its_chain(tmp_path: Path) -> None:
    mark = ChainMark(31337, "0xgenesis", 7, "0xb7")
    async with opened(tmp_path) as ledger:
        assert await ledger.chain_mark() is None
        await ledger.mark_chain(mark)
        later = replace(mark, last_block_number=9, last_block_hash="0xb9")
        await ledger.mark_chain(later)
        for other in (replace(mark, chain_id=1), replace(mark, genesis_hash="0xother")):
            with pytest.raises(Refused) as caught:
                await ledger.mark_chain(other)
            assert caught.value.rule == "another-chain"
        assert await ledger.chain_mark() == later
