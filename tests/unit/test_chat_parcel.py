"""When a reply of a turn that only looked is in the ledger: with its arrival, or before what comes after it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from agent.chat.adapter import RetryLater, Undeliverable
from agent.chat.courier import Courier
from memory.ledger import Ledger
from memory.rows import Identity, Inbound, InboxRow, OutboxRow
from tests.unit.memory_parts import opened

pytestmark = pytest.mark.unit

TEXT = {"text": "what I saw"}


@dataclass
class Line:
    """An adapter whose deliveries wait for `opened`, or fail as told. `seen` is what the ledger held meanwhile."""

    ledger: Ledger
    platform: str = "chat"
    connected: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    failures: list[Exception] = field(default_factory=list)
    delivered: list[OutboxRow] = field(default_factory=list)

    async def run(self, stop: asyncio.Event) -> None: ...

    async def close(self) -> None: ...

    async def progress(self, row: InboxRow, text: str) -> None: ...

    async def deliver(self, row: OutboxRow) -> None:
        await self.opened.wait()
        if self.failures:
            raise self.failures.pop(0)
        self.delivered.append(row)


async def said(ledger: Ledger, number: int) -> InboxRow:
    row = await ledger.accept(Inbound("chat", str(number), "chat:1", Identity("1", "ann"), "help"))
    assert row is not None
    return row


def post(courier: Courier, row: InboxRow) -> None:
    """As the service does for a turn that only looked."""
    courier.post(courier.ledger.draft(row, TEXT), partial(courier.ledger.finish_soon, row, TEXT, TEXT))


async def test_it_is_written_with_its_arrival_and_not_before(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        line = Line(ledger)
        courier, row = Courier(ledger, {"chat": line}, lambda: 0.0), await said(ledger, 1)
        post(courier, row)
        await asyncio.sleep(0.02)
        assert await ledger.unfinished() == [row]  # a crash now has it answered anew
        line.opened.set()
        await courier.drain(60)
        assert (await ledger.unfinished(), await ledger.unsent()) == ([], [])
        assert [each.nonce for each in line.delivered] == [ledger.draft(row, TEXT).nonce]


async def test_what_comes_after_it_in_its_channel_finds_it_written(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        line = Line(ledger)
        courier, first = Courier(ledger, {"chat": line}, lambda: 0.0), await said(ledger, 1)
        post(courier, first)
        second = await said(ledger, 2)
        courier.write_down("chat:1")
        courier.write_down("chat:elsewhere")
        after = await ledger.finish(second.id, TEXT)
        assert await ledger.unfinished() == []
        assert [each.inbox_id for each in await ledger.unsent()] == [first.id, second.id]  # in order after a crash
        courier.post(after)
        line.opened.set()
        await courier.drain(60)
        assert [each.inbox_id for each in line.delivered] == [first.id, second.id]
        assert await ledger.unsent() == []


@pytest.mark.parametrize("failure", [RetryLater(0.02, "a rate limit"), OSError("away")])
async def test_it_is_written_when_it_has_to_wait(tmp_path: Path, failure: Exception) -> None:
    async with opened(tmp_path) as ledger:
        line = Line(ledger, failures=[failure])
        line.opened.set()
        waits, goes_on = asyncio.Event(), asyncio.Event()

        async def sleep(seconds: float) -> None:
            waits.set()
            await goes_on.wait()

        courier, row = Courier(ledger, {"chat": line}, lambda: 0.0, sleep), await said(ledger, 1)
        post(courier, row)
        await waits.wait()
        await said(ledger, 2)  # writes are done in the order in which they were asked for
        (waiting,) = await ledger.unsent()
        assert (waiting.inbox_id, waiting.nonce) == (row.id, ledger.draft(row, TEXT).nonce)
        goes_on.set()
        await courier.drain(60)
        assert (len(line.delivered), await ledger.unsent()) == (1, [])


async def test_one_that_the_platform_refuses_is_put_aside_with_its_reason(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        line = Line(ledger, failures=[Undeliverable("the user blocked the bot")])
        line.opened.set()
        courier, row = Courier(ledger, {"chat": line}, lambda: 0.0), await said(ledger, 1)
        post(courier, row)
        await courier.drain(60)
        assert (await ledger.unfinished(), await ledger.unsent(), line.delivered) == ([], [], [])
        dropped = await ledger.finish(row.id, {})
        assert dropped.dropped == "the user blocked the bot"


async def test_one_that_is_cut_off_at_the_end_is_answered_anew(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        courier, row = Courier(ledger, {"chat": Line(ledger)}, lambda: 0.0), await said(ledger, 1)
        post(courier, row)
        await courier.drain(0.02)
        await asyncio.sleep(0)
        assert (await ledger.unfinished(), await ledger.unsent()) == ([row], [])
