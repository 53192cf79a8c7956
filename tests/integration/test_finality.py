"""When a plan counts as settled: what the chain's file says, by the node's own safe and finalized blocks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agent.config import Settings
from devnet import Node
from devnet.rpc import Rpc
from memory.rows import PlanStatus
from tests.integration.place_parts import funded, place_on
from tests.integration.runtime_parts import AAVE, Whole, deposit, leave_all, opened

pytestmark = pytest.mark.integration

EPOCH = 32
"""anvil's safe block is one epoch of 32 slots behind its head, its finalized block two."""


@pytest.mark.parametrize(
    ("said", "tag", "blocks"), [('"safe"', "safe", EPOCH), ('"finalized"', "finalized", 2 * EPOCH)]
)
async def test_a_plan_is_settled_by_the_chain_files_finality(
    devnet_node: Node, tmp_path: Path, said: str, tag: str, blocks: int
) -> None:
    place = place_on(devnet_node, tmp_path)
    file = tmp_path / "chain.toml"
    written = place.chain_file.read_text()
    assert "finality = 1\n" in written
    file.write_text(written.replace("finality = 1\n", f"finality = {said}\n"))
    async with funded(replace(place, chain_file=file)) as instance:
        with Rpc(devnet_node.rpc_url) as chain:
            it = Whole(instance, await instance.owner("terminal", "owner", "you"), devnet_node, chain)
            chain.call("anvil_mine", hex(2 * EPOCH + 1))  # of what was before its start it has no blocks
            preview = await it.ask(deposit("100", venue=AAVE))
            reply = await it.confirm()
            assert f"a block that the chain calls {tag}" in reply.text
            assert await it.status(preview) is PlanStatus.RUNNING
            assert await it.position(AAVE) > 0
            chain.call("anvil_mine", hex(blocks - 1))
            ((_, outcome),) = await it.recover(it.world.manager)
            assert str(outcome.end) == "running"
            chain.call("anvil_mine", "0x1")
            last = max(each.block_number or 0 for each in await it.attempts())
            assert chain.number("eth_blockNumber") == last + blocks
            assert int(chain.block(tag)["number"], 16) >= last
            ((_, outcome),) = await it.recover(it.world.manager)
            assert str(outcome.end) == "settled"


async def test_nothing_waits_for_the_depth_of_what_was_before_it(devnet_node: Node, tmp_path: Path) -> None:
    async with opened(tmp_path, devnet_node, settings=Settings(confirmations=10)) as it:
        for intent in (deposit("100", venue=AAVE), leave_all()):
            await it.ask(intent)
            assert "It counts as settled with 10 confirmations" in (await it.confirm()).text
        assert await it.position(AAVE) == 0
        assert len(await it.world.ledger.unsettled()) == 2
        it.chain.call("anvil_mine", "0xa")
        ends = [str(outcome.end) for _, outcome in await it.recover(it.world.manager)]
        assert ends == ["settled", "settled"]
        assert await it.world.ledger.unsettled() == []
