"""`moneta backtest FOLDER`: Moneta, simple rules and hindsight on recorded history. docs/backtest.md."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from agent.commands.output import complain, json_line, text_line
from agent.errors import Refused

if TYPE_CHECKING:
    from agent.backtest.line import Line
    from agent.backtest.run import Backtest, Wanted

DATA = "MONETA_DATA"


def backtest(options: argparse.Namespace) -> int:
    """Prints a line for each strategy, universe, size and period. Raises Refused where nothing could be run."""
    from agent import hooks
    from agent.backtest.run import Backtest
    from agent.backtest.tables import tables

    run = Backtest(_wanted(options), hooks.load().hook, progress=_bar() if sys.stderr.isatty() else None)
    run.read()
    lines: list[Line] = []
    for line in run.lines():
        lines.append(line)
        if options.json:
            json_line(line.as_json())
    if not options.json:
        for text in tables(lines):
            text_line(text)
    if options.smallest or not _narrow(options):
        _smallest(run, options.json)
    _left_out(run, options.json)
    if not lines:
        raise Refused("folder", "Nothing of this folder could be run.", "See what was left out of it above.")
    if options.plots is not None:
        _draw(lines, options.plots)
    return 0


def _smallest(run: Backtest, as_json: bool) -> None:
    for least in run.smallest():
        if as_json:
            json_line(least.as_json())
        else:
            text_line(least.as_text())


def _draw(lines: list[Line], folder: Path) -> None:
    from agent.backtest.plots import draw

    for path in draw(lines, folder):
        complain(f"drawn: {path}")


def _left_out(run: Backtest, as_json: bool) -> None:
    for text in run.notes.as_text():
        complain(text)
    if as_json:
        for note in run.notes.as_json():
            json_line(note)


def _wanted(options: argparse.Namespace) -> Wanted:
    from agent.backtest.run import NAMES, SIZES, Wanted
    from agent.backtest.universes import Folders

    folder: Path = options.folder
    unknown = [name for name in options.strategy if name not in NAMES]
    if unknown:
        raise Refused("strategy", f"There is no strategy {unknown[0]}.", f"Say one of {', '.join(NAMES)}.")
    return Wanted(
        folder=folder,
        folders=Folders(_beside(folder, options.prices, "prices"), _beside(folder, options.gas, "gas")),
        universes=tuple(options.universe),
        assets=tuple(options.asset),
        sizes=tuple(options.size) or SIZES,
        strategies=tuple(options.strategy),
        period=tuple(options.period),
        since=_day(options.since),
        until=_day(options.until),
        quick=options.quick,
        response=options.response,
    )


def _narrow(options: argparse.Namespace) -> bool:
    """Whether only a part was asked for."""
    return bool(options.universe or options.asset or options.strategy or options.period or options.size)


def _beside(folder: Path, said: Path | None, name: str) -> Path | None:
    """The folder that was said, else the sibling of FOLDER, else MONETA_DATA's, else none."""
    if said is not None:
        if not said.is_dir():
            raise Refused(name, f"{said} is no folder.", f"Name the folder of {name}, or leave it out.")
        return said
    sibling = folder.resolve().parent / name
    if sibling.is_dir():
        return sibling
    data = os.environ.get(DATA)
    return Path(data) / name if data and (Path(data) / name).is_dir() else None


def _day(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refused("time", f"{text} is no day.", "Say it as 2025-01-31.") from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _bar() -> Callable[[int, int, str], None]:
    """A bar on standard error, for who watches."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    task = progress.add_task("reading", total=None)
    progress.start()

    def told(done: int, whole: int, what: str) -> None:
        progress.update(task, total=whole, completed=done, description=what)
        if done >= whole:
            progress.stop()

    return told
