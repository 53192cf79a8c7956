"""What a receipt says of the native coin: only what was wrapped and unwrapped for the account counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.chain.contracts.weth9 import DEPOSIT_TOPIC, UNWRAP, WITHDRAWAL_TOPIC, WRAP
from agent.chain.rpc_types import Log, Receipt
from agent.execution.flows import Mined, coin_of, step_changes
from agent.money import Address
from agent.plans import Change, Step
from plugins.uniswap.calls import MULTICALL
from tests.unit.policy_parts import ACCOUNT, STRANGER, USDC_AT, WETH_AT, place, plan

pytestmark = pytest.mark.unit

ROUTER = place("b5")
SOME = 10**18
NATIVE = Change("native", "ETH", 18, ACCOUNT, -SOME, SOME)
TRADE = Step(ROUTER, "Uniswap v3 router", MULTICALL, (0, ()))


def event(topic: str, holder: Address, units: int, of: Address = WETH_AT) -> Log:
    return Log(of, (topic, "0x" + "0" * 24 + holder[2:].lower()), units.to_bytes(32, "big"))


def moved(step: Step, *logs: Log, coin: Address | None = WETH_AT) -> int:
    receipt = Receipt("0x" + "ab" * 32, True, 7, "0x" + "cd" * 32, 21_000, 10**9, ACCOUNT, logs)
    return step_changes(ACCOUNT, Mined(0, step, receipt, coin=coin)).get("native", 0)


def test_what_the_router_unwraps_at_its_end_is_the_account_s() -> None:
    assert moved(TRADE, event(WITHDRAWAL_TOPIC, ROUTER, SOME)) == SOME


def test_what_it_unwrapped_before_went_elsewhere() -> None:
    """A token's own code can call the router in the middle of a swap, and take what lies there for a moment."""
    theirs, ours = event(WITHDRAWAL_TOPIC, ROUTER, 7 * SOME), event(WITHDRAWAL_TOPIC, ROUTER, SOME)
    assert moved(TRADE, theirs, ours) == SOME


def test_an_event_of_another_contract_or_holder_says_nothing() -> None:
    hostile = event(WITHDRAWAL_TOPIC, ROUTER, SOME, of=USDC_AT)
    assert moved(TRADE, hostile, event(WITHDRAWAL_TOPIC, STRANGER, SOME)) == 0
    cut = replace(event(WITHDRAWAL_TOPIC, ROUTER, SOME), data=b"\x01")
    assert moved(TRADE, cut) == 0


def test_a_deposit_makes_no_more_than_the_value_be_spent() -> None:
    sent = replace(TRADE, value=SOME)
    assert moved(sent, event(DEPOSIT_TOPIC, ROUTER, SOME // 2)) == -(SOME // 2)  # the rest was given back
    assert moved(sent, event(DEPOSIT_TOPIC, ROUTER, 3 * SOME)) == -SOME
    assert moved(sent) == -SOME
    assert moved(TRADE, event(DEPOSIT_TOPIC, ROUTER, SOME)) == 0


def test_what_is_unwrapped_at_the_end_of_a_call_with_value_is_what_it_gave_back() -> None:
    """Whether all of the value was wrapped first, or the coin itself went into a pool and the rest was wrapped."""
    sent, rest = replace(TRADE, value=SOME), SOME // 8
    back = event(WITHDRAWAL_TOPIC, ROUTER, rest)
    assert moved(sent, event(DEPOSIT_TOPIC, ROUTER, SOME), back) == rest - SOME
    assert moved(sent, event(DEPOSIT_TOPIC, ROUTER, rest), back) == rest - SOME


def test_what_is_wrapped_and_unwrapped_on_its_way_is_given_once() -> None:
    given = event(DEPOSIT_TOPIC, ROUTER, SOME), event(WITHDRAWAL_TOPIC, ROUTER, SOME)
    assert moved(TRADE, *given) == SOME


def test_the_coin_s_own_calls() -> None:
    assert moved(Step(WETH_AT, "WETH", WRAP, (), value=SOME), event(DEPOSIT_TOPIC, ACCOUNT, SOME)) == -SOME
    assert moved(Step(WETH_AT, "WETH", UNWRAP, (SOME,)), event(WITHDRAWAL_TOPIC, ACCOUNT, SOME)) == SOME


def test_a_plan_that_isn_t_about_the_coin_reads_none_of_its_events() -> None:
    """An aggregator's router may unwrap on its way: the account got nothing of it."""
    swap = plan(TRADE)
    assert coin_of(swap, WETH_AT) is None
    assert coin_of(replace(swap, expected=(*swap.expected, NATIVE)), WETH_AT) == WETH_AT
    assert coin_of(replace(swap, expected=(NATIVE,)), None) is None
    assert moved(TRADE, event(WITHDRAWAL_TOPIC, ROUTER, SOME), coin=coin_of(swap, WETH_AT)) == 0
