"""Swaps carried out on devnet: what is quoted comes back, and never less than what was confirmed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest
import pytest_asyncio

from agent.errors import Refused
from agent.execution.outcome import End
from agent.gate.build import TRADE_SECONDS
from agent.gate.trades.measure import cost
from agent.gate.trades.sandwich import LEAST_SLIPPAGE_BPS
from agent.gate.trades.trading import gas_price
from agent.plans import Role
from agent.plugin import Trader
from agent.replies.reply import Status
from agent.routes import Trade
from devnet import Node
from tests.integration.swap_parts import AAVE, ETH, USDC, Swapping, least, put_to_work, swap, swapping

pytestmark = pytest.mark.integration


@pytest_asyncio.fixture
async def it(devnet_node: Node, tmp_path: Path) -> AsyncIterator[Swapping]:
    async with swapping(devnet_node, tmp_path) as whole:
        yield whole


async def quoted(it: Swapping, start: str, end: str, units: int, exact_out: bool = False) -> int:
    trade = await best(it, start, end, units, exact_out)
    return trade.units_in if exact_out else trade.units_out


async def best(it: Swapping, start: str, end: str, units: int, exact_out: bool = False) -> Trade:
    """Of each exchange never worse than its best single way; of all of them the best net of gas."""
    snapshot = await it.world.snapshot(it.account)
    one, other = (it.world.registry.token(symbol) for symbol in (start, end))
    gas = gas_price(it.world.registry, snapshot, one if exact_out else other)
    trades = []
    for name, trader in it.world.traders.items():
        trade = trader.best(snapshot.traders[name], one, other, units, exact_out, gas)
        alone = trader.quote(snapshot.traders[name], one, other, units, exact_out)
        assert trade is not None
        assert alone is not None
        assert trade.units_in <= alone.units_in
        assert trade.units_out >= alone.units_out
        trades.append(trade)
    return min(trades, key=lambda each: cost(each, gas))


@pytest.mark.parametrize(
    ("start", "end", "value", "units"),
    [("USDC", "WETH", "3000", 3_000 * USDC), ("USDC", "DAI", "500", 500 * USDC), ("DAI", "WETH", "900", 900 * ETH)],
)
async def test_a_swap_gives_its_quote_when_nothing_moves(
    it: Swapping, start: str, end: str, value: str, units: int
) -> None:
    expected = await quoted(it, start, end, units)
    before = await it.balance(start), await it.balance(end)
    reply = await it.ask(swap(value, start, end))
    assert "price impact" in reply.text
    settled = await it.confirm()
    assert settled.verdict is not None
    assert settled.verdict.status is Status.SETTLED, settled.text
    assert await it.balance(start) == before[0] - units
    assert await it.balance(end) == before[1] + expected
    assert await it.allowance(start, it.router) == 0


async def test_native_coin_goes_in_without_an_approval(it: Swapping) -> None:
    expected = await quoted(it, "WETH", "USDC", ETH)
    native, before = await it.native(), await it.balance("USDC")
    plan, outcome = await it.run(swap("1", "ETH", "USDC"))
    assert outcome.end is End.SETTLED, outcome.reason
    assert [(step.value, step.role) for step in plan.steps] == [(ETH, Role.ACTION)]
    assert await it.balance("USDC") == before + expected
    assert ETH < native - await it.native() < ETH + plan.max_total_fee_wei
    assert outcome.changes == {"native": -ETH, it.world.registry.token("USDC").address: expected}


async def test_all_of_the_native_coin_keeps_what_gas_needs(it: Swapping) -> None:
    native, before = await it.native(), await it.balance("USDC")
    plan, outcome = await it.run(swap(None, "ETH", "USDC"))
    assert outcome.end is End.SETTLED, outcome.reason
    assert plan.steps[0].value > native * 99 // 100
    assert await it.balance("USDC") > before
    await it.run(swap("100", "USDC", "DAI"))  # the gas for more is still there
    assert await it.balance("DAI") > 0


async def test_an_exact_output_takes_what_is_quoted_and_leaves_no_allowance(it: Swapping) -> None:
    expected = await quoted(it, "USDC", "WETH", ETH // 2, exact_out=True)
    before = await it.balance("USDC"), await it.balance("WETH")
    reply = await it.ask(swap(None, "USDC", "WETH", out="0.5"))
    assert reply.preview is not None
    assert "at most" in reply.preview.headline
    settled = await it.confirm()
    assert settled.verdict is not None
    assert settled.verdict.status is Status.SETTLED, settled.text
    assert await it.balance("USDC") == before[0] - expected
    assert await it.balance("WETH") == before[1] + ETH // 2
    assert await it.allowance("USDC", it.router) == 0


async def test_what_comes_back_is_unwrapped_to_the_coin(it: Swapping) -> None:
    expected = await quoted(it, "USDC", "WETH", 3_000 * USDC)
    before, native = await it.balance("WETH"), await it.native()
    plan, outcome = await it.run(swap("3000", "USDC", "ETH"))
    assert outcome.end is End.SETTLED, outcome.reason
    assert outcome.changes["native"] == expected
    assert await it.balance("WETH") == before
    assert expected - plan.max_total_fee_wei < await it.native() - native < expected
    assert await it.allowance("USDC", it.router) == 0
    assert await it.native_of(it.router) == 0


async def test_an_exact_amount_of_coin_comes_back(it: Swapping) -> None:
    expected = await quoted(it, "USDC", "WETH", ETH // 2, exact_out=True)
    before = await it.balance("USDC")
    _, outcome = await it.run(swap(None, "USDC", "ETH", out="0.5"))
    assert outcome.end is End.SETTLED, outcome.reason
    assert outcome.changes["native"] == ETH // 2
    assert await it.balance("USDC") == before - expected


async def test_an_exact_output_for_coin_gives_the_rest_of_it_back(it: Swapping) -> None:
    expected = await quoted(it, "WETH", "USDC", 300 * USDC, exact_out=True)
    before = await it.balance("USDC")
    plan, outcome = await it.run(swap(None, "ETH", "USDC", out="300"))
    assert outcome.end is End.SETTLED, outcome.reason
    assert plan.steps[0].value > expected
    assert outcome.changes["native"] == -expected
    assert await it.balance("USDC") == before + 300 * USDC
    assert await it.native_of(it.router) == 0


async def test_a_swap_that_comes_too_late_fails(it: Swapping) -> None:
    """The block's time is beyond the deadline in the calldata, whatever its price."""
    plan = await it.plan(await it.ask(swap("1", "ETH", "USDC")))
    row = await it.world.ledger.confirm(plan.plan_id, it.user.id, plan.digest, it.world.now())
    await it.devnet.rpc.request("evm_increaseTime", TRADE_SECONDS + 60)
    outcome = await it.world.manager.run(row.plan)
    assert outcome.end is not End.SETTLED
    assert "mined and reverted" in outcome.reason


async def test_an_exact_output_over_two_hops(it: Swapping) -> None:
    """v4 has a pool of the two tokens; without it, it goes by way of a third."""
    cast("dict[str, Trader]", it.world.traders).pop("uniswap-v4")
    expected = await quoted(it, "DAI", "WETH", ETH // 10, exact_out=True)
    before = await it.balance("DAI"), await it.balance("WETH")
    _, outcome = await it.run(swap(None, "DAI", "WETH", out="0.1"))
    assert outcome.end is End.SETTLED, outcome.reason
    assert (await it.balance("DAI"), await it.balance("WETH")) == (before[0] - expected, before[1] + ETH // 10)


@pytest.mark.parametrize(
    ("wanted", "rule"),
    [
        (swap("2000", "WETH", "USDC"), "balance"),
        (swap("9000000", "USDC", "WETH"), "impact"),
        (swap("0.0000001", "USDC", "DAI"), "amount"),
    ],
    ids=lambda each: str(each)[:40],
)
async def test_what_is_refused(it: Swapping, wanted: object, rule: str) -> None:
    with pytest.raises(Refused) as refused:
        await it.ask(wanted)  # type: ignore[arg-type]
    assert refused.value.rule == rule


async def test_a_price_that_moved_after_the_preview_makes_it_void(it: Swapping) -> None:
    before = await it.balance("USDC")
    preview = await it.plan(await it.ask(swap("1", "ETH", "USDC")))
    await it.move_price(400 * ETH)
    await it.move_price(200 * ETH, fee=3000)
    await it.move_price(50 * ETH, end="DAI", fee=3000)
    reply = await it.confirm()
    assert reply.verdict is not None
    assert reply.verdict.status is Status.VOID
    assert "Too little received" in reply.text
    assert reply.preview is not None  # at the new price
    renewed = await it.plan(reply)
    assert renewed.expected[1].min < preview.expected[1].min
    assert await it.balance("USDC") == before
    assert (await it.confirm()).verdict == reply.verdict.__class__(Status.SETTLED)


async def test_a_small_move_within_the_slippage_still_runs(it: Swapping) -> None:
    expected = await quoted(it, "WETH", "USDC", ETH)
    before = await it.balance("USDC")
    await it.ask(swap("1", "ETH", "USDC"))
    await it.move_price(2 * ETH)
    settled = await it.confirm()
    assert settled.verdict is not None
    assert settled.verdict.status is Status.SETTLED, settled.text
    assert least(expected) <= await it.balance("USDC") - before < expected


async def test_a_price_that_moves_between_the_steps_reverts_and_takes_the_allowance_back(it: Swapping) -> None:
    before = await it.balance("USDC"), await it.balance("WETH")

    async def move() -> None:
        assert await it.allowance("USDC", it.router) == 3_000 * USDC
        await it.move_price(1_500_000 * USDC, "USDC", "WETH")
        await it.move_price(1_000_000 * USDC, "USDC", "WETH", 3000)

    it.before_send(1, move)
    plan, outcome = await it.run(swap("3000", "USDC", "WETH"))
    assert outcome.end is End.PARTIAL
    assert [sent.status for sent in outcome.txs] == ["mined", "reverted", "mined"]
    assert (await it.balance("USDC"), await it.balance("WETH")) == before
    assert await it.allowance("USDC", it.router) == 0
    assert plan.steps[2].role is Role.CLEANUP


async def test_half_of_the_ether_swapped_and_put_to_work(it: Swapping) -> None:
    """One plan: the deposit takes exactly what the swap gave."""
    trade = await best(it, "WETH", "USDC", await it.native() // 2)
    expected = trade.units_out
    before = await it.balance("USDC")
    reply = await it.ask(put_to_work(swap(None, "ETH", "USDC", percent="50"), AAVE))
    assert reply.preview is not None
    assert "what step 1 gave" in " ".join(reply.preview.steps)
    plan = await it.plan(reply)
    (output,) = plan.steps[1].outputs
    narrow = sum(least(part.units_out, LEAST_SLIPPAGE_BPS) for part in trade.parts)  # a sandwich of so much would pay
    assert (output.step, output.min) == (0, narrow)
    assert any("So I hold it within 0.05 % of the quote." in note for note in reply.preview.notes)
    settled = await it.confirm()
    assert settled.verdict is not None
    assert settled.verdict.status is Status.SETTLED, settled.text
    assert await it.balance("USDC") == before
    assert await it.position(AAVE) in (expected - 1, expected)
    assert await it.allowance("USDC", it.world.venues[AAVE].contract.address) == 0
    usdc = it.world.registry.token("USDC").address
    net = await it.world.ledger.net_deposits(it.account)
    assert net[AAVE, str(usdc)].deposited == expected


async def test_a_token_swapped_and_put_into_the_best_venue(it: Swapping) -> None:
    expected = await quoted(it, "DAI", "USDC", 1_000 * ETH)
    before = await it.balance("DAI"), await it.balance("USDC")
    reply = await it.ask(put_to_work(swap("1000", "DAI", "USDC")))
    assert "pays the most" in reply.text
    settled = await it.confirm()
    assert settled.verdict is not None
    assert settled.verdict.status is Status.SETTLED, settled.text
    assert await it.balance("DAI") == before[0] - 1_000 * ETH
    assert await it.balance("USDC") == before[1]
    chosen = next(step.venue for step in (await it.plan(reply)).steps if ":" in step.venue)
    assert abs(await it.position(chosen) - expected) <= 2
