"""What looks ahead is caught, however it does; no rule, and not Moneta, looks ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from agent import hooks
from agent.backtest.baselines import BASELINES
from agent.backtest.leaks import leak
from agent.backtest.moneta import Moneta
from agent.backtest.reading import read_folder
from agent.backtest.records import Notes, Record
from agent.backtest.simulate import simulate
from agent.backtest.view import Strategy, View, Wanted, alone
from agent.backtest.world import World
from tests.unit.backtest_parts import START, made, two_venues

pytestmark = pytest.mark.unit

HOURS = 24 * 40
UNTIL = int(START.timestamp()) + 24 * 25 * 3_600


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Record]:
    return read_folder(two_venues(tmp_path_factory.mktemp("recorded"), HOURS), Notes())


class Peeking(Strategy):
    """Chases the best rate of the hour that comes next."""

    name = "peeking"
    every = 1

    def __init__(self, world: World) -> None:
        self.world = world

    def decide(self, view: View) -> Wanted | None:
        ahead = min(view.hour + 1, len(self.world.hours) - 1)
        return alone(view, int(self.world.pays[:, ahead].argmax()))


class Chasing(Peeking):
    """The same of this hour."""

    def decide(self, view: View) -> Wanted | None:
        return alone(view, int(view.lend.argmax()))


def test_a_strategy_that_looks_an_hour_ahead_is_caught(records: Sequence[Record]) -> None:
    ends = [UNTIL - 3_600 * back for back in range(8)]
    found = [each for seed, until in enumerate(ends) if (each := leak(records, made, Peeking, 1e6, until, seed=seed))]
    assert found  # a scrambled hour may by chance have the same best venue
    assert all(each.at == each.until for each in found)  # the one decision that saw the hour after
    assert not any(leak(records, made, Chasing, 1e6, until) for until in ends)


def test_a_feature_that_looks_ahead_is_caught(records: Sequence[Record]) -> None:
    """A mean over the hours around one: the strategy itself looks only at what it is shown."""

    def smoothed(rows: Sequence[Record]) -> World:
        world = made(rows)
        window = np.ones(25) / 25
        pays = np.stack([np.convolve(each, window, mode="same") for each in world.pays])
        return replace(world, pays=pays)

    assert leak(records, smoothed, Chasing, 1e6, UNTIL) is not None


@pytest.mark.parametrize("strategy", BASELINES)
def test_no_baseline_looks_ahead(records: Sequence[Record], strategy: type[Strategy]) -> None:
    for seed, until in enumerate((UNTIL - 100 * 3_600, UNTIL)):
        assert leak(records, made, lambda _: strategy(), 1e6, until, seed=seed) is None


@pytest.mark.parametrize("size", [1e6, 2e7])
def test_moneta_does_not_look_ahead(records: Sequence[Record], size: float) -> None:
    relay = hooks.load().hook
    world = made(records)
    assert len(simulate(world, Moneta(relay), size, 0, HOURS - 1).decisions) > 1
    assert leak(records, made, lambda _: Moneta(relay), size, UNTIL) is None
