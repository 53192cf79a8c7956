"""What is offered first, what a replacement offers, and that neither goes beyond what was confirmed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from coincurve import PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from agent.execution.fees import (
    ARBITRUM,
    DEVNET,
    ETHEREUM,
    OP_STACK,
    OP_STACK_TIP_WEI,
    PRIORITY_FEE_WEI,
    Fees,
    Habit,
    budget,
    bumped,
    first,
    is_stuck,
    of_raw,
    offered,
    within,
)
from agent.execution.replace import worst
from agent.execution.signer.local import signature_by
from agent.execution.signer.transaction import Transaction
from agent.plans import Plan, Role
from memory.rows import Attempt, AttemptKind, AttemptStatus
from tests.unit.gate_parts import rule_of
from tests.unit.policy_parts import ACCOUNT, POOL, approval, deposit_steps, plan

pytestmark = pytest.mark.unit

GWEI = 10**9
BASE = st.integers(0, 10**13)
GAS = st.integers(21_000, 30_000_000)


def made(total: int = 300_000_000) -> Plan:
    """Three steps of 100,000 gas, the last a clean-up: a share is a third."""
    back = replace(approval(POOL.address, 0), role=Role.CLEANUP)
    return plan(*deposit_steps(), back, max_total_fee_wei=total)


def attempt(step: int, wei: int, kind: AttemptKind = AttemptKind.STEP) -> Attempt:
    status = AttemptStatus.SIGNED
    return Attempt(1, "p", step, ACCOUNT, 1, 0, "0x", b"", wei, status, 0, 0, None, None, None, None, kind)


@given(BASE, GAS)
def test_a_first_offer_leaves_room_for_a_replacement_at_the_same_price(base: int, gas: int) -> None:
    confirmed = gas * offered(base).max_fee_per_gas
    fees = first(base, gas, confirmed)
    assert base < fees.max_fee_per_gas
    if base >= PRIORITY_FEE_WEI:
        assert fees.max_fee_per_gas == offered(base).max_fee_per_gas * 4 // 5
        again = bumped(fees, base, gas, confirmed)
        assert again is not None
        assert again.max_fee_per_gas * gas <= confirmed


def test_a_first_offer_takes_all_where_a_fifth_less_is_too_little() -> None:
    base, gas = GWEI, 100_000
    tight = gas * (base + PRIORITY_FEE_WEI)
    assert first(base, gas, tight) == within(base, gas, tight) == Fees(base + PRIORITY_FEE_WEI, PRIORITY_FEE_WEI)
    just = -(-tight * 5 // 4)
    assert first(base, gas, just).max_fee_per_gas == base + PRIORITY_FEE_WEI
    under = just - gas  # four fifths of it don't pay the whole tip: all of it is offered
    assert first(base, gas, under).max_fee_per_gas == under // gas
    assert rule_of(lambda: first(base, gas, gas * base)) == "fee"


@given(
    BASE, GAS, st.integers(0, 10**22), st.integers(0, 10**11), st.sampled_from([ETHEREUM, OP_STACK, ARBITRUM, DEVNET])
)
def test_a_suggested_tip_is_paid_within_the_habit_and_what_was_confirmed(
    base: int, gas: int, wei: int, suggested: int, how: Habit
) -> None:
    if wei // gas < base + min(how.tip, 1):
        assert rule_of(lambda: first(base, gas, wei, how, suggested)) == "fee"
        return
    plain, fees = first(base, gas, wei, how), first(base, gas, wei, how, suggested)
    assert fees.max_fee_per_gas * gas <= wei
    assert 0 <= fees.max_priority_fee_per_gas <= max(how.tip, min(suggested, how.most_tip))
    assert plain.max_priority_fee_per_gas <= fees.max_priority_fee_per_gas <= fees.max_fee_per_gas - base
    assert plain.max_fee_per_gas <= fees.max_fee_per_gas
    if wei == gas * offered(base, how).max_fee_per_gas and base >= how.tip:  # a fifth stays for a replacement
        assert fees.max_fee_per_gas * gas <= wei * 4 // 5


def test_tips_by_chain() -> None:
    confirmed = 100_000 * 100 * GWEI
    tips = {
        how: [first(GWEI, 100_000, confirmed, how, wei).max_priority_fee_per_gas for wei in (0, GWEI, 9 * GWEI)]
        for how in (ETHEREUM, OP_STACK, ARBITRUM, DEVNET)
    }
    assert tips == {
        ETHEREUM: [PRIORITY_FEE_WEI, GWEI, 3 * GWEI],
        OP_STACK: [OP_STACK_TIP_WEI, PRIORITY_FEE_WEI, PRIORITY_FEE_WEI],
        ARBITRUM: [0, 0, 0],
        DEVNET: [PRIORITY_FEE_WEI] * 3,
    }


@given(BASE, BASE, GAS, st.integers(0, 10**21), st.integers(1, 10**10))
def test_a_replacement_pays_a_tenth_more_of_both_and_is_mined_or_there_is_none(
    base: int, before: int, gas: int, wei: int, tip: int
) -> None:
    old = Fees(before + tip, tip)
    new = bumped(old, base, gas, wei)
    least_tip = max(-(-tip * 11 // 10), PRIORITY_FEE_WEI)
    least = max(-(-(before + tip) * 11 // 10), base + least_tip)
    if new is None:
        assert wei // gas < least
        return
    assert new.max_fee_per_gas * 10 >= old.max_fee_per_gas * 11
    assert new.max_priority_fee_per_gas * 10 >= old.max_priority_fee_per_gas * 11
    assert new.max_priority_fee_per_gas == least_tip
    assert new.max_fee_per_gas * gas <= wei
    assert new.max_fee_per_gas >= base + new.max_priority_fee_per_gas
    assert new.max_fee_per_gas == min(max(least, 2 * base + PRIORITY_FEE_WEI), wei // gas)


@pytest.mark.parametrize(
    ("fee", "tip", "base", "stuck"), [(20, 5, 15, False), (20, 5, 16, True), (20, 0, 20, False), (20, 0, 21, True)]
)
def test_stuck_is_what_can_not_pay_its_whole_tip(fee: int, tip: int, base: int, stuck: bool) -> None:
    assert is_stuck(Fees(fee, tip), base) is stuck


def test_the_fees_of_signed_bytes() -> None:
    sent = Transaction(1, 5, 7, 1_000, 21_000, ACCOUNT, 3, b"\x01")
    raw, _ = sent.signed(signature_by(PrivateKey(b"\x01" * 32), sent.preimage))
    assert of_raw(raw) == Fees(1_000, 7)


def test_a_budget_is_what_the_others_leave() -> None:
    whole = made()
    assert budget(whole, 0, {}, range(3)) == 300_000_000 - 3 * 100_000_000
    assert budget(whole, 0, {}, (1, 2)) == 100_000_000
    assert budget(whole, 1, {0: 40_000_000}, (2,)) == 160_000_000
    assert budget(whole, 1, {0: 40_000_000, 1: 90_000_000}, (2,)) == 160_000_000  # its own doesn't count
    assert budget(whole, 2, {0: 40_000_000, 1: 90_000_000}, ()) == 170_000_000
    assert budget(whole, 1, {0: 40_000_000}, (0, 2)) == 160_000_000  # what is signed has no share any more


def test_shares_round_down() -> None:
    assert budget(made(300_000_002), 0, {}, (1, 2)) == 300_000_002 - 2 * 100_000 * 1_000


def test_of_all_that_was_signed_for_a_step_one_is_mined() -> None:
    signed = [attempt(0, 10), attempt(0, 30), attempt(0, 20), attempt(1, 5), attempt(2, 99, AttemptKind.CANCEL)]
    assert worst(signed) == {0: 30, 1: 5}
