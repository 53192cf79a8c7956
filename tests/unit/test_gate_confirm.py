"""At confirmation the plan is looked at again, at the head: only what still does what was confirmed runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from agent.abi import encode_call
from agent.execution import fees
from agent.gate.confirm import Look, look
from agent.gate.moves import Enter, Leave, Send
from agent.gate.propose import Gate
from agent.plans import Plan
from agent.policy.fingerprint import Fingerprint
from plugins.uniswap.calls import REFUND
from tests.unit.gate_chain import BASE_FEE, GATE_POLICY, GateChain, PoolVenue, gate_chain, gate_registry
from tests.unit.policy_parts import ACCOUNT, ETH, FRIEND, POOL, USDC, USDC_AT, WETH_AT
from tests.unit.test_gate_propose import propose, swap

pytestmark = pytest.mark.unit

VENUE = PoolVenue(USDC)
VENUES = {VENUE.id: VENUE}
FIVE = 5_000_000
FEE = 310_000 * fees.offered(BASE_FEE).max_fee_per_gas


async def deposit() -> tuple[GateChain, Plan]:
    chain = gate_chain()
    return chain, (await propose(chain, Enter(VENUE, FIVE))).plan


async def again(chain: GateChain, plan: Plan, policy: Any = GATE_POLICY) -> Look:
    return await look(Gate(chain, gate_registry(), policy), plan, VENUES)


async def test_nothing_changed() -> None:
    chain, plan = await deposit()
    found = await again(chain, plan)
    assert (found.void, found.prices["USDC"]) == ("", 10**8)


def set_native(chain: GateChain, units: int) -> None:
    chain.world.native[ACCOUNT] = units


CHANGES: dict[str, tuple[Callable[[GateChain], None], str]] = {
    "the balance is gone": (
        lambda chain: chain.world.units.update({(USDC_AT, ACCOUNT): FIVE - 1}),
        "transfer amount exceeds balance",
    ),
    "the pool is full now": (lambda chain: setattr(chain, "room", FIVE - 1), "capped"),
    "the price is gone": (lambda chain: chain.usd.update(USDC=0), "no price for USDC"),
    "off its peg now": (lambda chain: chain.usd.update(USDC=97_999_999), "off its peg"),
    "shares are worth less now": (lambda chain: setattr(chain, "skimmed", 1_000), "would give shares worth"),
    "the fee can't be paid": (lambda chain: set_native(chain, FEE - 1), "The gas may cost"),
}


@pytest.mark.parametrize("name", CHANGES)
async def test_what_changed_voids_it(name: str) -> None:
    chain, plan = await deposit()
    change, words = CHANGES[name]
    change(chain)
    assert words in (await again(chain, plan)).void


async def test_just_enough_is_enough() -> None:
    chain, plan = await deposit()
    chain.room, chain.skimmed = FIVE, 500
    chain.usd["USDC"] = 98_000_000
    set_native(chain, FEE)
    chain.world.units[USDC_AT, ACCOUNT] = FIVE
    assert (await again(chain, plan)).void == ""


async def test_a_position_that_stands_is_no_part_of_what_is_given_for_the_deposit() -> None:
    chain, plan = await deposit()
    chain.world.supplied[USDC_AT, ACCOUNT] = FIVE
    assert (await again(chain, plan)).void == ""
    chain.skimmed = 1_000
    assert "would give shares worth" in (await again(chain, plan)).void


async def test_what_moves_otherwise_than_was_confirmed() -> None:
    chain, plan = await deposit()
    (change,) = plan.expected
    other = replace(plan, expected=(replace(change, min=change.min - 2, max=change.max - 1),))
    assert (await again(chain, other)).void != ""


async def test_coin_that_goes_along_counts_with_the_fee() -> None:
    chain = gate_chain()
    plan = (await propose(chain, Send(ETH, 10**17, "bob", FRIEND))).plan
    set_native(chain, 10**17 + plan.max_total_fee_wei)
    assert (await again(chain, plan)).void == ""
    set_native(chain, 10**17 + plan.max_total_fee_wei - 1)
    assert "The gas may cost" in (await again(chain, plan)).void


STRANGE = Fingerprint("0x" + "77" * 32)


@pytest.mark.parametrize("place", [POOL.address, USDC_AT])
async def test_a_contract_that_changed_since_it_was_listed(place: Any) -> None:
    chain, plan = await deposit()
    assert "isn't what it was" in (await again(chain, plan, replace(GATE_POLICY, codes={place: STRANGE}))).void
    assert (await again(chain, plan, replace(GATE_POLICY, codes={WETH_AT: STRANGE}))).void == ""


async def test_an_exit_of_a_contract_that_changed_goes_on() -> None:
    chain = gate_chain()
    chain.world.supplied[USDC_AT, ACCOUNT] = FIVE
    plan = (await propose(chain, Leave(VENUE, FIVE))).plan
    changed = replace(GATE_POLICY, codes={POOL.address: STRANGE, USDC_AT: STRANGE})
    chain.usd["USDC"] = 0
    assert (await again(chain, plan, changed)).void == ""


async def test_what_a_swap_gives_and_whom_it_pays_are_looked_at() -> None:
    chain = gate_chain()
    move = swap(chain)
    plan = (await propose(chain, move)).plan
    assert (await again(chain, plan)).void == ""
    for place in (move.gets.address, move.trader.contract.address, USDC_AT):
        assert place is not None
        assert "isn't what it was" in (await again(chain, plan, replace(GATE_POLICY, codes={place: STRANGE}))).void


@pytest.mark.parametrize(
    ("symbol", "price", "words"),
    [("DAI", 97_999_999, "off its peg"), ("DAI", 0, "no price for DAI"), ("USDC", 0, "no price for USDC")],
)
async def test_what_is_bought_has_a_price_and_its_peg(symbol: str, price: int, words: str) -> None:
    chain = gate_chain()
    plan = (await propose(chain, swap(chain))).plan
    chain.usd[symbol] = price
    assert words in (await again(chain, plan)).void


async def test_an_exchange_that_takes_the_coin_is_looked_at_too() -> None:
    """No approval names it: it is paid with the value."""
    chain = gate_chain()
    move = swap(chain)
    plan = (await propose(chain, move)).plan
    trade = next(step for step in plan.steps if step.to == move.trader.contract.address)
    deadline, calls = trade.args
    assert isinstance(calls, tuple)
    batch = deadline, (*calls, encode_call(REFUND, ()))
    paid = replace(plan, steps=(replace(trade, value=5, args=batch),), expected=())
    router = replace(GATE_POLICY, codes={move.trader.contract.address: STRANGE})
    chain.world.allowed[USDC_AT, ACCOUNT, move.trader.contract.address] = FIVE
    assert "isn't what it was" in (await again(chain, paid, router)).void
    unpaid = replace(paid, steps=(trade,))
    assert "isn't what it was" not in (await again(chain, unpaid, router)).void
