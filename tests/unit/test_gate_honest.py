"""The round trip of a token that is bought: how little may come back, and what may be left of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agent.abi import decode_call
from agent.chain.rpc_types import RpcError
from agent.errors import Refused
from agent.gate.approvals import approve
from agent.gate.moves import Swap
from agent.gate.trades.honest import KEPT_PERCENT, check_honest
from agent.plans import Role, Step
from agent.plugin import Block
from agent.routes import FEE_SCALE
from plugins.uniswap.calls import EXACT_INPUT_SINGLE, MULTICALL
from tests.unit.gate_chain import (
    BASE_FEE,
    NUMBER,
    ROUTER,
    TIME,
    TRADER,
    GateChain,
    along,
    gate_chain,
    gate_registry,
    route,
)
from tests.unit.policy_parts import ACCOUNT, APPROVE, DAI, DAI_AT, FRIEND, TRANSFER, USDC, USDC_AT

pytestmark = pytest.mark.unit

BLOCK = Block(NUMBER, "0x" + "11" * 32, TIME, BASE_FEE)
FIVE = 5_000_000
HELD = 10**21


def bought(chain: GateChain, units: int = FIVE) -> tuple[Swap, list[Step]]:
    back = chain.quote(USDC_AT, DAI_AT, units)
    move = along(route(USDC, DAI, units, back), 1, 10**30)
    trade = [
        replace(step, venue=TRADER.name)
        for step in TRADER.swap(move.trade, ACCOUNT, (1,), (False, False), BLOCK.timestamp)
    ]
    before = approve(USDC, ROUTER.address, units, Role.APPROVAL)
    after = approve(USDC, ROUTER.address, 0, Role.CLEANUP)
    return move, [before, *trade, Step(USDC_AT, "USDC", TRANSFER, (FRIEND, 1), venue="elsewhere"), after]


async def check(chain: GateChain, *, got: int | None = None, held: int = HELD, units: int = FIVE) -> None:
    move, steps = bought(chain, units)
    got = chain.quote(USDC_AT, DAI_AT, units) if got is None else got
    await check_honest(chain, gate_registry(), ACCOUNT, steps, move, got, held, BLOCK)


async def refused(chain: GateChain, **asked: Any) -> str:
    with pytest.raises(Refused) as caught:
        await check(chain, **asked)
    assert caught.value.rule == "token-safety"
    return caught.value.message


async def test_the_trip_is_the_plans_steps_up_to_the_swap_and_back() -> None:
    chain = gate_chain()
    got = chain.quote(USDC_AT, DAI_AT, FIVE)
    await check(chain)
    first, second = chain.simulated[0]["blockStateCalls"]
    assert [len(block["calls"]) for block in (first, second)] == [2, 4]
    assert int(second["blockOverrides"]["number"], 16) == int(first["blockOverrides"]["number"], 16) + 1
    calls = [(call["to"], bytes.fromhex(call["data"][2:])) for call in (*first["calls"], *second["calls"])]
    assert [to for to, _ in calls] == [
        USDC_AT,
        ROUTER.address,
        DAI_AT,
        DAI_AT,
        ROUTER.address,
        gate_registry().multicall3,
    ]
    assert [decode_call(APPROVE, data)[1] for to, data in calls if to in (USDC_AT, DAI_AT)] == [FIVE, 0, got]
    _, (inner,) = decode_call(MULTICALL, calls[4][1])
    ((paid, sold, fee, to, units, least, _),) = decode_call(EXACT_INPUT_SINGLE, inner)
    assert (paid.lower(), sold.lower(), to.lower()) == (DAI_AT.lower(), USDC_AT.lower(), ACCOUNT.lower())
    assert (fee, units, least) == (500, got, 1)  # any price, so that what it gives is seen


async def test_as_much_must_come_back_as_two_fees_and_a_margin_leave() -> None:
    chain = gate_chain()
    fee = 500
    least = FIVE * (FEE_SCALE - fee) ** 2 // FEE_SCALE**2 * KEPT_PERCENT // 100
    got = chain.quote(USDC_AT, DAI_AT, FIVE)

    def gives(back: int) -> GateChain:
        made = gate_chain()
        made.prices[DAI_AT, USDC_AT] = (back * FEE_SCALE, got * (FEE_SCALE - fee))
        made.fee = fee
        while made.quote(DAI_AT, USDC_AT, got) < back:
            out, given = made.prices[DAI_AT, USDC_AT]
            made.prices[DAI_AT, USDC_AT] = (out + 10**6, given)
        return made

    await check(gives(least))
    message = await refused(gives(least - 1))
    assert "could be sold again for only 4.745" in message
    assert "after 5 USDC was given for it" in message


async def test_one_that_can_be_bought_and_not_sold() -> None:
    assert await refused(gate_chain(unsellable=True)) == "DAI can be bought but not sold again: trading is closed."


@pytest.mark.parametrize("held", [HELD - 1, HELD + 1])
async def test_exactly_what_was_held_is_left(held: int) -> None:
    message = await refused(gate_chain(), held=held)
    assert "1,000 DAI would be left where" in message


async def test_less_sold_than_was_bought_leaves_something() -> None:
    chain = gate_chain()
    got = chain.quote(USDC_AT, DAI_AT, FIVE)
    assert "would be left where 1,000 DAI was" in await refused(chain, got=got - 10**12)


async def test_a_balance_that_can_not_be_read() -> None:
    assert "nothing that can be read would be left" in await refused(gate_chain(unreadable=True))


async def test_a_multicall_that_fails_reads_nothing() -> None:
    chain = gate_chain()
    chain._multicall = lambda *_: {}  # type: ignore[method-assign]
    assert "nothing that can be read would be left" in await refused(chain)


async def test_a_node_that_will_not_simulate_it() -> None:
    with pytest.raises(Refused, match="would not simulate that: too much") as caught:
        await check(gate_chain(refuses=RpcError(-32000, "too much")))
    assert caught.value.rule == "simulate"
