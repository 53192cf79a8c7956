"""Markets that are recorded once a day: what stands at the threshold can be told there, a trend of hours can't."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from agent.money import RAY, Rate, Token, address
from agent.past import NO_PAST, PARTS, Effect
from agent.plugin import VenueState
from plugins.risk.judge import signals
from tests.unit.plugin_parts import NumbersVenue

DAY = 86_400
PANEL = "aave_v3_daily_13_networks_2025-07_2026-01.parquet"
COMPOUND = ("cdai_1", "cusdc", "cusdt")
FULL = 99 * PARTS // 100
APART = 2 * DAY
TOKEN = Token(1, "UNITS", address("0x" + "a" * 40), 6)
WHOLE = 10**15
"""Base units that each market is taken to hold: only the part of it that is lent out is recorded."""


@dataclass(frozen=True, slots=True)
class Days:
    """`full`: times at which a market had become full, `foretold` those with entries closed the day before.

    `closed`: times at which entries became closed; `false`: those after which it wasn't full within two days.
    """

    name: str
    days: int
    full: int
    foretold: int
    closed: int
    false: int


def replayed(data: Path) -> Iterator[Days]:
    """A line for each file that is there."""
    panel = data / "lending" / PANEL
    if panel.exists():
        rows = pl.read_parquet(panel).filter(pl.col("implied_utilisation").is_not_null())
        keys = ["network", "symbol", "asset_address"]
        series = [_series(part, "implied_utilisation") for _, part in rows.group_by(keys, maintain_order=True)]
        yield _sum("Aave v3, 13 networks", series)
    folder = data / "lending" / "compound_v2_daily"
    files = [folder / f"{name}.csv" for name in COMPOUND if (folder / f"{name}.csv").exists()]
    if files:
        yield _sum("Compound v2, DAI, USDC, USDT", [_compound(file) for file in files])


def _series(rows: pl.DataFrame, column: str) -> list[tuple[int, int]]:
    at = rows["snapshot_at"].dt.epoch("s").to_list()
    return [(int(when), _parts(value)) for when, value in zip(at, rows[column].to_list(), strict=True)]


def _compound(file: Path) -> list[tuple[int, int]]:
    rows = pl.read_csv(file)
    lent, held = (
        rows[name].to_numpy().astype(np.float64) for name in ("totalBorrowBalanceUSD", "totalValueLockedUSD")
    )
    usage = np.divide(lent, held, out=np.zeros_like(lent), where=held > 0)
    return [(int(when), _parts(value)) for when, value in zip(rows["timestamp"].to_list(), usage, strict=True)]


def _parts(value: float) -> int:
    return int(min(max(value, 0.0), 1.0) * PARTS)


def _sum(name: str, markets: list[list[tuple[int, int]]]) -> Days:
    found = [_days(name, rows) for rows in markets]
    return Days(name, *(sum(getattr(each, key) for each in found) for key in Days.__slots__[1:]))


def _days(name: str, rows: list[tuple[int, int]]) -> Days:
    full = _begun([at for at, usage in rows if usage > FULL])
    shut = [at for at, usage in rows if usage > FULL]
    closed_at = [at for at, usage in rows if _is_closed(usage, at)]
    closed = _begun(closed_at)
    foretold = sum(any(at - APART <= each < at for each in closed_at) for at in full)
    false = sum(not any(at <= each <= at + APART for each in shut) for at in closed)
    return Days(name, len(rows), len(full), foretold, len(closed), false)


def _begun(times: list[int]) -> list[int]:
    return [at for place, at in enumerate(times) if place == 0 or at - times[place - 1] > APART]


def _is_closed(usage: int, now: int) -> bool:
    lent = WHOLE * usage // PARTS
    facts = {"supplied": WHOLE, "borrowed": lent}
    state = VenueState("daily", Rate(RAY // 25), 0, 0, WHOLE - lent, None, frozenset(), facts)
    found = signals(NumbersVenue("daily", TOKEN), state, NO_PAST, 0, now)
    return any(each.effect in (Effect.CLOSED, Effect.LEAVE) for each in found)
