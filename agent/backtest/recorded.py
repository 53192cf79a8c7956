"""A recorded venue as the product's own code takes one: state, curve and past in integers. It can't be entered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from agent.abi import Call
from agent.backtest.arrays import Floats, Ints
from agent.backtest.world import Spot, World
from agent.curves import Curve
from agent.errors import Refused
from agent.money import RAY, ZERO_ADDRESS, Address, Rate, Token
from agent.past import PARTS, UNKNOWN, Past
from agent.plans import Step
from agent.plugin import Block, Flag, Listed, Venue, VenueState

UNSEEN_STEEP = 5.0
"""Slope above a kink that was never crossed: Aave's stablecoins have 0.6 over 0.1 to 0.75 over 0.2."""

UNTOLD = 10**9
"""Tokens that stand for a market whose size isn't told; its rate is taken as one that no deposit moves."""

DEAREST = 50.0
"""The highest yearly rate that a curve may end in."""


class Recorded(Venue):
    """One venue of a recorded world; `source` is itself."""

    def __init__(self, spot: Spot, asset: Token) -> None:
        self.id = self.name = self.liquidity_source = spot.venue
        self.asset = asset
        self.contract = Listed(ZERO_ADDRESS, spot.protocol, "")
        self.receipt = None

    def reads(self, account: Address) -> tuple[Call, ...]:
        raise _not_a_venue()

    def state(self, answers: Sequence[tuple[Any, ...] | None], block: Block) -> VenueState:
        raise _not_a_venue()

    def rate_after(self, state: VenueState, deposit: int) -> Rate:
        curve = self.curve(state, 0)
        return state.rate if curve is None else curve.rate(deposit)

    def curve(self, state: VenueState, seconds: int) -> Curve | None:
        del seconds
        return curve_of(state)

    def deposit(self, state: VenueState, account: Address, units: int) -> tuple[Step, ...]:
        raise _not_a_venue()

    def withdraw(self, state: VenueState, account: Address, units: int | None) -> tuple[Step, ...]:
        raise _not_a_venue()


def _not_a_venue() -> Refused:
    return Refused("backtest", "What is recorded can't be read, entered or left: it is past.")


def state_at(world: World, spot: int, hour: int, position: float, liquid: float, scale: float) -> VenueState:
    """What the product would have read then. `scale`: base units of a token; one's own deposit is in the market."""
    of = world.spots[spot]
    lend = float(world.pays[spot, hour])
    flags = set()
    if not world.ok[spot, hour]:
        flags.add(Flag.FROZEN)
    if world.locked[spot, hour]:
        flags.add(Flag.PAUSED)
    own = int(position * scale)
    facts = {"lend": int(lend * RAY)}
    if not of.amounts:
        facts["untold"] = int(UNTOLD * scale)
    else:
        names = ("borrow", "base", "slope", "kink", "steep", "usage")
        numbers = (float(getattr(world, name)[spot, hour]) for name in names)
        facts |= {name: int(value * RAY) for name, value in zip(names, numbers, strict=True) if np.isfinite(value)}
        facts |= {
            "supplied": int(world.supplied[spot, hour] * scale) + own,
            "borrowed": int(world.borrowed[spot, hour] * scale),
        }
    there = int(min(liquid, UNTOLD) * scale)
    rate = curve_from(facts, own).rate(0)
    return VenueState(of.venue, rate, own, own, there, None, frozenset(flags), facts)


def curve_of(state: VenueState) -> Curve:
    """The curve that was reconstructed up to then, through the recorded point."""
    return curve_from(state.facts, state.position)


def curve_from(facts: dict[str, int] | Any, own: int) -> Curve:
    """`facts` in ray and base units: `lend`, and where amounts are told all of `state_at`."""
    lend = facts["lend"]
    if "supplied" not in facts or "borrow" not in facts or facts["borrow"] <= 0:
        supplied = facts.get("supplied", facts.get("untold", UNTOLD) + own)
        return Curve(supplied, facts.get("borrowed", 0), ((0, lend), (RAY, lend)), on_borrowed=False)
    usage = min(max(facts["usage"], RAY // 10**6), RAY)
    borrow, base = facts["borrow"], min(facts["base"], facts["borrow"])
    kept = lend * RAY // borrow * RAY // usage  # of what borrowers pay; above 1 where stable loans pay more
    points = _points(facts, usage, borrow, base)
    return Curve(facts["supplied"], facts["borrowed"], tuple((at, rate * kept // RAY) for at, rate in points))


def _points(facts: dict[str, int], usage: int, borrow: int, base: int) -> list[tuple[int, int]]:
    kink = min(max(facts.get("kink", RAY * 9 // 10), RAY // 10), RAY * 99 // 100)
    at_kink = base + facts.get("slope", 0) * kink // RAY
    steep = facts.get("steep", int(UNSEEN_STEEP * RAY))
    if usage > kink:
        at_kink = min(at_kink, borrow)
        steep = (borrow - at_kink) * RAY // (usage - kink)
        found = [(0, base), (kink, at_kink), (usage, borrow)]
    else:
        at_kink = max(at_kink, borrow) if usage < kink else borrow
        found = [(0, base), (usage, borrow)] + ([(kink, at_kink)] if kink > usage else [])
    if found[-1][0] < RAY:
        last = at_kink + steep * (RAY - kink) // RAY
        found.append((RAY, min(max(last, found[-1][1]), int(DEAREST * RAY))))
    return found


class Pasts:
    """The world's history as columns of 64-bit integers; a past is views of them that end at its hour."""

    def __init__(self, world: World) -> None:
        pooled = [each.pool for each in world.spots]
        ok, amounts = world.ok, np.array([[each.amounts] for each in world.spots])
        self.at = world.hours
        self.rate = _column(world.pays * PARTS, ok)
        self.usage = _column(world.usage * PARTS, ok)
        self.supplied = _column(np.where(amounts, world.supplied, np.nan) * 1e6, ok)
        self.liquidity = _column(np.where(amounts, world.liquid, np.nan) * 1e6, ok)
        self.share = np.full(ok.shape, UNKNOWN, dtype=np.int64)
        self.price = _column(world.quoted[pooled] * 1e8, np.ones_like(ok))

    def until(self, spot: int, hour: int, rows: int) -> Past:
        """The last so many hours, that one included."""
        span = slice(max(hour + 1 - rows, 0), hour + 1)
        columns: tuple[Any, ...] = (self.rate, self.usage, self.supplied, self.liquidity, self.share, self.price)
        at: Any = self.at[span]
        return Past(at, *(column[spot, span] for column in columns))


def _column(values: Floats, known: Any) -> Ints:
    good = known & np.isfinite(values) & (np.abs(values) < 2**62)
    return np.where(good, np.where(good, values, 0.0), UNKNOWN).astype(np.int64)
