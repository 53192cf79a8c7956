"""Text with styles, cut into messages as Telegram counts them, and written as HTML in which nothing is left open."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

from agent.chat.telegram.spans import units
from agent.harmless import harmless as letters
from agent.harmless import visible

_MENTION = re.compile(r"@(?=\w)")
_UNJOINED = "@\u2060"  # a word joiner: it looks the same, and Telegram sees no mention to notify


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text in one style: '' or the name of an HTML tag (b, i, code, pre)."""

    text: str
    tag: str = ""

    def as_html(self) -> str:
        """The run, escaped, in its tag."""
        text = html.escape(self.text, quote=False)
        return f"<{self.tag}>{text}</{self.tag}>" if self.tag and self.text.strip() else text


def harmless(text: str) -> str:
    """The text without what would notify somebody or read otherwise than it is."""
    return _MENTION.sub(_UNJOINED, letters(text))


def ticked(text: str) -> list[Piece]:
    """Text whose `marked words` are set as code, so that a tap copies them."""
    parts = re.split(r"`([^`\n]+)`", text)
    return [Piece(part, "code" if index % 2 else "") for index, part in enumerate(parts) if part]


def messages(pieces: Iterable[Piece], most: int) -> list[str]:
    """HTML texts of at most `most` UTF-16 code units, tags not counted, cut at line ends where there are any."""
    texts: list[list[Piece]] = [[]]
    room = most
    for piece in pieces:
        rest = piece.text
        while units(rest) > room:
            head = _head(rest, room, at_any_place=room == most)
            texts[-1].append(Piece(head, piece.tag))
            texts.append([])
            rest, room = rest[len(head) :], most
        texts[-1].append(Piece(rest, piece.tag))
        room -= units(rest)
    seen = (text for text in texts if visible("".join(piece.text for piece in text)))  # Telegram takes no other
    return ["".join(piece.as_html() for piece in text).strip() for text in seen]


def shortened(text: str, most: int) -> str:
    """The text, or its beginning with an ellipsis, in at most `most` UTF-16 code units."""
    return text if units(text) <= most else _fitting(text, most - 1) + "…"


def _head(text: str, room: int, at_any_place: bool) -> str:
    """As much of the text as fits, to the end of a line or a word; nothing, where the next message has more room."""
    fits = _fitting(text, room)
    for mark in ("\n", " "):
        place = fits.rfind(mark)
        if place >= 0 and (at_any_place is False or place > len(fits) // 2):
            return fits[: place + 1]
    return fits if at_any_place else ""


def _fitting(text: str, room: int) -> str:
    fits = text[:room]
    while (over := units(fits) - room) > 0:
        fits = fits[: len(fits) - (over + 1) // 2]
    return fits
