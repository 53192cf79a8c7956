"""`aave_v3_daily_…_networks_….parquet`: reserves on many networks, a row a day; rates as fractions, no amounts."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import polars as pl

from agent.backtest.columns import flags, in_order, moments, numbers
from agent.backtest.records import Record

NEEDED = ("snapshot_at", "network", "symbol", "current_liquidity_rate")
FEWEST = 14
"""Days that a reserve must have been seen on."""


def panel(rows: pl.DataFrame, match: re.Match[str], file: str) -> Iterator[Record]:
    """A venue for each network and symbol. Raises KeyError where a column is missing."""
    missing = [name for name in NEEDED if name not in rows.columns]
    if missing:
        raise KeyError(f"no column {', '.join(missing)}")
    protocol = match["protocol"].lower().replace("_", "-")
    for (network, symbol), seen in rows.drop_nulls(["network", "symbol"]).group_by("network", "symbol"):
        if seen.height >= FEWEST:
            yield _venue(seen, protocol, str(network), str(symbol), file)


def _venue(rows: pl.DataFrame, protocol: str, network: str, symbol: str, file: str) -> Record:
    rows, at = in_order(rows, moments(rows, "snapshot_at"))
    unknown = np.full(len(at), np.nan)
    active = flags(rows, "active") if "active" in rows.columns else np.ones(len(at), dtype=np.bool_)
    paused = flags(rows, "paused") | ~active
    return Record(
        protocol=protocol,
        asset=symbol,
        network=network.lower(),
        file=file,
        every=86_400,
        at=at,
        supplied=unknown,
        borrowed=unknown,
        usage=numbers(rows, "implied_utilisation"),
        lend=numbers(rows, "current_liquidity_rate"),
        borrow=numbers(rows, "current_variable_borrow_rate"),
        closed=flags(rows, "frozen") | paused,
        locked=paused,
        dollars=unknown,
    )
