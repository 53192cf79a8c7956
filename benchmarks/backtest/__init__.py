"""Moneta against simple rules and hindsight on recorded rates that her parameters weren't chosen on; leaks; speed.

`MONETA_DATA` names the recorded data; without it there are no figures. Times are processor time of one core.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from agent import hooks
from agent.backtest.baselines import BASELINES
from agent.backtest.leaks import leak
from agent.backtest.line import Line
from agent.backtest.moneta import Moneta
from agent.backtest.periods import CHOSEN_BEFORE
from agent.backtest.reading import read_folder
from agent.backtest.records import Notes, Record
from agent.backtest.run import SIZES, Backtest, Wanted
from agent.backtest.universes import Cast, Folders, casts, world
from agent.backtest.world import World
from benchmarks.figure import Figure

DAY = 86_400
POINTS = 100
"""Percentage points in a fraction."""

LEAK_DAYS = (20, 47, 75)
"""After the first day that isn't chosen on: where the rest of time is scrambled."""


def figures(quick: bool) -> Iterator[Figure]:
    """None in a quick run, or where there is no recorded data."""
    data = Path(os.environ.get("MONETA_DATA", "../shared/data"))
    if quick or not (data / "lending").is_dir():
        return
    folders = Folders(data / "prices", data / "gas")
    wanted = Wanted(data / "lending", folders, since=int(CHOSEN_BEFORE.timestamp()), period=("whole",))
    begun = time.process_time()
    run = Backtest(wanted, hooks.load().hook)
    run.read()
    lines = list(run.lines())
    yield Figure("backtest_unseen_seconds", time.process_time() - begun, "s of one core")
    yield Figure("backtest_bound_beaten", sum(each.regret < 0 for each in lines), "lines", 0)
    for size in SIZES:
        yield from _against([each for each in lines if each.size == size], size)
    records = read_folder(wanted.folder, Notes())
    yield Figure("backtest_leaks", _leaks(records, folders), "strategies that knew their future", 0)


def _against(lines: Sequence[Line], size: int) -> Iterator[Figure]:
    """Over all universes: who is ahead, and how much of the best baseline's regret is left."""
    universes = sorted({each.universe for each in lines})
    own = {each.universe: each for each in lines if each.strategy == Moneta.name}
    names = [each.name for each in BASELINES]
    others = {(each.universe, each.strategy): each for each in lines if each.strategy in names}
    best = [min(others[universe, name].regret for name in names) for universe in universes]
    behind = [own[universe].regret - least for universe, least in zip(universes, best, strict=True)]
    ahead = sum(each < 0 for each in behind)
    yield Figure(f"backtest_ahead_{size}", ahead, f"of {len(universes)} universes", len(universes), at_least=True)
    yield Figure(f"backtest_behind_{size}", POINTS * max(behind), "points a year, the most behind the best rule", 0)
    total = {name: sum(others[universe, name].regret for universe in universes) for name in names}
    name = min(total, key=lambda each: total[each])
    mine = sum(each.regret for each in own.values())
    yield Figure(f"backtest_regret_{size}", mine / max(total[name], 1e-9), f"of that of {name}, the best rule", 0.5)
    yield Figure(f"backtest_trapped_{size}", sum(each.trapped_hours for each in own.values()), "hours", 0)


def _leaks(records: Sequence[Record], folders: Folders) -> int:
    """On recorded USDC, with all after some hours scrambled."""
    cast = next(each for each in casts(records, ("USDC",), Notes()))
    relay = hooks.load().hook
    since = int(CHOSEN_BEFORE.timestamp())

    def build(rows: Sequence[Record]) -> World:
        found = world(Cast(cast.kind, cast.name, tuple(rows)), folders, Notes())
        assert found is not None
        return found

    strategies = (*BASELINES, lambda: Moneta(relay))
    return sum(
        any(
            leak(cast.records, build, lambda _, make=make: make(), 1e6, since + day * DAY, since)  # type: ignore[misc]
            for day in LEAK_DAYS
        )
        for make in strategies
    )
