"""A limit that changes: what is tighter holds at once, what is looser waits. None stands for no limit at all."""

from __future__ import annotations

from agent.policy.spending import Kind, Period

Names = frozenset[str]
Value = int | Names | None
"""A cap in its unit, the only names that are allowed, or no limit."""


def tightest(before: Value, after: Value) -> Value:
    """What holds from now on: the lower cap, the names that both lists have. Raises TypeError for one of each."""
    if before is None or after is None:
        return after if before is None else before
    if isinstance(before, int) and isinstance(after, int):
        return min(before, after)
    if isinstance(before, frozenset) and isinstance(after, frozenset):
        return before & after
    raise TypeError("a cap doesn't become a list")


def subject_of(period: Period, kind: Kind | None, unit: str) -> str:
    """The name that a cap has in the ledger: 'day/all/USDC'. Lists are named by what they are of."""
    return f"{period}/{kind or 'all'}/{unit}"


def cap_of(subject: str) -> tuple[Period, Kind | None, str] | None:
    """What `subject_of` named, None for a list."""
    if "/" not in subject:
        return None
    period, kind, unit = subject.split("/")
    return Period(period), None if kind == "all" else Kind(kind), unit
