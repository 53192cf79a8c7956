"""Positions that the price left: moved under a mandate that says so, told to who has one that doesn't."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from agent.chain.positions import managers_of
from agent.chain.snapshot import Snapshot
from agent.chain.snapshot_json import to_json
from agent.errors import MonetaError
from agent.gate.liquidity.choice import DAYS, facts
from agent.gate.liquidity.move import Better, Weighed, weighed
from agent.gate.mandates.mandate import Terms
from agent.gate.mandates.positions import EVERY_SECONDS, check_gain
from agent.gate.mandates.ranging import KIND, RULE, Decided, decided
from agent.gate.wanted import moves_of
from agent.hours import zone
from agent.intents import as_json
from agent.money import Address
from agent.policy.moving import ACTION
from agent.ranges import PoolSeen
from agent.replies.rebalanced import KEPT
from agent.runtime.desk import desk, horizon_of
from agent.runtime.upkeep import Upkeep
from agent.runtime.world import World
from agent.usd import CENT
from memory.rows import PlanStatus, User
from memory.standing.mandates import CHANNEL, MandateRow


@dataclass(frozen=True, slots=True)
class Held:
    """A position that a mandate would have moved, and what stood against it."""

    better: Better
    why: str


@dataclass(frozen=True, slots=True)
class Ranging:
    """Whether anything may be entered for a user now is the caller's to ask."""

    world: World

    async def better(self, snapshot: Snapshot) -> list[Better]:
        """Of the account's positions those that another range would better by more than it costs."""
        if all(each.in_range for each in snapshot.positions):
            return []
        priced, seen = await self._seen(snapshot)
        return [found for each in self._weighed(priced, seen) if (found := each.better) is not None]

    async def keep(self, user: User, row: MandateRow, snapshot: Snapshot) -> list[Held]:
        """Moves the first position for which that pays, one in a day; those that something stood against.

        Each that was weighed leaves a decision. Raises Unavailable.
        """
        terms = Terms.from_json(row.limits)
        if all(each.in_range for each in snapshot.positions) or not await self._may_act(user, terms):
            return []
        priced, seen = await self._seen(snapshot)
        held: list[Held] = []
        for each in self._weighed(priced, seen):
            made = decided(terms, each, priced.prices)
            number = await self._record(user, row, terms, priced, seen, made)
            if made.why_not:
                await self.world.ledger.set_outcome(number, KEPT)
                why = made.why_not
            else:
                why = await self._moved(user, row, terms, priced, seen, made, number)
                if not why:
                    break
            held += [Held(each.better, why)] if each.better is not None else []
        return held

    async def _moved(
        self,
        user: User,
        row: MandateRow,
        terms: Terms,
        snapshot: Snapshot,
        seen: Mapping[Address, PoolSeen],
        made: Decided,
        number: int,
    ) -> str:
        """Carries the move out: '', or what refused it, which is the decision's outcome; nothing is sent then."""
        world = self.world

        def pays(gas_usd: int) -> None:
            check_gain(terms, made.weighed.gain(-(-gas_usd // CENT)), DAYS)

        try:
            standing = await world.standing(user.id)
            at = desk(world, snapshot, standing, {}, horizon_of(world, made.intent, snapshot, standing))
            moves = moves_of(made.intent, replace(at, seen=seen)).moves
            done = await Upkeep(world).carry_out(user, row, snapshot, made.intent, moves, pays, number)
        except MonetaError as error:
            why = f"{error}".rstrip(".")
            await world.ledger.set_outcome(number, why)
            return why
        return "" if done else await self._void(number)

    async def _void(self, number: int) -> str:
        """Why nothing was sent for a decision's plan, which the signer has refused; '' where something was."""
        row = await self.world.ledger.decision(number)
        plan = None if row is None or row.plan_id is None else await self.world.ledger.plan(row.plan_id)
        return f"{plan.reason}".rstrip(".") if plan is not None and plan.status is PlanStatus.VOID else ""

    async def _may_act(self, user: User, terms: Terms) -> bool:
        """Whether it isn't one of the mandate's hours of rest, and no position was moved under it within a day."""
        now = self.world.now()
        if not terms.acts_at(now, zone(await self.world.ledger.tz(user.id))):
            return False
        rows = await self.world.ledger.plans_of(user.id, now - EVERY_SECONDS, now)
        ours = (each for each in rows if each.channel.startswith(CHANNEL) and each.intent.get("action") == ACTION)
        return all(each.confirmed_at is None or each.status is PlanStatus.VOID for each in ours)

    async def _seen(self, snapshot: Snapshot) -> tuple[Snapshot, Mapping[Address, PoolSeen]]:
        priced = await self.world.priced_snapshot(snapshot.account)
        return priced, await self.world.observing.pools(priced.block.timestamp)

    def _weighed(self, snapshot: Snapshot, seen: Mapping[Address, PoolSeen]) -> Iterator[Weighed]:
        managers, registry = managers_of(self.world.traders), self.world.registry
        found = (weighed(each, snapshot, registry, managers, seen) for each in snapshot.positions)
        return (each for each in found if each is not None)

    async def _record(
        self,
        user: User,
        row: MandateRow,
        terms: Terms,
        snapshot: Snapshot,
        seen: Mapping[Address, PoolSeen],
        made: Decided,
    ) -> int:
        """The decision, with all that it was made from."""
        return await self.world.ledger.decide(
            user=user.id,
            kind=KIND,
            rule=RULE,
            snapshot=to_json(snapshot)
            | facts(seen)
            | made.facts(terms)
            | {"intent": as_json(made.intent), "mandate": row.id},
            alternatives=made.alternatives,
            chosen=made.chosen,
        )
