"""Telegram counts text in UTF-16 code units: entities are given in them, and 4,096 of them are a message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

BYTES = 2  # of one UTF-16 code unit


def units(text: str) -> int:
    """The length as Telegram counts it."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // BYTES


@dataclass(frozen=True, slots=True)
class Span:
    """A marked part of a text, `start` and `end` in UTF-16 code units; `kind` is an entity's type."""

    kind: str
    start: int
    end: int


def cut(text: str, start: int, end: int | None = None) -> str:
    """The part of the text between two places counted in UTF-16 code units."""
    data = text.encode("utf-16-le", "surrogatepass")
    return data[start * BYTES : None if end is None else end * BYTES].decode("utf-16-le", "replace")


def without(text: str, spans: Iterable[Span]) -> tuple[str, list[tuple[str, str]]]:
    """The text outside of the spans, and everything in order as (kind, text), kind '' outside of a span.

    A span inside of another, or overlapping one that began earlier, belongs to the earlier.
    """
    pieces = list(_pieces(text, sorted(spans, key=lambda span: (span.start, -span.end))))
    return "".join(part for kind, part in pieces if not kind), pieces


def _pieces(text: str, spans: Iterable[Span]) -> Iterator[tuple[str, str]]:
    place = 0
    for span in spans:
        if span.end <= place:
            continue
        if span.start > place:
            yield "", cut(text, place, span.start)
        yield span.kind, cut(text, max(span.start, place), span.end)
        place = span.end
    if rest := cut(text, place):
        yield "", rest
