"""A debt that is paid: the own one only, bounded, approved and taken back, counted like whatever else is spent."""

from __future__ import annotations

from typing import Any

import pytest

from agent.gate.charges import charges_of
from agent.gate.preview import sentence
from agent.money import MAX_UINT256, Address
from agent.plans import Plan, Role, Step
from agent.policy.limits import totals
from agent.policy.spending import Kind
from agent.policy.tables import load_table
from agent.policy.whole import check_plan, effects_of, read_step
from plugins.aave.loans import REPAY as AAVE_REPAY
from plugins.aave.rewards import CLAIM
from plugins.morpho.loans import REPAY as MORPHO_REPAY
from plugins.venus.loans import REPAY as VENUS_REPAY
from tests.unit.descriptor_parts import BLUE, POLICY, POOL, REWARDS, VUSDC
from tests.unit.gate_parts import rule_of
from tests.unit.policy_parts import ACCOUNT, APPROVE, CAP, MARKET, STRANGER, SUPPLY, USDC, USDC_AT, plan, step

pytestmark = pytest.mark.unit

UNITS = 5_000_000
PRICES = {"USDC": 10**8}


def approve(spender: Address, units: int, role: Role = Role.APPROVAL) -> Step:
    return step(USDC_AT, APPROVE, spender, units, role=role)


def paying(spender: Address, function: str, *args: Any, approved: int = UNITS, rest: bool = True) -> Plan:
    back = [approve(spender, 0)] if rest else []
    cleaned = approve(spender, 0, Role.CLEANUP)
    return plan(approve(spender, approved), step(spender, function, *args), *back, cleaned)


def aave(units: int = UNITS, mode: int = 2, whose: str = ACCOUNT, **how: Any) -> Plan:
    return paying(POOL.address, AAVE_REPAY, USDC_AT, units, mode, whose, **how)


def morpho(
    assets: int, shares: int, whose: str = ACCOUNT, market: Any = MARKET, data: bytes = b"", **how: Any
) -> Plan:
    return paying(BLUE.address, MORPHO_REPAY, market, assets, shares, whose, data, **how)


def venus(units: int = UNITS, **how: Any) -> Plan:
    return paying(VUSDC.address, VENUS_REPAY, units, **how)


def rule(wanted: Plan) -> str | None:
    return rule_of(lambda: check_plan(POLICY, ACCOUNT, (), wanted))


@pytest.mark.parametrize("wanted", [aave(), morpho(UNITS, 0), morpho(0, 10**12), venus()])
def test_the_own_debt_may_be_paid_and_counts_as_spent(wanted: Plan) -> None:
    effects = [effect for _, effect in check_plan(POLICY, ACCOUNT, (), wanted)]
    assert totals(effects) == {USDC: UNITS}
    assert effects_of(POLICY, wanted) == effects
    (charge,) = charges_of(POLICY, wanted, PRICES)
    assert (charge.kind, charge.units, charge.usd, charge.venue) == (Kind.REPAY, UNITS, UNITS * 100, "")
    assert rule_of(lambda: charges_of(POLICY, wanted, {})) == "price"


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (aave(whose=STRANGER), "recipients"),
        (morpho(UNITS, 0, whose=STRANGER), "recipients"),
        (aave(mode=1), "must"),
        (aave(MAX_UINT256), "caps"),
        (aave(CAP + 1, approved=CAP + 1), "caps"),
        (venus(MAX_UINT256), "caps"),
        (morpho(0, 10**12, approved=CAP + 1), "caps"),
        (morpho(0, MAX_UINT256), "caps"),
        (morpho(UNITS, 10**12), "must"),
        (morpho(UNITS, 0, data=b"\x01"), "must"),
        (morpho(UNITS, 0, market=(*MARKET[:4], 1)), "market"),
        (aave(rest=False), "approvals"),
        (morpho(0, 10**12, rest=False), "approvals"),
        (aave(approved=UNITS + 1), "approvals"),
        (plan(step(BLUE.address, MORPHO_REPAY, MARKET, 0, 10**12, ACCOUNT, b"")), "approvals"),
        (plan(approve(BLUE.address, 0), step(BLUE.address, MORPHO_REPAY, MARKET, 0, 1, ACCOUNT, b"")), "approvals"),
    ],
)
def test_what_would_cost_more_or_pay_for_another_is_refused(wanted: Plan, why: str) -> None:
    assert rule(wanted) == why


def test_an_approval_serves_one_call_alone() -> None:
    supply = step(POOL.address, SUPPLY, USDC_AT, UNITS, ACCOUNT, 0)
    both = plan(
        approve(POOL.address, UNITS),
        step(POOL.address, AAVE_REPAY, USDC_AT, UNITS, 2, ACCOUNT),
        supply,
        approve(POOL.address, 0),
    )
    assert totals([effect for _, effect in check_plan(POLICY, ACCOUNT, (), both)]) == {USDC: 2 * UNITS}
    two = plan(approve(POOL.address, UNITS), approve(POOL.address, UNITS), *both.steps[1:2], approve(POOL.address, 0))
    assert rule(two) == "approvals"


def test_it_is_said_as_what_it_is() -> None:
    said = sentence(POLICY, read_step(POLICY, aave().steps[1])[1])
    assert said == "Aave v3 core Pool: pay back 5 USDC of your debt, and no more than is owed, in your name"
    assert "shares of your debt" in sentence(POLICY, read_step(POLICY, morpho(0, 7).steps[1])[1])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"all": True}, "never unbounded"),
        ({"unit": "shares", "at_most": False}, "bounded by its approval"),
        ({"recipient": None}, "name a recipient"),
        ({"direction": "enter"}, "at_most is of swaps, repays and entries of two tokens only"),
    ],
)
def test_a_table_that_leaves_a_repayment_open_is_refused(change: dict[str, Any], says: str) -> None:
    entry = {
        "signature": "repay(address asset,uint256 amount,address onBehalfOf)",
        "direction": "repay",
        "token": "asset",
        "amount": "amount",
        "recipient": "onBehalfOf",
        "at_most": True,
    }
    load_table({"table": "t", "functions": [entry]})
    with pytest.raises(ValueError, match=says):
        load_table({"table": "t", "functions": [{**entry, **change}]})


CLAIM_TABLE = {
    "signature": "claimRewardsToSelf(address[] assets,uint256 amount,address reward)",
    "direction": "leave",
    "token": "reward",
    "amount": "amount",
    "recipient": "@sender",
    "about": "assets",
}


def test_a_claim_comes_to_oneself_and_counts_nowhere() -> None:
    places = (USDC_AT, STRANGER)
    claims = plan(step(REWARDS.address, CLAIM, places, 7 * UNITS, USDC_AT))
    assert totals([effect for _, effect in check_plan(POLICY, ACCOUNT, (), claims)]) == {}
    assert charges_of(POLICY, claims, {}) == ()
    assert "claim 35 USDC that you earned, to your account" in sentence(POLICY, read_step(POLICY, claims.steps[0])[1])
    unlisted = plan(step(REWARDS.address, CLAIM, places, UNITS, STRANGER))
    assert rule(unlisted) == "lists"
    assert rule(plan(step(REWARDS.address, CLAIM, places, MAX_UINT256, USDC_AT))) == "caps"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"about": None}, "nothing says what the argument 'assets' may be"),
        ({"about": "places"}, "no argument 'places'"),
        ({"direction": "enter"}, "about is of a leave"),
        ({"direction": "transfer"}, "about is of a leave"),
        ({"unit": "shares"}, "about is of a leave in base units"),
    ],
)
def test_what_a_call_is_about_stands_in_no_other_table(change: dict[str, Any], says: str) -> None:
    load_table({"table": "t", "functions": [CLAIM_TABLE]})
    with pytest.raises(ValueError, match=says):
        load_table({"table": "t", "functions": [{**CLAIM_TABLE, **change}]})
