"""Where `moneta run --watch` shows what it sees: a live table at a terminal, lines in a pipe, JSON Lines."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from agent.commands.output import json_line, text_line
from agent.harmless import harmless_line
from agent.replies.reply import table_text
from agent.replies.sight import Change, Sight
from agent.replies.watched import READ_ONLY, left_out, table, title

if TYPE_CHECKING:
    from rich.table import Table


class Screen(Protocol):
    """Shows sights and what changed, until it is left."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def show(self, sight: Sight, changes: Sequence[Change]) -> None:
        """One look."""

    def trouble(self, text: str) -> None:
        """A look that failed."""


class _Plain:
    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return


class JsonLines(_Plain):
    """One object a look, whole; a failed one is `trouble`."""

    def show(self, sight: Sight, changes: Sequence[Change]) -> None:
        json_line({"event": "look", **sight.as_json(), "changes": [change.as_json() for change in changes]})

    def trouble(self, text: str) -> None:
        json_line({"event": "trouble", "text": text})


class PlainLines(_Plain):
    """The table once, then a line for each change."""

    def __init__(self) -> None:
        self._begun = False
        self._troubled = ""

    def show(self, sight: Sight, changes: Sequence[Change]) -> None:
        if not self._begun:
            self._begun = True
            text_line("\n".join([title(sight), READ_ONLY, *left_out(sight), table_text(table(sight))]))
        for change in changes:
            text_line(line(sight, change))
        if self._troubled:
            text_line(f"{title(sight)}: looking again")
        self._troubled = ""

    def trouble(self, text: str) -> None:
        if text != self._troubled:
            text_line(f"can't look: {harmless_line(text)}")
        self._troubled = text


class LiveTable:
    """The table drawn anew at every look, with what changed above it."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live

        self._console = Console()
        self._live = Live(console=self._console, auto_refresh=False, vertical_overflow="ellipsis")
        self._left_out: list[str] = []

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def show(self, sight: Sight, changes: Sequence[Change]) -> None:
        from rich.text import Text

        for said in left_out(sight):
            if said not in self._left_out:
                self._console.print(Text(harmless_line(said), style="yellow"))
        self._left_out = left_out(sight)
        for change in changes:
            self._console.print(Text(line(sight, change), style="bold red" if change.alert else "bold"))
        self._live.update(drawn(sight), refresh=True)

    def trouble(self, text: str) -> None:
        from rich.text import Text

        self._console.print(Text(f"can't look: {harmless_line(text)}", style="yellow"))


def drawn(sight: Sight) -> Table:
    """The table as a terminal shows it."""
    from rich.table import Table as Drawn
    from rich.text import Text

    shown = table(sight)
    grid = Drawn(title=harmless_line(title(sight)), caption=f"{READ_ONLY}; Ctrl-C ends it")
    for number, column in enumerate(shown.columns):
        grid.add_column(column, justify="right" if number in shown.numeric else "left", overflow="fold")
    for row in shown.rows:
        closed = row[-1].startswith("no deposit")
        grid.add_row(*(Text(harmless_line(cell), style="dim" if closed else "") for cell in row))
    return grid


def line(sight: Sight, change: Change) -> str:
    """'14:30:05 alert: …'."""
    at = title(sight).rsplit(" ", 2)[1]
    return harmless_line(f"{at} {'alert: ' if change.alert else ''}{change.text}")


def is_terminal() -> bool:
    """Whether a person watches."""
    return sys.stdout.isatty()
