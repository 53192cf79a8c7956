"""`moneta backtest FOLDER`: a line for each strategy, size and period of any such folder, and what was left out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from agent.cli import main
from tests.unit.backtest_parts import gas_files, rows, spoilt, two_venues, wave, write

Capture = pytest.CaptureFixture[str]

pytestmark = pytest.mark.unit

KEYS = {
    "strategy",
    "universe",
    "size",
    "period",
    "net_apy",
    "regret",
    "turnover",
    "gas_usd",
    "max_drawdown",
    "trapped_hours",
}
STRATEGIES = {
    "hold_best",
    "hold_safest",
    "equal_split",
    "chase",
    "top_apy",
    "bootstrap",
    "equalise",
    "composite",
    "moneta",
    "hindsight",
}


def _run(capsys: Capture, *arguments: str, code: int = 0) -> tuple[list[dict[str, Any]], str]:
    assert main(["backtest", *arguments]) == code
    out, err = capsys.readouterr()
    return [json.loads(line) for line in out.splitlines()], err


def _results(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in found if "strategy" in line]


def test_every_strategy_has_a_line_for_every_size_and_period(tmp_path: Path, capsys: Capture) -> None:
    lending = two_venues(tmp_path, hours=24 * 20)
    gas_files(tmp_path / "gas")
    found, _ = _run(capsys, str(lending), "--json")
    lines = _results(found)
    assert {line["strategy"] for line in lines} == STRATEGIES
    assert {line["size"] for line in lines} == {10_000, 1_000_000, 20_000_000}
    assert {line["period"] for line in lines} == {"whole", "2024-Q1"}
    assert len(lines) == 10 * 3 * 2
    for line in lines:
        assert set(line) >= KEYS
        assert line["universe"] == "one-asset/USDC"
        assert line["regret"] >= 0
        assert line["net_apy_low"] <= line["net_apy"] <= line["net_apy_high"]
        assert 0 <= line["max_drawdown"] <= 1
    best = {(line["size"], line["period"]): line["net_apy"] for line in lines if line["strategy"] == "hindsight"}
    assert all(line["net_apy"] <= best[line["size"], line["period"]] for line in lines)
    moneta = [line for line in lines if line["strategy"] == "moneta" and line["size"] == 1_000_000]
    assert all(line["net_apy"] > 0 and line["turnover"] >= 0.99 for line in moneta)
    assert {line["than"] for line in found if line.get("event") == "smallest"} == {"wallet", "hold_best"}


def test_without_prices_and_gas_it_says_what_stands_for_them(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MONETA_DATA", raising=False)
    lending = two_venues(tmp_path, hours=24 * 20)
    found, err = _run(capsys, str(lending), "--json", "--strategy", "hold_best", "--size", "10000")
    told = [line["text"] for line in found if line.get("event") == "assumed"]
    assert any("there are no gas prices" in text for text in told)
    assert all(f"assumed: {text}" in err for text in told)


def test_odd_data_costs_its_own_venue_and_no_more(tmp_path: Path, capsys: Capture) -> None:
    """A venue that vanishes, swapped decimals, missing hours, a rate of 10,000 %: Moneta runs on and leaves."""
    lending = two_venues(tmp_path, hours=24 * 60)
    good = rows(wave(24 * 60, 0.85, 0.01, 300), 4e8)
    high = good.with_columns(pl.col("lender_variable_apr") * 1.5)
    write(lending, "aave_v2_usdc_ethereum_hourly.parquet", high[: 24 * 30])  # the best, and then it is gone
    spoilt_rows = spoilt(good, range(200, 260), lender_variable_apr=10_000.0)
    spoilt_rows = spoilt(spoilt_rows, range(300, 360), supplied_USD=4e20, borrowed_USD=3e20)
    write(lending, "compound_v3_usdc_ethereum_hourly.parquet", pl.concat([spoilt_rows[150:500], spoilt_rows[600:]]))
    found, err = _run(capsys, str(lending), "--json", "--size", "1000000", "--period", "whole")
    lines = {line["strategy"]: line for line in _results(found)}
    assert set(lines) == STRATEGIES
    assert 0 < lines["moneta"]["net_apy"] <= lines["hindsight"]["net_apy"] < 0.2
    assert lines["moneta"]["moves"] >= 2  # it left what vanished
    assert "a rate above 1,000 % a year" in err
    assert "are decimals swapped?" in err


def test_several_stables_pay_for_swaps_and_lose_with_the_peg(tmp_path: Path, capsys: Capture) -> None:
    hours = 24 * 40
    lending = two_venues(tmp_path, hours)
    write(lending, "aave_v3_usdt_ethereum_hourly.parquet", rows(wave(hours, 0.89, 0.01, 300), 4e8, "USDT"))
    prices = tmp_path / "prices"
    times = rows(wave(hours, 0.8, 0.1, 300), 1.0)["__index_level_0__"].dt.replace_time_zone("UTC")
    steady = pl.DataFrame({"timestamp": times, "USDC": 1.0})
    number = pl.int_range(pl.len())
    fallen = pl.when(number > 700).then(0.9).otherwise(1.0)
    write(prices, "USDC_hourly_price.parquet", steady)
    write(prices, "USDT_hourly_price.parquet", steady.select("timestamp", fallen.alias("USDT")))
    found, _ = _run(capsys, str(lending), "--json", "--universe", "stables", "--size", "100000", "--period", "whole")
    lines = {line["strategy"]: line for line in _results(found)}
    assert lines["chase"]["fees_usd"] > 0
    assert lines["hold_best"]["max_drawdown"] > 0.08  # the best at the start was the one that fell
    assert all(line["regret"] >= 0 for line in lines.values())


def test_networks_are_told_without_dilution(tmp_path: Path, capsys: Capture) -> None:
    lending = tmp_path / "lending"
    days = rows(wave(24 * 60, 0.8, 0.05, 700), 1.0)[::24]["__index_level_0__"].dt.replace_time_zone("UTC")
    parts = [
        pl.DataFrame(
            {
                "snapshot_at": days,
                "network": network,
                "symbol": "USDC",
                "active": True,
                "frozen": False,
                "paused": False,
                "current_liquidity_rate": rate,
                "current_variable_borrow_rate": rate * 1.4,
                "implied_utilisation": 0.8,
            }
        )
        for network, rate in (("ethereum", 0.03), ("base", 0.05), ("polygon", 0.04))
    ]
    write(lending, "aave_v3_daily_3_networks_2024-01_2024-03.parquet", pl.concat(parts))
    found, _ = _run(capsys, str(lending), "--json", "--period", "whole", "--size", "10000", "--smallest")
    lines = {line["strategy"]: line for line in _results(found)}
    assert {line["universe"] for line in lines.values()} == {"networks/USDC"}
    assert {line["dilution"] for line in lines.values()} == {"unknown"}
    assert lines["hold_best"]["fees_usd"] == pytest.approx(6, rel=0.01)  # over one bridge
    chains = {line["chain"] for line in found if line.get("event") == "smallest"}
    assert chains == {"ethereum", "base", "polygon"}


def test_a_folder_that_is_none_or_holds_nothing_is_told(tmp_path: Path, capsys: Capture) -> None:
    assert main(["backtest", str(tmp_path / "nowhere")]) == 1
    assert "is no folder" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    assert main(["backtest", str(tmp_path / "empty"), "--json"]) == 1
    assert "Nothing of this folder could be run" in capsys.readouterr().err
    assert main(["backtest", str(tmp_path), "--strategy", "magic"]) == 1
    assert "hindsight" in capsys.readouterr().err


def test_tables_and_pictures_for_people(tmp_path: Path, capsys: Capture) -> None:
    lending = two_venues(tmp_path, hours=24 * 20)
    arguments = [str(lending), "--size", "1000000", "--strategy", "moneta", "--strategy", "hindsight"]
    assert main(["backtest", *arguments, "--plots", str(tmp_path / "plots")]) == 0
    out = capsys.readouterr().out
    assert "one-asset/USDC, $1,000,000, whole (2024-01-01 to" in out
    [picture] = (tmp_path / "plots").iterdir()
    assert picture.name == "one-asset-USDC.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
