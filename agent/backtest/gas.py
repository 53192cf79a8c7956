"""What a unit of gas cost, in dollars, by hour, and what ether was worth. Beyond the files the median of their last
90 days stands for the gas price and the last known for ether, and it is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from agent.backtest.arrays import DAY, Floats, Ints
from agent.backtest.columns import numbers
from agent.backtest.prices import at_hours
from agent.backtest.records import Notes

ENTER, LEAVE, SWAP, BRIDGE = 250_000, 250_000, 180_000, 150_000
"""Gas of an approval and a deposit; of a withdrawal and of taking an approval back; of a swap; of a bridge. Round
figures above what Aave v3 and Uniswap v3 use on the devnet's own receipts, so that nothing is flattered."""

ON_ROLLUP = 0.05
"""Dollars of one such transaction on any other network than Ethereum: typical since EIP-4844, too little before."""

GAS_FILES, ETHER_FILES = "ethereum_average_gas_price_daily*.csv*", "ether_price_daily*.csv*"
USUAL_GAS, USUAL_ETHER = 20.0, 2_000.0
"""Gwei and dollars where there is no file at all."""

LAST = 90


@dataclass(frozen=True, slots=True)
class Gas:
    """By hour: dollars of a unit of gas on Ethereum, dollars of an ether; `seen`: what was known of the gas then."""

    unit: Floats
    ether: Floats
    seen: Floats


def gas(folder: Path | None, hours: Ints, notes: Notes) -> Gas:
    """The gas of these hours. A day's mean is known only on the next day."""
    price = _daily(folder, GAS_FILES, "Value (Wei)", 1e-9, hours, notes, "gas prices", USUAL_GAS)
    ether = _daily(folder, ETHER_FILES, "Value", 1.0, hours, notes, "ether prices", USUAL_ETHER)
    unit = price * 1e-9 * ether
    seen = np.concatenate((unit[:1].repeat(min(DAY, len(unit))), unit[:-DAY]))[: len(unit)]
    return Gas(unit, ether, seen)


def _daily(
    folder: Path | None, pattern: str, column: str, scale: float, hours: Ints, notes: Notes, what: str, usual: float
) -> Floats:
    at, values = _rows(folder, pattern, column, notes)
    values = values * scale
    if len(at) == 0:
        notes.assume(f"there are no {what}: {usual:g} stands for all hours")
        return np.full(len(hours), usual)
    found = at_hours(at, values, hours)
    after, before = hours >= at[-1] + 86_400, ~np.isfinite(found)
    last = float(np.median(values[-LAST:])) if what == "gas prices" else float(values[-1])
    if after.any():
        notes.assume(f"{what} end {_day(at[-1])}: {last:.4g} stands for the {int(after.sum())} hours after")
    if before.any():
        notes.assume(f"{what} begin {_day(at[0])}: the first stands for the {int(before.sum())} hours before")
    return np.where(after, last, np.where(before, values[0], found))


def _rows(folder: Path | None, pattern: str, column: str, notes: Notes) -> tuple[Ints, Floats]:
    for path in sorted(folder.glob(pattern)) if folder is not None else []:
        try:
            rows = pl.read_csv(path, infer_schema=False)
            at, values = numbers(rows, "UnixTimeStamp"), numbers(rows, column)
        except (OSError, pl.exceptions.PolarsError) as error:
            notes.file(path.name, f"it can't be read: {' '.join(str(error).split())[:160]}")
            continue
        good = (at > 0) & (values > 0)
        if good.any():
            order = np.argsort(at[good], kind="stable")
            return at[good][order].astype(np.int64), values[good][order]
    return np.zeros(0, dtype=np.int64), np.zeros(0)


def _day(seconds: int) -> str:
    return str(np.datetime64(int(seconds), "s").astype("datetime64[D]"))
