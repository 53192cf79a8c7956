"""From real numbers back to base units: rounded down, never above a limit, and together exactly what there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from moneta import Candidate, Part, Rate, Terms
from plugins.rebalance.allocate.pieces import Piece

NOTHING = Rate(0)


@dataclass(slots=True)
class Held:
    """One market's venues as base units; the `varies`-th may hold what lies within `limits`, the others stay."""

    members: Sequence[Candidate]
    units: list[int]
    varies: int
    limits: tuple[int, int]

    @property
    def slack(self) -> int:
        return self.limits[1] - self.units[self.varies] if self.varies >= 0 else 0

    @property
    def spare(self) -> int:
        return self.units[self.varies] - self.limits[0] if self.varies >= 0 else 0


def held(members: Sequence[Candidate], piece: Piece, x: float) -> Held:
    units = list(piece.others)
    low, high = piece.units
    if piece.varies >= 0:
        units[piece.varies] = max(low, min(high, int(x) - int(piece.y)))
    return Held(members, units, piece.varies, piece.units)


def balanced(markets: Sequence[Held], money: int, dust: int) -> int:
    """What stays idle once what is too much is taken where most is to spare, and up to `dust` put where room is."""
    left = money - sum([sum(each.units) for each in markets])
    for market in sorted(markets, key=lambda each: -each.spare) if left < 0 else ():
        taken = min(market.spare, -left)
        market.units[market.varies] -= taken
        left += taken
        if left == 0:
            break
    if 0 < left <= dust and markets:
        market = max(markets, key=lambda each: each.slack)
        added = min(market.slack, left)
        market.units[market.varies] += added
        left -= added
    return left


def parts(market: Held, terms: Terms) -> list[Part]:
    """What each venue of a market that holds anything, or did, earns, by the curve's own integers."""
    if len(market.members) == 1:
        of, units = market.members[0], market.units[0]
        return [_part(of, units, units - of.position, terms)] if units or of.position else []
    added = sum(market.units) - sum(each.position for each in market.members)
    held = zip(market.members, market.units, strict=True)
    return [_part(of, units, added, terms) for of, units in held if units or of.position]


def _part(of: Candidate, units: int, added: int, terms: Terms) -> Part:
    """A venue without a curve earns nothing that one may count on."""
    moved, cost = units - of.position, of.cost(units)
    if of.curve is None:
        return Part(of.venue, units, moved, NOTHING, NOTHING, 0, 0, cost)
    low, high = terms.response
    at_low = at_high = of.curve.rate(added, low)
    if high != low and added:
        at_high = of.curve.rate(added, high)
    return Part(
        of.venue,
        units,
        moved,
        at_low,
        at_high,
        at_low.income(units, terms.seconds),
        at_high.income(units, terms.seconds),
        cost,
    )
