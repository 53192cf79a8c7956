"""Each rule refuses what it names, and lets the benign twin pass."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agent.errors import Refused
from agent.money import MAX_UINT256, Address
from agent.policy.effects import Effect
from agent.policy.rules import check_step
from tests.unit.policy_parts import (
    ACCOUNT,
    APPROVE,
    BLUE,
    CAP,
    DAI_AT,
    FRIEND,
    MARKET,
    MINT,
    MORPHO_SUPPLY,
    MORPHO_WITHDRAW,
    POLICY,
    POOL,
    REDEEM,
    SAFE,
    STRANGER,
    SUPPLY,
    TRANSFER,
    USDC_AT,
    VAULT_DEPOSIT,
    VAULT_REDEEM,
    VUSDC,
    WETH_AT,
    WITHDRAW,
    effect,
)

pytestmark = pytest.mark.unit

RECIPIENTS = frozenset({FRIEND, POOL.address})
OTHER_MARKET = (*MARKET[:4], 1)


def check(found: Effect) -> None:
    check_step(POLICY, ACCOUNT, RECIPIENTS, found)


def case(to: Address, signature: str, *args: Any, value: int = 0) -> tuple[Address, str, tuple[Any, ...], int]:
    return to, signature, args, value


BENIGN = [
    case(POOL.address, SUPPLY, USDC_AT, CAP, ACCOUNT, 0),
    case(POOL.address, WITHDRAW, USDC_AT, CAP * 1000, ACCOUNT),  # no cap on the way out
    case(POOL.address, WITHDRAW, WETH_AT, 5, ACCOUNT),  # not even for a token without one
    case(POOL.address, WITHDRAW, USDC_AT, MAX_UINT256, ACCOUNT),
    case(BLUE.address, MORPHO_SUPPLY, MARKET, CAP, 0, ACCOUNT, b""),
    case(BLUE.address, MORPHO_WITHDRAW, MARKET, CAP * 9, 0, ACCOUNT, ACCOUNT),
    case(BLUE.address, MORPHO_WITHDRAW, MARKET, 0, CAP * 9, ACCOUNT, ACCOUNT),
    case(SAFE.address, VAULT_DEPOSIT, CAP, ACCOUNT),
    case(SAFE.address, VAULT_REDEEM, CAP * 9, ACCOUNT, ACCOUNT),
    case(VUSDC.address, MINT, CAP),
    case(VUSDC.address, REDEEM, CAP * 9),
    case(USDC_AT, APPROVE, POOL.address, CAP),
    case(USDC_AT, APPROVE, SAFE.address, CAP),
    case(USDC_AT, APPROVE, STRANGER, 0),
    case(WETH_AT, APPROVE, STRANGER, 0),
    case(USDC_AT, TRANSFER, FRIEND, CAP),
    case(FRIEND, "", value=10**18),
]


@pytest.mark.parametrize("call", BENIGN)
def test_benign_calls_pass(call: tuple[Address, str, tuple[Any, ...], int]) -> None:
    to, signature, args, value = call
    check(effect(to, signature, *args, value=value))


HOSTILE = [
    ("recipients", case(POOL.address, SUPPLY, USDC_AT, 5, STRANGER, 0)),
    ("recipients", case(POOL.address, SUPPLY, USDC_AT, 5, FRIEND, 0)),  # not even on behalf of a contact
    ("recipients", case(POOL.address, WITHDRAW, USDC_AT, 5, FRIEND)),
    ("recipients", case(POOL.address, WITHDRAW, USDC_AT, MAX_UINT256, STRANGER)),
    ("recipients", case(BLUE.address, MORPHO_WITHDRAW, MARKET, 5, 0, STRANGER, ACCOUNT)),
    ("recipients", case(BLUE.address, MORPHO_WITHDRAW, MARKET, 5, 0, ACCOUNT, STRANGER)),
    ("recipients", case(SAFE.address, VAULT_DEPOSIT, 5, STRANGER)),
    ("recipients", case(SAFE.address, VAULT_REDEEM, 5, STRANGER, ACCOUNT)),
    ("recipients", case(SAFE.address, VAULT_REDEEM, 5, ACCOUNT, STRANGER)),
    ("recipients", case(USDC_AT, TRANSFER, STRANGER, 5)),
    ("recipients", case(USDC_AT, TRANSFER, POOL.address, 5)),  # tokens sent to a contract are lost
    ("recipients", case(STRANGER, "", value=5)),
    ("recipients", case(POOL.address, "", value=5)),
    ("caps", case(POOL.address, SUPPLY, USDC_AT, CAP + 1, ACCOUNT, 0)),
    ("caps", case(POOL.address, SUPPLY, USDC_AT, MAX_UINT256, ACCOUNT, 0)),
    ("caps", case(POOL.address, SUPPLY, WETH_AT, 1, ACCOUNT, 0)),
    ("caps", case(SAFE.address, VAULT_DEPOSIT, CAP + 1, ACCOUNT)),
    ("caps", case(SAFE.address, VAULT_REDEEM, MAX_UINT256, ACCOUNT, ACCOUNT)),  # no table says that it is bounded
    ("caps", case(VUSDC.address, MINT, CAP + 1)),
    ("caps", case(USDC_AT, TRANSFER, FRIEND, CAP + 1)),
    ("caps", case(WETH_AT, TRANSFER, FRIEND, 1)),
    ("caps", case(FRIEND, "", value=10**18 + 1)),
    ("caps", case(USDC_AT, APPROVE, POOL.address, CAP + 1)),
    ("caps", case(WETH_AT, APPROVE, POOL.address, 1)),
    ("approvals", case(USDC_AT, APPROVE, POOL.address, MAX_UINT256)),
    ("approvals", case(USDC_AT, APPROVE, STRANGER, 1)),
    ("approvals", case(USDC_AT, APPROVE, FRIEND, 1)),
    ("approvals", case(USDC_AT, APPROVE, USDC_AT, 1)),  # listed, but nothing is entered there
    ("approvals", case(DAI_AT, APPROVE, SAFE.address, 1)),  # a venue of another token
    ("value", case(POOL.address, SUPPLY, USDC_AT, 5, ACCOUNT, 0, value=1)),
    ("value", case(POOL.address, WITHDRAW, USDC_AT, 5, ACCOUNT, value=1)),
    ("value", case(USDC_AT, TRANSFER, FRIEND, 5, value=1)),
    ("value", case(USDC_AT, APPROVE, POOL.address, 0, value=1)),
    ("must", case(POOL.address, SUPPLY, USDC_AT, 5, ACCOUNT, 1)),
    ("must", case(BLUE.address, MORPHO_SUPPLY, MARKET, 5, 1, ACCOUNT, b"")),
    ("must", case(BLUE.address, MORPHO_SUPPLY, MARKET, 5, 0, ACCOUNT, b"\0")),
    ("must", case(BLUE.address, MORPHO_WITHDRAW, MARKET, 5, 5, ACCOUNT, ACCOUNT)),
    ("market", case(BLUE.address, MORPHO_SUPPLY, OTHER_MARKET, 5, 0, ACCOUNT, b"")),
    ("market", case(BLUE.address, MORPHO_WITHDRAW, OTHER_MARKET, 5, 0, ACCOUNT, ACCOUNT)),
]


@pytest.mark.parametrize(("rule", "call"), HOSTILE)
def test_hostile_calls_are_refused_by_their_rule(rule: str, call: tuple[Address, str, tuple[Any, ...], int]) -> None:
    to, signature, args, value = call
    with pytest.raises(Refused) as caught:
        check(effect(to, signature, *args, value=value))
    assert caught.value.rule == rule
    assert caught.value.message
    assert caught.value.remedy


def test_an_entry_may_be_unbounded_where_its_table_says_so() -> None:
    found = effect(POOL.address, SUPPLY, USDC_AT, MAX_UINT256, ACCOUNT, 0)
    assert found.entry is not None
    check(replace(found, entry=found.entry.model_copy(update={"all": True})))


def test_without_recipients_nothing_is_sent() -> None:
    with pytest.raises(Refused, match="no contact"):
        check_step(POLICY, ACCOUNT, frozenset(), effect(FRIEND, "", value=1))


def test_a_must_is_compared_without_regard_to_case() -> None:
    found = effect(POOL.address, WITHDRAW, USDC_AT, 5, ACCOUNT)
    assert found.entry is not None
    check(replace(found, entry=found.entry.model_copy(update={"must": {"asset": "0x" + "A1" * 20}})))
