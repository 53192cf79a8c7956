"""Recorded minutes of a pool: Uniswap v3's USDC/WETH 0.05 % on Polygon, 35 days of 2022 (zelos-alpha/demeter)."""

from __future__ import annotations

import csv
import gzip
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from agent.ranges import PoolGrowth, PoolSeen
from moneta import address

FOLDER = "prices/uniswap_v3_polygon_minute"
FEE = 500
FEE_SCALE = 1_000_000
SPACING = 10
_Q96, _Q128 = 1 << 96, 1 << 128
_PLACE = address("0x" + "0" * 40)


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute. `inside0` and `inside1`: base units that were traded into the pool; token 0 is USDC, 1 is WETH."""

    at: int
    tick: int
    lowest: int
    highest: int
    inside0: int
    inside1: int
    liquidity: int

    @property
    def price(self) -> float:
        """Base units of token 1 for one of token 0, at its end."""
        return float(1.0001**self.tick)

    @property
    def fees(self) -> tuple[float, float]:
        """Of both tokens, base units a unit of liquidity in range."""
        part = FEE / FEE_SCALE / self.liquidity if self.liquidity else 0.0
        return self.inside0 * part, self.inside1 * part


def read(data: Path) -> list[Minute]:
    """All minutes in order; one without a trade stands where the one before it ended."""
    return list(_filled(sorted((data / FOLDER).glob("*.csv.gz"))))


def _filled(files: Sequence[Path]) -> Iterator[Minute]:
    for path in files:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                at = int(datetime.fromisoformat(row["timestamp"]).replace(tzinfo=UTC).timestamp())
                ticks = (int(float(row[name])) for name in ("closeTick", "lowestTick", "highestTick"))
                into = (int(float(row[name])) for name in ("inAmount0", "inAmount1", "currentLiquidity"))
                yield Minute(at, *ticks, *into)


def seen(minutes: Sequence[Minute]) -> PoolSeen:
    """What an hourly look at them would have seen, as the product keeps it."""
    looks = minutes[::60]
    moved = sum((then.tick - before.tick) ** 2 for before, then in pairwise(looks))
    span = looks[-1].at - looks[0].at
    fees = [each.fees for each in minutes[: len(minutes) - (len(minutes) - 1) % 60]]
    growth0, growth1 = (int(sum(each[side] for each in fees) * _Q128) for side in (0, 1))
    return PoolSeen(len(looks), span, moved, growth0, growth1)


def pool(minute: Minute) -> PoolGrowth:
    """The pool at the end of a minute."""
    price = int(math.sqrt(minute.price) * _Q96)
    return PoolGrowth(_PLACE, _PLACE, _PLACE, FEE, SPACING, price, minute.tick, minute.liquidity, 0, 0)
