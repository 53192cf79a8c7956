"""Moneta herself: the product's own hooks decide, from what was known then; integers in and out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pluggy

from agent.backtest.arrays import DAY, HOUR, Floats
from agent.backtest.recorded import Pasts, Recorded, state_at
from agent.backtest.view import Strategy, View, Wanted
from agent.backtest.world import World
from agent.curves import Candidate, Terms
from agent.errors import Refused
from agent.gate.candidates import Field, candidates
from agent.money import ZERO_ADDRESS, Token
from agent.past import Outlook, Signal
from agent.plugin import Limits, Placement, Shift, VenueState

ROWS = 90 * DAY
"""Hours of the past that the rules are shown: what the product keeps by the hour."""

USD = 10**8


@dataclass(frozen=True, slots=True)
class Terse:
    """What a mandate would say: the product's own defaults."""

    days: int = 30
    min_gain: int = USD


class Moneta(Strategy):
    """Asked once a day and when something moves at what it holds."""

    name = "moneta"
    alert = True

    def __init__(self, hooks: pluggy.HookRelay, mandate: Terse | None = None, every: int = DAY) -> None:
        self.every = every
        self._hooks = hooks
        self._mandate = mandate or Terse()
        self._of: _Case | None = None

    def decide(self, view: View) -> Wanted | None:
        if self._of is None or self._of.world is not view.world:
            self._of = _Case(view.world)
        case = self._of
        states = case.states(view)
        pasts = {spot.venue: case.pasts.until(place, view.hour, ROWS) for place, spot in enumerate(view.world.spots)}
        seconds = self._mandate.days * DAY * HOUR
        cash = int((view.wallets * view.world.price[:, view.hour]).sum() * case.scale)
        adding = cash or max((state.position for state in states.values()), default=0)
        signals = self._signals(case, states, pasts, adding, int(view.world.hours[view.hour]))
        weighed = case.candidates(view, states, signals, seconds)
        placement = self._placed(
            case, view, weighed, Terms(cash, seconds), self._outlooks(states, pasts, seconds), signals
        )
        return case.wanted(view, placement.shifts) if placement.shifts else None

    def _signals(
        self, case: _Case, states: Mapping[str, VenueState], pasts: Mapping[str, Any], adding: int, now: int
    ) -> tuple[Signal, ...]:
        found: list[Signal] = []
        for key, state in states.items():
            units = state.position or adding
            groups = self._hooks.moneta_signals(
                venue=case.venues[key], state=state, past=pasts[key], units=units, now=now
            )
            found += [signal for group in groups for signal in group]
        return tuple(found)

    def _outlooks(
        self, states: Mapping[str, VenueState], pasts: Mapping[str, Any], seconds: int
    ) -> dict[str, Outlook]:
        found = {
            key: self._hooks.moneta_outlook(past=pasts[key], rate=state.rate, seconds=seconds)
            for key, state in states.items()
        }
        return {key: outlook for key, outlook in found.items() if outlook is not None}

    def _placed(
        self,
        case: _Case,
        view: View,
        weighed: Sequence[Candidate],
        terms: Terms,
        outlooks: Mapping[str, Outlook],
        signals: Sequence[Signal],
    ) -> Placement:
        price = int(view.world.unit[view.hour] * USD)
        gas = int(max((view.cost(None, place, 0.0) for place in range(len(view.world.spots))), default=0.0) * price)
        limits = Limits(
            None,
            None,
            None,
            self._mandate.min_gain,
            gas,
            price,
            terms.seconds,
            decimals=case.asset.decimals,
            exits=True,
        )
        try:
            found: Placement | None = self._hooks.moneta_rebalance(
                candidates=weighed, terms=terms, limits=limits, outlooks=outlooks, signals=signals
            )
        except Refused:
            return Placement((), ())
        return found or Placement((), ())


class _Case:
    """A world in the product's terms. Amounts are base units of the unit of account."""

    def __init__(self, world: World) -> None:
        self.world = world
        symbols = sorted({each.asset for each in world.spots})
        symbol = symbols[0] if len(symbols) == 1 else "USD"
        self.asset = Token(1, symbol, ZERO_ADDRESS, 18 if symbol in ("WETH", "DAI") else 6)
        self.scale = float(10**self.asset.decimals)
        self.venues = {each.venue: Recorded(each, self.asset) for each in world.spots}
        self.places = {each.venue: place for place, each in enumerate(world.spots)}
        self.pasts = Pasts(world)
        self.pooled = np.array([each.pool for each in world.spots], dtype=np.int64)

    def states(self, view: View) -> dict[str, VenueState]:
        price = view.world.price[self.pooled, view.hour] * self.scale
        return {
            spot.venue: state_at(
                view.world,
                place,
                view.hour,
                float(view.positions[place]),
                float(view.liquid[place]),
                float(price[place]),
            )
            for place, spot in enumerate(view.world.spots)
        }

    def candidates(
        self, view: View, states: Mapping[str, VenueState], signals: Sequence[Signal], seconds: int
    ) -> tuple[Candidate, ...]:
        """As the product makes them; where money is in another token or network, the way there costs more."""
        home = self._home(view)
        gas = {spot.venue: self._gas(view, place, home) for place, spot in enumerate(view.world.spots)}
        field = Field(asset=self.asset, seconds=seconds, gas=gas, exits=True)
        found = candidates(self.venues, states, field, signals)
        return tuple(replace(each, most=None) if each.most is not None and each.most < 0 else each for each in found)

    def _home(self, view: View) -> int:
        """The pool that most of the money is in."""
        worth = view.wallets * view.world.price[:, view.hour]
        return int((worth + np.bincount(self.pooled, weights=view.worth, minlength=len(worth))).argmax())

    def _gas(self, view: View, place: int, home: int) -> tuple[int, int]:
        """Of a way in and out, base units; swaps and bridges are counted as if all money took them."""
        world, hour = view.world, view.hour
        unit, seen = float(world.unit[hour]), float(world.gas_seen[hour])
        enter = (world.enter_gas[place] * seen + world.flat[place]) / unit
        leave = (world.leave_gas[place] * seen + world.flat[place]) / unit
        there = world.spots[place].pool
        to, back = world.crossings[home][there], world.crossings[there][home]
        enter += (to.gas * seen + to.dollars) / unit + to.part * view.total
        leave += (back.gas * seen + back.dollars) / unit + back.part * float(view.worth[place])
        return int(enter * self.scale), int(leave * self.scale)

    def wanted(self, view: View, shifts: Sequence[Shift]) -> Wanted:
        """The parts of all money at each venue once the shifts are done."""
        price = view.world.price[self.pooled, view.hour]
        units: Floats = view.positions * price
        for shift in shifts:
            amount = shift.units / self.scale
            if shift.source:
                place = self.places[shift.source]
                units[place] = 0.0 if shift.whole else max(units[place] - amount, 0.0)
            if shift.target:
                units[self.places[shift.target]] += amount
        total = max(view.total, float(units.sum()))
        found: Floats = units / total if total > 0 else units
        return found
