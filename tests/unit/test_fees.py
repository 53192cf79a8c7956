"""Fees offered stay under what was confirmed, whatever the base fee does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.execution.fees import PRIORITY_FEE_WEI, offered, within
from tests.unit.gate_parts import rule_of

pytestmark = pytest.mark.unit

BASE = st.integers(0, 10**13)
GAS = st.integers(21_000, 30_000_000)


@given(BASE, GAS, st.integers(0, 10**22))
def test_within_the_budget_or_refused(base: int, gas: int, budget: int) -> None:
    if budget // gas <= base:  # not even the base fee and a wei of tip
        assert rule_of(lambda: within(base, gas, budget)) == "fee"
        return
    fees = within(base, gas, budget)
    assert fees.max_fee_per_gas * gas <= budget
    assert base < fees.max_fee_per_gas <= offered(base).max_fee_per_gas
    assert 0 < fees.max_priority_fee_per_gas <= fees.max_fee_per_gas - base


@given(BASE, GAS)
def test_what_was_confirmed_is_enough_at_the_same_base_fee(base: int, gas: int) -> None:
    assert within(base, gas, gas * offered(base).max_fee_per_gas) == offered(base)


@given(BASE)
def test_six_full_blocks_can_pass(base: int) -> None:
    risen = base
    for _ in range(5):
        risen += risen // 8
    assert within(risen, 21_000, 21_000 * offered(base).max_fee_per_gas).max_fee_per_gas > risen
    assert offered(base).max_priority_fee_per_gas == PRIORITY_FEE_WEI
