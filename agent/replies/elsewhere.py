"""Rates at places that can't be entered, as somebody else tells them: after all that can, and marked in every row."""

from __future__ import annotations

from collections.abc import Sequence

from agent.harmless import harmless_line
from agent.plugin import Elsewhere, Told
from agent.replies.clock import duration

MOST_ROWS = 5
MARK = "can't enter"
NOT_COUNTED = frozenset({"of several tokens"})
"""What isn't a fault of a row: most pools hold two tokens."""


def rows(told: Sequence[Told], blanks: int) -> list[tuple[str, ...]]:
    """The largest places of each service; `blanks` cells between the rate and the last one."""
    return [_row(each.source, place, blanks) for each in told for place in each.places[:MOST_ROWS]]


def words(told: Sequence[Told], now: int) -> str:
    """What the rows are and what was left out; '' where nobody was asked. `now` in Unix seconds."""
    return "".join(f" {_said(each, now)}" for each in told)


def _row(source: str, place: Elsewhere, blanks: int) -> tuple[str, ...]:
    where = harmless_line(f"{MARK}: {place.project} on {place.chain}")
    paid = f", {place.reward} of the rate in other tokens" if place.reward.ray else ""
    return (where, str(place.rate), *("",) * blanks, f"{source}'s figure: ${place.tvl_usd:,} in it{paid}")


def _said(told: Told, now: int) -> str:
    if not told.at:
        return f"{told.source} was asked for rates elsewhere and gave none: {told.trouble}."
    age = duration(max(now - told.at, 0) // 60 * 60) if now - told.at >= 60 else "less than a minute"
    shown = min(len(told.places), MOST_ROWS)
    places = "1 place" if shown == 1 else f"{shown} places"
    listed = f"The {shown} largest of {len(told.places)} places" if len(told.places) > shown else places
    text = f"{told.source} tells of no place elsewhere, as of {age} ago."
    if shown:
        text = (
            f"{listed} that I can't enter stand{'s' if shown == 1 else ''} last, as {told.source} told {age} ago: "
            "its own figures, compounded, which I neither check nor rank by."
        )
    left_out = [f"{count:,} {why}" for why, count in sorted(told.dropped.items()) if why not in NOT_COUNTED]
    if left_out:
        text += f" Rows of it that I left out: {', '.join(left_out)}."
    return text + (f" It can't be asked anew: {told.trouble}." if told.trouble else "")
