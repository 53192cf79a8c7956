"""When a look is taken: after hours of rest, in a cheaper hour where that pays; for safety at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from agent.gas_hours import DAYS
from agent.schedule import offset_of
from devnet import Node
from devnet.rpc import Rpc
from memory.rows import DecisionRow
from memory.seen.observations import DAY, Look
from tests.integration.feed_parts import dated_feed, now
from tests.integration.schedule_parts import HOUR, Desk, opened

pytestmark = pytest.mark.integration

CORE, VENUS, USDC = "aave-v3:core:USDC", "venus:core:USDC", 10**6
KEEP = "keep my usdc well placed, at most 50,000 a venue"
PERIOD, GWEI = 6 * HOUR, 10**9
DEPEGGED = 98_000_000


@pytest_asyncio.fixture
async def desk(devnet_node: Node, tmp_path: Path) -> AsyncIterator[Desk]:
    """40,000 USDC at work, where another venue pays more; the user's next period has just begun."""
    async with opened(tmp_path, devnet_node) as it:
        await it.say("deposit 40,000 usdc into aave core")
        await it.say("/confirm")
        begun = (it.clock.now + offset_of(it.user.id, PERIOD)) % PERIOD
        it.clock.now += PERIOD - begun + 60
        yield it


async def decisions(desk: Desk) -> list[DecisionRow]:
    return await desk.world.ledger.decisions_of(desk.user.id, "rebalance", 0)


async def seen(desk: Desk, fees: dict[int, int]) -> None:
    """Two weeks of base fees in wei, by how many hours after the chain's own hour of now they were."""
    head = (await desk.world.rpc.block()).timestamp
    for day in range(1, DAYS):
        for later, wei in fees.items():
            at = head - day * DAY + later * HOUR
            await desk.world.ledger.observe(Look(at, at // 12, wei, {}))


async def test_a_look_in_hours_of_rest_waits_for_their_end_and_uses_nothing_up(desk: Desk) -> None:
    start = datetime.fromtimestamp(desk.clock.now, UTC).hour
    await desk.say(f"{KEEP}, don't move anything between {start} and {(start + 2) % 24}")
    await desk.say("yes")
    await desk.schedule.tick()
    assert await decisions(desk) == []
    desk.clock.now = (desk.clock.now // HOUR + 2) * HOUR
    await desk.schedule.tick()
    assert [row.outcome for row in await decisions(desk)] == ["settled"]
    assert len(await desk.world.ledger.claims("rebalance", desk.user.id)) == 1


async def test_what_is_in_danger_waits_for_no_end_of_the_hours_of_rest(desk: Desk) -> None:
    start = datetime.fromtimestamp(desk.clock.now, UTC).hour
    await desk.say(
        f"{KEEP}, get out if usdc falls below 0.985, don't move anything between {start} and {(start + 2) % 24}"
    )
    await desk.say("yes")
    chain = Rpc(desk.node.rpc_url)
    dated_feed(chain, desk.world.registry.feeds["USDC"], DEPEGGED, started=now(chain), updated=now(chain))
    await desk.schedule.tick()
    assert [row.outcome for row in await decisions(desk)] == ["settled"]
    assert (await desk.world.snapshot(await desk.world.account(desk.user))).balances["USDC"] >= 39_990 * USDC


async def test_a_move_waits_for_an_hour_in_which_gas_is_usually_cheap(desk: Desk) -> None:
    await seen(desk, {0: 20 * GWEI, 1: 19 * GWEI, 2: 2 * GWEI, 3: 2 * GWEI})
    await desk.say(KEEP)
    await desk.say("yes")
    await desk.schedule.tick()
    await desk.advance(HOUR // 2)
    await desk.schedule.tick()
    assert await decisions(desk) == []
    assert await desk.world.ledger.claims("rebalance", desk.user.id) == []
    await desk.advance(3 * HOUR // 2)
    await desk.schedule.tick()
    assert [row.outcome for row in await decisions(desk)] == ["settled"]
    assert await desk.position(VENUS) > 0


async def test_a_move_waits_for_no_hour_after_its_period(desk: Desk) -> None:
    await seen(desk, {0: 20 * GWEI, 7: GWEI})
    await desk.say(KEEP)
    await desk.say("yes")
    await desk.schedule.tick()
    assert [row.outcome for row in await decisions(desk)] == ["settled"]


async def test_what_is_in_danger_leaves_between_two_looks_once_an_hour_at_most(desk: Desk) -> None:
    await desk.say(f"{KEEP}, get out if usdc falls below 0.985")
    await desk.say("yes")
    await desk.schedule.tick()
    first = await decisions(desk)
    chain = Rpc(desk.node.rpc_url)
    dated_feed(chain, desk.world.registry.feeds["USDC"], DEPEGGED, started=now(chain), updated=now(chain))
    desk.clock.now += 30
    await desk.schedule.tick()
    assert await decisions(desk) == first  # it is looked out for every five minutes
    desk.clock.now += 300
    await desk.schedule.tick()
    (row,) = (await decisions(desk))[len(first) :]
    assert row.outcome == "settled", row.outcome
    account = await desk.world.account(desk.user)
    held = await desk.world.snapshot(account)
    assert held.balances["USDC"] >= 39_990 * USDC
    assert not any(state.position for key, state in held.venues.items() if key.endswith(":USDC"))
    for _ in range(3):
        desk.clock.now += 300
        await desk.schedule.tick()
    assert len(await decisions(desk)) == len(first) + 1


async def test_without_a_rule_for_leaving_nothing_leaves_between_two_looks(desk: Desk) -> None:
    await desk.say(KEEP)
    await desk.say("yes")
    await desk.schedule.tick()
    first = await decisions(desk)
    chain = Rpc(desk.node.rpc_url)
    dated_feed(chain, desk.world.registry.feeds["USDC"], DEPEGGED, started=now(chain), updated=now(chain))
    desk.clock.now += 330
    await desk.schedule.tick()
    assert await decisions(desk) == first
    assert await desk.world.ledger.claims("safety", desk.user.id) == []
