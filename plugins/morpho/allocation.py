"""How a MetaMorpho vault spreads its money over Morpho's markets, and what it earns with that.

Deposits fill the markets of the supply queue up to their caps, one after the other; withdrawals empty those of the
withdraw queue as far as they are liquid (morpho-org/metamorpho, MetaMorpho.sol `_supplyMorpho`, `_withdrawMorpho`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from moneta import Rate
from plugins.morpho.market import Market
from plugins.morpho.maths import WAD


@dataclass(frozen=True, slots=True)
class Slot:
    """One market of a vault: `assets` are the vault's in it, `cap` is what it may have there at most."""

    market: Market
    assets: int
    cap: int

    @property
    def withdrawable(self) -> int:
        """What the vault could take out of it now."""
        return min(self.assets, self.market.supply_assets - self.market.borrow_assets)

    def moved(self, units: int) -> Slot:
        """With so many base units more of the vault in it, or fewer."""
        market = replace(self.market, supply_assets=self.market.supply_assets + units)
        return replace(self, market=market, assets=self.assets + units)


def earned(slots: Sequence[Slot], total: int, fee: int) -> Rate:
    """What `total` assets earn a year after the vault's `fee` (in wad of the interest); 0 where there are none."""
    if total <= 0:
        return Rate(0)
    interest = sum(slot.assets * slot.market.supply_rate().ray for slot in slots)
    return Rate(interest * (WAD - fee) // (total * WAD))


def moved(slots: Sequence[Slot], supply_queue: Sequence[int], units: int) -> list[Slot]:
    """After a deposit of `units`, a withdrawal where they are negative; the queues are places in `slots`.

    What finds no room, or isn't liquid, stays outside.
    """
    found = list(slots)
    order = supply_queue if units > 0 else range(len(found))
    left = abs(units)
    for place in order:
        slot = found[place]
        part = min(left, max(slot.cap - slot.assets, 0) if units > 0 else slot.withdrawable)
        found[place] = slot.moved(part if units > 0 else -part)
        left -= part
    return found
