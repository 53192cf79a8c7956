"""A run pays what it says, earns the diluted rate, moves an hour later and leaves only as far as is liquid."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from agent.backtest.arrays import YEAR
from agent.backtest.baselines import BASELINES, HoldBest
from agent.backtest.hindsight import hindsight, lines
from agent.backtest.reading import read_folder
from agent.backtest.records import Notes
from agent.backtest.simulate import simulate
from agent.backtest.view import Strategy, View, Wanted
from agent.backtest.world import World
from tests.unit.backtest_parts import KEPT, gas_files, made, rate, rows, two_venues, wave, write

pytestmark = pytest.mark.unit

SIZES = (1e4, 1e6, 2e7, 2e8)


class Scripted(Strategy):
    """Wants this at those hours."""

    name = "scripted"
    every = 1

    def __init__(self, script: Mapping[int, tuple[float, ...]]) -> None:
        self.script = script
        self.seen: list[View] = []

    def decide(self, view: View) -> Wanted | None:
        self.seen.append(view)
        wanted = self.script.get(view.hour)
        return None if wanted is None else np.array(wanted)


def _world(tmp_path: Path, hours: int = 24 * 40, gwei: float = 10.0) -> World:
    lending = two_venues(tmp_path, hours)
    return made(read_folder(lending, Notes()), gas_files(tmp_path / "gas", gwei))


def test_a_deposit_earns_the_diluted_rate_from_the_next_hour_on(tmp_path: Path) -> None:
    world = _world(tmp_path, hours=100, gwei=1e-9)
    run = simulate(world, Scripted({0: (1.0, 0.0)}), 4e7, 0, 50)
    assert run.equity[1] == pytest.approx(4e7)
    grown = 4e7
    for hour in range(1, 50):
        usage = float(world.usage[0, hour]) * 4e8 / (4e8 + grown)
        grown *= 1 + float(rate(np.array(usage))) * usage * KEPT / YEAR
    assert run.equity[-1] == pytest.approx(grown, rel=1e-7)


def test_gas_is_paid_once_a_move_at_the_price_of_the_hour(tmp_path: Path) -> None:
    world = _world(tmp_path, gwei=10)
    run = simulate(world, Scripted({0: (1.0, 0.0), 10: (0.0, 1.0)}), 1e6, 0, 11)
    unit = 10e-9 * 2_000
    assert run.gas == pytest.approx(int(world.enter_gas[0]) * unit)
    run = simulate(world, Scripted({0: (1.0, 0.0), 10: (0.0, 1.0)}), 1e6, 0, 12)
    assert run.gas == pytest.approx((2 * int(world.enter_gas[0]) + int(world.leave_gas[0])) * unit)
    assert run.moves == 2
    assert run.moved == pytest.approx(2e6, rel=1e-3)


def test_gas_that_eats_everything_ends_the_run_at_nothing(tmp_path: Path) -> None:
    world = _world(tmp_path, gwei=1_000)
    script = {hour: (1.0, 0.0) if hour % 2 else (0.0, 1.0) for hour in range(40)}
    run = simulate(world, Scripted(script), 900, 0, 45)
    assert run.equity[-1] >= 0
    assert np.isfinite(run.equity).all()


def test_what_cannot_leave_is_trapped_and_leaves_when_it_can(tmp_path: Path) -> None:
    hours = 240
    full = wave(hours, 0.8, 0.02, 100)
    full[50:80] = 1.0
    folder = tmp_path / "lending"
    write(folder, "aave_v2_usdc_ethereum_hourly.parquet", rows(full, 1e8))
    write(folder, "aave_v3_usdc_ethereum_hourly.parquet", rows(wave(hours, 0.7, 0.02, 100), 1e8))
    world = made(read_folder(folder, Notes()))
    strategy = Scripted({0: (1.0, 0.0), 55: (0.0, 1.0)})
    run = simulate(world, strategy, 1e6, 0, hours - 1)
    assert run.trapped == 80 - 56
    after = [view for view in strategy.seen if view.hour > 80]
    assert all(view.positions[0] == 0 for view in after)
    assert strategy.seen[60].stuck[0]
    assert not after[-1].stuck.any()


def test_a_large_exit_takes_what_is_there_and_not_the_same_twice(tmp_path: Path) -> None:
    """Above the kink others have borrowed part of one's own: no day gives more, however often one asks."""
    folder = tmp_path / "lending"
    usage = wave(160, 0.905, 0.02, 20)
    usage[60:] = 0.98
    write(folder, "aave_v2_usdc_ethereum_hourly.parquet", rows(usage, 1e8))
    write(folder, "aave_v3_usdc_ethereum_hourly.parquet", rows(wave(160, 0.7, 0.02, 100), 1e8))
    world = made(read_folder(folder, Notes()))
    strategy = Scripted({0: (1.0, 0.0), 20: (1.0, 0.0), 70: (0.0, 1.0)})
    simulate(world, strategy, 1.5e7, 0, 150)
    held = {view.hour: float(view.positions[0]) for view in strategy.seen}
    assert held[5] <= 1e8 * (1 - float(usage[1])) * 1.1  # nothing enters beyond what is unborrowed
    absorbed = (0.98 - float(world.kink[0, 71])) / (1 - float(world.kink[0, 71]))
    free = 1e8 * 0.02 + held[70] * (1 - absorbed)
    assert 0 < free < held[70]
    assert held[70] - held[71] == pytest.approx(free, rel=0.01)
    for hour in range(72, 95):
        assert held[hour] == pytest.approx(held[71], rel=0.01)
    assert held[96] < held[71] * 0.9  # a day later others have left as much again
    assert strategy.seen[75].stuck[0]


def test_nobody_enters_a_venue_whose_hour_is_not_believed(tmp_path: Path) -> None:
    world = _world(tmp_path, hours=100)
    world.ok[0, 20:60] = False
    strategy = Scripted({30: (1.0, 0.0), 70: (1.0, 0.0), 90: (0.0, 0.0)})
    simulate(world, strategy, 1e6, 0, 99)
    held = {view.hour: float(view.positions[0]) for view in strategy.seen}
    assert not any(held[hour] for hour in range(70))
    assert held[72] > 0


@pytest.mark.parametrize("size", SIZES)
def test_hindsight_is_above_every_strategy(tmp_path: Path, size: float) -> None:
    world = _world(tmp_path)
    last = len(world.hours) - 1
    best = hindsight(world, lines(world, size), size, 0, last)
    for strategy in BASELINES:
        run = simulate(world, strategy(), size, 0, last)
        assert run.equity[-1] / run.equity[0] <= best.growth, strategy.name


def test_hindsight_is_what_the_best_plan_earns_where_it_can_be_tried_out(tmp_path: Path) -> None:
    """A small sum in rates that cross once: every plan with one turn is run, and the bound is that of the best."""
    lending = two_venues(tmp_path, 24 * 18)
    world = made(read_folder(lending, Notes()), gas_files(tmp_path / "gas", gwei=1))
    last, size = len(world.hours) - 1, 1e5
    found = 0.0
    for first in (0, 1):
        for turn in range(1, last, 12):
            script = {0: _only(first), turn: _only(1 - first)}
            run = simulate(world, Scripted(script), size, 0, last)
            found = max(found, float(run.equity[-1] / run.equity[0]))
    best = hindsight(world, lines(world, size), size, 0, last)
    assert best.growth >= found
    assert best.growth - 1 == pytest.approx(found - 1, rel=0.02)


def _only(spot: int) -> tuple[float, ...]:
    return (1.0, 0.0) if spot == 0 else (0.0, 1.0)


def test_holding_pays_for_one_entry_alone(tmp_path: Path) -> None:
    world = _world(tmp_path)
    run = simulate(world, HoldBest(), 1e6, 0, len(world.hours) - 1)
    assert run.moves == 1
    assert run.gas == pytest.approx(world.entering(0, 0))
    assert float(run.equity[-1]) > 1e6
