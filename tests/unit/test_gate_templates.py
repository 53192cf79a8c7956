"""Steps whose amount is left open: only the place of the amount may differ, and only a known output fills it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agent.errors import Refused
from agent.gate.moves import Leave
from agent.gate.templates import opened, output_of
from agent.plans import Argument, Output, Role, Step
from tests.unit.gate_chain import ROUTER, PoolVenue, along, route
from tests.unit.policy_parts import DAI, DAI_AT, ETH, POOL, USDC, USDC_AT

pytestmark = pytest.mark.unit

VENUE = PoolVenue(USDC)
SWAP = along(route(USDC, DAI, 5, 7), 6, 8)
OUT = Output(2, DAI_AT, 6, 8)


def at(venue: str, role: Role = Role.ACTION) -> Step:
    return Step(POOL.address, "a contract", "f()", (), role=role, venue=venue)


def test_the_output_is_that_of_the_last_action_at_its_place() -> None:
    steps = [at("uniswap-v3"), at("uniswap-v3", Role.APPROVAL), at("uniswap-v3"), at("pool:USDC"), at("elsewhere")]
    assert output_of(SWAP, steps) == OUT
    assert output_of(Leave(VENUE, None, 3, 4), steps) == Output(3, USDC_AT, 3, 4)
    tail = [*steps, at("uniswap-v3", Role.CLEANUP), at("uniswap-v3", Role.APPROVAL)]
    assert output_of(SWAP, tail).step == 2


def test_what_leaves_no_output_open() -> None:
    exact = along(route(USDC, DAI, 5, 7, exact_out=True), 6, 8)
    coin = along(route(USDC, ETH, 5, 7), 6, 8)
    pool = PoolVenue(USDC)
    pool.asset = ETH
    for source in (exact, coin, Leave(pool, 1, 3, 4)):
        with pytest.raises(ValueError, match="only an exact input into a token"):
            output_of(source, [at("uniswap-v3"), at("pool:USDC")])


def steps_with(*args: Callable[[int], Argument]) -> Callable[[int], tuple[Step, ...]]:
    return lambda units: (Step(ROUTER.address, "a contract", "f()", tuple(each(units) for each in args)),)


def test_the_output_stands_wherever_the_units_stand() -> None:
    build = steps_with(lambda n: n, lambda n: 7, lambda n: ("a", (n, True), n), lambda n: "x")
    (step,) = opened(build, OUT)
    assert step.args == (OUT, 7, ("a", (OUT, True), OUT), "x")
    assert step.filled({2: 7}) == build(7)[0]


@pytest.mark.parametrize(
    "computed",
    [
        lambda n: n * 2,
        lambda n: n - 1,
        lambda n: -n,
        lambda n: str(n),
        lambda n: (1,) * n,
        lambda n: (n,) if n == OUT.min else n,
        lambda n: OUT.min if n == OUT.min else 0,
        lambda n: (n // 2, n),
    ],
)
def test_an_argument_that_is_computed_from_the_amount_refuses(computed: Callable[[int], Any]) -> None:
    with pytest.raises(Refused, match="in a way that can't be left open") as caught:
        opened(steps_with(computed), OUT)
    assert caught.value.rule == "lists"


@pytest.mark.parametrize("changed", ["value", "gas"])
def test_a_step_that_depends_on_the_amount_refuses(changed: str) -> None:
    def build(units: int) -> tuple[Step, ...]:
        fields: dict[str, Any] = {changed: units}
        return (Step(ROUTER.address, "a contract", "f()", (units,), **fields),)

    with pytest.raises(Refused, match="steps depend on the amount") as caught:
        opened(build, OUT)
    assert caught.value.rule == "lists"


def test_another_number_of_steps_or_arguments_is_no_template() -> None:
    step = Step(ROUTER.address, "a contract", "f()", (1,))
    with pytest.raises(ValueError, match="argument 2 is longer"):
        opened(lambda units: (step,) * (units - OUT.min + 1), OUT)
    with pytest.raises(ValueError, match="argument 2 is longer"):
        opened(lambda units: (Step(ROUTER.address, "c", "f()", (1,) * (units - OUT.min)),), OUT)


def test_an_output_of_one_possible_amount_is_left_open_all_the_same() -> None:
    (step,) = opened(steps_with(lambda n: n, lambda n: 7), Output(2, DAI_AT, 6, 6))
    assert step.args == (Output(2, DAI_AT, 6, 6), 7)
