"""What somebody would try with a batch who can hand the signer any plan; and tables that would let a part slip by."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_hash.auto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.abi import encode_call, selector
from agent.errors import Refused
from agent.money import Address
from agent.plans import Output, Role, Step
from agent.plugin import Listed
from agent.policy.decode import decode
from agent.policy.limits import needs_code, totals
from agent.policy.policy import Policy
from agent.policy.rules import check_step
from agent.policy.whole import check_plan
from plugins.uniswap.calls import EXACT_INPUT_SINGLE, EXACT_OUTPUT_SINGLE, MULTICALL, UNWRAP
from plugins.uniswap.calls import ROUTER as HERE
from tests.unit.policy_parts import (
    ACCOUNT,
    CAP,
    CAPS,
    DAI_AT,
    LISTED,
    STRANGER,
    SUPPLY,
    TABLES,
    USDC,
    USDC_AT,
    WETH_AT,
    place,
    plan,
    policy,
    step,
)
from tests.unit.test_policy_batch import LEAST, REST, SOME, UNTIL, back, batch, let, pairs, single, unwrap, wanted
from tests.unit.test_policy_swap import POLICY, ROUTER, TABLE, rule

pytestmark = pytest.mark.unit

SENDER = "0x0000000000000000000000000000000000000001"
OWN = bytes.fromhex(ACCOUNT[2:])
NOBODY = "0x" + "0" * 40
MOST = 2**256 - 1
SWEEP = "sweepToken(address token,uint256 amountMinimum,address recipient)"
PERMIT = "selfPermit(address token,uint256 value,uint256 deadline,uint8 v,bytes32 r,bytes32 s)"
APPROVE_MAX = "approveMax(address token)"
PULL = "pull(address token,uint256 value)"
WRAP_ETH = "wrapETH(uint256 value)"
WITH_FEE = "unwrapWETH9WithFee(uint256 amountMinimum,address recipient,uint256 feeBips,address feeRecipient)"
ALONE = "unwrapWETH9(uint256 amountMinimum)"


def raw(*calls: bytes, value: int = 0) -> bytes:
    return batch(*calls, value=value).data


def read(data: bytes, value: int = 0) -> str:
    """The rule that refuses these bytes, '' where they may be signed."""
    try:
        check_step(POLICY, ACCOUNT, (), decode(POLICY, ROUTER.address, data, value))
    except Refused as refused:
        return refused.rule
    return ""


STOLEN: list[tuple[str, tuple[Step, ...]]] = [
    ("the router's word for the sender", (let(), batch(single(to=SENDER)))),
    ("to nobody", (let(), batch(single(to=NOBODY)))),
    ("unwrapped for the router", (let(), batch(single(to=HERE), unwrap(to=HERE)))),
    ("unwrapped for the router's sender", (let(), batch(single(to=HERE), unwrap(to=SENDER)))),
    ("unwrapped for nobody", (let(), batch(single(to=HERE), unwrap(to=NOBODY)))),
    ("unwrapped twice", (let(), batch(single(to=HERE), unwrap(), unwrap()))),
    ("unwrapped with a fee", (let(), batch(single(to=HERE), encode_call(WITH_FEE, (LEAST, ACCOUNT, 100, STRANGER))))),
    ("unwrapped by another overload", (let(), batch(single(to=HERE), encode_call(ALONE, (LEAST,))))),
    ("a sum of leasts that the unwrap undercuts", (let(2 * SOME), batch(single(to=HERE), single(to=HERE), unwrap()))),
    ("a refund before the end", (batch(wanted(WETH_AT, USDC_AT), REST, wanted(WETH_AT, USDC_AT), value=2 * SOME),)),
    ("two refunds", (batch(wanted(WETH_AT, USDC_AT), REST, REST, value=SOME),)),
    ("a refund with bytes behind it", (batch(wanted(WETH_AT, USDC_AT), REST + b"\0", value=SOME),)),
    ("only a refund", (batch(REST, value=SOME),)),
    ("only an unwrap", (batch(unwrap()),)),
    ("swept behind", (let(), batch(single(to=HERE), unwrap(), encode_call(SWEEP, (USDC_AT, 0, STRANGER))))),
    ("a permit in it", (let(), batch(encode_call(PERMIT, (USDC_AT, 1, 1, 27, b"\1" * 32, b"\1" * 32)), single()))),
    ("the router approves", (let(), batch(encode_call(APPROVE_MAX, (USDC_AT,)), single()))),
    ("pulled into the router", (let(), batch(encode_call(PULL, (USDC_AT, SOME)), single()))),
    ("coin wrapped in the router", (batch(encode_call(WRAP_ETH, (SOME,)), single(WETH_AT, USDC_AT), value=SOME),)),
    ("one approval for two batches", (let(), batch(single()), batch(single(units=SOME + 1)), let(SOME + 1))),
    ("one approval, spent in two", (let(2 * SOME), batch(single()), batch(single()))),
    ("parts beyond all numbers", (let(2 * SOME), batch(single(units=MOST), single(units=2 * SOME + 1)))),
    ("parts that overflow to little", (let(SOME), batch(single(units=2**255), single(units=2**255 + SOME)))),
    ("parts above the cap together", (let(CAP + 2), batch(single(units=CAP // 2 + 1), single(units=CAP // 2 + 1)))),
    ("coin that parts share", (batch(single(WETH_AT, USDC_AT), single(WETH_AT, USDC_AT), REST, value=SOME),)),
    ("coin beside an approved token", (let(), batch(single(), REST, value=1))),
    ("coin in and coin out", (batch(single(WETH_AT, WETH_AT, to=HERE), unwrap(), value=SOME),)),
    ("coin above its cap", (batch(*[single(WETH_AT, USDC_AT, units=6 * 10**17)] * 2, REST, value=12 * 10**17),)),
    (
        "a swap that is a clean-up",
        (let(), Step(ROUTER.address, "", MULTICALL, (UNTIL, (single(),)), role=Role.CLEANUP)),
    ),
    (
        "by way of nothing",
        (let(), batch(encode_call(EXACT_INPUT_SINGLE, ((USDC_AT, USDC_AT, 500, ACCOUNT, SOME, 1, 0),)))),
    ),
]


@pytest.mark.parametrize("steps", [each[1] for each in STOLEN], ids=[each[0] for each in STOLEN])
def test_none_of_it_is_signed(steps: tuple[Step, ...]) -> None:
    assert rule(*steps) != ""


@pytest.mark.parametrize("place", [0, 1])
def test_no_part_stops_at_a_price_of_its_own(place: int) -> None:
    """It would take less than it names; of coin that was sent along the rest would lie in the router."""
    stops = encode_call(EXACT_INPUT_SINGLE, ((USDC_AT, WETH_AT, 500, ACCOUNT, SOME, LEAST, 2**96),))
    parts = [single(), single()]
    parts[place] = stops
    assert rule(let(2 * SOME), batch(*parts)) == "must"


def test_an_exact_output_alone_gives_no_coin_back_so_none_is_sent() -> None:
    params = (WETH_AT, USDC_AT, 500, ACCOUNT, LEAST, SOME, 0)
    assert rule(step(ROUTER.address, EXACT_OUTPUT_SINGLE, params, value=SOME)) == "value"


def test_two_batches_with_an_approval_each_are_two_moves() -> None:
    """Together they count twice, and a large move in pieces needs its code."""
    under = policy(listed=[*LISTED, ROUTER], tables=[*TABLES, TABLE], caps=CAPS, step_up={"USDC": 2 * SOME - 1})
    made = check_plan(under, ACCOUNT, (), plan(let(), batch(single()), let(), batch(pairs(USDC_AT, WETH_AT))))
    effects = [effect for _, effect in made]
    assert totals(effects) == {USDC: 2 * SOME}
    assert str(needs_code(under, effects)) == "4 USDC"
    one = check_plan(under, ACCOUNT, (), plan(let(2 * SOME), batch(single(), pairs(USDC_AT, WETH_AT))))
    assert str(needs_code(under, [effect for _, effect in one])) == "4 USDC"


def test_an_exact_output_counts_at_its_most() -> None:
    made = check_plan(POLICY, ACCOUNT, (), plan(let(2 * SOME), batch(wanted(), wanted()), back()))
    assert totals([effect for _, effect in made]) == {USDC: 2 * SOME}


def test_coin_counts_as_coin_and_never_as_its_wrapped_form() -> None:
    made = check_plan(POLICY, ACCOUNT, (), plan(batch(single(WETH_AT, USDC_AT), REST, value=SOME)))
    assert totals([effect for _, effect in made]) == {POLICY.native: SOME}


@pytest.mark.parametrize(
    "dirty",
    [
        lambda data: data + b"\0" * 32,
        lambda data: data[:-1],
        lambda data: data[:67] + b"\x60" + data[68:],  # an offset one word further
        lambda data: data.replace(bytes(12) + OWN, b"\1" + bytes(11) + OWN),
    ],
    ids=["trailing", "cut", "offset", "dirty recipient"],
)  # fmt: skip
def test_bytes_have_one_form(dirty: Any) -> None:
    data = raw(single(), pairs(USDC_AT, WETH_AT))
    assert read(data) == ""
    assert dirty(data) != data
    assert read(dirty(data)) == "lists"


def test_two_parts_that_share_their_bytes_are_no_canonical_batch() -> None:
    """Both offsets of the array at one tail: a decoder reads two swaps, an encoder writes them twice."""
    data = raw(single(), single())
    head, offsets, tail = data[: 4 + 96], data[4 + 96 : 4 + 160], data[4 + 160 :]
    assert read(head + offsets[:32] + offsets[:32] + tail) == "lists"


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_changed_byte_never_gives_more_or_to_another(data: st.DataObject) -> None:
    """Whatever bytes of a good batch are changed: what is still signed is for the account, within what it says."""
    good = data.draw(
        st.sampled_from(
            [
                raw(single(), pairs(USDC_AT, WETH_AT)),
                raw(single(to=HERE), pairs(USDC_AT, WETH_AT, to=HERE), unwrap(2 * LEAST)),
                raw(wanted(), wanted()),
            ]
        )
    )
    bad = bytearray(good)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(bad) - 1))
        bad[at] = data.draw(st.integers(0, 255))
    try:
        effect = decode(POLICY, ROUTER.address, bytes(bad), 0)
        check_step(POLICY, ACCOUNT, (), effect)
    except Refused:
        return
    assert effect.recipient == ACCOUNT
    assert effect.token == USDC
    assert 0 < effect.units <= CAP
    assert effect.units == sum(part.units for part in effect.parts or (effect,))
    assert effect.to in (POLICY.native, POLICY.tokens[WETH_AT], POLICY.tokens[DAI_AT])


def test_an_output_stands_nowhere_in_a_batch_but_in_what_says_nothing() -> None:
    """Calls inside are bytes; the deadline may be a number of any kind, and the amounts are what they were."""
    steps = (
        step(LISTED[0].address, "withdraw(address asset,uint256 amount,address to)", USDC_AT, SOME, ACCOUNT),
        let(),
        Step(ROUTER.address, "", MULTICALL, (Output(0, USDC_AT, 1, SOME), (single(),))),
    )
    assert rule(*steps) == "output"


# -- tables of others: what a batch reads of one part holds for all of them


def opaque(**more: Any) -> dict[str, Any]:
    """A router whose batch has swaps that nobody can read."""
    body = copy.deepcopy(TABLE)
    body["table"] = "a-router"
    body["functions"] = [
        {
            "signature": "go(address a,address b,uint256 units,uint256 least,address to,uint256 flags,address by)",
            "direction": "swap",
            "token": "a",
            "amount": "units",
            "to_token": "b",
            "to_amount": "least",
            "recipient": "to",
            **({"outside": {"unset": {"flags": "0x1"}, "listed": {"by": "uniswap-v3-router"}}} | more),
        }
    ]
    body["batch"] = {"signature": MULTICALL, "calls": "data", "deadline": "deadline"}
    return body


OTHER = Listed(place("b9"), "a router", "a-router")


def under(body: dict[str, Any], at: Listed) -> Policy:
    return policy(listed=[*LISTED, ROUTER, at], tables=[*TABLES, TABLE, body], caps={**CAPS, "WETH": 10**18})


def go(body: dict[str, Any], *parts: tuple[Any, ...], at: Listed = OTHER) -> str:
    calls = tuple(encode_call(body["functions"][0]["signature"], part) for part in parts)
    known = under(body, at)
    try:
        check_step(known, ACCOUNT, (), decode(known, OTHER.address, encode_call(MULTICALL, (UNTIL, calls)), 0))
    except Refused as refused:
        return refused.rule
    return ""


def part(flags: int = 0, by: Address = ROUTER.address) -> tuple[Any, ...]:
    return (USDC_AT, WETH_AT, SOME, LEAST, ACCOUNT, flags, by)


@pytest.mark.parametrize("bad", [part(flags=1), part(by=STRANGER)])
def test_what_bounds_an_unreadable_swap_bounds_each_part(bad: tuple[Any, ...]) -> None:
    body = opaque()
    assert go(body, part(), part()) == ""
    assert go(body, bad, part()) == "outside"
    assert go(body, part(), bad) == "outside"


def test_each_part_speaks_for_the_account() -> None:
    body = opaque(outside=None, owner="by")
    assert go(body, part(by=ACCOUNT), part(by=ACCOUNT)) == ""
    assert go(body, part(by=STRANGER), part(by=STRANGER)) == "recipients"
    assert go(body, part(by=ACCOUNT), part(by=STRANGER)) == "batch"


def test_a_batch_has_sixteen_calls_at_the_most_and_says_whether_it_gives_coin_back() -> None:
    effect = decode(POLICY, ROUTER.address, raw(*[single()] * 16), 0)
    assert (len(effect.parts), effect.refunds) == (16, False)
    assert decode(POLICY, ROUTER.address, raw(wanted(WETH_AT, USDC_AT), REST), SOME).refunds


def test_only_swaps_are_batched() -> None:
    body = opaque()
    body["functions"] = [
        {
            "signature": "out(address a,uint256 units,address to)",
            "direction": "leave",
            "token": "a",
            "amount": "units",
            "recipient": "to",
        }
    ]
    assert go(body, (USDC_AT, SOME, ACCOUNT)) == "batch"


def test_a_part_in_another_market_is_refused() -> None:
    body = opaque()
    body["functions"] = [
        {
            "signature": "go((address a,address b,uint256 fee) pool,uint256 units,uint256 least,address to)",
            "direction": "swap",
            "token": "pool.a",
            "amount": "units",
            "to_token": "pool.b",
            "to_amount": "least",
            "recipient": "to",
            "market": "pool",
        }
    ]
    known = (USDC_AT, WETH_AT, 500)
    market = "0x" + keccak(encode(["(address,address,uint256)"], [known])).hex()
    here = replace(OTHER, markets=(market,))
    good, bad = (known, SOME, LEAST, ACCOUNT), ((USDC_AT, WETH_AT, 100), SOME, LEAST, ACCOUNT)
    assert go(body, good, good, at=here) == ""
    assert go(body, good, bad, at=here) == "batch"
    assert go(body, bad, bad, at=here) == "market"


@pytest.mark.parametrize("first", [0, 1])
def test_coin_goes_along_only_where_each_part_takes_it(first: int) -> None:
    """Of a part that doesn't, it would lie in the router."""
    body = opaque()
    names = ("takes", "leaves")
    body["functions"] = [
        {
            "signature": f"{name}(address a,address b,uint256 units,uint256 least,address to)",
            "direction": "swap",
            "token": "a",
            "amount": "units",
            "to_token": "b",
            "to_amount": "least",
            "recipient": "to",
            "native_in": name == "takes",
        }
        for name in names
    ]
    known = under(body, replace(OTHER, wrapped=WETH_AT))
    calls = [encode_call(each["signature"], (WETH_AT, USDC_AT, SOME, LEAST, ACCOUNT)) for each in body["functions"]]

    def check(*parts: bytes) -> None:
        data = encode_call(MULTICALL, (UNTIL, parts))
        check_step(known, ACCOUNT, (), decode(known, OTHER.address, data, 2 * SOME))

    check(calls[0], calls[0])
    with pytest.raises(Refused, match="wei along"):
        check(calls[first], calls[1 - first])


def test_selectors_of_the_batch_are_nobody_else_s() -> None:
    """What is signed by its first four bytes reads as one thing only."""
    own = [entry["signature"] for entry in TABLE["functions"]] + [MULTICALL, UNWRAP, "refundETH()"]
    others = [SWEEP, PERMIT, APPROVE_MAX, PULL, WRAP_ETH, WITH_FEE, ALONE, SUPPLY, EXACT_OUTPUT_SINGLE]
    known = {selector(each) for each in own}
    assert len(known) == len(own)
    assert [each for each in others if selector(each) in known] == [EXACT_OUTPUT_SINGLE]
