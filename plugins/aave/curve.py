"""Aave's supply rate from a reserve's facts, in integers equal to the contracts' own."""

from __future__ import annotations

from collections.abc import Mapping

from moneta import RAY, Curve
from plugins.aave.maths import PERCENT, percent_mul, ray_div, ray_mul

WAD_TO_RAY = 10**9
WITHOUT_STABLE_DEBT = 32  # v3.2 removed stable borrowing, and with it the weighting of the two rates


def supply_rate(facts: Mapping[str, int], added: int) -> int:
    """The yearly supply rate in ray that the pool sets when `added` base units (negative: taken) come in.

    v3.0: DefaultReserveInterestRateStrategy.calculateInterestRates; from v3.1 DefaultReserveInterestRateStrategyV2
    (aave-v3-origin, contracts/misc), where `available` is the virtual balance. The debts are those at the
    snapshot's time, as ReserveLogic.updateInterestRates passes them.
    """
    variable, stable = facts["variable_debt"], facts["stable_debt"]
    debt = variable + stable
    if debt == 0 or not facts["virtual_accounting"]:
        return 0
    total = max(facts["available"] + added, 0) + debt
    borrow_usage = ray_div(debt, total)
    supply_usage = ray_div(debt, total + facts["unbacked"])
    borrow_rate = variable_rate(facts, borrow_usage)
    if facts["generation"] < WITHOUT_STABLE_DEBT:
        borrow_rate = _overall(variable, borrow_rate, stable, facts["stable_rate"])
    return percent_mul(ray_mul(borrow_rate, supply_usage), PERCENT - facts["reserve_factor"])


def variable_rate(facts: Mapping[str, int], usage: int) -> int:
    """The two slopes around the optimal usage; usage and rate in ray."""
    optimal = facts["optimal"]
    if usage > optimal:
        excess = ray_div(usage - optimal, RAY - optimal)
        return facts["base"] + facts["slope_1"] + ray_mul(facts["slope_2"], excess)
    return facts["base"] + ray_div(ray_mul(facts["slope_1"], usage), optimal)


def shape(facts: Mapping[str, int]) -> Curve:
    """The same curve as its points, for the allocator: `supplied` and `borrowed`, all else as fractions in ray."""
    if not 0 < facts["optimal"] < RAY:
        raise ValueError("its optimal utilisation isn't between 0 and 1")
    return Curve(facts["supplied"], facts["borrowed"], _points(facts), kept=RAY - facts["reserve_factor"])


def curve_of(facts: Mapping[str, int]) -> Curve:
    """The curve that `supply_rate` follows, from the same facts.

    What the pool has written off isn't lent out, but divides the interest. Its part is taken as it is now: a deposit
    makes it smaller, so that the curve says too little by at most that part.
    """
    debt = facts["variable_debt"] + facts["stable_debt"]
    supplied = facts["available"] + debt
    kept = RAY // PERCENT * (PERCENT - facts["reserve_factor"]) if facts["virtual_accounting"] else 0
    if facts["unbacked"] and supplied:
        kept = kept * supplied // (supplied + facts["unbacked"])
    points = _points(facts)
    if facts["generation"] < WITHOUT_STABLE_DEBT and facts["stable_debt"]:
        points = tuple((usage, _mean(facts, rate)) for usage, rate in points)
    return Curve(supplied, debt, points, kept=kept)


def _points(facts: Mapping[str, int]) -> tuple[tuple[int, int], ...]:
    """Borrowers' rate at no usage, at the optimal one and at all; v3.0 allows an optimal usage of 1."""
    optimal, base = facts["optimal"], facts["base"]
    at_kink = base + facts["slope_1"]
    return ((0, base), (optimal, at_kink), *(((RAY, at_kink + facts["slope_2"]),) if optimal < RAY else ()))


def _mean(facts: Mapping[str, int], rate: int) -> int:
    """The mean of both debts' rates where the variable one is `rate`."""
    variable, stable = facts["variable_debt"], facts["stable_debt"]
    return (variable * rate + stable * facts["stable_rate"]) // (variable + stable)


def _overall(variable: int, variable_rate_: int, stable: int, stable_rate: int) -> int:
    """_getOverallBorrowRate: the rates weighted by the debts; its detour over ray rounds, so it is kept."""
    weighted = ray_mul(variable * WAD_TO_RAY, variable_rate_) + ray_mul(stable * WAD_TO_RAY, stable_rate)
    return ray_div(weighted, (variable + stable) * WAD_TO_RAY)
