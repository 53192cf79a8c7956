"""A dry run in words: what would have been moved and when, what it would have cost and made, and from how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agent.money import Amount, Token
from agent.plugin import Shift
from agent.replies.clock import day_and_time, duration
from agent.replies.reply import Reply, Table
from agent.usd import cents, dollars

DAY, HOUR = 86_400, 3_600
MOST_ROWS = 12
LEAST_SECONDS, LEAST_LOOKS = 2 * DAY, 8
"""Less than that tells nothing of what would have been done."""
SEEN = "I write down how the venues are once an hour while I run."


@dataclass(frozen=True, slots=True)
class Did:
    """One move that would have been made. `cost_usd`: its gas and fees, USD with 8 decimals."""

    at: int
    shifts: tuple[Shift, ...]
    cost_usd: int


@dataclass(frozen=True, slots=True)
class Ran:
    """One asset's dry run; amounts in base units. `start`: where the money was, `from_wallet`: as if it were there.

    `looks`: how often its venues were seen from `since` to `until`; `blind`: seconds of it in which nothing was
    known. `end` and `held`: what there is at the end with the moves, gas not taken off, and without them.
    `held_back`: how often a limit kept a move back, by its name. `points`: (Unix seconds, with gas taken off, held),
    USD with 8 decimals at the price of now.
    """

    asset: Token
    since: int
    until: int
    looks: int
    every: int = 0
    start: Mapping[str, int] = field(default_factory=dict)
    from_wallet: bool = False
    did: tuple[Did, ...] = ()
    end: int = 0
    held: int = 0
    blind: int = 0
    price: int = 0
    held_back: Mapping[str, int] = field(default_factory=dict)
    points: tuple[tuple[int, int, int], ...] = ()

    @property
    def is_enough(self) -> bool:
        return self.looks >= LEAST_LOOKS and self.until - self.since - self.blind >= LEAST_SECONDS

    @property
    def gas_usd(self) -> int:
        return sum(each.cost_usd for each in self.did)

    @property
    def net_usd(self) -> int:
        """What the moves made of it beyond holding, gas taken off, USD with 8 decimals."""
        scale: int = 10**self.asset.decimals
        return (self.end - self.held) * self.price // scale - self.gas_usd


def told(runs: Sequence[Ran], pending: bool = False) -> Reply:
    """What would have been done, asset by asset; `pending`: under the mandate that waits to be confirmed."""
    under = "the mandate that waits for your yes" if pending else "your mandate"
    parts = [_of(each, under) for each in runs]
    parts.append("What was is no promise of what comes. Nothing was moved.")
    rows = [row for each in runs for row in _rows(each)]
    table = Table(("when", "move", "why", "gas"), tuple(rows[:MOST_ROWS]), frozenset({3})) if rows else None
    if len(rows) > MOST_ROWS:
        parts.append(f"The first {MOST_ROWS} of {len(rows)} legs:")
    return Reply(" ".join(parts), table, private=True)


def line(runs: Sequence[Ran]) -> str:
    """One sentence for the preview of a mandate, '' where too little was seen or nothing is at work."""
    known = [each for each in runs if each.start and each.is_enough]
    if not known:
        return ""
    days = max(each.until - each.since for each in known) // DAY
    times = sum(len(each.did) for each in known)
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


def _of(each: Ran, under: str) -> str:
    symbol, span = each.asset.symbol, each.until - each.since
    if not each.start and not each.looks:
        return f"There is no {symbol} of yours, at work or in your wallet, to try it with."
    if not each.is_enough:
        looks = f"{each.looks} look{'' if each.looks == 1 else 's'}"
        return (
            f"For {symbol} I have {looks} over {_days(max(span, 0))}: too little to say what I would have done. "
            f"{SEEN} Ask me again when I have seen two days."
        )
    text = f"For {symbol} I have {_days(span)} of observations ({each.looks} looks since {day_and_time(each.since)})"
    text += f", walked in steps of {duration(each.every)}. Under {under}, {_began(each)}, I would have moved "
    text += f"{_times(len(each.did))}. " if each.did else "nothing. "
    text += (
        f"With that it earned {_earned(each, each.end)} and cost {_usd(each.gas_usd)} of gas; held where it was it "
        f"earned {_earned(each, each.held)}: with the moves you would be {_more(each.net_usd)} holding. "
        if each.did
        else f"Held where it was it earned {_earned(each, each.held)}. "
    )
    text += "".join(f"{_often(times)} {why} held a move back. " for why, times in sorted(each.held_back.items()))
    if each.blind:
        text += f"{_days(each.blind)} of it I saw nothing, and counted nothing. "
    return text.rstrip()


def _began(each: Ran) -> str:
    whole = ", ".join(f"{Amount(units, each.asset)} in {venue}" for venue, units in sorted(each.start.items()))
    if each.from_wallet:
        return f"as if your money in the wallet had been put to work: {whole}"
    return f"with your {whole}"


def _earned(each: Ran, end: int) -> str:
    return str(Amount(end - sum(each.start.values()), each.asset))


def _rows(each: Ran) -> list[tuple[str, ...]]:
    return [
        (
            day_and_time(did.at),
            f"{Amount(shift.units, each.asset)} from {shift.source} to {shift.target or 'your wallet'}",
            shift.signal or f"{shift.before} there, {shift.after} here expected",
            _usd(did.cost_usd) if place == 0 else "",
        )
        for did in each.did
        for place, shift in enumerate(did.shifts)
    ]


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _often(count: int) -> str:
    return "Once" if count == 1 else f"{count} times"


def _days(seconds: int) -> str:
    days = seconds // DAY
    return f"{days} day{'' if days == 1 else 's'}" if days else duration(max(seconds // HOUR * HOUR, HOUR))


def _more(usd: int) -> str:
    return f"{_usd(abs(usd))} {'ahead of' if usd >= 0 else 'behind'}"


def _usd(amount: int) -> str:
    return dollars(cents(amount, 0, 1))
