"""Recorded markets as the rules see them: hour by hour, in integers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from agent.money import RAY, Rate, Token, address
from agent.past import PARTS, UNKNOWN, Past
from agent.plugin import VenueState
from tests.unit.plugin_parts import NumbersVenue

HOUR = 3_600
MICRO = 10**6
ASSETS = {"dai": ("DAI", 18), "usdc": ("USDC", 6), "usdt": ("USDT", 6), "weth": ("WETH", 18)}
OLDEST = "usdc_compoundv2_aavev1_aavev2_hourly_2020-05_2022-03.csv.gz"
MARKETS = tuple(f"aave_v{version}_{asset}" for version in (2, 3) for asset in ("dai", "usdc", "usdt", "weth"))

Column = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Market:
    """One recorded market. `past` is its whole history; `worth` what is supplied, in USD."""

    name: str
    asset: Token
    past: Past
    worth: Floats

    @property
    def venue(self) -> NumbersVenue:
        return NumbersVenue(self.name, self.asset)

    def state(self, row: int, own: int) -> VenueState:
        """As a snapshot has it with `own` base units of one's own in it."""
        past, scale = self.past, 10**self.asset.decimals
        supplied, liquidity = (int(column[row]) * scale // MICRO for column in (past.supplied, past.liquidity))
        facts = {"supplied": supplied, "borrowed": supplied * int(past.usage[row]) // PARTS}
        rate = Rate(max(int(past.rate[row]), 0) * RAY // PARTS)
        return VenueState(self.name, rate, own, own, liquidity, None, frozenset(), facts)

    def until(self, row: int) -> Past:
        """What was known when that row was seen, itself included."""
        past = self.past
        return Past(*(getattr(past, name)[: row + 1] for name in past.__slots__))


def markets(data: Path, names: Sequence[str] = MARKETS) -> Iterator[Market]:
    """The hourly markets that are recorded in `data`, with the price of their asset where that is recorded, too."""
    for name in names:
        file = data / "lending" / f"{name}_ethereum_hourly.parquet"
        if file.exists():
            yield _market(name, file, data / "prices")
    oldest = data / "lending" / OLDEST
    if oldest.exists() and names is MARKETS:
        yield _first_generation(oldest, data / "prices")


def _first_generation(file: Path, prices: Path) -> Market:
    """USDC on Aave v1, which no threshold was chosen on; a dollar each, as the file tells no price."""
    rows = pl.read_csv(file).filter(pl.col("total_supply_aave_v1") > 0)
    at = rows["timestamp"].str.to_datetime().dt.epoch("s").to_numpy().astype(np.int64)
    stable, variable, supplied, rate = (
        rows[f"{column}_aave_v1"].to_numpy().astype(np.float64)
        for column in ("total_stable_borrows", "total_variable_borrows", "total_supply", "supply_rate")
    )
    usage = np.clip((stable + variable) / supplied, 0, 1)
    columns = (
        at,
        _parts(rate),
        _parts(usage),
        _parts(supplied, MICRO),
        _parts(supplied * (1 - usage), MICRO),
        np.full(len(at), UNKNOWN, dtype=np.int64),
        _prices(prices / "USDC_hourly_price.parquet", "USDC", at // HOUR * HOUR),
    )
    usdc = Token(1, "USDC", address("0x" + "a" * 40), 6)
    return Market("aave_v1_usdc", usdc, Past(*cast(tuple[Sequence[int], ...], columns)), supplied)


def _market(name: str, file: Path, prices: Path) -> Market:
    symbol, decimals = ASSETS[name.rsplit("_", 1)[1]]
    asset = Token(1, symbol, address("0x" + "a" * 40), decimals)
    rows = pl.read_parquet(file).filter(pl.col("supplied_USD") > 0)
    at = rows["__index_level_0__"].dt.epoch("s").to_numpy().astype(np.int64)
    supplied_usd, borrowed_usd, apr = (
        rows[column].to_numpy().astype(np.float64)
        for column in ("supplied_USD", "borrowed_USD", "lender_variable_apr")
    )
    tokens = rows["token_balance"].to_numpy().astype(np.float64) / 10**decimals
    usage = np.clip(borrowed_usd / supplied_usd, 0, 1)
    columns = (
        at,
        _parts(apr / 100),
        _parts(usage),
        _parts(tokens, MICRO),
        _parts(tokens * (1 - usage), MICRO),
        np.full(len(at), UNKNOWN, dtype=np.int64),
        _prices(prices / f"{symbol}_hourly_price.parquet", symbol, at),
    )
    return Market(name, asset, Past(*cast(tuple[Sequence[int], ...], columns)), supplied_usd)


def _parts(values: Floats, scale: int = PARTS) -> Column:
    known = np.isfinite(values) & (values >= 0)
    return np.where(known, np.where(known, values, 0) * scale, UNKNOWN).astype(np.int64)


def _prices(file: Path, symbol: str, at: Column) -> Column:
    """The price of each hour, with 8 decimals; unknown before, after and where the asset has no recorded price."""
    if not file.exists():
        return np.full(len(at), UNKNOWN, dtype=np.int64)
    rows = pl.read_parquet(file)
    when = rows["timestamp"].dt.epoch("s").to_numpy().astype(np.int64)
    values = _parts(rows[symbol].to_numpy().astype(np.float64), 10**8)
    place = np.clip(np.searchsorted(when, at), 0, len(when) - 1)
    return np.where(when[place] == at, values[place], UNKNOWN)
