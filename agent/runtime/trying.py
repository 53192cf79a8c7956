"""A mandate tried on what was seen, as a turn: of the one that waits to be confirmed, or of the one in force."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import pluggy

from agent.chain.registry import Registry
from agent.chain.snapshot import Snapshot
from agent.gate.mandates.mandate import Terms
from agent.hours import zone
from agent.money import Token
from agent.past import Past
from agent.plugin import Placement, Venue
from agent.policy.policy import Policy
from agent.policy.spending import Standing
from agent.replies import dry_run as told
from agent.replies.dry_run import Ran
from agent.replies.mandate import OFFERS
from agent.replies.reply import Reply, Status, Verdict, plan_json
from agent.runtime.dry_run import DAY, HOUR, MOST_STEPS, Judge, Purse, Walk, first_place, walked
from agent.runtime.rewound import Held, Reel
from agent.runtime.risks import Against
from agent.runtime.weighing import judged
from agent.runtime.world import World
from memory.rows import Flow, FlowKind, PlanRow, PlanStatus, User
from memory.seen.observations import HOURLY_DAYS

PREVIEW_STEPS = 30
"""A preview has a sentence of it, and shouldn't wait long for that."""


@dataclass(frozen=True, slots=True)
class Then:
    """An instance with its venues as they were (`weighing.Around`)."""

    registry: Registry
    venues: Mapping[str, Venue]
    hooks: pluggy.HookRelay
    policy: Policy


@dataclass(frozen=True, slots=True)
class Trying:
    """Reads what was seen and what the user has, and walks it in a thread: others are answered meanwhile."""

    world: World

    async def tell(self, user: User, channel: str) -> Reply:
        """What the mandate would have done."""
        pending = await self._pending(user, channel)
        if pending is not None:
            reply = told.told(await self.run(user, Terms.from_json(pending.intent["limits"])), pending=True)
            return await self._still_waiting(user, channel, pending, reply)
        row = await self.world.ledger.mandate(user.id)
        return told.none() if row is None else told.told(await self.run(user, Terms.from_json(row.limits)))

    async def line(self, user: User, terms: Terms) -> str:
        """The same in a sentence for the preview of a mandate, '' where there is too little to say it from."""
        return told.line(await self.run(user, terms, PREVIEW_STEPS))

    async def _pending(self, user: User, channel: str) -> PlanRow | None:
        """The mandate that alone was shown here and waits for its yes."""
        live = await self.world.ledger.live_previews(user.id, channel, self.world.now())
        return live[0] if len(live) == 1 and live[0].intent.get("action") == "mandate" else None

    async def _still_waiting(self, user: User, channel: str, row: PlanRow, reply: Reply) -> Reply:
        """It stays what a yes would mean: what it would have done was asked about it and nothing else."""
        left = row.not_after - self.world.now()
        if left <= 0:
            return reply
        await self.world.ledger.set_pending(user.id, channel, {"preview": row.plan_id})
        return replace(
            reply,
            text=f"{reply.text} The mandate itself still waits: confirm within {left} s?",
            plan=plan_json(row.plan, PlanStatus.PROPOSED),
            verdict=Verdict(Status.READY),
            offers=OFFERS,
        )

    async def run(self, user: User, terms: Terms, steps: int = MOST_STEPS) -> list[Ran]:
        """One for each asset of the mandate. Raises Unavailable where the chain can't be read, Refused("wallet")."""
        world = self.world
        snapshot = await world.priced_snapshot(await world.account(user))
        now = snapshot.block.timestamp
        pasts = await world.pasts(now)
        since = now - HOURLY_DAYS * DAY
        flows = await world.ledger.flows(snapshot.account, 0, now)
        fees = await world.ledger.base_fees(since, now)
        tz, standing = zone(await world.ledger.tz(user.id)), await world.standing(user.id)
        ran = []
        for symbol in terms.assets:
            asset = world.registry.token(symbol)
            venues = {key: venue for key, venue in world.venues.items() if venue.asset == asset}
            reel = Reel.of(snapshot, venues, pasts)
            walk = Walk(reel, asset, terms, tz, self._judge(reel, asset, terms, standing), owned(flows, asset), fees)
            ran.append(await asyncio.to_thread(self._walked, walk, snapshot, steps))
        return ran

    def _walked(self, walk: Walk, snapshot: Snapshot, steps: int) -> Ran:
        symbol, reel = walk.asset.symbol, walk.reel
        start: Held = {key: snapshot.venues[key].position for key in reel.venues if snapshot.venues[key].position}
        from_wallet = not start
        if from_wallet:
            start = first_place(reel, walk.terms, snapshot.balances.get(symbol, 0), walk.asset)
        every = self.world.settings.rebalance_every_hours * HOUR
        price = snapshot.prices.get(symbol, 0)
        purse = Purse(start, price, from_wallet)
        return walked(walk, purse, every, snapshot.block.timestamp, steps)

    def _judge(self, reel: Reel, asset: Token, terms: Terms, standing: Standing) -> Judge:
        world = self.world
        around = Then(world.registry, reel.shapes(terms.seconds), world.hooks, world.policy)

        def judge(snapshot: Snapshot, pasts: Mapping[str, Past]) -> Placement:
            against = Against(snapshot, around.venues, pasts, world.hooks)
            return judged(around, against, asset, terms, standing).placement

        return judge


def owned(flows: Sequence[Flow], asset: Token) -> Callable[[int], Held]:
    """What went into each venue less what came out of it, up to a moment: what of a market was one's own then."""
    moved = [each for each in flows if each.venue and each.kind in (FlowKind.DEPOSIT, FlowKind.WITHDRAW)]
    mine = [each for each in moved if each.token == str(asset.address)]

    def then(at: int) -> Held:
        held: dict[str, int] = {}
        for each in mine:
            if each.at <= at and each.venue:
                held[each.venue] = max(held.get(each.venue, 0) - each.units, 0)
        return held

    return then
