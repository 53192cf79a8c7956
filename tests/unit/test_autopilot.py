"""The autopilot's pure parts: spans, what balances come to, the closing table, the borrowers' demand."""

from __future__ import annotations

import copy
from dataclasses import replace
from statistics import mean, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.cli import parser
from agent.commands.autopilot.balances import Balances, Yardstick
from agent.commands.autopilot.closing import Closing
from agent.commands.autopilot.screens import Day, positions, short, so_far
from agent.commands.autopilot.span import span
from agent.money import Address, Rate, Token
from devnet.demand import ABOVE, KINK, LEAST, Demand, leaning
from devnet.lending import State

pytestmark = pytest.mark.unit

DAY = 86_400
USDC = Token(31337, "USDC", Address("0x" + "0" * 39 + "1"), 6)
CORE, VENUS, WETH = "aave-v3:core:USDC", "venus:core:USDC", "aave-v3:core:WETH"
YARDSTICK = Yardstick(USDC, "ETH", {CORE: "USDC", VENUS: "USDC", WETH: "WETH"})
PRICES = {"USDC": 10**8, "ETH": 3_000 * 10**8}


def has(at: int, positions: dict[str, int], usdc: int, wei: int) -> Balances:
    return Balances(at, positions, {"USDC": usdc}, wei, {CORE: Rate(4 * 10**25), VENUS: Rate(5 * 10**25)}, PRICES)


START = has(0, {CORE: 40_000_000_000}, 960_000_000, 10**18)


def closing(mine: int, held: int, spent: int, *, interrupted: bool = False) -> Closing:
    moneta = has(90 * DAY, {VENUS: mine, WETH: 7}, 960_000_000, 10**18 - spent)
    beside = has(90 * DAY, {CORE: held}, 960_000_000, 10**18)
    return Closing(
        yardstick=YARDSTICK,
        seed=1,
        seconds=90 * DAY,
        start=START,
        moneta=YARDSTICK.outcome(START, moneta),
        held=YARDSTICK.outcome(START, beside),
        looks=360,
        moves=1,
        refused=0,
        interrupted=interrupted,
    )


@pytest.mark.parametrize(
    ("text", "seconds"), [("12h", 43_200), ("90d", 7_776_000), ("2W", 1_209_600), (" 1 d ", DAY), ("365d", 365 * DAY)]
)
def test_a_span_is_hours_days_or_weeks(text: str, seconds: int) -> None:
    assert span(text) == seconds


@pytest.mark.parametrize("text", ["", "90", "d", "-3d", "1.5d", "90m", "90 days", "١d", "1d2h", "0x1d"])
def test_what_is_no_span_is_told_how_one_looks(text: str) -> None:
    with pytest.raises(ValueError, match="12h, 90d or 2w"):
        span(text)


@pytest.mark.parametrize(("text", "how"), [("0d", "short"), ("0h", "short"), ("366d", "long"), ("999999w", "long")])
def test_a_span_out_of_bounds_is_told_the_bounds(text: str, how: str) -> None:
    with pytest.raises(ValueError, match=f"too {how}: from 1h to 365d"):
        span(text)


def test_the_command_line_says_what_is_wrong_with_a_span(capsys: pytest.CaptureFixture[str]) -> None:
    assert parser().parse_args(["demo", "--autopilot", "30d", "--seed", "4"]).autopilot == 30 * DAY
    with pytest.raises(SystemExit):
        parser().parse_args(["demo", "--autopilot", "3 years"])
    assert "12h, 90d or 2w" in capsys.readouterr().err


def test_an_outcome_is_what_the_balances_differ_by() -> None:
    end = has(DAY, {CORE: 30_000_000_001, VENUS: 10_001_000_000, WETH: 5}, 950_000_000, 10**18 - 10**15)
    outcome = YARDSTICK.outcome(START, end)
    assert outcome.gained == 30_000_000_001 + 10_001_000_000 + 950_000_000 - 40_960_000_000
    assert outcome.spent == 10**15
    assert outcome.gas == 3 * 10**8
    assert outcome.net == outcome.gained * 100 - 3 * 10**8
    assert outcome.as_json()["gas_wei"] == str(10**15)


def test_the_table_has_exact_amounts_and_net_dollars() -> None:
    rows = {row[0]: row[1:] for row in closing(40_123_456_789, 40_100_000_000, 10**15).table().rows}
    assert rows["at the start"] == ("40,000", "960", "", "", "")
    assert rows["with Moneta"] == ("40,123.456789", "960", "123.456789", "$3.00", "$120.45")
    assert rows[f"held in {CORE}"] == ("40,100", "960", "100", "$0.00", "$100.00")
    assert rows["left in the wallet"] == ("0", "40,960", "0", "$0.00", "$0.00")


def test_a_deposit_over_several_venues_is_held_in_all_of_them() -> None:
    start = replace(START, positions={CORE: 30_000_000_000, VENUS: 10_000_000_000})
    several = replace(closing(40_100_000_000, 40_100_000_000, 0), start=start)
    assert [row[0] for row in several.table().rows][2] == "held where it was put"


def test_whoever_came_out_ahead_is_said_to() -> None:
    ahead = closing(40_123_456_789, 40_100_000_000, 10**15)
    assert "Moneta came out $20.45 ahead of holding" in ahead.words()[1]
    behind = closing(40_101_000_000, 40_100_000_000, 10**15)
    assert behind.ahead == -2 * 10**8
    assert "Holding came out $2.00 ahead of Moneta" in behind.words()[1]
    assert "as holding did" in closing(40_100_000_000, 40_100_000_000, 0).words()[1]


def test_the_words_count_and_say_where_it_was_stopped() -> None:
    whole = closing(40_100_000_000, 40_100_000_000, 0)
    assert whole.words()[0].startswith(
        "After 90 days, 1970-01-01 00:00 UTC to 1970-04-01 00:00 UTC: 360 looks, 1 move,"
    )
    assert closing(1, 1, 0, interrupted=True).words()[0].startswith("Stopped after 90 days")
    assert "$3,000.00 an ETH" in whole.words()[2]
    assert whole.as_json()["ahead_usd"] == "0"


def test_amounts_in_passing_are_rounded_down() -> None:
    assert short(31_209_999, YARDSTICK) == "31.20 USDC"
    assert short(-1, YARDSTICK) == "-0.01 USDC"
    assert short(40_000_000_000, YARDSTICK) == "40,000.00 USDC"
    end = has(DAY, {CORE: 40_031_209_999, WETH: 5}, 960_000_000, 10**18)
    day = Day(DAY, end, YARDSTICK.outcome(START, end), YARDSTICK.outcome(START, START), 4, 0, 0)
    assert positions(YARDSTICK, end) == [f"40,031.20 USDC in {CORE} at 4.00 %"]
    assert so_far(YARDSTICK, day) == ["earned 31.20 USDC, held it would be 0.00 USDC", "gas $0.00"]
    assert day.as_json()["rates"][VENUS] == "0.05"


def test_demand_is_the_same_again_by_its_seed_whoever_is_asked_beside() -> None:
    alone, among, other = Demand(3, [CORE]), Demand(3, KINK), Demand(4, [CORE])
    drawn = [demand.after(DAY)[CORE] for _ in range(50) for demand in (alone, among)]
    assert drawn[::2] == drawn[1::2]
    assert drawn[::2] != [other.after(DAY)[CORE] for _ in range(50)]
    twin = copy.deepcopy(alone)
    assert [alone.after(DAY) for _ in range(9)] == [twin.after(DAY) for _ in range(9)]


def test_demand_swings_as_it_was_fitted() -> None:
    drawn = [demand.after(DAY)[CORE] for demand in (Demand(seed, [CORE]) for seed in range(2_000))]
    assert abs(mean(drawn)) < 80
    assert 700 < pstdev(drawn) < 850
    walk = Demand(1, [CORE, VENUS])
    days = [walk.after(DAY) for _ in range(20_000)]
    middle = mean(day[CORE] for day in days)
    away = [day[CORE] - middle for day in days]
    week = sum(a * b for a, b in zip(away, away[7:], strict=False)) / sum(each**2 for each in away)
    assert 0.65 < week < 0.9


@given(
    venue=st.sampled_from(sorted(KINK)),
    away=st.integers(-20_000, 20_000),
    height=st.none() | st.integers(1, 100_000),
)
def test_borrowers_lean_to_something_that_a_market_can_have(venue: str, away: int, height: int | None) -> None:
    state = State(10**12, 8 * 10**11, height if venue.startswith("morpho") else None)
    assert LEAST <= leaning(venue, state, away) <= KINK[venue] + ABOVE
    if state.height is not None:
        assert leaning(venue, replace(state, height=state.height * 2), away) <= leaning(venue, state, away)
