"""Orders in the whole program: given in chat, run by the schedule once a period, told where they were given."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from agent.runtime.replaying import Known, replay
from devnet import Node
from devnet.rpc import Rpc
from memory.standing.mandates import UserSettings
from tests.integration.feed_parts import dated_feed, now
from tests.integration.schedule_parts import CHANNEL, HOUR, Desk, opened

pytestmark = pytest.mark.integration
VIENNA = ZoneInfo("Europe/Vienna")


@pytest_asyncio.fixture
async def desk(devnet_node: Node, tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened(tmp_path, devnet_node) as it:
        yield it


async def look(desk: Desk) -> list[str]:
    """What orders say at the schedule's next look."""
    before = len(desk.heard.rows)
    await desk.schedule.tick()
    said = [str(row.body["text"]) for row in desk.heard.rows[before:]]
    return [text for text in said if text.startswith("Order")]


async def held(desk: Desk, symbol: str) -> int:
    account = await desk.world.account(desk.user)
    snapshot = await desk.world.snapshot(account)
    return snapshot.balances[symbol]


async def test_an_order_buys_once_each_monday_in_the_users_zone(desk: Desk) -> None:
    await desk.say("my time zone is Europe/Vienna")
    shown = await desk.say("100 USDC into WETH every Monday at 9, 3 times")
    assert "every Monday at 9:00 (Europe/Vienna)" in shown.text
    assert shown.table is not None
    cells = {row[0]: row[1] for row in shown.table.rows}
    assert cells["given at the most each time"] == "100 USDC"
    assert cells["given at the most in all"] == "300 USDC"
    assert cells["times"] == "3"
    assert (await desk.say("yes")).text.startswith("Done: order 1 is set.")
    assert await look(desk) == []
    before = await held(desk, "USDC")
    here = datetime.fromtimestamp(desk.clock.now, VIENNA)
    nine = here.replace(hour=9, minute=0, second=0, microsecond=0)
    monday = nine + timedelta(days=(7 - here.weekday()) % 7)  # by the clock on the wall, whatever it is changed by
    monday += timedelta(days=7 * (monday <= here))
    desk.clock.now = int(monday.timestamp()) + 60
    told = await look(desk)
    assert len(told) == 1
    assert "done. 100 USDC became 0.03" in told[0]
    assert await look(desk) == []
    assert before - await held(desk, "USDC") == 100_000_000


def costs(desk: Desk, dollars: int) -> None:
    """Chainlink says that of ETH; the pools stay where they are."""
    with Rpc(desk.node.rpc_url) as chain:
        head = now(chain)
        for symbol in ("ETH", "WETH"):
            place = desk.world.registry.feeds[symbol]
            dated_feed(chain, place, dollars * 10**8, started=head - 60, updated=head - 60)


async def after(desk: Desk, seconds: int) -> list[str]:
    desk.clock.now += seconds
    return await look(desk)


async def test_a_limit_never_takes_a_worse_price_than_its_own(desk: Desk) -> None:
    costs(desk, 3_060)
    shown = await desk.say("buy 0.5 WETH with USDC when it is below 2,990")
    assert "once WETH is at $2,990 or less" in shown.text
    assert "WETH is at $3,060 now." in shown.text
    assert shown.table is not None
    assert ("given at the most in all", "1,495 USDC", "you") in shown.table.rows
    assert (await desk.say("yes")).text.startswith("Done: order 1 is set.")
    await desk.say("sell 1 WETH for USDC at 2,950")
    assert await after(desk, 60) == []
    before = await held(desk, "USDC")

    costs(desk, 2_980)  # the price is there, and the pools still ask for 3,000
    told = await after(desk, 60)
    assert len(told) == 1
    assert told[0].startswith("Order 1: nothing was done. With the pools' fees it is 1,50")
    assert await after(desk, 60) == []  # not told again, and tried again
    assert await after(desk, 120) == []
    [run] = await desk.world.ledger.runs_of((await desk.world.ledger.orders())[0].id)
    assert (run.outcome, run.rule, run.tries > 1) == ("refused", "limit-price", True)
    assert await held(desk, "USDC") == before

    listed = await desk.say("my orders")
    assert listed.table is not None
    assert [row[:3] for row in listed.table.rows] == [
        ("1", "swap USDC to exactly 0.5 WETH", "once WETH is at $2,990 or less")
    ]
    assert (await desk.say("cancel order 1")).text == "Order 1 is gone."
    assert await after(desk, HOUR) == []


async def test_a_limit_and_a_stop_run_once_when_their_price_is_there(desk: Desk) -> None:
    await desk.say("swap 9000 USDC to WETH")
    await desk.say("/confirm")
    costs(desk, 2_940)
    assert "So it is already" in (await desk.say("sell 1 WETH for USDC if it falls below 2,950")).text
    for order in ("sell 1 WETH for USDC at 2,970", "sell my WETH for USDC if it falls below 2,900"):
        await desk.say(order)
        assert (await desk.say("yes")).text.startswith("Done: order")
    costs(desk, 2_985)
    told = await after(desk, 60)
    assert len(told) == 1
    assert told[0].startswith("Order 1: done. 1 WETH became 2,99")
    assert await after(desk, 120) == []
    why = await desk.say("why?")
    assert "Your order 1 asked for it." in why.text
    assert "by the price of your order" in why.text
    last = (await desk.world.ledger.plans_of(desk.user.id, 0, 2**40))[-1]
    [decision] = await desk.world.ledger.decisions_of_plan(last.plan_id)
    known = Known(desk.world.registry, desk.world.venues, desk.world.traders, desk.world.hooks)
    assert replay(decision, last.plan, known).differs == ()
    costs(desk, 2_890)
    left = await held(desk, "WETH")
    assert left > 0
    settings = UserSettings(desk.user.id, CHANNEL, quiet_from=0, quiet_to=23)
    await desk.world.ledger.set_settings(settings)
    desk.clock.now += -desk.clock.now % (24 * HOUR)  # midnight: it acts, and says nothing yet
    assert await look(desk) == []
    assert await held(desk, "WETH") == 0
    await desk.world.ledger.set_settings(UserSettings(desk.user.id, CHANNEL))
    told = await look(desk)
    assert len(told) == 1
    assert told[0].startswith("Order 2: done. ")
    assert "no orders" in (await desk.say("my orders")).text
    assert "within the slippage" in (await desk.say("why?")).text


async def test_what_holds_for_every_swap_holds_for_an_orders(desk: Desk) -> None:
    await desk.say("100 USDC into WETH every hour for 2 days")
    assert (await desk.say("yes")).text.startswith("Done: order 1 is set.")
    await desk.say("pause")
    told = await after(desk, HOUR + 1)
    assert told == [told[0]]
    assert "nothing was done. You paused me" in told[0]
    assert "You paused me" in (await desk.say("50 USDC into WETH every day at 9")).text
    await desk.say("resume")
    assert await look(desk) == []  # that hour is over
    told = await after(desk, HOUR)
    assert "done. 100 USDC became" in told[0]
    await desk.say("my limit is 120 USDC a day")
    told = await after(desk, HOUR)
    assert "nothing was done." in told[0]
    before = await held(desk, "USDC")
    told = await after(desk, 5 * HOUR + 1_900)  # too late for the last hour, and four were missed before it
    assert "missed. It was too late" in told[0]
    assert "4 earlier times were missed meanwhile." in told[0]
    assert await held(desk, "USDC") == before
    told = await after(desk, 48 * HOUR)
    assert "missed" in told[0]
    assert await after(desk, 60) == ["Order 1 has ended: its time is over."]
    assert await after(desk, 60) == []


async def test_what_can_never_run_is_not_set(desk: Desk) -> None:
    said = {
        "0.5 ETH into WETH every day": "lists",
        "100 USDC into WETH every day until 2020-01-01": "orders",
        "10 % of my USDC into WETH every Monday": "orders",
        "100.0000001 USDC into WETH every Monday": "amount",
        "900000000 USDC into WETH every Monday": "cap",
        "100 USDC into WETH every hour for 99 months": "orders",
    }
    for text, rule in said.items():
        reply = await desk.say(text)
        assert reply.verdict is not None, text
        assert reply.verdict.rule == rule, (text, reply.text)
    asked = await desk.say("100 USDC into WETH every Monday at 9 Atlantis/Centre")
    assert asked.text.startswith("I know no time zone")
    assert (await desk.say("cancel order 7")).text.startswith("You have no order 7.")
    await desk.say("100 USDC into WETH every Monday at 9")
    assert (await desk.say("no")).text.startswith("Cancelled")
    assert await desk.world.ledger.orders() == []


async def test_one_that_is_named_by_no_number_never_takes_the_others_along(desk: Desk) -> None:
    for text in (
        "100 USDC into WETH every day",
        "50 USDC into WETH every Monday",
        "stop loss at 2,000 for my WETH into USDC",
    ):
        await desk.say(text)
        assert (await desk.say("yes")).text.startswith("Done: order")
    for text, numbers in (("cancel my order", "1, 2, 3"), ("cancel my dca", "1, 2")):
        said = await desk.say(text)
        assert said.verdict is not None
        assert (said.verdict.rule, numbers in said.text) == ("orders", True)
    assert len(await desk.world.ledger.orders()) == 3
    assert (await desk.say("cancel my stop loss")).text == "Order 3 is gone."
    assert [row.number for row in await desk.world.ledger.orders()] == [1, 2]
    assert "no such order" in (await desk.say("cancel my stop loss")).text
    assert (await desk.say("cancel all my dca orders")).text == "2 orders are gone."
