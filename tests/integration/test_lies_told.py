"""What an owner hears in chat of what isn't offered any more: once, and of its end; moneta health names it, too."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from agent import not_offered
from agent.commands.health import health
from agent.errors import Unavailable
from agent.oversight import Oversight, run_oversight
from agent.place import Where
from devnet import Node
from devnet.rpc import Rpc
from tests.integration.lies_parts import as_the_page_says, implementation, point, upgrade
from tests.integration.patience import ended, patiently, until
from tests.integration.people_parts import people
from tests.integration.runtime_parts import AAVE, opened
from tests.servers.faulty_node import FaultyNode

pytestmark = pytest.mark.integration

CORE = {"aave-v3:core:USDC", "aave-v3:core:DAI", "aave-v3:core:WETH"}


async def test_the_owner_hears_of_it_once_and_of_its_end(devnet_node: Node, tmp_path: Path) -> None:
    async with people(tmp_path, devnet_node, owners=("discord:1",), access="allow", allow=("telegram:2",)) as world:
        await world.join(world.discord, "1")
        await world.join(world.telegram, "2")
        watch = Oversight(world.instance.world, world.instance.service, tmp_path)
        await watch.look()
        assert not (tmp_path / not_offered.FILE).exists()
        with Rpc(devnet_node.rpc_url) as chain:
            upgrade(chain, world.instance.world, AAVE)
            before = len(world.discord.told("1"))
            await watch.look()
            await world.until(lambda: len(world.discord.told("1")) > before)
            told = world.discord.told("1")[-1].text
            as_the_page_says("any of these, told to the owner", told)
            await watch.look()
            await Oversight(world.instance.world, world.instance.service, tmp_path).look()  # as after a restart
            assert len(world.discord.told("1")) == before + 1
            assert all("Not offered" not in body.text for body in world.telegram.told("2"))
            assert set(not_offered.read(tmp_path).now) == CORE
            point(chain, world.instance.world, AAVE, implementation(world.instance.world, AAVE))
            await watch.look()
            await world.until(lambda: len(world.discord.told("1")) > before + 1)
            assert "Offered again" in world.discord.told("1")[-1].text
            assert not_offered.read(tmp_path).now == {}
            upgrade(chain, world.instance.world, AAVE)
            await watch.look()
            await world.until(lambda: len(world.discord.told("1")) > before + 2)
            standing = (await world.say(world.discord, "1", "/status")).table
            assert standing is not None
            assert ("not offered", "aave-v3:core:DAI, aave-v3:core:USDC, aave-v3:core:WETH") in standing.rows


async def test_an_owner_who_never_spoke_hears_it_later(devnet_node: Node, tmp_path: Path) -> None:
    async with people(tmp_path, devnet_node, owners=("discord:1",)) as world:
        watch = Oversight(world.instance.world, world.instance.service, tmp_path)
        with Rpc(devnet_node.rpc_url) as chain:
            upgrade(chain, world.instance.world, AAVE)
            await watch.look()
            assert set(not_offered.read(tmp_path).now) >= {AAVE}
            assert not_offered.read(tmp_path).told == {}
            await world.join(world.discord, "1")
            await watch.look()
            await world.until(lambda: "Not offered now" in world.discord.told("1")[-1].text)


async def test_health_names_it(devnet_node: Node, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As the instance that runs wrote it down; a venue that isn't offered is no reason to start anew."""
    where = Where.of(tmp_path, chain=str(devnet_node.chain_file), rpc_url=devnet_node.rpc_url)
    async with opened(tmp_path, devnet_node) as whole:
        upgrade(whole.chain, whole.world, AAVE)
        await Oversight(whole.world, whole.instance.service, tmp_path).look()
        assert await asyncio.to_thread(health, where, as_json=True) == 0
        (line,) = capsys.readouterr().out.splitlines()
        assert set(json.loads(line)["not_offered"]) == CORE
        assert await asyncio.to_thread(health, where, as_json=False) == 0
        assert f"not offered: {AAVE}, because Aave v3 core Pool isn't what it was" in capsys.readouterr().out


async def test_a_node_that_is_away_changes_nothing_and_stops_nobody(
    devnet_node: Node, proxy: FaultyNode, tmp_path: Path
) -> None:
    """What was in doubt stays so, what wasn't isn't; and the end comes at once, in the middle of a look, too."""
    async with opened(tmp_path, devnet_node, proxy.url) as whole:
        doubts = {AAVE: "it was seen before"}
        whole.world.untrusted.update(doubts)
        proxy.down = True
        with pytest.raises(Unavailable):
            await Oversight(whole.world, whole.instance.service, tmp_path).look()
        assert whole.world.untrusted == doubts
        proxy.down, proxy.hanging = False, True
        await patiently(whole.world.rpc)
        stop = asyncio.Event()
        watching = asyncio.create_task(run_oversight(whole.world, whole.instance.service, tmp_path, stop))
        await until(lambda: proxy.held)
        stop.set()
        await ended(watching)
        assert whole.world.untrusted == doubts
        proxy.hanging = False
