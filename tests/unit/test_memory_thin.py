"""The ledger lets go of messages that were answered long ago, and of nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from memory.rows import Inbound
from tests.unit.memory_parts import Clock, make_plan, opened, proposed, somebody

pytestmark = pytest.mark.unit

DAY = 86_400


async def test_what_was_answered_long_ago_goes_and_what_is_open_stays(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as ledger:
        user = await somebody(ledger)
        rows = []
        for number in range(5):
            row = await ledger.accept(Inbound("terminal", str(number), "here", user.id, f"message {number}"))
            assert row is not None
            rows.append(row)
        for row in rows[:4]:
            queued = await ledger.finish(row.id, {"text": "an answer"})
            if row is not rows[1]:
                await ledger.sent(queued.id)
        await proposed(ledger, make_plan(user))
        own = await ledger.post("terminal", user.id, "here", {"text": "news"})
        await ledger.sent(own.id)
        assert await ledger.thin(90) == 0
        clock.now += 91 * DAY
        assert await ledger.thin(90) == 3, "all that was answered and delivered: 0, 2 and 3"
        assert await ledger.thin(90) == 0
        assert [row.update_id for row in await ledger.unfinished()] == ["4"]
        assert [row.inbox_id for row in await ledger.unsent()] == [rows[1].id]
        assert await ledger.verify_audit() == []
        assert len(await ledger.plans_of(user.id, 0, clock.now)) == 1
        assert [home.channel for home in await ledger.homes(user.id)] == ["here"]
