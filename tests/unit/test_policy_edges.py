"""What a policy file may hold to the last unit, and what its rules let through at their edges."""

from __future__ import annotations

import copy
import errno
import json
from dataclasses import replace
from typing import Any

import pytest

from agent.errors import Refused
from agent.execution.signer.fields import described
from agent.policy.change import tightest
from agent.policy.policy import Policy, dumps, loads
from agent.policy.tables import load_table
from agent.policy.whole import check_plan
from plugins.uniswap import moneta_call_tables
from plugins.uniswap.calls import EXACT_INPUT_SINGLE
from tests.unit.gate_chain import GATE_POLICY, ROUTER
from tests.unit.policy_parts import ACCOUNT, DAI_AT, POLICY, USDC_AT, WETH_AT, approval, plan, policy, step

pytestmark = pytest.mark.unit


def file(**changes: Any) -> str:
    body = json.loads(dumps(POLICY))
    body.update(changes)
    return json.dumps(body)


def without(*names: str) -> Policy:
    body = json.loads(dumps(POLICY))
    for name in names:
        body.pop(name, None)
    return loads(json.dumps(body))


def test_what_a_file_leaves_out_has_its_safe_value() -> None:
    found = without("loosen_delay_seconds", "day_caps", "lifetime_caps", "step_up", "closed", "codes", "domains")
    assert found.loosen_delay_seconds == 86_400
    assert (found.day_caps, found.lifetime_caps, found.step_up, found.closed) == ({}, {}, {}, frozenset())


@pytest.mark.parametrize(("decimals", "fits"), [(-1, False), (0, True), (36, True), (37, False), ("18", False)])
def test_decimals_that_a_token_can_have(decimals: Any, fits: bool) -> None:
    tokens = json.loads(dumps(POLICY))["tokens"]
    tokens[DAI_AT]["decimals"] = decimals
    if fits:
        assert loads(file(tokens=tokens)).tokens[DAI_AT].decimals == decimals
        return
    with pytest.raises(ValueError, match=r"policy: tokens\..*decimals"):
        loads(file(tokens=tokens))


@pytest.mark.parametrize(
    ("changes", "fits"),
    [
        ({"contact_delay_seconds": 0}, True),
        ({"contact_delay_seconds": -1}, False),
        ({"loosen_delay_seconds": 0}, True),
        ({"loosen_delay_seconds": -1}, False),
        ({"chain_id": 0}, False),
        ({"caps": {"USDC": "01"}}, False),
        ({"caps": {"USDC": "0"}}, True),
        ({"caps": {"USDC": 5}}, False),
        ({"native": {"symbol": "", "decimals": 18}}, False),
        ({"native": {"symbol": "E" * 33, "decimals": 18}}, False),
        ({"unheard_of": 1}, False),
    ],
)
def test_what_a_policy_file_may_say(changes: dict[str, Any], fits: bool) -> None:
    if fits:
        loads(file(**changes))
        return
    with pytest.raises(ValueError, match="policy"):
        loads(file(**changes))


def test_one_router_wraps_one_coin() -> None:
    with pytest.raises(ValueError, match="is listed with two wrapped coins"):
        policy(listed=[ROUTER, replace(ROUTER, wrapped=None)], tables=list(moneta_call_tables()))
    assert (
        policy(listed=[ROUTER, ROUTER], tables=list(moneta_call_tables())).contracts[ROUTER.address].wrapped
        == WETH_AT
    )


def test_the_route_of_a_call_is_bytes() -> None:
    body = moneta_call_tables()[0]
    made = copy.deepcopy(body)
    entry = next(each for each in made["functions"] if each.get("path"))
    entry["path"] = entry["amount"]
    with pytest.raises(ValueError, match="is neither bytes nor"):
        load_table(made)


@pytest.mark.parametrize(("before", "after"), [(1, frozenset("a")), (frozenset("a"), 1)])
def test_a_cap_becomes_no_list_and_a_list_no_cap(before: Any, after: Any) -> None:
    with pytest.raises(TypeError, match="a cap doesn't become a list"):
        tightest(before, after)


@pytest.mark.parametrize(("units", "least", "rule"), [(1, 1, ""), (0, 1, "swap"), (1, 0, "swap")])
def test_the_smallest_swap(units: int, least: int, rule: str) -> None:
    """SwapRouter02 reads 0 as all that lies in the contract."""
    trade = step(ROUTER.address, EXACT_INPUT_SINGLE, (USDC_AT, WETH_AT, 500, ACCOUNT, units, least, 0))
    made = plan(approval(ROUTER.address, units), trade)
    if not rule:
        assert check_plan(GATE_POLICY, ACCOUNT, (), made)[1][1].units == 1
        return
    with pytest.raises(Refused) as caught:
        check_plan(GATE_POLICY, ACCOUNT, (), made)
    assert caught.value.rule in (rule, "approvals")


def test_a_full_disk_is_said_in_the_systems_words() -> None:
    assert described(OSError(errno.ENOSPC, "anything"))["message"] == (
        "the signer can't use its folder: No space left on device"
    )
    assert described(OSError("no number"))["kind"] == "unavailable"
    assert "Success" in described(OSError("no number"))["message"]
