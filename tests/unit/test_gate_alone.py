"""Exits on a node that can't simulate: each step tried by itself, what comes of it by what is left."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agent.chain.rpc_types import RpcError
from agent.errors import Refused
from agent.gate import alone
from agent.gate.choices import BEST_RATE, NAMED, RouteChoice, TurnChoice, VenueChoice
from agent.gate.confirm import look
from agent.gate.moves import Enter, Leave, Move
from agent.gate.propose import Gate
from agent.gate.rehearse import WouldRevert
from agent.money import Token
from agent.plans import Role, Step
from agent.plugin import Option
from tests.unit.gate_chain import GATE_POLICY, GateChain, PoolVenue, along, gate_chain, gate_registry, route
from tests.unit.gate_parts import FakeVenue, state
from tests.unit.policy_parts import (
    ACCOUNT,
    APPROVE,
    CHAIN,
    DAI,
    POOL,
    SUPPLY,
    USDC,
    USDC_AT,
    WITHDRAW,
    place,
)
from tests.unit.test_gate_propose import propose, refused

pytestmark = pytest.mark.unit

VENUE = PoolVenue(USDC)
FIVE = 5_000_000
SHARES = Token(CHAIN, "vUSDC", place("e1"), 18)


def deaf(gas: int = 90_000) -> GateChain:
    """A node without eth_simulateV1, where ACCOUNT has something in the pool."""
    chain = gate_chain(refuses=RpcError(-32601, "the method eth_simulateV1 does not exist"))
    chain.world.supplied[USDC_AT, ACCOUNT] = 2 * FIVE

    def estimate(call: dict[str, str]) -> str:
        chain.asked.append(f"{call['from']} {call['to']}")
        return hex(gas)

    chain.instead["eth_estimateGas"] = estimate
    return chain


async def test_an_exit_is_tried_step_by_step_and_says_so() -> None:
    chain = deaf()
    found = await propose(chain, Leave(VENUE, FIVE), notes=("asked",))
    assert found.rehearsal.gas_used == (90_000,)
    assert found.rehearsal.changes == {USDC_AT: FIVE}
    assert found.rehearsal.states[VENUE.id].position == FIVE
    assert found.preview.notes == ("asked", alone.NOTE)
    assert f"{ACCOUNT} {POOL.address}" in chain.asked


@pytest.mark.parametrize("moves", [[Enter(VENUE, FIVE)], [Leave(VENUE, FIVE), Enter(VENUE, FIVE)]])
async def test_what_goes_in_is_refused(moves: list[Move]) -> None:
    rule, message = await refused(deaf(), *moves)
    assert (rule, "no eth_simulateV1" in message) == ("simulate", True)


async def test_an_exit_that_would_fail_is_named() -> None:
    chain = deaf()
    chain.stuck = True
    with pytest.raises(WouldRevert) as caught:
        await propose(chain, Leave(VENUE, FIVE))
    assert caught.value.venue == VENUE.id
    assert caught.value.message.startswith("Aave v3 pool would refuse the call of withdraw: ")
    assert "not enough liquidity" in caught.value.message


def step(function: str, *args: Any, role: Role = Role.ACTION) -> Step:
    return Step(USDC_AT if function == APPROVE else POOL.address, "the pool", function, args, role=role)


async def test_each_step_is_tried_and_clean_ups_are_not() -> None:
    chain = deaf(21_000)
    out = step(WITHDRAW, USDC_AT, FIVE, ACCOUNT)
    cleanup = step(SUPPLY, USDC_AT, FIVE, ACCOUNT, 0, role=Role.CLEANUP)  # would fail
    assert await alone.tried(chain, ACCOUNT, (out, cleanup, out)) == (21_000, 21_000)
    with pytest.raises(WouldRevert):
        await alone.tried(chain, ACCOUNT, (step(SUPPLY, USDC_AT, FIVE, ACCOUNT, 0),))


async def test_a_step_whose_gas_can_not_be_told_would_fail() -> None:
    chain = deaf()

    def refuse(_: Any) -> Any:
        raise RpcError(3, "execution reverted", b"")

    chain.instead["eth_estimateGas"] = refuse
    with pytest.raises(WouldRevert, match="would refuse the call of withdraw"):
        await alone.tried(chain, ACCOUNT, (step(WITHDRAW, USDC_AT, FIVE, ACCOUNT),))


def left(units: int | None, position: int = 1_000, shares: int = 900) -> tuple[dict[str, int], tuple[int, int]]:
    venue = FakeVenue("v", USDC, SHARES)
    stands = replace(state("v", position), shares=shares)
    found = alone.left([Leave(venue, units)], {"v": stands, "w": state("w", 5)}, (7,))
    assert (found.gas_used, set(found.states)) == ((7,), {"v"})
    after = found.states["v"]
    return dict(found.changes), (after.position, after.shares)


@pytest.mark.parametrize(
    ("units", "shares", "after"),
    [
        (None, 900, (0, 0)),
        (1_000, 900, (0, 0)),
        (500, 450, (500, 450)),
        (1, 1, (999, 899)),  # never fewer shares than it costs
        (999, 900, (1, 0)),
    ],
)
def test_shares_go_by_their_part_of_the_position(units: int | None, shares: int, after: tuple[int, int]) -> None:
    given = 1_000 if units is None else units
    assert left(units) == ({USDC_AT: given, str(SHARES.address): -shares}, after)


def test_withdrawals_of_one_asset_add_up() -> None:
    both = [Leave(FakeVenue("v"), 300), Leave(FakeVenue("v"), 200), Leave(FakeVenue("w"), None)]
    found = alone.left(both, {"v": state("v", 1_000), "w": state("w", 70)}, ())
    assert found.changes == {USDC_AT: 570}
    assert {key: each.position for key, each in found.states.items()} == {"v": 500, "w": 0}


async def test_at_its_confirmation_an_exit_is_tried_again() -> None:
    chain = deaf()
    plan = (await propose(chain, Leave(VENUE, FIVE))).plan
    gate = Gate(chain, gate_registry(), GATE_POLICY)
    assert (await look(gate, plan, {VENUE.id: VENUE})).void == ""
    chain.stuck = True
    assert "not enough liquidity" in (await look(gate, plan, {VENUE.id: VENUE})).void


async def test_at_its_confirmation_an_entry_is_refused_there() -> None:
    able = gate_chain()
    plan = (await propose(able, Enter(VENUE, FIVE))).plan
    able.refuses = RpcError(-32601, "no such method")
    found = await look(Gate(able, gate_registry(), GATE_POLICY), plan, {VENUE.id: VENUE})
    assert "no eth_simulateV1" in found.void


def test_a_choice_keeps_all_that_it_was_chosen_from() -> None:
    one, other = state("a", 7), state("b", 9)
    option = Option("a", one.rate, other.rate, 12, ("deep",), "")
    made = VenueChoice(USDC, 5, "a", (option,)).recorded()
    assert (made.kind, made.rule, made.facts, made.chosen) == (
        "deposit",
        BEST_RATE,
        {"asset": "USDC", "units": "5"},
        "a",
    )
    assert made.alternatives == [
        {
            "venue": "a",
            "rate": str(one.rate.ray),
            "after": str(other.rate.ray),
            "income": "12",
            "reasons": ["deep"],
            "why_not": "",
        }
    ]
    assert (VenueChoice(USDC, 5, "a", ()).recorded().rule, VenueChoice(USDC, 5, "a", ()).recorded().alternatives) == (
        NAMED,
        [],
    )


@pytest.mark.parametrize("exact_out", [False, True])
def test_a_route_is_kept_with_the_side_that_was_asked_for(exact_out: bool) -> None:
    way = route(USDC, DAI, 100, 1_000, exact_out=exact_out)
    made = RouteChoice(along(way, 990, 1_020), (way,)).recorded()
    assert made.facts == {
        "asset": "USDC",
        "to_asset": "DAI",
        "exact_out": exact_out,
        "units": "1000" if exact_out else "100",
        "limit": "990",
        "worst": ["890" if exact_out else "10"],  # 990 less the 100 that are quoted, or 1,000 less the 990
    }
    ((only,), name) = (made.alternatives, way.name)
    assert (made.chosen, only["route"], only["fee"], only["tokens"]) == (name, name, "500", ["USDC", "DAI"])
    assert (only["fees"], only["units_in"], only["units_out"], only["impact_bps"]) == (["500"], "100", "1000", "0")


def test_a_turn_is_kept_with_what_each_position_gave() -> None:
    one, other = state("a", 7, rate_percent=3), state("b", 9, rate_percent=4)
    made = TurnChoice(USDC, 8, ((one, 0), (other, 8))).recorded()
    assert (made.kind, made.chosen, made.facts) == ("withdraw", "b", {"asset": "USDC", "units": "8"})
    assert made.alternatives == [
        {"venue": "a", "rate": str(one.rate.ray), "position": "7", "units": "0"},
        {"venue": "b", "rate": str(other.rate.ray), "position": "9", "units": "8"},
    ]
    assert TurnChoice(USDC, 0, ((one, 0),)).recorded().chosen == ""


def test_what_is_said_of_an_entry_names_what_helps() -> None:
    error = alone.no_entry()
    assert isinstance(error, Refused)
    assert (error.rule, "taking money out works" in error.remedy) == ("simulate", True)
