"""A dry run: what a mandate would have done over what was seen, step by step, with nothing known of what came after.

The same rule, the same limits and the same signals as on the day itself, with the user's own money in the markets as
they were; gas at the base fees that were seen, coin at its price of now. Pure.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from itertools import pairwise

from agent.chain.snapshot import Snapshot
from agent.gate.mandates.mandate import Terms
from agent.money import Token
from agent.past import Past
from agent.plugin import Placement, Shift
from agent.replies.dry_run import Did, Ran
from agent.runtime.rewound import Held, Reel

HOUR, DAY = 3_600, 86_400
MOST_STEPS = 120
"""Steps of a walk: over more than a month they are further apart than the looks of a mandate."""
Judge = Callable[[Snapshot, Mapping[str, Past]], Placement]


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


@dataclass(frozen=True, slots=True)
class Purse:
    """Where the money is at the start, base units by venue; `price` of a whole token, USD with 8 decimals."""

    start: Held
    price: int
    from_wallet: bool = False


def moments_of(since: int, until: int, every: int, steps: int = MOST_STEPS) -> list[int]:
    """The steps of a walk: as far apart as a mandate looks, or a multiple of it so that there are at most `steps`."""
    times = max(-(-(until - since) // (steps * every)), 1)
    return [*range(since, until, every * times), until]


def seen_from(reel: Reel, start: Held) -> tuple[int, int]:
    """Since when what is held was seen, and how often; (0, 0) where it never was."""
    rows = [reel.pasts[key].at for key in start if key in reel.venues and len(reel.pasts[key].at)]
    if not rows:
        return 0, 0
    since = max(int(each[0]) for each in rows)
    return since, max(len(each) - bisect_left(each, since) for each in rows)


def walked(walk: Walk, purse: Purse, every: int, until: int, steps: int = MOST_STEPS) -> Ran:
    """Runs it from the first look to `until`, or says that there is too little to run."""
    since, looks = seen_from(walk.reel, purse.start)
    price = purse.price
    ran = Ran(walk.asset, since, until, looks, every, purse.start, purse.from_wallet, price=price)
    if not ran.is_enough:
        return ran
    walk.now, walk.alone = dict(purse.start), dict(purse.start)
    moments = moments_of(since, until, every, steps)
    points: list[tuple[int, int, int]] = []
    scale: int = 10**walk.asset.decimals
    for at, following in pairwise(moments):
        walk.step(at, following - at)
        with_moves, held = walk.worth
        gas = sum(each.cost_usd for each in walk.did)
        points.append((following, with_moves * price // scale - gas, held * price // scale))
    end, held = walk.worth
    return replace(
        ran,
        every=moments[1] - moments[0],
        did=tuple(walk.did),
        end=end,
        held=held,
        blind=walk.blind,
        held_back=dict(walk.held_back),
        points=tuple(points),
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
