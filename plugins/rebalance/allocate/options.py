"""Which positions a venue may have: single points and ranges of base units, each with what moving there costs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from moneta import RAY, Candidate


@dataclass(frozen=True, slots=True)
class Range:
    """Positions from `lo` to `hi`; holding x costs `fixed` + `per_unit` · (x − the position). A point has lo = hi."""

    lo: int
    hi: int
    fixed: int
    per_unit: float


class Kind(IntEnum):
    """The ranges in the order of what they hold: nothing, what can't leave, less than now, as now, more."""

    OUT, STUCK, LESS, STAY, MORE = range(5)


def limits(of: Candidate, stuck: int, total: int, kind: int) -> tuple[int, int]:
    """From and to how many base units a range of that kind goes, where there is one; `stuck` of them can't leave."""
    if kind == Kind.OUT:
        return 0, 0
    if kind == Kind.STAY:
        return of.position, of.position
    if kind == Kind.STUCK:
        return stuck, stuck
    most = total if of.most is None else min(of.most, total)
    if kind == Kind.MORE:
        return max(of.position + 1, of.least), most
    return max(stuck, of.least, 1), min(of.position - 1, max(most, stuck))


def ranges(of: Candidate, total: int) -> list[Range]:
    """Out, unchanged, less, more: those of them that caps, minimum and liquidity leave. Never empty.

    A position above its cap must shrink to it, as far as it is liquid. One below the minimum may stay as it is, and
    so does one whose rate isn't known.
    """
    held, stuck = of.position, of.position - min(of.liquidity, of.position)
    most = total if of.most is None else min(of.most, total)
    if of.curve is None and held <= most:
        return [_point(of, held)]  # what it earns isn't known, so neither is whether leaving it gains anything
    found = [] if stuck else [_point(of, 0)]
    if 0 < held <= most:
        found.append(_point(of, held))
    fee = of.exit_fee / RAY
    low, high = limits(of, stuck, total, Kind.LESS)
    if low <= high:
        found.append(Range(low, high, of.leave, -fee))
    if stuck and (stuck < low or low > high) and (stuck < held or held > most):
        found.append(_point(of, stuck))  # the minimum isn't meant for what can't leave
    low, high = limits(of, stuck, total, Kind.MORE)
    if of.open and low <= high:
        found.append(Range(low, high, of.enter + (0 if held else of.leave), fee))
    return found


def anchors(found: list[Range]) -> list[int]:
    """The ends of all ranges: where all venues over a market but one stand in the best allocation."""
    return sorted({end for each in found for end in (each.lo, each.hi)})


def _point(of: Candidate, units: int) -> Range:
    return Range(units, units, of.cost(units), 0.0)
