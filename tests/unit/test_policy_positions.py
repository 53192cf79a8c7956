"""Liquidity positions under the policy: two tokens go in under both caps, what comes out comes to the own account."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest

from agent.errors import Refused
from agent.execution.signer.authority import counted
from agent.gate.preview import sentence
from agent.money import Address
from agent.plans import Plan, Role, Step
from agent.plugin import Listed
from agent.policy.decode import decode
from agent.policy.limits import totals
from agent.policy.policy import Policy
from agent.policy.rules import check_step
from agent.policy.tables import load_table
from agent.policy.whole import check_plan
from plugins.uniswap import moneta_call_tables
from plugins.uniswap.liquidity import MAX_UINT128
from plugins.uniswap.manager_calls import BURN, COLLECT, DECREASE, MINT
from tests.unit.policy_parts import ACCOUNT, FRIEND, USDC, USDC_AT, WETH, WETH_AT, place, policy

pytestmark = pytest.mark.unit

MANAGER = Listed(place("b8"), "Uniswap v3 positions", "uniswap-v3-positions")
BODY = next(body for body in moneta_call_tables() if body["table"] == MANAGER.table)
POLICY: Policy = policy(listed=[MANAGER], tables=[BODY], caps={"USDC": 10**12, "WETH": 10**21})
APPROVE = "approve(address spender,uint256 amount)"
FIRST, SECOND = sorted((USDC_AT, WETH_AT), key=lambda each: int(each, 16))
UNITS = {USDC_AT: 1_000 * 10**6, WETH_AT: 10**17}


def step(function: str, *args: Any, to: Address = MANAGER.address, role: Role = Role.ACTION) -> Step:
    return Step(to, "somewhere", function, args, gas=200_000, role=role)


def mint(recipient: Address = ACCOUNT, **units: int) -> Step:
    most = {place: units.get(name, UNITS[place]) for name, place in (("usdc", USDC_AT), ("weth", WETH_AT))}
    return step(MINT, (FIRST, SECOND, 500, -600, 600, most[FIRST], most[SECOND], 0, 0, recipient, 2**40))


def allow(token: Address, units: int, role: Role = Role.APPROVAL) -> Step:
    return step(APPROVE, MANAGER.address, units, to=token, role=role)


def plan(*steps: Step) -> Plan:
    return Plan("00" * 16, POLICY.chain_id, ACCOUNT, "u", {"action": "provide"}, steps, 10**15, 2_000_000_000, ())


def opening(entry: Step | None = None) -> list[Step]:
    """What opens a position: both approvals, the mint, both taken back."""
    before = [allow(token, UNITS[token]) for token in (FIRST, SECOND)]
    after = [allow(token, 0) for token in (FIRST, SECOND)]
    return [*before, entry or mint(), *after]


def check(step: Step, under: Policy = POLICY) -> None:
    check_step(under, ACCOUNT, [], decode(under, step.to, step.data, step.value))


def refused(steps: list[Step], under: Policy = POLICY) -> str:
    with pytest.raises(Refused) as caught:
        check_plan(under, ACCOUNT, [], plan(*steps))
    return caught.value.rule


def test_two_tokens_go_in_and_both_count() -> None:
    made = check_plan(POLICY, ACCOUNT, [], plan(*opening()))
    effect = made[2][1]
    assert {side.token: side.units for side in effect.sides} == {USDC: UNITS[USDC_AT], WETH: UNITS[WETH_AT]}
    assert totals([each for _, each in made]) == {USDC: UNITS[USDC_AT], WETH: UNITS[WETH_AT]}
    assert sorted(counted(effect)) == [("USDC", str(UNITS[USDC_AT])), ("WETH", str(UNITS[WETH_AT]))]


@pytest.mark.parametrize("symbol", ["USDC", "WETH"])
def test_the_cap_of_each_token_holds(symbol: str) -> None:
    token = {"USDC": USDC, "WETH": WETH}[symbol]
    assert token.address is not None
    caps = dict(POLICY.caps) | {symbol: UNITS[token.address] - 1}
    with pytest.raises(Refused, match=f"cap of .* {symbol}"):
        check_plan(replace(POLICY, caps=caps), ACCOUNT, [], plan(*opening()))
    caps[symbol] += 1
    check_plan(replace(POLICY, caps=caps), ACCOUNT, [], plan(*opening()))


@pytest.mark.parametrize("symbol", ["USDC", "WETH"])
def test_the_cap_of_each_token_holds_where_an_allowance_stands_already(symbol: str) -> None:
    token = {"USDC": USDC_AT, "WETH": WETH_AT}[symbol]
    with pytest.raises(Refused, match=f"cap of .* {symbol}"):
        check(mint(), replace(POLICY, caps=dict(POLICY.caps) | {symbol: UNITS[token] - 1}))
    check(mint(), replace(POLICY, caps=dict(POLICY.caps) | {symbol: UNITS[token]}))


@pytest.mark.parametrize("kept", [0, 1])
def test_each_approval_is_spent_and_taken_back(kept: int) -> None:
    steps = opening()
    assert refused([each for place, each in enumerate(steps) if place != 3 + kept]) == "approvals"
    assert refused([steps[0], steps[0], *steps[2:]]) == "approvals"
    more = list(steps)
    more[kept] = allow((FIRST, SECOND)[kept], UNITS[(FIRST, SECOND)[kept]] + 1)
    assert refused(more) == "approvals"
    assert refused([*steps[:2], steps[3], steps[4]]) == "approvals"  # nothing is opened


def test_each_step_is_said_for_people() -> None:
    said = [
        sentence(POLICY, decode(POLICY, each.to, each.data, 0))
        for each in (
            mint(),
            step(DECREASE, (7, 1_000, 0, 0, 2**40)),
            step(COLLECT, (7, ACCOUNT, MAX_UINT128, MAX_UINT128)),
            step(BURN, 7),
        )
    ]
    assert "1,000 USDC" in said[0]
    assert "0.1 WETH" in said[0]
    assert said[0].endswith("in at the most, in your name")
    assert said[1:] == [
        "Uniswap v3 positions: take 1000 units of liquidity out of position 7, which are then owed to you",
        "Uniswap v3 positions: collect all that waits for position 7, to your account",
        "Uniswap v3 positions: burn the number of position 7, which is empty then",
    ]


def test_a_position_is_opened_for_oneself_and_of_two_tokens() -> None:
    assert refused(opening(mint(recipient=FRIEND))) == "recipients"
    same = (FIRST, FIRST, 500, -600, 600, UNITS[FIRST], UNITS[FIRST], 0, 0, ACCOUNT, 2**40)
    with pytest.raises(Refused):
        check(step(MINT, same))
    with pytest.raises(Refused):
        check(mint(usdc=0, weth=0))


def test_what_leaves_is_one_s_own_and_has_no_cap() -> None:
    bare = replace(POLICY, caps={})
    for each in (
        step(DECREASE, (7, 10**30, 0, 0, 2**40)),
        step(COLLECT, (7, ACCOUNT, MAX_UINT128, MAX_UINT128)),
        step(BURN, 7),
    ):
        check(each, bare)
        effect = decode(bare, each.to, each.data, 0)
        assert effect.direction == "leave"
        assert totals([effect]) == {}
    with pytest.raises(Refused, match="not for the own account"):
        check(step(COLLECT, (7, FRIEND, MAX_UINT128, MAX_UINT128)))
    with pytest.raises(Refused, match=r"isn.t 3402"):
        check(step(COLLECT, (7, ACCOUNT, 5, MAX_UINT128)))


@pytest.mark.parametrize(
    ("function", "args"),
    [
        ("approve(address to,uint256 tokenId)", (FRIEND, 7)),
        ("setApprovalForAll(address operator,bool approved)", (FRIEND, True)),
        ("safeTransferFrom(address from,address to,uint256 tokenId)", (ACCOUNT, FRIEND, 7)),
        ("transferFrom(address from,address to,uint256 tokenId)", (ACCOUNT, FRIEND, 7)),
        ("multicall(bytes[] data)", ([b"\0" * 4],)),
        ("sweepToken(address token,uint256 amountMinimum,address recipient)", (USDC_AT, 0, FRIEND)),
    ],
)
def test_a_position_is_never_given_away(function: str, args: tuple[Any, ...]) -> None:
    with pytest.raises(Refused, match="not in the call table"):
        check(step(function, *args))


@pytest.mark.parametrize(
    ("number", "change", "says"),
    [
        (0, {"with_token": None}, "entries of two tokens"),
        (0, {"with_amount": None}, "second token"),
        (0, {"with_token": "params.fee"}, "isn't|is not an address"),
        (0, {"with_amount": "params.recipient"}, "is not an unsigned integer"),
        (0, {"direction": "leave"}, "goes in with"),
        (0, {"all": True}, "bounded"),
        (0, {"token": "@asset"}, "names both"),
        (1, {"unit": "token"}, "positions is a leave"),
        (1, {"token": "@self"}, "positions is a leave"),
        (2, {"direction": "enter", "all": False}, "positions is a leave"),
        (1, {"position": None}, "names the position's number"),
        (0, {"position": "params.fee"}, "names the position's number"),
        (2, {"position": "params.recipient"}, "is not an unsigned integer"),
    ],
)
def test_a_table_that_leaves_something_open_is_refused(number: int, change: dict[str, Any], says: str) -> None:
    body = copy.deepcopy(BODY)
    body["functions"][number].update(change)
    with pytest.raises(ValueError, match=says):
        load_table(body)
