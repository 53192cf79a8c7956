"""Positions out of range, looked at for who wants it: what opening them anew may bring. Nothing is moved here."""

from __future__ import annotations

from dataclasses import dataclass

from agent.chain.positions import managers_of
from agent.chain.snapshot import Snapshot
from agent.gate.liquidity.move import Better, better
from agent.runtime.world import World


@dataclass(frozen=True, slots=True)
class Ranging:
    """Answers from a snapshot and what was seen of its pools."""

    world: World

    async def better(self, snapshot: Snapshot) -> list[Better]:
        """Of the account's positions those that another range would better by more than it costs."""
        if all(each.in_range for each in snapshot.positions):
            return []
        world = self.world
        priced = await world.priced_snapshot(snapshot.account)
        seen, managers = await world.observing.pools(priced.block.timestamp), managers_of(world.traders)
        found = (better(each, priced, world.registry, managers, seen) for each in priced.positions)
        return [each for each in found if each is not None]
