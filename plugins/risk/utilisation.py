"""How much is lent out, and how soon all of it will be."""

from __future__ import annotations

from moneta import PARTS, UNKNOWN, Effect, Signal
from plugins.risk.case import Case
from plugins.risk.seen import DAY, HOUR, micro
from plugins.risk.words import percent, points, span

NAME = "utilisation"
ALERT, CLOSED, LEAVE = 95 * PARTS // 100, 96 * PARTS // 100, 975 * PARTS // 1000
"""Markets are built to stand below their kink (90 to 92 % for stable coins, docs/risk.md)."""
FULL_SOON = 6 * HOUR
FAR = 5
"""While more than so many times one's own could leave, nobody goes out and comes back: entries are closed."""
TREND = 3 * HOUR
SHOWN = (6 * HOUR, HOUR, DAY)


def judge(case: Case) -> Signal | None:
    usage = int(case.seen.usage[-1])
    if usage == UNKNOWN or usage < ALERT:
        return None
    full = seconds_to_full(case, TREND)
    soon = full is not None and full <= FULL_SOON
    tight = usage >= LEAVE or soon
    leave = tight and case.liquidity <= case.own * FAR
    effect = Effect.LEAVE if leave else Effect.CLOSED if tight or usage >= CLOSED else Effect.ALERT
    words = [f"{percent(usage)} is lent out", case.could_leave(), *_rise(case, usage)]
    if full is not None and full <= DAY and case.liquidity > 0:
        words.append(f"at this pace all is lent out in about {span(full)}")
    numbers = {"usage_bps": usage * 10_000 // PARTS, "liquidity_units": case.liquidity, "own_units": case.own}
    if full is not None:
        numbers["full_in_seconds"] = full
    return case.signal(NAME, effect, "; ".join(words), numbers)


def seconds_to_full(case: Case, trend: int, least: int = 0) -> int | None:
    """Until no more than `least` base units could leave, at the pace of the last `trend` seconds; None where none
    leaves.
    """
    before = case.seen.then(case.seen.liquidity, trend)
    now = int(case.seen.liquidity[-1])
    if before is None or now == UNKNOWN or before.value <= now:
        return None
    left = now - micro(least, case.asset)
    return max(left, 0) * before.seconds // (before.value - now)


def _rise(case: Case, usage: int) -> list[str]:
    for seconds in SHOWN:
        before = case.seen.then(case.seen.usage, seconds)
        if before is not None and usage - before.value >= PARTS // 1000:
            return [f"it rose {points(usage - before.value)} in {span(before.seconds)}"]
    return []
