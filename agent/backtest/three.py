"""`{asset}_compoundv2_aavev1_aavev2_hourly…csv`: three protocols side by side, in tokens, rates as fractions."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import polars as pl

from agent.backtest.arrays import HOUR, Floats
from agent.backtest.columns import in_order, moments, numbers, usage
from agent.backtest.records import Record

KEPT_BY_COMPOUND = 0.925
"""Suppliers' part of the interest on Compound v2's USDC while this file runs: a reserve factor of 7.5 %, as its
supply rate over borrow rate and utilisation shows on every day of compound_v2_daily/cusdc.csv of the time."""


def three_protocols(rows: pl.DataFrame, match: re.Match[str], file: str) -> Iterator[Record]:
    """Compound v2, Aave v1 and Aave v2 where the file has their columns."""
    rows, at = in_order(rows, moments(rows, "timestamp"))
    for protocol, suffix in (("compound-v2", "comp"), ("aave-v1", "aave_v1"), ("aave-v2", "aave_v2")):
        if f"supply_rate_{suffix}" not in rows.columns:
            continue
        lend = numbers(rows, f"supply_rate_{suffix}")
        told = np.isfinite(lend)
        if not told.any():
            continue
        borrow = numbers(rows, f"variable_borrow_rate_{suffix}")
        supplied, borrowed = _amounts(rows, suffix, lend, borrow)
        nothing = np.zeros(int(told.sum()), dtype=np.bool_)
        yield Record(
            protocol=protocol,
            asset=match["asset"].upper(),
            network="ethereum",
            file=file,
            every=2 * HOUR,  # a row each 300 blocks: a little more than an hour apart
            at=at[told],
            supplied=supplied[told],
            borrowed=borrowed[told],
            usage=usage(supplied[told], borrowed[told]),
            lend=lend[told],
            borrow=borrow[told],
            closed=nothing,
            locked=nothing,
            dollars=np.full(len(nothing), np.nan),
        )


def _amounts(rows: pl.DataFrame, suffix: str, lend: Floats, borrow: Floats) -> tuple[Floats, Floats]:
    if suffix != "comp":
        lent = numbers(rows, f"total_variable_borrows_{suffix}") + numbers(rows, f"total_stable_borrows_{suffix}")
        return numbers(rows, f"total_supply_{suffix}"), lent
    # its supply is counted in cTokens: what is supplied follows from utilisation = supply / (borrow × kept)
    lent = numbers(rows, "total_borrows_comp")
    with np.errstate(divide="ignore", invalid="ignore"):
        usage = lend / (borrow * KEPT_BY_COMPOUND)
        return np.where(usage > 0, lent / np.minimum(usage, 1.0), np.nan), lent
