"""The universal router under the policy, through pools of the coin itself: each deviation is refused by rule."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from agent.errors import Refused
from agent.gate.preview import sentence
from agent.plans import Step
from agent.policy.decode import decode
from plugins.uniswap.v4.calls import (
    ALL_OF_IT,
    HERE,
    SENDER,
    inputs,
)
from plugins.uniswap.v4.keys import COIN
from tests.unit.command_parts import (
    LEAST,
    PERMIT2,
    POLICY,
    ROUTER,
    SHIPPED,
    SOME,
    TABLE,
    V3,
    Action,
    alone,
    back,
    execute,
    given,
    hand,
    key,
    let,
    pull,
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
from tests.unit.policy_parts import CAPS, DAI_AT, LISTED, STRANGER, TABLES, USDC_AT, WETH_AT, policy

pytestmark = pytest.mark.unit

# pools of the coin itself: the coin goes in, it comes out, and its wrapped form does
TO_USDC = given(key(USDC_AT), start=COIN)
OWN_IN = (swapped(TO_USDC, settle(COIN), take_all(LEAST, USDC_AT)), wrap(ALL_OF_IT), unwrap(0))
OWN_OUT = (swapped(given(key(COIN)), settle_all(), take(COIN)), wrap(ALL_OF_IT), unwrap(LEAST))
WETH_IN = (
    pull(),
    unwrap(SOME, HERE),
    swapped(TO_USDC, settle(COIN), take_all(LEAST, USDC_AT)),
    wrap(ALL_OF_IT, SENDER),
)
WETH_OUT = (swapped(given(key(COIN)), settle_all(), take(COIN)), wrap(ALL_OF_IT, SENDER))
LET_WETH = (let(token=WETH_AT), hand(token=WETH_AT))


def own_in(units: int, least: int = LEAST) -> tuple[tuple[int, bytes], ...]:
    pools = given(key(USDC_AT), start=COIN, units=units, least=least)
    return swapped(pools, settle(COIN), take_all(least, USDC_AT)), *OWN_IN[1:]


def coin_in(pays: Action, takes: Action | None = None) -> tuple[int, bytes]:
    return swapped(TO_USDC, pays, takes or take_all(LEAST, USDC_AT))


def coin_out(takes: Action, pool: tuple[Any, ...] | None = None) -> tuple[int, bytes]:
    return swapped(given(pool or key(COIN)), settle_all(), takes)


def swept(to: str) -> bytes:
    return inputs("f(address a,address b,uint256 c)", COIN, to, 0)


PASSES: list[tuple[str, Sequence[Step]]] = [
    ("the coin into its own pool", (execute(*OWN_IN, value=SOME),)),
    (
        "an exact output for the coin",
        (
            execute(
                swapped(wanted(key(COIN), end=USDC_AT), settle(COIN), take_all(LEAST, USDC_AT)),
                *OWN_IN[1:],
                value=SOME,
            ),
        ),
    ),
    ("the coin out of its own pool", (let(), hand(), execute(*OWN_OUT))),
    (
        "an exact output of the coin",
        (let(), hand(), execute(swapped(wanted(end=COIN), settle_all(), take(COIN)), *OWN_OUT[1:]), *back()),
    ),
    ("the wrapped coin into the coin's pool", (*LET_WETH, execute(*WETH_IN))),
    (
        "an exact output for the wrapped coin",
        (
            *LET_WETH,
            execute(
                *WETH_IN[:2],
                swapped(wanted(key(COIN), end=USDC_AT), settle(COIN), take_all(LEAST, USDC_AT)),
                WETH_IN[3],
            ),
            *back(WETH_AT),
        ),
    ),
    ("the wrapped coin out of the coin's pool", (let(), hand(), execute(*WETH_OUT))),
    ("by way of the coin", alone(given(key(COIN), key(DAI_AT)), settle_all(), take_all(token=DAI_AT))),
]


@pytest.mark.parametrize("steps", [each[1] for each in PASSES], ids=[each[0] for each in PASSES])
def test_passes(steps: Sequence[Step]) -> None:
    assert rule(*steps) == ""


FORGED: list[tuple[str, Sequence[Step], str]] = [
    # pools of the coin itself: what is sent
    ("no coin for its own pool", (execute(*OWN_IN),), "commands"),
    ("less coin than is swapped", (execute(*OWN_IN, value=SOME - 1),), "commands"),
    ("more coin than its own pool swaps", (execute(*OWN_IN, value=SOME + 1),), "commands"),
    (
        "coin beside a token",
        (let(), hand(), execute(swapped(given(), settle_all(), take_all()), value=SOME)),
        "commands",
    ),
    ("coin beside what gives coin", (let(), hand(), execute(*OWN_OUT, value=SOME)), "commands"),
    ("coin beside its wrapped form", (*LET_WETH, execute(*WETH_IN, value=SOME)), "commands"),
    ("the coin above its cap", (execute(*own_in(10**18 + 1), value=10**18 + 1),), "caps"),
    # pools of the coin itself: what isn't needed
    ("what is left of the coin stays", (execute(OWN_IN[0], value=SOME),), "commands"),
    ("what is left stays wrapped", (execute(*OWN_IN[:2], value=SOME),), "commands"),
    ("what is left isn't wrapped", (execute(OWN_IN[0], OWN_IN[2], value=SOME),), "commands"),
    ("what is left is swept", (execute(OWN_IN[0], (0x04, swept(SENDER)), value=SOME),), "commands"),
    ("what is left is swept for somebody", (execute(OWN_IN[0], (0x04, swept(STRANGER)), value=SOME),), "commands"),
    (
        "what is left wrapped for somebody",
        (execute(OWN_IN[0], wrap(ALL_OF_IT, STRANGER), unwrap(0), value=SOME),),
        "commands",
    ),
    ("what is left unwrapped for somebody", (execute(*OWN_IN[:2], unwrap(0, STRANGER), value=SOME),), "commands"),
    ("a part of what is left", (execute(OWN_IN[0], wrap(1), unwrap(0), value=SOME),), "commands"),
    ("the left first, then the swap", (execute(*OWN_IN[1:], OWN_IN[0], value=SOME),), "commands"),
    # pools of the coin itself: how it is paid and taken
    ("paid in the wrapped form", (execute(coin_in(settle(WETH_AT)), *OWN_IN[1:], value=SOME),), "commands"),
    ("a part is paid", (execute(coin_in(settle(COIN, 1)), *OWN_IN[1:], value=SOME),), "commands"),
    ("paid by the caller", (execute(coin_in(settle(COIN, by_user=True)), *OWN_IN[1:], value=SOME),), "commands"),
    (
        "what it gives taken for somebody",
        (execute(coin_in(settle(COIN), take(USDC_AT, STRANGER)), *OWN_IN[1:], value=SOME),),
        "commands",
    ),
    (
        "less taken than it gives",
        (execute(coin_in(settle(COIN), take_all(LEAST - 1, USDC_AT)), *OWN_IN[1:], value=SOME),),
        "commands",
    ),
    (
        "the coin taken for somebody",
        (let(), hand(), execute(coin_out(take(COIN, STRANGER)), *OWN_OUT[1:])),
        "commands",
    ),
    ("the coin taken for the account", (let(), hand(), execute(coin_out(take(COIN, SENDER)))), "commands"),
    ("a part of the coin taken", (let(), hand(), execute(coin_out(take(COIN, units=1)), *OWN_OUT[1:])), "commands"),
    ("the wrapped form taken", (let(), hand(), execute(coin_out(take(WETH_AT)), *OWN_OUT[1:])), "commands"),
    ("the coin left in the router", (let(), hand(), execute(OWN_OUT[0])), "commands"),
    ("the coin left wrapped in the router", (let(), hand(), execute(*OWN_OUT[:2])), "commands"),
    ("the coin wrapped for somebody", (let(), hand(), execute(OWN_OUT[0], wrap(ALL_OF_IT, STRANGER))), "commands"),
    ("the coin unwrapped for somebody", (let(), hand(), execute(*OWN_OUT[:2], unwrap(LEAST, STRANGER))), "commands"),
    ("the coin unwrapped for less", (let(), hand(), execute(*OWN_OUT[:2], unwrap(LEAST - 1))), "commands"),
    ("a part wrapped, the rest left", (let(), hand(), execute(OWN_OUT[0], wrap(LEAST), unwrap(LEAST))), "commands"),
    # the wrapped form through pools of the coin
    ("another amount taken", (*LET_WETH, execute(pull(SOME - 1), *WETH_IN[1:])), "commands"),
    ("more taken than is swapped", (*LET_WETH, execute(pull(SOME + 1), *WETH_IN[1:])), "commands"),
    ("another token taken by Permit2", (*LET_WETH, execute(pull(token=DAI_AT), *WETH_IN[1:])), "commands"),
    ("taken by Permit2 for somebody", (*LET_WETH, execute(pull(to=STRANGER), *WETH_IN[1:])), "commands"),
    (
        "taken and unwrapped for somebody",
        (*LET_WETH, execute(pull(), unwrap(SOME, STRANGER), *WETH_IN[2:])),
        "commands",
    ),
    ("less than all unwrapped", (*LET_WETH, execute(pull(), unwrap(0, HERE), *WETH_IN[2:])), "commands"),
    ("what isn't needed kept", (*LET_WETH, execute(*WETH_IN[:3])), "commands"),
    ("what isn't needed for somebody", (*LET_WETH, execute(*WETH_IN[:3], wrap(ALL_OF_IT, STRANGER))), "commands"),
    ("what isn't needed in part", (*LET_WETH, execute(*WETH_IN[:3], wrap(1, SENDER))), "commands"),
    ("let the coin's swap another token", (let(), hand(), execute(*WETH_IN)), "approvals"),
    (
        "the wrapped coin for the coin's own pool",
        (
            execute(
                swapped(given(key(WETH_AT), start=COIN), settle(COIN), take_all()),
                *OWN_IN[1:],
                value=SOME,
            ),
        ),
        "commands",
    ),
    (
        "hooks in the coin's pool",
        (let(), hand(), execute(coin_out(take(COIN), key(COIN, hooks=STRANGER)), *OWN_OUT[1:])),
        "hooks",
    ),
    ("any price for the coin", (execute(*own_in(SOME, least=0), value=SOME),), "swap"),
    (
        "the coin and its wrapped form in two parts",
        (
            execute(
                wrap(2 * SOME),
                swapped(TO_USDC, given(key(USDC_AT), start=WETH_AT), settle(COIN), take_all(2 * LEAST, USDC_AT)),
                unwrap(0),
                value=2 * SOME,
            ),
        ),
        "batch",
    ),
]


@pytest.mark.parametrize(("steps", "expected"), [each[1:] for each in FORGED], ids=[each[0] for each in FORGED])
def test_refused(steps: Sequence[Step], expected: str) -> None:
    assert rule(*steps) == expected


def test_what_pools_of_the_coin_do_together() -> None:
    """What counts is what the account gives and gets: caps, approvals and the preview go by that."""
    weth = POLICY.tokens[WETH_AT]
    said = {}
    for name, form, value in (
        ("own in", OWN_IN, SOME),
        ("own out", OWN_OUT, 0),
        ("weth in", WETH_IN, 0),
        ("weth out", WETH_OUT, 0),
    ):
        effect = decode(POLICY, ROUTER.address, execute(*form, value=value).data, value)
        assert (effect.units, effect.least, effect.value, effect.recipient) == (SOME, LEAST, value, None)
        assert effect.refunds == (value > 0)
        said[name] = (effect.token, effect.to)
    usdc, coin = POLICY.tokens[USDC_AT], POLICY.native
    assert said == {
        "own in": (coin, usdc),
        "own out": (usdc, coin),
        "weth in": (weth, usdc),
        "weth out": (usdc, weth),
    }
    sold = decode(POLICY, ROUTER.address, execute(*OWN_OUT).data, 0)
    assert sentence(POLICY, sold) == (
        "Uniswap universal router: swap 2 USDC for at least 0.0001 ETH, to your account"
    )


def test_an_older_table_is_read_and_knows_no_pull() -> None:
    """A folder made before keeps its policy: what its table doesn't name refuses, the rest passes."""
    older: dict[str, Any] = json.loads(json.dumps(TABLE))
    del older["commands"]["pull"]
    tables = [
        older if each["table"] == ROUTER.table else each
        for each in (*TABLES, TABLE, SHIPPED[PERMIT2.table], SHIPPED[V3.table])
    ]
    kept = policy(listed=[*LISTED, ROUTER, PERMIT2, V3], tables=tables, caps={**CAPS, "WETH": 10**18, "ETH": 10**18})
    for call in (execute(*OWN_IN, value=SOME), execute(*OWN_OUT), execute(*WETH_OUT)):
        assert decode(kept, ROUTER.address, call.data, call.value).least == LEAST
    with pytest.raises(Refused) as refused:
        decode(kept, ROUTER.address, execute(*WETH_IN).data, 0)
    assert refused.value.rule == "commands"
