"""The rules that Moneta is measured against. Each sees what Moneta sees, and decides once a day."""

from __future__ import annotations

import numpy as np

from agent.backtest.arrays import DAY, YEAR, Flags, Floats
from agent.backtest.view import Strategy, View, Wanted, alone, best, held

SILENT = 3 * DAY
"""Hours without a believed row after which even a holder looks for another venue: its record ends there."""

IDLE = 0.01
"""The part in the wallet above which a deposit that didn't fit is tried again."""


class Held(Strategy):
    """Picks once, and keeps to it while its venue is heard of."""

    def __init__(self) -> None:
        self.wanted: Wanted | None = None

    def decide(self, view: View) -> Wanted | None:
        if self.wanted is not None and not self._silent(view):
            return self.wanted if idle(view) > IDLE else None
        picked = self.pick(view)
        if picked is None:
            return None
        self.wanted = picked
        return picked

    def pick(self, view: View) -> Wanted | None:
        raise NotImplementedError

    def _silent(self, view: View) -> bool:
        at = np.flatnonzero(view.positions)
        return bool(len(at)) and not view.past(view.world.ok, SILENT)[at].any()


class HoldBest(Held):
    """All at the venue with the best rate at the start."""

    name = "hold_best"

    def pick(self, view: View) -> Wanted | None:
        spot = best(view, view.lend)
        return None if spot is None else alone(view, spot)


class HoldSafest(Held):
    """All at a savings rate where there is one, else at the largest market, of those the steadiest; for good."""

    name = "hold_safest"

    def pick(self, view: View) -> Wanted | None:
        world = view.world
        savings = np.array([each.savings for each in world.spots])
        if (savings & view.open).any():
            spot = best(view, view.lend, savings)
        elif all(each.amounts for each in world.spots):
            spot = best(view, world.supplied[:, view.hour] * world.price[view.pooled, view.hour])
        else:  # no market's size is known: Ethereum's is the oldest, else the steadiest of the last month
            home = np.array([each.network == "ethereum" for each in world.spots])
            steady = -np.nanstd(view.past(world.lend, 30 * DAY), axis=1)
            spot = best(view, steady, home) if (home & view.open).any() else best(view, steady)
        return None if spot is None else alone(view, spot)


class EqualSplit(Strategy):
    """The same part at each venue that can be entered, anew when one comes or goes for a week."""

    name = "equal_split"

    def __init__(self) -> None:
        self.members: Flags | None = None

    def decide(self, view: View) -> Wanted | None:
        week = view.past(view.world.ok, 7 * DAY)
        members = week.mean(axis=1) > 0.5
        if not members.any():
            members = view.open
        if not members.any():
            return None
        wanted = members / members.sum()
        if self.members is not None and (members == self.members).all() and idle(view) <= IDLE:
            return None
        self.members = members
        return np.asarray(wanted, dtype=np.float64)


class Chase(Strategy):
    """All at the highest headline rate, every day."""

    name = "chase"

    def decide(self, view: View) -> Wanted | None:
        spot = best(view, view.lend)
        if spot is None or (spot == held(view) and idle(view) <= IDLE):
            return None
        return alone(view, spot)


class TopApy(Strategy):
    """To the best rate where that is a percentage point better, pays in seven days, and 14 days after the last."""

    name = "top_apy"
    edge, payback, cooldown = 0.01, 7, 14 * DAY

    def __init__(self) -> None:
        self.moved: int | None = None

    def decide(self, view: View) -> Wanted | None:
        spot, now = best(view, view.lend), held(view)
        if spot is None:
            return None
        if now is None or now == spot:
            return _again(view, spot, now)
        if self.moved is not None and view.hour - self.moved < self.cooldown:
            return None
        gain = float(view.lend[spot] - view.lend[now])
        earned = view.total * gain * self.payback * DAY / YEAR
        if gain < self.edge or earned < view.cost(now, spot, view.total):
            return None
        self.moved = view.hour
        return alone(view, spot)


class Bootstrap(Strategy):
    """Moves where another venue's mean of the last 30 days is likely the best and better by z standard errors.

    `p_best` is the part of block-bootstrapped means of days in which a venue is the best.
    """

    name = "bootstrap"
    z, days, block, draws, likely = 1.15, 30, 3, 200, 0.5

    def decide(self, view: View) -> Wanted | None:
        now = held(view)
        means = self._means(view)
        p_best = np.bincount(means.argmax(axis=0), minlength=len(means)) / self.draws
        spot = best(view, p_best + view.lend * 1e-6)
        if spot is None or now is None or now == spot:
            return None if spot is None else _again(view, spot, now)
        difference = means[spot] - means[now]
        gain = float(difference.mean())
        sure = gain > self.z * float(difference.std()) and p_best[spot] > self.likely
        pays = view.total * gain * 30 * DAY / YEAR > view.cost(now, spot, view.total)
        return alone(view, spot) if sure and pays else None

    def _means(self, view: View) -> Floats:
        """Venues by draws: the mean rate of resampled days."""
        rates = np.where(view.open[:, None], view.past(view.world.pays, self.days * DAY), 0.0)
        days = max(rates.shape[1] // DAY, 1)
        daily = rates[:, -days * DAY :].reshape(len(rates), days, -1).mean(axis=2) if rates.shape[1] >= DAY else rates
        days = daily.shape[1]
        chance = np.random.default_rng(view.hour)
        blocks = -(-days // self.block)
        starts = chance.integers(0, max(days - self.block, 0) + 1, (self.draws, blocks))
        places = np.minimum((starts[:, :, None] + np.arange(self.block)).reshape(self.draws, -1)[:, :days], days - 1)
        found: Floats = daily[:, places].mean(axis=2)
        return found


class Equalise(Strategy):
    """Keeps the utilisation of all venues, one's own deposit in them, within 2.5 points of each other.

    Where no amounts are told, utilisation can't be moved: all at the most used.
    """

    name = "equalise"
    band = 0.025

    def decide(self, view: View) -> Wanted | None:
        world, hour = view.world, view.hour
        usage = np.where(view.open, world.usage[:, hour], np.nan)
        if not np.isfinite(usage).any():
            return None
        if not all(each.amounts for each in world.spots):
            spot = int(np.nanargmax(usage))
            now = held(view)
            if now is not None and now != spot and usage[spot] - np.nan_to_num(usage[now]) < self.band:
                return None
            return _again(view, spot, now) if spot == now else alone(view, spot)
        wanted = self._level(view)
        if idle(view) <= IDLE and self._spread(view, usage) < self.band:
            return None
        return wanted

    def _spread(self, view: View, usage: Floats) -> float:
        """Between the most used of all and the least used that money is at."""
        price = view.world.price[view.pooled, view.hour]
        supplied = view.world.supplied[:, view.hour] * price
        then = usage * supplied / (supplied + view.worth)
        mine = then[(view.worth > view.total * 0.01) & np.isfinite(then)]
        return float(np.nanmax(then) - mine.min()) if len(mine) else np.inf

    def _level(self, view: View) -> Wanted:
        """Fills the most used first until all that got something are used alike."""
        world, hour = view.world, view.hour
        price = world.price[view.pooled, hour]
        supplied, borrowed = world.supplied[:, hour] * price, world.borrowed[:, hour] * price
        low, high = 1e-4, 1.0
        for _ in range(40):
            middle = (low + high) / 2
            needed = np.where(view.open, np.maximum(borrowed / middle - supplied, 0), 0).sum()
            low, high = (low, middle) if needed < view.total else (middle, high)
        parts = np.where(view.open, np.maximum(borrowed / high - supplied, 0), 0)
        total = parts.sum()
        found: Floats = parts / total if total > 0 else view.open / max(view.open.sum(), 1)
        return found


class Composite(Strategy):
    """The best of a score (half the week's rate, 3/10 size, 2/10 steadiness), kept for twelve days at the least."""

    name = "composite"
    least = 12 * DAY

    def __init__(self) -> None:
        self.moved: int | None = None

    def decide(self, view: View) -> Wanted | None:
        if self.moved is not None and view.hour - self.moved < self.least and idle(view) <= IDLE:
            return None
        week = view.past(view.world.pays, 7 * DAY)
        supplied = view.world.supplied[:, view.hour]
        size = np.log10(np.where(np.isfinite(supplied), np.maximum(supplied, 1), 1))
        score = 0.5 * _scaled(week.mean(axis=1)) + 0.3 * _scaled(size) - 0.2 * _scaled(week.std(axis=1))
        spot, now = best(view, score), held(view)
        if spot is None:
            return None
        if spot == now:
            return _again(view, spot, now)
        if now is None or self.moved is None or view.hour - self.moved >= self.least:
            self.moved = view.hour
            return alone(view, spot)
        return None


def _scaled(values: Floats) -> Floats:
    """From 0 for the least to 1 for the most."""
    width = float(values.max() - values.min())
    found: Floats = (values - values.min()) / width if width > 0 else np.zeros(len(values))
    return found


def _again(view: View, spot: int, now: int | None) -> Wanted | None:
    """In, or in with what is still in the wallet; nothing where all is there."""
    return alone(view, spot) if now is None or idle(view) > IDLE else None


def idle(view: View) -> float:
    """The part that is in the wallet."""
    return 1 - float(view.worth.sum()) / view.total if view.total > 0 else 0.0


BASELINES: tuple[type[Strategy], ...] = (
    HoldBest,
    HoldSafest,
    EqualSplit,
    Chase,
    TopApy,
    Bootstrap,
    Equalise,
    Composite,
)
