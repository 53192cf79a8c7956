"""Alerts in the whole program: set in chat, rung by the schedule once, on whatever is true on the chain by then."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agent.chat.ringing import EVERY_SECONDS
from devnet import Node
from memory.standing.mandates import UserSettings
from tests.integration.schedule_parts import CHANNEL, HOUR, Desk, opened

pytestmark = pytest.mark.integration
AAVE = "aave-v3:core:USDC"


@pytest_asyncio.fixture
async def desk(devnet_node: Node, tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(tmp_path, devnet_node) as it:
        yield it


async def look(desk: Desk) -> list[str]:
    """What alerts say at the schedule's next look."""
    before = len(desk.heard.rows)
    desk.clock.now += EVERY_SECONDS
    await desk.schedule.tick()
    said = [str(row.body["text"]) for row in desk.heard.rows[before:]]
    return [text for text in said if text.startswith("You wanted to know")]


async def test_an_alert_rings_once_when_it_is_so(desk: Desk) -> None:
    said = await desk.say(f"tell me when the USDC rate at {AAVE} falls below 4 %")
    assert said.text.startswith(f"I tell you once when the rate of {AAVE} is below 4 %. It is 4.5")
    again = await desk.say(f"tell me when the USDC rate at {AAVE} falls below 4 %")
    assert "This is alert 1;" in again.text
    assert (await desk.say("tell me when ETH is above $2,000")).text.startswith("So it is already: $3,000")
    assert (await desk.say("alert me if all I have is worth nothing")).intent is None
    assert "This is alert 2;" in (await desk.say("tell me when my portfolio is below 1,000")).text
    listed = await desk.say("my alerts")
    assert listed.table is not None
    assert [row[0] for row in listed.table.rows] == ["1", "2"]
    assert await look(desk) == []

    # so much comes in that the rate falls
    await desk.say(f"deposit 9000000 USDC into {AAVE}")
    assert (await desk.say("/confirm")).text.startswith("Done")
    night = UserSettings(desk.user.id, CHANNEL, quiet_from=0, quiet_to=23)
    await desk.world.ledger.set_settings(night)
    desk.clock.now += -desk.clock.now % (24 * HOUR)  # midnight
    assert await look(desk) == []
    assert [row.seen is not None for row in await desk.world.ledger.untold_alerts()] == [True]
    await desk.world.ledger.set_settings(UserSettings(desk.user.id, CHANNEL))
    rung = await look(desk)
    assert len(rung) == 1
    assert rung[0].startswith(f"You wanted to know when the rate of {AAVE} is below 4 %: it is 3.66 %.")
    assert await look(desk) == []

    assert (await desk.say("cancel alert 2")).text == "Alert 2 is gone."
    gone = await desk.say("cancel alert 2")
    assert gone.verdict is not None
    assert gone.verdict.rule == "alerts"
    assert "no alerts" in (await desk.say("my alerts")).text


async def test_what_cannot_be_measured_is_refused(desk: Desk) -> None:
    refused = await desk.say("warn me when my health factor falls below 1.3")
    assert refused.verdict is not None
    assert refused.verdict.rule == "alerts"
    assert "your health factor" in refused.text
