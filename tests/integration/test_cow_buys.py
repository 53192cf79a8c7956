"""CoW Protocol's buy orders: exactly what was asked for comes, for the most that is signed or less."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from agent.commands.audit import against
from agent.execution import ordered
from agent.execution.points import Point, watched
from agent.policy.whole import effects_of
from agent.replies.reply import Reply, Status
from devnet import Node
from tests.integration.cow_parts import Ordering, ordering
from tests.integration.quote_parts import usdc_for_weth
from tests.integration.swap_parts import USDC

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]
TENTH = 10**17
LESS = USDC // 2
"""Less than the own pools take for a tenth of a WETH, by some 50 cents."""
LIFE = 125


class Crash(BaseException):
    """The process ends."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(devnet_module: Node, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ordering]:
    async with ordering(devnet_module, tmp_path_factory.mktemp("cow")) as whole:
        yield whole


@pytest_asyncio.fixture(loop_scope="module")
async def it(shared: Ordering, monkeypatch: pytest.MonkeyPatch) -> Ordering:
    """The instance with an honest book that has nothing posted; what earlier tests ordered is over."""
    monkeypatch.setattr(ordered, "POST_SECONDS", (0.0, 0.05, 0.1))
    monkeypatch.setattr(ordered, "LATER_POST_SECONDS", 0.2)
    book = shared.book
    book.extra, book.fills, book.lie, book.posted = LESS, True, "", 0
    book.orders.clear()
    book.settled.clear()
    monkeypatch.setattr(shared.world.manager, "order_seconds", 60.0)
    if await shared.world.ledger.valid_orders(shared.account, shared.world.now()):
        await shared.wait(LIFE)
    return shared


def status(reply: Reply) -> Status | None:
    return reply.verdict.status if reply.verdict else None


def unfilled(it: Ordering) -> None:
    it.book.fills = False
    it.world.manager.order_seconds = 0.1  # the fixture puts it back


async def went(it: Ordering, before: tuple[int, int]) -> tuple[int, int]:
    """What was given, and what came."""
    after = await it.held()
    return before[0] - after[0], after[1] - before[1]


async def test_it_is_signed_for_exactly_so_much_and_takes_what_it_was_quoted(it: Ordering) -> None:
    held = await it.held()
    reply = await it.ask(usdc_for_weth("0.1"))
    plan = await it.plan(reply)
    approval, order, rest, back = plan.steps
    fields = dict(zip(order.function.partition("(")[2].rstrip(")").split(","), order.args, strict=True))
    most = int(str(fields["uint256 sellAmount"]))
    assert (fields["string kind"], fields["uint256 buyAmount"]) == ("buy", str(TENTH))
    assert (fields["bool partiallyFillable"], fields["uint256 feeAmount"]) == (False, "0")
    assert [step.args for step in (approval, rest, back)] == [
        (it.cow.relayer, str(most)), (it.cow.relayer, "0"), (it.cow.relayer, "0")
    ]  # fmt: skip
    effect = effects_of(it.world.policy, plan)[1]
    assert (effect.units, effect.least, effect.at_most) == (most, TENTH, True)  # what caps count is the most
    assert reply.preview is not None
    text = " ".join(reply.preview.notes)
    assert "Offers to get 0.1 WETH: uniswap-v" in text
    assert "cow for 299." in text
    assert "Filled, it takes the most or less" in text
    assert any("sign an order to swap at most" in each for each in reply.preview.steps)
    settled = await it.confirm()
    assert status(settled) is Status.SETTLED, settled.text
    (*_, row) = await it.orders()
    quoted = it.book.orders[row.uid]["quoted"]
    assert await went(it, held) == (quoted, TENTH)
    assert quoted < most
    assert "USDC went; 299." in settled.text
    assert "was quoted" in settled.text
    assert await it.allowance("USDC", it.cow.relayer) == 0
    flows = await it.world.ledger.flows(it.account, 0, 2**40)
    assert {(flow.symbol, flow.units) for flow in flows if flow.hash == row.hash} == {
        ("USDC", -quoted),
        ("WETH", TENTH),
    }
    assert (await against(it.world.ledger, it.world.rpc, it.chain_file)).problems == ()


async def test_it_asks_for_no_more_than_the_next_best_way_takes(it: Ordering) -> None:
    order = (await it.plan(await it.ask(usdc_for_weth("0.1")))).steps[1]
    snapshot, trader = await it.world.priced_snapshot(it.account), it.world.traders["uniswap-v3"]
    tokens = it.world.registry.token("USDC"), it.world.registry.token("WETH")
    own = trader.quote(snapshot.traders["uniswap-v3"], *tokens, TENTH, True)
    assert own is not None
    most = int(str(order.args[3]))
    assert own.units_in < most < own.units_in + LESS < own.units_in * 10_030 // 10_000


async def test_an_inflated_quote_is_refused_by_name(it: Ordering) -> None:
    it.book.lie = "inflated"
    reply = await it.ask(usdc_for_weth("0.1"))
    assert not any(step.typed for step in (await it.plan(reply)).steps)
    assert reply.preview is not None
    assert "nobody would take below" in " ".join(reply.preview.notes)


async def test_one_that_nobody_fills_ends_with_nothing_lost(it: Ordering) -> None:
    unfilled(it)
    held = await it.held()
    assert "may be filled until" in (await it.bought()).text
    await it.wait(LIFE)
    (told,) = await it.recovered()
    assert status(told) is Status.PARTIAL
    assert "Nobody filled the order until" in told.text
    assert (await it.held(), await it.allowance("USDC", it.cow.relayer)) == (held, 0)
    assert (await it.orders())[-1].status == "expired"
    assert await it.recovered() == []


async def test_one_that_is_filled_after_the_reply_is_told_and_its_rest_is_taken_back(it: Ordering) -> None:
    unfilled(it)
    held = await it.held()
    await it.bought()
    (*_, order) = await it.orders()
    assert await it.book.fill(order.uid)
    assert await it.allowance("USDC", it.cow.relayer) > 0
    (told,) = await it.recovered()
    assert status(told) is Status.SETTLED, told.text
    assert "USDC went" in told.text
    assert await went(it, held) == (it.book.orders[order.uid]["quoted"], TENTH)
    assert await it.allowance("USDC", it.cow.relayer) == 0
    assert await it.recovered() == []


async def test_the_user_calls_it_off(it: Ordering) -> None:
    unfilled(it)
    held = await it.held()
    await it.bought()
    (*_, order) = await it.orders()
    reply = await it.say("cancel the order")
    assert status(reply) is Status.PARTIAL, reply.text
    assert "You called the order off: nothing was swapped" in reply.text
    assert (await it.held(), await it.allowance("USDC", it.cow.relayer)) == (held, 0)
    assert not await it.book.fill(order.uid)


@pytest.mark.parametrize("lie", ["more", "receiver", "says-fulfilled", "says-cancelled", "forgets"])
async def test_a_lying_book_gets_nothing(it: Ordering, lie: str) -> None:
    unfilled(it)
    it.book.lie = lie
    held = await it.held()
    await it.bought()
    await it.wait(LIFE)
    (told,) = await it.recovered()
    assert "Nobody filled the order until" in told.text
    assert (await it.held(), await it.allowance("USDC", it.cow.relayer)) == (held, 0)
    assert not any(stood for _, stood in it.book.settled)


async def test_it_ends_once_wherever_the_process_ended(it: Ordering) -> None:
    for place in (Point.SIGNED, Point.RECORDED, Point.BROADCAST, Point.MINED, Point.NOTED):
        before, signed = await it.held(), len(await it.orders())
        await it.ask(usdc_for_weth("0.1"))
        with pytest.raises(Crash), watched(_end(place, 2)):  # the first is the approval's
            await it.confirm()
        it.world.manager = replace(it.world.manager, shallow=set(), ordered=set(), booked=set(), proved={})
        for _ in range(50):
            await it.recovered()
            if not await it.world.ledger.unsettled():
                break
        assert await it.allowance("USDC", it.cow.relayer) == 0
        if place is Point.SIGNED:  # nobody ever heard of it
            assert (await it.held(), len(await it.orders())) == (before, signed)
        else:
            (*_, order) = await it.orders()
            assert order.status == "filled"
            assert await went(it, before) == (it.book.orders[order.uid]["quoted"], TENTH)
    assert await it.world.ledger.verify_audit() == []


def _end(place: Point, time: int):  # type: ignore[no-untyped-def]
    seen = {"times": 0}

    def hook(now: Point) -> None:
        if now is place:
            seen["times"] += 1
            if seen["times"] == time:
                raise Crash

    return hook
