"""A clock that jumps by a day, either way: what was confirmed happens once or not at all, and no period comes twice.

What doesn't hold, and is said so in docs/security.md: the waits (a contact's, a loosened limit's) are of the clock of
the machine that the signer runs on. The chat's own clock ends none; whoever sets the signer's does.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent.commands import places
from agent.commands.audit import against
from agent.compose import open_instance
from agent.config import Settings
from agent.execution.points import Point, watched
from agent.replies.reply import Reply
from devnet import Node
from memory.rows import PlanStatus
from tests.integration.place_parts import place_on
from tests.integration.runtime_parts import BOB, rule, status
from tests.integration.schedule_parts import Clock, Desk, night, opened

pytestmark = pytest.mark.integration

DAY = 86_400
MANDATE = "keep my usdc well placed"


async def sent(desk: Desk) -> int:
    account = await desk.world.account(desk.user)
    return await desk.world.rpc.nonce(account)


async def agree(desk: Desk) -> None:
    assert await desk.world.ledger.verify_audit() == []
    part = await against(desk.world.ledger, desk.world.rpc, desk.node.chain_file)
    assert part.problems == ()


@pytest.fixture
async def desk(devnet_node: Node, tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(tmp_path, devnet_node) as it:
        yield it


@pytest.mark.parametrize("then", [0, -2 * DAY])
async def test_a_preview_that_a_day_passed_over_is_over_for_good(desk: Desk, then: int) -> None:
    await desk.say("put 10 usdc to work")
    desk.clock.now += DAY
    refused = await desk.say("/confirm")
    assert (status(refused), rule(refused)) == ("refused", "expired")
    desk.clock.now += then
    assert status(await desk.say("/confirm")) == "refused"
    assert await sent(desk) == 0


async def test_a_clock_that_is_set_back_gives_a_confirmation_no_second_life(desk: Desk) -> None:
    """A yes from before its preview counts for nothing; nor does one more after the first."""
    await desk.say("put 10 usdc to work")
    desk.clock.now -= DAY
    early = await desk.say("/confirm")
    assert (status(early), rule(early)) == ("refused", "nothing-pending")
    desk.clock.now += DAY
    assert status(await desk.say("/confirm")) == "settled"
    for jump in (-DAY, DAY, DAY):
        desk.clock.now += jump
        assert status(await desk.say("/confirm")) == "refused"
    assert await sent(desk) == 2
    await agree(desk)


@pytest.mark.parametrize("jump", [DAY, -DAY])
@pytest.mark.parametrize("at", [Point.CONFIRMED, Point.RECORDED, Point.SETTLING])
async def test_a_jump_in_the_middle_of_a_plan(desk: Desk, at: Point, jump: int) -> None:
    """Once it is confirmed, what is carried out and written down doesn't ask the clock again."""

    def leap(point: Point) -> None:
        if point is at:
            desk.clock.now += jump

    await desk.say("put 10 usdc to work")
    with watched(leap):
        done = await desk.say("/confirm")
    assert status(done) == "settled", done.text
    await desk.instance.service.recover()
    assert await sent(desk) == 2
    assert [row.status for row in await desk.world.ledger.plans_of(desk.user.id, 0, 2**40)] == [PlanStatus.SETTLED]
    await agree(desk)


async def test_no_period_of_a_mandate_comes_twice(devnet_node: Node, tmp_path: Path) -> None:
    """A day forward is one look, however many were missed; a day back is none, until the clock has caught up."""
    async with opened(tmp_path, devnet_node, clock=Clock(night())) as desk:
        for words in ("deposit 40,000 usdc into aave core", "/confirm", f"{MANDATE}, at most 50,000 a venue", "yes"):
            await desk.say(words)
        await desk.say("quiet from 22 to 7")  # it acts all the same, and draws nothing
        ledger, moved = desk.world.ledger, []
        for jump in (0, DAY, -DAY, 60, -2 * DAY, 2 * DAY):
            desk.clock.now += jump
            await desk.schedule.tick()
            moved.append(await sent(desk))
        periods = await ledger.claims("rebalance", desk.user.id)
        assert len(periods) == len(set(periods)) == 2
        assert moved[1:] == [moved[1]] * 5
        assert len(await ledger.decisions_of(desk.user.id, "rebalance", 0)) == 2
        await agree(desk)


@contextlib.asynccontextmanager
async def patient(folder: Path, node: Node) -> AsyncIterator[Desk]:
    """One whose contacts wait a day, by its signer's policy."""
    place = replace(place_on(node, folder), contact_delay_seconds=DAY)
    async with open_instance(place, Settings()) as instance:  # the policy is made at the first start
        await places.fund(place, instance.first_account)
    async with opened(folder, node) as desk:
        yield desk


async def test_a_contacts_wait_is_the_signers(devnet_node: Node, tmp_path: Path) -> None:
    """The chat's clock says that a day is over; the signer's doesn't, and it is the one that signs."""

    async def pay(desk: Desk) -> Reply:
        preview = await desk.say("send 5 usdc to bob")
        return await desk.say("/confirm") if status(preview) == "ready" else preview

    async with patient(tmp_path, devnet_node) as desk:
        assert "can be paid in" in (await desk.say(f"add {BOB} as bob")).text
        before = await sent(desk)
        assert status(await pay(desk)) == "asked"  # the ledger's own wait
        desk.clock.now += DAY + 60
        refused = await pay(desk)
        assert (status(refused), await sent(desk)) == ("void", before)
        assert "is no contact, or one that is still waiting" in refused.text
        desk.clock.now -= 2 * DAY
        assert (status(await pay(desk)), await sent(desk)) == ("asked", before)
        await agree(desk)
