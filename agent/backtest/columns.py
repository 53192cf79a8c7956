"""Columns of a file as arrays, whatever type they have there."""

from __future__ import annotations

import numpy as np
import polars as pl

from agent.backtest.arrays import Flags, Floats, Ints


def numbers(rows: pl.DataFrame, name: str) -> Floats:
    """Floats, NaN where there is no number or no such column."""
    if name not in rows.columns:
        return np.full(rows.height, np.nan)
    found = rows[name].cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy().astype(np.float64)
    return np.where(np.isfinite(found), found, np.nan)


def flags(rows: pl.DataFrame, name: str) -> Flags:
    """False where nothing is told."""
    if name not in rows.columns:
        return np.zeros(rows.height, dtype=np.bool_)
    return rows[name].cast(pl.Boolean, strict=False).fill_null(value=False).to_numpy().astype(np.bool_)


def moments(rows: pl.DataFrame, name: str) -> pl.Series:
    """Unix seconds, null where it is no time: of a date and time, of text of one, or of seconds."""
    column = rows[name]
    if column.dtype == pl.String:
        seconds = column.cast(pl.Float64, strict=False)
        if seconds.null_count() < column.len():
            return seconds.cast(pl.Int64, strict=False)
        return column.str.to_datetime(strict=False, time_zone="UTC").dt.epoch("s")
    if column.dtype.is_temporal():
        return column.cast(pl.Datetime("us"), strict=False).dt.epoch("s")
    return column.cast(pl.Int64, strict=False)


def in_order(rows: pl.DataFrame, at: pl.Series) -> tuple[pl.DataFrame, Ints]:
    """Rows with a time, the oldest first, the last of several at one time, and their times."""
    named = rows.with_columns(at.alias("_at")).filter(
        pl.col("_at").is_not_null() & pl.col("_at").is_between(1, 2**33)
    )
    kept = named.unique("_at", keep="last", maintain_order=True).sort("_at")
    return kept, kept["_at"].to_numpy().astype(np.int64)


def usage(supplied: Floats, borrowed: Floats) -> Floats:
    """The part that is borrowed, NaN where it isn't known."""
    known = (supplied > 0) & (borrowed >= 0)
    return np.where(known, borrowed / np.where(known, supplied, 1.0), np.nan)
