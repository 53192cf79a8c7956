"""Whether a decision knew anything of its future: the same run again, everything after an hour scrambled.

What is scrambled are the recorded rows, before anything is made of them, and then prices and gas. So a strategy that
looks ahead is caught, and a curve, a filter or a grid that does as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from agent.backtest.records import Record
from agent.backtest.simulate import simulate
from agent.backtest.view import Strategy
from agent.backtest.world import World

Build = Callable[[Sequence[Record]], World]


@dataclass(frozen=True, slots=True)
class Leak:
    """The first decision up to the hour `until` that isn't the same in both worlds (Unix seconds)."""

    strategy: str
    at: int
    until: int


def leak(
    records: Sequence[Record],
    build: Build,
    strategy: Callable[[World], Strategy],
    size: float,
    until: int,
    since: int = 0,
    seed: int = 0,
) -> Leak | None:
    """None where all decisions from `since` to `until` (Unix seconds) stay what they were.

    `strategy` makes a new one for a world.
    """
    chance = np.random.default_rng(seed)
    true = build(records)
    other = _unpriced(build([_scrambled(each, until, chance) for each in records]), until, chance)
    first = _decisions(true, strategy(true), size, since, until)
    again = _decisions(other, strategy(other), size, since, until)
    name = strategy(true).name
    for at in sorted({*first, *again}):
        if first.get(at) != again.get(at):
            return Leak(name, at, until)
    return None


def _decisions(world: World, strategy: Strategy, size: float, since: int, until: int) -> dict[int, tuple[float, ...]]:
    """By time. The run goes on beyond `until`: what it saw there must not have mattered before."""
    first = int(np.searchsorted(world.hours, since))
    last = min(int(np.searchsorted(world.hours, until)) + 48, len(world.hours) - 1)
    run = simulate(world, strategy, size, first, last)
    return {at: wanted for hour, wanted in run.decisions if (at := int(world.hours[hour])) <= until}


def _scrambled(record: Record, until: int, chance: np.random.Generator) -> Record:
    """Rows after `until` with other rates and amounts, still such as could be."""
    later = record.at > until
    size = len(record.at)
    usage = np.where(later, chance.uniform(0.2, 0.99, size), record.usage)
    supplied = np.where(later, record.supplied * chance.uniform(0.5, 2.0, size), record.supplied)
    borrow = np.where(later, chance.uniform(0.01, 0.4, size), record.borrow)
    return replace(
        record,
        supplied=supplied,
        usage=usage,
        borrowed=np.where(later, supplied * usage, record.borrowed),
        borrow=borrow,
        lend=np.where(later, borrow * usage * 0.9, record.lend),
        dollars=np.where(later, np.nan, record.dollars),
    )


def _unpriced(world: World, until: int, chance: np.random.Generator) -> World:
    later = world.hours > until
    noise = np.where(later, chance.uniform(0.9, 1.1, len(world.hours)), 1.0)
    return replace(
        world,
        price=world.price * noise,
        quoted=world.quoted * noise,
        gas=world.gas * noise,
        gas_seen=np.where(world.hours > until + 86_400, world.gas_seen * noise, world.gas_seen),
    )
