"""The gate's small rules, each at its edge: state, shares, reserve, approvals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.chain.l1_costs import NONE
from agent.errors import Refused
from agent.execution.costs import Costs
from agent.execution.fees import offered
from agent.gate import approvals, reserve, shares
from agent.gate.state import check_entry
from agent.money import Token
from agent.plans import Role
from agent.plugin import Flag
from tests.unit.gate_parts import FakeVenue, rule_of, state
from tests.unit.policy_parts import ETH, POOL, USDC, USDC_AT, deposit_steps

pytestmark = pytest.mark.unit

VENUE = FakeVenue("a")


@pytest.mark.parametrize("flag", sorted(Flag))
def test_no_flag_but_a_cap_with_room_lets_money_in(flag: Flag) -> None:
    """CAPPED says that there is no room, which the room itself says, too."""
    flagged = state("a", room=0 if flag is Flag.CAPPED else None, flags=frozenset({flag}))
    with pytest.raises(Refused) as caught:
        check_entry(VENUE, flagged, 1)
    assert caught.value.rule == "state"


def test_room_is_inclusive() -> None:
    check_entry(VENUE, state("a", room=5), 5)
    check_entry(VENUE, state("a"), 10**30)
    with pytest.raises(Refused, match=r"0\.000005 USDC"):
        check_entry(VENUE, state("a", room=5), 6)
    with pytest.raises(Refused, match="no answer"):
        check_entry(VENUE, None, 1)


@given(st.integers(1, 10**30), st.integers(0, 10**30))
def test_a_basis_point_is_the_most_that_may_be_lost(deposited: int, loss: int) -> None:
    worth = deposited - loss
    allowed = loss <= shares.DUST_UNITS or loss * 10_000 <= deposited
    assert rule_of(lambda: shares.check_worth(USDC, deposited, worth, "a")) == (None if allowed else "shares")


def test_an_inflated_vault_takes_all_of_a_deposit() -> None:
    for deposited, worth in ((10_000_000, 0), (10_000_000, 9_998_999), (3, 0), (10_000_000, -5)):
        with pytest.raises(Refused):
            shares.check_worth(USDC, deposited, worth, "a")
    shares.check_worth(USDC, 10_000_000, 9_999_000, "a")
    shares.check_worth(USDC, 10_000_000, 10_500_000, "a")


@given(*(st.integers(0, 10**20) for _ in range(4)))
def test_the_reserve_stays(balance: int, spent: int, fee: int, kept: int) -> None:
    held = balance - spent - fee >= kept
    assert rule_of(lambda: reserve.check_reserve(ETH, balance, spent, fee, kept)) == (None if held else "gas-reserve")


def test_a_fee_that_is_just_payable() -> None:
    reserve.check_fee(ETH, 5, 5)
    with pytest.raises(Refused) as caught:
        reserve.check_fee(ETH, 4, 5)
    assert caught.value.rule == "gas"


def test_the_reserve_grows_with_positions_and_price() -> None:
    assert reserve.reserve_wei(0, Costs(10**9, NONE)) == 0
    assert reserve.reserve_wei(3, Costs(10**9, NONE)) == 3 * reserve.EXIT_GAS * offered(10**9).max_fee_per_gas


@pytest.mark.parametrize(("present", "amounts"), [(0, [7]), (1, [0, 7]), (7, [0, 7])])
def test_approvals_stand_around_the_steps(present: int, amounts: list[int]) -> None:
    entry = deposit_steps(7)[1:]
    steps = approvals.around(entry, USDC, POOL.address, 7, present)
    before, after = steps[: len(amounts)], steps[-1]
    assert [step.args for step in before] == [(POOL.address, amount) for amount in amounts]
    assert {(step.to, step.role) for step in before} == {(USDC_AT, Role.APPROVAL)}
    assert steps[len(amounts) : -1] == entry
    assert (after.to, after.args, after.role) == (USDC_AT, (POOL.address, 0), Role.CLEANUP)


def test_the_native_coin_needs_no_approval() -> None:
    with pytest.raises(ValueError):
        approvals.approve(Token(1, "ETH", None, 18), POOL.address, 1, Role.APPROVAL)
