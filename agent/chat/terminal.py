"""The terminal: a prompt with history, previews as tables, colours and a spinner where there is a terminal."""

from __future__ import annotations

import textwrap
import uuid
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.panel import Panel
from rich.table import Table as RichTable
from rich.text import Text as RichText

from agent.chat.codes import code_in
from agent.chat.lines import CHANNEL, OWNER, PLATFORM, Lines
from agent.chat.service import CANCEL, CONFIRM, DETAILS, Answer, Service
from agent.gate.preview import Preview
from agent.harmless import harmless
from agent.replies.body import preview_title
from agent.replies.reply import Picture, Reply, Status, Table, table_text
from agent.replies.spoken import spoken
from agent.tongues.catalogue import ENGLISH
from agent.tongues.telling import in_language
from agent.words.answers import NO, YES
from memory.rows import Inbound, User

LEAVE = frozenset({"exit", "quit", ":q"})
COLOURS = {
    Status.SETTLED: "green",
    Status.REFUSED: "red",
    Status.PARTIAL: "yellow",
    Status.VOID: "yellow",
    Status.ASKED: "cyan",
}


class Terminal:
    """One person at one terminal: the owner."""

    def __init__(self, service: Service, lines: Lines, console: Console, pictures: Path | None = None) -> None:
        """`pictures`: the folder that pictures are written to, which a terminal can't show."""
        self.service = service
        self.lines = lines
        self.console = console
        self.pictures = pictures

    async def run(self, greeting: Reply) -> None:
        """Talks until the end of the input, `exit` or `quit`."""
        user = await self.service.user(PLATFORM, OWNER, "you")  # compose.Instance.owner gave them their account
        self.show(spoken(greeting, user.speaks))
        while (line := await self.lines("you> ")) is not None:
            if line.strip().casefold() in LEAVE:
                break
            answer = await self.say(user, line)
            ready = answer and answer.reply.verdict and answer.reply.verdict.status is Status.READY
            if ready and not await self._yes_or_no(user):
                break

    async def say(self, user: User, line: str) -> Answer | None:
        """Hands a line over, with a spinner while it works, and shows the reply."""
        message = Inbound(PLATFORM, uuid.uuid4().hex, CHANNEL, user.id, line)
        with self.console.status("…"):
            answer = await self.service.handle(message)
        if answer is not None:
            self.show(answer.reply)
            await self.service.delivered(answer)
        return answer

    async def _yes_or_no(self, user: User) -> bool:
        """Asks for the preview that was just shown; False to leave. Anything but y, n or d is the next message."""
        line = await self.lines("confirm? [y/n] ")
        if line is None or line.strip().casefold() in LEAVE:
            await self.say(user, CANCEL)
            return False
        word = line.strip().casefold()
        if word in ("d", "details", DETAILS):
            await self.say(user, DETAILS)
            return await self._yes_or_no(user)
        if word in YES:
            answer = await self.say(user, CONFIRM)
        elif word in NO | {"cancel", ""}:
            answer = await self.say(user, CANCEL)
        else:
            answer = await self.say(user, line)
        verdict = answer.reply.verdict if answer else None
        if answer and answer.reply.preview and verdict and verdict.status in (Status.READY, Status.VOID):
            return await self._yes_or_no(user)
        return True

    def _kept(self, picture: Picture) -> str:
        """Writes a picture down; what to say of it."""
        if self.pictures is None:
            return f"[{'picture' if picture.is_shown else 'file'}: {picture.caption}]"
        self.pictures.mkdir(mode=0o700, exist_ok=True)
        path = self.pictures / picture.name  # a later one of its kind takes its place
        path.touch(mode=0o600)
        path.write_bytes(picture.png)
        return f"[{picture.caption} {path}]"

    def show(self, reply: Reply) -> None:
        """Renders a reply. Text from outside is never read as markup."""
        colour = COLOURS.get(reply.verdict.status) if reply.verdict else None
        self.console.print(_text(reply.text, style=colour or ""))
        if reply.preview:
            self.console.print(preview_panel(reply.preview, reply.language))
        if reply.table:
            self.console.print(grid(reply.table, self.console.width))
        for picture in reply.pictures:
            self.console.print(_text(self._kept(picture), "dim"))
        for tx in reply.txs:
            line = f"{tx['hash']} {tx['status']}{_where(tx)}"
            self.console.print(_text(f"  {in_language(line, reply.language)}", "dim"))


def _where(tx: Mapping[str, Any]) -> str:
    """' in block 12, 52000 gas'; nothing of a transaction that is in no block."""
    return "" if tx["block"] is None else f" in block {tx['block']}, {tx['gas_used']} gas"


def grid(table: Table, width: int) -> RichTable | RichText:
    """A table of a reply for a terminal of so many characters. What has no room stands below its row: a cell that is
    folded to pieces can't be read, nor a hash be copied.
    """
    columns = range(len(table.columns))
    if table.rows and _width(table, columns) + len(columns) + 2 > width:  # a grid has more space between
        return _narrow(table, width)
    shown = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
    for index, name in enumerate(table.columns):
        shown.add_column(_text(name), justify="right" if index in table.numeric else "left", overflow="fold")
    for row in table.rows:
        shown.add_row(*(_text(cell) for cell in row))
    return shown


def _narrow(table: Table, width: int) -> RichText:
    beside: list[int] = []
    for column in range(len(table.columns)):
        if not beside or _width(table, [*beside, column]) <= width:
            beside.append(column)
    below = [column for column in range(len(table.columns)) if column not in beside]
    numeric = frozenset(place for place, column in enumerate(beside) if column in table.numeric)
    kept = Table(_picked(table.columns, beside), tuple(_picked(row, beside) for row in table.rows), numeric)
    head, *lines = table_text(kept).split("\n")
    text = _text(f"\n{head}\n", "bold")
    for beginning, row in zip(lines, table.rows, strict=True):
        text.append(f"{harmless(beginning)}\n", "not bold")
        for line in _below(table, row, below):
            for piece in textwrap.wrap(harmless(line), width - 2, break_long_words=False, break_on_hyphens=False):
                text.append(f"  {piece}\n", "not bold dim")
    return text


def _below(table: Table, row: Sequence[str], columns: Sequence[int]) -> list[str]:
    """The numbers of a row on one line, each of its texts on one of its own."""
    told = {column: f"{table.columns[column]}: {row[column]}" for column in columns if row[column]}
    numbers = " · ".join(line for column, line in told.items() if column in table.numeric)
    return [numbers, *(line for column, line in told.items() if column not in table.numeric)]


def _picked(cells: Sequence[str], columns: Iterable[int]) -> tuple[str, ...]:
    return tuple(cells[column].replace("\n", " ") for column in columns)


def _width(table: Table, columns: Iterable[int]) -> int:
    """Characters that the columns take beside each other, two spaces between them."""
    return sum(max(len(line[column]) for line in (table.columns, *table.rows)) + 2 for column in columns) - 2


def preview_panel(preview: Preview, language: str = ENGLISH) -> Panel:
    """A preview as a table of what happens, in the order of its transactions."""
    rows = RichTable(box=None, show_header=False, pad_edge=False)
    rows.add_column(style="dim", justify="right")
    rows.add_column(overflow="fold")

    def row(what: str, text: str) -> None:
        rows.add_row(in_language(what, language), _text(in_language(text, language)))

    for number, step in enumerate(preview.steps, 1):
        row(f"{number}.", step)
    row("balance", "\n".join(preview.changes))
    for rate in preview.rates:
        row("rate", f"{rate.venue}: {rate.before} a year now, {rate.after} with this done")
    for note in preview.notes:
        row("note", note)
    row("gas", preview.gas)
    row("valid", f"{preview.seconds} s")
    row("digest", preview.digest[:16] + "…")
    row("details", f"{DETAILS} shows each call in words, and as it will be signed")
    title = _text(preview_title(preview, language))
    return Panel(rows, title=title, title_align="left", expand=False)


def prompt_lines(history: Path) -> Lines:
    """Lines from a terminal, with editing and a history file."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import FileHistory

    class History(FileHistory):
        """Codes are kept nowhere, so not here either."""

        def store_string(self, string: str) -> None:
            if code_in(string) is None:
                super().store_string(string)

    session: PromptSession[str] = PromptSession(history=History(str(history)))

    async def line(prompt: str) -> str | None:
        try:
            text = await session.prompt_async(prompt)
            return text.encode("utf-8", "replace").decode()  # bytes that were no UTF-8 come as lone surrogates
        except (EOFError, KeyboardInterrupt):
            return None

    return line


def _text(text: str, style: str = "") -> RichText:
    """Text as it stands: neither markup nor anything that a terminal obeys."""
    return RichText(harmless(text), style=style)
