"""Which rows can be believed. Each rule looks at a row and those before it, never at a later one."""

from __future__ import annotations

import numpy as np
import polars as pl

from agent.backtest.arrays import Flags, Floats
from agent.backtest.records import Notes, Record

HIGHEST = 10.0
"""A supply rate of 1,000 % a year, as plugins/rebalance/allocate has it: beyond it a unit is mistaken."""

LARGEST, SMALLEST = 1e12, 1e5
"""Dollars in a market. Below the smallest it has just begun, or decimals are swapped."""

OVERLENT = 1.02
"""Aave v2's recorded utilisation goes to 1.006: stable loans' interest is counted later than deposits'."""

KEPT_AT_MOST = 5.0
"""Suppliers' rate over borrowers' variable rate times utilisation: 2.3 is the most in Aave v2, whose stable loans pay
more than the variable rate; 1 elsewhere."""

JUMP, WINDOW = 20.0, 168
"""Times that a market may grow or shrink against the median of its last rows."""

STABLES = ("USDC", "USDT", "DAI")


def believed(record: Record, dollars: Floats, notes: Notes) -> Flags:
    """True for rows that make sense. `dollars`: a token's worth at each row as prices tell it."""
    good = np.ones(len(record.at), dtype=np.bool_)
    for why, bad in _rules(record, dollars):
        notes.dropped(record, why, int((good & bad).sum()))
        good &= ~bad
    return good


def _rules(of: Record, dollars: Floats) -> list[tuple[str, Flags]]:
    with np.errstate(invalid="ignore", divide="ignore"):
        found = [
            ("no rate, or its time isn't that of its hour", ~np.isfinite(of.lend)),
            ("a rate of zero or less", of.lend <= 0),
            ("a rate above 1,000 % a year", of.lend > HIGHEST),
        ]
        if np.isfinite(of.supplied).any():
            found += _of_amounts(of, dollars)
    return found


def _of_amounts(of: Record, dollars: Floats) -> list[tuple[str, Flags]]:
    worth = of.supplied * dollars
    usual = pl.Series(of.supplied).fill_nan(None).rolling_median(WINDOW, min_samples=1).to_numpy().astype(np.float64)
    before = np.concatenate(([np.nan], usual[:-1]))
    told = np.isfinite(of.dollars)
    off = told & ((of.dollars > 2 * dollars) | (of.dollars < dollars / 2))
    return [
        ("nothing is supplied, or it isn't told what", ~(of.supplied > 0) | ~(of.borrowed >= 0)),
        ("less than $100,000 in the market", worth < SMALLEST),
        ("more than $1,000,000,000,000 in the market: are decimals swapped?", worth > LARGEST),
        ("more borrowed than supplied: are decimals swapped?", of.borrowed > of.supplied * OVERLENT),
        ("amounts in tokens and in dollars don't fit: are decimals swapped?", off),
        ("twenty times more or less supplied than before", _jumps(of.supplied, before, worth)),
        ("a rate that its own utilisation and borrowers' rate can't give", _unfitting(of)),
    ]


def _jumps(supplied: Floats, before: Floats, worth: Floats) -> Flags:
    large = np.isfinite(before) & (before * worth > supplied * 10 * SMALLEST)
    found: Flags = large & ((supplied > JUMP * before) | (supplied < before / JUMP))
    return found


def _unfitting(of: Record) -> Flags:
    paid = of.borrow * np.minimum(of.usage, 1.0)
    found: Flags = np.isfinite(paid) & (of.lend > KEPT_AT_MOST * paid + 0.005)
    return found
