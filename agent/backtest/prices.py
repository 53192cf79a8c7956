"""What tokens were worth, by hour. Beyond the files the last known stands, and it is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from agent.backtest.arrays import Floats, Ints, last_known
from agent.backtest.columns import in_order, moments, numbers
from agent.backtest.records import Notes

BAND = 0.01
"""How far below a dollar a stablecoin is still counted as one: recorded prices of USDC and USDT are within it 99 % of
the time, and nothing is lost or won on their noise. Below, what is missing beyond the band is lost; above a dollar
nothing is won."""

GAP = 3 * 24
"""Hours of missing prices that aren't worth a word."""


class Prices:
    """Prices from a folder of `{ASSET}_hourly_price.parquet`; each is read when it is first asked for."""

    def __init__(self, folder: Path | None, notes: Notes) -> None:
        self._folder = folder
        self._notes = notes
        self._read: dict[str, tuple[Ints, Floats] | None] = {}

    def worth(self, asset: str, hours: Ints) -> Floats:
        """Dollars that a stablecoin counts for at each hour: its peg's loss beyond the band, and nothing else."""
        found: Floats = np.minimum(self.quoted(asset, hours) + BAND, 1.0)
        return found

    def quoted(self, asset: str, hours: Ints) -> Floats:
        """Dollars of a stablecoin as they were recorded, as known at each hour."""
        told = self._series(asset)
        if told is None:
            self._notes.assume(f"{asset} is worth a dollar: there are no prices of it")
            return np.ones(len(hours))
        found = at_hours(*told, hours)
        beyond = int((hours > told[0][-1]).sum())
        if beyond > GAP:
            self._notes.assume(f"{asset}: prices end {_day(told[0][-1])}; the last known stands for the time after")
        before = int((hours < told[0][0]).sum())
        if before > GAP:
            self._notes.assume(f"{asset}: prices begin {_day(told[0][0])}; a dollar stands for the time before")
        return np.where(np.isfinite(found), found, 1.0)

    def _series(self, asset: str) -> tuple[Ints, Floats] | None:
        if asset not in self._read:
            self._read[asset] = self._from_file(asset)
        return self._read[asset]

    def _from_file(self, asset: str) -> tuple[Ints, Floats] | None:
        files = sorted(self._folder.glob(f"{asset}_hourly_price*.parquet")) if self._folder is not None else []
        for path in files:
            try:
                rows = pl.read_parquet(path)
                rows, at = in_order(rows, moments(rows, "timestamp"))
                price = numbers(rows, asset)
            except (OSError, KeyError, TypeError, pl.exceptions.PolarsError) as error:
                self._notes.file(path.name, f"it can't be read: {' '.join(str(error).split())[:160]}")
                continue
            good = (price > 0.01) & (price < 100)
            if good.any():
                return at[good], price[good]
        return None


def at_hours(at: Ints, values: Floats, hours: Ints) -> Floats:
    """The last value known at each hour, NaN before the first."""
    places = np.searchsorted(at, hours, side="right") - 1
    found: Floats = last_known(np.where(places >= 0, values[np.maximum(places, 0)], np.nan))
    return found


def _day(seconds: int) -> str:
    return str(np.datetime64(int(seconds), "s").astype("datetime64[D]"))
