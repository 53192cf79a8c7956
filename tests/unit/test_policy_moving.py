"""A position moved under a mandate: what of a plan its right bounds, and what is no such move at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.errors import Refused
from agent.plans import Plan, Step
from agent.policy.moving import RangeRight, check_move, is_mandated
from agent.policy.whole import check_plan, effects_of
from tests.unit.moving_parts import BACK, MARKED, POLICY, USDC, moved, opened, out, own, swap
from tests.unit.policy_parts import ACCOUNT, FRIEND, deposit_steps

pytestmark = pytest.mark.unit

RIGHT = RangeRight({"USDC": 1_000 * USDC, "WETH": 10**18}, 86_400, 10**16)
NOW = 2_000_000_000


def check(plan: Plan, right: RangeRight | None = RIGHT, last: int | None = None) -> None:
    check_plan(POLICY, ACCOUNT, [FRIEND], plan)
    check_move(right, plan, effects_of(POLICY, plan), NOW, last)


def refused(plan: Plan, right: RangeRight | None = RIGHT, last: int | None = None) -> str:
    with pytest.raises(Refused) as caught:
        check(plan, right, last)
    assert caught.value.rule == "mandate"
    assert caught.value.remedy
    return caught.value.message


def test_a_position_is_moved_with_what_came_out_of_it() -> None:
    check(moved())
    check(moved(*own(ACCOUNT), *opened(ACCOUNT, 1_000 * USDC, 0)))  # nothing to swap
    check(moved(), last=NOW - 86_400)


def test_a_plan_says_that_it_is_under_a_mandate() -> None:
    assert is_mandated(moved())
    assert not is_mandated(moved(intent={"action": "reposition"}))
    assert not is_mandated(moved(intent={"action": "provide", "mandate": "3"}))
    assert moved().digest != moved(intent={key: each for key, each in MARKED.items() if key != "mandate"}).digest


@pytest.mark.parametrize(
    ("right", "last", "what"),
    [
        (None, None, "No mandate lets"),
        (RIGHT, NOW - 86_399, "less than 24 hours ago"),
        (replace(RIGHT, gas=10**16 - 1), None, "whole budget"),
        (replace(RIGHT, most={"USDC": 1_000 * USDC - 1, "WETH": 10**18}), None, "1,000 USDC"),
        (replace(RIGHT, most={"USDC": 1_000 * USDC, "WETH": BACK - 1}), None, "WETH"),
        (replace(RIGHT, most={"USDC": 1_000 * USDC}), None, "WETH"),
    ],
)
def test_the_right_bounds_size_time_and_gas(right: RangeRight | None, last: int | None, what: str) -> None:
    assert what in refused(moved(), right, last)


@pytest.mark.parametrize(
    ("steps", "what"),
    [
        ((*own(ACCOUNT), *swap(ACCOUNT), *opened(ACCOUNT, 500 * USDC + 1)), "takes USDC out of the wallet"),
        ((*own(ACCOUNT), *swap(ACCOUNT), *opened(ACCOUNT, weth=BACK + 1)), "takes WETH out of the wallet"),
        ((*own(ACCOUNT), *swap(ACCOUNT, 1_000 * USDC + 1), *opened(ACCOUNT, 0)), "takes USDC out of the wallet"),
        ((*out(8)[:1], *own(ACCOUNT), *swap(ACCOUNT), *opened(ACCOUNT)), "more than one position"),
        ((*own(ACCOUNT)[1:], *swap(ACCOUNT), *opened(ACCOUNT)), "at the least"),
        ((*swap(ACCOUNT), *opened(ACCOUNT)), "something else"),
        ((*own(ACCOUNT), *swap(ACCOUNT)), "something else"),
        (own(ACCOUNT), "something else"),
        ((*own(ACCOUNT), *swap(ACCOUNT), *swap(ACCOUNT), *opened(ACCOUNT)), "something else"),
        ((*own(ACCOUNT), *swap(ACCOUNT), *opened(ACCOUNT), *deposit_steps(1)), "something else"),
    ],
)
def test_anything_else_is_no_move(steps: tuple[Step, ...], what: str) -> None:
    big = replace(RIGHT, most={"USDC": 10**12, "WETH": 10**21})
    assert what in refused(moved(*steps), big)
