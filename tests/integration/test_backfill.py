"""What past blocks say of the venues is what was read live then; a node without a past is no trouble."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.backfill import MOST_REFUSED, Backfill
from agent.chain.rpc import Rpc
from agent.chain.timeline import Timeline
from agent.errors import Unavailable
from agent.money import ZERO_ADDRESS
from agent.past import Past
from agent.runtime.observing import look_of
from devnet import Node
from memory.seen.observations import DAY, HOUR, Look
from tests.integration.schedule_parts import Desk, opened
from tests.servers.faulty_node import FaultyNode

pytestmark = pytest.mark.integration

CORE = "aave-v3:core:USDC"


async def live(desk: Desk) -> Look:
    """Read at the head as it is then, and kept nowhere."""
    world = desk.world
    world.observing.saw = lambda _: None  # type: ignore[assignment,method-assign]
    snapshot = await world.snapshot(ZERO_ADDRESS)
    return look_of(snapshot, world.venues)


def as_rows(past: Past) -> list[tuple[int, ...]]:
    columns = (past.at, past.rate, past.usage, past.supplied, past.liquidity, past.share, past.price)
    return list(zip(*columns, strict=True))


async def test_the_past_is_what_was_read_live_to_the_unit(devnet_node: Node, tmp_path: Path) -> None:
    async with opened(tmp_path, devnet_node) as desk:
        first = await live(desk)
        seen: list[Look] = []
        for seconds in (HOUR, DAY):  # over the day borrowers act
            await desk.advance(seconds)
            seen.append(await live(desk))
        await desk.advance(HOUR)
        back = Backfill(desk.world, pause=0)
        assert await back.look() >= len(seen)
        pasts = await desk.world.ledger.pasts(first.at, 2**62)
        assert set(pasts) == set(desk.world.venues)
        for venue, past in pasts.items():
            rows = {row[0] // HOUR: row for row in as_rows(past)}
            assert [rows[look.hour] for look in seen] == [tuple(look.venues[venue]) for look in seen]
        assert len({look.venues[CORE].rate for look in seen}) > 1
        assert await back.look() == 0  # all that there is, is there


async def test_a_node_without_a_past_is_told_of_once_and_another_is_asked(
    devnet_node: Node, tmp_path: Path, proxy: FaultyNode, capsys: pytest.CaptureFixture[str]
) -> None:
    async with opened(tmp_path, devnet_node) as desk:
        await desk.advance(HOUR)
        await desk.advance(HOUR)
        back, without = Backfill(desk.world, pause=0), Rpc(proxy.url)
        back._nodes = [without]
        for _ in range(MOST_REFUSED):
            proxy.answer("eth_call", -32000, "missing trie node 0xabc (path ) state is not available")
        assert await back.look() == 0
        assert await back.look() == 0  # what was asked for in vain isn't asked for again
        assert "eth_call" not in [method for method, _ in proxy.arrived]
        assert capsys.readouterr().out.count("the node keeps no past") == 1
        back = Backfill(desk.world, pause=0)
        back._nodes = [without, *desk.world.rpc.nodes]
        for _ in range(MOST_REFUSED):
            proxy.answer("eth_call", -32000, "missing trie node 0xabc (path ) state is not available")
        assert await back.look() >= 1
        assert back._nodes[-1] is without
        await without.close()


async def test_a_node_that_wants_fewer_requests_is_left_alone_for_a_while(
    devnet_node: Node, tmp_path: Path, proxy: FaultyNode
) -> None:
    async with opened(tmp_path, devnet_node) as desk:
        await desk.advance(HOUR)
        await desk.advance(HOUR)
        back, busy = Backfill(desk.world, pause=0), Rpc(proxy.url)
        back._nodes = [busy]
        proxy.answer("eth_call", -32005, "limit exceeded")
        with pytest.raises(Unavailable, match="fewer requests"):
            await back.look()
        assert await back.look() >= 1
        await busy.close()


async def test_where_blocks_come_evenly_each_hour_takes_one_read(devnet_node: Node, tmp_path: Path) -> None:
    """The way of real chains, by numbers: seen at blocks that a devnet has."""
    async with opened(tmp_path, devnet_node) as desk:
        for _ in range(3):
            await desk.advance(HOUR)
        world = desk.world
        head = await world.rpc.block()
        back = Backfill(world, pause=0)
        before = await world.rpc.block(head.parent_hash)
        timeline = Timeline([(head.timestamp, head.number), (before.timestamp, before.number)], lambda seconds: 0)
        hour = before.timestamp // HOUR
        timeline.guess = lambda at: before.number  # type: ignore[method-assign]
        assert await back._hour(hour, timeline) == 1
        assert list(await world.ledger.looked(0)) == [hour]
        assert await back._hour(hour - 5, timeline) == 1  # the same block again: this hour has none
        assert back.passed_over == {hour - 5}
        timeline.guess = lambda at: -1  # type: ignore[method-assign]
        assert await back._hour(hour - 6, timeline) is None
        assert back.closed == hour - 5
