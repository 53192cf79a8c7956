"""Recall over a million messages of a thousand people; a year of talk; and how well known facts are found again."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.figure import Figure

MESSAGES, PEOPLE = 1_000_000, 1_000
QUICK_MESSAGES, QUICK_PEOPLE = 20_000, 100


def figures(quick: bool) -> Iterator[Figure]:
    """The quick ones: a fiftieth of the messages, and no year."""
    from benchmarks.recall import quality, scale, year  # numpy: late

    yield from quality.figures()
    if quick:
        yield from scale.figures(QUICK_MESSAGES, QUICK_PEOPLE)
        return
    yield from year.figures()
    yield from scale.figures(MESSAGES, PEOPLE)
