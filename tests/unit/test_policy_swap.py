"""Swaps under the policy: for the own account, between listed tokens, never at any price, coin only in its place."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from agent.errors import Refused
from agent.gate.preview import sentence
from agent.money import MAX_UINT256, Address
from agent.plans import Output, Plan, Role, Step
from agent.plugin import Listed
from agent.policy.decode import decode, hops
from agent.policy.policy import Policy, dumps, loads
from agent.policy.tables import load_table
from agent.policy.whole import check_plan
from plugins.uniswap import moneta_call_tables
from plugins.uniswap.calls import EXACT_INPUT, EXACT_INPUT_SINGLE, EXACT_OUTPUT, EXACT_OUTPUT_SINGLE
from tests.unit.policy_parts import (
    ACCOUNT,
    APPROVE,
    CAP,
    CAPS,
    DAI_AT,
    LISTED,
    POOL,
    STRANGER,
    SUPPLY,
    TABLES,
    USDC_AT,
    WETH_AT,
    approval,
    place,
    plan,
    policy,
    step,
)

pytestmark = pytest.mark.unit

ROUTER = Listed(place("b5"), "Uniswap v3 router", "uniswap-v3-router", wrapped=WETH_AT)
TABLE = moneta_call_tables()[0]
POLICY = policy(
    listed=[*LISTED, ROUTER], tables=[*TABLES, TABLE], caps={**CAPS, "WETH": 10**18}
)  # fmt: skip
GIVEN, LEAST = 5_000_000, 10**15


def path(*tokens: Address, fee: int = 500) -> bytes:
    parts = [bytes.fromhex(token[2:]) for token in tokens]
    return parts[0] + b"".join(fee.to_bytes(3, "big") + part for part in parts[1:])


def single(
    start: Address = USDC_AT,
    end: Address = WETH_AT,
    to: Address = ACCOUNT,
    units: int = GIVEN,
    least: int = LEAST,
    limit: int = 0,
    value: int = 0,
) -> Step:
    return step(ROUTER.address, EXACT_INPUT_SINGLE, (start, end, 500, to, units, least, limit), value=value)


def many(way: bytes, to: Address = ACCOUNT, units: int = GIVEN, least: int = LEAST, value: int = 0) -> Step:
    return step(ROUTER.address, EXACT_INPUT, (way, to, units, least), value=value)


def wanted(most: int = GIVEN, way: bytes = b"", value: int = 0) -> Step:
    if way:
        return step(ROUTER.address, EXACT_OUTPUT, (way, ACCOUNT, LEAST, most), value=value)
    return step(ROUTER.address, EXACT_OUTPUT_SINGLE, (USDC_AT, WETH_AT, 500, ACCOUNT, LEAST, most, 0), value=value)


def back(token: Address = USDC_AT, role: Role = Role.APPROVAL) -> Step:
    return step(token, APPROVE, ROUTER.address, 0, role=role)


def rule(*steps: Step, under: Policy = POLICY) -> str:
    """The rule that refuses, '' where all pass."""
    try:
        check_plan(under, ACCOUNT, (), plan(*steps))
    except Refused as error:
        return error.rule
    return ""


def let(units: int = GIVEN, token: Address = USDC_AT) -> Step:
    return approval(ROUTER.address, units, token)


PASSES: list[tuple[str, tuple[Step, ...]]] = [
    ("one pool", (let(), single())),
    ("two pools", (let(), many(path(USDC_AT, WETH_AT, DAI_AT)))),
    ("native coin in", (single(WETH_AT, USDC_AT, units=10**17, value=10**17),)),
    ("native coin in over two pools", (many(path(WETH_AT, USDC_AT, DAI_AT), units=10**17, value=10**17),)),
    ("exact output", (let(), wanted(), back())),
    ("exact output over two pools", (let(), wanted(way=path(WETH_AT, DAI_AT, USDC_AT)), back())),
    ("at the cap", (let(CAP), single(units=CAP))),
]


@pytest.mark.parametrize("steps", [each[1] for each in PASSES], ids=[each[0] for each in PASSES])
def test_passes(steps: tuple[Step, ...]) -> None:
    assert rule(*steps) == ""


REFUSED: list[tuple[str, tuple[Step, ...], str]] = [
    ("for somebody else", (let(), single(to=STRANGER)), "recipients"),
    ("for the magic sender address", (let(), single(to=place("00")[:-1] + "1")), "recipients"),  # type: ignore[arg-type]
    ("for the router itself", (let(), single(to=place("00")[:-1] + "2")), "recipients"),  # type: ignore[arg-type]
    ("into an unlisted token", (let(), single(end=STRANGER)), "lists"),
    ("from an unlisted token", (single(start=STRANGER),), "lists"),
    ("through an unlisted token", (let(), many(path(USDC_AT, STRANGER, DAI_AT))), "lists"),
    ("a path with a byte too many", (let(), many(path(USDC_AT, WETH_AT) + b"\x00")), "lists"),
    ("a path of one token", (let(), many(path(USDC_AT))), "lists"),
    ("an empty path", (let(), many(b"")), "lists"),
    ("at any price", (let(), single(least=0)), "swap"),
    ("of the router's own balance", (single(units=0),), "swap"),
    ("into itself", (let(), single(end=USDC_AT)), "swap"),
    ("round in a circle", (let(), many(path(USDC_AT, WETH_AT, USDC_AT))), "swap"),
    ("above the cap", (let(CAP + 1), single(units=CAP + 1)), "caps"),
    ("without a bound", (let(), single(units=MAX_UINT256)), "caps"),
    ("a cap of the coin that is sent", (single(WETH_AT, USDC_AT, units=2 * 10**18, value=2 * 10**18),), "caps"),
    ("with a price limit, so only in part", (let(), single(limit=1)), "must"),
    ("coin beside another token", (let(), single(value=GIVEN)), "value"),
    ("more coin than is swapped", (single(WETH_AT, USDC_AT, units=10**17, value=10**17 + 1),), "value"),
    ("less coin than is swapped", (single(WETH_AT, USDC_AT, units=10**17, value=10**17 - 1),), "value"),
    ("coin beside a path from another token", (many(path(USDC_AT, WETH_AT), value=GIVEN),), "value"),
    ("coin for an exact output", (wanted(value=GIVEN),), "value"),
    ("coin to another function", (step(POOL.address, SUPPLY, WETH_AT, 5, ACCOUNT, 0, value=5),), "value"),
    ("an approval of another amount", (let(GIVEN + 1), single()), "approvals"),
    ("an approval of another token", (let(token=DAI_AT), single()), "approvals"),
    ("an approval that nothing spends", (let(), single(WETH_AT, USDC_AT, units=10**17, value=10**17)), "approvals"),
    ("an exact output that leaves an allowance", (let(), wanted()), "approvals"),
    ("… which only a clean-up takes back", (let(), wanted(), back(role=Role.CLEANUP)), "approvals"),
    ("… of another token", (let(), wanted(), back(DAI_AT)), "approvals"),
    ("… before it is given", (back(), let(), wanted()), "approvals"),
    ("… before it is spent", (let(), back(), wanted()), "approvals"),
]


@pytest.mark.parametrize(("steps", "refused"), [each[1:] for each in REFUSED], ids=[each[0] for each in REFUSED])
def test_refuses(steps: tuple[Step, ...], refused: str) -> None:
    assert rule(*steps) == refused


def test_a_router_without_a_wrapped_coin_takes_none() -> None:
    under = policy(listed=[*LISTED, replace(ROUTER, wrapped=None)], tables=[*TABLES, TABLE])
    assert rule(single(WETH_AT, USDC_AT, units=10**17, value=10**17), under=under) == "value"


def test_the_output_of_a_swap_goes_into_a_venue() -> None:
    output = Output(1, USDC_AT, 4_000_000, 6_000_000)
    swap = single(DAI_AT, USDC_AT, units=5 * 10**18, least=4_000_000)
    approve = replace(approval(POOL.address, 1), args=(POOL.address, output))
    enter = step(POOL.address, SUPPLY, USDC_AT, output, ACCOUNT, 0)
    steps = (let(5 * 10**18, DAI_AT), swap, approve, enter)
    assert rule(*steps) == ""
    of_the_approval = (replace(each, args=_changed(each, 0)) for each in steps[2:])
    assert rule(*steps[:2], *of_the_approval) == "output"


def _changed(one: Step, source: int) -> tuple[Any, ...]:
    return tuple(replace(each, step=source) if isinstance(each, Output) else each for each in one.args)


def test_the_policy_file_keeps_the_wrapped_coin() -> None:
    again = loads(dumps(POLICY))
    assert again.contracts[ROUTER.address].wrapped == WETH_AT
    assert again.sha256 == POLICY.sha256
    assert "wrapped" not in dumps(policy())  # what has none is written as before
    body = json.loads(dumps(POLICY))
    body["contracts"][ROUTER.address]["wrapped"] = STRANGER
    with pytest.raises(ValueError, match="wrapped"):
        loads(json.dumps(body))


@pytest.mark.parametrize(
    "change",
    [
        {"to_token": None},
        {"to_amount": None},
        {"direction": "enter"},
        {"all": True},
        {"path": "params.recipient"},
        {"path": None, "token": "@first", "to_token": "@last"},
        {"token": "@last", "to_token": "@last"},
        {"token": "@asset"},
        {"to_amount": "params.recipient"},
    ],
    ids=str,
)
def test_tables_of_half_a_swap_are_refused(change: dict[str, Any]) -> None:
    entry = {**TABLE["functions"][1], **change}
    entry = {key: value for key, value in entry.items() if value is not None}
    with pytest.raises(ValueError, match="call table"):
        load_table({"table": "a-router", "functions": [entry]})


@pytest.mark.parametrize("key", ["path", "at_most", "native_in", "to_token", "to_amount"])
def test_only_swaps_have_the_fields_of_swaps(key: str) -> None:
    entry = dict(TABLES[0]["functions"][0])
    entry[key] = True if key in ("at_most", "native_in") else "amount"
    with pytest.raises(ValueError, match="call table"):
        load_table({"table": "a-pool", "functions": [entry]})


@pytest.mark.parametrize(
    ("swap", "text"),
    [
        (single(), "swap 5 USDC for at least 0.001 WETH"),
        (wanted(), "swap at most 5 USDC for 0.001 WETH"),
        (many(path(USDC_AT, DAI_AT, WETH_AT)), "swap 5 USDC for at least 0.001 WETH by way of DAI"),
        (single(WETH_AT, USDC_AT, units=10**17, value=10**17), "swap 0.1 ETH for at least 1,000,000,000 USDC"),
    ],
)
def test_which_side_of_a_swap_is_bounded_is_said(swap: Step, text: str) -> None:
    effect = decode(POLICY, swap.to, swap.data, swap.value)
    assert sentence(POLICY, effect) == f"Uniswap v3 router: {text}, to your account"


def test_the_tokens_of_a_path() -> None:
    assert hops(path(USDC_AT, WETH_AT, DAI_AT)) == [USDC_AT, WETH_AT, DAI_AT]


def test_a_plan_of_swaps_says_what_it_reads() -> None:
    whole: Plan = plan(let(), wanted(way=path(WETH_AT, DAI_AT, USDC_AT)), back())
    effect = check_plan(POLICY, ACCOUNT, (), whole)[1][1]
    assert effect.to is not None
    assert (effect.token.symbol, effect.to.symbol, effect.units, effect.least) == ("USDC", "WETH", GIVEN, LEAST)
    assert [token.symbol for token in effect.through] == ["DAI"]
