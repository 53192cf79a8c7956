"""Batches under the policy: several swaps in one call are one swap of one token for another, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agent.abi import encode_call
from agent.gate.preview import sentence
from agent.money import Address
from agent.plans import Role, Step
from agent.policy.decode import decode
from agent.policy.tables import load_table
from plugins.uniswap.calls import (
    EXACT_INPUT,
    EXACT_INPUT_SINGLE,
    EXACT_OUTPUT_SINGLE,
    MULTICALL,
    PAIRS_IN,
    PAIRS_OUT,
    REFUND,
    UNWRAP,
)
from plugins.uniswap.calls import ROUTER as HERE
from tests.unit.policy_parts import ACCOUNT, APPROVE, DAI_AT, STRANGER, USDC_AT, WETH_AT, approval, step
from tests.unit.test_policy_swap import POLICY, ROUTER, TABLE, path, rule

pytestmark = pytest.mark.unit

UNTIL = 1_800_000_000
SOME, LEAST = 2_000_000, 10**14


def single(
    start: Address = USDC_AT, end: Address = WETH_AT, to: str = ACCOUNT, units: int = SOME, least: int = LEAST
) -> bytes:
    return encode_call(EXACT_INPUT_SINGLE, ((start, end, 500, to, units, least, 0),))


def many(*tokens: Address, to: str = ACCOUNT, units: int = SOME, least: int = LEAST) -> bytes:
    return encode_call(EXACT_INPUT, ((path(*tokens), to, units, least),))


def pairs(*tokens: Address, to: str = ACCOUNT, units: int = SOME, least: int = LEAST) -> bytes:
    return encode_call(PAIRS_IN, (units, least, tokens, to))


def wanted(start: Address = USDC_AT, end: Address = WETH_AT, to: str = ACCOUNT, most: int = SOME) -> bytes:
    return encode_call(EXACT_OUTPUT_SINGLE, ((start, end, 500, to, LEAST, most, 0),))


def pairs_out() -> bytes:
    return encode_call(PAIRS_OUT, (LEAST, SOME, (USDC_AT, WETH_AT), ACCOUNT))


def unwrap(least: int = LEAST, to: str = ACCOUNT) -> bytes:
    return encode_call(UNWRAP, (least, to))


REST = encode_call(REFUND, ())


def batch(*calls: bytes, value: int = 0) -> Step:
    return Step(ROUTER.address, ROUTER.name, MULTICALL, (UNTIL, calls), value)


def let(units: int = SOME, token: Address = USDC_AT) -> Step:
    return approval(ROUTER.address, units, token)


def back() -> Step:
    return step(USDC_AT, APPROVE, ROUTER.address, 0, role=Role.APPROVAL)


PASSES: list[tuple[str, tuple[Step, ...]]] = [
    ("one swap", (let(), batch(single()))),
    ("two ways", (let(2 * SOME), batch(single(), many(USDC_AT, DAI_AT, WETH_AT)))),
    ("ticks and pairs", (let(2 * SOME), batch(single(), pairs(USDC_AT, WETH_AT)))),
    ("an exact output", (let(2 * SOME), batch(wanted(), wanted()), back())),
    ("to the coin", (let(2 * SOME), batch(single(to=HERE), pairs(USDC_AT, WETH_AT, to=HERE), unwrap(2 * LEAST)))),
    ("coin in", (batch(single(WETH_AT, USDC_AT), pairs(WETH_AT, USDC_AT), REST, value=2 * SOME),)),
    ("an exact output for coin", (batch(wanted(WETH_AT, USDC_AT), REST, value=SOME),)),
    ("an exact output in pairs", (let(), batch(pairs_out()), back())),
]  # fmt: skip


@pytest.mark.parametrize("steps", [each[1] for each in PASSES], ids=[each[0] for each in PASSES])
def test_passes(steps: tuple[Step, ...]) -> None:
    assert rule(*steps) == ""


REFUSED: list[tuple[str, tuple[Step, ...], str]] = [
    ("one part for somebody else", (let(2 * SOME), batch(single(), single(to=STRANGER))), "batch"),
    ("all parts for somebody else", (let(), batch(single(to=STRANGER))), "recipients"),
    ("left in the router", (let(), batch(single(to=HERE))), "batch"),
    ("one part left in the router", (let(2 * SOME), batch(single(), single(to=HERE))), "batch"),
    ("unwrapped for somebody else", (let(), batch(single(to=HERE), unwrap(to=STRANGER))), "recipients"),
    ("unwrapped for less", (let(), batch(single(to=HERE), unwrap(LEAST - 1))), "batch"),
    ("unwrapped, and nothing there", (let(), batch(single(), unwrap())), "batch"),
    ("unwrapped, what isn't wrapped", (let(), batch(single(USDC_AT, DAI_AT, to=HERE), unwrap())), "batch"),
    ("unwrapped before the swap", (let(), batch(unwrap(), single(to=HERE))), "lists"),
    ("another token in between", (let(2 * SOME), batch(single(), single(DAI_AT, WETH_AT))), "batch"),
    ("another token out", (let(2 * SOME), batch(single(), single(USDC_AT, DAI_AT))), "batch"),
    ("an exact input beside an exact output", (let(2 * SOME), batch(single(), wanted()), back()), "batch"),
    ("any price of one part", (let(2 * SOME), batch(single(), single(least=0))), "swap"),
    ("one part of the router's own", (let(), batch(single(), single(units=0))), "swap"),
    ("a part in a circle", (let(2 * SOME), batch(single(), many(USDC_AT, DAI_AT, USDC_AT, WETH_AT))), "swap"),
    ("a part by an unlisted token", (let(2 * SOME), batch(single(), pairs(USDC_AT, STRANGER, WETH_AT))), "lists"),
    ("pairs of one token", (let(), batch(pairs(USDC_AT))), "lists"),
    ("nothing in it", (let(), batch()), "batch"),
    ("too much in it", (let(17 * SOME), batch(*[single()] * 17)), "batch"),
    ("a batch in a batch", (let(), batch(encode_call(MULTICALL, (UNTIL, (single(),))))), "lists"),
    ("a transfer in it", (let(), batch(encode_call("transfer(address,uint256)", (STRANGER, 1)))), "lists"),
    ("a sweep in it", (let(), batch(single(), encode_call("sweepToken(address,uint256)", (USDC_AT, 0)))), "lists"),
    ("less approved than its parts take", (let(), batch(single(), single())), "approvals"),
    ("no approval taken back", (let(), batch(wanted())), "approvals"),
    ("more coin than its parts take", (batch(single(WETH_AT, USDC_AT), REST, value=SOME + 1),), "value"),
    ("coin for another token", (batch(single(), REST, value=SOME),), "value"),
    ("an exact output that keeps the coin", (batch(wanted(WETH_AT, USDC_AT), value=SOME),), "batch"),
    ("coin in that a pool may leave over", (batch(single(WETH_AT, USDC_AT), value=SOME),), "batch"),
    ("a refund of nothing", (let(), batch(single(), REST)), "batch"),
]


@pytest.mark.parametrize(("steps", "expected"), [each[1:] for each in REFUSED], ids=[each[0] for each in REFUSED])
def test_refused(steps: tuple[Step, ...], expected: str) -> None:
    assert rule(*steps) == expected


def test_what_a_batch_does_together() -> None:
    effect = decode(POLICY, ROUTER.address, batch(single(), many(USDC_AT, DAI_AT, WETH_AT)).data, 0)
    assert (effect.units, effect.least, effect.deadline) == (2 * SOME, 2 * LEAST, UNTIL)
    assert [token.symbol for token in effect.through] == ["DAI"]
    assert sentence(POLICY, effect) == (
        "Uniswap v3 router: swap 4 USDC for at least 0.0002 WETH by way of DAI, to your account"
    )
    coin = decode(POLICY, ROUTER.address, batch(single(to=HERE), unwrap()).data, 0)
    assert (coin.to, coin.recipient) == (POLICY.native, ACCOUNT)


def changed(**batch: Any) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(json.dumps(TABLE))
    body["batch"].update(batch)
    return body


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"signature": "multicall(bytes[] data)"}, "no others"),
        ({"signature": "multicall(uint256 deadline,bytes[] data,address to)"}, "no others"),
        ({"unwrap": None}, "belong together"),
        ({"here": None}, "belong together"),
        ({"refund": "refundETH(address to)"}, "no argument"),
        ({"refund": EXACT_INPUT_SINGLE}, "no argument"),
        (
            {"unwrap": {"signature": "unwrap(uint256 a,address b,bytes c)", "amount": "a", "recipient": "b"}},
            "no other",
        ),
    ],
)
def test_a_batch_of_another_shape_is_no_table(change: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        load_table(changed(**change))
