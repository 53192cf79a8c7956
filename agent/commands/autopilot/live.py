"""The live view at a terminal: moves scroll by above a panel that says how it stands."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from agent.commands.autopilot.balances import Yardstick, count
from agent.commands.autopilot.screens import Day, Move, short, so_far
from agent.harmless import harmless_line
from agent.replies.clock import day_and_time, duration

DAY = 86_400
BAR = 60  # characters


class LivePanel:
    """Drawn anew as time passes; `seconds` in all."""

    def __init__(self, console: Console, yardstick: Yardstick, seconds: int) -> None:
        self._console, self._yardstick, self._seconds = console, yardstick, seconds
        self._live = Live(console=console, auto_refresh=False, transient=True, vertical_overflow="ellipsis")
        self._last: Day | None = None

    def __enter__(self) -> Self:
        self._live.__enter__()
        self.passed(0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def moved(self, move: Move) -> None:
        self._said(move.at, move.text, "green" if move.outcome == "settled" else "yellow")

    def told(self, at: int, text: str) -> None:
        self._said(at, text, "yellow")

    def _said(self, at: int, text: str, style: str) -> None:
        self._console.print(Text.assemble((f"{day_and_time(at)}  ", "dim"), (harmless_line(text), style)))

    def passed(self, seconds: int) -> None:
        self._live.update(self._drawn(seconds), refresh=True)

    def day(self, day: Day) -> None:
        self._last = day
        self.passed(day.seconds)

    def _drawn(self, seconds: int) -> RenderableType:
        done = ProgressBar(total=self._seconds, completed=seconds, width=BAR)
        parts: list[RenderableType] = [done]
        if self._last is not None:
            parts += [_positions(self._yardstick, self._last), *map(Text, so_far(self._yardstick, self._last))]
            looked = (
                f"{count(self._last.looks, 'look')}, {count(self._last.moves, 'move')}, {self._last.refused} refused"
            )
            parts.append(Text(looked, style="dim"))
        parts.append(Text("Ctrl-C ends it here", style="dim"))
        title = f"day {seconds // DAY} of {duration(self._seconds)}"
        if self._last is not None:
            title += f" · {day_and_time(self._last.has.at)}"
        return Panel(Group(*parts), title=title, title_align="left", expand=False)


def _positions(yardstick: Yardstick, day: Day) -> Table:
    """Where it is, and the best of the other venues."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column()
    grid.add_column(justify="right")
    grid.add_column(justify="right")
    rates = {key: rate for key, rate in day.has.rates.items() if yardstick.assets[key] == yardstick.asset.symbol}
    for key in sorted(rates, key=lambda each: (-rates[each].ray, each)):
        units = day.has.positions.get(key, 0)
        style = "bold" if units else "dim"
        grid.add_row(
            Text(harmless_line(key), style=style),
            Text(str(rates[key]), style=style),
            Text(short(units, yardstick) if units else "", style=style),
        )
    return grid
