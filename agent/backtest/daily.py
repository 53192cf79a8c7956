"""`compound_v2_daily/c{asset}.csv`: a row a day, amounts in dollars, rates in percent."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import polars as pl

from agent.backtest.columns import in_order, moments, numbers, usage
from agent.backtest.records import Record

WRAPPED = {"ETH": "WETH"}
"""cETH holds the coin itself: counted with its wrapped token, which is worth the same."""


def compound_daily(rows: pl.DataFrame, match: re.Match[str], file: str) -> Iterator[Record]:
    """The one venue of the file. Raises KeyError where a column is missing."""
    if "timestamp" not in rows.columns or "depositRate" not in rows.columns:
        raise KeyError("no column timestamp or depositRate")
    rows, at = in_order(rows, moments(rows, "timestamp"))
    asset = match["asset"].upper()
    supplied, borrowed = numbers(rows, "totalValueLockedUSD"), numbers(rows, "totalBorrowBalanceUSD")
    nothing = np.zeros(len(at), dtype=np.bool_)
    yield Record(
        protocol="compound-v2",
        asset=WRAPPED.get(asset, asset),
        network="ethereum",
        file=file,
        every=86_400,
        at=at,
        supplied=supplied,
        borrowed=borrowed,
        usage=usage(supplied, borrowed),
        lend=numbers(rows, "depositRate") / 100,
        borrow=numbers(rows, "borrowRate") / 100,
        closed=nothing,
        locked=nothing,
        dollars=np.full(len(at), np.nan),
    )
