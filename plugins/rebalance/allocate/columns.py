"""Many candidates at once: those that have their market to themselves and whose numbers are beyond doubt, as columns.

What this can't judge in real numbers (an amount next to its limit, a number that isn't whole) isn't judged here: it
goes the way of the few, where every check is one of integers (sane.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from moneta import RAY, Candidate
from plugins.rebalance.allocate.sane import HIGHEST, trouble
from plugins.rebalance.allocate.table import Floats, Places

Flags = NDArray[np.bool_]
ONE = float(RAY)
INFINITE = float("inf")
FEW = 64
"""Fewer markets of one shape than that are quicker one by one."""

SURE = 1e-12
"""A comparison of real numbers that are as close as that says nothing."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Markets of one venue each, whose curves have as many points; a row a market. Base units; parts of 1, not ray.

    `most` is infinite without a limit. `usage` and `rate`: the curve's points, a row a market.
    """

    members: Sequence[Candidate]
    held: Floats
    liquid: Floats
    least: Floats
    enter: Floats
    leave: Floats
    fee: Floats
    most: Floats
    supplied: Floats
    borrowed: Floats
    kept: Floats
    on_borrowed: Flags
    usage: Floats
    rate: Floats

    def rows(self, chosen: Places) -> Columns:
        own = (getattr(self, each.name) for each in fields(self) if each.name != "members")
        return Columns([self.members[at] for at in chosen], *(each[chosen] for each in own))


def apart(candidates: Sequence[Candidate], few: int = FEW) -> tuple[list[Columns], list[Candidate]]:
    """The columns, one set for each number of points that `few` markets or more have, and all that isn't in them."""
    if len(candidates) < few:
        return [], list(candidates)
    found: list[Columns] = []
    rest: list[Candidate] = []
    for shape, members in _shapes(candidates).items():
        columns = _columns(members, shape) if shape > 1 and len(members) >= few else None
        if columns is None:
            rest += members
        else:
            found.append(columns[0])
            rest += columns[1]
    return found, rest


def _shapes(candidates: Sequence[Candidate]) -> dict[int, list[Candidate]]:
    """The candidates by the number of their curve's points; 0 for all that isn't open, or alone in its market."""
    names, sources = [each.venue for each in candidates], [each.source for each in candidates]
    named, shared = _repeated(names), _repeated(sources)
    points = [
        0 if each.why_not or each.curve is None or each.venue in named or each.source in shared
        else len(each.curve.points)
        for each in candidates
    ]  # fmt: skip
    return {
        shape: [each for each, own in zip(candidates, points, strict=True) if own == shape]
        for shape in sorted(set(points))
    }


def _repeated(names: Sequence[str]) -> set[str]:
    if len(set(names)) == len(names):
        return set()
    return {name for name, times in Counter(names).items() if times > 1}


def _columns(members: list[Candidate], shape: int) -> tuple[Columns, list[Candidate]] | None:
    """The columns of those that are sound, and the others; None where none are."""
    others: list[Candidate] = []
    try:
        columns = _read(members, shape)
    except (OverflowError, TypeError, ValueError):  # one of them makes no sense at all
        others = [each for each in members if trouble(each)]
        members = [each for each in members if not trouble(each)]
        try:
            columns = _read(members, shape)
        except (OverflowError, TypeError, ValueError):
            return None
    sound = _sound(columns)
    if not sound.all():
        others += [members[at] for at in np.flatnonzero(~sound)]
        columns = columns.rows(np.flatnonzero(sound))
    return (columns, others) if columns.members else None


def _read(members: list[Candidate], shape: int) -> Columns:
    """Raises TypeError for a number that isn't whole, ValueError for points or a part that can't be."""
    curves = [each.curve for each in members if each.curve is not None]
    kept = [each.kept for each in curves]
    flat = list(chain.from_iterable(chain.from_iterable([each.points for each in curves])))
    if max(kept) > RAY or min(flat[2 * shape - 2 :: 2 * shape]) < RAY:
        raise ValueError("suppliers get more than all of it, or the curve ends before all is lent out")
    table = _whole(flat).reshape(len(members), shape, 2) / ONE
    supplied, borrowed = _whole([each.supplied for each in curves]), _whole([each.borrowed for each in curves])
    return Columns(
        members,
        held=_whole([each.position for each in members]),
        liquid=np.minimum(_whole([each.liquidity for each in members]), supplied - borrowed),
        least=_whole([each.least for each in members]),
        enter=_whole([each.enter for each in members]),
        leave=_whole([each.leave for each in members]),
        fee=_whole([each.exit_fee for each in members]) / ONE,
        most=_limits([each.most for each in members]),
        supplied=supplied,
        borrowed=borrowed,
        kept=_whole(kept) / ONE,
        on_borrowed=np.array([each.on_borrowed for each in curves], dtype=np.bool_),
        usage=np.ascontiguousarray(table[:, :, 0]),
        rate=np.ascontiguousarray(table[:, :, 1]),
    )


def _whole(values: Sequence[int]) -> Floats:
    """Integers as real numbers: looked at and read column by column, while they are at hand."""
    if set(map(type, values)) != {int}:
        raise TypeError("an amount isn't a whole number")
    return np.fromiter(values, dtype=np.float64, count=len(values))


def _limits(values: Sequence[int | None]) -> Floats:
    """The same of limits, infinite where there is none."""
    if not set(map(type, values)) <= {int, type(None)}:
        raise TypeError("a limit isn't a whole number")
    return np.array([INFINITE if each is None else each for each in values], dtype=np.float64)


def _sound(of: Columns) -> Flags:
    """Which of them make sense, whatever was lost in making their integers real numbers."""
    amounts = (of.held, of.liquid, of.least, of.enter, of.leave, of.most, of.borrowed, of.kept)
    sound: Flags = np.logical_and.reduce([each >= 0 for each in amounts])
    sound &= (of.supplied > 0) & (np.maximum(of.borrowed, of.held) <= of.supplied * (1 - SURE)) & (of.fee < 1 - SURE)
    sound &= (of.usage[:, 0] == 0) & (np.diff(of.usage, axis=1) > SURE).all(axis=1)
    rates = (of.rate >= 0) & (of.rate <= HIGHEST / ONE * (1 - SURE))  # so is what suppliers get: a part of it
    sound &= rates.all(axis=1)
    return sound
