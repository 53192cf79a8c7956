"""A move of a position that stopped on its way: told, gone on with once, or left."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agent.errors import Refused
from agent.execution.manager import Manager
from agent.execution.points import Point, watched
from agent.intents import Deposit, Exact, Finish
from agent.plans import Plan, Role
from agent.ranges import Position
from agent.replies.reply import Reply
from agent.runtime.replaying import Known, replay
from devnet import Node
from tests.integration.range_parts import Ranges, providing
from tests.integration.runtime_parts import ETH, USDC, status
from tests.integration.test_range_moves import Crash, at, back, die, in_order, opened_one, positions, wallet

pytestmark = pytest.mark.integration

TAKEN = ["decreaseLiquidity", "collect", "burn"]
SWAP, LAST, MINT, BACK = "swap", "last before the mint", "mint", "one allowance taken back"
"""Steps that have no fixed place: which exchange swaps, and how, is its own to know."""
DOLLARS = 3_000
"""What `opened_one` puts in."""


@pytest_asyncio.fixture
async def whole(devnet_node: Node, tmp_path: Path) -> AsyncIterator[Ranges]:
    async with providing(tmp_path / "home", devnet_node) as it:
        yield it


def worth(units: tuple[int, int]) -> int:
    """Base units of USDC, at 3,000 dollars an ether."""
    return units[0] + units[1] * 3_000 * USDC // ETH


def inside(whole: Ranges, position: Position) -> int:
    first = whole.pair[0] == whole.token("USDC").address
    units = (position.units0, position.units1) if first else (position.units1, position.units0)
    return worth(units)


def less(now: tuple[int, int], before: tuple[int, int]) -> tuple[int, int]:
    return now[0] - before[0], now[1] - before[1]


def swapped_at(plan: Plan) -> int:
    """The place of the swap among a move's steps."""
    names = [step.function.partition("(")[0] for step in plan.steps]
    return next(place for place, name in enumerate(names) if name not in ("approve", *TAKEN))


def steps_until(plan: Plan, after: int | str) -> int:
    """How many steps of a move are mined then."""
    names = [step.function.partition("(")[0] for step in plan.steps if step.role is not Role.CLEANUP]
    assert names[:3] == TAKEN
    assert names[-3:] == ["mint", "approve", "approve"]
    mint = len(names) - 3
    places = {SWAP: swapped_at(plan) + 1, LAST: mint, MINT: mint + 1, BACK: mint + 2}
    return after if isinstance(after, int) else places[after]


async def stopped(whole: Ranges, after: int | str) -> tuple[Position, Reply]:
    """A move whose process ends once so many of its steps are mined; what is told then."""
    old = await opened_one(whole)
    plan = await whole.confirmed(back(old.id))
    world, mined = whole.world, steps_until(plan, after)
    point, times = (Point.NOTED, mined) if mined else (Point.RUNNING, 1)
    with pytest.raises(Crash), watched(at(point, times, die)):
        await Manager(world.rpc, world.ledger, world.signer).run(plan)
    return old, await whole.say("portfolio")


def left_by(end: Reply, number: int) -> bool:
    """Whether it is told how to go on."""
    says = [offer.words for offer in end.offers]
    assert (f"`finish the move of position {number}`" in end.text) == (
        f"finish the move of position {number}" in says
    )
    return bool(says)


@pytest.mark.parametrize("deaths", [(0, 1, 2, 3, 4), (SWAP, 6, LAST)])
async def test_it_is_gone_on_with_after_each_step(whole: Ranges, deaths: tuple[int | str, ...]) -> None:
    for after in deaths:
        other = wallet(whole)
        old, told = await stopped(whole, after)
        assert left_by(told, old.id), told.text
        preview = await whole.say("go on")
        assert status(preview) == "ready", preview.text
        settled = await whole.confirm()
        assert status(settled) == "settled", settled.text
        new = (await positions(whole))[-1]
        assert new.in_range
        assert new.high - new.low == old.high - old.low
        assert inside(whole, new) > DOLLARS * USDC * 98 // 100
        kept = less(wallet(whole), other)
        assert kept[0] >= -DOLLARS * USDC  # what the position was opened with
        assert kept[1] >= 0
        await in_order(whole)
        again = await whole.say("go on")
        assert status(again) == "refused"
        assert "No move of a liquidity position of yours stopped" in again.text
    assert len(await positions(whole)) == len(deaths)


@pytest.mark.parametrize("after", [MINT, BACK])
async def test_nothing_is_left_to_do_once_the_new_one_is_there(whole: Ranges, after: str) -> None:
    old, told = await stopped(whole, after)
    assert "Stopped" in told.text
    assert not left_by(told, old.id)
    assert status(await whole.say("go on")) == "refused"
    (new,) = await positions(whole)
    assert new.in_range
    await in_order(whole)


async def test_a_no_leaves_what_came_out_in_the_wallet(whole: Ranges) -> None:
    for no in (
        "leave it there",
        "olvida el movimiento de la posición {}",
        "vergiss die Verschiebung von Position {}",
    ):
        old, _ = await stopped(whole, 3)
        reply = await whole.say(no.format(old.id))
        assert f"{old.id}" in reply.text
        assert status(await whole.say(f"finish the move of position {old.id}")) == "refused"
    old, _ = await stopped(whole, SWAP)
    assert status(await whole.say("continúa con el movimiento")) == "ready"
    reply = await whole.say("no")
    assert str(old.id) in reply.text
    assert status(await whole.say("weiter")) == "refused"
    assert await positions(whole) == ()
    await in_order(whole)


async def test_what_was_used_since_doesnt_go_in_and_nothing_of_the_wallet_in_its_place(whole: Ranges) -> None:
    old, _ = await stopped(whole, SWAP)  # half of it is swapped
    whole.fund(whole.account, "WETH", whole.balance("WETH") + 50 * ETH)  # somebody else's money, as far as we know
    await whole.do(Deposit(asset="USDC", amount=Exact(value="1000"), venue="aave-v3:core:USDC"))
    preview = await whole.say(f"finish the move of position {old.id}")
    assert status(preview) == "ready", preview.text
    assert preview.preview is not None
    assert any("the rest was used since" in note for note in preview.preview.notes)
    before = wallet(whole)
    assert status(await whole.confirm()) == "settled"
    gone = less(before, wallet(whole))
    assert worth(gone) <= (DOLLARS - 1_000) * USDC
    assert (await positions(whole))[-1].in_range
    old, _ = await stopped(whole, 3)
    await whole.do(Deposit(asset="USDC", amount=Exact(value="3000"), venue="aave-v3:core:USDC"))
    with pytest.raises(Refused, match="Nothing is left in your wallet of 2,999") as caught:
        await whole.ask(Finish(position=str(old.id)))
    assert caught.value.rule == "balance"


async def test_two_previews_of_one_rest_are_carried_out_once(whole: Ranges) -> None:
    old, _ = await stopped(whole, SWAP)
    assert status(await whole.ask(Finish(position=None))) == "ready"
    assert status(await whole.ask(Finish(position=str(old.id)), channel="terminal:there")) == "ready"
    assert status(await whole.confirm("terminal:there")) == "settled"
    before = wallet(whole)
    reply = await whole.confirm()
    assert status(reply) == "refused", reply.text
    assert "isn't as it was in the preview any more" in reply.text
    assert wallet(whole) == before
    assert len(await positions(whole)) == 1


async def test_one_that_stops_again_is_gone_on_with_again_and_each_decision_is_made_again(whole: Ranges) -> None:
    old, _ = await stopped(whole, 3)
    world = whole.world
    plan = await whole.confirmed(Finish(position=str(old.id)))
    with pytest.raises(Crash), watched(at(Point.NOTED, swapped_at(plan) + 1, die)):
        await Manager(world.rpc, world.ledger, world.signer).run(plan)
    told = await whole.say("portfolio")
    assert left_by(told, old.id), told.text
    assert " WETH and 1,5" in told.text
    row = await world.ledger.last_decision(whole.user.id)
    assert row is not None
    assert replay(row, plan, Known(world.registry, world.venues, world.traders, world.hooks)).differs == ()
    assert status(await whole.say("continue")) == "ready"
    with watched(at(Point.NOTED, 2, lambda: whole.trade(5_000_000, buys_weth=True))):
        reply = await whole.confirm()
    assert status(reply) == "partial", reply.text
    assert left_by(reply, old.id)
    assert f"what came out of position {old.id} stays where it is" in (await whole.say("no")).text
    assert status(await whole.say("go on")) == "refused"
    await in_order(whole)


async def test_carry_on_means_what_it_can_mean(whole: Ranges) -> None:
    old, _ = await stopped(whole, 3)
    await whole.say("pause")
    assert "He vuelto" in (await whole.say("sigue")).text
    preview = await whole.say("mach weiter")
    assert status(preview) == "ready"
    assert str(old.id) in " ".join(preview.preview.notes if preview.preview is not None else ())
