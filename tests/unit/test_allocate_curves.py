"""The allocator's curves against the contracts' own formulas: as many deposits, the same rates."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.curves import Curve
from agent.hooks import load
from agent.money import RAY, SECONDS_PER_YEAR, Rate
from plugins.aave.curve import supply_rate
from plugins.morpho import irm
from plugins.morpho.expected import WAD_TO_RAY, average
from plugins.morpho.market import Market as MorphoMarket
from plugins.morpho.maths import WAD
from plugins.venus.market import Market, Model
from tests.unit.allocate_parts import DAY, ONE, POINT, aave

pytestmark = pytest.mark.unit

PLUGINS = load()

MONTH = 30 * DAY
SUPPLIED, BORROWED = 10_000_000 * ONE, 8_700_000 * ONE
deposits = st.integers(-1_000_000 * ONE, 50_000_000 * ONE)


def curve(kind: str, seconds: int = MONTH, **facts: int) -> Curve:
    found = PLUGINS.hook.moneta_curve(
        kind=kind, facts={"supplied": SUPPLIED, "borrowed": BORROWED, **facts}, seconds=seconds
    )
    assert isinstance(found, Curve)
    return found


def near(ours: Rate, theirs: int, part: int) -> bool:
    return abs(ours.ray - theirs) <= theirs // part + 10


AAVE = {"optimal": 90 * POINT, "base": POINT // 2, "slope_1": 4 * POINT, "slope_2": 60 * POINT}


@given(deposits)
def test_aaves_two_slopes(deposit: int) -> None:
    shape = curve("aave-v3", **AAVE, reserve_factor=RAY // 10)
    facts: Mapping[str, int] = AAVE | {
        "generation": 34,
        "available": SUPPLIED - BORROWED,
        "variable_debt": BORROWED,
        "stable_debt": 0,
        "stable_rate": 0,
        "unbacked": 0,
        "reserve_factor": 1_000,
        "virtual_accounting": 1,
    }
    assert near(shape.rate(deposit), supply_rate(facts, deposit), 10**20)


VENUS = {"base": 2 * POINT, "multiplier": 10 * POINT, "jump": 250 * POINT, "kink": 80 * POINT}


@given(deposits)
def test_compounds_second_kink(deposit: int) -> None:
    """Rates per block in wad, as the contract keeps them, lose digits that a yearly ray doesn't."""
    blocks = 10_512_000
    per_block = {key: value // 10**9 // blocks for key, value in VENUS.items() if key != "kink"}
    model = Model(**per_block, kink=VENUS["kink"] // 10**9)
    market = Market(SUPPLIED - BORROWED, BORROWED, 0, SUPPLIED, 10**17, 10**18, model)
    theirs = market.moved(deposit).supply_rate(blocks).ray
    for kind in ("venus", "compound-v2"):
        assert near(curve(kind, **VENUS, reserve_factor=RAY // 10).rate(deposit), theirs, 10**6)


@given(deposits)
def test_compounds_third_kink(deposit: int) -> None:
    """Comet.getSupplyRate: base + low · min(u, kink) + high · max(u − kink, 0), with u = borrowed / supplied."""
    shape = curve("compound-v3", base=POINT, slope_low=3 * POINT, slope_high=90 * POINT, kink=85 * POINT)
    usage = BORROWED * RAY // (SUPPLIED + deposit)
    low, high = min(usage, 85 * POINT), max(usage - 85 * POINT, 0)
    theirs = POINT + 3 * POINT * low // RAY + 90 * POINT * high // RAY
    assert near(shape.rate(deposit), theirs, 10**20)


@given(deposits)
def test_morphos_curve_at_this_moment(deposit: int) -> None:
    """Over a second nothing drifts: two straight lines, equal to the market's own rate."""
    shape = curve("morpho-blue", 1, rate_at_target=4 * POINT, fee=RAY // 10)
    target = 4 * POINT // WAD_TO_RAY // SECONDS_PER_YEAR
    market = MorphoMarket(SUPPLIED + deposit, SUPPLIED, BORROWED, 0, WAD // 10, target)
    assert near(shape.rate(deposit), market.supply_rate().ray, 10**6)


def test_morphos_drift_over_a_month() -> None:
    """Between its points the curve stays within 0.2 % of the formula stepped through the month."""
    start = 4 * WAD // 100 // SECONDS_PER_YEAR
    shape = curve("morpho-blue", rate_at_target=4 * POINT, fee=0)
    for usage in range(1, 100):
        theirs = average(usage * WAD // 100, start, MONTH) * SECONDS_PER_YEAR * WAD_TO_RAY
        at_usage = Curve(RAY, usage * POINT, shape.points, on_borrowed=False)  # the borrowers' rate itself
        assert abs(at_usage.rate(0).ray - theirs) <= theirs * 2 // 1_000


@pytest.mark.parametrize("percent", ["0.1", "0.15", "4", "60", "199", "200"])
@pytest.mark.parametrize("days", [1, 30, 365])
def test_morphos_drift_scales_with_the_rate_between_its_bounds(percent: str, days: int) -> None:
    """What is computed once for a rate of 1 is what each rate comes to by itself, where it meets a bound, too."""
    start = max(int(Decimal(percent) * WAD) // 100 // SECONDS_PER_YEAR, irm.MIN_RATE)
    shape = curve("morpho-blue", days * 86_400, rate_at_target=start * SECONDS_PER_YEAR * WAD_TO_RAY, fee=0)
    for usage, rate in shape.points:
        alone = average(usage // WAD_TO_RAY, start, days * 86_400) * SECONDS_PER_YEAR * WAD_TO_RAY
        assert abs(rate - alone) * 10**6 <= alone


def test_morphos_vectors() -> None:
    """AdaptiveCurveIrm as its documentation tells it: at full use 4 times the rate at target, at none a quarter."""
    start = irm.INITIAL_RATE
    assert irm.curve(start, WAD) == 4 * start
    assert abs(irm.curve(start, -WAD) - start // 4) <= 1
    # five days at an error of ±1 and a speed of 50 a year: the rate at target moves by e^(±50 · 5 / 365)
    for error_usage, factor in ((WAD, 1_983_643), (0, 504_123)):
        end = irm.borrow_rate(error_usage, start, 5 * DAY)[1]
        assert abs(end * 10**6 // start - factor) <= factor // 100


def test_savings_pay_the_same_whatever_is_in_them() -> None:
    shape = curve("savings", rate=5 * POINT)
    assert {shape.rate(deposit).ray for deposit in (-ONE, 0, SUPPLIED)} == {5 * POINT}


@given(deposits, st.integers(0, RAY))
def test_borrowers_response_lies_between_both_ends(deposit: int, response: int) -> None:
    shape = aave(10_000_000, 8_700_000)
    static, whole, between = (shape.usage(deposit, part) for part in (0, RAY, response))
    assert abs(whole - shape.usage(0)) <= 1
    assert min(static, whole) <= between <= max(static, whole)


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("aave-v3", AAVE | {"optimal": RAY, "reserve_factor": 0}),
        ("venus", VENUS | {"kink": 0, "reserve_factor": 0}),
        ("compound-v3", {"base": 0, "slope_low": 0, "slope_high": 0, "kink": RAY}),
        ("morpho-blue", {"rate_at_target": 0, "fee": 0}),
    ],
)
def test_what_no_such_market_could_have_is_refused(kind: str, facts: Mapping[str, int]) -> None:
    with pytest.raises(ValueError):
        curve(kind, **facts)


def test_a_kind_that_nobody_knows_has_no_curve() -> None:
    assert PLUGINS.hook.moneta_curve(kind="nobody", facts={}, seconds=1) is None
