"""A dry run in words: what would have been moved and when, what it would have cost and made, and from how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.money import Amount, Token
from agent.plugin import Shift
from agent.replies.clock import day_and_time, duration
from agent.replies.reply import Reply, Table
from agent.usd import cents, dollars

DAY, HOUR = 86_400, 3_600
MOST_ROWS = 12
SEEN = "I write down how the venues are once an hour while I run."


@dataclass(frozen=True, slots=True)
class Told:
    """What a reply needs of one asset's dry run; amounts in base units, USD with 8 decimals.

    `moves`: (Unix seconds, legs, gas and fees in USD), the oldest first. `earned`, `held`: what was earned with the
    moves (gas not taken off) and without them.
    """

    asset: Token
    since: int
    until: int
    looks: int
    every: int
    start: Mapping[str, int]
    from_wallet: bool
    moves: Sequence[tuple[int, Sequence[Shift], int]]
    earned: int
    held: int
    gas_usd: int
    net_usd: int
    blind: int
    held_back: Mapping[str, int]
    is_enough: bool


def told(runs: Sequence[Told], pending: bool) -> Reply:
    """What would have been done, asset by asset; `pending`: under the mandate that waits to be confirmed."""
    under = "the mandate that waits for your yes" if pending else "your mandate"
    parts = [_of(each, under) for each in runs]
    parts.append("What was is no promise of what comes. Nothing was moved.")
    rows = [row for each in runs for row in _rows(each)]
    table = Table(("when", "move", "why", "gas"), tuple(rows[:MOST_ROWS]), frozenset({3})) if rows else None
    if len(rows) > MOST_ROWS:
        parts.append(f"The first {MOST_ROWS} of {len(rows)} legs:")
    return Reply(" ".join(parts), table, private=True)


def line(runs: Sequence[Told]) -> str:
    """One sentence for the preview of a mandate, '' where too little was seen or nothing is at work."""
    known = [each for each in runs if each.start and each.is_enough]
    if not known:
        return ""
    days = max(each.until - each.since for each in known) // DAY
    times = sum(len(each.moves) for each in known)
    net = sum(each.net_usd for each in known)
    if not times:
        return f"Over the last {days} days it would have moved nothing; `dry run` tells more."
    return (
        f"Over the last {days} days it would have moved {_times(times)} and come out {_more(net)} holding, gas taken "
        "off; `dry run` tells more."
    )


def none() -> Reply:
    """There is no mandate to try."""
    return Reply("You have no mandate with me to try. Say `keep my usdc well placed`, and then `dry run`.")


def _of(each: Told, under: str) -> str:
    symbol, span = each.asset.symbol, each.until - each.since
    if not each.start and not each.looks:
        return f"There is no {symbol} of yours, at work or in your wallet, to try it with."
    if not each.is_enough:
        return (
            f"For {symbol} I have {each.looks} looks over {duration(max(span, 0))}: too few to say what I would have "
            f"done. {SEEN} Ask me again when I have seen two days."
        )
    text = f"For {symbol} I have {_days(span)} of observations ({each.looks} looks since {day_and_time(each.since)})"
    text += f", walked in steps of {duration(each.every)}. Under {under}, {_began(each)}, I would have moved "
    text += f"{_times(len(each.moves))}. " if each.moves else "nothing. "
    text += (
        f"With that it earned {Amount(each.earned, each.asset)} and cost {_usd(each.gas_usd)} of gas; held where it "
        f"was it earned {Amount(each.held, each.asset)}: {_more(each.net_usd)} holding. "
        if each.moves
        else f"Held where it was it earned {Amount(each.held, each.asset)}. "
    )
    text += "".join(f"{_often(times)} {why} held a move back. " for why, times in sorted(each.held_back.items()))
    if each.blind:
        text += f"{_days(each.blind)} of it I saw nothing, and counted nothing. "
    return text.rstrip()


def _began(each: Told) -> str:
    whole = ", ".join(f"{Amount(units, each.asset)} in {venue}" for venue, units in sorted(each.start.items()))
    return f"as if your money in the wallet had been put to work: {whole}" if each.from_wallet else f"with your {whole}"


def _rows(each: Told) -> list[tuple[str, ...]]:
    return [
        (
            day_and_time(at),
            f"{Amount(shift.units, each.asset)} from {shift.source} to {shift.target or 'your wallet'}",
            shift.signal or f"{shift.before} there, {shift.after} here expected",
            _usd(cost) if place == 0 else "",
        )
        for at, shifts, cost in each.moves
        for place, shift in enumerate(shifts)
    ]


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _often(count: int) -> str:
    return "Once" if count == 1 else f"{count} times"


def _days(seconds: int) -> str:
    days = seconds // DAY
    return f"{days} day{'' if days == 1 else 's'}" if days else duration(seconds // HOUR * HOUR)


def _more(usd: int) -> str:
    return f"{_usd(abs(usd))} {'ahead of' if usd >= 0 else 'behind'}"


def _usd(amount: int) -> str:
    return dollars(cents(amount, 0, 1))
