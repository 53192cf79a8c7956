"""All universes, sizes and periods of a folder, every strategy in each: lines, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pluggy

from agent.backtest.baselines import BASELINES
from agent.backtest.hindsight import Best, hindsight, lines
from agent.backtest.line import Line, line_of, line_of_best
from agent.backtest.moneta import Moneta
from agent.backtest.periods import Period, periods
from agent.backtest.reading import read_folder
from agent.backtest.records import Notes, Record
from agent.backtest.simulate import simulate
from agent.backtest.smallest import Smallest, smallest
from agent.backtest.universes import Cast, Folders, casts, world
from agent.backtest.view import Strategy
from agent.backtest.world import World

SIZES = (10_000, 1_000_000, 20_000_000)
BOUND = "hindsight"
NAMES = (*(each.name for each in BASELINES), "moneta", BOUND)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to run. Empty sequences are everything; `since` and `until` Unix seconds.

    `quick`: whole, chosen and unseen alone; else whole, unseen and the calendar's. `response`: how much of one's own
    deposit new borrowing takes up in the market, 0 to 1.
    """

    folder: Path
    folders: Folders
    universes: Sequence[str] = ()
    assets: Sequence[str] = ()
    sizes: Sequence[int] = SIZES
    strategies: Sequence[str] = ()
    period: Sequence[str] = ()
    since: int | None = None
    until: int | None = None
    quick: bool = False
    response: float = 0.0


@dataclass(slots=True)
class Backtest:
    """A run: `notes` says what was left out; `lines` gives the results as they come."""

    wanted: Wanted
    hooks: pluggy.HookRelay
    notes: Notes = field(default_factory=Notes)
    progress: Callable[[int, int, str], None] | None = None
    _records: list[Record] = field(default_factory=list)
    _casts: list[Cast] = field(default_factory=list)
    _done: int = 0
    _all: int = 0

    def read(self) -> None:
        """Reads the folder. Raises Unavailable where there is none."""
        self._records = read_folder(self.wanted.folder, self.notes)
        found = casts(self._records, self.wanted.assets, self.notes)
        kinds = tuple(self.wanted.universes)
        self._casts = [each for each in found if not kinds or each.name.startswith(kinds)]

    def lines(self) -> Iterator[Line]:
        """A line for each strategy, universe, size and period."""
        worlds = [each for cast in self._casts if (each := world(cast, self.wanted.folders, self.notes)) is not None]
        spans = {each.name: self._periods(each) for each in worlds}
        self._all = sum(each.last - each.first for name in spans for each in spans[name])
        self._all *= len(self.wanted.sizes) * len(NAMES)
        for each in worlds:
            for size in self.wanted.sizes:
                yield from self._of_size(each, size, spans[each.name])

    def smallest(self) -> Iterator[Smallest]:
        """From which deposit on it pays, per chain."""
        yield from smallest(self._records, self.wanted.folders, lambda: Moneta(self.hooks), self.notes)

    def _periods(self, of: World) -> list[Period]:
        wanted = self.wanted
        found = periods(of.hours, wanted.since, wanted.until, wanted.quick)
        if not found:
            self.notes.assets[of.name] = "none of it is in the time that was asked for"
        if wanted.period:
            return [each for each in found if each.name in wanted.period]
        return [each for each in found if wanted.quick or each.name != "chosen"]

    def _of_size(self, of: World, size: int, spans: Sequence[Period]) -> Iterator[Line]:
        bound = lines(of, size / float(of.unit[0]), self.wanted.response)
        for period in spans:
            best = hindsight(of, bound, size, period.first, period.last)
            for name in NAMES:
                if not self.wanted.strategies or name in self.wanted.strategies:
                    yield self._line(of, name, size, period, best)
                self._tick(period, f"{of.name}, ${size:,}")

    def _line(self, of: World, name: str, size: int, period: Period, best: Best) -> Line:
        if name == BOUND:
            return line_of_best(of, size, period, best)
        run = simulate(of, self._strategy(name), size, period.first, period.last, self.wanted.response)
        return line_of(of, name, size, period, run, best)

    def _strategy(self, name: str) -> Strategy:
        if name == Moneta.name:
            return Moneta(self.hooks)
        return next(each for each in BASELINES if each.name == name)()

    def _tick(self, period: Period, name: str) -> None:
        self._done += period.last - period.first
        if self.progress is not None:
            self.progress(self._done, self._all, name)
