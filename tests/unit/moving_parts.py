"""A position moved in one plan, for the rules that hold such a plan under a mandate."""

from __future__ import annotations

from typing import Any

from agent.money import Address
from agent.plans import Argument, Plan, Role, Step
from plugins.uniswap.calls import EXACT_INPUT_SINGLE
from plugins.uniswap.liquidity import MAX_UINT128
from plugins.uniswap.manager_calls import BURN, COLLECT, DECREASE, MINT
from tests.unit.policy_parts import ACCOUNT, APPROVE, LISTED, TABLES, USDC_AT, WETH_AT, plan, policy, step
from tests.unit.test_policy_positions import BODY, MANAGER
from tests.unit.test_policy_swap import ROUTER, TABLE

USDC = 10**6
POLICY = policy(
    listed=[*LISTED, ROUTER, MANAGER], tables=[*TABLES, TABLE, BODY], caps={"USDC": 10**12, "WETH": 10**21}
)  # fmt: skip
FIRST, SECOND = sorted((USDC_AT, WETH_AT), key=lambda each: int(each, 16))
OUT = {USDC_AT: 1_000 * USDC, WETH_AT: 0}
SWAPPED, BACK = 500 * USDC, 16 * 10**16
MARKED = {"action": "reposition", "position": "7", "range": None, "mandate": "3"}
FOREVER = 2**40


def out(number: int = 7, **least: int) -> tuple[Step, ...]:
    given = [least.get(name, OUT[place]) for name, place in _named()]
    return (
        step(MANAGER.address, DECREASE, (number, 10**15, *given, FOREVER)),
        step(MANAGER.address, COLLECT, (number, ACCOUNT, MAX_UINT128, MAX_UINT128)),
        step(MANAGER.address, BURN, number),
    )


def swap(account: Address, units: int = SWAPPED, least: int = BACK) -> tuple[Step, ...]:
    call = step(ROUTER.address, EXACT_INPUT_SINGLE, (USDC_AT, WETH_AT, 500, account, units, least, 0))
    return allow(USDC_AT, ROUTER.address, units), call, allow(USDC_AT, ROUTER.address, 0, Role.CLEANUP)


def opened(account: Address, usdc: int = 500 * USDC, weth: int = BACK) -> tuple[Step, ...]:
    units = {USDC_AT: usdc, WETH_AT: weth}
    most = [units[place] for place in (FIRST, SECOND)]
    params: tuple[Argument, ...] = (FIRST, SECOND, 500, -600, 600, *most, 0, 0, account, FOREVER)
    spent = [place for place in (FIRST, SECOND) if units[place]]
    return (
        *(allow(place, MANAGER.address, units[place]) for place in spent),
        step(MANAGER.address, MINT, params),
        *(allow(place, MANAGER.address, 0) for place in spent),
        *(allow(place, MANAGER.address, 0, Role.CLEANUP) for place in spent),
    )


def allow(token: Address, spender: Address, units: int, role: Role = Role.APPROVAL) -> Step:
    return step(token, APPROVE, spender, units, role=role)


def moved(*steps: Step, account: Address = ACCOUNT, **over: Any) -> Plan:
    """The whole of it, or what `steps` say."""
    whole = (*own(account), *swap(account), *opened(account))
    return plan(*(steps or whole), account=account, **{"intent": MARKED, **over})


def own(account: Address) -> tuple[Step, ...]:
    """All out, to the account."""
    first, _, last = out()
    return first, step(MANAGER.address, COLLECT, (7, account, MAX_UINT128, MAX_UINT128)), last


def _named() -> list[tuple[str, Address]]:
    names = {USDC_AT: "usdc", WETH_AT: "weth"}
    return [(names[place], place) for place in (FIRST, SECOND)]
