"""What an open amount is filled in with: what its step's receipt gave the account, within what was confirmed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.errors import Refused
from agent.execution.flows import Mined
from agent.execution.outputs import known
from agent.plans import Output, Step
from tests.unit.policy_parts import ACCOUNT, DAI_AT, FRIEND, SUPPLY, USDC_AT, place, plan
from tests.unit.test_settle import mined, transfer

pytestmark = pytest.mark.unit

OPEN = Step(place("b1"), "pool", SUPPLY, (USDC_AT, Output(1, USDC_AT, 4, 6), ACCOUNT, 0))
PLAN = plan(OPEN)


def given(units: int, ok: bool = True, index: int = 1) -> Mined:
    return mined(transfer(FRIEND, ACCOUNT, units), transfer(FRIEND, ACCOUNT, 50, DAI_AT), ok=ok, index=index)


@pytest.mark.parametrize("units", [4, 5, 6])
def test_it_is_what_the_receipt_gave_of_its_token(units: int) -> None:
    assert known(PLAN, OPEN, [given(99, index=0), given(units)]) == {1: units}


@pytest.mark.parametrize("units", [3, 7])
def test_outside_of_what_was_confirmed_the_plan_stops(units: int) -> None:
    with pytest.raises(Refused, match=f"gave {units} base units; 4 to 6 were confirmed"):
        known(PLAN, OPEN, [given(units)])


def test_a_receipt_that_gave_nothing_counts_as_nothing() -> None:
    with pytest.raises(Refused, match="gave 0 base units"):
        known(PLAN, OPEN, [mined(index=1)])


@pytest.mark.parametrize(
    "others", [[], [given(5, index=0)], [given(5, ok=False)], [replace(given(5), cancelled=True)]]
)
def test_a_step_that_is_not_done_gives_nothing(others: list[Mined]) -> None:
    with pytest.raises(Refused, match="Step 2 isn't mined") as caught:
        known(PLAN, OPEN, others)
    assert caught.value.rule == "output"


def test_a_step_without_open_amounts_needs_nothing() -> None:
    assert known(PLAN, replace(OPEN, args=(USDC_AT, 5, ACCOUNT, 0)), []) == {}
