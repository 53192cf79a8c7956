"""Replay: each decision of a plan comes out again from what was stored, and the plan to its digest."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from agent.errors import Refused
from agent.intents import All, Exact, Intent, Rebalance, Withdraw
from agent.runtime.replaying import Known, Replay, replay
from devnet import Node
from memory.rows import DecisionRow, PlanRow
from tests.integration.runtime_parts import AAVE, Whole, deposit, opened, status
from tests.integration.swap_parts import put_to_work, swap

pytestmark = pytest.mark.integration

VENUS = "venus:core:USDC"


@pytest_asyncio.fixture
async def it(devnet_node: Node, tmp_path: Path) -> AsyncIterator[Whole]:
    async with opened(tmp_path, devnet_node) as whole:
        yield whole


async def decided(it: Whole, intent: Intent) -> tuple[PlanRow, list[DecisionRow]]:
    row = await it.row(await it.ask(intent))
    return row, await it.world.ledger.decisions_of_plan(row.plan_id)


def again(it: Whole, row: DecisionRow, plan: PlanRow) -> Replay:
    world = it.world
    return replay(row, plan.plan, Known(world.registry, world.venues, world.traders, world.hooks))


REQUESTS: list[tuple[Intent, list[str]]] = [
    (swap("1", "ETH", "USDC"), ["swap"]),
    (swap("900", "DAI", "WETH"), ["swap"]),  # over two hops
    (swap(None, "USDC", "WETH", out="0.5"), ["swap"]),
    (put_to_work(swap(None, "ETH", "USDC", percent="50")), ["swap", "deposit"]),
    (put_to_work(swap("1000", "DAI", "USDC"), AAVE), ["swap", "deposit"]),
    (deposit("1000", venue=None), ["deposit"]),
    (deposit("1000", venue=AAVE), ["deposit"]),
    (swap(None, "ETH", "DAI"), ["swap"]),  # all that isn't kept for gas
]


async def test_each_choice_and_the_plan_come_out_the_same(it: Whole) -> None:
    plans: list[PlanRow] = []
    for intent, kinds in REQUESTS:
        plan, rows = await decided(it, intent)
        assert [row.kind for row in rows] == kinds
        settled = await it.confirm()
        assert status(settled) == "settled", settled.text
        plans.append(plan)
    await it.say("advance 30 days")  # what the chain says since has no part in it
    for plan in plans:
        for row in await it.world.ledger.decisions_of_plan(plan.plan_id):
            found = again(it, row, plan)
            assert found.differs == (), plan.intent
            assert found.digest == plan.digest
            assert (found.chosen, row.outcome) == (row.chosen, "settled")


async def test_a_swap_keeps_all_ways_with_what_each_would_have_given(it: Whole) -> None:
    plan, (row,) = await decided(it, swap("1", "ETH", "USDC"))
    assert len(row.alternatives) >= 2
    gives = [int(each["units_out"]) for each in row.alternatives if not each["why_not"]]
    assert gives == sorted(gives, reverse=True)
    assert len(set(gives)) > 1
    assert row.chosen == row.alternatives[0]["route"]
    (given,) = [change for change in plan.plan.expected if change.symbol == "USDC"]
    assert given.min <= gives[0] <= given.max
    assert gives[1] < gives[0]


async def test_a_withdrawal_in_turn_keeps_the_order_and_the_numbers(it: Whole) -> None:
    for venue in (AAVE, VENUS):
        await it.do(deposit("1000", venue=venue))
    wanted = Withdraw(asset="USDC", amount=Exact(value="1500"), venue=None)
    plan, (row,) = await decided(it, wanted)
    rates = [int(each["rate"]) for each in row.alternatives]
    assert rates == sorted(rates)
    assert [int(each["units"]) for each in row.alternatives][1] < 1_000_000_000
    assert sum(int(each["units"]) for each in row.alternatives) == 1_500_000_000
    found = again(it, row, plan)
    assert (found.differs, found.digest) == ((), plan.digest)
    _, named = await decided(it, Withdraw(asset="USDC", amount=All(), venue=AAVE))
    assert named == []


async def test_a_rebalance_that_was_asked_for(it: Whole) -> None:
    await it.do(deposit("40000", venue=AAVE))
    plan, (row,) = await decided(it, Rebalance(assets=("USDC",)))
    found = again(it, row, plan)
    assert (row.kind, found.differs, found.digest) == ("rebalance-asked", (), plan.digest)
    kept = {key: value for key, value in row.snapshot.items() if key not in ("weighed", "barred", "sums")}
    with pytest.raises(Refused, match="by the rule of an earlier version, which is gone"):
        again(it, replace(row, snapshot=kept), plan)
    rate = {**row.snapshot["weighed"]["outlooks"][AAVE], "soon": str(10**27)}  # it pays all, where it is
    weighed = row.snapshot["weighed"] | {"outlooks": row.snapshot["weighed"]["outlooks"] | {AAVE: rate}}
    found = again(it, replace(row, snapshot={**row.snapshot, "weighed": weighed}), plan)
    assert found.differs


def _dearer(snapshot: dict[str, Any]) -> None:
    """Pools that would have given something else."""
    for pool in snapshot["traders"]["uniswap-v3"]:
        if "sqrt_price" in pool:
            pool["sqrt_price"] = str(int(pool["sqrt_price"]) * 1001 // 1000)


def _other_fee(snapshot: dict[str, Any]) -> None:
    snapshot["block"]["base_fee"] = str(int(snapshot["block"]["base_fee"]) + 1)


def _other_amount(snapshot: dict[str, Any]) -> None:
    snapshot["intent"] = snapshot["intent"] | {"amount": {"kind": "exact", "value": "2"}}


@pytest.mark.parametrize(
    ("change", "words"),
    [(_dearer, "the alternatives"), (_other_fee, "other bounds, gas limits"), (_other_amount, "no plan comes of it")],
)
async def test_what_was_changed_afterwards_is_seen(
    it: Whole, change: Callable[[dict[str, Any]], None], words: str
) -> None:
    plan, (row,) = await decided(it, swap("1", "ETH", "USDC"))
    snapshot = dict(row.snapshot)
    change(snapshot)
    found = again(it, replace(row, snapshot=snapshot), plan)
    assert words in " ".join(found.differs)
    assert found.digest != plan.digest


async def test_what_isnt_listed_any_more_cant_be_replayed(it: Whole) -> None:
    plan, (row,) = await decided(it, swap("1", "ETH", "USDC"))
    world = it.world
    for venues, traders in (({}, world.traders), (world.venues, {})):
        with pytest.raises(Refused, match="isn't listed any more"):
            replay(row, plan.plan, Known(world.registry, venues, traders, world.hooks))
    with pytest.raises(Refused, match="earlier version"):
        again(it, replace(row, simulated=None), plan)
