"""CoW Protocol's orders, carried out: signed, posted, filled by a solver on the real contracts, settled by what the
chain says.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from agent.commands.audit import against
from agent.errors import Refused
from agent.execution import ordered
from agent.execution.points import Point, watched
from agent.money import Amount
from agent.replies.reply import Reply, Status
from devnet import Node
from memory.rows import FlowKind
from tests.integration.cow_parts import Ordering, ordering
from tests.integration.quote_parts import usdc_to_weth
from tests.integration.swap_parts import USDC, put_to_work, swap

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]
WEI = 10**18
MORE = WEI // 5_000
"""More than the own pools give for 300 USDC, by some 60 cents."""
LIFE = 125
"""Seconds behind which no order of these tests holds."""


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
    book.extra, book.fills, book.lie, book.posted = MORE, True, "", 0
    book.orders.clear()
    book.settled.clear()
    monkeypatch.setattr(shared.world.manager, "order_seconds", 60.0)
    if await shared.world.ledger.valid_orders(shared.account, shared.world.now()):
        await shared.wait(LIFE)
    return shared


def status(reply: Reply) -> Status | None:
    return reply.verdict.status if reply.verdict else None


def unfilled(it: Ordering) -> None:
    """Nobody fills what is posted, and the reply doesn't wait for it."""
    it.book.fills = False
    it.world.manager.order_seconds = 0.1  # the fixture puts it back


async def test_the_best_offer_wins_though_it_is_an_order(it: Ordering) -> None:
    usdc, weth = await it.held()
    native = await it.native()
    reply = await it.ask(usdc_to_weth("300"))
    plan = await it.plan(reply)
    approval, order, back = plan.steps
    assert (approval.args, back.args) == ((it.cow.relayer, str(300 * USDC)), (it.cow.relayer, "0"))
    assert (order.to, order.typed, order.gas, order.value) == (it.cow.settlement, True, 0, 0)
    assert reply.preview is not None
    notes = " ".join(reply.preview.notes)
    assert "uniswap-v3 0.09" in notes
    assert "cow 0.1" in notes
    assert "This is an order by CoW Protocol settlement" in notes
    assert "pays the gas of the swap" in notes
    assert "nothing is lost but the gas" in notes
    settled = await it.confirm()
    assert status(settled) is Status.SETTLED, settled.text
    after = await it.held()
    (*_, order_row) = await it.orders()
    posted = it.book.orders[order_row.uid]
    assert (usdc - after[0], after[1] - weth) == (300 * USDC, posted["quoted"])
    assert f"{Amount(after[1] - weth, it.world.registry.token('WETH'))} came;" in settled.text
    assert "was quoted" in settled.text
    assert order_row.status == "filled"
    assert order_row.hash == it.book.settled[0][0]
    assert await it.allowance("USDC", it.cow.relayer) == 0
    flows = await it.world.ledger.flows(it.account, 0, 2**40)
    assert {(flow.symbol, flow.units) for flow in flows if flow.hash == order_row.hash} == {
        ("USDC", -300 * USDC),
        ("WETH", posted["quoted"]),
    }
    paid = sum(flow.units for flow in flows if flow.kind is FlowKind.FEE and flow.hash != order_row.hash)
    assert native - await it.native() == -paid  # the approval's, no other
    assert await it.world.ledger.verify_audit() == []
    why = (await it.say("why?")).text
    assert "It says that it gives" in why
    assert "by the order that is signed" in why


async def test_the_ledger_and_the_chain_agree_on_fills_and_a_forged_one_is_named(it: Ordering) -> None:
    await it.swapped()
    chain = it.instance.world.rpc
    file = it.chain_file
    assert (await against(it.world.ledger, chain, file)).problems == ()
    (*_, order) = await it.orders()
    where = order.plan_id, order.step
    other = (await it.world.ledger.attempts(order.plan_id))[0].hash
    await it.world.ledger.mark_order(*where, "filled", hash=other, block_number=1, block_hash="0x")
    problems = (await against(it.world.ledger, chain, file)).problems
    assert any("didn't fill it" in each for each in problems), problems
    assert any(f"{order.hash} of" in each for each in problems), problems  # what took the money is told
    told = {"hash": order.hash, "block_number": order.block_number, "block_hash": order.block_hash}
    await it.world.ledger.mark_order(*where, "filled", **told)  # type: ignore[arg-type]
    assert (await against(it.world.ledger, chain, file)).problems == ()


async def test_a_fill_whose_block_is_gone_is_looked_up_again(it: Ordering) -> None:
    held = await it.held()
    unfilled(it)
    await it.swapped()
    (*_, order) = await it.orders()
    before = await it.devnet.rpc.request("evm_snapshot")
    assert await it.book.fill(order.uid)
    (told,) = await it.recovered()
    assert status(told) is Status.SETTLED
    assert await it.devnet.rpc.request("evm_revert", before)
    await it.devnet.rpc.request("evm_mine")  # another block in its place
    (again,) = await it.recovered()
    assert "reorganised" in again.text
    assert "The order is open" in again.text
    assert await it.book.fill(order.uid)
    (told,) = await it.recovered()
    assert status(told) is Status.SETTLED
    assert (await it.held())[0] == held[0] - 300 * USDC


async def test_it_asks_for_no_less_than_the_next_best_way_gives(it: Ordering) -> None:
    order = (await it.plan(await it.ask(usdc_to_weth("300")))).steps[1]
    snapshot, trader = await it.world.priced_snapshot(it.account), it.world.traders["uniswap-v3"]
    tokens = it.world.registry.token("USDC"), it.world.registry.token("WETH")
    own = trader.quote(snapshot.traders["uniswap-v3"], *tokens, 300 * USDC)
    assert own is not None
    least = int(str(order.args[4]))
    assert own.units_out * 9_970 // 10_000 < own.units_out - MORE < least < own.units_out


async def test_what_gives_less_than_the_own_pools_is_told_and_not_taken(it: Ordering) -> None:
    it.book.extra = -MORE
    reply = await it.ask(usdc_to_weth("300"))
    assert not any(step.typed for step in (await it.plan(reply)).steps)
    assert reply.preview is not None
    assert "cow 0.09" in " ".join(reply.preview.notes)


async def test_an_inflated_quote_is_refused_by_name(it: Ordering) -> None:
    it.book.lie = "inflated"
    reply = await it.ask(usdc_to_weth("300"))
    assert not any(step.typed for step in (await it.plan(reply)).steps)
    assert reply.preview is not None
    assert "nobody would give above" in " ".join(reply.preview.notes)


async def test_no_order_is_taken_for_what_something_else_waits_for(it: Ordering) -> None:
    reply = await it.ask(put_to_work(swap("300", "USDC", "WETH")))
    assert not any(step.typed for step in (await it.plan(reply)).steps)
    assert reply.preview is not None
    assert "what follows needs what comes of it now" in " ".join(reply.preview.notes)


async def test_an_order_that_nobody_fills_ends_with_nothing_lost(it: Ordering) -> None:
    unfilled(it)
    held = await it.held()
    reply = await it.swapped()
    assert "may be filled until" in reply.text
    assert [offer.words for offer in reply.offers] == ["cancel the order"]
    assert await it.recovered() == []  # still open: nothing new to tell
    await it.ask(swap("100", "USDC", "DAI"))
    with pytest.raises(Refused, match="isn't settled yet"):
        await it.confirm()
    await it.wait(LIFE)
    (told,) = await it.recovered()
    assert status(told) is Status.PARTIAL
    assert "Nobody filled the order until" in told.text
    assert "allowance" in told.text
    assert (await it.held(), await it.allowance("USDC", it.cow.relayer)) == (held, 0)
    assert (await it.orders())[-1].status == "expired"
    assert await it.recovered() == []


async def test_an_order_is_filled_after_the_reply_and_told(it: Ordering) -> None:
    unfilled(it)
    held = await it.held()
    assert "may be filled until" in (await it.swapped()).text
    (*_, order) = await it.orders()
    assert await it.book.fill(order.uid)
    reply = await it.say("my portfolio")
    assert "came;" in reply.text
    assert reply.text.startswith("Done: swap 300 USDC")
    assert (await it.held())[1] - held[1] == it.book.orders[order.uid]["quoted"]


async def test_a_fill_is_seen_though_its_storage_was_freed(it: Ordering, monkeypatch: pytest.MonkeyPatch) -> None:
    unfilled(it)
    await it.swapped()
    (*_, order) = await it.orders()
    assert await it.book.fill(order.uid)
    await it.wait(LIFE)
    read = it.world.rpc.call

    async def freed(to: object, data: bytes, *rest: object) -> bytes:
        answer = await read(to, data, *rest)  # type: ignore[arg-type]
        return bytes(len(answer)) if to == it.cow.settlement else answer

    monkeypatch.setattr(it.world.rpc, "call", freed)
    (told,) = await it.recovered()
    assert status(told) is Status.SETTLED, told.text


@pytest.mark.parametrize("words", ["cancel the order", "cancel", "cancel the stuck transaction"])
async def test_the_user_calls_an_order_off(it: Ordering, words: str) -> None:
    unfilled(it)
    held = await it.held()
    await it.swapped()
    (*_, order) = await it.orders()
    reply = await it.say(words)
    assert status(reply) is Status.PARTIAL, reply.text
    assert "You called the order off: nothing was swapped" in reply.text
    assert (await it.held(), await it.allowance("USDC", it.cow.relayer)) == (held, 0)
    assert (await it.orders())[-1].status == "cancelled"
    assert not await it.book.fill(order.uid)
    again = await it.ask(usdc_to_weth("300"))  # a new allowance would bring it back to life
    assert again.preview is not None
    assert "an earlier order over USDC could be filled until" in " ".join(again.preview.notes)
    await it.wait(LIFE)
    assert any(step.typed for step in (await it.plan(await it.ask(usdc_to_weth("300")))).steps)


async def test_an_order_that_was_filled_before_it_could_be_called_off_counts(
    it: Ordering, monkeypatch: pytest.MonkeyPatch
) -> None:
    unfilled(it)
    held = await it.held()
    await it.swapped()
    (*_, order) = await it.orders()
    send = it.world.rpc.send_raw

    async def sending(signed: bytes) -> str:
        await it.book.fill(order.uid)
        return await send(signed)

    monkeypatch.setattr(it.world.rpc, "send_raw", sending)
    reply = await it.say("cancel the order")
    assert status(reply) is Status.SETTLED, reply.text
    assert (await it.held())[0] == held[0] - 300 * USDC
    assert (await it.orders())[-1].status == "filled"


async def test_money_is_taken_out_while_an_order_is_open(it: Ordering) -> None:
    await it.say("deposit 500 usdc into aave core")
    await it.say("/confirm")
    unfilled(it)
    await it.swapped()
    await it.say("withdraw 100 usdc from aave core")
    reply = await it.say("/confirm")
    assert status(reply) is Status.SETTLED, reply.text
    assert status(await it.say("cancel the order")) is Status.PARTIAL


async def test_an_order_ends_once_wherever_the_process_ended(it: Ordering) -> None:
    for place in (Point.NONCE_READ, Point.SIGNED, Point.RECORDED, Point.BROADCAST, Point.MINED, Point.NOTED):
        before, posted, signed = await it.held(), it.book.posted, len(await it.orders())
        await _crashed(it, place, time=2)  # the first is the approval's
        for _ in range(50):
            await it.recovered()
            if not await it.world.ledger.unsettled():
                break
        after = await it.held()
        assert await it.allowance("USDC", it.cow.relayer) == 0
        if place in (Point.NONCE_READ, Point.SIGNED):  # nobody ever heard of it
            assert (after, it.book.posted, len(await it.orders())) == (before, posted, signed)
        else:
            (*_, order) = await it.orders()
            assert order.status == "filled"
            assert after == (before[0] - 300 * USDC, before[1] + it.book.orders[order.uid]["quoted"])
    assert [stood for _, stood in it.book.settled] == [True] * 4
    assert await it.world.ledger.verify_audit() == []


async def test_a_wish_to_call_it_off_outlives_the_process(it: Ordering) -> None:
    unfilled(it)
    held = await it.held()
    await it.swapped()
    with pytest.raises(Crash), watched(_end(Point.CLEANING, 1)):
        await it.say("cancel the order")
    _restart(it)
    (told,) = await it.recovered()
    assert "You called the order off" in told.text
    assert (await it.held(), await it.allowance("USDC", it.cow.relayer)) == (held, 0)


@pytest.mark.parametrize("lie", ["less", "receiver", "says-fulfilled", "says-cancelled", "html", "forgets"])
async def test_a_lying_book_gets_nothing(it: Ordering, lie: str) -> None:
    unfilled(it)
    it.book.lie = lie
    held = await it.held()
    reply = await it.swapped()
    assert "may be filled until" in reply.text
    await it.wait(LIFE)
    (told,) = await it.recovered()
    assert "Nobody filled the order until" in told.text
    assert (await it.held(), await it.allowance("USDC", it.cow.relayer)) == (held, 0)
    (*_, order) = await it.orders()
    if order.uid in it.book.orders:  # what comes after its end comes to nothing
        assert not await it.book.fill(order.uid)
    assert not any(stood for _, stood in it.book.settled)


@pytest.mark.parametrize("lie", ["twice", "loses", "500", "other-uid", "forgets"])
async def test_what_a_book_says_of_itself_changes_no_fill(it: Ordering, lie: str) -> None:
    it.book.lie = lie
    held = await it.held()
    reply = await it.swapped()
    assert status(reply) is Status.SETTLED, reply.text
    (*_, order) = await it.orders()
    assert await it.held() == (held[0] - 300 * USDC, held[1] + it.book.orders[order.uid]["quoted"])
    assert len(it.book.orders) == 1
    assert [stood for _, stood in it.book.settled].count(True) == 1


async def test_a_book_that_takes_no_order_ends_it_at_once(it: Ordering) -> None:
    it.book.lie = "refuses"
    held = await it.held()
    reply = await it.swapped()
    assert status(reply) is Status.PARTIAL
    assert "doesn't take the order" in reply.text
    assert (await it.held(), await it.allowance("USDC", it.cow.relayer)) == (held, 0)


def _end(place: Point, time: int):  # type: ignore[no-untyped-def]
    seen = {"times": 0}

    def hook(now: Point) -> None:
        if now is place:
            seen["times"] += 1
            if seen["times"] == time:
                raise Crash

    return hook


async def _crashed(it: Ordering, place: Point, time: int) -> None:
    await it.ask(usdc_to_weth("300"))
    with pytest.raises(Crash), watched(_end(place, time)):
        await it.confirm()
    _restart(it)


def _restart(it: Ordering) -> None:
    """What the process knew besides its files is gone."""
    it.world.manager = replace(it.world.manager, shallow=set(), ordered=set(), booked=set(), proved={})
