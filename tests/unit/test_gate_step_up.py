"""Which plan and which mandate need a code, to the base unit, and what is said where there is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.errors import Refused
from agent.gate.mandates.mandate import Bounds, Terms
from agent.gate.step_up import above_of, check_code, check_covered, check_mandate, code_note, needs
from agent.money import Amount
from agent.plans import Output, Plan, Role
from agent.policy.mandated import above, covers
from agent.policy.outputs import at_most
from agent.policy.whole import read_step
from tests.unit.gate_chain import GATE_POLICY
from tests.unit.gate_parts import registry
from tests.unit.policy_parts import DAI, DAI_AT, FRIEND, TRANSFER, USDC, USDC_AT, approval, deposit_steps, plan, step
from tests.unit.test_policy_outputs import TRADE, approve, left, supply

pytestmark = pytest.mark.unit

TEN = 10_000_000
POLICY = replace(GATE_POLICY, step_up={"USDC": TEN})
OUT = Output(0, USDC_AT, 4, TEN + 1)


def moved(units: int) -> Plan:
    """What came out of the pool goes in again."""
    out = replace(OUT, max=units)
    return plan(left(units), approve(out, USDC_AT), supply(out, USDC_AT))


@pytest.mark.parametrize(("units", "needed"), [(TEN, None), (TEN + 1, Amount(TEN + 1, USDC))])
def test_a_plan_above_the_threshold_needs_a_code_and_says_so(units: int, needed: Amount | None) -> None:
    made = plan(*deposit_steps(units))
    assert needs(POLICY, made) == needed
    note = " It needs a code: 10.000001 USDC at once is above 10 USDC."
    assert code_note(POLICY, made) == (note if needed else "")


def test_an_open_amount_counts_at_its_most() -> None:
    assert needs(POLICY, moved(TEN)) is None
    assert needs(POLICY, moved(TEN + 1)) == Amount(TEN + 1, USDC)


def terms(usdc: int, dai: int = 1) -> Terms:
    return Terms({"USDC": Bounds(1, usdc), "DAI": Bounds(1, dai)}, None, 0, 0, 1)


def test_a_mandate_whose_single_move_may_be_above_it_needs_a_code() -> None:
    assert above_of(POLICY, registry(), terms(TEN)) is None
    assert above_of(POLICY, registry(), terms(TEN + 1)) == Amount(TEN + 1, USDC)
    assert above(POLICY, {DAI: 10**30}) is None
    assert above(replace(POLICY, step_up={"DAI": 5}), {USDC: 10**30, DAI: 6}) == Amount(6, DAI)


MOST = Amount(TEN + 1, USDC)


def test_a_mandate_is_given_with_its_code() -> None:
    check_mandate(POLICY, MOST, True, "123456")
    with pytest.raises(Refused, match=r"up to 10\.000001 USDC at once needs a code, once: .* 10 USDC\.") as caught:
        check_mandate(POLICY, MOST, True)
    assert (caught.value.rule, "authenticator app" in caught.value.remedy) == ("step-up", True)
    with pytest.raises(Refused, match="no authenticator is enrolled") as caught:
        check_mandate(POLICY, MOST, False, "123456")
    assert caught.value.remedy.endswith("Or say `at most 10 USDC a move` with it.")


def test_a_plan_is_given_with_its_code() -> None:
    check_code(POLICY, MOST, "123456", True)
    for code, enrolled in (("", True), ("123456", False), ("", False)):
        with pytest.raises(Refused, match=r"10\.000001 USDC at once needs a code") as caught:
            check_code(POLICY, MOST, code, enrolled)
        assert caught.value.rule == "step-up"
        assert ("enrolled" in caught.value.message) is not enrolled


def test_what_a_mandate_with_a_code_covers() -> None:
    check_covered(POLICY, moved(TEN), {})
    check_covered(POLICY, moved(TEN + 1), {"USDC": TEN + 1})
    for most in ({}, {"USDC": TEN}, {"DAI": 10**30}):
        with pytest.raises(Refused, match=r"A move of 10\.000001 USDC needs a code, as it is above") as caught:
            check_covered(POLICY, moved(TEN + 1), most)
        assert caught.value.rule == "step-up"


def covered(made: Plan, **most: int) -> bool:
    return covers(most, made, [read_step(POLICY, at_most(each))[1] for each in made.steps])


def test_only_moves_between_venues_are_covered() -> None:
    plenty = {"USDC": 10**12, "DAI": 10**30}
    assert covered(moved(TEN), **plenty)
    assert covered(plan(left(TEN)), **plenty)
    assert not covered(plan(*deposit_steps(1)), **plenty)  # out of the wallet
    assert not covered(plan(step(USDC_AT, TRANSFER, FRIEND, 1)), **plenty)
    assert not covered(plan(*TRADE), **plenty)
    swapped = Output(1, DAI_AT, 4, 6)
    assert not covered(plan(*TRADE, approve(swapped), supply(swapped)), **plenty)
    assert not covered(plan(left(TEN), *deposit_steps(1)), **plenty)
    cleanup = replace(approval(FRIEND, 0), role=Role.CLEANUP)
    steps = moved(TEN).steps
    assert covered(plan(*steps, replace(cleanup, args=(steps[1].args[0], 0))), **plenty)


def test_it_covers_so_much_and_no_more() -> None:
    assert covered(moved(7), USDC=7)
    assert not covered(moved(7), USDC=6)
    assert not covered(moved(7), DAI=7)
    assert not covered(moved(7))
    smallest = replace(OUT, min=1, max=1)
    assert not covered(plan(left(1), approve(smallest, USDC_AT), supply(smallest, USDC_AT)))
