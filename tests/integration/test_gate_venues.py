"""In and out of every venue on real contracts: what the wallet loses and gets back, to the base unit."""

from __future__ import annotations

import pytest

from memory.rows import FlowKind, NetDeposit
from tests.integration.runtime_parts import Whole, deposit, leave_all, status, units, withdraw

pytestmark = pytest.mark.integration

AMOUNTS = {"USDC": ("1234.567891", "234.567"), "DAI": ("1234.567890123456789012", "0.1"), "WETH": ("1.5", "0.25")}


def give_weth(whole: Whole) -> None:
    whole.send(whole.account, whole.token("WETH").address, "deposit()", value=10 * 10**18)


@pytest.mark.parametrize("symbol", ["USDC", "DAI", "WETH"])
async def test_every_venue_takes_and_gives_back_exactly_what_was_said(whole: Whole, symbol: str) -> None:
    give_weth(whole)
    token = whole.token(symbol)
    venues = sorted(key for key, venue in whole.world.venues.items() if venue.asset == token)
    assert len(venues) >= 3
    whole_amount, part = AMOUNTS[symbol]
    paid, back = units(whole_amount, token), units(part, token)
    for venue in venues:
        start = whole.balance(symbol)
        await whole.do(deposit(whole_amount, symbol, venue))
        assert whole.balance(symbol) == start - paid, venue
        assert paid - await whole.position(venue) <= max(2, paid // 10**9), venue  # rounding of shares, never more
        await whole.do(withdraw(part, symbol, venue))
        assert whole.balance(symbol) == start - paid + back, venue
        await whole.do(withdraw(None, symbol, venue))
        state = (await whole.world.snapshot(whole.account)).venues[venue]
        assert (state.position, state.shares) == (0, 0), venue
        lost = start - whole.balance(symbol)
        assert lost <= max(2, paid // 10**9), venue
        net = (await whole.world.ledger.net_deposits(whole.account))[venue, str(token.address)]
        assert net == NetDeposit(paid, paid - lost), venue
        assert whole.allowance(symbol, whole.world.venues[venue].contract.address) == 0, venue


async def test_exit_leaves_every_venue_at_once_with_its_interest(whole: Whole) -> None:
    give_weth(whole)
    start = {symbol: whole.balance(symbol) for symbol in AMOUNTS}
    for venue_id, venue in sorted(whole.world.venues.items()):
        await whole.do(deposit(AMOUNTS[venue.asset.symbol][0], venue.asset.symbol, venue_id))
    await whole.say("advance 30 days")
    await whole.ask(leave_all())
    reply = await whole.confirm()
    assert status(reply) == "settled", reply.text
    assert len(reply.txs) == len(whole.world.venues)
    snapshot = await whole.world.snapshot(whole.account)
    assert {state.shares for state in snapshot.venues.values()} == {0}
    flows = await whole.world.ledger.flows(whole.account, 0, 2**40)
    for symbol, before in start.items():
        token = str(whole.token(symbol).address)
        moved = sum(flow.units for flow in flows if flow.token == token)
        assert whole.balance(symbol) - before == moved > 0, symbol  # a month's interest, as the ledger says it


async def test_the_ledger_knows_every_wei_of_gas(whole: Whole) -> None:
    start = whole.native()
    await whole.do(deposit("1000"))
    await whole.do(withdraw(None))
    flows = await whole.world.ledger.flows(whole.account, 0, 2**40)
    assert start - whole.native() == -sum(flow.units for flow in flows if flow.kind is FlowKind.FEE) > 0


async def test_an_allowance_that_was_left_goes_through_zero(whole: Whole) -> None:
    venue = whole.world.venues["venus:core:USDC"]
    spender, token = venue.contract.address, whole.token("USDC").address
    whole.send(whole.account, token, "approve(address,uint256)", spender, 5)
    reply = await whole.do(deposit("100", venue=venue.id))
    assert reply.plan is not None
    approvals = [step["args"] for step in reply.plan["steps"] if step["function"].startswith("approve")]
    assert approvals == [[spender, "0"], [spender, "100000000"]]
    assert whole.allowance("USDC", spender) == 0
