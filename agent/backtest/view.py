"""What a strategy may see at an hour, and what it answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from agent.backtest.arrays import DAY, Flags, Floats, Ints
from agent.backtest.world import World

T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True, slots=True)
class View:
    """Columns that end at `hour`, the last known; positions and wallets in tokens.

    `since`: the hour at which the run began. `stuck`: venues that a withdrawal is still waited for at, `liquid`:
    tokens that could leave each now.
    """

    world: World
    hour: int
    since: int
    positions: Floats
    wallets: Floats
    stuck: Flags
    liquid: Floats

    def past(self, values: NDArray[T], hours: int) -> NDArray[T]:
        """The last so many hours of an array of the world, this one included."""
        return values[:, max(self.hour + 1 - hours, 0) : self.hour + 1]

    @property
    def open(self) -> Flags:
        """Venues that can be entered."""
        found: Flags = self.world.ok[:, self.hour]
        return found

    @property
    def lend(self) -> Floats:
        """The headline rates; 0 where nothing was heard for long."""
        found: Floats = self.world.pays[:, self.hour]
        return found

    @property
    def pooled(self) -> Ints:
        """The pool of each spot."""
        return np.array([each.pool for each in self.world.spots], dtype=np.int64)

    @property
    def worth(self) -> Floats:
        """Units of account at each venue."""
        found: Floats = self.positions * self.world.price[self.pooled, self.hour]
        return found

    @property
    def total(self) -> float:
        """Units of account that there are."""
        return float(self.worth.sum() + (self.wallets * self.world.price[:, self.hour]).sum())

    def cost(self, source: int | None, target: int, amount: float) -> float:
        """Units of account that it costs to move `amount` of them, by the gas of the day before."""
        world, hour = self.world, self.hour
        gas = world.gas_seen[hour]
        dollars = float(world.enter_gas[target] * gas + world.flat[target])
        part = 0.0
        if source is not None:
            way = world.crossings[world.spots[source].pool][world.spots[target].pool]
            dollars += float(world.leave_gas[source] * gas + world.flat[source] + way.gas * gas + way.dollars)
            part = way.part
        return dollars / float(world.unit[hour]) + part * amount


Wanted = Floats
"""The part of all money that should be at each venue; what they leave to 1 stays in the wallet."""


class Strategy(ABC):
    """`every`: hours between two decisions. `alert`: it is asked as well when something moves at what it holds."""

    name: str
    every: int = DAY
    alert: bool = False

    @abstractmethod
    def decide(self, view: View) -> Wanted | None:
        """Where money should be from the next hour on; None leaves all as it is. Sees what is known at the hour."""


def alone(view: View, spot: int) -> Wanted:
    """All money at one venue."""
    found = np.zeros(len(view.world.spots))
    found[spot] = 1.0
    return found


def held(view: View) -> int | None:
    """The venue that most of the money is at, None where more is in the wallet."""
    if not len(view.positions) or view.worth.max() < view.total / 2:
        return None
    return int(view.worth.argmax())


def best(view: View, by: Floats, among: Sequence[bool] | Flags | None = None) -> int | None:
    """The open venue with the most of `by`; None where there is none."""
    open_now = view.open if among is None else view.open & np.asarray(among)
    if not open_now.any():
        return None
    return int(np.where(open_now, by, -np.inf).argmax())
