"""Rules that decide by the hour what a purse does, from what was seen until then and nothing else."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from agent.gate.liquidity.choice import DAYS, best, pays, weigh
from agent.ranges import RangeOutlook
from benchmarks.ranges.minutes import FEE, FEE_SCALE, SPACING, Minute, pool, seen
from benchmarks.ranges.purse import IMPACT, Purse
from plugins.uniswap.forecast import forecast
from plugins.uniswap.liquidity import full_range, usable_range
from plugins.uniswap.ticks import sqrt_ratio_at

LOOKED_BACK_DAYS = 7
DAY_MINUTES = 1_440


def around(tick: int, basis_points: int | None) -> tuple[int, int]:
    """The ticks so far to each side of one; None: the full range."""
    if basis_points is None:
        return full_range(SPACING)
    part = basis_points / 10_000
    down, up = (round(math.log(1 + sign * part) / math.log(1.0001)) for sign in (-1, 1))
    return usable_range(tick + down, tick + up, SPACING)


class Rule(ABC):
    """One purse's own."""

    name: str

    @abstractmethod
    def act(self, purse: Purse, past: Sequence[Minute]) -> None:
        """Moves what it wants moved; the last of `past` is now."""


@dataclass
class Hold(Rule):
    """Leaves what it has in the wallet."""

    name: str = "hold"

    def act(self, purse: Purse, past: Sequence[Minute]) -> None:
        """Nothing."""


@dataclass
class Fixed(Rule):
    """A range of one width: opened once, or with `follows` opened anew around the price whenever that left it."""

    basis_points: int | None
    follows: bool = False

    @property
    def name(self) -> str:  # type: ignore[override]
        width = "full range" if self.basis_points is None else f"±{self.basis_points / 100:g} %"
        return f"{width}, re-centred" if self.follows else width

    def act(self, purse: Purse, past: Sequence[Minute]) -> None:
        now = past[-1]
        out = not purse.low <= now.tick < purse.high
        if not purse.moves or (self.follows and out):
            purse.leave(now)
            purse.enter(now, *around(now.tick, self.basis_points))


@dataclass
class Chosen(Rule):
    """Moneta's: the width with the best forecast of the last days; out of range, anew where that pays."""

    name: str = "moneta"

    def act(self, purse: Purse, past: Sequence[Minute]) -> None:
        now = past[-1]
        if purse.liquidity and purse.low <= now.tick < purse.high:
            return
        at, known = pool(now), seen(past[-LOOKED_BACK_DAYS * DAY_MINUTES :])
        value1, seconds = int(purse.value(now) * now.price), DAYS * 86_400

        def outlook(low: int, high: int) -> RangeOutlook:
            return forecast(at, (sqrt_ratio_at(low), sqrt_ratio_at(high)), known, seconds, value1)

        option = best(weigh(lambda width: around(now.tick, width), outlook))
        half = (FEE / FEE_SCALE + IMPACT) / 2  # about half of it is swapped
        cost = int((2 * purse.gas / purse.value(now) + half) * 1_000_000)
        if not purse.liquidity or pays(option.outlook, outlook(purse.low, purse.high), cost):
            purse.leave(now)
            purse.enter(now, option.low, option.high)


def rules() -> list[Rule]:
    """All that are compared."""
    fixed = [Fixed(width, follows) for width in (500, 1_000, 2_000) for follows in (False, True)]
    return [Hold(), Fixed(None), *fixed, Chosen()]
