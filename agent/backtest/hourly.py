"""`{protocol}_{asset}_{network}_hourly.parquet`: amounts in dollars, rates in percent, the index is the hour."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import polars as pl

from agent.backtest.arrays import HOUR, Floats
from agent.backtest.columns import in_order, moments, numbers, usage
from agent.backtest.records import Record

INDEX = "__index_level_0__"
DECIMALS = {"USDC": 6, "USDT": 6, "DAI": 18, "WETH": 18}
"""Of assets that are counted in their own tokens; any other is counted in dollars as they were recorded."""
NEEDED = ("supplied_USD", "borrowed_USD", "lender_variable_apr")

FROM_AHEAD = HOUR
"""Seconds that a row's last event may be later than its hour; beyond, the row knows what comes."""

STALE = 30 * 86_400
"""Seconds since a market's last event: without any for a month, the row is of another time than its index says."""


def hourly(rows: pl.DataFrame, match: re.Match[str], file: str) -> Iterator[Record]:
    """The one venue of the file. Raises KeyError where a column is missing."""
    missing = [name for name in NEEDED if name not in rows.columns]
    if missing:
        raise KeyError(f"no column {', '.join(missing)}")
    rows, at = in_order(rows, moments(rows, _index(rows)))
    asset = match["asset"].upper()
    supplied, borrowed = numbers(rows, "supplied_USD"), numbers(rows, "borrowed_USD")
    event = numbers(rows, "timestamp")
    lend = numbers(rows, "lender_variable_apr") / 100
    untimely = (event > at + FROM_AHEAD) | ((event > 0) & (event < at - STALE))
    lend = np.where(untimely, np.nan, lend)
    dollars = _dollars(numbers(rows, "token_balance"), supplied, DECIMALS.get(asset))
    known = np.isfinite(dollars)
    yield Record(
        protocol=match["protocol"].lower().replace("_", "-"),
        asset=asset,
        network=match["network"].lower(),
        file=file,
        every=HOUR,
        at=at,
        supplied=np.where(known, supplied / np.where(known, dollars, 1.0), np.nan),
        borrowed=np.where(known, borrowed / np.where(known, dollars, 1.0), np.nan),
        usage=usage(supplied, borrowed),
        lend=lend,
        borrow=numbers(rows, "borrower_variable_apr") / 100,
        closed=np.zeros(len(at), dtype=np.bool_),
        locked=np.zeros(len(at), dtype=np.bool_),
        dollars=dollars,
    )


def _index(rows: pl.DataFrame) -> str:
    if INDEX in rows.columns:
        return INDEX
    dated = [name for name, kind in rows.schema.items() if kind.is_temporal()]
    if dated:
        return dated[0]
    if "timestamp" in rows.columns:
        return "timestamp"
    raise KeyError("no column of hours")


def _dollars(balance: Floats, supplied: Floats, decimals: int | None) -> Floats:
    """What one token is worth, by the balance in base units beside the dollars; NaN where it isn't told."""
    if decimals is None:
        return np.ones(len(supplied))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((balance > 0) & (supplied > 0), supplied / (balance / 10.0**decimals), np.nan)
