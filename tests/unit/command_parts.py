"""Calls of the universal router, command by command and action by action, for the tests of what may be signed."""

from __future__ import annotations

from typing import Any

from agent.errors import Refused
from agent.money import Address
from agent.plans import Role, Step
from agent.plugin import Listed
from agent.policy.whole import check_plan
from plugins.uniswap import moneta_call_tables
from plugins.uniswap.v4.calls import (
    ACTIONS,
    ALL,
    EXACT_IN,
    EXACT_OUT,
    EXECUTE,
    GRANT,
    HELD,
    HERE,
    PERMIT2_TRANSFER_FROM,
    PULLED,
    SENDER,
    SETTLE,
    SETTLE_ALL,
    SETTLED,
    SWAP_EXACT_IN,
    SWAP_EXACT_OUT,
    TAKE,
    TAKE_ALL,
    TAKEN,
    UNWRAP_WETH,
    V4_SWAP,
    WRAP_ETH,
    inputs,
)
from plugins.uniswap.v4.keys import NO_HOOKS
from tests.unit.policy_parts import (
    ACCOUNT,
    APPROVE,
    CAPS,
    DAI_AT,
    LISTED,
    TABLES,
    USDC_AT,
    WETH_AT,
    approval,
    place,
    plan,
    policy,
    step,
)

ROUTER = Listed(place("c5"), "Uniswap universal router", "uniswap-universal-router", wrapped=WETH_AT)
PERMIT2 = Listed(place("c6"), "Permit2", "permit2")
V3 = Listed(place("b5"), "Uniswap v3 router", "uniswap-v3-router", wrapped=WETH_AT)
SHIPPED = {table["table"]: table for table in moneta_call_tables()}
TABLE = SHIPPED[ROUTER.table]
POLICY = policy(
    listed=[*LISTED, ROUTER, PERMIT2, V3],
    tables=[*TABLES, *(SHIPPED[each.table] for each in (ROUTER, PERMIT2, V3))],
    caps={**CAPS, "WETH": 10**18, "ETH": 10**18},
)
UNTIL = 1_800_000_000
SOME, LEAST = 2_000_000, 10**14
Action = tuple[int, bytes]


def key(token: Address, fee: int = 500, hooks: Address = NO_HOOKS, told: bytes = b"") -> tuple[Any, ...]:
    return (token, fee, 10, hooks, told)


def given(*path: tuple[Any, ...], start: Address = USDC_AT, units: int = SOME, least: int = LEAST) -> Action:
    return SWAP_EXACT_IN, inputs(EXACT_IN, (start, path or (key(WETH_AT),), units, least))


def wanted(*path: tuple[Any, ...], end: Address = WETH_AT, units: int = LEAST, most: int = SOME) -> Action:
    return SWAP_EXACT_OUT, inputs(EXACT_OUT, (end, path or (key(USDC_AT),), units, most))


def settle_all(units: int = SOME, token: Address = USDC_AT) -> Action:
    return SETTLE_ALL, inputs(ALL, token, units)


def take_all(units: int = LEAST, token: Address = WETH_AT) -> Action:
    return TAKE_ALL, inputs(ALL, token, units)


def settle(token: Address = WETH_AT, units: int = 0, by_user: bool = False) -> Action:
    return SETTLE, inputs(SETTLED, token, units, by_user)


def take(token: Address = WETH_AT, to: str = HERE, units: int = 0) -> Action:
    return TAKE, inputs(TAKEN, token, to, units)


def swapped(*actions: Action) -> tuple[int, bytes]:
    return V4_SWAP, inputs(ACTIONS, bytes(code for code, _ in actions), [data for _, data in actions])


def unwrap(least: int, to: str = SENDER) -> tuple[int, bytes]:
    return UNWRAP_WETH, inputs(HELD, to, least)


def wrap(units: int = SOME, to: str = HERE) -> tuple[int, bytes]:
    return WRAP_ETH, inputs(HELD, to, units)


def pull(units: int = SOME, token: Address = WETH_AT, to: str = HERE) -> tuple[int, bytes]:
    return PERMIT2_TRANSFER_FROM, inputs(PULLED, token, to, units)


def execute(*commands: tuple[int, bytes], value: int = 0, until: int = UNTIL) -> Step:
    codes, bodies = bytes(code for code, _ in commands), tuple(body for _, body in commands)
    return Step(ROUTER.address, ROUTER.name, EXECUTE, (codes, bodies, until), value)


def let(units: int = SOME, token: Address = USDC_AT) -> Step:
    return approval(PERMIT2.address, units, token)


def hand(
    units: int = SOME,
    token: Address = USDC_AT,
    to: Address = ROUTER.address,
    until: int = UNTIL,
    role: Role = Role.APPROVAL,
) -> Step:
    return step(PERMIT2.address, GRANT, token, to, units, until, role=role)


def back(token: Address = USDC_AT) -> tuple[Step, Step]:
    return hand(0, token, until=0), step(token, APPROVE, PERMIT2.address, 0, role=Role.APPROVAL)


def rule(*steps: Step) -> str:
    try:
        check_plan(POLICY, ACCOUNT, (), plan(*steps))
    except Refused as refused:
        return refused.rule
    return ""


ONE = execute(swapped(given(), settle_all(), take_all()))
COIN_IN = (
    wrap(),
    swapped(given(key(USDC_AT), start=WETH_AT), settle(), take_all(LEAST, USDC_AT)),
    unwrap(0),
)
COIN_OUT = (swapped(given(), settle_all(), take()), unwrap(LEAST))
TWO = swapped(given(), given(key(DAI_AT, 100), key(WETH_AT)), settle_all(2 * SOME), take_all(2 * LEAST))


def paid(*commands: tuple[int, bytes], value: int = 0) -> tuple[Step, ...]:
    """The commands with the approvals that they need."""
    return let(), hand(), execute(*commands, value=value)


def alone(*actions: Action) -> tuple[Step, ...]:
    return paid(swapped(*actions))
