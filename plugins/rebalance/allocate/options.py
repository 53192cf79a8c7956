"""Which positions a venue may have: single points and ranges of base units, each with what moving there costs."""

from __future__ import annotations

from dataclasses import dataclass

from moneta import RAY, Candidate


@dataclass(frozen=True, slots=True)
class Range:
    """Positions from `lo` to `hi`; holding x costs `fixed` + `per_unit` · (x − the position). A point has lo = hi."""

    lo: int
    hi: int
    fixed: int
    per_unit: float


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
    ceiling = max(most, stuck)
    fee = of.exit_fee / RAY
    low, high = max(stuck, of.least, 1), min(held - 1, ceiling)
    if low <= high:
        found.append(Range(low, high, of.leave, -fee))
    if stuck and (stuck < low or low > high) and (stuck < held or held > most):
        found.append(_point(of, stuck))  # the minimum isn't meant for what can't leave
    low = max(held + 1, of.least)
    if of.open and low <= most:
        found.append(Range(low, most, of.enter + (0 if held else of.leave), fee))
    return found


def anchors(found: list[Range]) -> list[int]:
    """The ends of all ranges: where all venues over a market but one stand in the best allocation."""
    return sorted({end for each in found for end in (each.lo, each.hi)})


def _point(of: Candidate, units: int) -> Range:
    return Range(units, units, of.cost(units), 0.0)
