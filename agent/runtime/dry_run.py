"""A dry run: what a mandate would have done over what was seen, step by step, with nothing known of what came after.

The same rule, the same limits and the same signals as on the day itself, with the user's own money in the markets as
they were; gas at the base fees that were seen, coin at its price of now. Pure but for what `DryRuns` reads.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo

from agent.chain.snapshot import Snapshot
from agent.gate.mandate import Terms
from agent.hours import zone
from agent.money import Token
from agent.past import Past
from agent.plugin import Placement, Shift
from agent.policy.spending import Standing
from agent.runtime.rewound import Held, Reel
from agent.runtime.risks import Against
from agent.runtime.weighing import Around, judged
from agent.runtime.world import World
from memory.observations import HOURLY_DAYS
from memory.rows import Flow, FlowKind, User

HOUR, DAY = 3_600, 86_400
LEAST_SECONDS, LEAST_LOOKS = 2 * DAY, 8
"""Less than that tells nothing of what would have been done."""
MOST_STEPS = 120
"""Steps of a walk: over more than a month they are further apart than the looks of a mandate."""
Judge = Callable[[Snapshot, Mapping[str, Past]], Placement]


@dataclass(frozen=True, slots=True)
class Did:
    """One move that would have been made. `cost_usd`: its gas and fees, USD with 8 decimals."""

    at: int
    shifts: tuple[Shift, ...]
    cost_usd: int


@dataclass(frozen=True, slots=True)
class Ran:
    """One asset's dry run; amounts in base units. `start`: where the money was, `from_wallet`: as if it were there.

    `looks`: how often its venues were seen from `since` to `until`; `blind`: seconds of it in which nothing was
    known. `end` and `held`: what there is at the end with the moves, gas not taken off, and without them.
    `held_back`: how often a limit kept a move back, by its name. `points`: (Unix seconds, with gas taken off, held),
    USD with 8 decimals at the price of now.
    """

    asset: Token
    since: int
    until: int
    looks: int
    every: int = 0
    start: Held = field(default_factory=dict)
    from_wallet: bool = False
    did: tuple[Did, ...] = ()
    end: int = 0
    held: int = 0
    blind: int = 0
    price: int = 0
    held_back: Mapping[str, int] = field(default_factory=dict)
    points: tuple[tuple[int, int, int], ...] = ()

    @property
    def is_enough(self) -> bool:
        return self.looks >= LEAST_LOOKS and self.until - self.since - self.blind >= LEAST_SECONDS

    @property
    def gas_usd(self) -> int:
        return sum(each.cost_usd for each in self.did)

    @property
    def net_usd(self) -> int:
        """What the moves made of it beyond holding, gas taken off, USD with 8 decimals."""
        scale: int = 10**self.asset.decimals
        return (self.end - self.held) * self.price // scale - self.gas_usd


@dataclass
class Walk:
    """Two purses over the same days: one that the mandate moves, one that is left alone."""

    reel: Reel
    asset: Token
    terms: Terms
    tz: tzinfo
    judge: Judge
    then: Callable[[int], Held]
    fees: Sequence[tuple[int, int]]
    now: dict[str, int] = field(default_factory=dict)
    alone: dict[str, int] = field(default_factory=dict)
    wallet: int = 0
    did: list[Did] = field(default_factory=list)
    held_back: dict[str, int] = field(default_factory=dict)
    blind: int = 0

    def step(self, at: int, seconds: int) -> None:
        """What is done at a moment, and what is earned until the next one."""
        own = self.then(at)
        if not self.reel.at(at, self.now, own).venues:
            self.blind += seconds
            return
        self._act(at, own)
        for purse in (self.now, self.alone):
            states = self.reel.at(at, purse, own).venues
            for key, units in purse.items():
                if key in states:
                    purse[key] = units + states[key].rate.income(units, seconds)

    def _act(self, at: int, own: Held) -> None:
        snapshot = self.reel.at(at, self.now, own, self._fee(at))
        placement = self.judge(snapshot, self.reel.before(at))
        if not placement.shifts:
            return
        cost = sum(shift.cost_usd for shift in placement.shifts)
        why_not = self._why_not(at, placement.shifts, cost)
        if why_not:
            self.held_back[why_not] = self.held_back.get(why_not, 0) + 1
            return
        for shift in placement.shifts:
            self._move(shift)
        self.did.append(Did(at, placement.shifts, cost))

    def _why_not(self, at: int, shifts: Sequence[Shift], cost: int) -> str:
        safe = all(shift.signal for shift in shifts)
        if not safe and not self.terms.acts_at(at, self.tz):
            return "your hours without moves"
        spent = sum(each.cost_usd for each in self.did if each.at > at - self.terms.seconds)
        return "your gas budget" if cost + (0 if safe else spent) > self.terms.gas_budget else ""

    def _move(self, shift: Shift) -> None:
        there = self.now.get(shift.source, 0)
        units = there if shift.whole else min(shift.units, there)
        self.now[shift.source] = there - units
        if shift.target:
            self.now[shift.target] = self.now.get(shift.target, 0) + units
        else:
            self.wallet += units

    def _fee(self, at: int) -> int | None:
        """The base fee seen last, None before the first: that of now then."""
        place = bisect_right(self.fees, (at, 2**62)) - 1
        return self.fees[place][1] if place >= 0 else None

    @property
    def worth(self) -> tuple[int, int]:
        return sum(self.now.values()) + self.wallet, sum(self.alone.values())


def moments_of(since: int, until: int, every: int) -> list[int]:
    """The steps of a walk: as far apart as a mandate looks, or further so that there are no more than MOST_STEPS."""
    times = max(-(-(until - since) // (MOST_STEPS * every)), 1)
    return [*range(since, until, every * times), until]


def seen_from(reel: Reel, start: Held) -> tuple[int, int]:
    """Since when what is held was seen, and how often; (0, 0) where it never was."""
    rows = [reel.pasts[key].at for key in start if key in reel.venues and len(reel.pasts[key].at)]
    if not rows:
        return 0, 0
    since = max(int(each[0]) for each in rows)
    return since, max(len(each) - bisect_left(each, since) for each in rows)


def walked(walk: Walk, start: Held, every: int, until: int, price: int, from_wallet: bool = False) -> Ran:
    """Runs it from the first look to `until`, or says that there is too little to run."""
    since, looks = seen_from(walk.reel, start)
    ran = Ran(walk.asset, since, until, looks, every, start, from_wallet, price=price)
    if not ran.is_enough:
        return ran
    walk.now, walk.alone = dict(start), dict(start)
    moments = moments_of(since, until, every)
    points: list[tuple[int, int, int]] = []
    scale: int = 10**walk.asset.decimals
    for at, following in zip(moments, moments[1:], strict=False):
        walk.step(at, following - at)
        with_moves, held = walk.worth
        gas = sum(each.cost_usd for each in walk.did)
        points.append((following, with_moves * price // scale - gas, held * price // scale))
    end, held = walk.worth
    return Ran(
        walk.asset,
        since,
        until,
        looks,
        moments[1] - moments[0],
        start,
        from_wallet,
        tuple(walk.did),
        end,
        held,
        walk.blind,
        price,
        walk.held_back,
        tuple(points),
    )


def first_place(reel: Reel, terms: Terms, units: int, asset: Token) -> Held:
    """Money that isn't at work yet, as if it had been put where it earned most at the first look."""
    known = [key for key in reel.venues if terms.enters(key) and len(reel.pasts[key].at)]
    if not known or not units:
        return {}
    at = max(int(reel.pasts[key].at[0]) for key in known)
    rates = {}
    for key in known:
        put = min(units, terms.cap_of(reel.venues[key]))
        state = reel.at(at, {key: put}, {}).venues.get(key)
        if state is not None and put:
            rates[key] = (state.rate.income(put, DAY), put)
    if not rates:
        return {}
    best = max(sorted(rates), key=lambda key: rates[key][0])
    return {best: rates[best][1]}


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


@dataclass(frozen=True, slots=True)
class DryRuns:
    """Reads what was seen and what the user has, and walks it in a thread: others are answered meanwhile."""

    world: World

    async def run(self, user: User, terms: Terms) -> list[Ran]:
        """One for each asset of the mandate. Raises Unavailable, Refused where the chain or the account can't be read."""
        world = self.world
        snapshot = await world.priced_snapshot(await world.account(user))
        now = snapshot.block.timestamp
        pasts = await world.pasts(now)
        since = now - HOURLY_DAYS * DAY
        flows = await world.ledger.flows(snapshot.account, 0, now)
        fees = await world.ledger.base_fees(since, now)
        settings = await world.ledger.settings(user.id)
        tz, standing = zone("UTC" if settings is None else settings.tz), await world.standing(user.id)
        ran = []
        for symbol in terms.assets:
            asset = world.registry.token(symbol)
            venues = {key: venue for key, venue in world.venues.items() if venue.asset == asset}
            reel = Reel.of(snapshot, venues, pasts)
            walk = Walk(reel, asset, terms, tz, self._judge(reel, asset, terms, standing), owned(flows, asset), fees)
            ran.append(await asyncio.to_thread(self._walked, walk, snapshot))
        return ran

    def _walked(self, walk: Walk, snapshot: Snapshot) -> Ran:
        symbol, reel = walk.asset.symbol, walk.reel
        start: Held = {key: snapshot.venues[key].position for key in reel.venues if snapshot.venues[key].position}
        from_wallet = not start
        if from_wallet:
            start = first_place(reel, walk.terms, snapshot.balances.get(symbol, 0), walk.asset)
        every = self.world.settings.rebalance_every_hours * HOUR
        price = snapshot.prices.get(symbol, 0)
        return walked(walk, start, every, snapshot.block.timestamp, price, from_wallet)

    def _judge(self, reel: Reel, asset: Token, terms: Terms, standing: Standing) -> Judge:
        world = self.world
        around = Around(world.registry, reel.shapes(terms.seconds), world.hooks, world.policy)

        def judge(snapshot: Snapshot, pasts: Mapping[str, Past]) -> Placement:
            against = Against(snapshot, around.venues, pasts, world.hooks)
            return judged(around, against, asset, terms, standing).placement

        return judge
