"""What the people behind a curated vault have announced: it waits in the open, so one may leave before it holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from moneta import Effect, Signal
from plugins.risk.case import Case
from plugins.risk.words import amount, span

TIMELOCK, GUARDIAN, CAP, REMOVAL = "timelock", "guardian", "cap-raised", "market-removed"


def timelock(case: Case) -> Signal | None:
    facts, at = case.state.facts, case.state.facts.get("pending_timelock_at", 0)
    if not at or "timelock" not in facts:
        return None
    now, then = facts["timelock"], facts.get("pending_timelock", 0)
    words = f"what its curator changes is to wait {_waits(then)} instead of {_waits(now)}, {_from(at, case)}"
    return case.signal(TIMELOCK, Effect.CLOSED, words, {"from_seconds": now, "to_seconds": then, "valid_at": at})


def guardian(case: Case) -> Signal | None:
    at = case.state.facts.get("pending_guardian_at", 0)
    if not at:
        return None
    whom = case.state.facts.get("pending_guardian", 0)
    who = f"its guardian is to be {whom:#042x}" if whom else "it is to have no guardian"
    return case.signal(GUARDIAN, Effect.ALERT, f"{who}, {_from(at, case)}", {"valid_at": at})


def caps(case: Case) -> Signal | None:
    """The market whose cap may be raised first."""
    waiting = sorted((at, number) for number, at in _of_markets(case, "pending_cap_at"))
    if not waiting:
        return None
    at, number = waiting[0]
    most, now = (case.state.facts.get(f"{number}.{name}", 0) for name in ("pending_cap", "cap"))
    words = (
        f"it may lend {amount(most, case.asset)} to its market {number + 1} instead of {amount(now, case.asset)}, "
        f"{_from(at, case)}"
    )
    return case.signal(CAP, Effect.ALERT, words, {"from_units": now, "to_units": most, "valid_at": at})


def removal(case: Case) -> Signal | None:
    """The market that may be cut off first, with what the vault has in it: that is then lost to its depositors."""
    waiting = sorted((at, number) for number, at in _of_markets(case, "removable_at"))
    if not waiting:
        return None
    at, number = waiting[0]
    inside = case.state.facts.get(f"{number}.assets", 0)
    if inside <= 0:
        return None
    words = f"its market {number + 1} may be cut off with the {amount(inside, case.asset)} in it, {_from(at, case)}"
    return case.signal(REMOVAL, Effect.LEAVE, words, {"inside_units": inside, "valid_at": at})


RULES: tuple[Callable[[Case], Signal | None], ...] = (timelock, guardian, caps, removal)


def _of_markets(case: Case, name: str) -> list[tuple[int, int]]:
    return [
        (int(key.split(".")[0]), at) for key, at in case.state.facts.items() if key.endswith(f".{name}") and at > 0
    ]


def _waits(seconds: int) -> str:
    return span(seconds) if seconds else "not at all"


def _from(at: int, case: Case) -> str:
    if at <= case.seen.now:
        return "from now on"
    return f"from {datetime.fromtimestamp(min(at, 2**38), UTC):%Y-%m-%d %H:%M} UTC on"
