"""A week of scheduled rebalancing on devnet with a clock that is told: the chain and the ledger say what moved."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from agent.chain.rpc import Rpc
from agent.replies.reply import Status
from agent.runtime.replaying import Known, replay
from agent.schedule import offset_of
from devnet import Node
from memory.rows import FlowKind, PlanStatus
from tests.integration.chain_parts import Devnet
from tests.integration.schedule_parts import HOUR, Clock, Desk, opened

pytestmark = pytest.mark.integration

PERIODS = 28
ONE = 10**6
DEPOSIT, CAP = 40_000 * ONE, 50_000 * ONE
MANDATE = "keep my usdc well placed, at most 50,000 a venue, at least $5 gain, at most $30 gas, look 30 days ahead"
CORE, VENUS = "aave-v3:core:USDC", "venus:core:USDC"


class Killed(BaseException):
    """As sudden as SIGKILL: nothing after it runs, nothing catches it."""


async def given_a_mandate(desk: Desk) -> None:
    await desk.say("deposit 40,000 usdc into aave core")
    assert (await desk.say("/confirm")).verdict is not None
    asked = await desk.say(MANDATE)
    assert asked.verdict is not None
    assert asked.verdict.status is Status.READY
    assert asked.table is not None
    assert ("most in one venue", "50,000 USDC", "you") in asked.table.rows
    assert ("most in one move", "50,000 USDC", "default") in asked.table.rows
    granted = await desk.say("yes")
    assert granted.verdict is not None
    assert granted.verdict.status is Status.SETTLED


async def crowd(node: Node, venue: str, units: int) -> None:
    """Somebody else puts so much into a venue that its rate falls."""
    other = await Devnet.opened(node)
    await other.enter(other.venues[venue], units)
    await other.rpc.close()


async def positions(desk: Desk) -> dict[str, int]:
    snapshot = await desk.world.snapshot(await desk.world.account(desk.user))
    return {key: state.position for key, state in snapshot.venues.items() if state.position}


async def wallet(desk: Desk) -> int:
    return (await desk.world.snapshot(await desk.world.account(desk.user))).balances["USDC"]


async def test_a_week_on_its_own(devnet_node: Node, tmp_path: Path) -> None:
    async with opened(tmp_path, devnet_node) as desk:
        before = await wallet(desk)
        await given_a_mandate(desk)
        for period in range(PERIODS):
            if period == PERIODS // 2:
                await crowd(devnet_node, VENUS, 3_000_000 * ONE)
            await desk.schedule.tick()
            await desk.schedule.tick()  # looking twice in a period does nothing twice
            assert all(units <= CAP for units in (await positions(desk)).values())
            await desk.advance(6 * HOUR)
        await check_the_week(desk, before)


async def check_the_week(desk: Desk, before: int) -> None:
    ledger, user = desk.world.ledger, desk.user.id
    claims = await ledger.claims("rebalance", user)
    assert claims == list(range(claims[0], claims[0] + PERIODS))
    decisions = await ledger.decisions_of(user, "rebalance", 0)
    assert len(decisions) == PERIODS
    moved = [row for row in decisions if row.chosen]
    assert [row.outcome for row in moved] == ["settled"] * len(moved)
    assert {row.outcome for row in decisions if not row.chosen} == {"kept"}
    assert moved[0].chosen == VENUS
    assert len(moved) >= 2  # into the best, and out of it once others had crowded it
    assert moved[-1].chosen in await positions(desk)

    # to the unit: what isn't in the wallet is at work, and has only grown
    at_work = sum((await positions(desk)).values())
    assert await wallet(desk) == before - DEPOSIT  # what left one venue went into the other, to the last unit
    assert DEPOSIT < at_work < DEPOSIT * 1002 // 1000

    world = desk.world
    known = Known(world.registry, world.venues, world.traders, world.hooks)
    plans = {row.plan_id: row for row in await ledger.plans_of(user, 0, 2**40)}
    for row in moved:
        plan = plans[row.plan_id or ""]
        assert plan.status is PlanStatus.SETTLED
        assert plan.channel.startswith("mandate:")
        flows = [f for f in await ledger.flows_of_plan(plan.plan_id) if f.kind is not FlowKind.FEE]
        usdc = [f.units for f in flows if f.symbol == "USDC"]
        assert len(usdc) == 2 * sum(each["taken"] for each in row.alternatives)  # each leg: out, and in
        assert sum(usdc) == 0
        again = replay(row, plan.plan, known)
        assert (again.differs, again.digest) == ((), plan.digest)
    for row in decisions:
        assert replay(row, None, known).chosen == row.chosen

    # against holding: what was earned, less the gas, as the picture draws it
    last = (await ledger.worth(user, 0))[-1]
    flows = await ledger.flows(await desk.world.account(desk.user), 0, 2**62)
    gas_wei = sum(-f.units for f in flows if f.kind is FlowKind.FEE)
    prices = (await desk.world.snapshot(await desk.world.account(desk.user))).prices
    gained = last.worth - last.held + gas_wei * prices["ETH"] // 10**18
    earned = (at_work + await wallet(desk) - before) * prices["USDC"] // ONE
    assert 0 < gained <= earned

    told = [row.body for row in desk.heard.rows]
    moves = [body for body in told if body["text"].startswith("I moved")]
    summaries = [body for body in told if body["text"].startswith("Your day.")]
    assert len(moves) == len(moved)
    assert len(summaries) in (7, 8)
    assert len(told) == len(moves) + len(summaries)
    for body in moves + summaries[1:]:
        assert base64.b64decode(body["pictures"][0]["png"]).startswith(b"\x89PNG")
    why = await desk.say("why?")
    assert "I left your USDC where it was" in why.text
    assert why.table is not None


async def test_a_crash_in_a_move_runs_no_period_twice(devnet_node: Node, tmp_path: Path) -> None:
    """Killed after the money left one venue: the next start tells of it, and the period stays taken."""
    async with opened(tmp_path, devnet_node) as desk:
        await given_a_mandate(desk)
        sent = 0

        async def send_raw(self: Rpc, raw: bytes) -> str:
            nonlocal sent
            sent += 1
            if sent == 2:
                raise Killed
            return await real(self, raw)

        real = Rpc.send_raw
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Rpc, "send_raw", send_raw)
            with pytest.raises(Killed):
                await desk.schedule.tick()
        period = desk.world.settings.rebalance_every_hours * HOUR
        offset = offset_of(desk.user.id, period)
        clock = Clock(((desk.clock.now + offset) // period + 1) * period - 1 - offset)  # its last second

    async with opened(tmp_path, devnet_node, clock=clock) as desk:
        recovered = await desk.instance.service.recover()
        assert len(recovered) == 1
        await desk.schedule.tick()
        decisions = await desk.world.ledger.decisions_of(desk.user.id, "rebalance", 0)
        assert [row.outcome for row in decisions] == ["partial"]
        assert len(await desk.world.ledger.claims("rebalance", desk.user.id)) == 1
        assert [row.body["text"][:40] for row in desk.heard.rows if "began to move" in row.body["text"]]
        said = len(desk.heard.rows)
        await desk.schedule.tick()
        assert len(desk.heard.rows) == said  # told once


async def test_a_restart_in_the_week_goes_on_where_it_was(devnet_node: Node, tmp_path: Path) -> None:
    async with opened(tmp_path, devnet_node) as desk:
        await given_a_mandate(desk)
        await desk.schedule.tick()
        clock = desk.clock
    clock.now += 3 * 24 * HOUR  # three days of downtime
    async with opened(tmp_path, devnet_node, clock=clock) as desk:
        await desk.schedule.tick()
        await desk.schedule.tick()
        decisions = await desk.world.ledger.decisions_of(desk.user.id, "rebalance", 0)
        assert len(decisions) == 2  # one catch-up, not twelve
