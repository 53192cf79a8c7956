"""Under a mandate fees are collected when they are worth their gas; a range that was left is spoken of."""

from __future__ import annotations

from pathlib import Path

import pytest

from devnet import Node
from devnet.rpc import Rpc
from tests.integration.range_parts import Ranges
from tests.integration.runtime_parts import ETH, USDC, status
from tests.integration.schedule_parts import opened as scheduled

pytestmark = pytest.mark.integration


async def told(whole: Ranges) -> list[str]:
    """What was said unasked."""
    return [
        str(row)
        for row in await whole.world.ledger._store.read(
            lambda db: [row[0] for row in db.execute("SELECT body_json FROM outbox WHERE inbox_id IS NULL")]
        )
    ]


async def test_a_mandate_collects_what_is_worth_it_and_proposes_a_new_range(
    devnet_node: Node, tmp_path: Path
) -> None:
    async with scheduled(tmp_path, devnet_node) as desk:
        with Rpc(devnet_node.rpc_url) as chain:
            whole = Ranges(desk.instance, desk.user, devnet_node, chain)
            whole.fund(whole.account, "WETH", 20 * ETH)
            whole.fund(whole.account, "USDC", 60_000 * USDC)
            await desk.say("provide 20,000 USDC and WETH liquidity, ±10 %")
            assert status(await desk.say("/confirm")) == "settled"
            await desk.say("keep my usdc well placed, collect my fees when they are worth their gas")
            assert status(await desk.say("yes")) == "settled"
            await desk.schedule.tick()
            (before,) = (await whole.world.snapshot(whole.account)).positions
            assert before.fees0 + before.fees1 == 0
            for hour in range(26):
                whole.trade(3_000_000, buys_weth=hour % 2 == 0)
                whole.chain.call("evm_increaseTime", 2 * 3_600)
                whole.chain.call("evm_mine")
                await whole.world.observing.keep(await whole.world.snapshot(whole.account), now=whole.now())
            await desk.advance(7 * 3_600)
            for _ in range(2):
                await desk.schedule.tick()
            (position,) = (await whole.world.snapshot(whole.account)).positions
            said = await told(whole)
            assert any("Done under your mandate: collect the fees of position" in text for text in said), said
            assert position.fees0 + position.fees1 == 0
            assert not any("out of range" in text for text in said)
            whole.trade(9_000_000, buys_weth=True)
            for _ in range(2):
                await desk.advance(7 * 3_600)
                await desk.schedule.tick()
            said = [text for text in await told(whole) if "is out of range and earns nothing" in text]
            assert len(said) == 1, await told(whole)
            assert f"close position {position.id}" in said[0]
            (left,) = (await whole.world.snapshot(whole.account)).positions
            assert left.liquidity == position.liquidity
