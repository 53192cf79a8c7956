"""What a running instance sees of the venues is kept out of the snapshots that it takes anyway."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from agent.commands.places import advancing
from agent.commands.session import watching
from agent.money import RAY, ZERO_ADDRESS
from agent.past import PARTS, UNKNOWN
from devnet import Node
from tests.integration.schedule_parts import HOUR, opened

pytestmark = pytest.mark.integration

CORE, VAULT = "aave-v3:core:USDC", "erc4626:stata-prime:USDC"


async def test_what_a_look_saw_is_kept_in_the_units_of_a_past(devnet_node: Node, tmp_path: Path) -> None:
    async with opened(tmp_path, devnet_node) as desk:
        world = desk.world
        snapshot = await world.snapshot(ZERO_ADDRESS)
        pasts = await world.pasts(snapshot.block.timestamp)
        assert set(pasts) == set(snapshot.venues)
        for venue, past in pasts.items():
            state, asset = snapshot.venues[venue], world.venues[venue].asset
            assert list(past.at) == [snapshot.block.timestamp]
            assert past.rate[0] == state.rate.ray * PARTS // RAY
            assert past.price[0] == snapshot.prices[asset.symbol]
            assert past.supplied[0] == state.facts["supplied"] * 10**6 // 10**asset.decimals
            assert past.liquidity[0] == state.liquidity * 10**6 // 10**asset.decimals
            assert past.usage[0] == state.facts["borrowed"] * PARTS // state.facts["supplied"]
            assert (past.share[0] != UNKNOWN) == venue.startswith("erc4626:")
        vault = next(past for venue, past in pasts.items() if venue.startswith("erc4626:"))
        assert PARTS < vault.share[0] < 2 * PARTS  # a share is worth what it has earned more than its asset
        assert (await world.ledger.base_fees(0, 2**62))[0][1] == snapshot.block.base_fee


async def test_once_an_hour_whoever_looks_and_a_restart_forgets_nothing(devnet_node: Node, tmp_path: Path) -> None:
    async with opened(tmp_path, devnet_node) as desk:
        await desk.advance(HOUR - (await desk.world.rpc.block()).timestamp % HOUR)  # the looks are all of one hour
        for _ in range(3):
            await desk.say("best yield for usdc?")
        await desk.advance(HOUR)
        await desk.say("portfolio")
        now = (await desk.world.rpc.block()).timestamp
        seen = await desk.world.past(CORE, now)
        assert len(seen.at) == 2
    async with opened(tmp_path, devnet_node) as desk:
        await desk.say("portfolio")
        assert await desk.world.past(CORE, now) == seen
        assert (await desk.world.past(CORE, seen.at[0])).at[0] == seen.at[0]
        assert len((await desk.world.past(CORE, seen.at[0])).at) == 1


async def test_the_days_that_a_devnet_leaps_over_are_seen_on_the_way(devnet_node: Node, tmp_path: Path) -> None:
    async with opened(tmp_path, devnet_node) as desk:
        world = desk.world
        world.advance = advancing(desk.node.rpc_url, desk.node.chain_file, watching(world))
        await world.snapshot(ZERO_ADDRESS)
        assert "5 days passed" in (await desk.say("advance 5 days")).text
        await world.snapshot(ZERO_ADDRESS)
        seen = (await world.past(CORE, (await world.rpc.block()).timestamp)).at
        assert 6 <= len(seen) <= 7
        assert all(0 < after - before < 25 * HOUR for before, after in pairwise(seen))
