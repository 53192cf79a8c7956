"""Recorded folders that tests make: markets on a two-slope curve, hour by hour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from agent.backtest.records import Notes, Record
from agent.backtest.universes import Cast, Folders, world
from agent.backtest.world import World

START = datetime(2024, 1, 1, tzinfo=UTC)
DECIMALS = {"USDC": 6, "USDT": 6, "DAI": 18, "WETH": 18}
KINK, SLOPE, STEEP, KEPT = 0.9, 0.05, 6.0, 0.9
"""Borrowers pay SLOPE · usage up to KINK, and STEEP more for each part above it; suppliers get KEPT of it."""

Column = NDArray[np.float64]


def rate(usage: Column) -> Column:
    """What borrowers pay, a fraction a year."""
    found: Column = SLOPE * usage + np.maximum(usage - KINK, 0) * STEEP
    return found


def wave(hours: int, middle: float, width: float, period: float, phase: float = 0.0) -> Column:
    """A utilisation that goes up and down, never twice the same."""
    at = np.arange(hours)
    slow, fast = np.sin(2 * np.pi * (at / period + phase)), np.sin(at * 1.7 + phase * 5)
    found: Column = middle + width * slow + 0.002 * fast
    return found


def rows(usage: Column, supplied: float | Column, asset: str = "USDC", start: datetime = START) -> pl.DataFrame:
    """As the recorded hourly files have them: dollars, percent, the hour as the index."""
    hours = [start + timedelta(hours=at) for at in range(len(usage))]
    there = np.broadcast_to(np.asarray(supplied, dtype=np.float64), usage.shape)
    return pl.DataFrame(
        {
            "timestamp": [each.timestamp() - 20 for each in hours],
            "block": np.arange(len(usage), dtype=np.float64),
            "TVL_USD": there,
            "supplied_USD": there,
            "borrowed_USD": there * usage,
            "liquidations": 0.0,
            "token_balance": there * 10.0 ** DECIMALS[asset],
            "lender_variable_apr": 100 * rate(usage) * usage * KEPT,
            "borrower_variable_apr": 100 * rate(usage),
            "__index_level_0__": [each.replace(tzinfo=None) for each in hours],
        }
    )


def write(folder: Path, name: str, data: pl.DataFrame) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    data.write_parquet(path)
    return path


def spoilt(data: pl.DataFrame, at: Sequence[int], **columns: Any) -> pl.DataFrame:
    """The same with other values in some columns of these rows."""
    number = pl.int_range(pl.len())
    changes = [
        pl.when(number.is_in(at)).then(pl.lit(to)).otherwise(pl.col(key)).alias(key) for key, to in columns.items()
    ]
    return data.with_columns(changes)


def two_venues(folder: Path, hours: int = 24 * 40, supplied: float = 4e8) -> Path:
    """Two USDC markets whose rates cross every few weeks."""
    lending = folder / "lending"
    write(lending, "aave_v2_usdc_ethereum_hourly.parquet", rows(wave(hours, 0.8, 0.08, 500), supplied))
    write(lending, "aave_v3_usdc_ethereum_hourly.parquet", rows(wave(hours, 0.8, 0.08, 500, 0.5), supplied))
    return lending


def gas_files(folder: Path, gwei: float = 10.0, ether: float = 2_000.0, days: int = 400) -> Path:
    """Both daily files, the same price every day."""
    folder.mkdir(parents=True, exist_ok=True)
    first = int(START.timestamp()) - 30 * 86_400
    for name, column, value in (
        ("ethereum_average_gas_price_daily_to_2025.csv", "Value (Wei)", gwei * 1e9),
        ("ether_price_daily_to_2025.csv", "Value", ether),
    ):
        lines = [f'"Date(UTC)","UnixTimeStamp","{column}"']
        lines += [f'"1/1/2024","{first + day * 86_400}","{value:g}"' for day in range(days)]
        (folder / name).write_text("\n".join(lines), encoding="utf-8")
    return folder


def made(
    records: Sequence[Record], gas: Path | None = None, prices: Path | None = None, kind: str = "one-asset"
) -> World:
    """The world of these records."""
    found = world(Cast(kind, f"{kind}/test", tuple(records)), Folders(prices, gas), Notes())
    assert found is not None
    return found
