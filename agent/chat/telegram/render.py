"""A body as Telegram messages: HTML with everything escaped, tables that fit a phone, pictures, a keyboard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.chat.telegram.pieces import Piece, harmless, messages, shortened, ticked
from agent.harmless import harmless as letters
from agent.replies.body import Body, Pressable
from agent.replies.reply import Picture, Table, table_text

MOST_TEXT, MOST_CAPTION, MOST_ALERT = 4096, 1024, 200
WIDTH = 40  # what a phone shows of a line in <pre>; wider tables become lists
BESIDE = 24  # buttons whose labels have fewer characters together stand in one row


@dataclass(frozen=True, slots=True)
class Part:
    """One message: a text, or a picture with a caption, both in HTML; `buttons` by rows."""

    html: str
    picture: Picture | None = None
    buttons: tuple[tuple[Pressable, ...], ...] = ()


def parts(body: Body) -> list[Part]:
    """The messages of a body, in order. The last one carries the buttons, below everything else."""
    found = [Part(_caption(each.caption), each) for each in body.pictures]
    found += [Part(text) for text in messages(_pieces(body), MOST_TEXT)]
    if not found:
        found = [Part("…")]
    if body.buttons:
        last = found.pop()
        found.append(Part(last.html, last.picture, rows(body.buttons)))
    return found


def alert(body: Body) -> str:
    """The body as the small window over a chat that answers a press; plain text."""
    return shortened(letters(body.text), MOST_ALERT)


def plain(text: str) -> str:
    """A short text of ours, in HTML."""
    return "".join(messages(ticked(harmless(text)), MOST_TEXT)[:1])


def rows(buttons: Sequence[Pressable]) -> tuple[tuple[Pressable, ...], ...]:
    """Short labels side by side, long ones below each other."""
    found: list[list[Pressable]] = []
    for button in buttons:
        beside = found and sum(len(b.label) for b in found[-1]) + len(button.label) <= BESIDE
        if beside:
            found[-1].append(button)
        else:
            found.append([button])
    return tuple(tuple(row) for row in found)


def _caption(text: str) -> str:
    return "".join(piece.as_html() for piece in [Piece(shortened(harmless(text), MOST_CAPTION))])


def _pieces(body: Body) -> list[Piece]:
    pieces = ticked(harmless(body.text))
    if body.title:
        pieces += [Piece("\n\n"), Piece(harmless(body.title), "b")]
    for what, text in body.lines:
        pieces += [Piece("\n"), Piece(harmless(what), "b"), Piece(" "), *_line(what, text)]
    if body.table is not None and body.table.rows:
        pieces += [Piece("\n\n"), *_table(body.table)]
    return pieces


def _line(what: str, text: str) -> list[Piece]:
    return [Piece(harmless(text), "code")] if what == "digest" else ticked(harmless(text))


def _table(table: Table) -> list[Piece]:
    text = table_text(table)
    if max(len(line) for line in text.split("\n")) <= WIDTH:
        return [Piece(letters(text), "pre")]
    return [piece for row in table.rows for piece in _listed(table.columns, row)]


def _listed(columns: Sequence[str], row: Sequence[str]) -> list[Piece]:
    """A row of a wide table: its first cell as a heading, the others below it with their columns' names."""
    pieces = [Piece(harmless(row[0]) or "·", "b"), Piece("\n")]
    for name, cell in zip(columns[1:], row[1:], strict=True):
        if cell:
            pieces += [Piece(f"{harmless(name)}: ", "i"), *ticked(harmless(cell)), Piece("\n")]
    return pieces
