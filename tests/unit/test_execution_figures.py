"""Figures that people rely on, and what follows from them at their edges: fees, patience with codes, L1."""

from __future__ import annotations

from typing import Any

import pytest

from agent.errors import Refused
from agent.execution import costs, fees, for_l1
from agent.execution.fees import Fees
from agent.execution.signer import lockout
from agent.execution.signer.lockout import DAY_SECONDS, Lock, Lockout
from agent.execution.strangers import KEPT_NONCES
from agent.policy.typed import read_typed
from tests.unit.signer_parts import NOW
from tests.unit.test_signer_typed import TYPED, permit

pytestmark = pytest.mark.unit


def test_what_each_kind_of_chain_is_offered() -> None:
    """Twice the base fee and 0.1 gwei on Ethereum; on the OP stack 0.001 gwei; on Arbitrum three times and no tip."""
    base = 10**9
    assert fees.offered(base) == fees.offered(base, fees.ETHEREUM) == Fees(2 * base + 10**8, 10**8)
    assert fees.offered(base, fees.OP_STACK) == Fees(2 * base + 10**6, 10**6)
    assert fees.offered(base, fees.ARBITRUM) == Fees(3 * base, 0)


def test_the_size_of_a_call_whose_steps_are_not_known() -> None:
    """90 bytes of envelope, a selector, twelve words; L1 may double, a quarter is kept behind a signature."""
    assert (costs.ENVELOPE_BYTES, costs.CALL_BYTES, costs.L1_TIMES, costs.SIGNED_L1) == (90, 478, 2, (5, 4))
    assert KEPT_NONCES == 256


@pytest.mark.parametrize(
    ("budget", "l1", "refuses"),
    [
        (0, {1: 5}, True),
        (-7, {1: 5}, True),
        (1, {1: 5}, False),
        (0, {}, False),
        (0, {0: 5}, False),
        (-7, {1: 0}, False),
    ],
)
def test_l1_alone_takes_more_than_was_confirmed(budget: int, l1: dict[int, int], refuses: bool) -> None:
    if not refuses:
        for_l1.check(budget, 1, l1)
        return
    with pytest.raises(Refused, match="L1 now takes up to 5 wei") as caught:
        for_l1.check(budget, 1, l1)
    assert caught.value.rule == "fee"


def wrong(times: int, at: int = NOW, account: str = "a", made: Lockout | None = None) -> Lockout:
    made = made or Lockout()
    for _ in range(times):
        made = made.after_wrong(account, at)
    return made


def test_five_wrong_codes_wait_and_each_five_more_wait_twice_as_long() -> None:
    assert wrong(lockout.TRIES - 1).until("a", NOW) == 0
    first = wrong(lockout.TRIES)
    assert first.until("a", NOW) == NOW + lockout.FIRST_WAIT_SECONDS
    assert first.until("b", NOW) == 0  # another account is free
    second = wrong(lockout.TRIES, made=first)
    assert second.until("a", NOW) == NOW + 2 * lockout.FIRST_WAIT_SECONDS
    third = wrong(lockout.TRIES, made=second)
    assert third.until("a", NOW) == NOW + min(4 * lockout.FIRST_WAIT_SECONDS, lockout.LONGEST_WAIT_SECONDS)


@pytest.mark.parametrize("rounds", [15, 16, 17, 10**6])
def test_no_wait_is_longer_than_the_longest(rounds: int) -> None:
    found = Lock(lockout.TRIES - 1, rounds, 0).after_wrong(NOW)
    assert found == Lock(0, rounds + 1, NOW + lockout.LONGEST_WAIT_SECONDS)


def test_a_right_code_begins_anew_for_its_own_account() -> None:
    both = wrong(lockout.TRIES, account="b", made=wrong(lockout.TRIES))
    after = both.after_right("a")
    assert (after.until("a", NOW), after.until("b", NOW)) == (0, NOW + lockout.FIRST_WAIT_SECONDS)
    assert len(after.guesses) == 2 * lockout.TRIES  # the day's guesses of all stay counted
    assert both.after_right("").locks == both.locks


def test_a_hundred_guesses_a_day_lock_everybody() -> None:
    made = Lockout(guesses=tuple(NOW + each for each in range(lockout.MOST_A_DAY - 1)))
    late = NOW + 1_000
    assert made.until("a", late) == 0
    full = made.after_wrong("b", NOW + 500)
    assert full.until("a", late) == NOW + DAY_SECONDS
    assert full.until("a", NOW + DAY_SECONDS) == 0  # the oldest is a day old
    more = full.after_wrong("b", NOW + 600)
    assert len(more.guesses) == lockout.MOST_A_DAY
    assert more.until("a", late) == NOW + 1 + DAY_SECONDS


def test_a_message_of_another_type_names_its_contract() -> None:
    body: dict[str, Any] = permit()
    body["primaryType"] = "Delegation"
    with pytest.raises(Refused, match="The type 'Delegation' of USD Coin is not in the table erc2612") as caught:
        read_typed(TYPED, body)
    assert caught.value.rule == "typed-data"
