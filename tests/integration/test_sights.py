"""All users of one look are weighed by one read of the chain, until money of theirs has moved."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from agent.money import RAY, address
from agent.runtime.sights import Sights
from devnet import Node
from tests.integration.runtime_parts import AAVE, Whole
from tests.integration.schedule_parts import HOUR, opened

pytestmark = pytest.mark.integration

OTHERS = [address("0x" + f"{number:02x}" * 20) for number in range(1, 6)]


async def test_one_read_serves_all_of_a_look(whole: Whole) -> None:
    await whole.say("deposit 5,000 usdc into aave core")
    await whole.confirm()
    accounts = [whole.account, *OTHERS]
    sights = Sights(whole.world, accounts)
    seen = await asyncio.gather(*(sights.of(account) for account in accounts))
    assert len({id(snapshot.prices) for snapshot in seen}) == 1
    assert [snapshot.account for snapshot in seen] == accounts
    assert seen[0].venues[AAVE].position > seen[1].venues[AAVE].position == 0
    single = await whole.world.priced_snapshot(whole.account)
    assert (seen[0].block, seen[0].venues, seen[0].balances) == (single.block, single.venues, single.balances)


async def test_what_is_moved_meanwhile_is_seen_by_who_comes_after(whole: Whole) -> None:
    sights = Sights(whole.world, [*OTHERS, whole.account])
    before = await sights.of(OTHERS[0])
    assert (await sights.of(OTHERS[1])).block == before.block
    await whole.say("deposit 5,000 usdc into aave core")
    await whole.confirm()
    after = await sights.of(OTHERS[2])
    assert after.block.number > before.block.number
    supplied = [snapshot.venues[AAVE].facts["supplied"] for snapshot in (before, after)]
    one_share = -(-after.venues[AAVE].facts["index"] // RAY)  # the pool mints whole shares, each worth the index
    earned = supplied[1] - supplied[0] - 5_000 * 10**6  # in some seconds, or in none
    assert -one_share <= earned < 10**9
    assert (await sights.of(OTHERS[3])).block == after.block


async def test_the_schedule_sees_each_hour_though_nobody_looks(devnet_node: Node, tmp_path: Path) -> None:
    async with opened(tmp_path, devnet_node) as desk:
        await desk.schedule.tick()
        await desk.schedule.tick()
        await desk.world.observing.settled()
        assert len(await desk.world.ledger.looked(0)) == 1
        await desk.advance(HOUR)
        await desk.schedule.tick()
        await desk.world.observing.settled()
        assert len(await desk.world.ledger.looked(0)) == 2
