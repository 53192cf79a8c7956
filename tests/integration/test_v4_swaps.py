"""Swaps through v4's pools, on the real PoolManager, UniversalRouter and Permit2: what is quoted comes back, never
less than what was confirmed, and nothing is left that anybody could take.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agent.execution.outcome import End
from agent.money import Address
from agent.plans import Plan, Role
from devnet import Node
from plugins.uniswap.v4.calls import EXECUTE, GRANT, swap_step
from tests.integration.chain_parts import APPROVE
from tests.integration.swap_parts import DAI, ETH, USDC, Swapping, swap, swapping
from tests.integration.v4_parts import alone, best, trader_of

pytestmark = pytest.mark.integration
HANDED = "allowance(address owner,address token,address spender)"


@pytest_asyncio.fixture
async def it(devnet_node: Node, tmp_path: Path) -> AsyncIterator[Swapping]:
    async with swapping(devnet_node, tmp_path) as whole:
        yield whole


@pytest.fixture
def by_v4(it: Swapping) -> Swapping:
    """No other exchange is listed, and no pool of the coin itself, so that two hops are v4's, too."""
    return alone(it, ("WETH", "DAI"), ("DAI", "USDC"))


async def moved_coin(it: Swapping, plan: Plan, before: int) -> int:
    """Wei that came or went since `before`, fees apart: by the balance, not by what any event says."""
    fees = [attempt.hash for attempt in await it.world.ledger.attempts(plan.plan_id)]
    receipts = [await it.devnet.rpc.receipt(each) for each in fees]
    return await it.native() - before + sum(each.fee for each in receipts if each is not None)


async def nothing_left(it: Swapping, *symbols: str) -> None:
    """No token and no coin in the router, no allowance of the account's to Permit2 or of Permit2's to the router."""
    trader = trader_of(it)
    router, permit2 = trader.contract.address, trader.through.address
    assert await it.native_of(router) == 0
    for symbol in symbols:
        token = it.world.registry.token(symbol).address
        assert await it.devnet.read(token, "balanceOf(address)", "uint256", router) == 0
        assert await it.allowance(symbol, permit2) == 0
        assert await it.devnet.read(permit2, HANDED, "uint160", it.account, token, router) == 0


def functions(plan: Plan) -> list[str]:
    return [step.function for step in plan.steps if step.role is not Role.CLEANUP]


async def test_tokens_go_by_permit2_and_give_their_quote(it: Swapping) -> None:
    await it.run(swap("3", "ETH", "DAI"))
    units = 5_000 * DAI
    trade = await best(it, "DAI", "WETH", units)
    before = await it.balance("DAI"), await it.balance("WETH")
    plan, outcome = await it.run(swap("5000", "DAI", "WETH"))
    assert outcome.end is End.SETTLED, outcome.reason
    assert functions(plan) == [
        APPROVE,
        GRANT,
        EXECUTE,
    ]
    assert await it.balance("DAI") == before[0] - units
    assert await it.balance("WETH") == before[1] + trade.units_out
    await nothing_left(it, "DAI", "WETH")


POOLS = pytest.mark.parametrize("held", ["WETH", "ETH"], ids=["wrapped", "the coin itself"])


@POOLS
async def test_coin_goes_in_and_comes_out(it: Swapping, held: str) -> None:
    """Through pools of the wrapped form, and of the coin itself."""
    alone(it, (held, "DAI"))
    trade, before = await best(it, "WETH", "DAI", 3 * ETH), (await it.balance("DAI"), await it.native())
    plan, outcome = await it.run(swap("3", "ETH", "DAI"))
    assert outcome.end is End.SETTLED, outcome.reason
    assert (functions(plan), plan.steps[0].value) == ([EXECUTE], 3 * ETH)
    assert await it.balance("DAI") == before[0] + trade.units_out
    assert outcome.changes["native"] == await moved_coin(it, plan, before[1]) == -3 * ETH
    await nothing_left(it, "DAI", "WETH")

    trade, coin = await best(it, "DAI", "WETH", 6_000 * DAI), await it.native()
    plan, outcome = await it.run(swap("6000", "DAI", "ETH"))
    assert outcome.end is End.SETTLED, outcome.reason
    assert functions(plan)[1:] == [GRANT, EXECUTE]
    assert outcome.changes["native"] == await moved_coin(it, plan, coin) == trade.units_out
    await nothing_left(it, "DAI", "WETH")


@POOLS
async def test_exact_outputs_take_their_quote_and_both_allowances_are_taken_back(it: Swapping, held: str) -> None:
    alone(it, (held, "DAI"))
    trade, before = await best(it, "WETH", "DAI", 9_000 * DAI, exact_out=True), await it.balance("DAI")
    coin = await it.native()
    plan, outcome = await it.run(swap(None, "ETH", "DAI", out="9000"))
    assert outcome.end is End.SETTLED, outcome.reason
    assert plan.steps[0].value > trade.units_in
    assert outcome.changes["native"] == await moved_coin(it, plan, coin) == -trade.units_in
    assert await it.balance("DAI") == before + 9_000 * DAI
    await nothing_left(it, "DAI", "WETH")

    trade, before = await best(it, "DAI", "WETH", ETH, exact_out=True), await it.balance("DAI")
    coin = await it.native()
    plan, outcome = await it.run(swap(None, "DAI", "ETH", out="1"))
    assert outcome.end is End.SETTLED, outcome.reason
    assert functions(plan)[1:] == [GRANT, EXECUTE, GRANT, functions(plan)[0]]
    assert await it.balance("DAI") == before - trade.units_in
    assert outcome.changes["native"] == await moved_coin(it, plan, coin) == ETH
    await nothing_left(it, "DAI", "WETH")


@pytest.mark.parametrize("exact_out", [False, True], ids=["exact in", "exact out"])
async def test_the_wrapped_form_goes_through_pools_of_the_coin(it: Swapping, exact_out: bool) -> None:
    """What Permit2 hands over is unwrapped for them; what they give, and what isn't needed, comes back wrapped."""
    alone(it, ("ETH", "USDC"))
    units = 3_000 * USDC
    trade = await best(it, "USDC", "WETH", ETH if exact_out else units, exact_out)
    assert trade.tokens[1].is_native
    before = await it.balance("USDC"), await it.balance("WETH")
    asked = swap(None, "USDC", "WETH", out="1") if exact_out else swap("3000", "USDC", "WETH")
    plan, outcome = await it.run(asked)
    assert outcome.end is End.SETTLED, outcome.reason
    assert [step.value for step in plan.steps] == [0] * len(plan.steps)
    assert await it.balance("USDC") == before[0] - trade.units_in
    assert await it.balance("WETH") == before[1] + trade.units_out
    assert "native" not in outcome.changes
    await nothing_left(it, "USDC", "WETH")

    trade = await best(it, "WETH", "USDC", units // 2 if exact_out else ETH // 2, exact_out)
    before = await it.balance("USDC"), await it.balance("WETH")
    asked = swap(None, "WETH", "USDC", out="1500") if exact_out else swap("0.5", "WETH", "USDC")
    plan, outcome = await it.run(asked)
    assert outcome.end is End.SETTLED, outcome.reason
    assert [step.value for step in plan.steps] == [0] * len(plan.steps)
    assert await it.balance("USDC") == before[0] + trade.units_out
    assert await it.balance("WETH") == before[1] - trade.units_in
    assert outcome.changes[str(it.world.registry.token("WETH").address)] == -trade.units_in
    await nothing_left(it, "USDC", "WETH")


async def test_a_path_runs_through_the_coin(it: Swapping) -> None:
    alone(it, ("ETH", "USDC"), ("ETH", "DAI"))
    trade = await best(it, "USDC", "DAI", 2_000 * USDC)
    assert [token.symbol for token in trade.through] == ["ETH"]
    before = await it.balance("USDC"), await it.balance("DAI")
    reply = await it.ask(swap("2000", "USDC", "DAI"))
    assert reply.preview is not None
    assert "By way of ETH." in reply.preview.notes
    _, outcome = await it.run(swap("2000", "USDC", "DAI"))
    assert outcome.end is End.SETTLED, outcome.reason
    assert await it.balance("USDC") == before[0] - 2_000 * USDC
    assert await it.balance("DAI") == before[1] + trade.units_out
    await nothing_left(it, "USDC", "DAI", "WETH")


@pytest.mark.parametrize("exact_out", [False, True], ids=["exact in", "exact out"])
async def test_two_hops_give_their_quote(by_v4: Swapping, exact_out: bool) -> None:
    it = by_v4
    units = ETH // 2 if exact_out else 3_000 * USDC
    trade = await best(it, "USDC", "WETH", units, exact_out)
    assert [len(part.pools) for part in trade.parts] == [2]
    before = await it.balance("USDC"), await it.balance("WETH")
    asked = swap(None, "USDC", "WETH", out="0.5") if exact_out else swap("3000", "USDC", "WETH")
    _, outcome = await it.run(asked)
    assert outcome.end is End.SETTLED, outcome.reason
    assert await it.balance("USDC") == before[0] - trade.units_in
    assert await it.balance("WETH") == before[1] + trade.units_out
    await nothing_left(it, "USDC", "DAI", "WETH")


async def test_less_than_the_least_fails_and_takes_everything_back(it: Swapping) -> None:
    """Somebody moves the pool's price just before: the swap reverts, both allowances are taken back."""
    await it.run(swap("3", "ETH", "DAI"))
    before = await it.balance("DAI"), await it.balance("WETH")
    it.before_send(2, lambda: moved(it, 2_000_000 * DAI))
    _, outcome = await it.run(swap("5000", "DAI", "WETH"))
    assert outcome.end is not End.SETTLED
    assert "revert" in outcome.reason
    assert (await it.balance("DAI"), await it.balance("WETH")) == before
    await nothing_left(it, "DAI", "WETH")


async def test_a_move_within_the_least_gives_no_less_than_it(it: Swapping) -> None:
    await it.run(swap("3", "ETH", "DAI"))
    trade, before = await best(it, "DAI", "WETH", 5_000 * DAI), await it.balance("WETH")
    it.before_send(2, lambda: moved(it, 5_000 * DAI))
    _, outcome = await it.run(swap("5000", "DAI", "WETH"))
    assert outcome.end is End.SETTLED, outcome.reason
    got = await it.balance("WETH") - before
    assert trade.units_out * 997 // 1_000 <= got < trade.units_out
    await nothing_left(it, "DAI", "WETH")


async def moved(it: Swapping, units: int) -> None:
    """Somebody else swaps DAI into WETH in v4's pool."""
    dai, trader = it.world.registry.token("DAI"), trader_of(it)
    trade = await best(it, "DAI", "WETH", units)
    await it.devnet.fund(dai, units)
    until = 2**40
    await it.devnet.call(Address(str(dai.address)), APPROVE, trader.through.address, units)
    grant = trader.grant(dai, units, until)
    await it.devnet.call(grant.to, grant.function, *grant.args)
    step = swap_step(trader.contract, trader._keys, trade, (1,) * len(trade.parts), (False, False), until)
    await it.devnet.call(step.to, step.function, *step.args)


@POOLS
async def test_dust_that_somebody_left_in_the_router_stops_nobody(it: Swapping, held: str) -> None:
    """The router gives all back that it has: a wei more comes than was asked for, and the books tell it."""
    alone(it, (held, "DAI"))
    weth, dust = it.world.registry.token("WETH"), 1
    await it.devnet.fund(weth, dust)
    await it.devnet.call(weth.place, "transfer(address,uint256)", trader_of(it).contract.address, dust)
    before = await it.native()
    plan, outcome = await it.run(swap("1", "ETH", "DAI"))
    assert outcome.end is End.SETTLED, outcome.reason
    assert outcome.changes["native"] == await moved_coin(it, plan, before) == dust - ETH
    await nothing_left(it, "DAI", "WETH")


async def test_a_sandwich_is_looked_for_in_its_block(it: Swapping) -> None:
    await it.ask(swap("3", "ETH", "DAI"))
    settled = await it.confirm()
    assert "no sandwich took any of it" in settled.text
