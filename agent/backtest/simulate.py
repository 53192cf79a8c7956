"""A strategy in a world: what it decides at an hour is carried out at the next, at that hour's liquidity and costs.

Interest is added hourly at the diluted rate. Withdrawals come first, as far as the hour's liquidity goes; what can't
leave is tried again every hour, and each such hour counts as trapped.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from agent.backtest.arrays import DAY, YEAR, Flags, Floats
from agent.backtest.dilute import diluted
from agent.backtest.standing import Run, Standing
from agent.backtest.view import Strategy, View, Wanted
from agent.backtest.wake import wakes
from agent.backtest.world import World

LEAST_MOVE = 0.001
"""Of all money: smaller differences from what is wanted aren't worth a transaction."""

TAKEN_HOURS = DAY
"""Hours for which what one took out of a market, beyond what one's own deposit had left there, counts against the
liquidity that was recorded: nobody knows how soon others would have filled it up again.
"""


class Simulation:
    """One strategy over the hours `first` to `last` with `size` units of account, all in one wallet at the start."""

    def __init__(
        self, world: World, strategy: Strategy, size: float, first: int, last: int, response: float = 0.0
    ) -> None:
        self.world, self.strategy, self.first, self.last = world, strategy, first, last
        self.response = response
        self.pooled = np.array([each.pool for each in world.spots], dtype=np.int64)
        wallets = np.zeros(len(world.pools))
        start = home(world)
        wallets[start] = size / world.price[start, first]
        self.state = Standing(np.zeros(len(world.spots)), wallets)
        self.run = Run(np.full(last - first + 1, np.nan))
        self.stuck: Flags = np.zeros(len(world.spots), dtype=np.bool_)

    def go(self, tick: Callable[[], None] | None = None) -> Run:
        """Runs it to the end."""
        hour, wanted, asked = self.first, None, self.first
        while hour < self.last:
            self._arrive(hour)
            if self._equity(hour) <= 0:
                self._ruined(hour)
                return self.run
            if wanted is not None and hour > self.first:
                wanted = self._carry_out(wanted, hour)
            due = (hour - self.first) % self.strategy.every == 0
            if due or (self.strategy.alert and self._woken(asked, hour)):
                asked = hour
                view = self._view(hour)
                answer = self.strategy.decide(view)
                if answer is not None:
                    wanted = np.asarray(answer, dtype=np.float64)
                    self.run.decisions.append((hour, tuple(wanted.tolist())))
                if tick is not None:
                    tick()
            until = self._until(hour, asked, waiting=wanted is not None or bool(self.state.transit))
            self._earn(hour, until)
            hour = until
        self._arrive(hour)
        self.run.equity[-1] = self._equity(hour)
        return self.run

    def _ruined(self, hour: int) -> None:
        """Gas has eaten all there was."""
        self.run.equity[hour - self.first :] = 0.0

    def _woken(self, asked: int, hour: int) -> bool:
        return hour > asked and wakes(self.world, asked, hour, hour + 1, self.state.positions) is not None

    def _until(self, hour: int, asked: int, waiting: bool) -> int:
        """The next hour at which something may happen."""
        if waiting:
            return hour + 1
        every = self.strategy.every
        due = hour + every - (hour - self.first) % every
        if self.strategy.alert:
            woken = wakes(self.world, asked, hour + 1, min(due, self.last), self.state.positions)
            due = due if woken is None else woken
        return min(due, hour + DAY, self.last)

    def _view(self, hour: int) -> View:
        state = self.state
        liquid = np.array([self._liquid(spot, hour) for spot in range(len(state.positions))])
        return View(
            self.world, hour, self.first, state.positions.copy(), state.wallets.copy(), self.stuck.copy(), liquid
        )

    def _earn(self, hour: int, until: int) -> None:
        """Interest of these hours, and the equity at each of them."""
        world, state, span = self.world, self.state, slice(hour, until)
        price = world.price[:, span]
        equity = state.wallets @ price - state.owed
        for _, pool, tokens in state.transit:
            equity = equity + tokens * price[pool]
        for spot in _places(state.positions):
            growth = np.multiply.accumulate(1 + self._rate(spot, span) / YEAR)
            before = np.concatenate(([1.0], growth[:-1]))
            equity = equity + state.positions[spot] * before * price[self.pooled[spot]]
            state.positions[spot] *= growth[-1]
        self.run.equity[hour - self.first : until - self.first] = equity

    def _rate(self, spot: int, span: slice) -> Floats:
        world = self.world
        if not world.spots[spot].amounts:
            return world.pays[spot, span]
        return diluted(
            world.pays[spot, span],
            world.borrow[spot, span],
            world.supplied[spot, span],
            world.usage[spot, span],
            world.base[spot, span],
            world.slope[spot, span],
            world.kink[spot, span],
            float(self.state.positions[spot]),
            self.response,
        )

    def _equity(self, hour: int) -> float:
        price, state = self.world.price[:, hour], self.state
        moving = sum(tokens * price[pool] for _, pool, tokens in state.transit)
        return float(state.positions @ price[self.pooled] + state.wallets @ price + moving - state.owed)

    def _arrive(self, hour: int) -> None:
        for arrival in [each for each in self.state.transit if each[0] <= hour]:
            self.state.wallets[arrival[1]] += arrival[2]
            self.state.transit.remove(arrival)

    def _carry_out(self, wanted: Wanted, hour: int) -> Wanted | None:
        """What is left to do after this hour, None where all is done."""
        world, state = self.world, self.state
        price = world.price[:, hour]
        total = self._equity(hour)
        target = wanted * total / price[self.pooled]
        least = LEAST_MOVE * total / price[self.pooled]
        waiting = False
        self.stuck = np.zeros(len(world.spots), dtype=np.bool_)
        for spot in _places(state.positions > target + np.where(target > 0, least, 0.0)):
            want = state.positions[spot] - target[spot]
            can = min(want, self._liquid(spot, hour))
            if can < want * (1 - 1e-9):
                waiting = self.stuck[spot] = True
            absorbed = self._absorbed(spot, hour) if world.spots[spot].amounts else 0.0
            if can > 0 and (can >= want * (1 - 1e-9) or can > least[spot]):
                state.positions[spot] = 0.0 if can >= state.positions[spot] else state.positions[spot] - can
                state.wallets[self.pooled[spot]] += can
                state.taken.append((hour, spot, can * absorbed))
                self._pay(world.leaving(spot, hour), hour)
        if waiting:
            self.run.trapped += 1
        crossed = self._cross(target, least, hour)
        self._enter(target, least, hour)
        return wanted if waiting or crossed else None

    def _liquid(self, spot: int, hour: int) -> float:
        """Tokens that could leave: what was there unborrowed, and what one's own deposit leaves so beside it."""
        if self.world.locked[spot, hour]:
            return 0.0
        if not self.world.spots[spot].amounts:
            return float("inf")
        own = float(self.state.positions[spot]) * (1 - self._absorbed(spot, hour))
        return max(self._unborrowed(spot, hour) + own, 0.0)

    def _unborrowed(self, spot: int, hour: int) -> float:
        """What was recorded there, less what oneself took of it in the last hours."""
        self.state.taken = [each for each in self.state.taken if each[0] > hour - TAKEN_HOURS]
        taken = sum(tokens for _, at, tokens in self.state.taken if at == spot)
        there = self.world.supplied[spot, hour] - self.world.borrowed[spot, hour]
        return float(there) - taken

    def _absorbed(self, spot: int, hour: int) -> float:
        """The part of one's own deposit that is lent out too: none up to the kink, all of it in a full market."""
        kink, usage = float(self.world.kink[spot, hour]), float(self.world.usage[spot, hour])
        return min((usage - kink) / (1 - kink), 1.0) if usage > kink else 0.0  # NaN before its first row

    def _missing(self, target: Floats, least: Floats, hour: int) -> Floats:
        """Tokens that each venue still wants and can take."""
        room = np.array([self._room(spot, hour) for spot in range(len(target))])
        gap = np.where(target > 0, target - self.state.positions, 0.0)
        return np.where(gap > least, np.minimum(gap, room), 0.0)

    def _room(self, spot: int, hour: int) -> float:
        """Nothing enters where the hour's row isn't believed, nor more than was there unborrowed."""
        world = self.world
        if not world.ok[spot, hour] or world.locked[spot, hour]:
            return 0.0
        return max(self._unborrowed(spot, hour), 0.0) if world.spots[spot].amounts else float("inf")

    def _cross(self, target: Floats, least: Floats, hour: int) -> bool:
        """Swaps or bridges from wallets with too much to those with too little. True while some is on its way."""
        world, state = self.world, self.state
        if len(world.pools) == 1:
            return False
        missing = np.bincount(self.pooled, weights=self._missing(target, least, hour), minlength=len(world.pools))
        price = world.price[:, hour]
        need = missing * price - state.wallets * price
        for there in np.argsort(-need):
            for here in np.argsort(need):
                amount = min(need[there], -need[here])
                if amount <= LEAST_MOVE * self._equity(hour):
                    continue
                part, dollars, hours = world.crossing(int(here), int(there), hour)
                state.wallets[here] -= amount / price[here]
                need[here] += amount
                need[there] -= amount
                self.run.fees += part * amount * float(world.unit[hour])
                tokens = amount * (1 - part) / price[there]
                if hours:
                    state.transit.append((hour + hours, int(there), tokens))
                else:
                    state.wallets[there] += tokens
                self._pay(dollars, hour)
        return bool(state.transit)

    def _enter(self, target: Floats, least: Floats, hour: int) -> None:
        """Deposits from each wallet; where it isn't enough for all, each gets its part."""
        world, state = self.world, self.state
        missing = self._missing(target, least, hour)
        for pool in range(len(world.pools)):
            mine = _places((self.pooled == pool) & (missing > 0))
            if len(mine) == 0:
                continue
            there = state.wallets[pool]
            dollars = [world.entering(spot, hour) for spot in mine]
            gas = sum(dollars) / float(world.unit[hour] * world.price[pool, hour])
            if there <= gas:
                continue  # the gas is more than all there is to deposit
            scale = min(1.0, (there - gas) / float(missing[mine].sum()))
            for spot, fee in zip(mine, dollars, strict=True):
                amount = missing[spot] * scale
                if amount <= least[spot] and state.positions[spot] > 0:
                    continue
                state.wallets[pool] -= amount
                state.positions[spot] += amount
                self.run.moved += amount * float(world.price[pool, hour])
                self.run.moves += 1
                self._pay(fee, hour)

    def _pay(self, dollars: float, hour: int) -> None:
        """Gas, from the wallets; what they don't hold is owed until they do."""
        self.run.gas += dollars
        self.state.owed += dollars / float(self.world.unit[hour])
        for pool in range(len(self.state.wallets)):
            price = float(self.world.price[pool, hour])
            paid = min(self.state.owed, self.state.wallets[pool] * price)
            self.state.wallets[pool] -= paid / price
            self.state.owed -= paid


def _places(of: Flags | Floats) -> list[int]:
    return [int(each) for each in np.flatnonzero(of)]


def home(world: World) -> int:
    """The wallet that money starts in: USDC's where there is one, on Ethereum where there are networks."""
    order = sorted(
        range(len(world.pools)),
        key=lambda at: (
            not world.pools[at].startswith("USDC@"),
            not world.pools[at].endswith("@ethereum"),
            world.pools[at],
        ),
    )
    return order[0]


def simulate(
    world: World,
    strategy: Strategy,
    size: float,
    first: int,
    last: int,
    response: float = 0.0,
    tick: Callable[[], None] | None = None,
) -> Run:
    """`size` dollars at the hour `first`, run to `last`."""
    units = size / float(world.unit[first])
    return Simulation(world, strategy, units, first, last, response).go(tick)
