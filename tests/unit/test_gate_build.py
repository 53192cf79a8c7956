"""Moves become steps: each entry between its own approval and clean-up, gas limits from what the simulation used."""

from __future__ import annotations

import pytest

from agent.errors import Refused
from agent.execution import fees
from agent.gate.build import CLEANUP_GAS, TRANSFER, Draft, Simulated, drafted, entering, plan_of, spenders, steps_of
from agent.gate.moves import Enter, Leave, Move, Send
from agent.plans import Output, Plan, Role, Step
from tests.unit.gate_parts import BLOCK, FakeVenue, snapshot, state
from tests.unit.policy_parts import ACCOUNT, APPROVE, DAI, DAI_AT, ETH, FRIEND, USDC, USDC_AT

pytestmark = pytest.mark.unit

VENUE = FakeVenue("a")
AT = VENUE.contract.address
HERE = snapshot([state("a", 900)])
DRAFT = Draft("ab" * 16, "u1", {"action": "deposit"}, 1_800_000_120)


def approve(units: int, role: Role = Role.APPROVAL, venue: str = "a") -> Step:
    return Step(USDC_AT, "USDC", APPROVE, (AT, units), role=role, venue=venue)


def enter(units: int, standing: int = 0) -> tuple[Step, ...]:
    return steps_of([Enter(VENUE, units)], HERE, {(USDC_AT, AT): standing})


def plan(gas_used: tuple[int, ...], steps: tuple[Step, ...] | None = None) -> Plan:
    simulated = Simulated({}, gas_used, {USDC_AT: -5})
    return plan_of(DRAFT, [Enter(VENUE, 5)], enter(5) if steps is None else steps, HERE, simulated)


def test_an_entry_stands_between_its_approval_and_its_clean_up() -> None:
    inner = Step(AT, "Aave v3 pool", "deposit(uint256)", (5,), venue="a")
    assert enter(5) == (approve(5), inner, approve(0, Role.CLEANUP))


def test_an_allowance_that_stands_goes_through_zero() -> None:
    assert [(step.args[1], step.role) for step in enter(5, standing=1) if step.to == USDC_AT] == [
        (0, Role.APPROVAL),
        (5, Role.APPROVAL),
        (0, Role.CLEANUP),
    ]


@pytest.mark.parametrize("known", [{}, {(USDC_AT, FRIEND): 0}, {(DAI_AT, AT): 0}])
def test_an_allowance_that_is_not_known_refuses(known: dict[tuple[str, str], int]) -> None:
    with pytest.raises(Refused, match=r"What .* may take of USDC isn't known") as caught:
        steps_of([Enter(VENUE, 5)], HERE, known)  # type: ignore[arg-type]
    assert caught.value.rule == "simulate"


def test_a_withdrawal_needs_no_approval() -> None:
    assert steps_of([Leave(VENUE, 7)], HERE, {}) == (Step(AT, "Aave v3 pool", "withdraw(uint256)", (7,), venue="a"),)


def test_coin_is_sent_as_value_and_a_token_by_its_own_contract() -> None:
    moves = [Send(ETH, 9, "bob", FRIEND), Send(USDC, 8, "bob", FRIEND)]
    assert steps_of(moves, HERE, {}) == (
        Step(FRIEND, "bob", "", (), value=9),
        Step(USDC_AT, "USDC", TRANSFER, (FRIEND, 8)),
    )


def test_whom_the_moves_let_spend_once_each() -> None:
    other = FakeVenue("b", DAI)
    moves: list[Move] = [Enter(VENUE, 5), Leave(VENUE, 5), Send(USDC, 5, "bob", FRIEND), Enter(VENUE, 6)]
    assert spenders([*moves, Enter(other, 1)]) == [(USDC, AT), (DAI, other.contract.address)]


def test_gas_limits_are_half_as_much_again_and_a_margin() -> None:
    assert [step.gas for step in plan((40_001, 200_000)).steps] == [90_001, 330_000, CLEANUP_GAS]


@pytest.mark.parametrize("used", [(), (40_000,), (40_000, 200_000, 1)])
def test_a_simulation_of_other_steps_refuses(used: tuple[int, ...]) -> None:
    with pytest.raises(Refused, match="one of other steps") as caught:
        plan(used)
    assert caught.value.rule == "simulate"


def test_a_plan_says_whose_it_is_and_what_it_may_cost_and_change() -> None:
    found = plan((40_000, 200_000))
    assert (found.plan_id, found.user, found.intent, found.not_after) == (
        "ab" * 16,
        "u1",
        DRAFT.intent,
        1_800_000_120,
    )
    assert (found.chain_id, found.account) == (HERE.chain_id, ACCOUNT)
    per_gas = fees.offered(BLOCK.base_fee).max_fee_per_gas
    assert found.max_total_fee_wei == (90_000 + 330_000 + CLEANUP_GAS) * per_gas
    assert [(change.token, change.min, change.max) for change in found.expected] == [(USDC_AT, -5, -5)]
    assert drafted(DRAFT, enter(5), HERE).max_total_fee_wei == 0


def test_what_goes_into_a_venue_is_what_is_approved_there() -> None:
    steps = [approve(0), approve(5), approve(6, Role.CLEANUP), approve(7, venue="elsewhere")]
    assert entering(steps, {"a": VENUE}, {}) == {"a": 5}
    open_amount = Step(USDC_AT, "USDC", APPROVE, (AT, Output(1, USDC_AT, 1, 9)), role=Role.APPROVAL, venue="a")
    assert entering([open_amount], {"a": VENUE}, {1: 4}) == {"a": 4}


def test_what_was_simulated_survives_the_ledger() -> None:
    made = Simulated({(USDC_AT, AT): 2**200}, (21_000, 5), {USDC_AT: -(2**200), "native": 1})
    data = made.as_json()
    assert data == {
        "allowances": [[USDC_AT, AT, str(2**200)]],
        "gas_used": ["21000", "5"],
        "changes": {USDC_AT: str(-(2**200)), "native": "1"},
    }
    assert Simulated.from_json(data) == made
