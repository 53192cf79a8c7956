"""How a curated vault's rate answers to a deposit, for the allocator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from moneta import RAY, Curve
from plugins.morpho import irm
from plugins.morpho.allocation import Slot, moved
from plugins.morpho.expected import curve_of
from plugins.morpho.maths import WAD

UP, DOWN = 48, 12
"""Points on either side of what is in it: each an eighth further up, evenly down to what is lent out."""


def over_one(slot: Slot, total: int, fee: int, seconds: int) -> Curve:
    """A vault over one market tells of that market, less its own fee (wad), and what it lost earns nothing."""
    market = curve_of(slot.market, seconds)
    kept = market.kept * (WAD - fee) // WAD
    return replace(market, kept=kept * min(slot.assets, total) // total)


@dataclass(frozen=True, slots=True)
class Spread:
    """A vault over several markets; the curve goes through its own rate at the `UP` and `DOWN` points and at each
    deposit where a market is full, empty or at its target, and is straight in its utilisation between them.

    `liquidity`: base units that could leave now; what is beyond it stands for what is lent out.
    """

    slots: Sequence[Slot]
    supply_queue: Sequence[int]
    total: int
    fee: int
    liquidity: int

    def curve(self, seconds: int) -> Curve:
        lent = max(self.total - self.liquidity, 1)
        markets = [curve_of(slot.market, seconds) for slot in self.slots]
        points = {0: 0}
        for deposit in sorted(self._deposits(lent), reverse=True):
            points[lent * RAY // (self.total + deposit)] = self._rate(markets, deposit)
        return Curve(self.total, lent, tuple(points.items()), on_borrowed=False)

    def _rate(self, markets: Sequence[Curve], deposit: int) -> int:
        """The vault's yearly rate in ray with so much more in it."""
        after = moved(self.slots, self.supply_queue, deposit)
        interest = sum(
            then.assets * market.rate(then.assets - now.assets).ray
            for now, then, market in zip(self.slots, after, markets, strict=True)
        )
        return interest * (WAD - self.fee) // ((self.total + deposit) * WAD)

    def _deposits(self, lent: int) -> set[int]:
        """Where the curve's points are, from all that could leave (negative) upwards."""
        least = lent - self.total
        up = {self.total * 9**step // 8**step - self.total for step in range(UP + 1)}
        down = {least * step // DOWN for step in range(DOWN + 1)}
        return {each for each in up | down | set(self._bends()) if each >= least}

    def _bends(self) -> Iterator[int]:
        filled = 0
        for place in self.supply_queue:
            slot = self.slots[place]
            room = max(slot.cap - slot.assets, 0)
            target = slot.market.borrow_assets * WAD // irm.TARGET - slot.market.supply_assets
            yield from (filled + each for each in (target, room) if 0 < each <= room)
            filled += room
        emptied = 0
        for slot in self.slots:
            emptied -= slot.withdrawable
            yield emptied
