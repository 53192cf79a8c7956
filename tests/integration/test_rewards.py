"""Rewards at Aave's own RewardsController: read, shown with their worth, claimed to the unit, by words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agent.commands.audit import against
from agent.money import Address
from devnet import Node
from devnet.rewards import pay_rewards
from tests.integration.runtime_parts import AAVE, Whole, deposit, opened, rule, status

pytestmark = pytest.mark.integration

DAI = 10**18
PER_SECOND = DAI // 10


@pytest_asyncio.fixture
async def paying(devnet_node: Node) -> Address:
    return Address(await asyncio.to_thread(pay_rewards, devnet_node.rpc_url, "USDC", "DAI", PER_SECOND))


@pytest_asyncio.fixture
async def whole(devnet_node: Node, paying: Address, tmp_path: Path) -> AsyncIterator[Whole]:
    async with opened(tmp_path / "home", devnet_node) as it:
        yield it


def later(whole: Whole, seconds: int) -> None:
    whole.chain.call("evm_increaseTime", seconds)
    whole.chain.call("evm_mine")


async def test_what_waits_is_shown_and_claimed_to_the_unit(whole: Whole, paying: Address) -> None:
    await whole.say("hello")
    assert rule(await whole.say("claim my rewards")) == "balance"
    await whole.do(deposit("100000", venue=AAVE))
    later(whole, 30 * 86_400)
    dai = whole.token("DAI").address
    assert dai is not None
    snapshot = await whole.world.snapshot(whole.account)
    receipt = whole.world.venues[AAVE].receipt
    assert receipt is not None
    function = "getUserRewards(address[],address,address)"
    waits = whole.number(paying, function, [receipt.address], whole.account, dai)
    assert snapshot.rewards == {"aave-v3:core": {dai: waits}}
    shown = await whole.say("portfolio")
    assert "Rewards wait at aave-v3:core" in shown.text, shown.text
    preview = await whole.say("claim my rewards at aave core")
    assert status(preview) == "ready", preview.text
    assert preview.preview is not None
    assert any(note.startswith("That brings $") and "costs" in note for note in preview.preview.notes)
    before = whole.balance("DAI")
    assert status(await whole.confirm()) == "settled"
    assert waits <= whole.balance("DAI") - before < waits * 101 // 100
    left = (await whole.world.snapshot(whole.account)).rewards.get("aave-v3:core", {}).get(dai, 0)
    assert left < waits // 100
    assert (await against(whole.world.ledger, whole.world.rpc, whole.node.chain_file)).problems == ()


async def test_a_claim_that_costs_more_than_it_brings_says_so_and_needs_no_leave(whole: Whole) -> None:
    await whole.say("hello")
    await whole.do(deposit("100", venue=AAVE))
    later(whole, 60)
    await whole.say("pause")
    preview = await whole.say("claim my rewards")
    assert status(preview) == "ready", preview.text
    assert preview.preview is not None
    (note,) = preview.preview.notes
    assert "it pays to wait" in note
    assert status(await whole.confirm()) == "settled"
