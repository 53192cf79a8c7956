"""Amounts that only a receipt will tell: how they are written, bounded, filled in."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.abi import encode_call
from agent.errors import Refused
from agent.plans import Argument, Output, Plan, Role, Step, canonical, from_canonical
from agent.policy.outputs import fill
from agent.policy.whole import check_plan
from tests.unit.policy_parts import (
    ACCOUNT,
    CAP,
    DAI_AT,
    POLICY,
    POOL,
    SUPPLY,
    USDC_AT,
    WITHDRAW,
    approval,
    plan,
    step,
)

pytestmark = pytest.mark.unit

GIVEN = Output(0, USDC_AT, 4_000_000, 6_000_000)


def chain(output: Argument = GIVEN, first: Step | None = None, **changes: Any) -> Plan:
    """Takes USDC out of the pool and puts what came back in again."""
    source = first or step(POOL.address, WITHDRAW, USDC_AT, 5_000_000, ACCOUNT)
    approve = replace(approval(POOL.address, 1), args=(POOL.address, output))
    return plan(source, approve, step(POOL.address, SUPPLY, USDC_AT, output, ACCOUNT, 0), **changes)


def rule(wanted: Plan) -> str:
    with pytest.raises(Refused) as refused:
        check_plan(POLICY, ACCOUNT, (), wanted)
    return refused.value.rule


def test_the_shape_in_json() -> None:
    body = canonical(chain())["steps"][2]["args"][1]
    assert body == {"output": {"step": "0", "token": USDC_AT, "min": "4000000", "max": "6000000"}}


@given(
    st.builds(
        Output,
        step=st.integers(0, 63),
        token=st.just(USDC_AT),
        min=st.integers(0, 2**256 - 1),
        max=st.integers(0, 2**256 - 1),
    )
)
def test_a_plan_comes_back_from_its_json(output: Output) -> None:
    whole = chain((1, (output, b"\x01")) if output.step % 2 else output)
    again = from_canonical(json.loads(json.dumps(canonical(whole))))
    assert canonical(again) == canonical(whole)
    assert again.digest == whole.digest
    assert again.steps[2].outputs == (output,)


@pytest.mark.parametrize(
    "change", [{"step": 1}, {"token": DAI_AT}, {"min": 3_999_999}, {"max": 6_000_001}], ids=lambda change: str(change)
)
def test_the_digest_covers_the_bounds(change: dict[str, Any]) -> None:
    assert chain(replace(GIVEN, **change)).digest != chain().digest


@pytest.mark.parametrize("value", [{"output": {}}, {"output": {"step": "0"}}, {"other": 1}, None, 1.5])
def test_no_other_object_is_an_argument(value: object) -> None:
    body = canonical(chain())
    body["steps"][2]["args"][1] = value
    with pytest.raises(ValueError):
        from_canonical(body)


def test_the_calldata_is_there_once_the_output_is_known() -> None:
    deposit = chain().steps[2]
    with pytest.raises(ValueError, match="step 1"):
        _ = deposit.data
    with pytest.raises(ValueError, match="step 1"):
        deposit.data_with({1: 5})
    assert deposit.data_with({0: 5_123_456}) == encode_call(SUPPLY, (USDC_AT, 5_123_456, ACCOUNT, 0))
    assert deposit.filled({0: 5}).outputs == ()


def test_outputs_inside_of_tuples_are_found_and_filled() -> None:
    nested = Step(POOL.address, "", "f((uint256 a,(uint256 b)) t)", ((1, (GIVEN,)),))
    assert nested.outputs == (GIVEN,)
    assert nested.filled({0: 9}).args == ((1, (9,)),)


def test_an_output_passes_at_both_of_its_bounds() -> None:
    calls = check_plan(POLICY, ACCOUNT, (), chain())
    assert [effect.units for _, effect in calls] == [5_000_000, 6_000_000, 6_000_000]


WRONG: list[tuple[str, Argument, str]] = [
    ("above the cap", replace(GIVEN, max=CAP + 1), "caps"),
    ("of itself", replace(GIVEN, step=2), "output"),
    ("of a later step", replace(GIVEN, step=7), "output"),
    ("of before the first", replace(GIVEN, step=-1), "output"),
    ("of another token", replace(GIVEN, token=DAI_AT), "output"),
    ("of nothing", replace(GIVEN, min=0), "output"),
    ("upside down", replace(GIVEN, min=6, max=5), "output"),
]


@pytest.mark.parametrize(("output", "refused"), [each[1:] for each in WRONG], ids=[each[0] for each in WRONG])
def test_an_output_that_breaks_a_rule(output: Output, refused: str) -> None:
    assert rule(chain(output)) == refused


def test_an_output_is_of_a_step_that_gives_something() -> None:
    assert rule(chain(first=approval(POOL.address, 0))) == "output"


def test_an_output_stands_for_the_amount_and_nothing_else() -> None:
    elsewhere = step(POOL.address, SUPPLY, USDC_AT, 5_000_000, ACCOUNT, replace(GIVEN, min=1, max=2))
    steps = (chain().steps[0], approval(POOL.address, 5_000_000), elsewhere)
    assert rule(plan(*steps)) in ("output", "must")


def test_an_approval_and_its_step_leave_the_same_open() -> None:
    other = replace(GIVEN, min=GIVEN.min + 1)
    approve = replace(approval(POOL.address, 1), args=(POOL.address, other))
    assert rule(plan(chain().steps[0], approve, chain().steps[2])) == "approvals"
    fixed = approval(POOL.address, GIVEN.max)
    assert rule(plan(chain().steps[0], fixed, chain().steps[2])) == "approvals"


@pytest.mark.parametrize("outputs", [{}, {1: 5_000_000}, {0: 3_999_999}, {0: 6_000_001}, {0: 5_000_000, 1: 5}])
def test_what_is_filled_in_is_complete_and_within_bounds(outputs: dict[int, int]) -> None:
    with pytest.raises(Refused) as refused:
        fill(chain().steps[2], outputs)
    assert refused.value.rule == "output"


def test_a_step_without_outputs_takes_none() -> None:
    first = chain().steps[0]
    assert fill(first, {}) is first
    with pytest.raises(Refused):
        fill(first, {0: 5})


def test_a_clean_up_is_never_open() -> None:
    cleanup = replace(chain().steps[1], role=Role.CLEANUP)
    assert rule(plan(*chain().steps, cleanup)) == "approvals"
