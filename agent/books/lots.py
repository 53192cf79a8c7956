"""Lots: what was acquired, when and for how much, and which of it goes when something is given away.

A part of a lot takes its share of the cost, rounded down; what stays keeps the rest. So costs add up to the last
unit: what came in is what went out and what is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from agent.books.entries import Way


class Method(StrEnum):
    """Which lot goes first: the oldest, the newest, the dearest by unit; or all are one at their average cost."""

    FIFO = "fifo"
    LIFO = "lifo"
    HIFO = "hifo"
    AVERAGE = "average"


@dataclass(frozen=True, slots=True)
class Lot:
    """`units` base units of `token` that cost `cost` (USD with 8 decimals; None: unknown) at `at`, Unix seconds.

    `assumed`: nobody knows what was paid for it; its cost is what it was worth when it was first seen.
    """

    token: str
    units: int
    cost: int | None
    at: int
    way: Way
    hash: str = ""
    assumed: bool = False


class Shelf:
    """The lots of an account by token, in the order in which they came."""

    def __init__(self, method: Method) -> None:
        self.method = method
        self.missing: list[Lot] = []
        """What was taken and never came, by these books."""
        self._lots: dict[str, list[Lot]] = {}

    def add(self, lot: Lot) -> None:
        """Puts a lot behind the others; under AVERAGE it becomes one with those whose cost is known."""
        lots = self._lots.setdefault(lot.token, [])
        if self.method is Method.AVERAGE and lot.cost is not None:
            for place, other in enumerate(lots):
                if other.cost is not None:
                    both, assumed = other.units + lot.units, other.assumed or lot.assumed
                    lots[place] = replace(other, units=both, cost=other.cost + lot.cost, assumed=assumed)
                    return
        lots.append(lot)

    def take(self, token: str, units: int, at: int) -> list[Lot]:
        """Takes so many base units away, as parts of lots; what no lot accounts for has no known cost."""
        lots, taken = self._lots.setdefault(token, []), []
        while units and lots:
            place = _first(lots, self.method)
            lot = lots[place]
            part, rest = split(lot, min(units, lot.units))
            taken.append(part)
            units -= part.units
            if rest is None:
                del lots[place]
            else:
                lots[place] = rest
        if units:
            self.missing.append(Lot(token, units, None, at, Way.UNEXPLAINED))
            taken.append(self.missing[-1])
        return taken

    def left(self) -> dict[str, tuple[Lot, ...]]:
        """What is there, by token."""
        return {token: tuple(lots) for token, lots in self._lots.items() if lots}


def split(lot: Lot, units: int) -> tuple[Lot, Lot | None]:
    """The part of a lot and what is left of it; `units` from 1 to all of it."""
    if units == lot.units:
        return lot, None
    cost = None if lot.cost is None else lot.cost * units // lot.units
    rest = None if lot.cost is None or cost is None else lot.cost - cost
    return replace(lot, units=units, cost=cost), replace(lot, units=lot.units - units, cost=rest)


def shares(total: int, units: Sequence[int]) -> list[int]:
    """`total` in parts as the units are, each rounded down; the last one takes the rest, so that the sum is exact."""
    whole = sum(units)
    parts = [total * each // whole for each in units[:-1]]
    return [*parts, total - sum(parts)]


def _first(lots: Sequence[Lot], method: Method) -> int:
    if method is Method.LIFO:
        return len(lots) - 1
    if method is Method.HIFO:
        dearest = 0
        for place, lot in enumerate(lots):
            if _dearer(lot, lots[dearest]):
                dearest = place
        return dearest
    return 0


def _dearer(lot: Lot, than: Lot) -> bool:
    """By the cost of a unit, exactly; an unknown cost is the lowest."""
    if lot.cost is None or than.cost is None:
        return lot.cost is not None
    return lot.cost * than.units > than.cost * lot.units
