"""Orders in the whole program: given in chat, run by the schedule once a period, told where they were given."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from devnet import Node
from tests.integration.schedule_parts import HOUR, Desk, opened

pytestmark = pytest.mark.integration
VIENNA = ZoneInfo("Europe/Vienna")


@pytest_asyncio.fixture
async def desk(devnet_node: Node, tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(tmp_path, devnet_node) as it:
        yield it


async def look(desk: Desk) -> list[str]:
    """What orders say at the schedule's next look."""
    before = len(desk.heard.rows)
    await desk.schedule.tick()
    said = [str(row.body["text"]) for row in desk.heard.rows[before:]]
    return [text for text in said if text.startswith("Order")]


async def held(desk: Desk, symbol: str) -> int:
    account = await desk.world.account(desk.user)
    snapshot = await desk.world.snapshot(account)
    return snapshot.balances[symbol]


async def test_an_order_buys_once_each_monday_in_the_users_zone(desk: Desk) -> None:
    await desk.say("my time zone is Europe/Vienna")
    shown = await desk.say("100 USDC into WETH every Monday at 9, 3 times")
    assert "every Monday at 9:00 (Europe/Vienna)" in shown.text
    assert shown.table is not None
    cells = {row[0]: row[1] for row in shown.table.rows}
    assert cells["given at the most each time"] == "100 USDC"
    assert cells["given at the most in all"] == "300 USDC"
    assert cells["times"] == "3"
    assert (await desk.say("yes")).text.startswith("Done: order 1 is set.")
    assert await look(desk) == []
    before = await held(desk, "USDC")
    now = datetime.fromtimestamp(desk.clock.now, VIENNA)
    days = (7 - now.weekday()) % 7 or 7
    monday = now.replace(hour=9, minute=0, second=0, microsecond=0)
    desk.clock.now = int(monday.timestamp()) + days * 24 * HOUR + 60
    told = await look(desk)
    assert len(told) == 1
    assert "done. 100 USDC became 0.03" in told[0]
    assert await look(desk) == []
    assert before - await held(desk, "USDC") == 100_000_000
