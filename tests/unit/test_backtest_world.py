"""Recorded files become a world of hours: curves as they were set, bad rows left out, nothing known too early."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from agent.backtest.bend import bend
from agent.backtest.dilute import diluted
from agent.backtest.reading import read_folder
from agent.backtest.records import Notes
from agent.backtest.universes import Folders, casts, world
from tests.unit.backtest_parts import (
    KEPT,
    KINK,
    SLOPE,
    START,
    gas_files,
    made,
    rate,
    rows,
    spoilt,
    two_venues,
    wave,
    write,
)

pytestmark = pytest.mark.unit

LENDING = Path(os.environ.get("MONETA_DATA", "../shared/data")) / "lending"
recorded = pytest.mark.skipif(not LENDING.is_dir(), reason="the recorded rates aren't here: set MONETA_DATA")


def test_a_curve_is_found_from_its_points() -> None:
    usage = wave(400, 0.88, 0.06, 90)
    found = bend(usage, rate(usage), np.ones(400, dtype=np.bool_))
    assert found.base[-1] == pytest.approx(0, abs=1e-9)
    assert found.slope[-1] == pytest.approx(SLOPE, rel=1e-3)
    assert found.kink[-1] == pytest.approx(KINK, abs=2e-3)


def test_a_curve_is_known_only_from_what_was_seen() -> None:
    usage = wave(400, 0.88, 0.06, 90)
    other = usage.copy()
    other[200:] = 0.5
    good = np.ones(400, dtype=np.bool_)
    paid = np.where(np.arange(400) < 200, rate(other), 3 * rate(other))
    one, two = bend(usage, rate(usage), good), bend(other, paid, good)
    for name in ("base", "slope", "kink"):
        np.testing.assert_array_equal(getattr(one, name)[:199], getattr(two, name)[:199])


def test_ones_own_deposit_dilutes_as_the_curve_says() -> None:
    """Against the curve itself: the rate at the utilisation that the deposit leaves."""
    supplied, own = 1e8, np.array([0.0, 1e6, 2e7, 9e7])
    for usage in (0.5, 0.89, 0.95, 0.999):
        now = np.array(usage)
        paid, slope = rate(now), SLOPE
        lend = paid * now * KEPT
        found = diluted(lend, paid, np.array(supplied), now, np.zeros(()), np.array(slope), np.array(KINK), own)
        then = usage * supplied / (supplied + own)
        np.testing.assert_allclose(found, rate(then) * then * KEPT, rtol=1e-12)


def test_borrowers_who_respond_fully_leave_the_rate_as_it_is() -> None:
    flat = np.array(0.0)
    found = diluted(
        np.array(0.04), np.array(0.05), np.array(1e8), np.array(0.9), flat, flat + 0.05, flat + 0.95, 3e7, 1.0
    )
    assert float(found) == pytest.approx(0.04)


@recorded
@pytest.mark.parametrize("asset", ["USDC", "USDT", "DAI"])
@pytest.mark.parametrize(("day", "days"), [(20241201, 20), (20250203, 14), (20250312, 14)])
def test_recorded_curves_are_those_that_governance_set(asset: str, day: int, days: int) -> None:
    """Once a vote on slope 1 is carried out, what borrowers pay at the kink is what was decided."""
    [changes] = LENDING.glob("aave_v3_parameter_changes*.csv")
    votes = pl.read_csv(changes, infer_schema=False).filter(
        (pl.col("market") == "AaveV3Ethereum")
        & (pl.col("asset") == asset)
        & (pl.col("param") == "variableRateSlope1")
        & (pl.col("date") == str(day))
    )
    [decided] = [float(text.removesuffix(" %")) / 100 for text in votes["after"]]
    [file] = LENDING.glob(f"aave_v3_{asset.lower()}_ethereum_hourly*.parquet")
    data = pl.read_parquet(file).sort("__index_level_0__").filter(pl.col("supplied_USD") > 1e6)
    usage = (data["borrowed_USD"] / data["supplied_USD"]).to_numpy()
    paid = data["borrower_variable_apr"].to_numpy() / 100
    found = bend(usage, paid, np.isfinite(paid))
    voted = date.fromisoformat(str(day))
    at = _before(data, (voted + timedelta(days=days)).isoformat())
    assert found.base[at] + found.slope[at] * found.kink[at] == pytest.approx(decided, rel=0.03)


def _before(data: pl.DataFrame, day: str) -> int:
    return data.filter(pl.col("__index_level_0__") < pl.lit(day).str.to_datetime(time_unit="ns")).height - 1


BAD: dict[str, dict[str, float | None]] = {
    "no rate": {"lender_variable_apr": None},
    "not a number": {"lender_variable_apr": float("nan")},
    "a rate of zero": {"lender_variable_apr": 0.0},
    "10,000 %": {"lender_variable_apr": 10_000.0},
    "nothing supplied": {"supplied_USD": 0.0},
    "more borrowed than supplied": {"borrowed_USD": 9e8},
    "decimals swapped": {"supplied_USD": 4e20, "borrowed_USD": 3e20},
    "decimals swapped the other way": {"supplied_USD": 4e-4, "borrowed_USD": 3e-4},
    "tokens and dollars apart": {"token_balance": 4e26},
    "of another time": {"timestamp": START.timestamp() - 90 * 86_400},
    "from ahead": {"timestamp": START.timestamp() + 900 * 86_400},
}


@pytest.mark.parametrize("what", BAD)
def test_rows_that_make_no_sense_are_left_out_and_said(what: str, tmp_path: Path) -> None:
    """The hour isn't entered on, and the rest of the venue stays."""
    lending = two_venues(tmp_path, hours=200)
    good = rows(wave(200, 0.8, 0.08, 500), 4e8)
    write(lending, "aave_v2_usdc_ethereum_hourly.parquet", spoilt(good, range(100, 110), **BAD[what]))
    notes = Notes()
    [cast] = casts(read_folder(lending, notes), (), notes)
    found = world(cast, Folders(None, None), notes)
    assert found is not None
    assert not found.ok[0, 100:110].any()
    assert found.ok[0, 110:].all()
    assert found.ok[1].all()
    assert sum(number for (venue, _, _), number in notes.rows.items() if venue == "aave-v2:ethereum:USDC") == 10
    assert float(found.pays[0].max()) < 1
    assert any("aave-v2:ethereum:USDC: 10 rows" in text for text in notes.as_text())


def test_missing_hours_are_not_entered_and_earn_nothing_after_a_while(tmp_path: Path) -> None:
    lending = two_venues(tmp_path, hours=200)
    gappy = rows(wave(200, 0.8, 0.08, 500), 4e8)
    write(lending, "aave_v2_usdc_ethereum_hourly.parquet", pl.concat([gappy[:80], gappy[120:]]))
    found = made(read_folder(lending, Notes()))
    assert not found.ok[0, 80:120].any()
    assert (found.pays[0, 80:84] > 0).all()
    assert (found.pays[0, 90:120] == 0).all()
    assert found.ok[0, 120:].all()


def test_a_row_is_known_at_its_hour_and_not_before(tmp_path: Path) -> None:
    lending = two_venues(tmp_path, hours=100)
    data = pl.read_parquet(lending / "aave_v2_usdc_ethereum_hourly.parquet")
    found = made(read_folder(lending, Notes()))
    np.testing.assert_allclose(found.pays[0] * 100, data["lender_variable_apr"].to_numpy(), rtol=1e-12)
    assert int(found.hours[0]) == int(START.timestamp())


def test_daily_rows_are_carried_forward_alone(tmp_path: Path) -> None:
    folder = tmp_path / "lending"
    two_venues(tmp_path, hours=24 * 6)
    days = [int(START.timestamp()) + 86_400 * day + 5_000 for day in range(5)]
    lines = ["timestamp,totalBorrowBalanceUSD,totalValueLockedUSD,depositRate,borrowRate"]
    lines += [f"{at},8e7,1e8,{3 + day},{5 + day}" for day, at in enumerate(days)]
    (folder / "compound_v2_daily").mkdir()
    (folder / "compound_v2_daily" / "cusdc.csv").write_text("\n".join(lines), encoding="utf-8")
    found = made(read_folder(folder, Notes()))
    place = [each.venue for each in found.spots].index("compound-v2:ethereum:USDC")
    for day, at in enumerate(days):
        hour = int(np.searchsorted(found.hours, at))  # the first full hour after the row
        assert found.pays[place, hour] == pytest.approx((3 + day) / 100)
        if day:
            assert found.pays[place, hour - 1] == pytest.approx((2 + day) / 100)
    assert not found.ok[place, 0]


def test_files_that_are_none_of_these_are_told(tmp_path: Path) -> None:
    lending = two_venues(tmp_path, hours=50)
    (lending / "notes.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (lending / "aave_v3_dai_ethereum_hourly.parquet").write_bytes(b"not a parquet file")
    write(lending, "aave_v3_usdt_ethereum_hourly_2027.parquet", rows(wave(50, 0.8, 0.08, 500), 4e8, "USDT"))
    write(lending, "aave_v9_usdc_ethereum_hourly.parquet", pl.DataFrame({"timestamp": [1.0], "rate": [2.0]}))
    notes = Notes()
    found = read_folder(lending, notes)
    assert {each.venue for each in found} == {
        "aave-v2:ethereum:USDC",
        "aave-v3:ethereum:USDC",
        "aave-v3:ethereum:USDT",
    }
    assert set(notes.files) == {
        "notes.csv",
        "aave_v3_dai_ethereum_hourly.parquet",
        "aave_v9_usdc_ethereum_hourly.parquet",
    }


def test_gas_beyond_its_files_is_the_median_and_said(tmp_path: Path) -> None:
    lending = two_venues(tmp_path, hours=24 * 30)
    gas = gas_files(tmp_path / "gas", gwei=10, ether=2_000, days=40)  # ten days into the record
    notes = Notes()
    [cast] = casts(read_folder(lending, notes), (), notes)
    found = world(cast, Folders(None, gas), notes)
    assert found is not None
    np.testing.assert_allclose(found.gas, 10e-9 * 2_000)
    assert any("gas prices end 2024-01-10" in text for text in notes.assumed)
