"""When something has moved at a venue that is held: found hour by hour, from that hour and those before alone."""

from __future__ import annotations

import numpy as np

from agent.backtest.arrays import Flags, Floats
from agent.backtest.world import World

FULL, RISE = 0.93, 0.01
"""Utilisation from which on a rise since one looked last makes one look."""

OUTFLOW, PRICE = 0.1, 0.003
"""Falls of what is supplied (its part), and changes of the price, since one looked last."""

TIMES = 1.0
"""Own positions that must be there unborrowed, beside one's own, for nobody to look."""


def wakes(world: World, seen: int, start: int, end: int, positions: Floats) -> int | None:
    """The first hour from `start` to before `end` at which a held venue isn't as it was at `seen`."""
    first: int | None = None
    for spot in np.flatnonzero(positions):
        moved = np.flatnonzero(_moved(world, int(spot), seen, slice(start, end), float(positions[spot])))
        if len(moved):
            first = end = start + int(moved[0])
    return first


def _moved(world: World, spot: int, seen: int, span: slice, own: float) -> Flags:
    of = world.spots[spot]
    price = world.quoted[of.pool]
    moved = np.abs(price[span] - price[seen]) > PRICE
    moved |= world.locked[spot, span] != world.locked[spot, seen]
    if of.amounts:
        supplied, usage = world.supplied[spot], world.usage[spot]
        moved |= (usage[span] > FULL) & (usage[span] > usage[seen] + RISE)
        moved |= supplied[span] < (1 - OUTFLOW) * supplied[seen]
        if supplied[seen] - world.borrowed[spot, seen] >= TIMES * own:
            moved |= supplied[span] - world.borrowed[spot, span] < TIMES * own
    found: Flags = moved
    return found
