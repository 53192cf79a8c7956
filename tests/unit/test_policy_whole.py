"""The rules of a whole plan."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.errors import Refused
from agent.money import MAX_UINT256
from agent.plans import Plan, Role, Step, canonical, from_canonical
from agent.policy.whole import MAX_STEPS, check_plan
from tests.unit.policy_parts import (
    ACCOUNT,
    APPROVE,
    BLUE,
    DAI_AT,
    FRIEND,
    MARKET,
    MORPHO_SUPPLY,
    POLICY,
    POOL,
    SAFE,
    STRANGER,
    SUPPLY,
    TRANSFER,
    USDC_AT,
    VAULT_DEPOSIT,
    WITHDRAW,
    approval,
    deposit_steps,
    plan,
    step,
)

pytestmark = pytest.mark.unit

CLEANUP = step(USDC_AT, APPROVE, POOL.address, 0, role=Role.CLEANUP)


def check(whole: Plan) -> None:
    check_plan(POLICY, ACCOUNT, frozenset({FRIEND}), whole)


def refused(*steps: Step) -> str:
    with pytest.raises(Refused) as caught:
        check(plan(*steps))
    return caught.value.rule


GOOD = [
    deposit_steps(),
    (*deposit_steps(), CLEANUP),
    (step(USDC_AT, APPROVE, POOL.address, 0), *deposit_steps()),
    (step(POOL.address, WITHDRAW, USDC_AT, MAX_UINT256, ACCOUNT), *deposit_steps()),
    (approval(POOL.address, 5), approval(SAFE.address, 7), *(
        step(SAFE.address, VAULT_DEPOSIT, 7, ACCOUNT),
        step(POOL.address, SUPPLY, USDC_AT, 5, ACCOUNT, 0),
    )),
    (approval(BLUE.address, 5), step(BLUE.address, MORPHO_SUPPLY, MARKET, 5, 0, ACCOUNT, b"")),
    (step(USDC_AT, TRANSFER, FRIEND, 5), step(FRIEND, "", value=5)),
]  # fmt: skip


@pytest.mark.parametrize("steps", GOOD)
def test_good_plans_pass_as_made_and_as_read_back(steps: tuple[Step, ...]) -> None:
    made = plan(*steps)
    calls = check_plan(POLICY, ACCOUNT, frozenset({FRIEND}), made)
    assert [data for data, _ in calls] == [each.data for each in steps]
    check(from_canonical(canonical(made)))


def test_an_approval_is_spent_by_a_later_entry_of_the_same_venue_token_and_amount() -> None:
    approve, supply = deposit_steps(5)
    assert refused(approve) == "approvals"
    assert refused(supply, approve) == "approvals"
    assert refused(approve, replace(supply, args=(USDC_AT, 4, ACCOUNT, 0))) == "approvals"
    assert refused(approve, replace(supply, args=(DAI_AT, 5, ACCOUNT, 0))) == "approvals"
    assert refused(approve, step(SAFE.address, VAULT_DEPOSIT, 5, ACCOUNT)) == "approvals"
    assert refused(approve, step(POOL.address, WITHDRAW, USDC_AT, 5, ACCOUNT)) == "approvals"


def test_one_entry_spends_one_approval() -> None:
    approve, supply = deposit_steps(5)
    assert refused(approve, approve, supply) == "approvals"
    check(plan(approve, supply, approve, supply))


def test_a_clean_up_only_takes_allowances_back() -> None:
    for bad in (
        step(USDC_AT, APPROVE, POOL.address, 1, role=Role.CLEANUP),
        step(USDC_AT, TRANSFER, FRIEND, 0, role=Role.CLEANUP),
        step(POOL.address, WITHDRAW, USDC_AT, 5, ACCOUNT, role=Role.CLEANUP),
    ):
        assert refused(*deposit_steps(), bad) == "approvals"


def test_an_approval_is_what_it_is_called() -> None:
    assert refused(step(USDC_AT, TRANSFER, FRIEND, 5, role=Role.APPROVAL)) == "approvals"


def test_one_bad_step_spoils_the_plan() -> None:
    assert refused(*deposit_steps(), step(USDC_AT, TRANSFER, STRANGER, 5)) == "recipients"
    assert refused(*deposit_steps(), step(STRANGER, TRANSFER, FRIEND, 5)) == "lists"


def test_other_chains_and_accounts_are_refused() -> None:
    for bad, rule in ((plan(chain_id=1), "chain"), (plan(account=FRIEND), "account")):
        with pytest.raises(Refused) as caught:
            check(bad)
        assert caught.value.rule == rule


def test_the_number_of_steps_is_bounded() -> None:
    with pytest.raises(Refused, match="steps"):
        check(replace(plan(), steps=()))
    assert refused(*[step(FRIEND, "", value=1)] * (MAX_STEPS + 1)) == "lists"


@pytest.mark.parametrize(
    "bad",
    [
        step(USDC_AT, TRANSFER, FRIEND),
        step(USDC_AT, TRANSFER, FRIEND, 5, 5),
        step(USDC_AT, TRANSFER, "nobody", 5),
        step(USDC_AT, TRANSFER, FRIEND, -5),
        step(USDC_AT, TRANSFER, FRIEND, 2**256),
        step(USDC_AT, TRANSFER, FRIEND, "1_0"),  # Python would read ten, people something else
        step(USDC_AT, TRANSFER, FRIEND, "05"),
        step(USDC_AT, "transfer(address to,uint256", FRIEND, 5),
        step(USDC_AT, "transfer(adress to,uint256 amount)", FRIEND, 5),
        step(USDC_AT, "transferFrom(address a,address b,uint256 c)", ACCOUNT, FRIEND, 5),
        step(FRIEND, "", 5, value=5),
        step(FRIEND, "", value=-5),
    ],
)
def test_arguments_that_dont_fit_are_refused(bad: Step) -> None:
    assert refused(bad) == "lists"
