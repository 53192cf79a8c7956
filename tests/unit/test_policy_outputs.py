"""Amounts left open, rule by rule: each refusal names the step, counted from one as people count."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agent.errors import Refused
from agent.plans import Output, Plan, Role, Step
from agent.policy.outputs import check_bounds, fill
from agent.policy.whole import check_plan
from plugins.uniswap.calls import EXACT_INPUT_SINGLE
from tests.unit.gate_chain import GATE_POLICY, ROUTER
from tests.unit.policy_parts import (
    ACCOUNT,
    DAI_AT,
    FRIEND,
    POOL,
    SUPPLY,
    TRANSFER,
    USDC_AT,
    WETH_AT,
    WITHDRAW,
    approval,
    plan,
    step,
)

pytestmark = pytest.mark.unit


def swapped(start: Any = USDC_AT, end: Any = DAI_AT, units: Any = 5_000_000) -> Step:
    return step(ROUTER.address, EXACT_INPUT_SINGLE, (start, end, 500, ACCOUNT, units, 1, 0))


def left(units: Any = 5_000_000) -> Step:
    return step(POOL.address, WITHDRAW, USDC_AT, units, ACCOUNT)


def approve(units: Any, token: Any = DAI_AT, spender: Any = POOL.address) -> Step:
    return replace(approval(POOL.address, 1, token), args=(spender, units))


def supply(units: Any, token: Any = DAI_AT) -> Step:
    return step(POOL.address, SUPPLY, token, units, ACCOUNT, 0)


GIVEN = Output(1, DAI_AT, 4, 6)
TRADE = (approve(5_000_000, USDC_AT, ROUTER.address), swapped())


def said(*steps: Step) -> str:
    """Why it is refused; '' where it passes."""
    made: Plan = plan(*steps)
    try:
        check_plan(GATE_POLICY, ACCOUNT, (FRIEND,), made)
    except Refused as error:
        return error.message if error.rule == "output" else error.rule
    return ""


def test_what_a_swap_gives_may_go_on() -> None:
    assert said(*TRADE, approve(GIVEN), supply(GIVEN)) == ""
    for low, high in ((5, 5), (1, 1), (1, 6)):
        sure = replace(GIVEN, min=low, max=high)
        assert said(*TRADE, approve(sure), supply(sure)) == ""


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (replace(GIVEN, min=0), "The bounds of the output in step 3 are 0 to 6."),
        (replace(GIVEN, min=-1), "The bounds of the output in step 3 are -1 to 6."),
        (replace(GIVEN, min=7), "The bounds of the output in step 3 are 7 to 6."),
        (replace(GIVEN, step=0), "Step 3 takes the output of a step that isn't done before it."),
        (replace(GIVEN, step=-3), "Step 3 takes the output of a step that isn't done before it."),
        (replace(GIVEN, step=2), "Step 3 takes the output of a step that isn't done before it."),
        (replace(GIVEN, step=3), "Step 3 takes the output of a step that isn't done before it."),
        (replace(GIVEN, token=USDC_AT), "Step 2 doesn't give the token that step 3 takes."),
        (replace(GIVEN, token=WETH_AT), "Step 2 doesn't give the token that step 3 takes."),
    ],
)
def test_an_output_that_can_not_be(output: Output, words: str) -> None:
    assert said(*TRADE, approve(output), supply(output)) == words


def test_the_first_step_may_give_and_only_what_gives() -> None:
    out = replace(GIVEN, step=0, token=USDC_AT)
    assert said(left(), approve(out, USDC_AT), supply(out, USDC_AT)) == ""
    sent = step(USDC_AT, TRANSFER, FRIEND, 5)
    assert said(sent, approve(out, USDC_AT)) == "Step 1 doesn't give the token that step 2 takes."
    wrong = replace(out, token=DAI_AT)
    assert said(left(), approve(wrong, DAI_AT)) == "Step 1 doesn't give the token that step 2 takes."


def test_an_output_is_of_the_steps_own_token() -> None:
    assert said(*TRADE, approve(GIVEN, USDC_AT)) == "The output in step 3 isn't the amount of its own token."


def test_an_output_is_the_amount_and_nothing_else() -> None:
    """Here it would be the receiver's code or the shares; the amount is another."""
    out = replace(GIVEN, step=0, token=USDC_AT)
    limit = step(ROUTER.address, EXACT_INPUT_SINGLE, (USDC_AT, DAI_AT, 500, ACCOUNT, 5_000_000, out, 0))
    assert said(left(), approve(5_000_000, USDC_AT, ROUTER.address), limit) == (
        "The output in step 3 isn't the amount of its own token."
    )


def test_one_output_a_step_and_no_coin_with_it() -> None:
    out = replace(GIVEN, step=0, token=USDC_AT)
    twice = step(ROUTER.address, EXACT_INPUT_SINGLE, (USDC_AT, DAI_AT, 500, ACCOUNT, out, out, 0))
    more = "has more than its amount left open."
    assert said(left(), approve(out, USDC_AT, ROUTER.address), twice) == f"Step 3 {more}"
    assert said(left(), replace(approve(out, USDC_AT), value=1)) == f"Step 2 {more}"


def test_what_was_given_is_said_with_what_was_confirmed() -> None:
    for units in (4, 5, 6):
        check_bounds(GIVEN, units)
    for units in (3, 7):
        with pytest.raises(Refused, match=f"Step 2 gave {units} base units; 4 to 6 were confirmed.") as caught:
            check_bounds(GIVEN, units)
        assert caught.value.rule == "output"
    with pytest.raises(Refused, match=r"needs the outputs of the steps \[1\], not of \[\]"):
        fill(supply(GIVEN), {})
    assert fill(supply(GIVEN), {1: 5}) == supply(5)


def test_a_source_is_an_action() -> None:
    out = replace(GIVEN, step=0, token=USDC_AT)
    cleaned = replace(left(), role=Role.CLEANUP)
    with pytest.raises(Refused) as caught:
        check_plan(GATE_POLICY, ACCOUNT, (), plan(cleaned, approve(out, USDC_AT), supply(out, USDC_AT)))
    assert caught.value.rule in ("output", "approvals")
