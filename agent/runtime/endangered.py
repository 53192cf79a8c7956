"""Whose money is in danger now, under mandates that let it leave by itself: asked far more often than what pays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from agent.chain.snapshot import Snapshot
from agent.gate.mandates.mandate import Terms
from agent.gate.mandates.rules import dangers, heeded, own_signals
from agent.money import Address
from agent.past import Effect
from agent.runtime.risks import Against
from agent.runtime.sights import Sights
from agent.runtime.world import World
from memory.standing.mandates import MandateRow

log = structlog.get_logger()


def lets_leave(row: MandateRow) -> bool:
    """Whether anything at all makes such a mandate leave a venue by itself."""
    try:
        terms = Terms.from_json(row.limits)
    except (KeyError, TypeError, ValueError):  # its own look says so; others' money is looked after all the same
        log.exception("a mandate can't be read", mandate=row.id)
        return False
    return terms.safety or terms.depeg is not None or terms.illiquid is not None


@dataclass(frozen=True, slots=True)
class Endangered:
    """One look for all of them. What a larger position has no reason to leave, no smaller one has: so the plug-ins'
    rules are asked once a venue for the largest position in it, and person by person only where that is to leave.
    """

    world: World

    async def among(self, rows: Sequence[MandateRow], accounts: Mapping[str, Address], sights: Sights) -> list[str]:
        """Users (ids) with money in a venue that their mandate leaves now. Raises Unavailable."""
        seen = {row.user: await sights.of(accounts[row.user]) for row in rows if row.user in accounts}
        if not seen:
            return []
        doubted = await self._doubted(list(seen.values()))
        return [row.user for row in rows if row.user in seen and await self._is_in_danger(row, seen, doubted)]

    async def _doubted(self, seen: Sequence[Snapshot]) -> frozenset[str]:
        """The venues that the largest position in them would have to leave."""
        largest: dict[str, int] = {}
        for snapshot in seen:
            for key, state in snapshot.venues.items():
                largest[key] = max(largest.get(key, 0), state.position)
        signals = (await self.world.risks.look(seen[0])).signals(largest)
        return frozenset(each.venue for each in signals if each.effect is Effect.LEAVE)

    async def _is_in_danger(self, row: MandateRow, seen: Mapping[str, Snapshot], doubted: frozenset[str]) -> bool:
        terms, snapshot = Terms.from_json(row.limits), seen[row.user]
        held = {key for key, state in snapshot.venues.items() if state.position}
        signals = own_signals(terms, self.world.venues, snapshot.venues, snapshot.prices)
        if held & doubted:
            against: Against = await self.world.risks.look(snapshot)
            signals += against.signals()
        return bool(held & dangers(terms, heeded(terms, signals)))
