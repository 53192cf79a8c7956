"""A liquidity position moved to other prices in one plan, at the real position manager."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from agent.books.entries import Sort
from agent.commands.audit import against
from agent.errors import NeedsAnswer, Refused
from agent.execution.manager import Manager
from agent.execution.outcome import End
from agent.execution.points import Point, watched
from agent.intents import Close, Exact, Provide, Range, Reposition
from agent.ranges import Position
from agent.runtime.booking import Booking
from agent.runtime.replaying import Known, replay
from devnet import Node
from memory.rows import PlanStatus
from tests.integration.range_parts import Ranges, providing
from tests.integration.runtime_parts import USDC, status

pytestmark = pytest.mark.integration

BELOW = ("2500", "2900")
AROUND = ("2500", "3500")


@pytest_asyncio.fixture
async def whole(devnet_node: Node, tmp_path: Path) -> AsyncIterator[Ranges]:
    async with providing(tmp_path / "home", devnet_node) as it:
        yield it


async def opened_one(whole: Ranges, prices: tuple[str, str] = BELOW) -> Position:
    low, high = prices
    over = Range(kind="prices", low=low, high=high)
    await whole.do(Provide(asset="USDC", amount=Exact(value="3000"), to_asset="WETH", to_amount=None, range=over))
    return (await positions(whole))[-1]


async def positions(whole: Ranges) -> tuple[Position, ...]:
    return (await whole.world.snapshot(whole.account)).positions


def wallet(whole: Ranges) -> tuple[int, int]:
    return whole.balance("USDC"), whole.balance("WETH")


def allowances(whole: Ranges) -> list[int]:
    spenders = (whole.manager.contract.address, whole.world.traders["uniswap-v3"].contract.address)
    return [whole.allowance(symbol, spender) for symbol in ("USDC", "WETH") for spender in spenders]


async def in_order(whole: Ranges) -> None:
    """Ledger and chain agree, and nobody may take anything."""
    assert (await against(whole.world.ledger, whole.world.rpc, whole.node.chain_file)).problems == ()
    assert allowances(whole) == [0, 0, 0, 0]


def back(number: int) -> Reposition:
    return Reposition(position=str(number), range=None)


async def test_a_position_is_moved_back_into_range_by_one_sentence_and_nothing_of_the_wallet_goes_in(
    whole: Ranges,
) -> None:
    old = await opened_one(whole)
    assert not old.in_range
    before = wallet(whole)
    preview = await whole.say(f"move my position {old.id} back into range")
    assert status(preview) == "ready", preview.text
    assert preview.plan is not None
    assert preview.preview is not None
    functions = [step["function"].partition("(")[0] for step in preview.plan["steps"]]
    taken = ["decreaseLiquidity", "collect", "burn", "approve", "multicall"]
    assert functions == [*taken, "approve", "approve", "mint", "approve", "approve"]
    notes = " ".join(preview.preview.notes)
    assert f"Position {old.id} lies from 2,499.91 to 2,898.66 USDC a WETH now; the new one lies from" in notes
    assert "At the least 2,999.99" in notes
    assert "Too little was seen of this pool" in notes
    settled = await whole.confirm()
    assert status(settled) == "settled", settled.text
    (new,) = await positions(whole)
    assert new.in_range
    assert new.high - new.low == old.high - old.low
    assert all(now >= was for was, now in zip(before, wallet(whole), strict=True))
    assert wallet(whole)[0] - before[0] <= 30 * USDC  # of 3,000: what the price could have moved by
    await in_order(whole)
    kept = (await Booking(whole.world).opened(whole.user)).books
    assert kept.missing == ()
    sorts = [entry.sort for entry in kept.entries]
    assert [sorts.count(each) for each in (Sort.PROVIDED, Sort.CLOSED, Sort.SWAP)] == [2, 1, 1]
    row = await whole.world.ledger.last_decision(whole.user.id)
    assert row is not None
    assert row.plan_id is not None
    plan = await whole.world.ledger.plan(row.plan_id)
    assert plan is not None
    world = whole.world
    assert replay(row, plan.plan, Known(world.registry, world.venues, world.traders, world.hooks)).differs == ()


async def test_prices_are_said_in_any_language_and_fees_come_to_the_wallet(whole: Ranges) -> None:
    await opened_one(whole, AROUND)
    for text, low, high in (
        ("verschiebe meine Position {} auf 2.700 - 3.300", 2_700, 3_300),
        ("mueve la posición {} a 2600 - 3400", 2_600, 3_400),
        ("move position {} to 2,000 - 2,500", 2_000, 2_500),
    ):
        whole.trade(400_000, buys_weth=True)
        whole.trade(400_000, buys_weth=False)
        (old,) = await positions(whole)
        before = wallet(whole)
        preview = await whole.say(text.format(old.id))
        assert status(preview) == "ready", preview.text
        assert status(await whole.confirm()) == "settled"
        (new,) = await positions(whole)
        ends = sorted(3_000 * whole.manager.sqrt_price(each) ** 2 / new.sqrt_price**2 for each in (new.low, new.high))
        if whole.pair[0] == whole.token("USDC").address:
            ends = sorted(3_000**2 / each for each in ends)
        assert ends == pytest.approx([low, high], rel=0.01)
        assert new.in_range == (high > 3_000)
        fees = sorted((old.fees0, old.fees1))
        assert all(now - was >= 0 for was, now in zip(before, wallet(whole), strict=True))
        assert fees[0] > 0 or not old.in_range
    await in_order(whole)


async def test_what_makes_no_sense_is_refused_with_its_rule(whole: Ranges) -> None:
    with pytest.raises(Refused, match="no liquidity position"):
        await whole.ask(Reposition(position=None, range=None))
    old = await opened_one(whole)
    for intent, rule, what in (
        (back(1), "position", "You have no position 1"),
        (Reposition(position=str(old.id), range=Range(kind="prices", low="2500", high="2900")), "range", "these"),
        (Reposition(position=str(old.id), range=Range(kind="prices", low="2900", high="2500")), "range", "no range"),
    ):
        with pytest.raises(Refused, match=what) as caught:
            await whole.ask(intent)
        assert caught.value.rule == rule
    await whole.do(Reposition(position=str(old.id), range=Range(kind="full")))
    (full,) = await positions(whole)
    with pytest.raises(Refused, match="never out of range"):
        await whole.ask(back(full.id))
    await opened_one(whole)
    with pytest.raises(NeedsAnswer, match="back into range"):
        await whole.ask(Reposition(position=None, range=None))
    await whole.say("pause")
    with pytest.raises(Refused) as caught:
        await whole.ask(Reposition(position=str(full.id), range=Range(kind="wide")))
    assert caught.value.rule == "pause"


async def test_a_limit_of_ones_own_holds_for_a_move_too(whole: Ranges) -> None:
    old = await opened_one(whole)
    await whole.say("my limit is 1,000 USDC a deposit")
    with pytest.raises(Refused) as caught:
        await whole.ask(back(old.id))
    assert caught.value.rule == "transaction-cap"
    await whole.do(Close(position=str(old.id)))  # what only takes out is stopped by none


async def test_a_bent_price_is_refused_before_and_between_preview_and_yes(whole: Ranges) -> None:
    old = await opened_one(whole)
    assert status(await whole.ask(back(old.id))) == "ready"
    whole.trade(5_000_000, buys_weth=True)
    reply = await whole.confirm()
    assert status(reply) == "void", reply.text
    with pytest.raises(Refused) as caught:
        await whole.ask(back(old.id))
    assert caught.value.rule in ("pool-price", "oracle")
    assert await positions(whole) != ()


async def test_a_position_that_was_closed_elsewhere_voids_its_move(whole: Ranges) -> None:
    old = await opened_one(whole)
    await whole.ask(back(old.id))
    await whole.ask(Close(position=str(old.id)), channel="terminal:there")
    assert status(await whole.confirm("terminal:there")) == "settled"
    before = wallet(whole)
    reply = await whole.confirm()
    assert status(reply) == "void", reply.text
    assert f"You have no position {old.id}" in reply.text
    assert wallet(whole) == before


class Crash(BaseException):
    """The process ends here: nothing catches it."""


def at(point: Point, times: int, what: Callable[[], None]) -> Callable[[Point], None]:
    """Does `what` as the point is passed for the nth time."""
    passed = 0

    def hook(here: Point) -> None:
        nonlocal passed
        passed += here is point
        if here is point and passed == times:
            what()

    return hook


def die() -> None:
    raise Crash


@pytest.mark.parametrize(
    ("point", "times", "end"),
    [
        (Point.RECORDED, 1, End.PARTIAL),  # what takes the liquidity out is signed, and sent again
        (Point.NOTED, 2, End.PARTIAL),  # it is in the wallet
        (Point.NOTED, 4, End.PARTIAL),  # the router may take of it
        (Point.NOTED, 5, End.PARTIAL),  # it is swapped
        (Point.NOTED, 7, End.PARTIAL),  # the manager may take both
        (Point.NOTED, 8, End.PARTIAL),  # the new one is there, what it didn't need isn't taken back yet
        (Point.SETTLING, 1, End.SETTLED),
    ],
)
async def test_a_crash_on_the_way_leaves_all_in_the_wallet_or_the_position_and_no_allowance(
    whole: Ranges, point: Point, times: int, end: End
) -> None:
    old = await opened_one(whole)
    before = wallet(whole)
    plan = await whole.confirmed(back(old.id))
    world = whole.world
    with pytest.raises(Crash), watched(at(point, times, die)):
        await Manager(world.rpc, world.ledger, world.signer).run(plan)
    ((_, outcome),) = await whole.recover(Manager(world.rpc, world.ledger, world.signer))
    assert outcome.end is end
    row = await world.ledger.plan(plan.plan_id)
    assert row is not None
    assert row.status is (PlanStatus.SETTLED if end is End.SETTLED else PlanStatus.PARTIAL)
    await in_order(whole)
    now = wallet(whole)
    inside = [0, 0]
    for each in await positions(whole):
        first = whole.pair[0] == whole.token("USDC").address
        units = (each.units0 + each.fees0, each.units1 + each.fees1)
        inside = [inside[0] + units[not first], inside[1] + units[first]]
    fees0 = (old.units0 + old.units1) if old.units0 * old.units1 == 0 else 0
    worth = (now[0] - before[0] + inside[0]) + (now[1] - before[1] + inside[1]) * 3_000 * USDC // 10**18
    assert fees0 * 995 // 1_000 <= worth <= fees0


async def test_who_bends_the_price_between_two_steps_stops_it_and_gets_nothing(whole: Ranges) -> None:
    old = await opened_one(whole)
    before = wallet(whole)
    await whole.ask(back(old.id))
    with watched(at(Point.NOTED, 6, lambda: whole.trade(5_000_000, buys_weth=True))):
        reply = await whole.confirm()
    assert status(reply) == "partial", reply.text
    assert await positions(whole) == ()
    usdc, weth = (now - was for was, now in zip(before, wallet(whole), strict=True))
    assert usdc + weth * 3_000 * USDC // 10**18 > 2_980 * USDC
    await in_order(whole)
