"""The parts of a text that are somebody else's words: quotations, code, quoted lines, what a program hands on
as data. Nothing in them binds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# An opening mark without its closing one quotes up to the end: it is safer to ask again than to obey a quotation.
_OPENING = re.compile(
    r"""(?P<rest>^[ \t]*>>>)"""  # Discord: quotes all that follows
    r"""|(?P<line>^[ \t]*>)"""
    r"""|(?P<fence>```|~~~)"""
    r"""|(?P<tick>`)"""
    # what a program hands on as data: <information> … </information>, [memory] …
    r"""|(?P<tag><(?P<name>[A-Za-z][\w-]*)(?:\s[^<>]*)?>)"""
    r"""|(?P<label>\[(?:memory|system|assistant|tool|developer|forwarded|context|retrieved)\b[^\]\n]{0,60}\])"""
    r"""|(?P<pair>["“”„‟«»‹›「『])"""
    r"""|(?P<single>(?:(?<=\s)|(?<=[(\[:])|\A)'(?=\S))""",
    re.MULTILINE | re.IGNORECASE,
)
_CLOSING = {
    '"': '"',
    "“": '”“"',
    "”": "”",
    "„": '“”"',
    "‟": "”",
    "«": "»",
    "»": "«",
    "‹": "›",
    "›": "‹",
    "「": "」",
    "『": "』",
}
_SINGLE_CLOSING = re.compile(r"(?<=\S)'(?!\w)")


@dataclass(frozen=True, slots=True)
class Quote:
    """A quoted span of the plain text. A whole quoted line (`block`) is context; others stand in a sentence."""

    start: int
    end: int
    block: bool


def quotes(plain: str) -> list[Quote]:
    """The quoted spans, in order, without overlap."""
    found: list[Quote] = []
    singles = plain.count("'") <= 200  # beyond that it is noise, and the search for partners would be quadratic
    place = 0
    while (opening := _OPENING.search(plain, place)) is not None:
        end = _end(plain, opening, singles)
        if end is None:
            place = opening.end()
            continue
        found.append(Quote(opening.start(), end, opening.lastgroup in ("rest", "line", "label")))
        place = end
    return found


def _end(plain: str, opening: re.Match[str], singles: bool) -> int | None:
    start = opening.end()
    match opening.lastgroup:
        case "rest" | "label":
            return len(plain)
        case "tag":
            return _past(plain, f"</{opening['name']}>", start)
        case "line":
            return _until(plain, "\n", start)
        case "fence" | "tick":
            return _past(plain, opening.group(), start)
        case "single":
            closing = _SINGLE_CLOSING.search(plain, start) if singles else None
            return closing.end() if closing else None
        case _:
            ends = [_past(plain, mark, start) for mark in _CLOSING[opening.group()]]
            return min(ends)


def _past(plain: str, mark: str, start: int) -> int:
    place = plain.find(mark, start)
    return len(plain) if place < 0 else place + len(mark)


def _until(plain: str, mark: str, start: int) -> int:
    place = plain.find(mark, start)
    return len(plain) if place < 0 else place
