"""Orders that run with quoters named: offers are asked for at that moment, and held to the order's own price."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agent.plans import Plan
from agent.runtime.replaying import Known, replay
from agent.schedule import Schedule
from devnet import Node
from devnet.rpc import Rpc
from tests.integration.feed_parts import dated_feed, now
from tests.integration.quote_parts import Quoted, quoting
from tests.integration.schedule_parts import HOUR, PLATFORM, Clock, Desk, Heard
from tests.integration.swap_parts import USDC
from tests.servers.aggregators import COW, NAMES, ROUTERS

pytestmark = pytest.mark.integration
WEI = 10**18


@pytest_asyncio.fixture
async def it(devnet_node: Node, tmp_path: Path) -> AsyncIterator[tuple[Quoted, Desk]]:
    async with quoting(devnet_node, tmp_path, (*NAMES, COW)) as whole:
        instance, clock, heard = whole.instance, Clock(int(time.time())), Heard()
        instance.world.now = clock
        instance.world.ledger._now = clock
        instance.service.adapters[PLATFORM] = heard
        schedule = Schedule(instance.world, instance.service)
        yield whole, Desk(instance, whole.user, clock, devnet_node, heard, schedule)


async def after(it: tuple[Quoted, Desk], seconds: int) -> list[str]:
    """What orders say at the schedule's next look, so much later."""
    quoted, desk = it
    desk.clock.now += seconds
    quoted.served.block = (await quoted.world.snapshot(quoted.account)).block.number
    before = len(desk.heard.rows)
    await desk.schedule.tick()
    said = [str(row.body["text"]) for row in desk.heard.rows[before:]]
    return [text for text in said if text.startswith("Order")]


def costs(desk: Desk, dollars: int) -> None:
    """Chainlink says that of ETH; the pools stay where they are."""
    with Rpc(desk.node.rpc_url) as chain:
        head = now(chain)
        for symbol in ("ETH", "WETH"):
            place = desk.world.registry.feeds[symbol]
            dated_feed(chain, place, dollars * 10**8, started=head - 60, updated=head - 60)


async def last_plan(it: tuple[Quoted, Desk]) -> Plan:
    return (await it[1].world.ledger.plans_of(it[1].user.id, 0, 2**40))[-1].plan


async def test_the_best_offer_of_the_moment_is_taken_and_a_lie_leaves_the_own_route(it: tuple[Quoted, Desk]) -> None:
    quoted, desk = it
    await desk.say("3000 USDC into WETH every hour for 2 days")
    assert quoted.served.asked == [], "nobody hears of an order before its time"
    assert (await desk.say("yes")).text.startswith("Done: order 1 is set.")
    quoted.served.extra = {"velora": WEI // 200}
    told = await after(it, HOUR)
    assert "done. 3,000 USDC became 1.00" in told[0], told
    plan = await last_plan(it)
    assert ROUTERS["velora"] in {step.to for step in plan.steps}
    assert await quoted.allowance("USDC", ROUTERS["velora"]) == 0
    [decision] = await desk.world.ledger.decisions_of_plan(plan.plan_id)
    assert {each["quoter"] for each in decision.snapshot["offers"]} == {*NAMES, COW}
    known = Known(desk.world.registry, desk.world.venues, desk.world.traders, desk.world.hooks)
    assert replay(decision, plan, known).differs == ()

    quoted.served.lies = {"velora": "recipient"}
    told = await after(it, HOUR)
    assert "done. 3,000 USDC became 0.99" in told[0], told
    plan = await last_plan(it)
    own = {trader.contract.address for trader in desk.world.traders.values()}
    assert own & {step.to for step in plan.steps}
    [decision] = await desk.world.ledger.decisions_of_plan(plan.plan_id)
    rules = {each["quoter"]: each["rule"] for each in decision.snapshot["offers"]}
    assert rules["velora"] in ("quote-recipient", "recipients")


async def test_an_offer_keeps_to_the_price_of_a_limit_by_its_own_call(it: tuple[Quoted, Desk]) -> None:
    quoted, desk = it
    await desk.say("swap 9000 USDC to WETH")
    await desk.say("/confirm")
    costs(desk, 3_010)
    await desk.say("sell 1 WETH for USDC at 3,030")
    assert (await desk.say("yes")).text.startswith("Done: order 1 is set.")
    assert await after(it, 60) == []
    costs(desk, 3_030)
    before = await quoted.balance("USDC")
    weth, usdc = (desk.world.registry.token(each).address for each in ("WETH", "USDC"))
    assert weth is not None
    assert usdc is not None
    fair = await quoted.fair(weth, usdc, WEI)
    quoted.served.extra = {"1inch": 3_035 * USDC - fair}  # it would do, and its least wouldn't
    told = await after(it, 60)
    assert len(told) == 1
    assert told[0].startswith("Order 1: nothing was done. With the pools' fees it is 2,9"), told
    assert await quoted.balance("USDC") == before
    [run] = await desk.world.ledger.runs_of((await desk.world.ledger.orders())[0].id)
    assert (run.outcome, run.rule) == ("refused", "limit-price")

    quoted.served.extra = {"1inch": 3_050 * USDC - fair}
    told = await after(it, 120)
    assert told, await desk.world.ledger.runs_of((await desk.world.ledger.orders())[0].id)
    assert told[0].startswith("Order 1: done. 1 WETH became 3,050"), told
    assert await quoted.balance("USDC") - before == 3_050 * USDC
    plan = await last_plan(it)
    assert ROUTERS["1inch"] in {step.to for step in plan.steps}
    [decision] = await desk.world.ledger.decisions_of_plan(plan.plan_id)
    known = Known(desk.world.registry, desk.world.venues, desk.world.traders, desk.world.hooks)
    assert replay(decision, plan, known).differs == ()
