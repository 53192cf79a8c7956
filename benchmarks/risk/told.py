"""What a replay came to, as figures and as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from statistics import median

from benchmarks.figure import Figure
from benchmarks.risk.score import Incident, Score

MOST_FALSE = 0.5
"""Exits for nothing that a market may have in a month."""


def figures(size: str, period: str, score: Score) -> Iterator[Figure]:
    """Of all markets together. A month with too many exits for nothing fails the run."""
    name = f"risk {size} {period}"
    left = [each.left for each in score.incidents if each.left is not None]
    yield Figure(f"{name}, market-months", score.months, "months")
    yield Figure(f"{name}, incidents", len(score.incidents), "incidents")
    yield Figure(f"{name}, foretold an hour or more", _part(score, "warned"), "part")
    yield Figure(f"{name}, left an hour or more before (recall)", score.recall, "part")
    yield Figure(f"{name}, time to leave, median", median(left) if left else None, "hours")
    yield Figure(f"{name}, signals to leave", score.exits, "signals")
    yield Figure(f"{name}, of them followed by an incident (precision)", score.precision, "part")
    yield Figure(f"{name}, false exits", score.false_a_month, "per market-month", MOST_FALSE)


def table(size: str, scores: Sequence[tuple[str, Score]]) -> str:
    """A line for each market and period."""
    head = f"{size}: market, period, months, incidents, foretold, left before, exits, false, false a month"
    rows = [
        f"{score.market:14} {period:12} {score.months:6.1f} {len(score.incidents):4} {_count(score, 'warned'):4} "
        f"{_count(score, 'left'):4} {score.exits:4} {score.false:4} {score.false_a_month:6.2f}"
        for period, score in scores
    ]
    return "\n".join((head, *rows))


def listed(incidents: Sequence[Incident]) -> str:
    """A line for each incident."""
    return "\n".join(_line(each) for each in sorted(incidents, key=lambda each: (each.at, each.market)))


def _line(each: Incident) -> str:
    when = datetime.fromtimestamp(each.at, UTC).strftime("%Y-%m-%d %H:00")
    free = "" if each.free_usd is None else f", when ${each.free_usd / 1e6:,.1f}M could leave"
    closed = "no sign before" if each.warned is None else f"closed for entries {each.warned:.0f} h before"
    said = closed if each.left is None else f"leave {each.left:.0f} h before by {each.rule}{free}"
    return f"{when} {each.market:14} {each.kind:4} {each.hours:4} h: {said}"


def _count(score: Score, which: str) -> int:
    return sum(getattr(each, which) is not None for each in score.incidents)


def _part(score: Score, which: str) -> float | None:
    return _count(score, which) / len(score.incidents) if score.incidents else None
