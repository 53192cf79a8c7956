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
from devnet.rpc import Rpc
from tests.integration.runtime_parts import AAVE, Whole, deposit, opened, rule, status
from tests.integration.schedule_parts import opened as scheduled

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


async def test_a_mandate_claims_what_is_worth_its_gas_and_its_least_gain(
    devnet_node: Node, paying: Address, tmp_path: Path
) -> None:
    async with scheduled(tmp_path, devnet_node) as desk:
        with Rpc(devnet_node.rpc_url) as chain:
            whole = Whole(desk.instance, desk.user, devnet_node, chain)
            await desk.say("deposit 20,000 usdc into aave core")
            assert status(await desk.say("/confirm")) == "settled"
            await desk.say(
                "keep my usdc well placed, only in aave core, claim my rewards when they are worth their gas"
            )
            assert status(await desk.say("yes")) == "settled"
            await desk.schedule.tick()
            before = whole.balance("DAI")  # some cents wait: less than a dollar beyond the gas
            await desk.advance(7 * 3_600)
            await desk.schedule.tick()
            earned = whole.balance("DAI") - before
            assert earned == 0
            await desk.advance(30 * 86_400)
            for _ in range(2):
                await desk.schedule.tick()
            earned = whole.balance("DAI") - before
            assert earned > 2 * DAI
            rows = await desk.world.ledger._store.read(
                lambda db: [row[0] for row in db.execute("SELECT body_json FROM outbox WHERE inbox_id IS NULL")]
            )
            assert len([row for row in rows if "Done under your mandate: claim" in row]) == 1
