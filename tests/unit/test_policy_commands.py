"""The universal router under the policy: one swap in a known form, by Permit2, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from agent.errors import Refused
from agent.gate.preview import sentence
from agent.plans import Step
from agent.policy.decode import decode
from agent.policy.policy import dumps, loads
from agent.policy.tables import load_table
from plugins.uniswap.calls import EXACT_INPUT_SINGLE
from plugins.uniswap.v4.calls import (
    ACTIONS,
    EXACT_IN,
    EXECUTE,
    SETTLE_ALL,
    SWAP_EXACT_IN,
    TAKEN,
    V4_SWAP,
    inputs,
)
from plugins.uniswap.v4.keys import COIN, DYNAMIC_FEE
from tests.unit.command_parts import (
    COIN_IN,
    COIN_OUT,
    LEAST,
    ONE,
    PERMIT2,
    POLICY,
    ROUTER,
    SOME,
    TABLE,
    TWO,
    UNTIL,
    V3,
    alone,
    back,
    execute,
    given,
    hand,
    key,
    let,
    paid,
    rule,
    settle,
    settle_all,
    swapped,
    take,
    take_all,
    unwrap,
    wanted,
    wrap,
)
from tests.unit.policy_parts import (
    ACCOUNT,
    DAI_AT,
    STRANGER,
    USDC_AT,
    WETH_AT,
    approval,
    step,
)

pytestmark = pytest.mark.unit

PASSES: list[tuple[str, Sequence[Step]]] = [
    ("one swap", (let(), hand(), ONE)),
    ("two ways", (let(2 * SOME), hand(2 * SOME), execute(TWO))),
    ("an exact output", (let(), hand(), execute(swapped(wanted(), settle_all(), take_all())), *back())),
    ("coin in", (execute(*COIN_IN, value=SOME),)),
    ("coin out", (let(), hand(), execute(*COIN_OUT))),
    ("handed on for less long", (let(), hand(until=UNTIL - 60), ONE)),
    ("taken back", back()),
]


@pytest.mark.parametrize("steps", [each[1] for each in PASSES], ids=[each[0] for each in PASSES])
def test_passes(steps: Sequence[Step]) -> None:
    assert rule(*steps) == ""


V3_IN = inputs("f(address a,uint256 b,uint256 c,bytes d,bool e)", ACCOUNT, SOME, LEAST, b"", True)
SWEEP = inputs("f(address a,address b,uint256 c)", USDC_AT, STRANGER, 0)
REFUSED: list[tuple[str, Sequence[Step], str]] = [
    # commands
    ("nothing", paid(), "commands"),
    ("a permit", paid((0x0A, b""), swapped(given(), settle_all(), take_all())), "commands"),
    ("a transfer by Permit2", paid((0x02, SWEEP), swapped(given(), settle_all(), take_all())), "commands"),
    ("a sweep", paid(swapped(given(), settle_all(), take_all()), (0x04, SWEEP)), "commands"),
    ("a transfer", paid(swapped(given(), settle_all(), take_all()), (0x05, SWEEP)), "commands"),
    (
        "a part of the balance for somebody",
        paid(swapped(given(), settle_all(), take_all()), (0x06, SWEEP)),
        "commands",
    ),
    ("a swap of v3", paid((0x00, V3_IN)), "commands"),
    ("a plan in the plan", paid((0x21, b"")), "commands"),
    ("the position manager", paid((0x14, b"")), "commands"),
    ("two swaps' commands", paid(*[swapped(given(), settle_all(), take_all())] * 2), "commands"),
    ("one that may fail", paid((V4_SWAP | 0x80, swapped(given(), settle_all(), take_all())[1])), "commands"),
    (
        "inputs without a command",
        (let(), hand(), Step(ROUTER.address, "r", EXECUTE, (b"\x10", (), UNTIL))),
        "commands",
    ),
    (
        "without a deadline",
        (let(), hand(), Step(ROUTER.address, "r", "execute(bytes a,bytes[] b)", (b"", ()))),
        "lists",
    ),
    (
        "an action as a call",
        (let(), hand(), Step(ROUTER.address, "r", EXACT_IN, ((USDC_AT, (key(WETH_AT),), SOME, LEAST),))),
        "lists",
    ),
    # actions
    ("no payment", alone(given(), take_all()), "commands"),
    ("no swap", alone(settle_all(), take_all()), "commands"),
    ("too many swaps", alone(*[given()] * 17, settle_all(), take_all()), "commands"),
    ("liquidity", alone((0x02, given()[1]), settle_all(), take_all()), "commands"),
    ("a donation", alone(given(), (0x0A, b""), settle_all(), take_all()), "commands"),
    ("a sweep of the router's", alone(given(), (0x14, SWEEP), settle_all(), take_all()), "commands"),
    ("the short form of a pool", alone((0x06, given()[1]), settle_all(), take_all()), "commands"),
    ("a part for somebody", alone(given(), settle_all(), (0x10, inputs(TAKEN, WETH_AT, STRANGER, 10))), "commands"),
    ("taken for somebody", alone(given(), settle_all(), take(to=STRANGER)), "commands"),
    ("taken for the account, without a least", alone(given(), settle_all(), take(to=ACCOUNT)), "commands"),
    ("taken before it is paid", alone(given(), take_all(), settle_all()), "commands"),
    ("claims instead of tokens", alone(given(), settle_all(), (0x17, take_all()[1])), "commands"),
    ("an action without its input", paid((V4_SWAP, inputs(ACTIONS, b"\x07\x0c\x0f", [given()[1]]))), "commands"),
    # amounts
    ("more paid than swapped", alone(given(), settle_all(SOME + 1), take_all()), "commands"),
    ("another token paid", alone(given(), settle_all(token=DAI_AT), take_all()), "commands"),
    ("less taken than the swaps give", alone(given(), settle_all(), take_all(LEAST - 1)), "commands"),
    ("another token taken", alone(given(), settle_all(), take_all(token=DAI_AT)), "commands"),
    ("any price", alone(given(least=0), settle_all(), take_all(0)), "swap"),
    ("all that is due is swapped", alone(given(units=0), settle_all(0), take_all()), "swap"),
    ("everything", alone(given(units=2**128 - 1), settle_all(2**128 - 1), take_all()), "caps"),
    (
        "above the cap",
        (let(10**12), hand(10**12), execute(swapped(given(units=10**12), settle_all(10**12), take_all()))),
        "caps",
    ),
    # pools and paths
    ("hooks", alone(given(key(WETH_AT, hooks=STRANGER)), settle_all(), take_all()), "hooks"),
    ("a dynamic fee", alone(given(key(WETH_AT, DYNAMIC_FEE)), settle_all(), take_all()), "hooks"),
    ("something told to hooks", alone(given(key(WETH_AT, told=b"x")), settle_all(), take_all()), "hooks"),
    ("hooks on the way", alone(given(key(DAI_AT, hooks=STRANGER), key(WETH_AT)), settle_all(), take_all()), "hooks"),
    ("hooks of an exact output", alone(wanted(key(USDC_AT, hooks=STRANGER)), settle_all(), take_all()), "hooks"),
    (
        "no pools",
        alone((SWAP_EXACT_IN, inputs(EXACT_IN, (USDC_AT, (), SOME, LEAST))), settle_all(), take_all()),
        "lists",
    ),
    ("an unlisted token on the way", alone(given(key(STRANGER), key(WETH_AT)), settle_all(), take_all()), "lists"),
    ("the coin paid out without an event", alone(given(key(COIN)), settle_all(), take_all(token=COIN)), "commands"),
    ("a circle", alone(given(key(DAI_AT), key(USDC_AT), key(WETH_AT)), settle_all(), take_all()), "swap"),
    (
        "another token in one part",
        alone(given(), given(start=DAI_AT), settle_all(2 * SOME), take_all(2 * LEAST)),
        "batch",
    ),
    ("an input beside an output", alone(given(), wanted(), settle_all(2 * SOME), take_all(2 * LEAST)), "batch"),
    # coin
    (
        "coin without wrapping",
        (
            execute(
                swapped(given(key(USDC_AT), start=WETH_AT), settle_all(token=WETH_AT), take_all(LEAST, USDC_AT)),
                value=SOME,
            ),
        ),
        "commands",
    ),
    ("more coin than is swapped", (execute(*COIN_IN, value=SOME + 1),), "commands"),
    ("no coin", (execute(*COIN_IN),), "commands"),
    ("coin wrapped for somebody", (execute(wrap(to=STRANGER), *COIN_IN[1:], value=SOME),), "commands"),
    ("less coin wrapped", (execute(wrap(SOME - 1), *COIN_IN[1:], value=SOME),), "commands"),
    ("the rest for somebody", (execute(*COIN_IN[:2], unwrap(0, STRANGER), value=SOME),), "commands"),
    ("the rest kept", (execute(*COIN_IN[:2], value=SOME),), "commands"),
    (
        "coin for another token",
        (execute(wrap(), swapped(given(), settle(), take_all()), unwrap(0), value=SOME),),
        "commands",
    ),
    (
        "paid by the caller, too",
        (
            execute(
                COIN_IN[0],
                swapped(given(key(USDC_AT), start=WETH_AT), settle(by_user=True), take_all(LEAST, USDC_AT)),
                COIN_IN[2],
                value=SOME,
            ),
        ),
        "commands",
    ),
    ("unwrapped for somebody", (let(), hand(), execute(COIN_OUT[0], unwrap(LEAST, STRANGER))), "commands"),
    ("unwrapped for less", (let(), hand(), execute(COIN_OUT[0], unwrap(LEAST - 1))), "commands"),
    ("left in the router", (let(), hand(), execute(COIN_OUT[0])), "commands"),
    (
        "something else unwrapped",
        (let(), hand(), execute(swapped(given(key(DAI_AT)), settle_all(), take(DAI_AT)), unwrap(LEAST))),
        "commands",
    ),
    # approvals
    ("nothing handed on", (let(), ONE), "approvals"),
    ("handed on and not used", (let(), hand()), "approvals"),
    ("nothing let", (hand(2 * SOME), ONE), "approvals"),
    ("handed on for more", (let(), hand(SOME + 1), ONE), "approvals"),
    ("handed on without bound", (let(), hand(2**160 - 1), ONE), "approvals"),
    ("let without bound", (let(2**256 - 1), hand(), ONE), "approvals"),
    ("handed on for longer", (let(), hand(until=UNTIL + 1), ONE), "approvals"),
    ("handed on for ever", (let(), hand(until=2**48 - 1), ONE), "approvals"),
    ("handed to a stranger", (let(), hand(to=STRANGER), ONE), "approvals"),
    ("handed to an exchange that takes by itself", (let(), hand(to=V3.address), ONE), "approvals"),
    ("handed to Permit2", (let(), hand(to=PERMIT2.address), ONE), "approvals"),
    ("handed on, another token", (let(), hand(token=DAI_AT), ONE), "approvals"),
    ("the router let itself", (approval(ROUTER.address, SOME, USDC_AT), ONE), "approvals"),
    (
        "let for an exchange that Permit2 isn't asked by",
        (let(), hand(), step(V3.address, EXACT_INPUT_SINGLE, (USDC_AT, WETH_AT, 500, ACCOUNT, SOME, LEAST, 0))),
        "approvals",
    ),
    ("neither taken back", (let(), hand(), execute(swapped(wanted(), settle_all(), take_all()))), "approvals"),
    (
        "what is handed on not taken back",
        (let(), hand(), execute(swapped(wanted(), settle_all(), take_all())), back()[1]),
        "approvals",
    ),
    (
        "the token's own not taken back",
        (let(), hand(), execute(swapped(wanted(), settle_all(), take_all())), back()[0]),
        "approvals",
    ),
    (
        "a signed permit's call",
        (
            step(
                PERMIT2.address,
                "permit(address a,((address,uint160,uint48,uint48) b,address c,uint256 d) e,bytes f)",
                ACCOUNT,
                ((USDC_AT, 1, 1, 1), STRANGER, 1),
                b"",
            ),
        ),
        "lists",
    ),
    (
        "a transfer of Permit2",
        (
            step(
                PERMIT2.address,
                "transferFrom(address a,address b,uint160 c,address d)",
                ACCOUNT,
                STRANGER,
                1,
                USDC_AT,
            ),
        ),
        "lists",
    ),
]


@pytest.mark.parametrize(("steps", "expected"), [each[1:] for each in REFUSED], ids=[each[0] for each in REFUSED])
def test_refused(steps: Sequence[Step], expected: str) -> None:
    assert rule(*steps) == expected


@pytest.mark.parametrize("place_", range(5))
def test_bytes_that_hide_something_are_not_read(place_: int) -> None:
    """Dirty padding, a word behind the arguments, in the call, in an input and in an action's parameters."""
    body = swapped(given(), settle_all(), take_all())
    hidden = [
        ONE.data + b"\0" * 32,
        execute((V4_SWAP, body[1] + b"\0" * 32)).data,
        execute((V4_SWAP, b"\0" * 31 + b"\x60" + body[1][32:])).data,
        execute(swapped((SWAP_EXACT_IN, given()[1] + b"\0" * 32), settle_all(), take_all())).data,
        execute(swapped(given(), (SETTLE_ALL, b"\1" + settle_all()[1][1:]), take_all())).data,
    ]
    with pytest.raises(Refused) as refused:
        decode(POLICY, ROUTER.address, hidden[place_], 0)
    assert refused.value.rule == "lists"


def test_what_it_does_together() -> None:
    effect = decode(POLICY, ROUTER.address, execute(TWO).data, 0)
    assert (effect.units, effect.least, effect.deadline) == (2 * SOME, 2 * LEAST, UNTIL)
    assert sentence(POLICY, effect) == (
        "Uniswap universal router: swap 4 USDC for at least 0.0002 WETH by way of DAI, to your account"
    )
    coin = decode(POLICY, ROUTER.address, execute(*COIN_OUT).data, 0)
    assert (coin.to, coin.recipient) == (POLICY.native, None)
    sent = decode(POLICY, ROUTER.address, execute(*COIN_IN, value=SOME).data, SOME)
    assert (sent.token, sent.refunds, sent.value) == (POLICY.native, True, SOME)


def test_both_approvals_count_against_the_cap() -> None:
    """Each is refused above the cap by itself, whatever is swapped."""
    most = POLICY.caps["USDC"]
    call = execute(swapped(given(units=most), settle_all(most), take_all()))
    assert rule(let(most), hand(most), call) == ""
    for steps in ((let(most + 1), hand(most), call), (let(most), hand(most + 1), call)):
        assert rule(*steps) == "caps"


def test_a_policy_keeps_it() -> None:
    assert dumps(loads(dumps(POLICY))) == dumps(POLICY)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"swaps": {"0x07": "SWAP_EXACT_IN"}}, "its commands are its functions"),
        ({"swaps": {"0x07": "SWAP_EXACT_IN", "0x09": "TRANSFER"}}, "its commands are its functions"),
        ({"swap": "0x110"}, "pattern"),
        ({"here": "0x02"}, "pattern"),
        ({"pull": "0x002"}, "pattern"),
        ({"sweep": "0x04"}, "[Ee]xtra"),
    ],
)
def test_commands_of_another_shape_are_no_table(change: dict[str, Any], why: str) -> None:
    body: dict[str, Any] = json.loads(json.dumps(TABLE))
    body["commands"].update(change)
    with pytest.raises(ValueError, match=why):
        load_table(body)
