"""A market that fills up, as its people meet it: in rates, in a preview, in the portfolio, told unasked, and left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from agent.chat.alerting import EVERY_SECONDS
from agent.gate.risk import closing
from agent.money import address
from agent.plugin import VenueState
from agent.replies.reply import Reply
from devnet import Node
from devnet.borrowers import Wish, transaction
from devnet.lending import markets
from devnet.rpc import Rpc
from memory.standing.mandates import UserSettings
from tests.integration.chain_parts import Devnet
from tests.integration.schedule_parts import CHANNEL, Desk, opened

pytestmark = pytest.mark.integration
AAVE = "aave-v3:core:USDC"
USDC = 10**6
FULL = "99.9 % is lent out; 50,000 USDC could leave now, you have 10,000 USDC there"


@pytest_asyncio.fixture
async def desk(devnet_node: Node, tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(tmp_path, devnet_node) as it:
        yield it


async def state(desk: Desk) -> VenueState:
    return (await desk.world.snapshot(await desk.world.account(desk.user))).venues[AAVE]


async def lend_out(desk: Desk, left: int) -> None:
    """The market's own borrower takes all of it but `left` whole tokens."""
    free = (await state(desk)).liquidity

    def borrow() -> None:
        with Rpc(desk.node.rpc_url) as rpc:
            market = next(each for each in markets(rpc, desk.node.chain_file) if each.venue == AAVE)
            account = rpc.call("eth_accounts")[market.borrower]
            rpc.send(transaction(market, Wish(True, free - left * USDC), account))

    await asyncio.to_thread(borrow)


async def look(desk: Desk) -> list[str]:
    """What is said unasked at the schedule's next look."""
    before = len(desk.heard.rows)
    desk.clock.now += EVERY_SECONDS
    await desk.schedule.tick()
    return [str(row.body["text"]) for row in desk.heard.rows[before:]]


def why(rates: Reply) -> str:
    assert rates.table is not None
    return next(row[-1] for row in rates.table.rows if row[0] == AAVE)


async def test_a_market_that_fills_up_is_told_refused_and_left(desk: Desk) -> None:
    await desk.say(f"deposit 10000 USDC into {AAVE}")
    assert (await desk.say("/confirm")).text.startswith("Done")
    assert await look(desk) == []

    await lend_out(desk, left=3_600_000)
    preview = (await desk.say(f"deposit 1000 USDC into {AAVE}")).preview
    assert preview is not None
    assert any("95.5 % is lent out; 3.6 million USDC could leave now" in note for note in preview.notes)

    hour = datetime.fromtimestamp(desk.clock.now, UTC).hour
    quiet = UserSettings(desk.user.id, CHANNEL, quiet_from=hour, quiet_to=(hour + 2) % 24)
    await desk.world.ledger.set_settings(quiet)
    await lend_out(desk, left=2_800_000)
    assert await look(desk) == []  # that it takes nothing any more can wait for the morning

    await lend_out(desk, left=50_000)
    leave = f"{AAVE}: {FULL}. Nothing goes in there now, and what is in there should leave."
    assert await look(desk) == [leave]
    assert await look(desk) == []

    refused = await desk.say(f"deposit 1000 USDC into {AAVE}")
    assert refused.verdict is not None
    assert refused.verdict.rule == "risk"
    assert FULL in refused.text
    assert why(await desk.say("best yield for USDC?")) == f"not now: {FULL}"
    assert leave in (await desk.say("portfolio")).text
    chosen = (await desk.say("deposit 1000 USDC")).plan
    assert chosen is not None
    assert chosen["status"] == "proposed"
    assert AAVE not in str(chosen["steps"])

    await desk.say(f"withdraw all USDC from {AAVE}")
    assert (await desk.say("/confirm")).text.startswith("Done")
    assert (await state(desk)).position == 0
    snapshot = await desk.world.priced_snapshot(await desk.world.account(desk.user))
    assert closing(AAVE, snapshot.signals) is not None
    assert await look(desk) == []  # who has nothing there any more hears nothing of it


async def test_rules_that_were_changed_are_told_with_what_they_were(desk: Desk) -> None:
    await desk.say(f"deposit 10000 USDC into {AAVE}")
    assert (await desk.say("/confirm")).text.startswith("Done")
    chain = await Devnet.opened(desk.node)
    try:
        market = chain.registry.protocols["aave-v3"]["core"]
        configurator = address(await chain.read(address(market["provider"]), "getPoolConfigurator()", "address"))
        usdc = chain.registry.tokens["USDC"].address
        await chain.call(configurator, "setReserveFactor(address,uint256)", usdc, 1_500, sender=chain.admin)
    finally:
        await chain.rpc.close()
    told = f"{AAVE}: its reserve factor went up by 50 % just now."
    assert await look(desk) == [told]
    assert await look(desk) == []
    assert told in (await desk.say("portfolio")).text
    assert "its reserve factor went up by 50 %" in why(await desk.say("best yield for USDC?"))
