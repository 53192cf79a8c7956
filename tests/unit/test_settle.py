"""What moved is held against what was confirmed, to the unit; what receipts say is what is counted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.chain.contracts.erc20 import TRANSFER_TOPIC
from agent.chain.rpc_types import Log, Receipt
from agent.execution.flows import Mined, account_changes, kind_of, step_changes
from agent.execution.settle import outside
from agent.money import Address
from agent.plans import Change, Plan, Role, Step
from tests.unit.policy_parts import ACCOUNT, DAI_AT, FRIEND, USDC_AT, deposit_steps, plan

pytestmark = pytest.mark.unit

BOUND = Change(USDC_AT, "USDC", 6, ACCOUNT, -5, 10)


def transfer(sender: str, recipient: str, units: int, token: Address = USDC_AT) -> Log:
    topics = (TRANSFER_TOPIC, *("0x" + "0" * 24 + each[2:].lower() for each in (sender, recipient)))
    return Log(token, topics, units.to_bytes(32, "big"))


def mined(*logs: Log, ok: bool = True, step: Step | None = None, index: int = 0) -> Mined:
    receipt = Receipt("0x" + "ab" * 32, ok, 7, "0x" + "cd" * 32, 21_000, 10**9, ACCOUNT, logs)
    return Mined(index, step or deposit_steps()[1], receipt)


@given(st.integers(-100, 100))
def test_the_bounds_are_inclusive(delta: int) -> None:
    assert (outside({USDC_AT: delta}, [BOUND]) == "") == (-5 <= delta <= 10)


def test_a_token_that_nobody_expected() -> None:
    assert DAI_AT in outside({USDC_AT: 1, DAI_AT: 1}, [BOUND])
    assert outside({USDC_AT: 1, DAI_AT: 0}, [BOUND]) == ""


def test_what_did_not_move_is_outside_where_it_had_to() -> None:
    said = outside({}, [replace(BOUND, min=1_500_000, max=2_000_000)])
    assert said == "USDC changes by 0, outside of 1.5 to 2"


def test_logs_of_others_are_not_ours() -> None:
    logs = (
        transfer(ACCOUNT, FRIEND, 7),
        transfer(FRIEND, ACCOUNT, 2),
        transfer(FRIEND, DAI_AT, 1_000),
        transfer(ACCOUNT, ACCOUNT, 50),
        replace(transfer(ACCOUNT, FRIEND, 9), data=b"\x09"),  # no ERC-20 transfer
        Log(USDC_AT, (TRANSFER_TOPIC,), b""),
    )
    assert step_changes(ACCOUNT, mined(*logs)) == {USDC_AT: -5}


def test_nothing_moves_in_what_reverted() -> None:
    sent = Step(FRIEND, "bob", "", (), value=10)
    assert step_changes(ACCOUNT, mined(transfer(FRIEND, ACCOUNT, 5), ok=False, step=sent)) == {}
    assert step_changes(ACCOUNT, mined(step=sent)) == {"native": -10}


def test_what_goes_out_and_comes_back_is_no_change() -> None:
    both = [mined(transfer(ACCOUNT, FRIEND, 7)), mined(transfer(FRIEND, ACCOUNT, 7))]
    assert account_changes(ACCOUNT, both) == {}


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("deposit", "deposit"),
        ("withdraw", "withdraw"),
        ("exit", "withdraw"),
        ("transfer", "transfer"),
        ("x", "other"),
    ],
)
def test_flows_are_named_by_what_was_asked_for(action: str, kind: str) -> None:
    asked: Plan = plan(intent={"action": action})
    approval, entry = asked.steps
    assert kind_of(asked, entry) == kind
    assert kind_of(asked, approval) == "other"
    assert kind_of(asked, replace(approval, role=Role.CLEANUP)) == "other"
