"""The plan in one simulated block: what it does, what its venues are afterwards, and the step that would fail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from agent.chain.rpc_types import RpcError
from agent.errors import Refused, Unavailable
from agent.gate.foresee import foresee
from agent.gate.rehearse import Rehearsal, WouldRevert, rehearse
from agent.plans import Output, Role, Step
from agent.plugin import Block
from tests.unit.gate_chain import BASE_FEE, NUMBER, TIME, GateChain, PoolVenue, gate_chain, gate_registry
from tests.unit.policy_parts import (
    ACCOUNT,
    APPROVE,
    DAI,
    DAI_AT,
    FRIEND,
    POOL,
    SUPPLY,
    TRANSFER,
    USDC,
    USDC_AT,
    WITHDRAW,
)

pytestmark = pytest.mark.unit

BLOCK = Block(NUMBER, "0x" + "11" * 32, TIME, BASE_FEE)
VENUE, DAI_VENUE = PoolVenue(USDC), PoolVenue(DAI)


def approve(units: Any, role: Role = Role.APPROVAL) -> Step:
    return Step(USDC_AT, "USDC", APPROVE, (POOL.address, units), role=role)


def supply(units: Any, gas: int = 0, venue: str = "pool:USDC") -> Step:
    return Step(POOL.address, "the pool", SUPPLY, (USDC_AT, units, ACCOUNT, 0), gas=gas, venue=venue)


def leave(units: int) -> Step:
    return Step(POOL.address, "the pool", WITHDRAW, (USDC_AT, units, ACCOUNT))


async def run(chain: GateChain, *steps: Step, venues: Sequence[PoolVenue] = (VENUE, DAI_VENUE)) -> Rehearsal:
    return await rehearse(chain, gate_registry(), ACCOUNT, steps, venues, BLOCK)


async def test_what_the_steps_do_and_leave_behind() -> None:
    chain = gate_chain()
    chain.world.supplied[DAI_AT, ACCOUNT] = 9
    found = await run(chain, approve(5), supply(5, gas=77_000), approve(0, Role.CLEANUP))
    assert (found.gas_used, found.changes, found.outputs) == ((50_000, 50_000), {USDC_AT: -5}, {})
    assert {key: state.position for key, state in found.states.items()} == {"pool:USDC": 5, "pool:DAI": 9}
    assert {state.facts["at"] for state in found.states.values()} == {TIME + 1}
    ((payload,),) = (each["blockStateCalls"] for each in chain.simulated)
    assert payload["blockOverrides"] == {"number": hex(NUMBER + 1), "time": hex(TIME + 1)}
    assert [(each["from"], each.get("gas")) for each in payload["calls"]] == [
        (ACCOUNT, None),
        (ACCOUNT, hex(77_000)),
        (ACCOUNT, None),
    ]


@pytest.mark.parametrize(
    ("steps", "words", "venue"),
    [
        (
            (approve(5), supply(6)),
            "the pool would refuse the call of supply: transfer amount exceeds allowance.",
            "pool:USDC",
        ),
        ((Step(USDC_AT, "USDC", TRANSFER, (FRIEND, 10**9 + 1)),), "USDC would refuse the call of transfer: ", ""),
        ((Step(FRIEND, "bob", "", (), value=10**18 + 1),), "bob would refuse the call of transfer: ", ""),
    ],
)
async def test_the_step_that_would_fail_is_named(steps: tuple[Step, ...], words: str, venue: str) -> None:
    with pytest.raises(WouldRevert) as caught:
        await run(gate_chain(), *steps)
    assert (caught.value.rule, caught.value.venue) == ("simulate", venue)
    assert caught.value.message.startswith(words)


async def test_a_node_that_refuses_the_whole_refuses_the_plan() -> None:
    chain = gate_chain(refuses=RpcError(-32000, "block gas limit"))
    with pytest.raises(Refused, match="would not simulate that: block gas limit") as caught:
        await run(chain, approve(5))
    assert caught.value.rule == "simulate"
    assert not isinstance(caught.value, WouldRevert)


async def test_a_node_without_simulation_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="no eth_simulateV1"):
        await run(gate_chain(refuses=RpcError(-32601, "no such method")), approve(5))


async def test_venues_that_can_not_be_read_afterwards_refuse() -> None:
    chain = gate_chain()
    chain._multicall = lambda *_: {}  # type: ignore[method-assign]
    with pytest.raises(Refused, match="can't be read after the plan") as caught:
        await run(chain, approve(5))
    assert caught.value.rule == "simulate"


OPEN = Output(0, USDC_AT, 3, 8)


@pytest.mark.parametrize("given", [3, 5, 8])
async def test_an_open_amount_is_what_the_step_before_gives(given: int) -> None:
    chain = gate_chain()
    chain.world.supplied[USDC_AT, ACCOUNT] = 100
    steps = (leave(given), approve(OPEN), supply(OPEN), approve(0, Role.CLEANUP))
    found = await run(chain, *steps)
    assert (found.outputs, found.changes) == ({0: given}, {})
    assert found.states["pool:USDC"].position == 100
    first, whole = (each["blockStateCalls"][0]["calls"] for each in chain.simulated)
    assert [len(first), len(whole)] == [1, 4]
    assert whole[1]["data"] == "0x" + approve(given).data.hex()


@pytest.mark.parametrize("given", [2, 9])
async def test_an_open_amount_outside_of_its_bounds_refuses(given: int) -> None:
    chain = gate_chain()
    chain.world.supplied[USDC_AT, ACCOUNT] = 100
    with pytest.raises(Refused) as caught:
        await run(chain, leave(given), approve(OPEN), supply(OPEN))
    assert caught.value.rule == "simulate"
    assert f"Step 1 would give {given} base units, not 3 to 8" in caught.value.message


async def test_two_open_amounts_are_found_in_their_order() -> None:
    """The second source spends what the first gave; clean-ups before them don't run."""
    chain = gate_chain()
    chain.world.supplied[USDC_AT, ACCOUNT] = 100
    chain.world.units[USDC_AT, ACCOUNT] = 0
    second = Output(4, USDC_AT, 1, 9)
    steps = (
        leave(6),
        approve(OPEN),
        approve(0, Role.CLEANUP),
        supply(OPEN),
        leave(7),
        Step(USDC_AT, "USDC", TRANSFER, (FRIEND, second)),
    )
    assert await foresee(chain, ACCOUNT, steps, BLOCK) == {0: 6, 4: 7}
    assert [len(each["blockStateCalls"][0]["calls"]) for each in chain.simulated] == [1, 4]
    assert (await run(chain, *steps)).changes == {}


async def test_nothing_open_asks_nothing() -> None:
    chain = gate_chain()
    assert await foresee(chain, ACCOUNT, (leave(1),), BLOCK) == {}
    assert chain.simulated == []


@pytest.mark.parametrize(
    ("first", "words"),
    [
        (Step(USDC_AT, "USDC", TRANSFER, (FRIEND, 10**9 + 1)), "USDC would refuse the call of transfer: "),
        (Step(FRIEND, "bob", "", (), value=10**18 + 1, gas=30_000), "bob would refuse the call of transfer: "),
    ],
)
async def test_what_fails_before_an_open_amount_is_named(first: Step, words: str) -> None:
    chain = gate_chain()
    chain.world.supplied[USDC_AT, ACCOUNT] = 100
    taken = Output(1, USDC_AT, 3, 8)
    with pytest.raises(Refused) as caught:
        await foresee(chain, ACCOUNT, (first, leave(5), approve(taken)), BLOCK)
    assert caught.value.rule == "simulate"
    assert caught.value.message.startswith(words)


async def test_an_open_amount_that_does_not_come_at_all() -> None:
    chain = gate_chain()
    with pytest.raises(Refused, match="would give 0 base units"):
        await foresee(chain, ACCOUNT, (leave(5), approve(OPEN)), BLOCK)
