"""Somebody else's venue on a real chain: seen at once, entered once its contract is listed by its code hash."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from agent.commands.plugins.making import new
from agent.config import Settings
from agent.errors import Refused
from agent.gate.only_seen import OnlySeen
from agent.hooks import ended
from agent.replies.reply import as_text
from agent.runtime.enlisting import Enlisting
from devnet import Node
from devnet.rpc import Rpc
from tests.integration.outside import installed
from tests.integration.place_parts import funded, place_on
from tests.integration.runtime_parts import Whole, rule, status

pytestmark = pytest.mark.integration

VENUE = "harbour:stata-prime-USDC:USDC"


@pytest_asyncio.fixture
async def whole(devnet_node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Whole]:
    monkeypatch.chdir(tmp_path)
    new("harbour", as_json=True)
    installed(tmp_path / "harbour", "harbour", monkeypatch)
    chain = tmp_path / "chain.toml"
    text = devnet_node.chain_file.read_text()
    chain.write_text(text.replace("[protocols.erc4626", "[protocols.harbour"))
    place = replace(place_on(devnet_node, tmp_path / "instance"), chain_file=chain)
    async with funded(place, Settings(first_wait_hours=0)) as instance:
        with Rpc(devnet_node.rpc_url) as rpc:
            yield Whole(instance, await instance.owner("terminal", "owner", "you"), devnet_node, rpc)


async def test_it_is_seen_and_not_entered_until_it_is_listed(whole: Whole, tmp_path: Path) -> None:
    world = whole.world
    assert isinstance(world.venues[VENUE], OnlySeen)
    (row,) = [line for line in as_text(await whole.say("best yield for usdc?")).splitlines() if VENUE in line]
    assert "not offered, because the operator's policy doesn't list it" in row

    refused = await whole.say(f"deposit 100 usdc into {VENUE}")
    assert (status(refused), rule(refused)) == ("refused", "unlisted")
    assert f"moneta policy list {VENUE}" in refused.text
    best = await whole.say("deposit 100 usdc")
    assert VENUE not in str(best.plan)

    enlisting = Enlisting(world)
    found = await enlisting.look(VENUE)
    with pytest.raises(Refused) as error:
        await enlisting.ask(found, "0x" + "0" * 64, "")
    assert error.value.rule == "list"
    assert isinstance(world.venues[VENUE], OnlySeen)
    shown = dict(found.rows())
    assert shown["code hash"] == found.code
    assert shown["call table"].startswith("harbour-vault, sha256 ")

    became = await enlisting.ask(found, found.code, "")
    assert became.ripe_at == 0
    assert not isinstance(world.venues[VENUE], OnlySeen)
    assert found.contract.address in world.policy.codes
    await whole.say(f"deposit 100 usdc into {VENUE}")
    assert status(await whole.confirm()) == "settled"
    assert VENUE in as_text(await whole.say("portfolio"))
    await whole.say(f"withdraw all my usdc from {VENUE}")
    assert status(await whole.confirm()) == "settled"
    with pytest.raises(Refused, match="listed already"):
        await enlisting.look(VENUE)


async def test_one_that_fails_while_it_runs_costs_its_own_venues_alone(whole: Whole, tmp_path: Path) -> None:
    venue = whole.world.venues[VENUE]
    assert isinstance(venue, OnlySeen)
    venue.inner._inner.state = lambda answers, block: None  # type: ignore[attr-defined]
    told = as_text(await whole.say("best yield for usdc?"))
    assert "the plug-in harbour is disabled" in told
    assert "aave-v3:core:USDC" in told
    await whole.say("deposit 100 usdc into aave-v3:core:USDC")
    assert status(await whole.confirm()) == "settled"
    ((name, why),) = ended.read(tmp_path / "instance").items()
    assert name == ("harbour", "0.1.0")
    assert "state returned what can't be used" in why
